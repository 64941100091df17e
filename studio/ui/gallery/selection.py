"""What is selected, by what it is and not by where it stands, so that it outlives every change."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex

from studio.domain import Job, Picture
from studio.ui.gallery.model import GalleryModel, Key
from studio.ui.states import Item

REMEMBERED = 20_000  # keys carried through a reset; more than that is "everything" or let go
AT_HAND = 1_000  # items told to listeners, dragged or copied at once

_Flag = QItemSelectionModel.SelectionFlag


class Selection:
    """The selection of a view over its model; ranges of rows inside, keys and items outside."""

    def __init__(self, model: GalleryModel, rows: QItemSelectionModel) -> None:
        self._model = model
        self._rows = rows
        self._everything = False
        self._keys: list[Key] = []
        self._current: Key | None = None

    # --- asking ---------------------------------------------------------------------------

    def spans(self) -> list[tuple[int, int]]:
        """The selected rows as rising runs, first and last included."""
        selection = self._rows.selection()
        found = [selection.at(n) for n in range(selection.count())]
        return sorted((each.top(), each.bottom()) for each in found if each.isValid())

    def count(self) -> int:
        """How many rows are selected."""
        return sum(last - first + 1 for first, last in self.spans())

    def holds(self, row: int) -> bool:
        """Whether this row is selected."""
        return self._rows.isSelected(self._model.index(row))

    def pictures(self) -> array[int]:
        """Index rows of the selected pictures, in the order they are shown."""
        found = array("q")
        for first, last in self.spans():
            found.extend(self._model.picture_rows(first, last))
        return found

    def jobs(self) -> tuple[Job, ...]:
        """The selected jobs, in the order they are shown."""
        return tuple(
            job for first, last in self.spans() for job in self._model.jobs_between(first, last)
        )

    def items(self, limit: int = AT_HAND) -> tuple[tuple[Item, ...], bool]:
        """The first selected items that are known, and whether any of those is still unread."""
        items: list[Item] = []
        whole = True
        for first, last in self.spans():
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
        """The selected pictures, read where they are not known."""
        rows = self.pictures()
        return await self._model.read(rows if limit is None else rows[:limit])

    # --- changing -------------------------------------------------------------------------

    def only(self, first: int, last: int) -> None:
        """Select these rows, both included, and nothing else."""
        self._select(min(first, last), max(first, last), _Flag.ClearAndSelect)

    def add(self, first: int, last: int) -> None:
        """Select these rows too."""
        self._select(min(first, last), max(first, last), _Flag.Select)

    def toggle(self, row: int) -> None:
        """Select this row, or let it go."""
        self._select(row, row, _Flag.Toggle)

    def rows(self, rows: Iterable[int]) -> None:
        """Select exactly these rows, given rising."""
        selection = QItemSelection()
        start = end = -2
        for row in rows:
            if row == end + 1:
                end = row
                continue
            if start >= 0:
                selection.select(self._model.index(start), self._model.index(end))
            start = end = row
        if start >= 0:
            selection.select(self._model.index(start), self._model.index(end))
        self._rows.select(selection, _Flag.ClearAndSelect)

    def _select(self, first: int, last: int, how: QItemSelectionModel.SelectionFlag) -> None:
        selection = QItemSelection(self._model.index(first), self._model.index(last))
        self._rows.select(selection, how)

    # --- through a reset ------------------------------------------------------------------

    def remember(self) -> None:
        """Keep what is selected, and where the keyboard is, by key: the rows are about to go."""
        count, total = self.count(), self._model.rowCount()
        self._everything = total > 0 and count == total and count > 1
        self._keys = []
        if not self._everything and count <= REMEMBERED:
            self._keys = [
                self._model.key_at(row)
                for first, last in self.spans()
                for row in range(first, last + 1)
            ]
        current = self._rows.currentIndex()
        self._current = self._model.key_at(current.row()) if current.isValid() else None

    def restore(self) -> None:
        """Select again what is still shown."""
        total = self._model.rowCount()
        if self._everything and total:
            self.only(0, total - 1)
        elif self._keys:
            self.rows(self._model.rows_of(self._keys))
        row = None if self._current is None else self._model.row_of(self._current)
        current = QModelIndex() if row is None else self._model.index(row)
        self._rows.setCurrentIndex(current, _Flag.NoUpdate)
        self._keys, self._everything = [], False
