"""Closing the window while pictures are being made: wait, leave or stay."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.app.core import Core
from studio.app.core_options import CoreOptions
from studio.common import paths
from studio.domain.entities import Job, JobState
from studio.ui.app.event_loop import WindowLoop
from studio.ui.dialogs.quit import QuitDialog
from tests.fake_service import FakeService, Reply
from tests.generation import harness
from tests.generation.earlier_process import full_disk
from tests.generation.harness import ANSWER, NEVER, Studio
from tests.ui.answers import answer
from tests.ui.windows import OpenedWindow, built, put_away


class WorkingWindow:
    """A window on a core that speaks with a service.

    Attributes:
        closed: how often the window was closed for good.
    """

    def __init__(self, window: OpenedWindow, service: FakeService) -> None:
        self.window = window
        self.service = service
        self.studio = Studio(window.core)
        self.closed = 0
        window.closed.connect(self._on_closed)

    def _on_closed(self) -> None:
        self.closed += 1

    @property
    def question(self) -> QuitDialog:
        assert self.window.quit_sequence is not None
        assert self.window.quit_sequence.question is not None
        return self.window.quit_sequence.question

    @property
    def said(self) -> str:
        return " ".join(text.text() for text in (self.question.title, self.question._words))

    async def sent(self, number: int = 1) -> list[Job]:
        """So many jobs whose answers do not come yet."""
        jobs = [(await self.studio.submit(f"Lamp {n}"))[0] for n in range(number)]
        await self.studio.until(
            lambda: all(self.studio.last[job.id].state is JobState.WAITING for job in jobs)
        )
        await harness.arrived(self.service, number)
        return jobs

    async def until(self, holds: object) -> None:
        assert callable(holds)
        async with asyncio.timeout(60):
            while not holds():
                await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def desk(home: Path, **settings: object) -> AsyncIterator[WorkingWindow]:
    with FakeService(fallback=lambda _request: Reply(body=ANSWER, wait=NEVER)) as service:
        core = await Core.open(
            paths.find(home),
            CoreOptions(provider="dgrid", base_url=service.url),
            environ={"GRIDBRUSH_API_KEY": harness.KEY},
        )
        core.settings.change(**settings)
        window = built(core)
        window.session.restore()
        try:
            await window.open()
            yield WorkingWindow(window, service)
        finally:
            await put_away(window)


async def test_it_is_asked_once_and_said_what_is_lost(tmp_path: Path) -> None:
    async with desk(tmp_path, at_once=2) as user:
        await user.sent(2)
        await user.studio.submit("Third")
        user.window.close()
        assert user.window.isVisible()
        assert "3 pictures are still being made" in user.said
        assert "2 were sent and may have been billed" in user.said
        assert "1 was not sent: not billed" in user.said
        first = user.question
        assert first.isVisible()
        user.window.close()
        assert user.question is first
        assert user.closed == 0


async def test_who_stays_works_on(tmp_path: Path) -> None:
    async with desk(tmp_path) as user:
        (job,) = await user.sent()
        user.window.close()
        QTest.keyClick(user.question, Qt.Key.Key_Escape)
        assert user.window.quit_sequence is not None
        assert user.window.quit_sequence.question is None
        user.service.script(Reply(body=ANSWER))
        (other,) = await user.studio.submit("Another")
        await user.studio.gone(other)
        assert user.studio.last[job.id].alive
        assert user.closed == 0


async def test_who_leaves_is_not_kept(tmp_path: Path) -> None:
    async with desk(tmp_path) as user:
        await user.sent()
        user.window.close()
        user.question.leave.click()
        assert user.closed == 1
        assert not user.window.isVisible()


async def test_who_waits_sees_the_window_close_when_the_last_picture_is_there(
    tmp_path: Path,
) -> None:
    import threading

    first, second = threading.Event(), threading.Event()
    async with desk(tmp_path) as user:
        user.service.script(Reply(body=ANSWER, wait=first), Reply(body=ANSWER, wait=second))
        await user.sent(2)
        user.window.close()
        user.question.wait.click()
        assert user.window.isVisible()
        notice = user.window.messages.notice
        assert notice is not None
        assert "closes when 2 pictures are finished" in notice.text
        first.set()
        await user.until(lambda: "1 picture is" in (user.window.messages.notice or notice).text)
        assert user.closed == 0
        second.set()
        await user.until(lambda: user.closed)
        assert len(await user.studio.pictures()) == 2
        await user.until(lambda: user.studio.journal == [])


async def test_a_job_that_fails_is_waited_for_no_longer(tmp_path: Path) -> None:
    async with desk(tmp_path) as user:
        (job,) = await user.sent()
        user.window.close()
        user.question.wait.click()
        user.window.core.queue.cancel(job.id)
        await user.until(lambda: user.closed)


@pytest.mark.parametrize(("action", "closed"), [("Keep open", 0), ("Quit now", 1)])
async def test_who_waits_may_think_better_of_it(tmp_path: Path, action: str, closed: int) -> None:
    async with desk(tmp_path) as user:
        (job,) = await user.sent()
        user.window.close()
        user.question.wait.click()
        answer(user.window.messages, action)
        assert user.window.messages.notice is None
        assert user.closed == closed
        user.window.core.queue.cancel(job.id)
        await user.studio.reaches(job, JobState.CANCELLED)
        await asyncio.sleep(0)
        QApplication.sendPostedEvents()
        assert user.closed == closed


async def test_what_is_done_meanwhile_is_no_longer_asked_about(tmp_path: Path) -> None:
    async with desk(tmp_path) as user:
        (job,) = await user.sent()
        user.window.close()
        assert user.question.isVisible()
        user.window.core.queue.cancel(job.id)
        await user.until(lambda: user.closed)


async def test_quitting_does_not_wait_for_jobs_of_a_paused_queue(tmp_path: Path) -> None:
    async with desk(tmp_path) as user:
        user.window.core.queue.pause()
        (job,) = await user.studio.submit()
        await user.studio.until(lambda: user.studio.last[job.id].hold)
        user.window.close()
        assert user.question.wait.isHidden()
        assert "not billed" in user.said
        assert "may have been billed" not in user.said


async def test_an_answer_the_disk_had_no_room_for_is_not_left_unsaid(tmp_path: Path) -> None:
    async with desk(tmp_path) as user:
        user.service.script(Reply(body=ANSWER))
        with full_disk(lambda _kind, path: "answer" in path.name or path.suffix == ".part"):
            (job,) = await user.studio.submit()
            await user.studio.reaches(job, JobState.FAILED)
            await user.window.core.queue.idle()
            user.window.close()
            assert user.closed == 0
            assert "in memory only" in user.said
            assert "Free some space" in user.said
            assert user.question.wait.isHidden()
            user.question.stay.click()
        user.window.core.queue.retry(job.id)
        await user.studio.gone(job)
        user.window.close()
        assert user.closed == 1
        assert len(user.service.requests) == 1


async def test_the_end_of_a_session_asks_nothing(tmp_path: Path) -> None:
    async with desk(tmp_path) as user:
        await user.sent()
        hints: list[object] = []
        manager = SimpleNamespace(setRestartHint=hints.append)
        user.window.on_session_ends(manager)  # type: ignore[arg-type]
        assert user.closed == 1
        assert hints
        assert user.window.quit_sequence is None


def test_a_quit_asked_by_the_system_does_not_stop_what_closes_the_program(
    qapp: QApplication,
) -> None:
    done: list[str] = []

    async def closing() -> None:
        try:
            qapp.quit()
            async with asyncio.timeout(60):
                for _round in range(20):
                    await asyncio.sleep(0)
        finally:
            await asyncio.to_thread(done.append, "closed")

    with asyncio.Runner(loop_factory=lambda: WindowLoop(qapp)) as runner:
        runner.run(closing())
    assert done == ["closed"]
