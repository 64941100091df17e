"""Recorded choices of pictures: rounds of pick mode, duels, and their decisions."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

ALONE = "-"
"""Stack id of a picture that was taken out of its stack by hand."""


class Verdict(StrEnum):
    """A decision on one picture of a round, or on two pictures of a duel.

    `NONE` stands for no decision.
    """

    NONE = ""
    PICK = "pick"
    REJECT = "reject"
    FIRST = "first"
    SECOND = "second"
    BOTH = "both"
    NEITHER = "neither"


class Decision(Struct, frozen=True, kw_only=True):
    """A decision in a round or a duel.

    Attributes:
        picture: id of the picture; the first of the two in a duel.
        other: id of the second picture in a duel.
        verdict: `PICK` or `REJECT` in a round, one of the other four in a duel.
        place: place in the round after the decision.
    """

    picture: str
    other: str = ""
    verdict: Verdict = Verdict.NONE
    place: int = 0


class RoundDefinition(Struct, frozen=True, kw_only=True):
    """A round of pick mode.

    Attributes:
        pictures: ids in the order in which they are shown; never changes.
        created: seconds since 1970.
    """

    name: str
    pictures: tuple[str, ...]
    created: float = 0.0


class DuelDefinition(Struct, frozen=True, kw_only=True):
    """A duel.

    Attributes:
        pictures: ids in the order of the first matches; never changes.
        best: number of places to decide.
        created: seconds since 1970.
    """

    name: str
    pictures: tuple[str, ...]
    best: int = 1
    created: float = 0.0
