"""Clipboard access that verifies each copy.

Under X11 a program owns the clipboard from a timestamp on, and the server rejects future ones. Qt
uses the latest timestamp it has seen, including those of programs that request dragged or copied
data: pcmanfm sends seconds since 1970, which are days or weeks ahead. After that nothing could be
copied, although `QClipboard.ownsClipboard` would claim success. So Qt's timestamp is corrected
after every such request, and each copy is read back.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import logging
from collections.abc import Callable, Iterator
from functools import partial

from PySide6.QtCore import QAbstractNativeEventFilter, QMimeData, QTimer
from PySide6.QtGui import QGuiApplication

from studio.common.errors import StorageError
from studio.common.i18n import _
from studio.ui.support.tasks import spawn

log = logging.getLogger(__name__)

Hold = Callable[[QMimeData], bool]

_TRIES = 5
_PAUSE = 0.1
"""Seconds until the next try: another program may hold the clipboard, or the time is corrected."""


def contents() -> QMimeData | None:
    """Contents of the clipboard; None if it is empty."""
    # Qt has none for an empty clipboard, contrary to its stubs.
    found: QMimeData | None = QGuiApplication.clipboard().mimeData()
    return found


async def set_clipboard(make: Callable[[], QMimeData], *, hold: Hold | None = None) -> None:
    """Put the result of `make` on the clipboard; it is called for every attempt.

    `hold` sets the clipboard and returns whether that worked. Raises StorageError if all tries
    fail.
    """
    watch()
    for attempt in range(_TRIES):
        if attempt:
            if _clock is not None:
                _clock.put_right()
            await asyncio.sleep(_PAUSE)
        if (hold or _hold)(make()):
            return
    raise StorageError(
        _("Nothing was copied"),
        _("The clipboard is in use."),
        hint=_("Copy again in a moment."),
    )


def put_text(text: str, done: Callable[[], object] = lambda: None) -> None:
    """Put a text on the clipboard, then call `done`.

    Usually at once; a failure is reported like any other error of a task.
    """
    if _hold(_words(text)):
        done()
    else:
        spawn(_put_text(text, done))


async def _put_text(text: str, done: Callable[[], object]) -> None:
    await set_clipboard(partial(_words, text))
    done()


def _words(text: str) -> QMimeData:
    made = QMimeData()
    made.setText(text)
    return made


def _hold(data: QMimeData) -> bool:
    clipboard = QGuiApplication.clipboard()
    clipboard.setMimeData(data)
    # Under X11 Qt returns the same object only while the server confirms our ownership.
    if clipboard.mimeData() is data:
        return True
    # macOS has no clipboard owner, and Qt reports none there.
    asked = QGuiApplication.platformName() in ("windows", "wayland")
    return clipboard.ownsClipboard() if asked else not _on_x11()


def _on_x11() -> bool:
    return QGuiApplication.platformName() == "xcb"


# --- timestamps of an X server ------------------------------------------------------------------

_EVENT = b"xcb_generic_event_t"
_PROPERTY_NOTIFY, _SELECTION_REQUEST, _SELECTION_NOTIFY = 28, 30, 31
_CUT_BUFFER, _STRING, _APPEND = 9, 31, 2
STEPS = (2**31 - 1, 2**31 - 1 + 2**30, 0)
"""Offsets from the true time in milliseconds, for three property events.

Qt's own timestamp only advances, so it is advanced around the whole circle of 2^32, each step less
than half of it. A correct time takes only the last step.
"""


class _PropertyEvent(ctypes.Structure):
    """The server's event for a changed property; the first field is in every event."""

    _fields_ = (
        ("kind", ctypes.c_uint8),
        ("pad", ctypes.c_uint8 * 3),
        ("window", ctypes.c_uint32),
        ("name", ctypes.c_uint32),
        ("time", ctypes.c_uint32),
    )


_clock: _TimestampFilter | None = None


def watch() -> None:
    """Start correcting Qt's timestamp. Does nothing without an X server."""
    global _clock
    application = QGuiApplication.instance()
    if _clock is None and isinstance(application, QGuiApplication) and _on_x11():
        try:
            _clock = _TimestampFilter(application, ctypes.CDLL("libxcb.so.1"))
        except OSError as error:
            log.warning("The X server's library is not to be had: %s", error)


@contextlib.contextmanager
def dragging() -> Iterator[None]:
    """Leave Qt's timestamp unchanged while dragging out, and correct it afterwards.

    Qt does not deliver dragged data to requests with a timestamp other than its own.
    """
    watch()
    if _clock is None:
        yield
        return
    _clock.resting = True
    try:
        yield
    finally:
        _clock.resting = False
        _clock.soon()


class _TimestampFilter(QAbstractNativeEventFilter):
    """Corrects Qt's timestamp after requests of other programs.

    Attributes:
        resting: whether corrections are paused.
    """

    def __init__(self, application: QGuiApplication, server: ctypes.CDLL) -> None:
        super().__init__()
        self.resting = False
        self._steps: list[int] = []
        self._window = 0
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.put_right)
        self._application, self._server = application, server
        application.installNativeEventFilter(self)

    def soon(self) -> None:
        """Schedule a correction after the current event."""
        if not self.resting:
            self._timer.start(0)

    def put_right(self) -> None:
        """Request three property events of a window of ours, which carry the server's time."""
        windows = QGuiApplication.topLevelWindows()
        window = next((one for one in windows if one.isVisible()), None)
        connection = getattr(self._application.nativeInterface(), "connection", None)
        if window is None or connection is None:
            return
        line, self._window = ctypes.c_void_p(connection()), int(window.winId())
        self._steps = list(STEPS)
        for _step in STEPS:
            # Appending nothing still triggers an event.
            self._server.xcb_change_property(
                line, _APPEND, self._window, _CUT_BUFFER, _STRING, 8, 0, None
            )
        self._server.xcb_flush(line)

    def nativeEventFilter(self, kind: object, message: int) -> tuple[bool, int]:
        if kind != _EVENT:
            return False, 0
        about = _PropertyEvent.from_address(int(message))
        what = about.kind & 0x7F
        if what in (_SELECTION_REQUEST, _SELECTION_NOTIFY):
            self.soon()
        elif self._steps and (what, about.window, about.name) == (
            _PROPERTY_NOTIFY,
            self._window,
            _CUT_BUFFER,
        ):
            about.time = (about.time + self._steps.pop(0)) % 2**32
        return False, 0
