"""The system's setting for reduced motion, which Qt does not report.

On Linux it is read from the desktop's portal, with GLib's command line tool; on Windows from the
system itself; on macOS from the user's defaults. Without an answer, motion is not reduced.
https://flatpak.github.io/xdg-desktop-portal/docs/doc-org.freedesktop.portal.Settings.html
"""

from __future__ import annotations

import asyncio
import ctypes
import logging
import re
import shutil
import subprocess
import sys
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication

from studio.ui.style.qt_style import set_system_motion
from studio.ui.support.tasks import spawn

log = logging.getLogger(__name__)

_SECONDS = 5
_CLIENT_AREA_ANIMATION = 0x1042  # SPI_GETCLIENTAREAANIMATION
_NAMESPACES = (
    "['org.freedesktop.appearance', 'org.gnome.desktop.interface', 'org.kde.kdeglobals.KDE']"
)
_PORTAL = (
    *("call", "--session", "--timeout", str(_SECONDS)),
    *("--dest", "org.freedesktop.portal.Desktop"),
    *("--object-path", "/org/freedesktop/portal/desktop"),
    *("--method", "org.freedesktop.portal.Settings.ReadAll"),
    _NAMESPACES,
)
_REDUCED = re.compile(
    r"'reduced-motion': <uint32 1>"
    r"|'enable-animations': <false>"
    r"|'AnimationDurationFactor': <(?:'0(?:\.0*)?'|0\.0*)>"
)
"""Reduced motion in the portal's answer: the common setting, GNOME's and KDE's."""


class SystemMotion(QObject):
    """Follows the setting, read at the start and whenever the program comes to the front."""

    def __init__(self, app: QGuiApplication, read: Callable[[], bool] | None = None) -> None:
        """`read` is called in a thread; without it, the system's own setting is read."""
        super().__init__(app)
        self._read = read or reads_reduced
        self._reading = False
        app.applicationStateChanged.connect(self.on_state)

    def start(self) -> None:
        """Read the setting for the first time."""
        self._begin()

    def on_state(self, state: Qt.ApplicationState) -> None:
        """Read the setting again: the user may come back from the system's settings."""
        if state is Qt.ApplicationState.ApplicationActive:
            self._begin()

    def _begin(self) -> None:
        if not self._reading:
            self._reading = True
            spawn(self._follow())

    async def _follow(self) -> None:
        try:
            set_system_motion(reduced=await asyncio.to_thread(self._read))
        finally:
            self._reading = False


def reads_reduced() -> bool:
    """Whether the user wants less motion; blocking. False if the system gives no answer."""
    if sys.platform == "win32":
        return _windows_reduces()
    elif sys.platform == "darwin":
        return _output("defaults", "read", "com.apple.universalaccess", "reduceMotion") == "1"
    else:
        return portal_reduces(_output("gdbus", *_PORTAL))


def portal_reduces(answer: str) -> bool:
    """Whether the portal's answer, in GVariant text format, asks for less motion."""
    return _REDUCED.search(answer) is not None


def _output(program: str, *arguments: str) -> str:
    """Output of a system program; "" if it is missing or fails."""
    found = shutil.which(program)
    if found is None:
        return ""
    try:
        done = subprocess.run(
            [found, *arguments],
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=_SECONDS + 1,
        )
    except (OSError, subprocess.SubprocessError) as error:
        log.info("The system's wish for motion cannot be read: %s", error)
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


if sys.platform == "win32":

    def _windows_reduces() -> bool:
        shown = ctypes.c_int(1)
        asked = ctypes.windll.user32.SystemParametersInfoW(
            _CLIENT_AREA_ANIMATION, 0, ctypes.byref(shown), 0
        )
        return bool(asked) and not shown.value
