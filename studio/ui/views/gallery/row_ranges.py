"""Rows as runs of neighbours: a million of them, or ten thousand scattered ones, cost little."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

Span = tuple[int, int]
"""First and last row, both included."""


class RowRanges:
    """A set of rows, kept as rising runs that do not touch."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._count = 0

    def __len__(self) -> int:
        """How many runs there are."""
        return len(self._starts)

    def __iter__(self) -> Iterator[Span]:
        return zip(self._starts, self._ends, strict=True)

    @property
    def count(self) -> int:
        """How many rows."""
        return self._count

    def holds(self, row: int) -> bool:
        """Whether this row is among them."""
        at = bisect_right(self._starts, row) - 1
        return at >= 0 and row <= self._ends[at]

    # --- changes --------------------------------------------------------------------------

    def clear(self) -> None:
        """No rows."""
        self._starts, self._ends, self._count = [], [], 0

    def set_rows(self, rows: Iterable[int]) -> None:
        """Exactly these rows, given rising."""
        starts: list[int] = []
        ends: list[int] = []
        last = -2
        for row in rows:
            if row != last + 1:
                if starts:
                    ends.append(last)
                starts.append(row)
            last = row
        if starts:
            ends.append(last)
        self._starts, self._ends = starts, ends
        self._count = sum(ends) - sum(starts) + len(starts)

    def add(self, first: int, last: int) -> None:
        """These rows too."""
        # Runs that touch become one.
        low = bisect_left(self._ends, first - 1)
        high = bisect_right(self._starts, last + 1)
        if low < high:
            first = min(first, self._starts[low])
            last = max(last, self._ends[high - 1])
        self._put(low, high, [(first, last)])

    def cut(self, first: int, last: int) -> None:
        """Without these rows."""
        low = bisect_left(self._ends, first)
        high = bisect_right(self._starts, last)
        if low >= high:
            return
        left = (self._starts[low], first - 1)
        right = (last + 1, self._ends[high - 1])
        self._put(low, high, [span for span in (left, right) if span[0] <= span[1]])

    def inserted(self, first: int, last: int) -> None:
        """Rows came in; they are not among these, and those behind them moved."""
        at = bisect_left(self._ends, first)
        if at < len(self._starts) and self._starts[at] < first:
            self._put(at, at + 1, [(self._starts[at], first - 1), (first, self._ends[at])])
            at += 1
        self._move(at, last - first + 1)

    def removed(self, first: int, last: int) -> None:
        """Rows went away."""
        self.cut(first, last)
        at = bisect_left(self._starts, first)
        self._move(at, first - last - 1)
        if 0 < at < len(self._starts) and self._ends[at - 1] + 1 == self._starts[at]:
            self._put(at - 1, at + 1, [(self._starts[at - 1], self._ends[at])])

    def _move(self, at: int, by: int) -> None:
        self._starts[at:] = [row + by for row in self._starts[at:]]
        self._ends[at:] = [row + by for row in self._ends[at:]]

    def _put(self, low: int, high: int, spans: list[Span]) -> None:
        gone = sum(self._ends[low:high]) - sum(self._starts[low:high]) + (high - low)
        self._count += sum(last - first + 1 for first, last in spans) - gone
        self._starts[low:high] = [first for first, _last in spans]
        self._ends[low:high] = [last for _first, last in spans]
