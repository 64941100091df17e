"""Colour profiles on an X server, set and removed as a calibration tool does it."""

from __future__ import annotations

import ctypes
from typing import Any

_CARDINAL, _BYTES, _REPLACE, _APPEND = 6, 8, 0, 2
_MOST_AT_ONCE = 1 << 17


def set_profile(display: str, data: bytes, name: str = "_ICC_PROFILE") -> None:
    """Set the profile of a monitor, as in ":7"."""
    xlib, line, root, atom = _opened(display, name)
    try:
        for at in range(0, max(1, len(data)), _MOST_AT_ONCE):
            part = data[at : at + _MOST_AT_ONCE]
            mode = _APPEND if at else _REPLACE
            xlib.XChangeProperty(line, root, atom, _CARDINAL, _BYTES, mode, part, len(part))
    finally:
        xlib.XCloseDisplay(line)


def remove_profile(display: str, name: str = "_ICC_PROFILE") -> None:
    """Leave a monitor without a profile."""
    xlib, line, root, atom = _opened(display, name)
    xlib.XDeleteProperty(line, root, atom)
    xlib.XCloseDisplay(line)


def _opened(display: str, name: str) -> tuple[Any, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_ulong]:
    xlib: Any = ctypes.CDLL("libX11.so.6")
    pointer, number, integer = ctypes.c_void_p, ctypes.c_ulong, ctypes.c_int
    xlib.XOpenDisplay.restype, xlib.XOpenDisplay.argtypes = pointer, (ctypes.c_char_p,)
    xlib.XDefaultRootWindow.restype, xlib.XDefaultRootWindow.argtypes = number, (pointer,)
    xlib.XInternAtom.restype = number
    xlib.XInternAtom.argtypes = (pointer, ctypes.c_char_p, integer)
    xlib.XChangeProperty.argtypes = (
        *(pointer, number, number, number, integer, integer, ctypes.c_char_p, integer),
    )
    xlib.XDeleteProperty.argtypes = (pointer, number, number)
    xlib.XCloseDisplay.argtypes = (pointer,)
    line = ctypes.c_void_p(xlib.XOpenDisplay(display.encode()))
    if not line:
        raise OSError(f"no display {display}")
    root = ctypes.c_ulong(xlib.XDefaultRootWindow(line))
    return xlib, line, root, ctypes.c_ulong(xlib.XInternAtom(line, name.encode(), 0))
