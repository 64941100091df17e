"""Thumbnails of the pictures drawn from a markup, for "What is sent"."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QPixmap

from studio.common.errors import StudioError
from studio.domain.entities import GenerationRequest
from studio.ui.support.raster import from_jpeg
from studio.ui.support.screen_colours import screen_colours
from studio.ui.support.tasks import spawn

if TYPE_CHECKING:
    from studio.app.core import Core
    from studio.generation.guides import GuidePreview

EDGE = 256
"""Long edge in pixels."""


class GuideThumbnails(QObject):
    """Draws the pictures of the request shown last, one request at a time.

    Signals:
        arrived: the pictures of a request were drawn.
        failed(object): the StudioError of a picture that cannot be drawn.
    """

    arrived = Signal()
    failed = Signal(object)

    def __init__(self, core: Core, parent: QObject) -> None:
        super().__init__(parent)
        self._core = core
        self._wanted: GenerationRequest | None = None
        self._drawing = False
        self._pixmaps: dict[bytes, QPixmap] = {}
        screen_colours().changed.connect(self._pixmaps.clear)

    def show(self, request: GenerationRequest, preview: GuidePreview | None) -> None:
        """Draw the pictures of a request, unless `preview` was drawn and has thumbnails."""
        if preview is not None and all(one in self._pixmaps for one in preview.data):
            self._wanted = None
            return
        self._wanted = request
        if not self._drawing:
            self._drawing = True
            spawn(self._draw())

    def pixmap(self, request: GenerationRequest, place: int) -> QPixmap | None:
        """Thumbnail of a picture of a request; None until it is drawn."""
        preview = self._core.guides.known_preview(request)
        if preview is None or place >= len(preview.data):
            return None
        return self._pixmaps.get(preview.data[place])

    async def _draw(self) -> None:
        try:
            while (request := self._wanted) is not None:
                self._wanted = None
                await self._draw_one(request)
        finally:
            self._drawing = False

    async def _draw_one(self, request: GenerationRequest) -> None:
        try:
            preview = await self._core.guides.preview(request, EDGE)
        except StudioError as error:
            self.failed.emit(error)
            return
        found: dict[bytes, QPixmap] = {}
        for data in preview.data:
            image = await asyncio.to_thread(from_jpeg, data, screen_colours().transform)
            found[data] = QPixmap.fromImage(image)
        if self._wanted is None:
            self._pixmaps = found
            self.arrived.emit()
