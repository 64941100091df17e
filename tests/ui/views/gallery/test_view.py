"""The gallery keeps its place and selection, and asks only for what is on screen."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
import shiboken6
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.domain.entities import Flag, Job, JobState, Picture, Reference, Role
from studio.ui.style import qt_style, theme
from studio.ui.support import drag_and_drop
from studio.ui.views.gallery.model import GalleryModel
from studio.ui.views.gallery.new_items import NewItemsBadge
from studio.ui.views.gallery.tile_view import tip_for
from studio.ui.views.gallery.view import GalleryView
from tests.ui import scripted
from tests.ui.scripted_core import until


class CountingModel(GalleryModel):
    """Counts what is asked of it, and resets."""

    asked = 0
    resets = 0

    def item_at(self, row: int) -> Picture | Job | None:
        self.asked += 1
        return super().item_at(row)


class GalleryDesk:
    """A gallery of its own size, with the scripted core behind it."""

    def __init__(self, size: tuple[int, int] = (920, 600)) -> None:
        self.core = scripted.ScriptedCore()
        self.model = CountingModel(self.core.library, clock=lambda: 1000.0)
        self.view = GalleryView(self.core, self.model, clock=lambda: 1000.0)
        self.view.resize(*size)
        self.resets = 0
        self.model.modelReset.connect(self.on_reset)
        self.told: list[tuple[object, ...]] = []
        self.view.selection_changed.connect(self.told.append)

    def end(self) -> None:
        self.view.close()
        shiboken6.delete(self.view)
        shiboken6.delete(self.model)

    def on_reset(self) -> None:
        self.resets += 1

    async def show(self, rows: object) -> None:
        self.model.set_rows(rows)  # type: ignore[arg-type]
        self.view.show()
        await self.settle()

    async def settle(self) -> None:
        """Until nothing more is read and no thumbnail is under way."""

        def at_rest() -> bool:
            return self.model.idle and self.view.idle

        await asyncio.sleep(0.002)
        await until(at_rest, "the gallery does not come to rest")

    def first(self) -> tuple[int | str, QPoint]:
        """The first tile in view and where it is."""
        row = self.view.visible_rows().start
        return self.model.key_at(row), self.view.cell(row).topLeft()

    def key(self, key: Qt.Key, mods: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.view.keyPressEvent(QKeyEvent(QEvent.Type.KeyPress, key, mods))

    def click(
        self, point: QPoint, mods: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        QTest.mouseClick(self.view.viewport(), Qt.MouseButton.LeftButton, mods, point)

    def selected(self) -> list[object]:
        return [
            self.model.key_at(row)
            for first, last in self.view.selection.spans()
            for row in range(first, last + 1)
        ]


@pytest.fixture
def desk(
    application: QApplication, at_end: list[Callable[[], object]]
) -> Callable[..., GalleryDesk]:
    theme.install(application, "dark", scale=1.0)

    def make(**options: object) -> GalleryDesk:
        made = GalleryDesk(**options)  # type: ignore[arg-type]
        at_end.append(made.end)
        return made

    return make


async def test_only_what_is_on_screen_is_read_and_gets_a_thumbnail(
    desk: Callable[..., GalleryDesk],
) -> None:
    d = desk()
    await d.show(scripted.newest(100_000))
    shown = len(d.view.visible_rows())
    assert 15 <= shown <= 25
    assert len(d.core.library.asked) <= 2 * shown + d.view.grid.columns
    ids = {id_ for id_, _edge in d.core.library.thumbnails}
    assert {f"p{100_000 - row}" for row in d.view.visible_rows()} <= ids
    assert len(ids) <= 2 * shown + d.view.grid.columns


async def test_thumbnails_of_tiles_that_left_the_screen_are_dropped(
    desk: Callable[..., GalleryDesk],
) -> None:
    d = desk()
    d.core.library.gate.clear()
    d.model.set_rows(scripted.newest(100_000))
    d.view.show()
    bar = d.view.verticalScrollBar()
    for step in range(1, 30):
        # Every place is wished for before the view goes on.
        await until(lambda: not d.view._wishes.isActive())
        bar.setValue(bar.maximum() * step // 30)
    await until(lambda: not d.view._wishes.isActive())
    d.core.library.gate.set()
    await d.settle()
    seen = {f"p{100_000 - row}" for row in [*d.view.visible_rows(), *d.view.rows_ahead()]}
    assert set(d.core.library.finished) <= seen
    assert {f"p{100_000 - row}" for row in d.view.visible_rows()} <= set(d.core.library.finished)


async def test_a_million_rows_cost_what_twenty_do(desk: Callable[..., GalleryDesk]) -> None:
    asked = []
    for count in (200, 1_000_000):
        d = desk()
        await d.show(scripted.newest(count))
        d.model.insert_pictures([count + 1])
        await d.settle()
        asked.append(d.model.asked)
        d.view.close()
    assert asked[1] <= asked[0] * 1.5
    assert d.resets == 1


async def test_what_is_seen_stays_in_place_while_pictures_arrive(
    desk: Callable[..., GalleryDesk],
) -> None:
    d = desk()
    await d.show(scripted.newest(500))
    above: list[int] = []
    d.view.new_above.connect(above.append)
    d.view.verticalScrollBar().setValue(1234)
    for arrived in ([501], [502, 503], [504, 505, 506, 507, 508, 509, 510]):
        before = d.first()
        d.model.insert_pictures(arrived)
        assert d.first() == before
    assert above == [1, 2, 7]
    d.view.scroll_to_top()
    assert d.view.cell(0).topLeft() == QPoint(14, 0)
    assert d.resets == 1


async def test_what_came_in_above_is_reported_and_a_click_leads_there(
    desk: Callable[..., GalleryDesk],
) -> None:
    d = desk()
    await d.show(scripted.newest(500))
    pill = NewItemsBadge(d.view)
    d.model.insert_pictures([501])
    assert not pill.isVisible(), "the top is in view"
    d.view.verticalScrollBar().setValue(1234)
    d.model.insert_pictures([502])
    d.model.insert_pictures([503, 504])
    assert pill.isVisible()
    assert pill.text() == "3 new above"
    assert d.view.rect().contains(pill.geometry())
    d.view.verticalScrollBar().setValue(1500)
    assert pill.isVisible()
    QTest.mouseClick(pill, Qt.MouseButton.LeftButton)
    assert d.view.at_top
    assert not pill.isVisible()
    d.view.verticalScrollBar().setValue(1234)
    d.model.insert_pictures([505])
    assert pill.text() == "1 new above", "those that were seen are counted again"


async def test_while_it_is_dragged_the_scroll_bar_tells_the_month(
    desk: Callable[..., GalleryDesk],
) -> None:
    d = desk()
    await d.show(scripted.newest(500))
    bar = d.view.overlay
    grip = bar.thumb().center().toPoint()
    QTest.mousePress(bar, Qt.MouseButton.LeftButton, pos=grip)
    first = d.view.rows.picture_at(0)
    assert first is not None
    created = time.localtime(first.created)
    assert bar.label.isVisible()
    assert bar.label.text() == time.strftime("%B %Y", created)
    assert bar.label.geometry().right() < bar.x() + bar.thumb().left()
    QTest.mouseRelease(bar, Qt.MouseButton.LeftButton, pos=grip)
    assert not bar.label.isVisible()
    d.view.dated = False
    QTest.mousePress(bar, Qt.MouseButton.LeftButton, pos=grip)
    assert not bar.label.isVisible(), "a month where the order is by name"


async def test_at_the_top_the_newest_is_shown(desk: Callable[..., GalleryDesk]) -> None:
    d = desk()
    await d.show(scripted.newest(500))
    above: list[int] = []
    d.view.new_above.connect(above.append)
    d.model.insert_pictures([501])
    assert d.view.verticalOffset() == 0
    assert d.model.key_at(d.view.visible_rows().start) == 501
    assert above == []


async def test_selection_keyboard_and_place_survive_other_rows(
    desk: Callable[..., GalleryDesk],
) -> None:
    d = desk()
    await d.show(scripted.newest(500))
    d.view.select_keys([300, 298, 250])
    d.view.verticalScrollBar().setValue(d.view.verticalScrollBar().value() + 40)
    before = d.first()
    rows = scripted.newest(500)
    del rows[20:30], rows[5]
    d.model.set_rows(rows)
    await d.settle()
    assert d.selected() == [300, 298, 250]
    assert d.model.key_at(d.view.current_row() or 0) == 300
    row = d.model.row_of(before[0])
    assert row is not None
    assert d.view.cell(row).top() == before[1].y()
    assert [item.row for item in d.told[-1] if isinstance(item, Picture)] == [300, 298, 250]


async def test_resizing_keeps_the_first_tile_in_view(desk: Callable[..., GalleryDesk]) -> None:
    d = desk()
    await d.show(scripted.newest(5000))
    d.view.verticalScrollBar().setValue(20_000)
    key, place = d.first()
    for width in (700, 1100, 500, 920):
        d.view.resize(width, 600)
        cell = d.view.cell(d.model.row_of(key) or 0)
        assert cell.top() == place.y()
    d.view.set_tile_size(96)
    assert d.view.cell(d.model.row_of(key) or 0).top() == place.y()


async def test_a_picture_takes_the_tile_of_its_job_without_moving_anything(
    desk: Callable[..., GalleryDesk],
) -> None:
    d = desk()
    await d.show(scripted.newest(50))
    for name in ("a", "b", "c"):
        d.model.job_changed(scripted.job(name))
    d.view.select_keys(["a"])
    keys = [d.model.key_at(row) for row in range(5)]
    assert keys == ["a", "b", "c", 50, 49]
    inserted: list[object] = []
    d.model.rowsInserted.connect(inserted.append)
    d.model.insert_pictures([51], "a")
    assert [d.model.key_at(row) for row in range(5)] == [51, "b", "c", 50, 49]
    assert d.selected() == [51]
    assert inserted == []
    assert d.resets == 1


async def test_the_keys_move_extend_and_select(desk: Callable[..., GalleryDesk]) -> None:
    d = desk()
    await d.show(scripted.newest(23))
    columns = d.view.grid.columns
    assert columns == 5
    d.key(Qt.Key.Key_Home)
    assert d.view.current_row() == 0
    d.key(Qt.Key.Key_Right)
    d.key(Qt.Key.Key_Down)
    assert d.view.current_row() == 1 + columns
    d.key(Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert len(d.selected()) == columns + 1
    d.key(Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
    assert len(d.selected()) == columns + 1
    assert d.view.current_row() == 2 * columns
    d.key(Qt.Key.Key_End)
    assert d.selected() == [1]
    d.key(Qt.Key.Key_Up)
    d.key(Qt.Key.Key_Right)
    d.key(Qt.Key.Key_Right)
    d.key(Qt.Key.Key_Down)
    assert d.view.current_row() == 22
    d.key(Qt.Key.Key_PageUp)
    assert (d.view.current_row() or 0) < 22
    d.key(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert d.view.selected_count() == 23


async def test_the_mouse_selects_toggles_and_clears(desk: Callable[..., GalleryDesk]) -> None:
    d = desk()
    await d.show(scripted.newest(30))
    middle = [d.view.cell(row).center() for row in range(10)]
    d.click(middle[2])
    assert d.selected() == [28]
    d.click(middle[6], Qt.KeyboardModifier.ShiftModifier)
    assert len(d.selected()) == 5
    d.click(middle[4], Qt.KeyboardModifier.ControlModifier)
    assert len(d.selected()) == 4
    d.click(middle[3])
    assert d.selected() == [27]
    d.click(QPoint(d.view.viewport().width() - 4, 30))
    assert d.selected() == []


async def test_a_rubber_band_selects_what_it_touches(desk: Callable[..., GalleryDesk]) -> None:
    d = desk(size=(920, 900))
    await d.show(scripted.newest(12))
    port = d.view.viewport()
    start = QPoint(d.view.cell(11).right() + 60, d.view.cell(11).center().y())
    end = d.view.cell(6).center()
    QTest.mousePress(port, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    move = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(end),
        QPointF(port.mapToGlobal(end)),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(port, move)
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, end)
    assert [12 - int(str(key)) for key in d.selected()] == [6, 7, 11]


async def test_the_zones_of_a_tile_ask_for_their_actions(desk: Callable[..., GalleryDesk]) -> None:
    d = desk()
    await d.show(scripted.newest(5))
    d.model.job_changed(scripted.job("bad"))
    d.model.job_changed(scripted.job("bad", JobState.FAILED))
    d.model.job_changed(scripted.job("running", JobState.WAITING, started=990.0, run="run 2"))
    asked: list[tuple[str, str]] = []
    d.view.action.connect(lambda name, item: asked.append((name, item.name)))
    for row, name in ((0, "cancel"), (1, "edit_prompt"), (2, "pick"), (3, "more")):
        QTest.mouseMove(d.view.viewport(), d.view.cell(row).center())
        d.view.pointer.hover(d.view.cell(row).center())
        zone = next(z for z in d.view.layout_of(row).zones if z.action == name)
        d.click(zone.rect.center())
    assert asked == [
        ("cancel", "running"),
        ("edit_prompt", "bad"),
        ("pick", "picture 5"),
        ("more", "picture 4"),
    ]
    assert d.selected() == []


async def test_enter_takes_the_offer_of_a_failed_tile_and_opens_a_picture(
    desk: Callable[..., GalleryDesk],
) -> None:
    d = desk()
    await d.show(scripted.newest(3))
    d.model.job_changed(scripted.job("bad"))
    d.model.job_changed(scripted.job("bad", JobState.FAILED))
    asked: list[str] = []
    d.view.action.connect(lambda name, _item: asked.append(name))
    d.view.opened.connect(lambda item: asked.append(item.name))
    d.view.go_to_row(0)
    d.key(Qt.Key.Key_Return)
    d.key(Qt.Key.Key_Right)
    d.key(Qt.Key.Key_Return)
    assert asked == ["edit_prompt", "picture 3"]


async def test_an_unreadable_picture_says_so_and_is_asked_for_once(
    desk: Callable[..., GalleryDesk],
) -> None:
    d = desk()
    d.core.library.broken = {"p3"}
    await d.show(scripted.newest(3))
    assert d.view.state_of(0).tile.head == "This file cannot be read"
    d.view.set_tile_size(200)
    await d.settle()
    assert [id_ for id_, _edge in d.core.library.thumbnails].count("p3") == 1


async def test_assistive_programs_read_a_list_named_gallery(
    desk: Callable[..., GalleryDesk],
) -> None:
    d = desk()
    d.core.library.special = {
        1_000_000: scripted.picture(
            1_000_000, title="dusk", rating=4, flag=Flag.PICK, width=160, height=90
        )
    }
    await d.show(scripted.newest(1_000_000))
    list_ = QAccessible.queryAccessibleInterface(d.view)
    assert list_.role() == QAccessible.Role.List
    assert list_.text(QAccessible.Text.Name) == "Gallery"
    assert list_.childCount() == 1_000_000
    first, last = list_.child(0), list_.child(999_999)
    assert first.role() == QAccessible.Role.ListItem
    assert first.text(QAccessible.Text.Name) == "dusk, 4 stars, picked, 16:9"
    assert last.text(QAccessible.Text.Name) == "Picture 1,000,000"
    await d.settle()
    assert last.text(QAccessible.Text.Name) == "picture 1, square"


async def test_everything_selected_at_a_million_is_one_range(
    desk: Callable[..., GalleryDesk],
) -> None:
    d = desk()
    await d.show(scripted.newest(1_000_000))
    asked = d.model.asked
    d.view.select_everything()
    assert d.view.selected_count() == 1_000_000
    assert len(d.view.selected_rows()) == 1_000_000
    assert d.model.asked == asked
    d.model.set_rows(scripted.newest(1_000_001))
    assert d.view.selected_count() == 1_000_001


async def test_nothing_moves_by_itself_without_running_tiles(
    desk: Callable[..., GalleryDesk],
) -> None:
    d = desk()
    await d.show(scripted.newest(40))
    d.view.grab()
    d.view.pulse.on_fade()
    d.view.thumbnails.finish_fading()
    d.view.grab()
    d.view.pulse.on_fade()
    d.view.pulse.on_fade()
    assert d.view.pulse.running() == frozenset()
    d.model.job_changed(scripted.job("running", JobState.WAITING, started=990.0))
    d.view.grab()
    assert {"runner", "tick"} <= d.view.pulse.running()
    d.view.verticalScrollBar().setValue(d.view.verticalScrollBar().maximum())
    frames = d.view.pulse.frames
    d.view.pulse.on_runner()
    assert d.view.pulse.frames == frames, "it moved while the user scrolled"


async def test_more_than_a_thousand_are_not_dragged_and_jobs_never(
    desk: Callable[..., GalleryDesk],
) -> None:
    d = desk()
    await d.show(scripted.newest(1001))
    d.model.job_changed(scripted.job("waiting"))
    refused: list[int] = []
    d.view.too_many_dragged.connect(refused.append)
    d.view.select_everything()
    d.view.begin_drag(0)
    assert refused == []
    d.view.begin_drag(1)
    assert refused == [1001]
    paths_of = d.core.library.paths
    assert drag_and_drop.carried([scripted.job("waiting")], paths_of) == []
    assert drag_and_drop.carried([scripted.picture(3, missing=True)], paths_of) == []
    [carried] = drag_and_drop.carried([scripted.picture(3)], paths_of)
    assert str(carried.path) == "/library/originals/p3.png"


async def test_a_picture_comes_out_of_the_ghost_of_its_job(
    desk: Callable[..., GalleryDesk],
) -> None:
    d = desk()
    await d.show(scripted.newest(3))
    source = Reference(sha256="ab", media_type="image/png", role=Role.EDIT)
    job = scripted.job("fog", JobState.WAITING, started=990.0)
    d.model.job_changed(replace(job, request=replace(job.request, references=(source,))))
    d.view.grab()
    await until(lambda: d.view.state_of(0).ghost is not None)
    ghost = d.view.state_of(0).ghost
    assert ghost is not None
    d.core.library.gate.clear()
    d.model.insert_pictures([4], "fog")
    assert d.view.state_of(0).ghost is ghost
    d.core.library.gate.set()
    await d.settle()
    d.view.thumbnails.finish_fading()
    d.view.grab()
    assert d.view.state_of(0).ghost is None
    assert d.view.state_of(0).pixmap is not None


async def test_tool_tips_tell_prompt_size_model_and_cost() -> None:
    picture = scripted.picture(
        1, prompt="a lighthouse", width=2048, height=1024, model="pro", cost_usd=0.134
    )
    assert tip_for(picture, None) == "a lighthouse\n2048 × 1024\npro\n≈ $0.134"
    sketch = scripted.picture(1, prompt="a lighthouse", offline=True)
    assert "Offline sketch, not AI" in tip_for(sketch, None)


async def test_the_scroll_bar_takes_no_width_and_shows_only_when_needed(
    desk: Callable[..., GalleryDesk],
) -> None:
    d = desk()
    await d.show(scripted.newest(5))
    assert d.view.viewport().width() == 920
    assert not d.view.overlay.isVisible()
    d.model.set_rows(scripted.newest(5000))
    assert d.view.viewport().width() == 920
    assert d.view.overlay.isVisible()
    assert d.view.overlay.thumb().width() == 6
    grip = d.view.overlay.thumb().center().toPoint()
    QTest.mousePress(d.view.overlay, Qt.MouseButton.LeftButton, pos=grip)
    assert d.view.overlay.thumb().width() == 10
    QTest.mouseMove(d.view.overlay, QPoint(grip.x(), d.view.height()))
    QTest.mouseRelease(d.view.overlay, Qt.MouseButton.LeftButton, pos=grip)
    assert d.view.overlay.thumb().width() == 6


async def test_ctrl_and_wheel_change_the_size_of_tiles(desk: Callable[..., GalleryDesk]) -> None:
    d = desk()
    await d.show(scripted.newest(100))
    sizes: list[int] = []
    d.view.tile_size_changed.connect(sizes.append)

    def turn(notches: int, mods: Qt.KeyboardModifier) -> None:
        event = QWheelEvent(
            QPointF(50, 50),
            QPointF(50, 50),
            QPoint(),
            QPoint(0, 120 * notches),
            Qt.MouseButton.NoButton,
            mods,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        d.view.wheelEvent(event)

    turn(1, Qt.KeyboardModifier.ControlModifier)
    assert sizes == [174]
    turn(-100, Qt.KeyboardModifier.ControlModifier)
    assert d.view.tile_size == 96
    turn(-1, Qt.KeyboardModifier.NoModifier)
    assert d.view.verticalOffset() == 84


async def test_with_less_motion_nothing_fades_and_runners_stand_still(
    desk: Callable[..., GalleryDesk], at_end: list[Callable[[], object]]
) -> None:
    qt_style.set_motion("reduced")
    at_end.append(lambda: qt_style.set_motion("system"))
    d = desk()
    await d.show(scripted.newest(3))
    d.model.job_changed(scripted.job("running", JobState.WAITING, started=990.0))
    d.view.grab()
    assert d.view.state_of(0).phase is None
    assert "runner" not in d.view.pulse.running()
    assert d.view.state_of(1).strength == 1
