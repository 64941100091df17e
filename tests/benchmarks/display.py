"""Access to an X display from outside, without Qt.

The measuring process must not load what it measures: pages of libraries that two processes share
count half in each one's proportional memory.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable

_HANG = 60.0
_PAUSE = 0.002
"""Seconds between two looks: looking without a pause takes a processor from what is measured."""

_ALL_PLANES = ctypes.c_ulong(-1)
_PIXMAP = 2  # ZPixmap: whole pixels, line by line


class _Image(ctypes.Structure):
    """The start of Xlib's XImage, as far as it is needed here."""

    _fields_ = (
        ("width", ctypes.c_int),
        ("height", ctypes.c_int),
        ("xoffset", ctypes.c_int),
        ("format", ctypes.c_int),
        ("data", ctypes.c_void_p),
        ("byte_order", ctypes.c_int),
        ("bitmap_unit", ctypes.c_int),
        ("bitmap_bit_order", ctypes.c_int),
        ("bitmap_pad", ctypes.c_int),
        ("depth", ctypes.c_int),
        ("bytes_per_line", ctypes.c_int),
    )


class Screen:
    """The pixels of a display."""

    def __init__(self, display: str) -> None:
        """`display` as in ":7". Raises OSError when nobody answers there."""
        self._x = x = ctypes.CDLL("libX11.so.6")
        x.XOpenDisplay.restype = x.XDefaultRootWindow.restype = ctypes.c_void_p
        x.XGetImage.restype = ctypes.POINTER(_Image)
        self._display = ctypes.c_void_p(x.XOpenDisplay(display.encode()))
        if not self._display:
            raise OSError(f"no display {display}")
        self._root = ctypes.c_void_p(x.XDefaultRootWindow(self._display))

    def grab(self, x: int, y: int, width: int, height: int) -> bytes:
        """Four bytes for each pixel of a part of the screen: blue, green, red, nothing."""
        found = self._x.XGetImage(
            self._display, self._root, x, y, width, height, _ALL_PLANES, _PIXMAP
        )
        if not found:
            raise OSError("the display gave no picture")
        try:
            image = found.contents
            return ctypes.string_at(image.data, image.bytes_per_line * height)
        finally:
            self._x.XDestroyImage(found)

    def wait(self, condition: Callable[[], bool], what: str) -> float:
        """The moment at which the condition holds; raises TimeoutError when it never does."""
        end = time.monotonic() + _HANG
        while time.monotonic() < end:
            if condition():
                return time.monotonic()
            time.sleep(_PAUSE)
        raise TimeoutError(what)

    def close(self) -> None:
        """Leave the display."""
        self._x.XCloseDisplay(self._display)
