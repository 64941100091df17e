"""A round of pick mode: decisions on a fixed list of pictures, one after the other.

A round is a frozen value. Methods return the round after an action, and the `Decision` to record.
Pictures that were trashed or deleted since are skipped, but stay in the list: if restored, they are
in their old places.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from studio.domain.choices import Decision, RoundDefinition, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundCounts:
    """Counts of the decisions so far, without pictures that are gone.

    Attributes:
        number: number of the current picture, from 1; `total` + 1 at the end.
        undecided: pictures without a decision.
    """

    total: int
    number: int
    picked: int
    rejected: int

    @property
    def undecided(self) -> int:
        return self.total - self.picked - self.rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class PickRound:
    """A round and its progress.

    Attributes:
        definition: name and pictures.
        place: place of the current picture in the list, from 0; its length at the end.
        decisions: decisions that are not undone, in the order they were made.
        gone: ids of pictures that are trashed or deleted.
    """

    id: str
    definition: RoundDefinition
    place: int = 0
    decisions: tuple[Decision, ...] = ()
    gone: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        return self.definition.name

    @property
    def pictures(self) -> tuple[str, ...]:
        """Ids of the whole list, including pictures that are gone."""
        return self.definition.pictures

    @property
    def current(self) -> str | None:
        """Id of the current picture; None at the end."""
        place = self._next(self.place)
        return self.pictures[place] if place < len(self.pictures) else None

    @property
    def finished(self) -> bool:
        """Whether the end of the list is reached."""
        return self.current is None

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """The last decision on each picture that is not gone."""
        found = {one.picture: one.verdict for one in self.decisions}
        return {id: verdict for id, verdict in found.items() if id not in self.gone}

    @property
    def counts(self) -> RoundCounts:
        """Counts for "37 of 200" and "11 picked, 16 rejected, 9 undecided"."""
        verdicts = list(self.verdicts.values())
        present = [place for place, id in enumerate(self.pictures) if id not in self.gone]
        return RoundCounts(
            total=len(present),
            number=1 + sum(place < self._next(self.place) for place in present),
            picked=verdicts.count(Verdict.PICK),
            rejected=verdicts.count(Verdict.REJECT),
        )

    def with_verdict(self, verdict: Verdict) -> list[str]:
        """Ids with this decision, in the order of the list; `NONE` selects undecided pictures."""
        found = self.verdicts
        return [
            id
            for id in self.pictures
            if id not in self.gone and found.get(id, Verdict.NONE) is verdict
        ]

    def neighbours(self, behind: int = 2, ahead: int = 4) -> list[str]:
        """Ids to decode next: those ahead, nearest first, then those behind."""
        place = self._next(self.place)
        after = [id for id in self.pictures[place + 1 :] if id not in self.gone][:ahead]
        before = [id for id in reversed(self.pictures[:place]) if id not in self.gone][:behind]
        return after + before

    def follows(self, earlier: PickRound) -> bool:
        """Whether it continues an earlier round with a part of its pictures."""
        mine, theirs = set(self.pictures), set(earlier.pictures)
        return len(mine) < len(theirs) and not mine.isdisjoint(theirs)

    # Actions

    def decide(self, verdict: Verdict, *, advance: bool = True) -> tuple[PickRound, Decision]:
        """Decide on the current picture and go to the next one. Raises ValueError at the end."""
        place = self._next(self.place)
        if place >= len(self.pictures):
            raise ValueError("the round is at its end")
        after = self._next(place + 1) if advance else place
        decision = Decision(picture=self.pictures[place], verdict=verdict, place=after)
        return replace(self, place=after, decisions=(*self.decisions, decision)), decision

    def undone(self) -> PickRound:
        """The round without its last decision, back at the picture of that decision."""
        if not self.decisions:
            return self
        last = self.decisions[-1].picture
        return replace(self, place=self.pictures.index(last), decisions=self.decisions[:-1])

    def step(self, by: int) -> PickRound:
        """Go forward or back by that many pictures, without a decision."""
        place = self._next(self.place)
        present = [at for at, id in enumerate(self.pictures) if id not in self.gone]
        if not present:
            return replace(self, place=len(self.pictures))
        at = sum(one < place for one in present) + by
        return replace(self, place=present[min(max(at, 0), len(present) - 1)])

    def go_to(self, picture: str) -> PickRound:
        """Go to this picture. Raises ValueError if it is not in the round."""
        return replace(self, place=self.pictures.index(picture))

    def _next(self, place: int) -> int:
        """The first place, from this one on, whose picture is not gone."""
        place = max(place, 0)
        while place < len(self.pictures) and self.pictures[place] in self.gone:
            place += 1
        return min(place, len(self.pictures))


def unique(ids: Sequence[str]) -> tuple[str, ...]:
    """The ids without repetitions."""
    return tuple(dict.fromkeys(ids))


def number_of_round(current: PickRound, rounds: Iterable[PickRound]) -> int:
    """Number of a round among consecutive rounds of the same name, from 1."""
    n = 1
    for one in sorted(rounds, key=lambda each: each.definition.created, reverse=True):
        if one.name != current.name or one.definition.created >= current.definition.created:
            continue
        if not current.follows(one):
            break
        n, current = n + 1, one
    return n
