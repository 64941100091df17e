"""Rows of the gallery as a model: one for each entry of an order, or for each tile of its stacks.

Changes are made to the order without stacks first; the rows of that order are called "places".
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Signal

from studio.domain.entities import Job, key_of
from studio.domain.stacks import StackBy, StackTile, TileChange
from studio.ui.views.gallery.order import Entry, JobNumbers, RowOrder

if TYPE_CHECKING:
    from studio.ui.views.gallery.stacked_order import StackedOrder

Index = QModelIndex | QPersistentModelIndex
Key = int | str
"""Permanent key of a row: the picture's index row, or the job's id."""


def job_key(job: Job, by: StackBy) -> int:
    """Key of the stack of a job's pictures; 0 if they are in none."""
    if by is StackBy.RUN:
        return key_of(job.run)
    edited = job.request.edited
    if by is StackBy.PARENT and edited is not None and edited.picture:
        return key_of(edited.picture)
    return 0


class StackPlan(Struct, frozen=True):
    """Rows to be grouped into stacks.

    Attributes:
        rows: rows of pictures and numbers of jobs, in the order without stacks.
        keys: keys of the jobs' stacks, by number of the job.
    """

    by: StackBy
    rows: array[int]
    keys: Mapping[int, int]


class TileRows(QAbstractListModel):
    """Entries as rows, grouped into stacks if there are any.

    Attributes:
        another: whether the rows belong to a different query than the previous ones.

    Signals:
        moving: the row of a job (int) is about to be removed and inserted elsewhere ...
        moved: ... and was (the job's id).
    """

    moving = Signal(int)
    moved = Signal(str)

    # Views also query a model that is partly constructed or destroyed.
    _order = RowOrder()
    _stacks: StackedOrder | None = None

    def __init__(self, parent: QObject | None) -> None:
        super().__init__(parent)
        self._order = RowOrder()
        self._numbers = JobNumbers()
        self._stacks = None
        self.another = False

    @property
    def _tiles(self) -> RowOrder | StackedOrder:
        return self._order if self._stacks is None else self._stacks

    # --- rows -----------------------------------------------------------------------------

    def key_at(self, row: int) -> Key:
        """Permanent key of a row; for a closed stack that of an unfinished job, else of its cover.

        Raises IndexError outside the rows.
        """
        return self._tiles.entry(row)

    def row_of(self, key: Key) -> int | None:
        """Row of a picture (by index row) or a job (by id); None if it is not shown.

        A picture in a closed stack has the row of the stack.
        """
        return self._tiles.find(key)

    def rows_of(self, keys: Iterable[Key]) -> list[int]:
        """Rows of all shown keys, ascending."""
        return self._tiles.find_all(keys)

    def gather(self, spans: Iterable[tuple[int, int]]) -> array[int]:
        """Index rows of the pictures in these ranges of rows, in display order.

        A closed stack counts as its cover.
        """
        return self._tiles.gather(spans)

    def gather_whole(self, ranges: Iterable[tuple[int, int]]) -> array[int]:
        """Index rows as from `gather`, but with all pictures of closed stacks."""
        if self._stacks is None:
            return self._order.gather(ranges)
        found = array("q")
        for first, last in ranges:
            for row in range(first, last + 1):
                tile = self._stacks.tile(row)
                if tile.closed:
                    found.extend(self._stacks.pictures_of(tile.stack))
                elif tile.row > 0:
                    found.append(tile.row)
        return found

    def every_picture(self) -> array[int]:
        """Index rows of all pictures in display order, including those in closed stacks."""
        if self._stacks is not None:
            return self._stacks.every_picture()
        return self._order.pictures(0, len(self._order) - 1)

    @property
    def picture_count(self) -> int:
        """Number of pictures."""
        return self._order.picture_count

    # --- stacks ---------------------------------------------------------------------------

    @property
    def stack_counts(self) -> tuple[int, int] | None:
        """Number of stacks and of single tiles; None without stacks."""
        stacks = self._stacks
        return None if stacks is None else (stacks.stack_count, stacks.stacking.single)

    @property
    def has_stacks(self) -> bool:
        """Whether pictures are grouped into stacks."""
        return self._stacks is not None

    @property
    def has_open_stacks(self) -> bool:
        """Whether any stack is open."""
        return self._stacks is not None and len(self._stacks) > self._stacks.stacking.stacks

    def tile_at(self, row: int) -> StackTile | None:
        """Stack of a row; None for a single picture of no stack, and without stacks."""
        if self._stacks is None or not 0 <= row < len(self._stacks):
            return None
        tile = self._stacks.tile(row)
        return tile if tile.key else None

    def closed_stacks(self, ranges: Iterable[tuple[int, int]]) -> tuple[int, int]:
        """Number of closed stacks in these ranges of rows, and of the pictures in them."""
        found = size = 0
        if self._stacks is not None:
            for first, last in ranges:
                stacks, pictures = self._stacks.stacking.closed(first, last)
                found, size = found + stacks, size + pictures
        return found, size

    def stack_pictures(self, row: int) -> array[int]:
        """Index rows of the pictures of a row's stack, in display order; else only its own."""
        if self._stacks is None:
            return self._order.pictures(row, row)
        return self._stacks.pictures_of(self._stacks.tile(row).stack)

    def stack_jobs(self, row: int) -> list[str]:
        """Ids of the unfinished jobs in a row's stack."""
        return [] if self._stacks is None else self._stacks.jobs_of(self._stacks.tile(row).stack)

    def stack_span(self, row: int) -> range | None:
        """Rows of the open stack that a row belongs to; None if it belongs to none."""
        if self._stacks is None or not 0 <= row < len(self._stacks):
            return None
        tile = self._stacks.tile(row)
        if not tile.open:
            return None
        first = row - tile.member
        return range(first, first + self._stacks.stacking.tile_count(tile.stack))

    def set_open(self, row: int, *, opened: bool, whole: bool = False) -> None:
        """Open or close the stack of a row; `whole` shows all pictures of a large one."""
        stacks = self._stacks
        if stacks is None:
            return
        tile, stacking = stacks.tile(row), stacks.stacking
        if tile.size == 1:
            return

        def apply() -> None:
            stacking.set_open(tile.stack, opened=opened, whole=whole)

        self._change(stacking.opening(tile.stack, opened=opened, whole=whole), apply)
        self._touch_stack(stacking.first_tile(tile.stack))

    def set_all_open(self, *, opened: bool) -> None:
        """Open or close all stacks; selection and position stay."""
        if self._stacks is not None:
            self.another = False
            self.beginResetModel()
            self._stacks.stacking.set_all_open(opened=opened)
            self.endResetModel()

    def open_stacks(self) -> dict[int, bool]:
        """Keys of the open stacks, and whether all of a large one is shown."""
        return {} if self._stacks is None else self._stacks.stacking.opened()

    def set_ranks(self, ranks: dict[int, int]) -> None:
        """Choose the covers again after the ranks of these pictures, by index row, changed."""
        if self._stacks is not None:
            for row in self._stacks.stacking.set_ranks(ranks):
                self._touch_stack(row)

    def _touch_stack(self, row: int) -> None:
        last = (self.stack_span(row) or range(row, row + 1))[-1]
        self.dataChanged.emit(self.index(row), self.index(last), [])

    # --- changes --------------------------------------------------------------------------

    def _put_in(self, at: int, entries: Sequence[Entry], put: Callable[[], object]) -> None:
        """Show new entries, which `put` inserts at a place of the order."""
        if self._stacks is None:
            self.beginInsertRows(QModelIndex(), at, at + len(entries) - 1)
            put()
            self.endInsertRows()
            return
        put()
        for entry in entries:
            self._stack(entry)

    def _stack(self, entry: Entry) -> None:
        if (stacks := self._stacks) is not None:
            self._change(stacks.inserting(entry), lambda: stacks.insert(entry))

    def _unstack(self, entry: Entry) -> None:
        if (stacks := self._stacks) is not None:
            self._change(stacks.removing(entry), lambda: stacks.remove(entry))

    def _take_out(self, places: list[int]) -> None:
        """Remove the entries at these places."""
        if self._stacks is None:
            for first, last in reversed(spans(places)):
                self.beginRemoveRows(QModelIndex(), first, last)
                self._order.remove(first, last)
                self.endRemoveRows()
            return
        for place in reversed(places):
            self._unstack(self._order.entry(place))
            self._order.remove(place, place)

    def _put_picture(self, at: int, picture: int) -> None:
        """Replace the job at a place by its picture."""
        job, stacks = self._order.entry(at), self._stacks
        if stacks is None or not isinstance(job, str):
            self._order.replace(at, picture)
        elif stacks.belongs(picture, job):
            self._order.replace(at, picture)
            stacks.replace(job, picture)
        else:
            self._unstack(job)
            self._order.replace(at, picture)
            self._stack(picture)

    def _touch(self, at: int) -> None:
        """Show the entry at a place again, in another stack if it now belongs there."""
        entry, stacks = self._order.entry(at), self._stacks
        if stacks is not None and isinstance(entry, str) and stacks.misplaced(entry):
            row = stacks.find(entry)
            assert row is not None
            self.moving.emit(row)
            self._unstack(entry)
            self._stack(entry)
            self.moved.emit(entry)
        row = self._tiles.find(entry) if stacks is not None else at
        if row is not None:
            self.dataChanged.emit(self.index(row), self.index(row), [])

    def _change(self, change: TileChange, apply: Callable[[], object]) -> None:
        first, last = change.first, change.last
        if change.kind == "moved":
            self.another = False
            self.beginResetModel()
            apply()
            self.endResetModel()
        elif change.kind == "inserted":
            self.beginInsertRows(QModelIndex(), first, last)
            apply()
            self.endInsertRows()
        elif change.kind == "removed":
            self.beginRemoveRows(QModelIndex(), first, last)
            apply()
            self.endRemoveRows()
        else:
            apply()
            if first <= last:
                self.dataChanged.emit(self.index(first), self.index(last), [])
        if change.kind in ("inserted", "removed") and first:
            # Its stack has another size.
            self._touch_stack(first - 1)

    # --- Qt -------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._tiles)


def spans(rows: list[int]) -> list[tuple[int, int]]:
    """Group ascending rows into ranges: [1, 2, 5] -> [(1, 2), (5, 5)]."""
    found: list[tuple[int, int]] = []
    for row in rows:
        if found and found[-1][1] == row - 1:
            found[-1] = (found[-1][0], row)
        else:
            found.append((row, row))
    return found
