"""Stacks of the grid: pictures of one run, of one parent or grouped by hand, as one tile.

A closed stack shows its cover; an open one shows its pictures as usual tiles, a large one its first
sixty (`stacked_rows.Stacking`).
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Literal

from msgspec import Struct

_RANK_BITS = 8


class StackBy(StrEnum):
    """Criterion by which pictures are stacked; all but `OFF` include stacks made by hand."""

    OFF = "off"
    RUN = "run"
    PARENT = "parent"
    HAND = "hand"


class StackMember(Struct, frozen=True, kw_only=True):
    """Facts of a picture that decide the cover.

    Attributes:
        row: number in the order of arrival.
        cover: rank given by hand; 0 for none.
    """

    row: int
    picked: bool = False
    rating: int = 0
    cover: int = 0


def cover_of(members: Sequence[StackMember]) -> int:
    """Row of the cover: chosen by hand, else the newest pick, else the best rated or newest."""
    return max(members, key=lambda one: (rank_of(one), one.row)).row


def rank_of(member: StackMember) -> int:
    """Rank of a picture as the cover; among pictures of equal rank, the newest wins."""
    # Among picks the newest is the cover, whatever its rating.
    marks = 1 << (_RANK_BITS - 1) if member.picked else member.rating
    return (member.cover << _RANK_BITS) + marks


class StackFacts(Struct, frozen=True):
    """A stack in the library, including pictures hidden by a filter.

    Attributes:
        size: number of its pictures outside the trash.
        fresh: number of those not seen yet.
    """

    size: int
    fresh: int


class StackTile(Struct, frozen=True, kw_only=True):
    """A tile of the stacked grid.

    Attributes:
        stack: number of its stack or single picture, in the order of the grid, from 0.
        key: key of the stack, even if this is its only picture in the grid; 0 for none.
        row: its picture; for a closed stack, the cover.
        member: position within an open stack, from 0.
        size: number of pictures of the stack; 1 for a single picture.
        open: whether it belongs to an open stack.
        last: whether it is the last tile of its stack.
        busy: whether pictures of a closed stack are still being made.
        more: number of pictures of a large open stack that are not shown; on its last tile.
        cover: whether its picture is the cover; True for single pictures and closed stacks.
    """

    stack: int
    key: int
    row: int
    member: int = 0
    size: int = 1
    open: bool = False
    last: bool = True
    busy: bool = False
    more: int = 0
    cover: bool = True

    @property
    def closed(self) -> bool:
        """Whether it represents several pictures."""
        return self.size > 1 and not self.open


class TileChange(Struct, frozen=True):
    """Effect of a change of the stacks on the tiles `first` to `last`, both included.

    "moved": tiles change in several places, so all have to be read again.
    """

    kind: Literal["changed", "inserted", "removed", "moved"]
    first: int = 0
    last: int = -1
