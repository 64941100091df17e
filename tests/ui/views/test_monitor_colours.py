"""Loupe and grid on another monitor: only visible pictures are rendered again."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from studio.domain.entities import Reference, Role
from studio.ui.panels.inspector.preview import PaletteRow
from studio.ui.style.theme import install
from studio.ui.support import drag_and_drop, raster, thumbnail_cache
from studio.ui.support.drag_and_drop import image_of
from studio.ui.support.screen_colours import (
    MonitorState,
    ScreenTransform,
    screen_colours,
    to_screen,
    transform_for,
)
from studio.ui.support.thumbnail_cache import ThumbnailCache, ThumbnailRequest
from studio.ui.views.loupe import Loupe
from tests import icc_profiles
from tests.icc_profiles import SRGB, SWAPPED
from tests.ui import scripted, scripted_library
from tests.ui.scripted_core import until

RED, GREEN = (200, 30, 30), (30, 200, 30)


@dataclass(frozen=True)
class MonitorPixels:
    """Pixels for a monitor."""

    pixels: scripted_library.Raw
    converted: bool


class MonitorDecoder(scripted_library.FakeDecoder):
    """A decoder that also decodes for a monitor.

    Attributes:
        profiles: of the monitors that were asked for.
    """

    converted = False

    def __init__(self, answers: dict[str, scripted_library.Raw]) -> None:
        super().__init__(answers)
        self.profiles: list[bytes] = []

    async def screen_pixels(self, path: Path, profile: bytes) -> MonitorPixels:
        self.profiles.append(profile)
        return MonitorPixels(await self.pixels(path), self.converted)


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> Iterator[None]:
    install(qapp, "dark")
    yield
    screen_colours().show_as_srgb(MonitorState.UNKNOWN)


@pytest.fixture
def swapped() -> ScreenTransform:
    return transform_for(icc_profiles.matrix(SWAPPED))


Convert = Callable[[QImage, ScreenTransform | None], QImage]


def watch_conversions(monkeypatch: pytest.MonkeyPatch, convert: Convert) -> None:
    """Convert images in this way from now on, wherever they are shown."""
    for module in (raster, thumbnail_cache):
        monkeypatch.setattr(module, "to_screen", convert)


@pytest.fixture
def conversions(monkeypatch: pytest.MonkeyPatch) -> list[QSize]:
    """Sizes of the images converted from now on."""
    found: list[QSize] = []

    def counted(image: QImage, transform: ScreenTransform | None) -> QImage:
        if transform is not None:
            found.append(image.size())
        return to_screen(image, transform)

    watch_conversions(monkeypatch, counted)
    return found


@pytest.fixture
def decoder() -> MonitorDecoder:
    return MonitorDecoder({f"{row}.png": scripted_library.raw(200, 100) for row in range(1, 9)})


@pytest.fixture
def loupe(decoder: Any, qtbot: QtBot, at_end: list[Callable[[], object]]) -> Loupe:
    library: Any = scripted_library.FakeLibrary([scripted_library.picture(n) for n in range(1, 9)])
    made = Loupe(library, decoder)
    qtbot.addWidget(made)
    made.resize(1144, 724)
    at_end.append(made.hide)
    return made


def near(colour: QColor, wanted: tuple[int, int, int]) -> bool:
    found = (colour.red(), colour.green(), colour.blue())
    return all(abs(a - b) <= 12 for a, b in zip(found, wanted, strict=True))


def middle(loupe: Loupe) -> QColor:
    image = loupe.canvas.grab().toImage()
    return image.pixelColor(image.width() // 2, image.height() // 2)


async def opened(loupe: Loupe, index: int = 0) -> None:
    loupe.show()
    loupe.show_pictures(array("q", range(1, 9)), index)
    await scripted_library.settle()


async def test_the_loupe_shows_pictures_through_the_profile(
    loupe: Loupe, decoder: MonitorDecoder, swapped: ScreenTransform
) -> None:
    screen_colours().show_through(swapped)
    await opened(loupe)
    assert decoder.profiles == [swapped.profile]
    assert near(middle(loupe), GREEN)


async def test_pixels_that_come_in_the_monitors_colours_are_not_converted_again(
    loupe: Loupe, decoder: MonitorDecoder, swapped: ScreenTransform
) -> None:
    decoder.converted = True
    screen_colours().show_through(swapped)
    await opened(loupe)
    assert near(middle(loupe), RED)


async def test_the_visible_picture_follows_to_another_monitor_and_back(
    loupe: Loupe, decoder: MonitorDecoder, swapped: ScreenTransform
) -> None:
    await opened(loupe)
    assert decoder.profiles == []
    assert near(middle(loupe), RED)
    loupe.canvas.set_zoom(4.0)
    view = loupe.canvas.view
    screen_colours().show_through(swapped)
    await scripted_library.settle()
    assert decoder.asked == ["1.png", "1.png"], "more than what is visible was decoded"
    assert near(middle(loupe), GREEN)
    assert loupe.canvas.view == view
    screen_colours().show_as_srgb(MonitorState.OFF)
    await scripted_library.settle()
    assert near(middle(loupe), RED)


async def test_a_picture_stays_in_sight_while_it_is_rendered_again(
    loupe: Loupe, decoder: MonitorDecoder, swapped: ScreenTransform
) -> None:
    await opened(loupe)
    decoder.gates["1.png"] = asyncio.Event()
    screen_colours().show_through(swapped)
    await until(lambda: decoder.asked == ["1.png", "1.png"])
    assert near(middle(loupe), RED)
    decoder.gates["1.png"].set()
    await scripted_library.settle()
    assert near(middle(loupe), GREEN)


async def test_pictures_seen_before_are_rendered_when_they_are_seen_again(
    loupe: Loupe, decoder: MonitorDecoder, swapped: ScreenTransform
) -> None:
    await opened(loupe)
    loupe.step(1)
    await scripted_library.settle()
    screen_colours().show_through(swapped)
    await scripted_library.settle()
    loupe.step(-1)
    await scripted_library.settle()
    assert decoder.asked == ["1.png", "2.png", "2.png", "1.png"]
    assert near(middle(loupe), GREEN)


async def test_a_hidden_loupe_renders_when_it_is_shown(
    loupe: Loupe, decoder: MonitorDecoder, swapped: ScreenTransform
) -> None:
    await opened(loupe)
    loupe.hide()
    screen_colours().show_through(swapped)
    await scripted_library.settle()
    assert decoder.asked == ["1.png"]
    loupe.show()
    await scripted_library.settle()
    assert decoder.asked == ["1.png", "1.png"]
    assert near(middle(loupe), GREEN)


async def test_panning_and_zooming_convert_nothing(
    loupe: Loupe, decoder: MonitorDecoder, swapped: ScreenTransform, conversions: list[QSize]
) -> None:
    screen_colours().show_through(swapped)
    await opened(loupe)
    loupe.canvas.set_zoom(8.0)
    loupe.canvas.grab()
    assert conversions
    await until(lambda: loupe.film._thumbnails.idle)
    conversions.clear()
    decoder.asked.clear()
    seen = set()
    for step in range(20):
        start = QPointF(300 + step, 200)
        for kind, at in (
            (QEvent.Type.MouseButtonPress, start),
            (QEvent.Type.MouseMove, start + QPointF(25, 15)),
            (QEvent.Type.MouseButtonRelease, start + QPointF(25, 15)),
        ):
            left = Qt.MouseButton.LeftButton
            event = QMouseEvent(
                kind,
                at,
                loupe.canvas.mapToGlobal(at),
                left,
                left,
                Qt.KeyboardModifier.NoModifier,
            )
            QApplication.sendEvent(loupe.canvas, event)
        seen.add((loupe.canvas.view.x, loupe.canvas.view.y))
        loupe.canvas.grab()
    loupe.zoom_in()
    loupe.canvas.grab()
    await scripted_library.settle()
    assert len(seen) > 5, "nothing moved"
    assert conversions == []
    assert decoder.asked == []


# --- thumbnails -------------------------------------------------------------------------------


@pytest.fixture
def cache(at_end: list[Callable[[], object]]) -> tuple[ThumbnailCache, scripted.ScriptedLibrary]:
    library = scripted.ScriptedLibrary()
    made = ThumbnailCache(library)
    at_end.append(lambda: shiboken6.delete(made))
    return made, library


def wishes(*rows: int) -> list[ThumbnailRequest]:
    return [ThumbnailRequest(scripted.picture(row), QSize(158, 158)) for row in rows]


def centre(cache: ThumbnailCache, row: int) -> QColor:
    pixmap = cache.pixmap(f"p{row}")
    assert pixmap is not None
    return pixmap.toImage().pixelColor(79, 79)


async def test_the_thumbnails_wanted_last_are_rendered_for_the_new_monitor(
    cache: tuple[ThumbnailCache, scripted.ScriptedLibrary], swapped: ScreenTransform
) -> None:
    thumbnails, library = cache
    thumbnails.request_thumbnails(wishes(*range(1, 9)))
    await until(lambda: thumbnails.idle)
    thumbnails.request_thumbnails(wishes(7, 8))
    await until(lambda: thumbnails.idle)
    library.thumbnails.clear()
    screen_colours().show_through(swapped)
    assert near(centre(thumbnails, 8), (0x88, 0x44, 0x22)), "nothing is shown meanwhile"
    await until(lambda: thumbnails.idle)
    assert sorted(library.thumbnails) == [("p7", 256), ("p8", 256)]
    assert near(centre(thumbnails, 8), (0x44, 0x88, 0x22))
    assert near(centre(thumbnails, 1), (0x88, 0x44, 0x22))
    thumbnails.request_thumbnails(wishes(1))
    await until(lambda: thumbnails.idle)
    assert near(centre(thumbnails, 1), (0x44, 0x88, 0x22))


async def test_a_thumbnail_on_its_way_is_made_for_the_new_monitor(
    cache: tuple[ThumbnailCache, scripted.ScriptedLibrary], swapped: ScreenTransform
) -> None:
    thumbnails, library = cache
    library.gate.clear()
    thumbnails.request_thumbnails(wishes(1))
    await asyncio.sleep(0)
    screen_colours().show_through(swapped)
    library.gate.set()
    await until(lambda: thumbnails.idle)
    assert near(centre(thumbnails, 1), (0x44, 0x88, 0x22))


async def test_ghosts_and_missing_thumbnails_have_the_monitors_colours_too(
    cache: tuple[ThumbnailCache, scripted.ScriptedLibrary], swapped: ScreenTransform
) -> None:
    thumbnails, _library = cache
    reference = Reference(sha256="a" * 64, media_type="image/png", role=Role.EDIT)
    heard: list[str] = []
    thumbnails.ready.connect(heard.append)
    assert thumbnails.ghost(reference) is None
    screen_colours().show_through(swapped)
    assert thumbnails.ghost(reference) is None
    await until(lambda: bool(heard))
    ghost = thumbnails.ghost(reference)
    assert ghost is not None
    assert near(ghost.toImage().pixelColor(2, 2), (0x44, 0x88, 0x22))
    card = thumbnails.card(scripted.picture(1, colour=0xC81E1E))
    assert near(card.toImage().pixelColor(2, 2), GREEN)


async def test_the_conversion_runs_off_the_gui_thread(
    cache: tuple[ThumbnailCache, scripted.ScriptedLibrary],
    loupe: Loupe,
    swapped: ScreenTransform,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    threads: list[bool] = []
    here = QApplication.instance()
    assert here is not None

    def noted(image: QImage, transform: ScreenTransform | None) -> QImage:
        if transform is not None:
            threads.append(shiboken6.isValid(here) and here.thread().isCurrentThread())
        return to_screen(image, transform)

    watch_conversions(monkeypatch, noted)
    screen_colours().show_through(swapped)
    thumbnails, _library = cache
    thumbnails.request_thumbnails(wishes(1, 2, 3))
    await opened(loupe)
    await until(lambda: thumbnails.idle)
    assert len(threads) >= 4
    assert not any(threads)


# --- what is never converted --------------------------------------------------------------------


async def test_what_is_copied_or_dragged_is_srgb(
    decoder: MonitorDecoder, swapped: ScreenTransform
) -> None:
    screen_colours().show_through(swapped)
    image = image_of(await decoder.pixels(Path("1.png")))
    assert image.pixelColor(0, 0) == QColor(*RED)
    assert decoder.profiles == []
    assert not hasattr(drag_and_drop, "screen_colours")


async def test_a_palette_copies_the_pictures_colour(qtbot: QtBot, swapped: ScreenTransform) -> None:
    screen_colours().show_through(swapped)
    row = PaletteRow()
    qtbot.addWidget(row)
    row.set_colours((0xC81E1E,))
    row.resize(100, 32)
    copied: list[str] = []
    row.copied.connect(copied.append)
    row.show()
    assert near(row.grab().toImage().pixelColor(50, 16), GREEN)
    row.findChildren(QAbstractButton)[0].click()
    assert copied == ["#c81e1e"]


async def test_two_monitors_are_distinguished(
    loupe: Loupe, decoder: MonitorDecoder, swapped: ScreenTransform
) -> None:
    other = transform_for(icc_profiles.matrix(SRGB, 1.0))
    screen_colours().show_through(swapped)
    await opened(loupe)
    screen_colours().show_through(other)
    await scripted_library.settle()
    assert decoder.profiles == [swapped.profile, other.profile]
    assert near(middle(loupe), (148, 3, 3))
