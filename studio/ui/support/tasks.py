"""Coroutines started from the window: kept alive, with errors reported.

The window is shown before the loop runs. Coroutines spawned before `start_waiting` wait for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Generator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PySide6.QtWidgets import QDialog

log = logging.getLogger(__name__)

_running: set[asyncio.Task[Any]] = set()
_recording: set[asyncio.Task[Any]] = set()
_waiting: list[SpawnedTask] | None = None
_report: Callable[[BaseException], None] | None = None


class SpawnedTask:
    """A started coroutine: runs at once, or when the loop starts."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any], *, records: bool = False) -> None:
        self._coroutine = coroutine
        self._records = records
        self._task: asyncio.Task[Any] | None = None
        self._given_up = False

    def done(self) -> bool:
        """Whether it ended, or was cancelled before it began."""
        return self._given_up or (self._task is not None and self._task.done())

    def cancel(self) -> None:
        """Cancel it, before or after its start."""
        if self._task is not None:
            self._task.cancel()
        elif not self._given_up:
            self._given_up = True
            self._coroutine.close()

    def start_task(self) -> None:
        """Start it on the running loop."""
        if self._given_up or self._task is not None:
            return
        self._task = asyncio.get_running_loop().create_task(self._coroutine)
        # asyncio holds tasks weakly: one that is never awaited may be collected halfway.
        _running.add(self._task)
        self._task.add_done_callback(_on_done)
        if self._records:
            _recording.add(self._task)
            self._task.add_done_callback(_recording.discard)

    def runs_here(self) -> bool:
        """Whether it is the current task."""
        return self._task is not None and self._task is asyncio.current_task()

    async def wait_until_ended(self, patience: float | None = None) -> None:
        """Wait until it ends in any way, or for `patience` seconds."""
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=patience)

    def __await__(self) -> Generator[Any, None, Any]:
        if self._task is None:
            raise RuntimeError("awaited before there was a loop")
        return self._task.__await__()


def spawn(work: Coroutine[Any, Any, Any], *, records: bool = False) -> SpawnedTask:
    """Start `work` and keep it alive until done; before `start_waiting` it is held back.

    Its exceptions go to the handler of `on_error` at once, not when the task is collected. Work
    that `records` a decision of the user is not cancelled at the end of the program, but awaited.
    """
    made = SpawnedTask(work, records=records)
    if _waiting is None:
        made.start_task()
    else:
        _waiting.append(made)
    return made


def hold() -> None:
    """Keep coroutines waiting until `start_waiting`: there is no loop yet."""
    global _waiting
    if _waiting is None:
        _waiting = []


def held() -> bool:
    """Whether new coroutines would wait."""
    return _waiting is not None


def start_waiting() -> None:
    """Start the waiting coroutines in order: the loop runs and the core is open."""
    global _waiting
    waiting, _waiting = _waiting or [], None
    for work in waiting:
        work.start_task()


def drop() -> None:
    """Drop the waiting coroutines: there will be no core."""
    global _waiting
    waiting, _waiting = _waiting or [], None
    for work in waiting:
        work.cancel()


def on_error(handler: Callable[[BaseException], None] | None) -> None:
    """Set the handler for errors of spawned coroutines; None only logs them."""
    global _report
    _report = handler


def running() -> tuple[asyncio.Task[Any], ...]:
    """Unfinished spawned tasks, for an orderly shutdown."""
    return tuple(_running)


def cancel_all() -> None:
    """Cancel all tasks but those that record decisions."""
    for task in _running - _recording:
        task.cancel()


async def wait_for_records(patience: float) -> None:
    """Wait until every decision of the user is recorded, for at most `patience` seconds.

    The tasks that take longer are cancelled.
    """
    if _recording:
        _done, late = await asyncio.wait(set(_recording), timeout=patience)
        for task in late:
            task.cancel()


async def finished(dialog: QDialog) -> int:
    """Open `dialog` without an event loop of its own and wait for its result code.

    A dialog destroyed unanswered counts as rejected.
    """
    answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    rejected = 0  # QDialog.DialogCode.Rejected

    def on_finished(code: int) -> None:
        if not answer.done():
            answer.set_result(code)

    def on_destroyed() -> None:
        on_finished(rejected)

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


def loop_runs() -> bool:
    """Whether requests are possible: Qt still paints after the loop has ended."""
    if held():
        return False
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
