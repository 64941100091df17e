"""Coroutines started from the window: kept alive, and heard when they fail."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtWidgets import QDialog

log = logging.getLogger(__name__)

_running: set[asyncio.Task[Any]] = set()
_report: Callable[[BaseException], None] | None = None


def spawn(work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    """Start `work` on the running loop and keep it until it is done.

    What it raises goes to the handler of `on_error` at once, not when the task is forgotten.
    """
    task = asyncio.get_running_loop().create_task(work)
    # asyncio itself holds tasks weakly: one that nobody awaits may vanish half done.
    _running.add(task)
    task.add_done_callback(_on_done)
    return task


def on_error(handler: Callable[[BaseException], None] | None) -> None:
    """Hear every error of a spawned coroutine from now on; None only logs them."""
    global _report
    _report = handler


def running() -> tuple[asyncio.Task[Any], ...]:
    """What was spawned and is not done; for the orderly end of the program."""
    return tuple(_running)


async def finished(dialog: QDialog) -> int:
    """Open `dialog` without a loop of its own and wait for its result code.

    A dialog destroyed unanswered counts as rejected.
    """
    answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def on_finished(code: int) -> None:
        if not answer.done():
            answer.set_result(code)

    def on_destroyed() -> None:
        on_finished(int(QDialog.DialogCode.Rejected))

    dialog.finished.connect(on_finished)
    dialog.destroyed.connect(on_destroyed)
    dialog.open()
    return await answer


def _on_done(task: asyncio.Task[Any]) -> None:
    _running.discard(task)
    if task.cancelled() or (error := task.exception()) is None:
        return
    if _report is None:
        log.error("A background task failed", exc_info=error)
        return
    _report(error)
