"""Pictures on a monitor with a profile of its own: what is really on the screen."""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops

from tests import icc_profiles
from tests.desktop.monitor_profiles import remove_profile, set_profile
from tests.desktop.screen_image import screen_image
from tests.desktop.session import Session
from tests.e2e.desktop import Desktop
from tests.e2e.screen import wait_until
from tests.icc_profiles import SWAPPED

pytestmark = pytest.mark.desktop

RED, GREEN = (220, 40, 60), (40, 220, 60)
TILE, LOUPE = 2_000, 150_000
"""Pixels of a tile in the grid, and of a picture in the loupe, at least."""


def _shown(session: Session, pixels: int = TILE) -> set[str]:
    """Which of the two colours many pixels of the screen have: "red", "green", both or none."""
    screen = screen_image(session)
    return {
        name
        for name, colour in (("red", RED), ("green", GREEN))
        if _number(screen, colour) > pixels
    }


def _number(screen: Image.Image, colour: tuple[int, int, int]) -> int:
    """Pixels of almost this colour."""
    near = [
        band.point([255 if abs(value - wanted) <= 12 else 0 for value in range(256)])
        for band, wanted in zip(screen.split(), colour, strict=True)
    ]
    return ImageChops.darker(near[0], ImageChops.darker(near[1], near[2])).histogram()[255]


def _wait_for(session: Session, colour: str, pixels: int = TILE) -> None:
    wait_until(
        lambda: _shown(session, pixels) == {colour} and _shown(session) == {colour},
        what=lambda: f"{colour}: {_shown(session)}",
    )


def _library(user: Desktop, home: Path, folder: Path) -> Path:
    path = folder / "rose.png"
    Image.new("RGB", (900, 600), RED).save(path)
    user.run("library", "import", path, home=home)
    return path


def _divide(session: Session) -> None:
    """Make two monitors of the display, left and right."""
    xlib, xrandr = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXrandr.so.2")
    pointer, number, integer = ctypes.c_void_p, ctypes.c_ulong, ctypes.c_int

    class Monitor(ctypes.Structure):
        _fields_ = (
            *(("name", number), ("primary", integer), ("automatic", integer)),
            *(("noutput", integer), ("x", integer), ("y", integer), ("width", integer)),
            *(("height", integer), ("mwidth", integer), ("mheight", integer)),
            ("outputs", ctypes.POINTER(number)),
        )

    class Resources(ctypes.Structure):
        _fields_ = (
            *(("timestamp", number), ("changed", number), ("ncrtc", integer), ("crtcs", pointer)),
            *(("noutput", integer), ("outputs", ctypes.POINTER(number))),
        )

    made: Any = xlib
    made.XOpenDisplay.restype, made.XDefaultRootWindow.restype = pointer, number
    made.XInternAtom.restype = number
    xrandr.XRRAllocateMonitor.restype = ctypes.POINTER(Monitor)
    xrandr.XRRGetScreenResources.restype = ctypes.POINTER(Resources)
    line = pointer(made.XOpenDisplay(session.display.encode()))
    root = number(made.XDefaultRootWindow(line))
    resources = xrandr.XRRGetScreenResources(line, root).contents
    for place, name in enumerate((b"left", b"right")):
        monitor = xrandr.XRRAllocateMonitor(line, 0 if place else 1)
        about = monitor.contents
        about.name = made.XInternAtom(line, name, 0)
        about.primary, about.automatic = int(not place), 0
        about.x, about.y, about.width, about.height = place * 720, 0, 720, 900
        about.mwidth, about.mheight = 190, 238
        if not place:
            about.outputs[0] = resources.outputs[0]
        xrandr.XRRSetMonitor(line, root, monitor)
    made.XSync(line, 0)
    made.XCloseDisplay(line)


def test_grid_and_loupe_follow_the_profile(user: Desktop, home: Path, tmp_path: Path) -> None:
    session = user.session
    _library(user, home, tmp_path)
    set_profile(session.display, icc_profiles.matrix(SWAPPED, name="DELL U2720Q"))
    program = user.start("--provider", "sketch", home=home)
    program.wait_for_items(1)
    _wait_for(session, "green")
    remove_profile(session.display)
    _wait_for(session, "red")
    set_profile(session.display, icc_profiles.matrix(SWAPPED))
    _wait_for(session, "green")
    user.click(program.items()[0])
    user.keys("Return")
    _wait_for(session, "green", LOUPE)
    set_profile(session.display, b"damaged")
    _wait_for(session, "red", LOUPE)
    set_profile(session.display, icc_profiles.matrix(SWAPPED))
    _wait_for(session, "green", LOUPE)


def test_the_window_takes_its_pictures_to_another_monitor(
    user: Desktop, home: Path, tmp_path: Path
) -> None:
    session = user.session
    _library(user, home, tmp_path)
    _divide(session)
    set_profile(session.display, icc_profiles.matrix(SWAPPED, name="Right"), "_ICC_PROFILE_1")
    program = user.start("--provider", "sketch", home=home)
    program.wait_for_items(1)
    program.place(0, 0, 700, 700)
    _wait_for(session, "red")
    program.place(725, 0, 700, 700)
    _wait_for(session, "green")
    program.place(0, 0, 700, 700)
    _wait_for(session, "red")


def test_what_is_saved_has_the_colours_of_the_picture(
    user: Desktop, home: Path, tmp_path: Path
) -> None:
    session = user.session
    original = _library(user, home, tmp_path).read_bytes()
    set_profile(session.display, icc_profiles.matrix(SWAPPED))
    program = user.start("--provider", "sketch", home=home)
    program.wait_for_items(1)
    _wait_for(session, "green")
    kept = list((home / "library").rglob("*.png"))
    assert [path.read_bytes() for path in kept] == [original]
    for path in home.rglob("*.jpg"):
        with Image.open(path) as thumbnail:
            colour = thumbnail.convert("RGB").getpixel((thumbnail.width // 2, 9))
        assert isinstance(colour, tuple)
        assert colour[0] > colour[1], f"{path} was converted for the monitor"
    assert list(home.rglob("*.jpg")), "there is no thumbnail to look at"
