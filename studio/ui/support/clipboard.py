"""The one door to the clipboard: what is said to be copied can be pasted.

Under X11 a program owns the clipboard from a time on, and the server refuses a time that is still
to come. Qt's time is the latest it has heard of, and it believes whoever asks for what was dragged
or copied: pcmanfm asks with the seconds since 1970, which are days or weeks ahead. From then on
nothing could be copied, and `QClipboard.ownsClipboard` would say that it was. So Qt's time is put
right after every such question, and what was put on the clipboard is looked for there.
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
"""Seconds until the next try: another program may be at the clipboard, or the time is put right."""


async def set_clipboard(make: Callable[[], QMimeData], *, hold: Hold | None = None) -> None:
    """Put on the clipboard what `make` makes, anew for every try.

    `hold` puts it there and says whether it is. Raises StorageError where it is not in the end.
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
    """Put a text on the clipboard, and call `done` when it is there.

    That is at once, nearly always; where it cannot be had that is told as any other error is.
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
    # Under X11 Qt hands back the same object only where the server says that the clipboard is ours.
    if clipboard.mimeData() is data:
        return True
    # macOS gives it to everybody, and Qt knows nobody there who owns it.
    asked = QGuiApplication.platformName() in ("windows", "wayland")
    return clipboard.ownsClipboard() if asked else not _on_x11()


def _on_x11() -> bool:
    return QGuiApplication.platformName() == "xcb"


# --- the time of an X server ------------------------------------------------------------------

_EVENT = b"xcb_generic_event_t"
_PROPERTY_NOTIFY, _SELECTION_REQUEST, _SELECTION_NOTIFY = 28, 30, 31
_CUT_BUFFER, _STRING, _APPEND = 9, 31, 2
STEPS = (2**31 - 1, 2**31 - 1 + 2**30, 0)
"""Milliseconds beside the true time: Qt's own only goes on, so it goes on all around the circle of
2^32 that a time of X is, each step less than half of it. A time that is right takes only the last.
"""


class _PropertyEvent(ctypes.Structure):
    """What the server says of a property that changed; the first field is in every event."""

    _fields_ = (
        ("kind", ctypes.c_uint8),
        ("pad", ctypes.c_uint8 * 3),
        ("window", ctypes.c_uint32),
        ("name", ctypes.c_uint32),
        ("time", ctypes.c_uint32),
    )


_clock: _TimestampFilter | None = None


def watch() -> None:
    """Keep Qt's time right from now on. Nothing to do where there is no X server."""
    global _clock
    application = QGuiApplication.instance()
    if _clock is None and isinstance(application, QGuiApplication) and _on_x11():
        try:
            _clock = _TimestampFilter(application, ctypes.CDLL("libxcb.so.1"))
        except OSError as error:
            log.warning("The X server's library is not to be had: %s", error)


@contextlib.contextmanager
def dragging() -> Iterator[None]:
    """While something is dragged out Qt's time stays as it is, and is put right afterwards.

    Qt gives what is dragged to nobody who asks with another time than its own.
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
    """Puts Qt's time right after other programs told theirs.

    Attributes:
        resting: not now.
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
        """Put it right when what happens now has happened."""
        if not self.resting:
            self._timer.start(0)

    def put_right(self) -> None:
        """Have the server tell its time, three times, with news of a window of ours."""
        windows = QGuiApplication.topLevelWindows()
        window = next((one for one in windows if one.isVisible()), None)
        connection = getattr(self._application.nativeInterface(), "connection", None)
        if window is None or connection is None:
            return
        line, self._window = ctypes.c_void_p(connection()), int(window.winId())
        self._steps = list(STEPS)
        for _step in STEPS:
            # Nothing is added to it, which is news all the same.
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
