"""The conversion for the monitor: supported profiles, and converted pictures."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QColor, QImage

from studio.ui.support import raster
from studio.ui.support.screen_colours import (
    BAND,
    LARGEST,
    MonitorState,
    ProfileUnusable,
    ScreenColours,
    screen_colours,
    to_screen,
    transform_for,
)
from tests import icc_profiles
from tests.icc_profiles import SRGB, SWAPPED
from tests.ui import scripted

RED = QColor(255, 0, 0)


@pytest.fixture(autouse=True)
def _srgb_afterwards() -> Iterator[None]:
    yield
    screen_colours().show_as_srgb(MonitorState.UNKNOWN)


def _image(width: int = 4, height: int = 3, colour: QColor = RED) -> QImage:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(colour)
    return image


def _near(colour: QColor, red: int, green: int, blue: int) -> bool:
    shown = (colour.red(), colour.green(), colour.blue())
    return all(abs(a - b) <= 3 for a, b in zip(shown, (red, green, blue), strict=True))


def test_red_is_sent_as_green_to_a_monitor_with_swapped_primaries() -> None:
    shown = to_screen(_image(), transform_for(icc_profiles.matrix(SWAPPED)))
    assert _near(shown.pixelColor(3, 2), 0, 255, 0)


def test_a_linear_monitor_gets_darker_numbers() -> None:
    grey = _image(colour=QColor(128, 128, 128))
    shown = to_screen(grey, transform_for(icc_profiles.matrix(SRGB, 1.0)))
    assert _near(shown.pixelColor(0, 0), 55, 55, 55)


def test_without_a_transform_an_image_stays_itself() -> None:
    image = _image()
    assert to_screen(image, None) is image


def test_the_image_given_is_not_changed() -> None:
    image = _image()
    to_screen(image, transform_for(icc_profiles.matrix(SWAPPED)))
    assert image.pixelColor(0, 0) == RED


@pytest.mark.parametrize(
    "form", [QImage.Format.Format_RGB32, QImage.Format.Format_ARGB32_Premultiplied]
)
def test_bands_make_the_same_picture_as_one_piece(form: QImage.Format) -> None:
    transform = transform_for(icc_profiles.matrix(SWAPPED, 1.8))
    image = QImage(640, BAND // 640 * 3 + 7, form)
    for y in range(image.height()):
        for x in range(0, 640, 64):
            colour = QColor(x * 255 // 640, y % 256, 90, 128 + y % 128)
            image.setPixelColor(x, y, colour)
    assert to_screen(image, transform) == image.colorTransformed(transform.colours)


def test_transparency_stays() -> None:
    image = QImage(2, 2, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(QColor(255, 0, 0, 100))
    shown = to_screen(image, transform_for(icc_profiles.matrix(SWAPPED)))
    assert shown.pixelColor(0, 0).alpha() == 100


@pytest.mark.parametrize(
    ("profile", "state"),
    [
        (b"", MonitorState.DAMAGED),
        (b"not a profile", MonitorState.DAMAGED),
        (bytes(5000), MonitorState.DAMAGED),
        (icc_profiles.matrix()[:300], MonitorState.DAMAGED),
        (icc_profiles.table(inverse=False), MonitorState.DAMAGED),
        (icc_profiles.matrix(padding=LARGEST), MonitorState.TOO_LARGE),
        (icc_profiles.matrix(space=b"CMYK"), MonitorState.NOT_RGB),
        (icc_profiles.matrix(space=b"GRAY"), MonitorState.NOT_RGB),
        (icc_profiles.matrix(space=b"Lab "), MonitorState.NOT_RGB),
    ],
    ids=["empty", "text", "zeros", "cut", "no way back", "huge", "cmyk", "grey", "lab"],
)
def test_a_profile_that_cannot_be_used_is_refused(profile: bytes, state: MonitorState) -> None:
    with pytest.raises(ProfileUnusable) as refused:
        transform_for(profile)
    assert refused.value.state is state


@pytest.mark.qt_log_ignore(".*", extend=True)
def test_every_part_of_a_profile_may_be_damaged() -> None:
    """Whatever a byte is replaced by, the profile is used or refused; pictures stay pictures."""
    whole = icc_profiles.matrix(SWAPPED)
    for at in range(0, len(whole), 3):
        broken = whole[:at] + bytes((whole[at] ^ 0xFF,)) + whole[at + 1 :]
        try:
            transform = transform_for(broken)
        except ProfileUnusable:
            continue
        assert to_screen(_image(), transform).size() == _image().size()


def test_the_name_is_read_from_the_profile() -> None:
    assert transform_for(icc_profiles.matrix(name="DELL U2720Q")).name == "DELL U2720Q"
    assert transform_for(icc_profiles.table(name="Of tables")).name == "Of tables"


def test_the_same_profile_again_changes_nothing() -> None:
    colours = ScreenColours()
    heard: list[str] = []
    colours.changed.connect(lambda: heard.append("changed"))
    colours.state_changed.connect(lambda: heard.append("state"))
    colours.show_through(transform_for(icc_profiles.matrix(SWAPPED)))
    first = colours.transform
    assert heard == ["changed", "state"]
    colours.show_through(transform_for(icc_profiles.matrix(SWAPPED)))
    assert heard == ["changed", "state"]
    assert colours.transform is first
    colours.show_as_srgb(MonitorState.OFF)
    colours.show_as_srgb(MonitorState.NO_PROFILE)
    assert heard == ["changed", "state", "changed", "state", "state"]
    assert colours.transform is None


def test_the_colour_of_a_picture_that_is_not_loaded_is_painted_alike() -> None:
    colours = ScreenColours()
    assert colours.colour(0xFF0000) == RED
    colours.show_through(transform_for(icc_profiles.matrix(SWAPPED)))
    assert _near(colours.colour(0xFF0000), 0, 255, 0)


def test_a_raster_is_converted_at_every_size() -> None:
    transform = transform_for(icc_profiles.matrix(SWAPPED))
    pixels = scripted.ScriptedPixels()
    plain, shown = raster.build(pixels), raster.build(pixels, transform)
    assert plain.screen is None
    assert shown.screen is transform
    for before, after in zip(plain.levels, shown.levels, strict=True):
        assert after == to_screen(before, transform)
        assert after != before
    ready = raster.build(pixels, transform, converted=True)
    assert ready.screen is transform
    assert ready.levels[0] == plain.levels[0]
