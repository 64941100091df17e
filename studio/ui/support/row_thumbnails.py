"""Small thumbnails for the rows of lists: fetched when first painted, kept within a bound."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Sequence
from typing import Protocol

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage, QPixmap

from studio.common.errors import StudioError
from studio.domain.entities import Picture, Reference
from studio.ui.support import raster
from studio.ui.support.screen_colours import ScreenTransform, screen_colours
from studio.ui.support.tasks import spawn

log = logging.getLogger(__name__)

EDGE = 256
"""Pixels of the long edge, as cached by the library."""

_SIDE = 64
"""Device pixels of the kept squares in rows of text, enough for 28 logical pixels at 200 %."""

_MOST = 600


class RowThumbnailSource(Protocol):
    """The part of the library that small thumbnails need."""

    async def find(self, ids: Sequence[str]) -> list[Picture]: ...
    async def thumbnail(self, picture: Picture, edge: int) -> bytes: ...
    async def input_thumbnail(self, reference: Reference, edge: int = 256) -> bytes: ...


class RowThumbnails(QObject):
    """Square thumbnails of pictures and references.

    Signals:
        ready: a requested thumbnail has arrived.
    """

    ready = Signal()

    def __init__(self, source: RowThumbnailSource, parent: QObject, *, side: int = _SIDE) -> None:
        """`side` is the side of the kept squares in device pixels."""
        super().__init__(parent)
        self._source = source
        self._side = side
        self._held: OrderedDict[str, QPixmap] = OrderedDict()
        self._asked: set[str] = set()
        screen_colours().changed.connect(self.on_screen_colours)

    def on_screen_colours(self) -> None:
        """Fetch all again, for the colours of another monitor."""
        self._held.clear()
        self._asked.clear()
        self.ready.emit()

    def picture(self, id: str) -> QPixmap | None:
        """Thumbnail of a library picture; None while it is fetched, or if there is none."""
        return self._pixmap(id, None)

    def reference(self, reference: Reference) -> QPixmap | None:
        """Thumbnail of a reference; None while it is fetched, or if there is none."""
        return self._pixmap(reference.sha256, reference)

    def _pixmap(self, key: str, reference: Reference | None) -> QPixmap | None:
        held = self._held.get(key)
        if held is not None:
            self._held.move_to_end(key)
        elif key not in self._asked:
            self._asked.add(key)
            spawn(self._fetch(key, reference))
        return held

    async def _fetch(self, key: str, reference: Reference | None) -> None:
        try:
            if reference is not None:
                data = await self._source.input_thumbnail(reference, EDGE)
            else:
                found = await self._source.find([key])
                if not found:
                    return
                data = await self._source.thumbnail(found[0], EDGE)
        except StudioError as error:
            # The row is complete without it.
            log.info("A row has no thumbnail: %s", error)
            return
        screen = screen_colours().transform
        image = await asyncio.to_thread(_square, data, self._side, screen)
        # A dialog may have been closed meanwhile, or moved to another monitor.
        if image.isNull() or not shiboken6.isValid(self):
            return
        if screen is not screen_colours().transform:
            return
        self._held[key] = QPixmap.fromImage(image)
        while len(self._held) > _MOST:
            gone, _pixmap = self._held.popitem(last=False)
            self._asked.discard(gone)
        self.ready.emit()


def _square(data: bytes, side: int, screen: ScreenTransform | None) -> QImage:
    """The middle of a JPEG as a square, in the colours of the monitor. Runs in a thread."""
    image = raster.from_jpeg(data, screen)
    if image.isNull():
        return image
    filled = image.scaled(
        side,
        side,
        Qt.AspectRatioMode.KeepAspectRatioByExpanding,
        Qt.TransformationMode.SmoothTransformation,
    )
    left, top = (filled.width() - side) // 2, (filled.height() - side) // 2
    return filled.copy(left, top, side, side)
