"""Colour profile of a monitor, as configured in the system."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

from msgspec import Struct
from PySide6.QtGui import QGuiApplication, QWindow

from studio.ui.support import x11_profile
from studio.ui.support.screen_colours import (
    LARGEST,
    MonitorState,
    ProfileUnusable,
    ScreenTransform,
    transform_for,
)

if sys.platform == "win32":
    from ctypes import wintypes


class MonitorPlace(Struct, frozen=True):
    """A monitor, as identified by the different systems.

    Attributes:
        platform: Qt's name of the window system.
        number: index of the monitor among all; the primary one is 0.
        centre: its centre in Qt's coordinates.
        window: native handle of a window on it; 0 for the primary monitor.
    """

    platform: str
    number: int
    centre: tuple[float, float]
    window: int


def place_of(window: QWindow | None) -> MonitorPlace:
    """The monitor a window is on; the primary one without a window."""
    screens = QGuiApplication.screens()
    screen = QGuiApplication.primaryScreen() if window is None else window.screen()
    centre = screen.geometry().center()
    return MonitorPlace(
        QGuiApplication.platformName(),
        screens.index(screen) if screen in screens else 0,
        (float(centre.x()), float(centre.y())),
        0 if window is None else int(window.winId()),
    )


def read_transform(place: MonitorPlace) -> ScreenTransform:
    """Conversion for a monitor; blocking, call it in a thread.

    Raises ProfileUnusable if there is no profile, or it cannot be used.
    """
    if place.platform.startswith("wayland"):
        raise ProfileUnusable(MonitorState.COMPOSITOR)
    try:
        profile = _read(place)
    except OSError as error:
        raise ProfileUnusable(MonitorState.UNREADABLE) from error
    if not profile:
        raise ProfileUnusable(MonitorState.NO_PROFILE)
    return transform_for(profile)


if sys.platform == "win32":

    class _MonitorInfo(ctypes.Structure):
        """MONITORINFOEXW."""

        _fields_ = (
            ("size", wintypes.DWORD),
            ("monitor", wintypes.RECT),
            ("work", wintypes.RECT),
            ("flags", wintypes.DWORD),
            ("device", wintypes.WCHAR * 32),
        )

    _NEAREST, _PRIMARY = 2, 1
    _LONGEST_PATH = 32_768

    def _read(place: MonitorPlace) -> bytes:
        """Contents of the monitor's default profile."""
        if place.platform != "windows":
            return b""
        name = _profile_path(place.window)
        if not name:
            return b""
        with Path(name).open("rb") as file:
            return file.read(LARGEST + 1)

    def _profile_path(window: int) -> str:
        user, gdi = ctypes.WinDLL("user32"), ctypes.WinDLL("gdi32")
        user.MonitorFromWindow.argtypes = (wintypes.HWND, wintypes.DWORD)
        user.MonitorFromWindow.restype = wintypes.HMONITOR
        user.GetMonitorInfoW.argtypes = (wintypes.HMONITOR, ctypes.POINTER(_MonitorInfo))
        user.GetMonitorInfoW.restype = wintypes.BOOL
        gdi.CreateDCW.argtypes = (
            *(wintypes.LPCWSTR, wintypes.LPCWSTR, wintypes.LPCWSTR),
            ctypes.c_void_p,
        )
        gdi.CreateDCW.restype = wintypes.HDC
        gdi.GetICMProfileW.argtypes = (wintypes.HDC, wintypes.LPDWORD, wintypes.LPWSTR)
        gdi.GetICMProfileW.restype = wintypes.BOOL
        gdi.DeleteDC.argtypes = (wintypes.HDC,)
        gdi.DeleteDC.restype = wintypes.BOOL
        monitor = user.MonitorFromWindow(window or None, _NEAREST if window else _PRIMARY)
        info = _MonitorInfo(size=ctypes.sizeof(_MonitorInfo))
        if not user.GetMonitorInfoW(monitor, ctypes.byref(info)):
            return ""
        context = gdi.CreateDCW(None, info.device, None, None)
        if not context:
            return ""
        try:
            name = ctypes.create_unicode_buffer(_LONGEST_PATH)
            size = wintypes.DWORD(_LONGEST_PATH)
            found = gdi.GetICMProfileW(context, ctypes.byref(size), name)
            return name.value if found else ""
        finally:
            gdi.DeleteDC(context)

elif sys.platform == "darwin":

    class _Point(ctypes.Structure):
        """CGPoint."""

        _fields_ = (("x", ctypes.c_double), ("y", ctypes.c_double))

    def _read(place: MonitorPlace) -> bytes:
        """The profile of the display.

        Qt passes its pixels to macOS as if they were in the display's colours, so macOS does not
        convert them.
        """
        if place.platform != "cocoa":
            return b""
        frameworks = "/System/Library/Frameworks"
        graphics = ctypes.CDLL(f"{frameworks}/CoreGraphics.framework/CoreGraphics")
        foundation = ctypes.CDLL(f"{frameworks}/CoreFoundation.framework/CoreFoundation")
        number = ctypes.POINTER(ctypes.c_uint32)
        graphics.CGMainDisplayID.restype = ctypes.c_uint32
        graphics.CGGetDisplaysWithPoint.argtypes = (_Point, ctypes.c_uint32, number, number)
        graphics.CGGetDisplaysWithPoint.restype = ctypes.c_int32
        graphics.CGDisplayCopyColorSpace.argtypes = (ctypes.c_uint32,)
        graphics.CGDisplayCopyColorSpace.restype = ctypes.c_void_p
        graphics.CGColorSpaceCopyICCData.argtypes = (ctypes.c_void_p,)
        graphics.CGColorSpaceCopyICCData.restype = ctypes.c_void_p
        foundation.CFDataGetLength.argtypes = (ctypes.c_void_p,)
        foundation.CFDataGetLength.restype = ctypes.c_long
        foundation.CFDataGetBytePtr.argtypes = (ctypes.c_void_p,)
        foundation.CFDataGetBytePtr.restype = ctypes.c_void_p
        foundation.CFRelease.argtypes = (ctypes.c_void_p,)
        foundation.CFRelease.restype = None
        display, count = ctypes.c_uint32(), ctypes.c_uint32()
        refused = graphics.CGGetDisplaysWithPoint(
            _Point(*place.centre), 1, ctypes.byref(display), ctypes.byref(count)
        )
        shown = graphics.CGMainDisplayID() if refused or not count.value else display.value
        space = graphics.CGDisplayCopyColorSpace(shown)
        if not space:
            return b""
        try:
            data = graphics.CGColorSpaceCopyICCData(space)
            if not data:
                return b""
            try:
                size = min(foundation.CFDataGetLength(data), LARGEST + 1)
                return ctypes.string_at(foundation.CFDataGetBytePtr(data), size)
            finally:
                foundation.CFRelease(data)
        finally:
            foundation.CFRelease(space)

else:

    def _read(place: MonitorPlace) -> bytes:
        """The property of the X server's root window."""
        return x11_profile.read(place.number, LARGEST) if place.platform == "xcb" else b""
