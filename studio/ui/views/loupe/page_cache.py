"""Which pictures stand in the order looked at, read a page at a time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence

from PySide6.QtCore import QObject, Signal

from studio.domain.entities import Picture
from studio.ui.support.library_protocol import LibraryProtocol
from studio.ui.support.tasks import spawn

KEPT = 2000  # pictures remembered; their values are small


class PageCache(QObject):
    """The order, as index rows, and those of its pictures that were read.

    Signals:
        read: rows that were asked for have come (a frozenset).
    """

    read = Signal(object)

    def __init__(self, library: LibraryProtocol, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.order: Sequence[int] = ()
        self._library = library
        self._known: OrderedDict[int, Picture] = OrderedDict()
        self._asked: set[int] = set()

    def __len__(self) -> int:
        return len(self.order)

    def picture(self, index: int) -> Picture | None:
        """The picture at a place of the order, if it was read."""
        if not 0 <= index < len(self.order):
            return None
        row = self.order[index]
        found = self._known.get(row)
        if found is not None:
            self._known.move_to_end(row)
        return found

    def request_pages(self, indexes: Iterable[int]) -> None:
        """Read what of these places is not known; `read` tells when it is."""
        rows = [
            self.order[index]
            for index in indexes
            if 0 <= index < len(self.order) and self.order[index] not in self._known
        ]
        rows = [row for row in rows if row not in self._asked]
        if rows:
            self._asked.update(rows)
            spawn(self._read(rows))

    def refetch_pictures(self, ids: Iterable[str]) -> None:
        """These pictures changed: read them again when they are wanted."""
        gone = set(ids)
        for row in [row for row, picture in self._known.items() if picture.id in gone]:
            del self._known[row]

    async def _read(self, rows: list[int]) -> None:
        try:
            for picture in await self._library.pictures(rows):
                self._known[picture.row] = picture
        finally:
            self._asked.difference_update(rows)
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        self.read.emit(frozenset(rows))
