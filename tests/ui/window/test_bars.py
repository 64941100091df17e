"""The top bar, the bar of the grid and the status bar."""

from __future__ import annotations

import asyncio
import random

import pytest
import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from studio.config.key_status import KeySource, KeyState, KeyStatus
from studio.domain.entities import Job, JobState
from studio.domain.stacks import StackBy
from studio.library.query import Sort
from studio.ui.panels.status_bar import activity
from studio.ui.panels.status_bar.activity import StatusBar, queue_words
from studio.ui.style import qt_style
from studio.ui.support.row_width import RowWidth
from studio.ui.widgets.signs import Spinner
from studio.ui.widgets.text import ElidedLabel
from studio.ui.window import grid_bar
from studio.ui.window.grid_bar import GridBar
from studio.ui.window.top_bar import TopBar
from tests.ui import scripted_core

pytestmark = pytest.mark.usefixtures("dressed")


@pytest.fixture
def top(qtbot: QtBot) -> TopBar:
    made = TopBar()
    qtbot.addWidget(made)
    made.resize(1440, 44)
    made.show()
    return made


@pytest.fixture
def grid(qtbot: QtBot) -> GridBar:
    made = GridBar()
    qtbot.addWidget(made)
    made.resize(1000, 38)
    made.show()
    return made


def shown(bar: QWidget) -> str:
    labels = [label for label in bar.findChildren(ElidedLabel) if label.isVisible()]
    return " ".join(label.text() for label in labels if label.text())


def key(source: KeySource, state: KeyState, profile: str = "dgrid") -> KeyStatus:
    return KeyStatus(profile=profile, source=source, state=state, sentence="A sentence.")


# --- room of the grid bar ---------------------------------------------------------------------


@pytest.fixture
def place(qtbot: QtBot) -> QWidget:
    """Where bars are as narrow as they are made, as in the window."""
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(1440, 200)
    made.show()
    return made


def bar_in(place: QWidget) -> GridBar:
    made = GridBar(place)
    made.show()
    return made


def left_out(bar: GridBar) -> list[bool]:
    return [part.isHidden() for part in parts(bar)]


def hidden(bar: GridBar) -> set[QWidget]:
    return {part for part in parts(bar) if part.isHidden()}


def parts(bar: GridBar) -> list[QWidget]:
    return bar.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)


def test_parts_are_left_out_as_in_a_new_bar_whatever_came_before(place: QWidget) -> None:
    draw, grid = random.Random(7), bar_in(place)

    def change(bar: GridBar, width: int, counts: tuple[int, int, int], by: StackBy) -> None:
        few, hidden, narrow = counts
        bar.resize(width, 38)
        bar.set_narrow(bool(narrow))
        bar.set_stacks(by, opened=False)
        bar.show_counts("Harbour", few, few * 7, hidden, (few, 3), "$1.20" if hidden else "")

    seen = set()
    for _step in range(120):
        width = draw.choice((320, 480, 640, 800, 960, 1200))
        counts = draw.choice((4, 40, 4_000_000)), draw.choice((0, 3)), draw.randrange(2)
        by = draw.choice((StackBy.OFF, StackBy.RUN))
        change(grid, width, counts, by)
        new = bar_in(place)
        change(new, width, counts, by)
        assert left_out(grid) == left_out(new), (width, counts, by)
        row = new.layout()
        assert row is not None
        row.activate()
        # What a layout finds once it is laid out is what was computed before.
        assert RowWidth(new._row).without(hidden(new)) == row.sizeHint().width()
        seen.add(tuple(left_out(new)))
        shiboken6.delete(new)
    assert len(seen) > 6


def test_a_bar_is_measured_only_when_something_changes(
    place: QWidget, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[QHBoxLayout] = []

    class Counted(RowWidth):
        def __init__(self, row: QHBoxLayout) -> None:
            measured.append(row)
            super().__init__(row)

    grid, status = bar_in(place), StatusBar(place)
    status.resize(1440, 30)
    status.show_empty(True)
    grid.show_counts("Harbour", 4, 4)
    for bar in (grid_bar, activity):
        monkeypatch.setattr(bar, "RowWidth", Counted)
    for _again in range(2):
        grid.offer_emptying(wanted=False)
        grid.offer_dismissal(wanted=False)
        grid.set_narrow(False)
        grid.show_counts("Harbour", 4, 4)
        status.show_jobs(())
        status.set_narrow(False)
        status.show_empty(True)
        status.show_selection(0, 0)
    assert measured == []
    grid.offer_emptying(wanted=True)
    grid.offer_dismissal(wanted=True)
    grid.set_narrow(True)
    grid.show_counts("Harbour", 4, 5)
    assert measured == [grid.layout()] * 4
    status.set_narrow(True)
    status.show_empty(False)
    status.show_selection(1, 0)
    status.show_jobs([scripted_core.job("fox", JobState.WAITING)])
    assert measured[4:] == [status.layout()] * 4


def test_other_work_has_room_in_the_status_bar(place: QWidget) -> None:
    status, work = StatusBar(place), QWidget()
    work.setFixedSize(500, 20)
    work.hide()
    status.add_activity(work)
    status.resize(900, 30)
    status.show()
    status.show_selection(2, 0)
    advice = "drag them anywhere to save the originals"
    assert advice in shown(status)
    work.show()
    assert advice not in shown(status)
    work.hide()
    assert advice in shown(status)


def test_a_count_as_wide_as_the_last_one_shows_and_hides_nothing(
    place: QWidget, qapp: QApplication
) -> None:
    grid = bar_in(place)

    class Changes(QObject):
        count = 0

        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's
            kinds = (QEvent.Type.ShowToParent, QEvent.Type.HideToParent)
            self.count += event.type() in kinds
            return False

    grid.resize(1000, 38)
    grid.show_counts("Harbour", 1000, 1000)
    changes = Changes()
    qapp.installEventFilter(changes)
    for shown_now in range(1001, 1009):
        grid.show_counts("Harbour", shown_now, shown_now)
    assert changes.count == 0
    grid.show_counts("Harbour", 1_000_000, 9_000_000, hidden=12, spend="$12.40")
    assert changes.count > 0
    qapp.removeEventFilter(changes)


# --- top --------------------------------------------------------------------------------------


def test_a_search_is_reported_once_after_the_pause(top: TopBar, qtbot: QtBot) -> None:
    told: list[str] = []
    top.searched.connect(told.append)

    QTest.keyClicks(top.search.field, "fog")
    assert told == []
    with qtbot.waitSignal(top.searched, timeout=60_000):
        pass
    assert told == ["fog"]


def test_escape_clears_the_search_at_once_and_then_leaves_it(top: TopBar) -> None:
    told: list[str] = []
    left: list[bool] = []
    top.searched.connect(told.append)
    top.search_left.connect(lambda: left.append(True))
    QTest.keyClicks(top.search.field, "fog")
    QTest.keyClick(top.search.field, Qt.Key.Key_Return)
    assert told == ["fog"]
    assert left == [True]

    QTest.keyClick(top.search.field, Qt.Key.Key_Escape)
    assert told == ["fog", ""]
    QTest.keyClick(top.search.field, Qt.Key.Key_Escape)
    assert left == [True, True]


def test_the_placeholder_counts_the_pictures_where_there_is_room(top: TopBar) -> None:
    assert top.search.field.placeholderText() == "Search"
    top.set_total(12_408)
    assert top.search.field.placeholderText() == "Search 12,408 pictures"
    top.set_narrow(True)
    assert top.search.field.placeholderText() == "Search"


def test_views_are_reported_only_when_the_user_chose(top: TopBar) -> None:
    told: list[object] = []
    top.view_chosen.connect(told.append)
    top.set_view("loupe")
    assert told == []

    top.views.segment("grid").click()
    assert told == ["grid"]


def test_the_menu_button_says_where_the_menu_opens(top: TopBar) -> None:
    told: list[object] = []
    top.menu_requested.connect(told.append)
    top.menu.click()
    assert told == [top.menu_point()]
    assert top.menu_point().y() > top.mapToGlobal(top.rect().topLeft()).y()


@pytest.mark.parametrize("longer", [False, True])
def test_the_top_bar_fits_a_narrow_window(qtbot: QtBot, *, longer: bool) -> None:
    if longer:
        scripted_core.speak_longer()
    bar = TopBar()
    qtbot.addWidget(bar)
    bar.set_narrow(True)
    hint = bar.layout()
    assert hint is not None
    assert hint.minimumSize().width() <= 1024
    assert not bar.name.isVisibleTo(bar)


# --- grid -------------------------------------------------------------------------------------


def test_the_count_is_always_n_of_all(grid: GridBar) -> None:
    grid.show_counts("All pictures", 214, 12_408)
    assert grid.name.text() == "All pictures"
    assert grid.count.text() == "214 of 12,408"


def test_the_grid_bar_tells_choices_and_shows_settings_silently(grid: GridBar) -> None:
    told: list[object] = []
    grid.sort_chosen.connect(told.append)
    grid.hide_rejected_toggled.connect(lambda on: told.append(("hide", on)))
    grid.tile_size_chosen.connect(told.append)
    grid.set_sort(Sort.NAME)
    grid.set_hide_rejected(False)
    grid.set_tile_size(200)
    assert told == []
    assert grid.sort.value is Sort.NAME
    assert grid.slider.value() == 200

    grid.sort.setFocus()
    QTest.keyClick(grid.sort, Qt.Key.Key_Up)
    grid.rejected.click()
    QTest.keyClick(grid.slider, Qt.Key.Key_Right)
    assert told[0] is Sort.RATING
    assert told[1] == ("hide", True)
    assert isinstance(told[2], int)
    assert told[2] > 200


@pytest.mark.parametrize("width", [824, 976])
def test_the_grid_bar_holds_longer_words(qtbot: QtBot, width: int) -> None:
    scripted_core.speak_longer()
    bar = GridBar()
    qtbot.addWidget(bar)
    bar.show_counts("All pictures", 214, 12_408)
    bar.set_narrow(True)
    layout = bar.layout()
    assert layout is not None
    assert layout.minimumSize().width() <= width


# --- status -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "words", "link"),
    [
        (key(KeySource.KEYRING, KeyState.OK), "DGrid key in system keyring", ""),
        (key(KeySource.KEYRING, KeyState.UNREAD), "DGrid key in system keyring", ""),
        (key(KeySource.ENVIRONMENT, KeyState.OK), "DGrid key from environment", ""),
        (key(KeySource.SESSION, KeyState.ABSENT), "DGrid key for this session", ""),
        (key(KeySource.KEYRING, KeyState.LOCKED), "DGrid key locked:", "Unlock"),
        (key(KeySource.NONE, KeyState.NONE), "DGrid no key:", "Key settings"),
    ],
)
def test_the_state_of_the_key_is_said_in_words(
    status: StatusBar, found: KeyStatus, words: str, link: str
) -> None:
    status.show_key(found, "DGrid")
    assert shown(status) == words
    assert status.link.isVisible() is bool(link)
    assert status.link.text() == link


def test_the_painter_needs_no_key_and_says_so(status: StatusBar) -> None:
    status.show_key(key(KeySource.NONE, KeyState.NONE, "sketch"), "Offline sketch")
    assert shown(status) == "Offline sketch no key, no network needed"
    assert status.brush.isVisible()


def test_the_link_asks_for_what_helps(status: StatusBar) -> None:
    asked: list[str] = []
    status.unlock_requested.connect(asked.append)
    status.keys_requested.connect(lambda: asked.append("keys"))
    status.show_key(key(KeySource.KEYRING, KeyState.LOCKED), "DGrid")
    status.link.click()
    status.show_key(key(KeySource.NONE, KeyState.NONE), "DGrid")
    status.link.click()
    assert asked == ["dgrid", "keys"]


def jobs() -> tuple[Job, ...]:
    return (
        scripted_core.job("blue", JobState.RECEIVING),
        scripted_core.job("fog", JobState.WAITING),
        scripted_core.job("snow", JobState.RETRYING),
        scripted_core.job("late", JobState.QUEUED),
        scripted_core.job("over", JobState.DONE),
    )


def test_the_queue_is_counted_in_words() -> None:
    alive = [job for job in jobs() if job.alive]
    assert queue_words(alive) == "2 running, 1 waiting to retry, 1 queued"


def test_the_queue_opens_with_a_cancel_for_each_job(status: StatusBar) -> None:
    cancelled: list[str] = []
    chosen: list[str] = []
    status.cancel_requested.connect(cancelled.append)
    status.cancel_all_requested.connect(lambda: cancelled.append("all"))
    status.job_chosen.connect(chosen.append)
    status.show_jobs(jobs())
    assert status.queue.isVisible()
    status.queue.click()
    popover = status.popover
    assert popover is not None
    assert popover.isVisible()
    assert [row.job.id for row in popover.rows] == ["blue", "fog", "snow", "late"]
    assert popover.rows[0].accessibleName().startswith("blue, Receiving 3.1 MB")

    popover.rows[1].cancel.click()
    popover.cancel_all.click()
    assert cancelled == ["fog", "all"]
    popover.rows[0].click()
    assert chosen == ["blue"]
    assert not popover.isVisible()


def test_the_list_follows_the_queue_and_goes_with_it(status: StatusBar) -> None:
    status.show_jobs(jobs())
    status.queue.click()
    popover = status.popover
    assert popover is not None
    first = popover.rows[0]
    status.show_jobs(jobs()[:2])
    assert popover.rows[0] is first
    assert len(popover.rows) == 2
    status.show_jobs(())
    assert not popover.isVisible()
    assert not status.queue.isVisible()


def test_escape_and_a_second_press_close_the_list(status: StatusBar) -> None:
    status.show_jobs(jobs())
    status.queue.click()
    assert status.popover is not None
    QTest.keyClick(status.popover, Qt.Key.Key_Escape)
    assert not status.popover.isVisible()
    status.queue.click()
    assert status.popover.isVisible()
    status.queue.click()
    assert not status.popover.isVisible()


def test_the_ring_stands_still_under_reduced_motion(status: StatusBar) -> None:
    spinner = status.findChild(Spinner)
    assert isinstance(spinner, Spinner)
    status.show_jobs(jobs())
    assert spinner.timer.isActive()
    status.show_jobs(())
    assert not spinner.timer.isActive()
    qt_style.set_motion("reduced")
    try:
        status.show_jobs(jobs())
        assert spinner.isVisible()
        assert not spinner.timer.isActive()
    finally:
        qt_style.set_motion("system")


def test_the_selection_is_counted_with_advice_where_there_is_room(status: StatusBar) -> None:
    status.show_empty(True)
    assert shown(status).endswith("The library is empty")
    status.show_selection(1, 0)
    assert shown(status).endswith("1 selected · drag it anywhere to save the original")
    status.show_selection(1200, 2)
    assert "1,202 selected" in shown(status)
    status.set_narrow(True)
    assert shown(status).endswith("1,202 selected")


def test_jobs_alone_cannot_be_dragged(status: StatusBar) -> None:
    status.show_selection(0, 2)
    assert shown(status).endswith("2 selected")


async def test_longer_words_fit_the_status_bar_of_a_narrow_window(qtbot: QtBot) -> None:
    scripted_core.speak_longer()
    bar = StatusBar()
    bar.set_narrow(True)
    bar.show_key(key(KeySource.KEYRING, KeyState.LOCKED), "DGrid")
    bar.show_jobs(jobs())
    bar.show_selection(1, 0)
    bar.resize(1024, 26)
    bar.show()
    await asyncio.sleep(0)
    cut = [
        label.text()
        for label in bar.findChildren(ElidedLabel)
        if label.isVisible() and label.shown_text() != label.text()
    ]
    assert not cut
    bar.close()
    bar.deleteLater()


@pytest.mark.parametrize("width", [1300, 1100, 900, 720])
@pytest.mark.parametrize("locked", [False, True])
def test_the_status_bar_leaves_parts_out_rather_than_cut_them(
    status: StatusBar, width: int, locked: bool
) -> None:
    state = KeyState.LOCKED if locked else KeyState.OK
    status.window().resize(width, 850)
    status.show_key(key(KeySource.KEYRING, state), "A provider with a long name for its key")
    status.show_jobs([*jobs(), *jobs(), *jobs()], paused=True)
    status.show_selection(12_000, 12)
    labels = [label for label in status.findChildren(ElidedLabel) if label.isVisible()]
    cut = [label.text() for label in labels if label.shown_text() != label.text()]
    # "key locked:" and its link stay, so that only there is too little room for the name.
    assert cut == (["A provider with a long name for its key"] if locked and width < 900 else [])
    assert any("12,012 selected" in label.text() for label in labels)
    for part in (status.queue, *labels):
        assert part.geometry().right() <= status.width()


def test_the_chip_of_drags_gives_way_before_the_key_and_the_provider(status: StatusBar) -> None:
    status.show_key(key(KeySource.KEYRING, KeyState.OK), "A provider with a long name for its key")
    status.show_jobs([*jobs(), *jobs(), *jobs()], paused=True)
    status.show_selection(12_000, 12)
    chip, widths, seen = status.recipe, range(1600, 600, -20), []
    for width in widths:
        status.window().resize(width, 850)
        words = chip.sizeHint().width() > 50
        state = (words, "key in system keyring" in shown(status), not chip.isHidden())
        if state not in seen:
            seen.append(state)
        said = chip.text() in chip.toolTip()
        assert said is not words, "the tool tip has the words that are left out"
        assert status.recipe_anchor is (chip if chip.isVisible() else status)
    assert seen == [
        (True, True, True),
        (False, True, True),
        (False, False, True),
        (False, False, False),
    ]
    assert chip.accessibleName() == chip.text()
