"""Tiles that are kept look as painted ones do, follow every change, and bound a paint event."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QRect
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QApplication, QWidget

from studio.common.errors import Billed
from studio.domain.entities import Failure, Flag, JobState, Picture
from studio.ui.style import theme
from studio.ui.support.tile_content import Item
from studio.ui.views.gallery import tile_cache as kept
from studio.ui.views.gallery import view as gallery_view
from studio.ui.views.gallery.animation import ProgressAnimation
from studio.ui.views.gallery.tile_cache import TileCache
from studio.ui.views.gallery.view import GalleryView
from tests.ui import scripted
from tests.ui.views.gallery.cached_gallery import CachedGallery, counted_tiles, without_pointer


async def test_kept_tiles_look_as_painted_ones_do(desk: Callable[..., CachedGallery]) -> None:
    plain, quick = desk(keeps=False), desk()
    for each in (plain, quick):
        each.core.library.special[39] = scripted.picture(39, rating=4, tags=("kelp",))
        await each.show()
        each.view.selection.rows([2, 3])
    assert await plain.settled() == await quick.settled()
    assert quick.view.tile_cache is not None
    assert quick.view.tile_cache.bytes > 0


async def test_a_tile_that_is_shown_again_is_not_painted_again(
    desk: Callable[..., CachedGallery], monkeypatch: pytest.MonkeyPatch
) -> None:
    d = desk()
    await d.show()
    painted = counted_tiles(monkeypatch)
    before = d.image()
    assert painted == []
    d.view.selection.rows([1])
    await d.settled()
    assert len(painted) == 1
    assert d.image() != before
    d.core.library.special[40] = scripted.picture(40, rating=5)
    painted.clear()
    d.model.refresh(["p40"])
    d.image()
    await d.settled()
    assert len(painted) == 1


@pytest.mark.parametrize("under", [False, True])
async def test_the_display_is_asked_where_the_pointer_is_only_if_it_matters(
    under: bool, desk: Callable[..., CachedGallery], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each question is a trip to the display, at every step of the wheel."""
    asked: list[bool] = []

    class Pointer:
        @staticmethod
        def pos() -> QPoint:
            asked.append(True)
            return QPoint(0, 0)

    d = desk()
    await d.show()
    monkeypatch.setattr(gallery_view, "QCursor", Pointer)
    monkeypatch.setattr(d.view.viewport(), "underMouse", lambda: under)
    d.view.verticalScrollBar().setValue(40)
    assert bool(asked) == under
    await d.settled()


@pytest.mark.parametrize("there", [40, 4], ids=["out of sight", "in sight"])
async def test_tiles_that_come_out_of_sight_are_not_painted(
    there: int, desk: Callable[..., CachedGallery], monkeypatch: pytest.MonkeyPatch
) -> None:
    d = desk()
    without_pointer(d, monkeypatch)
    d.model.set_rows(array("q", range(80, 80 - there, -1)), whole=False)
    d.view.show()
    before = await d.settled()
    painted: list[QRect] = []

    class Paints(QObject):
        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's
            if isinstance(event, QPaintEvent):
                area = event.region().boundingRect()
                # The handle of the scroll bar gets shorter.
                painted.extend([area] * (area.left() < d.view.overlay.x()))
            return False

    paints = Paints()
    d.view.viewport().installEventFilter(paints)
    assert d.model.append(array("q", range(80 - there, 20, -1)))
    QApplication.sendPostedEvents()
    await asyncio.sleep(0)
    assert bool(painted) == (there == 4), painted
    assert (await d.settled() == before) == (there == 40)


async def test_a_paint_of_kept_tiles_asks_for_nothing_twice(
    desk: Callable[..., CachedGallery], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a large screen each question is asked three hundred times for every wheel step."""
    d = desk()
    await d.show()
    asked: list[str] = []

    def counted(name: str, call: Callable[..., object]) -> Callable[..., object]:
        def ask(*values: object) -> object:
            asked.append(name)
            return call(*values)

        return ask

    for kind, name in (
        (Picture, "__eq__"),
        (GalleryView, "stack_look"),
        (GalleryView, "cell"),
        (GalleryView, "current_row"),
        (ProgressAnimation, "scrolling"),
    ):
        member = vars(kind).get(name) or getattr(kind, name)
        if isinstance(member, property):
            assert member.fget is not None
            monkeypatch.setattr(kind, name, property(counted(name, member.fget)))
        else:
            monkeypatch.setattr(kind, name, counted(name, member))
    d.image()
    assert len(asked) <= 2, asked


async def test_the_tile_of_a_job_is_kept_until_it_says_something_else(
    desk: Callable[..., CachedGallery], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bar of a job that is under way moves twenty times a second, its words change rarely."""
    d = desk()
    failed = [scripted.job(f"j{number}", JobState.FAILED) for number in range(5)]
    for one in failed:
        d.model.job_changed(one)
    running = scripted.job("running", JobState.WAITING, started=999.0)
    d.model.job_changed(running)
    await d.show()
    painted = counted_tiles(monkeypatch)
    frames = []
    for phase in (0.1, 0.3):
        monkeypatch.setattr(ProgressAnimation, "phase", lambda _pulse, at=phase: at)
        frames.append(d.image())
    assert frames[0] != frames[1]
    assert painted == []
    billed = Failure(kind="refused", title="Refused", billed=Billed.YES)
    d.model.job_changed(replace(failed[2], failure=billed))
    d.model.job_changed(replace(running, state=JobState.RECEIVING, received=2_000_000))
    await d.settled()
    assert sorted(painted) == ["j2", "running"]


@pytest.mark.parametrize("phase", [0.1, 0.7, None])
async def test_jobs_under_way_look_as_if_painted_for_themselves(
    desk: Callable[..., CachedGallery], monkeypatch: pytest.MonkeyPatch, phase: float | None
) -> None:
    monkeypatch.setattr(ProgressAnimation, "phase", lambda _pulse: phase)
    images = []
    for keeps in (False, True):
        d = desk(keeps=keeps)
        without_pointer(d, monkeypatch)
        for number, state in enumerate(JobState):
            made = scripted.job(f"job {state}", state, started=990.0 - number, received=3_000_000)
            d.model.job_changed(made)
        await d.show()
        if not keeps:
            # Failed jobs turned it on.
            d.view.tile_cache = None
        images.append(d.image())
        assert (d.view.tile_cache is not None) == keeps
    assert images[0] == images[1]


async def test_tiles_that_move_for_a_new_one_are_not_painted_again(
    desk: Callable[..., CachedGallery], monkeypatch: pytest.MonkeyPatch
) -> None:
    d = desk(keeps=False)
    without_pointer(d, monkeypatch)
    await d.show()
    width = d.view.width()
    while len({d.view.cell(row).width() for row in d.view.visible_rows()}) > 1:
        # A tile that becomes a pixel wider is another one.
        width += 1
        d.view.resize(width, d.view.height())
    await d.settled()
    d.model.job_changed(scripted.job("first", JobState.FAILED))
    await d.settled()
    assert d.view.tile_cache is not None
    painted = counted_tiles(monkeypatch)
    d.model.job_changed(scripted.job("second", JobState.FAILED))
    await d.settled()
    assert set(painted) == {"second"}


@pytest.mark.parametrize("before", ["dark", "light"])
@pytest.mark.parametrize("tiles", ["painted", "kept", "kept, slowly"])
async def test_a_gallery_after_a_theme_switch_looks_like_a_new_one(
    desk: Callable[..., CachedGallery],
    application: QApplication,
    monkeypatch: pytest.MonkeyPatch,
    before: theme.Choice,
    tiles: str,
) -> None:
    """There and back: pictures, marks, a failed job and what is selected."""
    now = 0.0

    def slow() -> float:
        nonlocal now
        now += kept.BUDGET / 3
        return now

    async def shown() -> CachedGallery:
        d = desk(keeps=tiles != "painted")
        without_pointer(d, monkeypatch)
        if tiles == "kept, slowly":
            d.view.tile_cache = TileCache(slow)
        d.core.library.special[39] = scripted.picture(39, rating=4, flag=Flag.PICK, tags=("kelp",))
        d.model.job_changed(scripted.job("j", JobState.FAILED))
        await d.show()
        d.view.selection.rows([2, 3])
        return d

    after: theme.Choice = "light" if before == "dark" else "dark"
    theme.install(application, before)
    d = await shown()
    first = await d.settled()
    theme.install(application, after)
    switched = await d.settled()
    theme.install(application, before)
    back = await d.settled()
    theme.install(application, after)
    new = await (await shown()).settled()
    assert first != switched
    assert back == first
    assert switched == new


async def test_a_paint_event_ends_in_time_and_the_rest_follows(
    desk: Callable[..., CachedGallery], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not painted yet is not painted as a placeholder again and again."""
    d = desk()
    whole = await d.show()
    now = 0.0

    def clock() -> float:
        nonlocal now
        now += kept.BUDGET / 3
        return now

    placeholders: list[Item] = []
    paint_ground = GalleryView._paint_ground

    def counted(view: GalleryView, painter: QPainter, item: Item, cell: QRect) -> None:
        placeholders.append(item)
        paint_ground(view, painter, item, cell)

    monkeypatch.setattr(GalleryView, "_paint_ground", counted)
    d.view.tile_cache = slow = TileCache(clock)
    d.image()
    assert d.view.unpainted
    assert not d.view.idle, "the rest follows"
    assert len(slow) < len(d.view.visible_rows())
    assert len(placeholders) == len(d.view.unpainted)
    placeholders.clear()
    while d.view.unpainted:
        await asyncio.sleep(0.002)
    assert len(slow) == len(d.view.visible_rows())
    assert placeholders == []
    assert d.image() == whole


async def test_a_tile_left_for_later_is_painted_where_it_was_scrolled_to(
    desk: Callable[..., CachedGallery],
) -> None:
    d = desk()
    await d.show()
    bar = d.view.verticalScrollBar()
    bar.setValue(30)
    await d.settled()
    there = d.shown()
    assert not there.isNull()
    bar.setValue(0)
    await d.settled()
    now = 0.0

    def clock() -> float:
        nonlocal now
        now += kept.BUDGET / 3
        return now

    d.view.tile_cache = TileCache(clock)
    d.image()
    assert d.view.unpainted
    # Before the rest is painted.
    bar.setValue(30)
    while d.view.unpainted:
        await asyncio.sleep(0.002)
    assert d.shown() == there


async def test_what_is_kept_is_bounded_by_screens(
    desk: Callable[..., CachedGallery],
) -> None:
    d = desk()
    d.view.tile_cache = TileCache(bound=0, screens=1)
    await d.show()
    bar = d.view.verticalScrollBar()
    bar.setValue(bar.maximum())
    await d.settled()
    looks = d.view.tile_cache
    assert looks is not None
    area = d.view.viewport().size()
    assert 0 < looks.bytes <= 4 * area.width() * area.height()
    assert len(looks) < 40


async def test_a_gallery_that_stands_still_keeps_nothing_twice(
    desk: Callable[..., CachedGallery],
) -> None:
    def kept_bytes() -> int:
        return d.view.tile_cache.bytes if d.view.tile_cache is not None else -1

    d = desk(keeps=False)
    await d.show()
    assert kept_bytes() == -1
    d.view.verticalScrollBar().setValue(40)
    await d.settled()
    assert kept_bytes() > 0


async def test_the_ground_has_no_seams_where_a_screen_has_pixels_and_a_half(
    desk: Callable[..., CachedGallery],
) -> None:
    d = desk()
    await d.show()
    mat = theme.theme().color("mat").rgb()
    for scale in (1.25, 1.5, 1.75):
        image = QImage(round(920 * scale), round(600 * scale), QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(scale)
        # Whatever was on the screen before: nothing of it may shine through.
        image.fill(0xFF00FF)
        d.view.viewport().render(image, QPoint(), QRegion(), QWidget.RenderFlag(0))
        middle = d.view.cell(1).center().y()
        for row in (1, 2, 3):
            left = round(d.view.cell(row).left() * scale)
            seen = {image.pixel(x, round(middle * scale)) for x in range(left - 4, left + 4)}
            assert seen == {mat}, (scale, row)


async def test_a_library_of_failures_keeps_their_tiles_and_so_does_another_view(
    desk: Callable[..., CachedGallery],
) -> None:
    empty = desk(keeps=False)
    empty.model.set_rows(array("q"))
    empty.view.show()
    empty.model.job_changed(scripted.job("j", JobState.FAILED))
    assert empty.view.tile_cache is not None
    switched = desk(keeps=False)
    await switched.show()
    assert switched.view.tile_cache is None, "the first screen is painted at once"
    switched.model.set_rows(array("q", range(20, 0, -1)))
    assert switched.view.tile_cache is not None
