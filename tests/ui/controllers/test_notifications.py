"""Notifications when a run ends in the background."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from studio.domain.entities import JobState
from studio.domain.events import JobChanged, JobsRemoved, PicturesAdded
from studio.ui.controllers.dbus_notifications import DBusChannel, arguments, question
from studio.ui.controllers.notifications import Notifier, run_words
from studio.ui.support import tasks
from tests.ui.answers import AnsweringBus
from tests.ui.scripted_core import ScriptedDesk, job, until


class Said:
    """A channel that keeps what it was told, or refuses."""

    def __init__(self, takes: bool = True) -> None:
        self.takes = takes
        self.words: list[str] = []
        self.click: Callable[[], None] | None = None

    async def show_notification(self, _title: str, text: str, on_click: Callable[[], None]) -> bool:
        await asyncio.sleep(0)
        self.words.append(text)
        self.click = on_click
        return self.takes

    def close(self) -> None:
        """Nothing to close."""


class Watching:
    view_switch = False

    def __call__(self) -> bool:
        return self.view_switch


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


async def settle() -> None:
    """Whatever was begun has been done."""
    await until(lambda: not tasks.running())


def run(notifier: Notifier, *ends: JobState) -> None:
    names = [f"job {n}" for n in range(len(ends))]
    for name in names:
        notifier.on_core_event(JobChanged(job(name, JobState.QUEUED)))
    for name, state in zip(names, ends, strict=True):
        if state is JobState.DONE:  # as the queue tells it: its picture, then it is gone
            notifier.on_core_event(PicturesAdded((f"picture of {name}",), (1,), name))
            notifier.on_core_event(JobsRemoved((name,)))
        else:
            notifier.on_core_event(JobChanged(job(name, state)))


async def test_the_end_of_a_run_is_said_once(window: QWidget, tmp_path: Path) -> None:
    said = Said()
    notifier = Notifier(ScriptedDesk(tmp_path), window, channels=[said], looking=Watching())
    run(notifier, JobState.DONE, JobState.DONE, JobState.DONE)
    await until(lambda: said.words)
    assert said.words == ["3 pictures are ready"]


async def test_failures_come_first(window: QWidget, tmp_path: Path) -> None:
    said = Said()
    notifier = Notifier(ScriptedDesk(tmp_path), window, channels=[said], looking=Watching())
    run(notifier, JobState.DONE, JobState.FAILED, JobState.DONE)
    await until(lambda: said.words)
    assert said.words == ["1 of 3 failed: The service is busy"]


async def test_nothing_is_said_to_whoever_looks_or_does_not_want_it(
    window: QWidget, tmp_path: Path
) -> None:
    said, watching = Said(), Watching()
    desk = ScriptedDesk(tmp_path)
    notifier = Notifier(desk, window, channels=[said], looking=watching)
    watching.view_switch = True
    run(notifier, JobState.DONE)
    watching.view_switch = False
    desk.settings.change(notify=False)
    run(notifier, JobState.DONE)
    await settle()
    assert said.words == []
    await desk.settings.close()


async def test_what_the_user_cancelled_or_put_away_is_no_news(
    window: QWidget, tmp_path: Path
) -> None:
    said = Said()
    notifier = Notifier(ScriptedDesk(tmp_path), window, channels=[said], looking=Watching())
    run(notifier, JobState.CANCELLED, JobState.CANCELLED)
    notifier.on_core_event(JobChanged(job("gone", JobState.QUEUED)))
    notifier.on_core_event(JobsRemoved(("gone",)))
    await settle()
    assert said.words == []


async def test_a_job_that_was_over_before_is_no_news(window: QWidget, tmp_path: Path) -> None:
    said = Said()
    notifier = Notifier(ScriptedDesk(tmp_path), window, channels=[said], looking=Watching())
    notifier.on_core_event(JobChanged(job("old", JobState.FAILED)))
    await settle()
    assert said.words == []


async def test_the_next_channel_is_tried_and_a_press_raises_the_window(
    window: QWidget, tmp_path: Path
) -> None:
    deaf, said, spare = Said(takes=False), Said(), Said()
    notifier = Notifier(
        ScriptedDesk(tmp_path), window, channels=[deaf, said, spare], looking=Watching()
    )
    window.showMinimized()
    run(notifier, JobState.DONE)
    await until(lambda: said.words)
    assert (deaf.words, said.words, spare.words) == (
        ["1 picture is ready"],
        ["1 picture is ready"],
        [],
    )
    assert said.click is not None
    said.click()
    assert window.isVisible()
    assert not window.isMinimized()


def test_the_words_of_a_run() -> None:
    assert run_words(1, 1, []) == "1 picture is ready"
    assert run_words(0, 1, ["The key is wrong"]) == "The picture failed: The key is wrong"
    assert run_words(1, 3, ["a", "b"]) == "2 of 3 failed"
    assert run_words(0, 2, []) == ""


def test_texts_cannot_break_out_of_the_call() -> None:
    found = arguments("a 'quote' and \\", "x < y\nz")
    assert "'a \\'quote\\' and \\\\'" in found
    assert "'x &lt; y z'" in found


def test_a_desktop_that_reads_no_markup_gets_the_words_as_they_are() -> None:
    assert "'a < b & c'" in arguments("x", "a < b & c", markup=False)
    assert "'a &lt; b &amp; c'" in arguments("x", "a < b & c")
    assert question()[-1].endswith(".GetCapabilities")


@pytest.mark.parametrize(
    ("can", "shown"),
    [
        ("(['body', 'body-markup'],)", "'&lt;b&gt;'"),
        ("(['actions', 'body'],)", "'<b>'"),
        ("", "'&lt;b&gt;'"),
    ],
)
async def test_the_desktop_is_asked_whether_it_reads_markup(
    window: QWidget, monkeypatch: pytest.MonkeyPatch, can: str, shown: str
) -> None:
    async def call(args: Sequence[str]) -> str:
        return can if args == question() else "(uint32 7,)"

    bus = AnsweringBus(call)
    channel = DBusChannel(window, tool=bus)
    monkeypatch.setattr(channel, "_listen", lambda: True)
    assert await channel.show_notification("Gridbrush", "<b>", lambda: None)
    assert await channel.show_notification("Gridbrush", "<b>", lambda: None)
    assert [args == question() for args in bus.asked] == [True, False, False]
    assert shown in bus.asked[-1]
