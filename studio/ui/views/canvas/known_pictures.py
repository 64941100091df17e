"""Pictures of a view that lists ids: read on demand, and again after a change."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from studio.domain.entities import Picture
from studio.ui.support.ports import LibraryProtocol
from studio.ui.support.tasks import spawn

MOST = 1000


class KnownPictures(QObject):
    """The pictures that have been read, by id; at most `MOST`.

    Signals:
        read: pictures were read.
    """

    read = Signal()

    def __init__(self, library: LibraryProtocol, parent: QObject) -> None:
        super().__init__(parent)
        self._library = library
        self._known: OrderedDict[str, Picture] = OrderedDict()
        self._asked: set[str] = set()

    def get(self, id: str) -> Picture | None:
        """A picture; None until it is read."""
        return self._known.get(id)

    def request(self, ids: Iterable[str]) -> None:
        """Read the pictures among these that are not known yet."""
        unread = [id for id in ids if id not in self._known and id not in self._asked]
        if unread:
            spawn(self._read(unread))

    def refetch(self, ids: Iterable[str]) -> None:
        """Read the known pictures among these again; they stay in view meanwhile."""
        changed = [id for id in ids if id in self._known]
        if changed:
            spawn(self._read(changed))

    async def _read(self, ids: list[str]) -> None:
        self._asked.update(ids)
        try:
            found = await self._library.find(ids)
        finally:
            self._asked.difference_update(ids)
        for picture in found:
            self._known[picture.id] = picture
            self._known.move_to_end(picture.id)
        while len(self._known) > MOST:
            self._known.popitem(last=False)
        self.read.emit()
