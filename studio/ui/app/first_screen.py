"""The first pictures of the grid, read and decoded on a thread while the window is being built.

A start is Python's own work on one processor; this is the part of it that another one can do. It
begins before Qt is loaded, so nothing of Qt is imported here at the top.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from typing import TYPE_CHECKING

from studio.common.errors import StudioError
from studio.ui.support.first_query import first_query

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from studio.app.core import Core
    from studio.domain.entities import Picture

log = logging.getLogger(__name__)

FIRST_PICTURES = 64
"""Asked of the index: a screen of usual tiles, and the runs they belong to."""

DECODED = 48
"""Decoded ahead; where smaller tiles show more, the others come a moment later."""

PATIENCE = 0.3
"""Seconds the window waits for them at most before it is shown."""


class FirstScreen:
    """Reads from the index as it was left; the library need not be open.

    Attributes:
        pictures: in the order of the grid, once `wait` said so.
        limited: whether there may be more than these.
    """

    def __init__(self, core: Core) -> None:
        """The core is prepared, and need not be open."""
        self.pictures: list[Picture] = []
        self._library = core.library
        self._query = first_query(core.settings.value, core.session_start)
        self._tile = core.settings.value.tile
        self._ratio = 1.0
        self._images: dict[str, QImage] = {}
        self._waiting: deque[Picture] = deque()
        self._read = threading.Event()
        self._qt_is_there = threading.Event()
        self._thread = threading.Thread(target=self._run, name="first-screen", daemon=True)
        self._thread.start()

    @property
    def limited(self) -> bool:
        """Whether the library may hold more than was read."""
        return len(self.pictures) >= FIRST_PICTURES

    def decode(self, ratio: float) -> None:
        """Qt is loaded: decode for a screen with that many device pixels to a logical one."""
        self._ratio = ratio
        self._qt_is_there.set()

    def read(self) -> list[Picture]:
        """The pictures, as soon as the index told them; empty when it did not in time."""
        return self.pictures if self._read.wait(PATIENCE) else []

    def images(self) -> dict[str, QImage]:
        """The first pictures decoded, by picture id; what the thread has not done is done here."""
        self._qt_is_there.set()
        self._decode()
        self._thread.join(PATIENCE)
        found, self._images = self._images, {}
        return found

    def _run(self) -> None:
        try:
            self.pictures = self._library.first_screen(self._query, FIRST_PICTURES)
            self._waiting.extend(self.pictures[:DECODED])
        except (StudioError, OSError) as error:
            log.info("The first screen waits for the library: %s", error)
        finally:
            self._read.set()
        if self.pictures:
            self._qt_is_there.wait()
            self._decode()

    def _decode(self) -> None:
        """Decode until none waits; two threads may."""
        # The thread begins before Qt is loaded.
        from PySide6.QtCore import QSize
        from PySide6.QtGui import QImageReader

        side = self._tile * self._ratio
        while self._waiting:
            try:
                picture = self._waiting.popleft()
            except IndexError:
                return
            path = self._library.kept_thumbnail(picture, round(side))
            if path is None:
                continue
            aspect = picture.width / picture.height
            # A reader, because Python goes on beside its `read`; the format spares Qt loading all
            # its decoders. As large as the gallery fits it into its square
            # (ui/views/gallery/layout.py).
            reader = QImageReader(str(path), b"jpg")
            reader.setScaledSize(QSize(round(side * min(1, aspect)), round(side / max(1, aspect))))
            image = reader.read()
            if not image.isNull():
                self._images[picture.id] = image
