"""Tiles that are kept look as painted ones do, follow every change, and bound a paint event."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import shiboken6
from PIL import ImageChops, ImageQt, ImageStat
from PySide6.QtCore import QEvent, QObject, QPoint, QRect
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPixmap, QRegion
from PySide6.QtWidgets import QApplication, QWidget

from studio.common.errors import Billed
from studio.domain.entities import Failure, Flag, Job, JobState, Picture, Reference
from studio.ui.style import theme
from studio.ui.support.thumbnail_cache import ThumbnailCache
from studio.ui.support.tile_content import Item
from studio.ui.views.gallery import animation, paint, tile_view
from studio.ui.views.gallery import tile_cache as kept
from studio.ui.views.gallery import view as gallery_view
from studio.ui.views.gallery.animation import ProgressAnimation
from studio.ui.views.gallery.model import GalleryModel
from studio.ui.views.gallery.tile_cache import TileCache
from studio.ui.views.gallery.view import GalleryView
from tests.ui import scripted


class CachedGallery:
    """A gallery of forty pictures whose thumbnails are there."""

    def __init__(self, *, keeps: bool) -> None:
        self.core = scripted.ScriptedCore()
        self.model = GalleryModel(self.core.library, clock=lambda: 1000.0)
        self.view = GalleryView(self.core, self.model, clock=lambda: 1000.0)
        self.view.resize(920, 600)
        if keeps:
            self.view.keep_tiles()

    async def show(self) -> QImage:
        self.model.set_rows(array("q", range(40, 0, -1)))
        self.view.show()
        return await self.settled()

    async def settled(self) -> QImage:
        for _turn in range(400):
            await asyncio.sleep(0.002)
            if self.view.idle and self.model.idle and self.filled():
                break
        else:
            raise AssertionError("the gallery does not come to rest")
        self.view.thumbnails.finish_fading()
        self.image()
        # Where the machine is slow a paint event leaves tiles for the next one.
        while self.view.unpainted:
            self.image()
        return self.image()

    async def painted(self) -> QImage:
        """What is shown once no tile is left for a later paint event."""
        self.image()
        while self.view.unpainted:
            await asyncio.sleep(0.002)
            self.image()
        return self.image()

    def filled(self) -> bool:
        items = [self.model.item_at(row) for row in self.view.visible_rows()]
        return all(
            isinstance(one, Job) or (one is not None and self.view.thumbnails.pixmap(one.id))
            for one in items
        )

    def image(self) -> QImage:
        return self.view.viewport().grab().toImage()

    def shown(self) -> QImage:
        """What is on the screen, with nothing painted anew."""
        QApplication.sendPostedEvents()
        return self.view.screen().grabWindow(self.view.winId()).toImage()

    def end(self) -> None:
        self.view.close()
        shiboken6.delete(self.view)
        shiboken6.delete(self.model)


@pytest.fixture
def desk(
    application: QApplication, at_end: list[Callable[[], object]]
) -> Callable[..., CachedGallery]:
    theme.install(application, "dark", scale=1.0)

    def make(*, keeps: bool = True) -> CachedGallery:
        made = CachedGallery(keeps=keeps)
        at_end.append(made.end)
        return made

    return make


def differences(one: QImage, other: QImage) -> ImageStat.Stat:
    """How much the channels of two pictures differ."""
    pictures = [ImageQt.fromqimage(image).convert("RGB") for image in (one, other)]
    return ImageStat.Stat(ImageChops.difference(*pictures))


def counted_tiles(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the tiles that are painted from now on."""
    painted: list[str] = []

    def counted(*values: Any) -> object:
        painted.append(values[2].tile.name)
        return paint.paint_tile(*values)

    for module in (kept, tile_view):
        monkeypatch.setattr(module, "paint_tile", counted)
    return painted


def without_pointer(d: CachedGallery, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pointer may be anywhere: the tile under it is painted for itself."""
    monkeypatch.setattr(d.view.viewport(), "underMouse", bool)


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


async def test_no_more_than_a_few_tiles_fade_in_at_the_same_time(
    desk: Callable[..., CachedGallery], monkeypatch: pytest.MonkeyPatch
) -> None:
    most = 5
    monkeypatch.setattr(animation, "MOST_FADING", most)
    d = desk()
    await d.show()
    thumbnails, rows = d.view.thumbnails, d.view.visible_rows()
    # As if all came at this moment, however long the test takes.
    for held in thumbnails._held.values():
        held.since = float("inf")
    names = [item.id for row in rows if (item := d.model.item_at(row)) is not None]
    d.image()
    fading = [name for name in names if thumbnails.strength(name) < 1]
    assert len(rows) > most
    assert len(fading) == most
    await d.settled()


def half_there(monkeypatch: pytest.MonkeyPatch, strength: float) -> None:
    """All thumbnails fade in, and have come so far."""
    monkeypatch.setattr(ThumbnailCache, "strength", lambda *_asked: strength)
    monkeypatch.setattr(animation, "MOST_FADING", 100)


async def test_tiles_that_fade_in_are_painted_once_and_not_in_each_frame(
    desk: Callable[..., CachedGallery], monkeypatch: pytest.MonkeyPatch
) -> None:
    d = desk()
    whole = await d.show()
    assert d.view.tile_cache is not None
    kept_bytes = d.view.tile_cache.bytes
    d.view.thumbnails.refetch_thumbnails([f"p{number}" for number in range(1, 41)])
    empty = await d.painted()
    half_there(monkeypatch, 0.3)
    d.view.on_wishes()
    await d.painted()
    while not d.filled():
        await asyncio.sleep(0.002)
    await d.painted()
    painted = counted_tiles(monkeypatch)
    frames = [d.image()]
    for strength in (0.6, 0.9):
        half_there(monkeypatch, strength)
        frames.append(d.image())
    assert painted == []
    far = [[sum(differences(frame, end).sum) for frame in frames] for end in (empty, whole)]
    assert far[0] == sorted(far[0])
    assert far[1] == sorted(far[1], reverse=True)
    assert len({*far[0], *far[1]}) == 6
    half_there(monkeypatch, 1.0)
    assert await d.painted() == whole
    assert painted == []
    assert d.view.tile_cache.bytes == kept_bytes, "what they looked like before is forgotten"


@pytest.mark.parametrize("strength", [0.2, 0.7])
async def test_tiles_that_fade_in_look_as_if_painted_for_themselves(
    desk: Callable[..., CachedGallery], monkeypatch: pytest.MonkeyPatch, strength: float
) -> None:
    plain, quick = desk(keeps=False), desk()
    images = []
    for d in (plain, quick):
        d.core.library.special[39] = scripted.picture(39, rating=4)
        await d.show()
        d.view.thumbnails.refetch_thumbnails([f"p{number}" for number in range(1, 41)])
        await d.painted()
        with monkeypatch.context() as patch:
            half_there(patch, strength)
            d.view.on_wishes()
            while not d.filled():
                await asyncio.sleep(0.002)
            images.append(await d.painted())
    # Blending in two steps rounds twice, and the corner pixels are round once only.
    far = differences(*images).h
    corners = 4 * len(quick.view.visible_rows())
    assert all(sum(far[at + 8 : at + 256]) <= corners for at in (0, 256, 512))


async def test_while_the_user_scrolls_tiles_wait_for_their_thumbnails(
    desk: Callable[..., CachedGallery], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They would be painted twice, the first time within the frames of the scroll."""
    d = desk()
    without_pointer(d, monkeypatch)
    await d.show()
    monkeypatch.setattr(d.view.thumbnails, "request_thumbnails", list)
    d.view.thumbnails.refetch_thumbnails([f"p{number}" for number in range(1, 41)])
    painted = counted_tiles(monkeypatch)
    scrolling = True
    monkeypatch.setattr(ProgressAnimation, "scrolling", property(lambda _pulse: scrolling))
    d.view.verticalScrollBar().setValue(30)
    d.image()
    waiting = set(d.view.waiting)
    assert waiting == set(d.view.visible_rows())
    assert painted == []
    assert not d.view.idle
    scrolling = False
    while d.view.waiting:
        await asyncio.sleep(0.002)
    await d.painted()
    assert "fade" not in d.view.pulse.running(), "there is nothing to fade in"
    items = [d.model.item_at(row) for row in waiting]
    assert sorted(painted) == sorted(item.name for item in items if item is not None)


async def test_a_picture_that_replaces_its_source_leaves_the_other_tiles_as_they_are(
    desk: Callable[..., CachedGallery], monkeypatch: pytest.MonkeyPatch
) -> None:
    d = desk()
    without_pointer(d, monkeypatch)
    await d.show()
    source = Reference(sha256="0" * 64, media_type="image/png")
    made = scripted.job("made", JobState.DONE)
    edit = replace(made, request=replace(made.request, references=(source,)))
    monkeypatch.setattr(d.view.thumbnails, "ghost", lambda _reference: QPixmap(16, 16))
    half_there(monkeypatch, 0.5)
    d.view.on_replaced(edit, 40)
    painted = counted_tiles(monkeypatch)
    d.image()
    item = d.model.item_at(0)
    assert item is not None
    assert painted == [item.name]


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
