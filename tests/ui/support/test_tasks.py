"""Spawned coroutines stay alive, report their errors at once, and dialogs can be awaited."""

from __future__ import annotations

import asyncio
import gc

import pytest
from PySide6.QtWidgets import QApplication, QDialog

from studio.ui.support import tasks


async def test_a_spawned_coroutine_survives_collection() -> None:
    done = asyncio.Event()

    async def work() -> None:
        await asyncio.sleep(0)
        gc.collect()
        await asyncio.sleep(0)
        done.set()

    tasks.spawn(work())
    gc.collect()
    await done.wait()


async def test_an_error_is_reported_at_once(task_errors: list[BaseException]) -> None:
    async def work() -> None:
        raise LookupError("lost")

    task = tasks.spawn(work())
    await task.wait_until_ended()
    await asyncio.sleep(0)
    assert [str(e) for e in task_errors] == ["lost"]
    assert task.done()
    assert not tasks.running()


async def test_without_a_handler_the_error_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> None:
        raise LookupError("lost")

    await tasks.spawn(work()).wait_until_ended()
    await asyncio.sleep(0)
    assert "lost" in caplog.text


async def test_a_cancelled_coroutine_is_no_error(task_errors: list[BaseException]) -> None:
    task = tasks.spawn(asyncio.Event().wait())
    task.cancel()
    await task.wait_until_ended()
    await asyncio.sleep(0)
    assert task_errors == []


async def test_a_dialog_is_awaited_without_a_loop_of_its_own() -> None:
    dialog = QDialog()
    waiting = tasks.spawn(tasks.finished(dialog))
    await asyncio.sleep(0)
    assert dialog.isVisible()
    dialog.accept()
    assert await waiting == QDialog.DialogCode.Accepted


async def test_a_dialog_destroyed_unanswered_counts_as_rejected(application: QApplication) -> None:
    dialog = QDialog()
    waiting = tasks.spawn(tasks.finished(dialog))
    await asyncio.sleep(0)
    dialog.deleteLater()
    assert await waiting == QDialog.DialogCode.Rejected


async def test_what_is_started_before_the_loop_waits_for_it(
    task_errors: list[BaseException],
) -> None:
    done: list[str] = []

    async def work(name: str) -> None:
        done.append(name)

    tasks.hold()
    first, second, third = (tasks.spawn(work(name)) for name in ("one", "two", "three"))
    second.cancel()
    await asyncio.sleep(0)
    assert tasks.held()
    assert done == []
    assert second.done()
    assert not first.done()
    tasks.start_waiting()
    await first.wait_until_ended()
    await third.wait_until_ended()
    assert done == ["one", "three"]
    assert not tasks.held()
    assert task_errors == []
