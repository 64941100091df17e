"""Event loop of the window: qasync's, with callbacks run in rounds.

qasync starts and stops a Qt timer for every callback; a small response takes seventy of them. Here
they are queued, and one timer, active only while callbacks wait, runs all those queued at the start
of its round. Callbacks they schedule run in the next one, after Qt has handled input and painting;
only callbacks triggered by a thread's result run in the same one. Blocking calls run in Python
threads, started one by one as needed; qasync would start ten at the first call.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextvars import Context
from functools import partial
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimerEvent
from qasync import QEventLoop

from studio.common.serial_executor import PendingCall
from studio.ui.support.qt_overrides import needs

_ASIDE = 10
"""Maximum number of concurrent blocking calls."""

_WAKE = QEvent.Type(QEvent.registerEventType())


class ThreadHandle(asyncio.Handle):
    """A callback queued by another thread, usually to deliver a result to a waiting coroutine."""

    __slots__ = ()


class ReadyQueue(QObject):
    """Queue of handles, run one round at a time."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: deque[asyncio.Handle] = deque()
        self._added = 0
        self._waking = False
        self._timer = 0

    def add(self, handle: asyncio.Handle) -> None:
        """Queue for the next round; only on the window's thread."""
        self._waiting.append(handle)
        self._added += 1
        if not self._timer:
            self._timer = self.startTimer(0)

    def add_from_elsewhere(self, handle: asyncio.Handle) -> None:
        """Queue for the next round; from any thread."""
        self._waiting.append(handle)
        if not self._waking:
            self._waking = True
            QCoreApplication.postEvent(self, QEvent(_WAKE))

    def stop(self) -> None:
        """Drop all queued handles."""
        self._waiting.clear()
        self._rest()

    def _rest(self) -> None:
        if self._timer:
            self.killTimer(self._timer)
            self._timer = 0

    @needs("_timer")
    def customEvent(self, event: QEvent) -> None:  # noqa: ARG002
        # Before reading the queue, so that anything queued from here on wakes it again.
        self._waking = False
        if self._waiting and not self._timer:
            self._timer = self.startTimer(0)

    @needs("_timer")
    def timerEvent(self, event: QTimerEvent) -> None:  # noqa: ARG002
        waiting = self._waiting
        left = len(waiting)
        # Rounds may nest, while a handle of this one runs a nested event loop.
        while left and waiting:
            left -= 1
            handle = waiting.popleft()
            if not handle.cancelled():
                before = self._added
                handle._run()  # noqa: SLF001 - how a loop runs its handles
                if isinstance(handle, ThreadHandle):
                    # Saves one round of Qt's loop for each result.
                    left += self._added - before
        if not waiting:
            self._rest()


class WindowLoop(QEventLoop):  # type: ignore[misc] # qasync ships no types
    """asyncio event loop on top of Qt's own."""

    def __init__(self, app: QCoreApplication) -> None:
        self._rounds = ReadyQueue()
        self._asked_to_stop = False
        super().__init__(app)
        self._executor = ThreadPoolExecutor(_ASIDE, thread_name_prefix="aside")
        self.set_default_executor(self._executor)

    def run_forever(self) -> Any:
        """Run until `stop` is called.

        Qt ends its own loop when the system asks the program to quit, at the end of a session or
        from a dock. The windows are closed by then; closing the rest still needs the loop.
        """
        self._asked_to_stop = False
        while True:
            result = super().run_forever()
            if self._asked_to_stop:
                return result

    def stop(self) -> None:
        """Stop after this round."""
        self._asked_to_stop = True
        super().stop()

    def run_in_executor(
        self, executor: Executor | None, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        """Call `func` on a thread of `executor`, or of the loop's own executor."""
        future: asyncio.Future[Any] = self.create_future()
        call = PendingCall(future, partial(func, *args))
        asked = (executor or self._executor).submit(call.run)
        asked.add_done_callback(partial(_cancel_dropped, call))
        return future

    def call_soon(
        self, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """Call in the next round."""
        handle = asyncio.Handle(callback, args, self, context)
        self._rounds.add(handle)
        return handle

    def call_soon_threadsafe(
        self, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """Call in the next round; from any thread."""
        handle = ThreadHandle(callback, args, self, context)
        self._rounds.add_from_elsewhere(handle)
        return handle

    def close(self) -> None:
        """Close the loop; drops all queued callbacks."""
        self._rounds.stop()
        super().close()


def _cancel_dropped(call: PendingCall, asked: Future[bool]) -> None:
    """Cancel a call that an executor dropped because it was shut down."""
    if asked.cancelled():
        call.cancel()
