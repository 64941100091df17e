"""The loupe: stepping through pictures."""

from __future__ import annotations

import asyncio
import time
from array import array
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from studio.domain.entities import Flag, GenerationRequest, Job, JobState, Parent, Role
from studio.ui.style.theme import install
from studio.ui.support import shortcuts
from studio.ui.views.loupe import Loupe
from studio.ui.views.loupe.before import ParentPreview, likeness
from studio.ui.widgets.number_controls import Stars
from studio.ui.widgets.segmented import Segmented
from tests.ui import scripted_library
from tests.ui.scripted_library import picture


def order(count: int) -> array[int]:
    return array("q", range(1, count + 1))


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> None:
    install(qapp, "dark")


@pytest.fixture
def library() -> Any:
    child = picture(
        2,
        prompt="a lighthouse at blue hour in fog",
        width=100,
        height=100,
        parents=(Parent(sha256="x", role=Role.EDIT, picture="p3"),),
    )
    parent = picture(3, prompt="a lighthouse at dusk in fog", width=100, height=100, rating=4)
    others = [picture(row) for row in (1, *range(4, 41))]
    return scripted_library.FakeLibrary([child, parent, *others])


@pytest.fixture
def decoder() -> Any:
    answers = {f"{row}.png": scripted_library.raw(200, 100) for row in range(1, 41)}
    answers |= {f"{row}.png": scripted_library.raw(100, 100) for row in (2, 3)}
    return scripted_library.FakeDecoder(answers)


@pytest.fixture
def loupe(library: Any, decoder: Any, qtbot: QtBot, at_end: list[Callable[[], object]]) -> Loupe:
    made = Loupe(library, decoder)
    qtbot.addWidget(made)
    made.resize(1144, 724)
    at_end.append(made.hide)
    return made


async def opened(loupe: Loupe, index: int, count: int = 10) -> None:
    loupe.show()
    loupe.show_pictures(order(count), index)
    await scripted_library.settle()


def press(widget: QWidget, key: Qt.Key) -> None:
    event = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(widget, event)


def release(widget: QWidget, key: Qt.Key) -> None:
    event = QKeyEvent(QEvent.Type.KeyRelease, key, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(widget, event)


def named(loupe: Loupe, name: str) -> QAbstractButton:
    return next(b for b in loupe.findChildren(QAbstractButton) if b.accessibleName() == name)


async def test_a_picture_is_shown_with_all_its_pixels(loupe: Loupe) -> None:
    heard: list[str] = []
    loupe.picture_changed.connect(lambda shown: heard.append(shown.id))
    await opened(loupe, 0)
    plate = loupe.canvas.plate
    assert plate is not None
    assert plate.key == "p1"
    assert plate.raster is not None
    assert heard == ["p1"]


async def test_a_preview_comes_before_the_pixels(loupe: Loupe, decoder: Any) -> None:
    decoder.gates["1.png"] = asyncio.Event()
    loupe.show()
    loupe.show_pictures(order(3), 0)
    while loupe.canvas.plate is None or loupe.canvas.plate.preview is None:
        await asyncio.sleep(0)
    assert loupe.canvas.plate.raster is None
    decoder.gates["1.png"].set()
    await scripted_library.settle()
    assert loupe.canvas.plate.raster is not None


async def test_a_picture_left_before_it_was_decoded_is_dropped(loupe: Loupe, decoder: Any) -> None:
    decoder.gates["1.png"] = asyncio.Event()
    loupe.show()
    loupe.show_pictures(order(10), 0)
    while not decoder.asked:
        await asyncio.sleep(0)
    loupe.step(1)
    await scripted_library.settle()
    decoder.gates["1.png"].set()
    await scripted_library.settle()
    assert "1.png" not in decoder.finished
    assert loupe.canvas.plate is not None
    assert loupe.canvas.plate.key == "p2"


async def test_going_back_to_a_picture_does_not_decode_it_again(loupe: Loupe, decoder: Any) -> None:
    await opened(loupe, 4)
    loupe.step(1)
    await scripted_library.settle()
    loupe.step(-1)
    await scripted_library.settle()
    assert decoder.asked == ["5.png", "6.png"]
    assert loupe.canvas.plate is not None
    assert loupe.canvas.plate.raster is not None


async def test_arrow_keys_home_and_end_leaf_through_the_order(loupe: Loupe) -> None:
    await opened(loupe, 4)
    seen = []
    for key in (
        Qt.Key.Key_Right,
        Qt.Key.Key_Left,
        Qt.Key.Key_Home,
        Qt.Key.Key_Left,
        Qt.Key.Key_End,
    ):
        press(loupe.canvas, key)
        await scripted_library.settle()
        seen.append(loupe.index)
    assert seen == [5, 4, 0, 0, 9]


async def test_own_keys_are_kept_from_the_shortcuts_of_the_window(loupe: Loupe) -> None:
    await opened(loupe, 0)
    for key, own in ((Qt.Key.Key_Backslash, True), (Qt.Key.Key_F, True), (Qt.Key.Key_3, False)):
        event = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier)
        event.ignore()
        QApplication.sendEvent(loupe.canvas, event)
        assert event.isAccepted() is own


async def test_escape_leaves(loupe: Loupe) -> None:
    await opened(loupe, 0)
    heard: list[bool] = []
    loupe.closed.connect(lambda: heard.append(True))
    press(loupe.canvas, Qt.Key.Key_Escape)
    assert heard == [True]


async def test_the_parent_is_shown_while_backslash_is_held(loupe: Loupe) -> None:
    await opened(loupe, 1)
    shown = loupe.canvas
    press(shown, Qt.Key.Key_Backslash)
    assert shown.plate is not None
    assert shown.plate.key == "p3"
    release(shown, Qt.Key.Key_Backslash)
    assert shown.plate.key == "p2"


async def test_chosen_keys_show_the_parent_zoom_and_are_kept_from_the_window(loupe: Loupe) -> None:
    changes = {"loupe.original": ("Ctrl+B",), "picture.zoom-in": ("M",)}
    shortcuts.use((), changes)
    await opened(loupe, 1)
    shown = loupe.canvas
    press(shown, Qt.Key.Key_Backslash)
    assert shown.plate is not None
    assert shown.plate.key == "p2"
    for key, mods in (
        (Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier),
        (Qt.Key.Key_M, Qt.KeyboardModifier.NoModifier),
    ):
        override = QKeyEvent(QEvent.Type.ShortcutOverride, key, mods)
        override.ignore()
        QApplication.sendEvent(shown, override)
        assert override.isAccepted()
        QApplication.sendEvent(shown, QKeyEvent(QEvent.Type.KeyPress, key, mods))
    assert shown.plate.key == "p3"
    release(shown, Qt.Key.Key_B)
    assert shown.plate.key == "p2", "Ctrl was released before"
    assert not shown.fitted


async def test_every_pixel_is_shown_while_z_is_held(loupe: Loupe, decoder: Any) -> None:
    decoder.answers |= {"1.png": scripted_library.raw(3000, 2000)}
    await opened(loupe, 0)
    canvas = loupe.canvas
    canvas.set_zoom(0.5)
    canvas.pan(-100, 50)
    before = canvas.view
    press(canvas, Qt.Key.Key_Z)
    assert canvas.zoom == 1.0
    release(canvas, Qt.Key.Key_Z)
    assert canvas.zoom == before.zoom
    assert canvas.view.focus() == pytest.approx(before.focus())
    press(canvas, Qt.Key.Key_Z)
    loupe.hide()
    assert canvas.zoom == before.zoom, "also when the view is left"


async def test_before_keeps_zoom_and_place(loupe: Loupe) -> None:
    await opened(loupe, 1)
    loupe.canvas.set_zoom(16.0, QPointF(30, 30))
    view = loupe.canvas.view
    press(loupe.canvas, Qt.Key.Key_Backslash)
    await scripted_library.settle()
    assert loupe.canvas.view == view


async def test_a_picture_without_parent_offers_no_before(loupe: Loupe) -> None:
    await opened(loupe, 0)
    segments = loupe.findChildren(Segmented)
    before = next(one for one in segments if one.accessibleName() == "Before or after")
    assert before.isHidden()
    loupe.go_to_index(1)
    await scripted_library.settle()
    assert not before.isHidden()


async def test_zoom_and_place_stay_from_picture_to_picture(loupe: Loupe, decoder: Any) -> None:
    """Of other sizes too: the same zoom, and the same spot as a share of the picture."""
    decoder.answers |= {
        "1.png": scripted_library.raw(3000, 2000),
        "4.png": scripted_library.raw(3000, 2000),
        "5.png": scripted_library.raw(1500, 3000),
        "6.png": scripted_library.raw(40, 30),
    }
    loupe.show()
    loupe.show_pictures(array("q", [1, 4, 5, 6, 4]), 0)
    await scripted_library.settle()
    canvas = loupe.canvas
    assert canvas.fitted
    loupe.step(1)
    await scripted_library.settle()
    assert canvas.fitted, "Fit where it was Fit"
    canvas.actual()
    canvas.pan(-400, 150)
    zoom, place, view = canvas.zoom, canvas.view.focus(), canvas.view
    loupe.step(1)
    await scripted_library.settle()
    assert (canvas.zoom, canvas.fitted) == (1.0, False)
    # As far as the edge of the narrower picture allows.
    assert canvas.view.focus()[1] == pytest.approx(place[1], abs=0.001)
    loupe.step(1)
    await scripted_library.settle()
    assert canvas.view.whole, "a small picture is shown whole"
    loupe.step(1)
    await scripted_library.settle()
    assert canvas.zoom == zoom
    assert canvas.view.focus() == pytest.approx(place, abs=0.001)
    assert canvas.view == view, "the place is not lost on the way"
    loupe.show_pictures(array("q", [4, 1]), 1)
    await scripted_library.settle()
    assert canvas.zoom == zoom, "nor when the loupe is opened again"
    press(canvas, Qt.Key.Key_F)
    loupe.step(-1)
    await scripted_library.settle()
    assert canvas.fitted


async def test_the_zoom_over_a_smaller_parent_counts_for_the_picture(
    loupe: Loupe, library: Any, decoder: Any
) -> None:
    parents = (Parent(sha256="x", role=Role.EDIT, picture="p52"),)
    library.known.append(picture(50, parents=parents, width=4000, height=4000))
    library.known.append(picture(51, width=4000, height=4000))
    library.known.append(picture(52, width=1000, height=1000))
    decoder.answers |= {f"{n}.png": scripted_library.raw(4000, 4000) for n in (50, 51)}
    decoder.answers["52.png"] = scripted_library.raw(1000, 1000)
    loupe.show()
    loupe.show_pictures(array("q", [50, 51]), 0)
    await scripted_library.settle()
    loupe.canvas.actual()
    press(loupe.canvas, Qt.Key.Key_Backslash)
    await scripted_library.settle()
    assert loupe.canvas.zoom == pytest.approx(4.0), "the same part of the parent"
    loupe.canvas.set_zoom(8.0)
    release(loupe.canvas, Qt.Key.Key_Backslash)
    await scripted_library.settle()
    loupe.step(1)
    await scripted_library.settle()
    assert loupe.canvas.zoom == pytest.approx(2.0)
    loupe.step(-1)
    await scripted_library.settle()
    press(loupe.canvas, Qt.Key.Key_Backslash)
    loupe.step(1)
    await scripted_library.settle()
    assert loupe.canvas.zoom == pytest.approx(2.0), "also when leafing over the parent"


async def test_the_small_parent_has_a_label_and_never_covers_the_picture(
    loupe: Loupe, library: Any, decoder: Any
) -> None:
    parents = (Parent(sha256="x", role=Role.EDIT, picture="p3"),)
    shapes = {50: (3000, 1500), 51: (2000, 2000), 52: (1000, 3000), 53: (90, 60)}
    for row, (width, height) in shapes.items():
        library.known.append(picture(row, parents=parents, width=width, height=height))
        decoder.answers[f"{row}.png"] = scripted_library.raw(width, height)
    loupe.show()
    loupe.show_pictures(array("q", shapes), 0)
    before = loupe.findChild(ParentPreview)
    assert before is not None
    for place in range(len(shapes)):
        loupe.go_to_index(place)
        await scripted_library.settle()
        for zoom in (None, 1.0, 4.0):
            if zoom is None:
                loupe.canvas.fit()
            else:
                loupe.canvas.set_zoom(zoom)
            QApplication.sendPostedEvents()
            layout = loupe.layout()
            assert layout is not None
            layout.activate()
            assert before.isVisible()
            labels = {label.text() for label in before.findChildren(QLabel) if label.isVisible()}
            assert "Before" in labels
            where = QRectF(QPoint(before.mapTo(loupe, QPoint())), QSizeF(before.size()))
            canvas = loupe.canvas
            shown = canvas.picture_rect().intersected(QRectF(canvas.rect()))
            shown.translate(QPointF(canvas.mapTo(loupe, QPoint())))
            assert not where.intersects(shown), (place, zoom)


async def test_the_parent_stands_beside_a_square_and_in_the_corner_of_a_wide_picture(
    loupe: Loupe, library: Any, decoder: Any
) -> None:
    big = {"width": 2000, "height": 2000}
    parents = (Parent(sha256="x", role=Role.EDIT, picture="p3"),)
    library.known.append(picture(50, parents=parents, **big))
    library.known.append(picture(51, parents=parents, width=3000, height=1500))
    decoder.answers |= {
        "50.png": scripted_library.raw(2000, 2000),
        "51.png": scripted_library.raw(3000, 1500),
    }
    loupe.show()
    loupe.show_pictures(array("q", [50, 51]), 0)
    await scripted_library.settle()
    before = loupe.canvas.findChild(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
    assert before is not None
    assert before.width() == 222
    assert loupe.canvas.picture_rect().left() >= before.geometry().right()
    loupe.step(1)
    await scripted_library.settle()
    assert before.width() <= 110
    assert loupe.canvas.picture_rect().width() == pytest.approx(1124, abs=2)


async def test_stars_and_flags_are_reported_for_the_window_to_keep(loupe: Loupe) -> None:
    await opened(loupe, 0)
    rated: list[int] = []
    flagged: list[Flag] = []
    loupe.rated.connect(rated.append)
    loupe.flagged.connect(flagged.append)
    stars = loupe.findChild(Stars)
    assert stars is not None
    stars.setValue(3)
    named(loupe, "Pick").click()
    named(loupe, "Reject").click()
    assert rated == [3]
    assert flagged == [Flag.PICK, Flag.REJECT]


async def test_a_changed_record_is_read_again(loupe: Loupe, library: Any) -> None:
    await opened(loupe, 0)
    library.known = [
        picture(1, rating=5, flag=Flag.PICK) if one.row == 1 else one for one in library.known
    ]
    loupe.refresh(["p1"])
    await scripted_library.settle()
    stars = loupe.findChild(Stars)
    assert stars is not None
    assert stars.value() == 5
    assert named(loupe, "Picked").isEnabled()


async def test_the_picture_stays_when_others_arrive_before_it(loupe: Loupe) -> None:
    await opened(loupe, 3)
    shown = loupe.picture
    loupe.set_order(array("q", [30, 31, *range(1, 11)]))
    await scripted_library.settle()
    assert loupe.index == 5
    assert loupe.picture is shown


async def test_a_picture_taken_out_of_the_order_makes_room_for_its_neighbour(loupe: Loupe) -> None:
    await opened(loupe, 3)
    loupe.set_order(array("q", [1, 2, 3, 5, 6]))
    await scripted_library.settle()
    assert loupe.picture is not None
    assert loupe.picture.id == "p5"
    loupe.set_order(array("q"))
    await scripted_library.settle()
    assert loupe.picture is None


async def test_an_unreadable_file_is_reported_in_words(loupe: Loupe, decoder: Any) -> None:
    del decoder.answers["1.png"]
    await opened(loupe, 0)
    assert loupe.canvas.plate is not None
    assert loupe.canvas.plate.trouble == "This file cannot be read"


async def test_a_missing_file_is_not_decoded(loupe: Loupe, library: Any, decoder: Any) -> None:
    library.known.append(picture(60, missing=True))
    loupe.show()
    loupe.show_pictures(array("q", [60]), 0)
    await scripted_library.settle()
    assert decoder.asked == []
    assert loupe.canvas.plate is not None
    assert loupe.canvas.plate.trouble


async def test_dragging_the_picture_asks_for_its_file(loupe: Loupe) -> None:
    await opened(loupe, 0)
    asked: list[tuple[str, str]] = []
    loupe.action.connect(lambda name, shown: asked.append((name, shown.id)))
    loupe.canvas.drag_requested.emit()
    assert asked == [("drag", "p1")]


async def test_the_surround_is_reported_by_its_name_in_the_settings(loupe: Loupe) -> None:
    await opened(loupe, 0)
    heard: list[str] = []
    loupe.surround_changed.connect(heard.append)
    named(loupe, "Mid grey background").click()
    named(loupe, "Light background").click()
    assert heard == ["middle", "light"]
    assert loupe.canvas.surround == "bright"


# --- film strip -------------------------------------------------------------------------------


async def test_the_film_asks_for_no_more_than_it_shows(loupe: Loupe, library: Any) -> None:
    library.known = [picture(row) for row in range(1, 1001)]
    loupe.show()
    loupe.show_pictures(order(1_000_000), 500)
    loupe.film.grab()
    await scripted_library.settle()
    loupe.film.grab()
    await scripted_library.settle()
    asked = {row for rows in library.asked_rows for row in rows}
    assert 501 in asked
    assert len(asked) < 40
    assert len(set(library.thumbnails)) < 40


async def test_a_click_in_the_film_opens_that_picture(loupe: Loupe) -> None:
    await opened(loupe, 0)
    loupe.set_jobs([job(JobState.WAITING)])
    cells = loupe.film.cells()
    click(loupe.film, QPointF(cells[3].rect.center()))
    await scripted_library.settle()
    assert loupe.index == 2


async def test_jobs_stand_first_in_the_film_and_are_reported(loupe: Loupe) -> None:
    await opened(loupe, 0)
    loupe.set_jobs([job(JobState.WAITING), job(JobState.QUEUED)])
    heard: list[str] = []
    loupe.job_chosen.connect(heard.append)
    click(loupe.film, QPointF(loupe.film.cells()[1].rect.center()))
    assert heard == ["queued"]
    assert loupe.index == 0


async def test_the_film_has_no_gap_at_its_ends(loupe: Loupe) -> None:
    await opened(loupe, 0, count=40)
    loupe.film.grab()
    await scripted_library.settle()
    assert loupe.film.cells()[0].rect.left() == 16
    loupe.go_to_index(39)
    await scripted_library.settle()
    loupe.film.grab()
    await scripted_library.settle()
    last = loupe.film.cells()[-1]
    assert last.place == 39
    assert last.rect.right() + 1 == loupe.film.width() - 16
    loupe.go_to_index(20)
    await scripted_library.settle()
    spans = [(c.rect.left(), c.rect.right()) for c in loupe.film.cells()]
    assert spans[0][0] <= 0
    assert spans[-1][1] >= loupe.film.width() - 1
    assert all(right + 4 == left for (_l, right), (left, _r) in pairwise(spans))


async def test_everything_in_the_bar_has_a_name(loupe: Loupe) -> None:
    await opened(loupe, 1)
    buttons = loupe.bar.findChildren(QAbstractButton)
    assert len(buttons) > 5
    assert [one for one in buttons if not (one.accessibleName() or one.text())] == []
    assert loupe.canvas.accessibleName() == "picture 2"
    assert loupe.film.accessibleName() == "Film strip"


@pytest.mark.parametrize("width", [700, 820, 976, 1144, 1440])
async def test_the_bar_is_never_wider_than_the_window(loupe: Loupe, width: int) -> None:
    loupe.resize(width, 516)
    await opened(loupe, 1)
    assert loupe.width() == width
    for part in loupe.bar.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
        if part.isVisible():
            assert part.geometry().right() < width, part


def test_likeness_tells_only_what_is_known() -> None:
    same = likeness(picture(1), picture(2))
    assert same == "Same model, size and aspect ratio."
    assert "model" not in likeness(picture(1, model=""), picture(2, model="")).lower()
    other = likeness(picture(1, width=1600, height=900, model="a"), picture(2, model="b"))
    assert "16:9" in other
    assert "a" in other.splitlines()[-1]


def job(state: JobState) -> Job:
    request = GenerationRequest(profile="p", model="m", prompt="fog")
    return Job(
        id=str(state),
        run="r",
        request=request,
        created=time.time(),
        started=time.time() - 21,
        state=state,
        name="heavy fog",
    )


def click(widget: QWidget, at: QPointF) -> None:
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    for kind, held in (
        (QEvent.Type.MouseButtonPress, left),
        (QEvent.Type.MouseButtonRelease, Qt.MouseButton.NoButton),
    ):
        event = QMouseEvent(kind, at, widget.mapToGlobal(at), left, held, none)
        QApplication.sendEvent(widget, event)
