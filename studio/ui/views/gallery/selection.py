"""Selection by key instead of row, so that it survives every change of the rows.

The rows are kept in our own ranges: with ten thousand scattered ones Qt's selection takes a fifth
of a second per change. Qt's selection mirrors them while the ranges are few; assistive programs
read it, and selections they make are forwarded here.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
)

from studio.domain.entities import Job, Picture
from studio.ui.support.tile_content import Item
from studio.ui.views.gallery.model import GalleryModel, Key

Span = tuple[int, int]
"""First and last row, both included."""


class RowRanges:
    """A set of rows as ascending, disjoint ranges, cheap for a million rows."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._count = 0

    def __len__(self) -> int:
        """Number of ranges."""
        return len(self._starts)

    def __iter__(self) -> Iterator[Span]:
        return zip(self._starts, self._ends, strict=True)

    @property
    def count(self) -> int:
        """Number of rows."""
        return self._count

    def holds(self, row: int) -> bool:
        """Whether the set contains this row."""
        at = bisect_right(self._starts, row) - 1
        return at >= 0 and row <= self._ends[at]

    # --- changes --------------------------------------------------------------------------

    def clear(self) -> None:
        """Remove all rows."""
        self._starts, self._ends, self._count = [], [], 0

    def set_rows(self, rows: Iterable[int]) -> None:
        """Set exactly these rows, ascending."""
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
        """Add these rows."""
        # Adjacent ranges are merged.
        low = bisect_left(self._ends, first - 1)
        high = bisect_right(self._starts, last + 1)
        if low < high:
            first = min(first, self._starts[low])
            last = max(last, self._ends[high - 1])
        self._put(low, high, [(first, last)])

    def cut(self, first: int, last: int) -> None:
        """Remove these rows."""
        low = bisect_left(self._ends, first)
        high = bisect_right(self._starts, last)
        if low >= high:
            return
        left = (self._starts[low], first - 1)
        right = (last + 1, self._ends[high - 1])
        self._put(low, high, [span for span in (left, right) if span[0] <= span[1]])

    def inserted(self, first: int, last: int) -> None:
        """Shift for inserted rows, which are not added to the set."""
        at = bisect_left(self._ends, first)
        if at < len(self._starts) and self._starts[at] < first:
            self._put(at, at + 1, [(self._starts[at], first - 1), (first, self._ends[at])])
            at += 1
        self._move(at, last - first + 1)

    def removed(self, first: int, last: int) -> None:
        """Shift for removed rows."""
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


REMEMBERED = 20_000  # keys kept through a reset; a larger selection is "everything" or dropped
AT_HAND = 1_000  # items reported, dragged or copied at once
MIRRORED = 64  # maximum number of ranges mirrored to Qt

_Flag = QItemSelectionModel.SelectionFlag


class RangeSelectionModel(QItemSelectionModel):
    """Qt's own selection: holds the current index, and the ranges while they are few."""

    def __init__(self, model: GalleryModel, parent: QObject) -> None:
        super().__init__(model, parent)
        self.asked: Callable[[Sequence[Span], _Flag], None] | None = None

    def show(self, spans: Iterable[Span]) -> None:
        """Select exactly these ranges."""
        model = self.model()
        selection = QItemSelection()
        for first, last in spans:
            selection.select(model.index(first, 0), model.index(last, 0))
        super().select(selection, _Flag.ClearAndSelect)

    # --- Qt -------------------------------------------------------------------------------

    def select(
        self, what: QModelIndex | QPersistentModelIndex | QItemSelection, command: _Flag
    ) -> None:
        if self.asked is None:
            # All rows are about to be removed: Qt clears its own selection.
            super().select(what, command)
            return
        spans: list[Span] = []
        if isinstance(what, QItemSelection):
            ranges = (what.at(n) for n in range(what.count()))
            spans = [(each.top(), each.bottom()) for each in ranges if each.isValid()]
        elif what.isValid():
            spans = [(what.row(), what.row())]
        self.asked(spans, command)


class GallerySelection:
    """Selection of a view, stored as ranges of rows and exposed as keys and items."""

    def __init__(
        self,
        model: GalleryModel,
        rows: RangeSelectionModel,
        changed: Callable[[], None] | None = None,
    ) -> None:
        """`changed` is called after every change, whatever its origin."""
        self._model = model
        self._rows = rows
        self._changed = changed
        self._spans = RowRanges()
        self._mirrored = True
        self._everything = False
        self._keys: list[Key] = []
        self._current: Key | None = None
        rows.asked = self._asked

    # --- queries --------------------------------------------------------------------------

    def spans(self) -> list[Span]:
        """Selected rows as ascending ranges, first and last included."""
        return list(self._spans)

    def count(self) -> int:
        """Number of selected rows."""
        return self._spans.count

    def holds(self, row: int) -> bool:
        """Whether this row is selected."""
        return self._spans.holds(row)

    def pictures(self) -> array[int]:
        """Index rows of the selected pictures, in display order."""
        return self._model.gather(self._spans)

    def keys(self, limit: int = AT_HAND) -> tuple[Key, ...]:
        """The first selected pictures (by index row) and jobs (by id), in display order."""
        rows = chain.from_iterable(range(first, last + 1) for first, last in self._spans)
        return tuple(map(self._model.key_at, islice(rows, limit)))

    def jobs(self) -> tuple[Job, ...]:
        """Selected jobs, in display order."""
        return tuple(job for row, job in self._model.jobs_shown() if self._spans.holds(row))

    def items(self, limit: int = AT_HAND) -> tuple[tuple[Item, ...], bool]:
        """The first loaded selected items, and whether none of them is still unread."""
        items: list[Item] = []
        whole = True
        for first, last in self._spans:
            for row in range(first, min(last, first + limit - len(items)) + 1):
                item = self._model.item_at(row)
                if item is None:
                    whole = False
                else:
                    items.append(item)
                if len(items) >= limit:
                    return tuple(items), whole
        return tuple(items), whole

    async def read(self, limit: int | None = None) -> list[Picture]:
        """Selected pictures; those not loaded are read."""
        rows = self.pictures()
        return await self._model.read(rows if limit is None else rows[:limit])

    def neighbour(self) -> int | None:
        """Row to go to after the selected ones are removed: the next one, else the previous."""
        spans = self.spans()
        if not spans:
            return None
        after = spans[-1][1] + 1
        if after < self._model.rowCount():
            return after
        return spans[-1][0] - 1 if spans[-1][0] else None

    # --- changing -------------------------------------------------------------------------

    def only(self, first: int, last: int) -> None:
        """Select these rows, both included, and nothing else."""
        self._spans.clear()
        self.add(first, last)

    def add(self, first: int, last: int) -> None:
        """Add these rows to the selection."""
        self._spans.add(min(first, last), max(first, last))
        self._show()

    def toggle(self, row: int) -> None:
        """Toggle the selection of this row."""
        (self._spans.cut if self._spans.holds(row) else self._spans.add)(row, row)
        self._show()

    def rows(self, rows: Iterable[int]) -> None:
        """Select exactly these rows, ascending."""
        self._spans.set_rows(rows)
        self._show()

    def these(self, spans: Iterable[Span]) -> None:
        """Select exactly these ranges."""
        self._spans.clear()
        for first, last in spans:
            self._spans.add(first, last)
        self._show()

    def _asked(self, spans: Sequence[Span], how: _Flag) -> None:
        """Apply a selection made by Qt, or by an assistive program through it."""
        if how & _Flag.Clear:
            self._spans.clear()
        for first, last in spans:
            if how & _Flag.Select:
                self._spans.add(first, last)
            elif how & _Flag.Deselect:
                self._spans.cut(first, last)
            elif how & _Flag.Toggle:
                held = self._spans.holds(first)
                (self._spans.cut if held else self._spans.add)(first, last)
        self._show()

    def _show(self) -> None:
        self._keys.clear()
        few = len(self._spans) <= MIRRORED
        if few or self._mirrored:
            self._rows.show(self._spans if few else ())
        self._mirrored = few
        if self._changed is not None:
            self._changed()

    # --- changes of the model -----------------------------------------------------------------

    def inserted(self, first: int, last: int) -> None:
        """Shift for inserted rows."""
        self._spans.inserted(first, last)

    def removed(self, first: int, last: int) -> None:
        """Shift for removed rows."""
        self._spans.removed(first, last)

    def remember(self) -> None:
        """Remember selection and focus by key before a reset."""
        self._rows.asked = None
        count, total = self.count(), self._model.rowCount()
        whole = total > 0 and count == total and count > 1
        # "Everything" of one query is not everything of the next.
        self._everything = whole and not self._model.another
        self._keys = [*self._keys] if not self._spans else []
        if not self._everything and count <= REMEMBERED:
            self._keys += [*self.pictures(), *(job.id for job in self.jobs())]
        current = self._rows.currentIndex()
        if current.isValid():
            self._current = self._model.key_at(current.row())
        elif self._model.whole:
            self._current = None

    def restore(self) -> None:
        """Reselect the items still shown; those not yet loaded wait for `complete`."""
        total = self._model.rowCount()
        self._rows.asked = self._asked
        keys, self._keys = self._keys, []
        self._spans.clear()
        if self._everything and total:
            self._spans.add(0, total - 1)
        elif keys:
            self._spans.set_rows(self._model.rows_of(keys))
        self._show()
        row = None if self._current is None else self._model.row_of(self._current)
        current = QModelIndex() if row is None else self._model.index(row)
        self._rows.setCurrentIndex(current, _Flag.NoUpdate)
        self._everything = False
        if not self._model.whole and self._spans.count < len(keys):
            self._keys = keys

    def complete(self) -> None:
        """Reselect the waiting items, unless the selection changed meanwhile."""
        if self._keys:
            keys, self._keys = self._keys, []
            self._spans.set_rows(self._model.rows_of(keys))
            self._show()
