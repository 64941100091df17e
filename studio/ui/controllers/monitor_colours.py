"""Keeps displayed colours matched to the monitor the window is on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QWidget

from studio.domain.events import Event, SettingsChanged
from studio.ui.support import monitor_profile, x11_profile
from studio.ui.support.monitor_profile import MonitorPlace
from studio.ui.support.ports import CoreProtocol
from studio.ui.support.screen_colours import (
    MonitorState,
    ProfileUnusable,
    ScreenTransform,
    screen_colours,
)
from studio.ui.support.tasks import spawn

log = logging.getLogger(__name__)

SETTING = "monitor_profile"


class MonitorColours(QObject):
    """Reads the monitor's profile, and again when monitor, profile or setting changes."""

    def __init__(
        self,
        core: CoreProtocol,
        window: QWidget,
        *,
        read: Callable[[MonitorPlace], ScreenTransform] = monitor_profile.read_transform,
    ) -> None:
        """`read` is called in a thread."""
        super().__init__(window)
        self._core = core
        self._window = window
        self._read_transform = read
        self._reading = False
        self._outdated = False
        self._watch: x11_profile.ProfileWatch | None = None

    def start(self) -> None:
        """Follow the window, which has been shown, from now on."""
        application = QGuiApplication.instance()
        handle = self._window.windowHandle()
        if handle is not None and isinstance(application, QGuiApplication):
            handle.screenChanged.connect(self.on_screen)
            application.screenAdded.connect(self.on_screen)
            application.screenRemoved.connect(self.on_screen)
            application.primaryScreenChanged.connect(self.on_screen)
        self.update_profile()
        if QGuiApplication.platformName() == "xcb":
            spawn(self._watch_server())

    def stop(self) -> None:
        """Stop watching the system."""
        if self._watch is not None:
            self._watch.stop()
            self._watch = None

    def on_core_event(self, event: Event) -> None:
        """Apply the setting."""
        if isinstance(event, SettingsChanged) and SETTING in event.names:
            self.update_profile()

    def on_screen(self, _screen: QScreen | None) -> None:
        """Read the profile of the monitor the window is on now."""
        self.update_profile()

    def update_profile(self) -> None:
        """Read the monitor's profile, and show pictures through it."""
        self._outdated = True
        if not self._reading:
            self._reading = True
            spawn(self._update())

    async def _update(self) -> None:
        try:
            # A change during the reading of a profile leads to another reading.
            while self._outdated:
                self._outdated = False
                await self._show_current()
        finally:
            self._reading = False

    async def _show_current(self) -> None:
        if not self._core.settings.value.monitor_profile:
            screen_colours().show_as_srgb(MonitorState.OFF)
            return
        place = monitor_profile.place_of(self._window.windowHandle())
        try:
            transform = await asyncio.to_thread(self._read_transform, place)
        except ProfileUnusable as unusable:
            log.info("Pictures are shown as sRGB: %s", unusable)
            transform, state = None, unusable.state
        if self._outdated:
            return
        if transform is None:
            screen_colours().show_as_srgb(state)
        else:
            screen_colours().show_through(transform)

    async def _watch_server(self) -> None:
        try:
            connection = await asyncio.to_thread(x11_profile.connect)
        except OSError as error:
            log.info("Changes of the monitor's profile are not noticed: %s", error)
            return
        self._watch = x11_profile.ProfileWatch(connection, self)
        self._watch.changed.connect(self.update_profile)
