"""Comparison of up to four pictures of a view: a champion and its challengers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain

MOST = 4
"""Limit of pictures compared at once."""

LETTERS = "ABCD"


@dataclass(frozen=True, slots=True, kw_only=True)
class RelativePlacement:
    """Position of one picture within another, in fractions of the width and height of each.

    Point (u, v) of the first is point (across * u + left, down * v + top) of the second.
    """

    across: float
    down: float
    left: float
    top: float

    def place(self, u: float, v: float) -> tuple[float, float]:
        """The point of the second picture that corresponds to a point of the first."""
        return self.across * u + self.left, self.down * v + self.top

    @property
    def inverse(self) -> RelativePlacement:
        """The position of the second picture in the first."""
        return RelativePlacement(
            across=1 / self.across,
            down=1 / self.down,
            left=-self.left / self.across,
            top=-self.top / self.down,
        )


@dataclass(frozen=True, slots=True)
class LostSide:
    """A side whose row left the order, and its replacement."""

    side: int
    stand_in: int
    beaten: frozenset[int]


@dataclass
class Comparison:
    """The compared pictures, as index rows of an order.

    Attributes:
        order: index rows of the view's pictures, each once.
        sides: the compared rows, two to four, each once; the first is the champion unless it is
            unlocked.
        active: the side that arrow keys change.
        locked: whether the champion stays; otherwise side 0 can be active too.
        beaten: rows that have lost to the champion.
    """

    order: Sequence[int]
    sides: list[int]
    active: int = 1
    locked: bool = True
    beaten: set[int] = field(default_factory=set)
    _lost: dict[int, LostSide] = field(default_factory=dict)

    @classmethod
    def of(cls, order: Sequence[int], chosen: Sequence[int]) -> Comparison | None:
        """Comparison of the chosen rows, or of one with its neighbour; None without a pair."""
        sides = [row for row in dict.fromkeys(chosen) if row in order][:MOST]
        made = cls(order, sides)
        if len(sides) == 1 and (other := made.neighbour(sides[0])) is not None:
            sides.append(other)
        return made if len(sides) >= 2 else None

    @property
    def challengers(self) -> int:
        """Number of pictures that can challenge the champion."""
        return len(self.order) - 1

    def place(self, side: int) -> int:
        """Position of a challenger in the order without the champion, from 1."""
        row, champion = self.sides[side], self.sides[0]
        at = _index(self.order, row)
        return at + 1 - (_index(self.order, champion) < at)

    def neighbour(self, row: int) -> int | None:
        """The next row that is not compared, or the nearest one before; None if there is none."""
        at = _index(self.order, row)
        after = self._free(at, 1)
        return self._free(at, -1) if after is None else after

    @property
    def beside(self) -> list[int]:
        """Rows that `step(1)` and `step(-1)` would show on the active side, if any."""
        at = _index(self.order, self.sides[self.active])
        return [row for way in (1, -1) if (row := self._free(at, way)) is not None]

    def step(self, way: int) -> bool:
        """Show the next (1) or previous (-1) row on the active side; False if there is none."""
        found = self._free(_index(self.order, self.sides[self.active]), way)
        if found is None:
            return False
        if self.active:
            self.beaten.add(self.sides[self.active])
        self.sides[self.active] = found
        return True

    def show_row(self, row: int) -> None:
        """Show this row on the active side; one that is compared already becomes active."""
        if row in self.sides:
            self.set_active(self.sides.index(row))
        elif row in self.order:
            self.sides[self.active] = row

    def crown(self, side: int) -> None:
        """Make a challenger the champion; a new challenger takes its place.

        The former champion returns to the order; it is shown only if there is no other challenger.
        """
        if not 0 < side < len(self.sides):
            return
        former, row = self.sides[0], self.sides[side]
        self.sides[0] = row
        # Kept in `sides` during the search, so that any other row is found first.
        self.sides[side] = former
        found = self.neighbour(row)
        self.sides[side] = former if found is None else found
        self.beaten = {former}

    def swap(self, side: int) -> None:
        """Exchange the champion and another side."""
        if 0 < side < len(self.sides):
            self.sides[0], self.sides[side] = self.sides[side], self.sides[0]
            self.beaten = set()

    def set_locked(self, *, locked: bool) -> None:
        """Lock the champion, or let arrow keys change it too."""
        self.locked = locked
        if locked and not self.active:
            self.active = 1

    def set_active(self, side: int) -> None:
        """Choose the side that arrow keys change; not the champion while it is locked."""
        if (side or not self.locked) and side < len(self.sides):
            self.active = side

    def next_active(self, way: int) -> None:
        """Activate the next (1) or previous (-1) side."""
        first = 1 if self.locked else 0
        count = len(self.sides) - first
        self.active = first + (self.active - first + way) % count

    def set_order(self, order: Sequence[int]) -> bool:
        """Adopt a changed order; False when no pair is left.

        A row that left the order is replaced by a neighbour of its former place. If it returns, as
        after an undo, it is shown again, unless its side was changed in the meantime.
        """
        former, self.order = self.order, order
        self._bring_back()
        if any(row not in order for row in self.sides):
            self._refill(former)
        self.active = min(self.active, len(self.sides) - 1)
        return len(self.sides) >= 2

    def show_successor(self, row: int, successor: int) -> None:
        """Show the successor of a row on the side of that row or of its stand-in."""
        lost = self._lost.pop(row, None)
        if row in self.sides:
            side = self.sides.index(row)
        elif lost is not None and self.sides[lost.side : lost.side + 1] == [lost.stand_in]:
            side = lost.side
        else:
            return  # the side was changed in the meantime
        if successor not in self.sides:
            self.sides[side] = successor
        if not side and lost is not None:
            self.beaten = set(lost.beaten)

    def _bring_back(self) -> None:
        for row in [row for row in self._lost if row in self.order]:
            lost = self._lost.pop(row)
            stands = lost.side < len(self.sides) and self.sides[lost.side] == lost.stand_in
            if stands and row not in self.sides:
                self.sides[lost.side] = row
                if not lost.side:
                    self.beaten = set(lost.beaten)

    def _refill(self, former: Sequence[int]) -> None:
        known, beaten = set(self.order), frozenset(self.beaten)
        if self.sides[0] not in known:
            self.beaten = set()
        for side, row in enumerate(self.sides):
            if row not in known:
                found = _nearest(former, row, known.difference(self.sides))
                self.sides[side] = row if found is None else found
                if found is not None:
                    self._lost[row] = LostSide(side, found, beaten)
        self.sides = [row for row in self.sides if row in known]

    def _free(self, at: int, way: int) -> int | None:
        """The first row next to this position that is not compared."""
        place = at + way
        while 0 <= place < len(self.order):
            if self.order[place] not in self.sides:
                return self.order[place]
            place += way
        return None


def _index(order: Sequence[int], row: int) -> int:
    try:
        return order.index(row)
    except ValueError:
        return -1


def _nearest(order: Sequence[int], row: int, free: set[int]) -> int | None:
    """The free row after this one in an order, else the nearest one before it."""
    at = _index(order, row)
    beside = chain(order[at + 1 :], reversed(order[: max(at, 0)]))
    return next((one for one in beside if one in free), None)
