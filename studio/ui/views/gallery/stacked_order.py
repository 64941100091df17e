"""Tiles of the gallery in stacks: an order of rows and jobs, and its grouping into stacks.

Unfinished jobs are members of the stack of their run, as negative numbers. Ended jobs have tiles of
their own, so that no failure is hidden in a stack.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator

from studio.domain.stacked_rows import Stacking
from studio.domain.stacks import StackTile, TileChange
from studio.ui.views.gallery.order import Entry, JobNumbers, RowOrder

FEW = 8  # rows that are searched one by one
MOST_CHANGED = 200
"""Maximum number of rows changed while stacks were read; beyond it the stacks are read again."""

_PART = 4096


class StackedOrder:
    """Rows of a `RowOrder`, grouped in stacks."""

    def __init__(
        self,
        stacking: Stacking,
        base: RowOrder,
        jobs: JobNumbers,
        key: Callable[[Entry], int],
    ) -> None:
        """`key` returns the key of the stack of a new entry."""
        self.stacking = stacking
        self._base = base
        self._jobs = jobs
        self._key = key

    def adapt(self, before: array[int], most: int = MOST_CHANGED) -> bool:
        """Apply the changes of the order since the stacks were computed from `before`.

        False, without a change, if more than `most` rows changed.
        """
        now = self._base.numbers(self._jobs.number)
        start = _common(before, now)
        if start == len(before) == len(now):
            return True
        end = _common(before[start:][::-1], now[start:][::-1])
        gone, come = before[start : len(before) - end], now[start : len(now) - end]
        if max(len(gone), len(come)) > most:
            return False
        opened, places = self.stacking.opened(), _Places(before)
        for row in gone:
            self.stacking.remove(row, places.of)
        # The places of entries not inserted yet do not matter.
        for row in come:
            self.stacking.insert(row, self._key(self._jobs.entry(row)), self._place)
        for key, whole in opened.items():
            # Reopen stacks whose members only moved.
            stack = self.stacking.find_stack(key)
            if stack is not None and not self.stacking.is_open(stack):
                self.stacking.set_open(stack, opened=True, whole=whole)
        return True

    # --- queries --------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.stacking)

    def tile(self, row: int) -> StackTile:
        """The tile of a row. Raises IndexError."""
        return self.stacking.tile(row)

    def entry(self, row: int) -> Entry:
        """Entry of a row; for a closed stack its first unfinished job, else its cover."""
        tile = self.stacking.tile(row)
        if tile.busy:
            return self.jobs_of(tile.stack)[0]
        return self._jobs.entry(tile.row)

    def jobs_of(self, stack: int) -> list[str]:
        """Ids of the unfinished jobs of a stack."""
        rows = self.stacking.members(stack)
        if min(rows) > 0:
            return []
        return [str(self._jobs.entry(row)) for row in rows if row < 0]

    def pictures_of(self, stack: int) -> array[int]:
        """Index rows of the pictures of a stack, in the order of the grid."""
        return array("q", (row for row in self.stacking.members(stack) if row > 0))

    def find(self, entry: Entry) -> int | None:
        """Row of an entry or of its closed stack; None if it has none."""
        return self.stacking.find(self._jobs.number(entry))

    def find_all(self, entries: Iterable[Entry]) -> list[int]:
        """Rows of the entries found, ascending."""
        wanted = set(map(self._jobs.number, entries))
        if len(wanted) > FEW:
            return self.stacking.find_all(wanted)
        found = {self.stacking.find(row) for row in wanted}
        return sorted(row for row in found if row is not None)

    def gather(self, spans: Iterable[tuple[int, int]]) -> array[int]:
        """Index rows of the pictures in these ranges of rows; of closed stacks only the covers."""
        found = array("q")
        for first, last in spans:
            rows = self.stacking.shown(first, last)
            if rows and min(rows) < 0:
                rows = array("q", (row for row in rows if row > 0))
            found.extend(rows)
        return found

    def every_picture(self) -> array[int]:
        """Index rows of all pictures, including those in closed stacks."""
        rows = self.stacking.every_row()
        return array("q", (row for row in rows if row > 0)) if rows and min(rows) < 0 else rows

    def jobs(self) -> Iterator[tuple[int, str]]:
        """Rows and ids of the jobs; only the first one of a closed stack."""
        told: set[int] = set()
        for _row, id in self._base.jobs():
            at = self.find(id)
            if at is not None and at not in told:
                told.add(at)
                yield at, str(self.entry(at))

    @property
    def stack_count(self) -> int:
        """Number of stacks, without single pictures."""
        return self.stacking.stacks - self.stacking.single

    # --- changes --------------------------------------------------------------------------

    def inserting(self, entry: Entry) -> TileChange:
        """Changes of rows that `insert` will make."""
        return self.stacking.inserting(self._jobs.number(entry), self._key(entry), self._place)

    def insert(self, entry: Entry) -> None:
        """Add an entry that the order without stacks has already."""
        self.stacking.insert(self._jobs.number(entry), self._key(entry), self._place)

    def removing(self, entry: Entry) -> TileChange:
        """Changes of rows that `remove` will make."""
        return self.stacking.removing(self._jobs.number(entry), self._place)

    def remove(self, entry: Entry) -> None:
        """Remove an entry that the order without stacks still has."""
        self.stacking.remove(self._jobs.number(entry), self._place)

    def replace(self, job: str, picture: int) -> int | None:
        """Replace a job by a picture of the same stack; returns the picture's row."""
        return self.stacking.replace(self._jobs.number(job), picture)

    def misplaced(self, entry: Entry) -> bool:
        """Whether an entry is in a stack that it does not belong to."""
        return self.find(entry) is not None and not self.belongs(entry, entry)

    def belongs(self, entry: Entry, other: Entry) -> bool:
        """Whether an entry belongs to the stack that contains the other."""
        at = self.find(other)
        return at is not None and self.tile(at).key == self._key(entry)

    def _place(self, row: int) -> int:
        found = self._base.find(self._jobs.entry(row))
        return len(self._base) if found is None else found


class _Places:
    """Positions of rows in an array, found by a search of its bytes."""

    def __init__(self, rows: array[int]) -> None:
        self._data = rows.tobytes()
        self._width = rows.itemsize

    def of(self, row: int) -> int:
        wanted = array("q", [row]).tobytes()
        at = self._data.find(wanted)
        while at >= 0 and at % self._width:
            at = self._data.find(wanted, at + 1)
        return at // self._width


def _common(one: array[int], other: array[int]) -> int:
    """Length of the common prefix."""
    start, most = 0, min(len(one), len(other))
    while start < most and one[start : start + _PART] == other[start : start + _PART]:
        start = min(start + _PART, most)
    while start < most and one[start] == other[start]:
        start += 1
    return start
