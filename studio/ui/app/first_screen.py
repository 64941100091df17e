"""First pictures of the grid, read and decoded on a thread during the window's construction.

A start is mainly Python code on one processor; this part can run on another. It begins before Qt is
loaded, so nothing of Qt is imported at module level.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from typing import TYPE_CHECKING

from studio.common.errors import StudioError
from studio.domain.stacks import StackBy
from studio.ui.support.first_query import first_query, stacks_of

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from studio.app.core import Core
    from studio.domain.entities import Picture
    from studio.library.index.stacks import FirstStacks
    from studio.ui.support.monitor_profile import MonitorPlace
    from studio.ui.support.screen_colours import ScreenTransform

log = logging.getLogger(__name__)

FIRST_PICTURES = 64
"""Pictures read from the index: a screen of usual tiles, and the rest of their runs."""

DECODED = 48
"""Pictures decoded ahead; with smaller tiles the others follow a moment later."""

PATIENCE = 0.3
"""Longest wait for the pictures before the window is shown, in seconds."""


class FirstScreen:
    """Reads the index as last saved; the library need not be open.

    Attributes:
        pictures: in the order of the grid; complete once `read` has returned.
        stacks: the stacks whose covers are among them, if the grid shows stacks.
        limited: whether there may be more than these.
        screen: conversion for the monitor that the images were made with; None for sRGB.
    """

    def __init__(self, core: Core) -> None:
        """The core must be prepared, but need not be open."""
        self.pictures: list[Picture] = []
        self.stacks: FirstStacks | None = None
        self._library = core.library
        self._query = first_query(core.settings.value, core.session_start)
        self._by = stacks_of(core.settings.value, self._query)
        self._tile = core.settings.value.tile
        self._ratio = 1.0
        self._through_profile = core.settings.value.monitor_profile
        self._monitor: MonitorPlace | None = None
        self.screen: ScreenTransform | None = None
        self._images: dict[str, tuple[QImage, ScreenTransform | None]] = {}
        self._waiting: deque[Picture] = deque()
        self._read = threading.Event()
        self._qt_is_there = threading.Event()
        self._monitor_read = threading.Event()
        self._thread = threading.Thread(target=self._run, name="first-screen", daemon=True)
        self._thread.start()

    @property
    def limited(self) -> bool:
        """Whether the library may hold more than was read."""
        return len(self.pictures) >= FIRST_PICTURES

    def decode(self, ratio: float, monitor: MonitorPlace | None = None) -> None:
        """Start decoding for this ratio of device to logical pixels; Qt must be loaded.

        The pictures are converted for `monitor`, unless the settings say otherwise.
        """
        self._ratio = ratio
        if self._through_profile:
            self._monitor = monitor
        self._qt_is_there.set()

    def read(self) -> list[Picture]:
        """The pictures, once read from the index; empty after a timeout."""
        return self.pictures if self._read.wait(PATIENCE) else []

    def images(self) -> dict[str, QImage]:
        """Decoded first pictures, by picture id; finishes the thread's work here."""
        self._qt_is_there.set()
        self._monitor_read.wait(PATIENCE)
        self._decode()
        self._thread.join(PATIENCE)
        found, self._images = self._images, {}
        return {id_: image for id_, (image, screen) in found.items() if screen is self.screen}

    def _run(self) -> None:
        try:
            if self._by is StackBy.OFF:
                self.pictures = self._library.first_screen(self._query, FIRST_PICTURES)
            else:
                self.stacks = self._library.first_stacks(self._query, self._by, FIRST_PICTURES)
                self.pictures = [] if self.stacks is None else self.stacks.pictures
            self._waiting.extend(self.pictures[:DECODED])
        except (StudioError, OSError) as error:
            log.info("The first screen waits for the library: %s", error)
        finally:
            self._read.set()
        if not self.pictures:
            self._monitor_read.set()
            return
        self._qt_is_there.wait()
        self._read_monitor()
        self._decode()

    def _read_monitor(self) -> None:
        """Read the profile of the monitor, if pictures are to be shown through it."""
        try:
            if self._monitor is not None:
                # This import loads Qt, and the thread begins before Qt is loaded.
                from studio.ui.app import first_images

                self.screen = first_images.screen_of(self._monitor)
        finally:
            self._monitor_read.set()

    def _decode(self) -> None:
        """Decode until nothing is left; runs on up to two threads."""
        # As above.
        from studio.ui.app import first_images

        side = self._tile * self._ratio
        while self._waiting:
            try:
                picture = self._waiting.popleft()
            except IndexError:
                return
            path = self._library.kept_thumbnail(picture, round(side))
            if path is None:
                continue
            screen = self.screen
            image = first_images.decoded(path, picture.width / picture.height, side, screen)
            if image is not None:
                self._images[picture.id] = image, screen
