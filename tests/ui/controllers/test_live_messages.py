"""What a screen reader is told of runs, changes and searches."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from studio.common.errors import Billed
from studio.domain.entities import Failure, Job, JobState
from studio.domain.events import JobChanged, JobsRemoved, PicturesAdded
from studio.ui.controllers.live_messages import LiveMessages
from tests.ui.heard import Heard
from tests.ui.scripted_core import ScriptedDesk, job


class Speaker:
    """Live messages, with what the queue would tell them."""

    def __init__(self, desk: ScriptedDesk, window: QWidget) -> None:
        self.live = LiveMessages(desk, window)

    def queue(self, *names: str, run: str = "run") -> None:
        for name in names:
            self.live.on_core_event(JobChanged(job(name, JobState.QUEUED, run=run)))

    def arrive(self, *names: str) -> None:
        """As the queue tells it: a job's pictures, then it is gone."""
        for name in names:
            self.live.on_core_event(PicturesAdded((f"picture of {name}",), (1,), name))
            self.live.on_core_event(JobsRemoved((name,)))

    def fail(self, name: str, billed: Billed, title: str = "The service is busy") -> None:
        failure = Failure(kind="server", title=title, billed=billed)
        failed: Job = replace(job(name, JobState.FAILED), failure=failure)
        self.live.on_core_event(JobChanged(failed))


@pytest.fixture
def speaker(desk: ScriptedDesk, qtbot: QtBot) -> Speaker:
    window = QWidget()
    qtbot.addWidget(window)
    return Speaker(desk, window)


async def test_a_run_is_told_from_the_queue_to_its_end(speaker: Speaker, heard: Heard) -> None:
    speaker.queue("a", "b", "c", "d")
    speaker.live.on_soon()
    speaker.arrive("a")
    speaker.live.on_soon()
    speaker.arrive("b", "c")
    speaker.live.on_soon()
    speaker.arrive("d")
    speaker.live.on_soon()
    speaker.live.on_soon()
    assert heard.said == [
        "4 jobs queued",
        "First picture, 1 of 4 arrived",
        "3 of 4 arrived",
        "Run finished, 4 pictures",
    ]


async def test_what_happens_at_once_is_one_message(speaker: Speaker, heard: Heard) -> None:
    speaker.queue("a", "b")
    speaker.queue("c", run="another")
    speaker.live.say_change("1 picture rated: 4 stars")
    speaker.live.on_soon()
    speaker.arrive("a", "b", "c")
    speaker.live.on_soon()
    assert heard.said == [
        "1 picture rated: 4 stars. 3 jobs queued",
        "Run finished, 2 pictures. Run finished, 1 picture",
    ]


async def test_a_failure_is_told_with_its_reason_and_whether_it_was_billed(
    speaker: Speaker, heard: Heard
) -> None:
    speaker.queue("a", "b", "c", "d")
    speaker.live.on_soon()
    heard.clear()
    speaker.fail("a", Billed.NO)
    speaker.live.on_soon()
    speaker.fail("b", Billed.MAYBE, "The connection was lost")
    speaker.fail("c", Billed.MAYBE, "The connection was lost")
    speaker.arrive("d")
    speaker.live.on_soon()
    assert heard.said == [
        "Failed: The service is busy. Not billed",
        "Run finished, 1 picture. 2 failed: The connection was lost. May have been billed",
    ]


async def test_a_job_that_is_tried_again_counts_once(speaker: Speaker, heard: Heard) -> None:
    speaker.queue("a", "b", "c")
    speaker.fail("a", Billed.NO)
    speaker.queue("a")
    speaker.live.on_soon()
    heard.clear()
    speaker.arrive("b")
    speaker.live.on_soon()
    assert heard.said == ["First picture, 1 of 3 arrived"]


async def test_a_cancelled_run_and_a_job_of_before_are_not_told(
    speaker: Speaker, heard: Heard
) -> None:
    speaker.queue("a")
    speaker.live.on_soon()
    heard.clear()
    speaker.live.on_core_event(JobChanged(job("a", JobState.CANCELLED)))
    speaker.live.on_core_event(JobChanged(job("old", JobState.FAILED)))
    speaker.live.on_soon()
    assert heard.said == []


async def test_a_search_is_told_once_and_the_last_one_only(speaker: Speaker, heard: Heard) -> None:
    speaker.live.say_found("light", 12)
    speaker.live.say_found("lighth", None)
    speaker.live.say_found("lighthouse", 3)
    speaker.live.on_soon()
    speaker.live.say_found("lighthouse", 3)
    speaker.live.say_found("", 88)
    speaker.live.on_soon()
    assert heard.said == ["3 pictures found"]


async def test_nothing_is_told_where_it_is_switched_off(
    speaker: Speaker, desk: ScriptedDesk, heard: Heard
) -> None:
    desk.settings.change(live_messages=False)
    speaker.queue("a")
    speaker.arrive("a")
    speaker.live.on_soon()
    assert heard.said == []
    await desk.settings.close()
