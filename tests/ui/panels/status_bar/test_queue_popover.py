"""The list of the queue: pause, order, and trying again, by mouse and by keyboard."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from studio.common.errors import Billed
from studio.domain.entities import Failure, HoldReason, Job, JobState
from studio.ui.controllers import retry
from studio.ui.panels.status_bar.activity import StatusBar, queue_words
from studio.ui.panels.status_bar.queue_popover import JobRow, QueuePopover, state_words
from tests.ui import scripted_core

pytestmark = pytest.mark.usefixtures("dressed")

ALT = Qt.KeyboardModifier.AltModifier
NOW = 1000.0


def jobs() -> tuple[Job, ...]:
    names = ("fog", "snow", "rain", "hail")
    return (
        scripted_core.job("blue", JobState.RECEIVING),
        *(scripted_core.job(name, JobState.QUEUED) for name in names),
    )


def opened(status: StatusBar) -> QueuePopover:
    status.queue.click()
    assert status.popover is not None
    assert status.popover.isVisible()
    return status.popover


def shown(popover: QueuePopover) -> list[str]:
    """The rows from the top down, as they lie."""
    rows = sorted(popover.rows, key=lambda row: row.y())
    return [row.job.id for row in rows]


def test_rows_of_a_long_queue_are_as_high_as_those_of_a_short_one(status: StatusBar) -> None:
    status.show_jobs(jobs())
    popover = opened(status)
    few = {row.height() for row in popover.rows}
    status.show_jobs([scripted_core.job(f"job {n}", JobState.QUEUED) for n in range(30)])
    QApplication.processEvents()
    assert len(popover.rows) == 30
    assert {row.height() for row in popover.rows} == few


def test_the_queue_is_paused_and_goes_on_by_the_same_button(status: StatusBar) -> None:
    asked: list[str] = []
    status.pause_requested.connect(lambda: asked.append("pause"))
    status.show_jobs(jobs())
    popover = opened(status)
    assert popover.pause.text() == "Pause"
    popover.pause.click()
    assert asked == ["pause"]
    status.show_jobs(jobs(), paused=True)
    assert popover.pause.text() == "Resume"
    assert status.queue.text() == "1 running, 4 queued, paused"
    popover.pause.click()
    assert asked == ["pause", "pause"]


def test_a_paused_queue_without_jobs_can_still_be_reached(status: StatusBar) -> None:
    status.show_jobs((), paused=True)
    assert status.queue.text() == "Queue paused"
    popover = opened(status)
    assert popover.pause.isVisible()
    assert popover.focusWidget() is popover.pause
    status.show_jobs(())
    assert not popover.isVisible()


def test_queued_rows_are_moved_by_buttons_and_keys_and_others_are_not(status: StatusBar) -> None:
    moved: list[tuple[str, str]] = []
    cancelled: list[str] = []
    status.move_requested.connect(lambda id, place: moved.append((id, place)))
    status.cancel_requested.connect(cancelled.append)
    status.show_jobs(jobs())
    running, fog, snow, *_rest = opened(status).rows
    assert not running.earlier.isVisible()
    fog.later.click()
    snow.earlier.click()
    QTest.keyClick(snow, Qt.Key.Key_Down, ALT)
    QTest.keyClick(snow, Qt.Key.Key_Up, ALT)
    QTest.keyClick(snow, Qt.Key.Key_Home, ALT)
    assert moved == [
        ("fog", "later"),
        ("snow", "earlier"),
        ("snow", "later"),
        ("snow", "earlier"),
        ("snow", "first"),
    ]
    QTest.keyClick(snow, Qt.Key.Key_Delete)
    assert cancelled == ["snow"]


def test_a_queued_row_is_dragged_to_another_place_and_not_pressed_by_it(status: StatusBar) -> None:
    now = list(jobs())
    chosen: list[str] = []

    def on_move(id: str, place: str) -> None:
        at = [job.id for job in now].index(id)
        to = max(1, at - 1) if place == "earlier" else at + 1
        now.insert(to, now.pop(at))
        status.show_jobs(now)

    status.move_requested.connect(on_move)
    status.job_chosen.connect(chosen.append)
    status.show_jobs(now)
    popover = opened(status)
    hail, height = popover.rows[4], popover.rows[4].height()
    drag(hail, -2 * height)
    assert shown(popover) == ["blue", "fog", "hail", "snow", "rain"]
    drag(hail, height)
    assert shown(popover) == ["blue", "fog", "snow", "hail", "rain"]
    running = popover.rows[0]
    drag(running, 3 * height)
    assert shown(popover) == ["blue", "fog", "snow", "hail", "rain"]
    assert popover.isVisible()
    assert chosen == []
    QTest.mouseClick(hail, Qt.MouseButton.LeftButton, pos=hail.rect().center())
    assert chosen == ["hail"]


def drag(row: JobRow, far: int) -> None:
    """Take a row and let it go so many pixels lower, in steps as a hand makes them."""
    start = row.mapToGlobal(row.rect().center())
    QTest.mousePress(row, Qt.MouseButton.LeftButton, pos=row.rect().center())
    for step in range(1, 21):
        at = start + QPoint(0, round(far * step / 20))
        where = QPointF(row.mapFromGlobal(at))
        moved = QMouseEvent(
            QEvent.Type.MouseMove,
            where,
            QPointF(at),
            Qt.MouseButton.NoButton,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(row, moved)
    QTest.mouseRelease(
        row, Qt.MouseButton.LeftButton, pos=row.mapFromGlobal(start + QPoint(0, far))
    )
    QApplication.processEvents()


def test_the_rows_follow_the_order_and_the_keyboard_stays_where_it_was(status: StatusBar) -> None:
    blue, fog, snow, rain, hail = jobs()
    status.show_jobs((blue, fog, snow, rain, hail))
    popover = opened(status)
    row = popover.rows[4]
    row.setFocus()
    status.show_jobs((blue, hail, fog, snow, rain))
    QApplication.processEvents()
    assert [each.job.id for each in popover.rows] == ["blue", "hail", "fog", "snow", "rain"]
    assert shown(popover) == ["blue", "hail", "fog", "snow", "rain"]
    assert popover.focusWidget() is row
    # Tab goes down the list as it is seen.
    after: QWidget | None = row.nextInFocusChain()
    while after is not None and after.parentWidget() is row:
        after = after.nextInFocusChain()
    assert after is popover.rows[2]


def test_a_single_queued_job_cannot_be_moved(status: StatusBar) -> None:
    status.show_jobs(jobs()[:2])
    assert not opened(status).rows[1].earlier.isVisible()


def test_what_failed_is_counted_and_tried_again_from_the_list(status: StatusBar) -> None:
    asked: list[bool] = []
    status.retry_requested.connect(lambda: asked.append(True))
    failed = [scripted_core.job(name, JobState.FAILED) for name in ("dusk", "dawn")]
    status.show_jobs(failed)
    assert status.queue.text() == "2 failed"
    popover = opened(status)
    assert popover.rows == ()
    popover.retry_all.click()
    assert asked == [True]
    assert not popover.isVisible()
    status.show_jobs(jobs())
    assert not opened(status).retry_all.isVisible()


def test_late_jobs_are_counted_apart() -> None:
    late = replace(scripted_core.job("dusk", JobState.WAITING), late=True)
    assert queue_words([*jobs(), late]) == "1 running, 1 late, 4 queued"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"state": JobState.WAITING}, "Waiting for the model, 2:00"),
        ({"state": JobState.WAITING, "late": True}, "Later than expected, 2:00"),
        (
            {"state": JobState.RECEIVING, "late": True},
            "Receiving 0 bytes, 2:00, later than expected",
        ),
        ({"hold": HoldReason.PACE, "send_at": NOW + 12}, "Waiting for the rate limit, 0:12"),
        ({"hold": HoldReason.KEY}, "Waiting for a key"),
        ({"hold": HoldReason.PAUSED}, "In the queue"),
        ({"retry_reason": "The service is busy"}, "The service is busy"),
    ],
)
def test_a_row_says_what_its_job_waits_for(changes: dict[str, object], words: str) -> None:
    job = replace(scripted_core.job("fog", JobState.QUEUED), started=NOW - 120)
    assert state_words(replace(job, **changes), NOW) == words  # type: ignore[arg-type]


def test_the_cross_of_a_sent_job_says_what_it_means(status: StatusBar) -> None:
    job = scripted_core.job("fog", JobState.WAITING)
    paid = replace(job, request=replace(job.request, profile="dgrid"), started=time.time())
    status.show_jobs((paid, scripted_core.job("snow", JobState.QUEUED)))
    sent, queued = opened(status).rows
    assert "The answer is lost" in sent.cancel.toolTip()
    assert queued.cancel.toolTip() == "Cancel"


def failed(
    usd: float | None, billed: Billed = Billed.NO, profile: str = "dgrid", name: str = "fog"
) -> Job:
    job = scripted_core.job(name, JobState.FAILED)
    failure = Failure(kind="server", title="Busy", billed=billed)
    request = replace(job.request, profile=profile)
    return replace(job, request=request, failure=failure, estimate_usd=usd)


@pytest.mark.parametrize(
    ("found", "question"),
    [
        ([failed(0.5)] * 4, ""),
        ([failed(0.5)] * 5, "Try 5 jobs again? About $2.50."),
        (
            [failed(1, Billed.MAYBE)],
            "Try 1 job again? About $1.00. 1 may have been billed already.",
        ),
        ([failed(None)], "Try 1 job again? 1 of unknown price."),
        ([failed(None, Billed.MAYBE, "sketch")] * 9, ""),
    ],
)  # fmt: skip
def test_trying_all_again_asks_where_it_may_cost_much(found: list[Job], question: str) -> None:
    assert retry.question_about(found, 2.0) == question


def test_longer_words_fit_the_list(status: StatusBar) -> None:
    scripted_core.speak_longer()
    status.show_jobs((*jobs(), scripted_core.job("dusk", JobState.FAILED)), paused=True)
    popover = opened(status)
    layout = popover.layout()
    assert layout is not None
    assert layout.minimumSize().width() <= popover.width()
