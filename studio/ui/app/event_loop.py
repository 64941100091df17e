"""The window's loop: qasync's, with what is wanted soon done in rounds.

qasync starts and stops a timer of Qt for every callback; a small answer takes seventy of them. Here
they wait in a row, and one timer, running only while there are any, does all that waited at the
beginning of its round. What they ask for in turn comes in the next one, after Qt has looked at
the mouse and the screen.

What blocks runs in threads of Python's, which come one by one as they are needed; qasync would
start ten at the first call.
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
"""Calls that block may run at once."""

_WAKE = QEvent.Type(QEvent.registerEventType())


class ReadyQueue(QObject):
    """Does what waits, a round at a time."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: deque[asyncio.Handle] = deque()
        self._timer = 0

    def add(self, handle: asyncio.Handle) -> None:
        """Have it done in the next round; only on the window's thread."""
        self._waiting.append(handle)
        if not self._timer:
            self._timer = self.startTimer(0)

    def add_from_elsewhere(self, handle: asyncio.Handle) -> None:
        """The same, from any thread."""
        self._waiting.append(handle)
        QCoreApplication.postEvent(self, QEvent(_WAKE))

    def stop(self) -> None:
        """Forget what waits."""
        self._waiting.clear()
        self._rest()

    def _rest(self) -> None:
        if self._timer:
            self.killTimer(self._timer)
            self._timer = 0

    @needs("_timer")
    def customEvent(self, event: QEvent) -> None:  # noqa: ARG002
        if self._waiting and not self._timer:
            self._timer = self.startTimer(0)

    @needs("_timer")
    def timerEvent(self, event: QTimerEvent) -> None:  # noqa: ARG002
        waiting = self._waiting
        # A round within a round, while something of this one waits for the window, is fine.
        for _number in range(len(waiting)):
            if not waiting:
                break
            handle = waiting.popleft()
            if not handle.cancelled():
                handle._run()  # noqa: SLF001 - how a loop runs its handles
        if not waiting:
            self._rest()


class WindowLoop(QEventLoop):  # type: ignore[misc] # it ships no types
    """An asyncio loop that is Qt's."""

    def __init__(self, app: QCoreApplication) -> None:
        self._rounds = ReadyQueue()
        self._asked_to_stop = False
        super().__init__(app)
        self._executor = ThreadPoolExecutor(_ASIDE, thread_name_prefix="aside")
        self.set_default_executor(self._executor)

    def run_forever(self) -> Any:
        """Run until it is stopped.

        Qt ends its own loop when the system asks the program to quit: at the end of a session, or
        from a dock. The windows were closed then, and what closes the rest still needs the loop.
        """
        self._asked_to_stop = False
        while True:
            result = super().run_forever()
            if self._asked_to_stop:
                return result

    def stop(self) -> None:
        """Stop it after this round."""
        self._asked_to_stop = True
        super().stop()

    def run_in_executor(
        self, executor: Executor | None, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        """Have it called in a thread."""
        future: asyncio.Future[Any] = self.create_future()
        call = PendingCall(future, partial(func, *args))
        asked = (executor or self._executor).submit(call.run)
        asked.add_done_callback(partial(_cancel_dropped, call))
        return future

    def call_soon(
        self, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """Have it called in the next round."""
        handle = asyncio.Handle(callback, args, self, context)
        self._rounds.add(handle)
        return handle

    def call_soon_threadsafe(
        self, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """The same, from any thread."""
        handle = asyncio.Handle(callback, args, self, context)
        self._rounds.add_from_elsewhere(handle)
        return handle

    def close(self) -> None:
        """Close it; what waits is forgotten."""
        self._rounds.stop()
        super().close()


def _cancel_dropped(call: PendingCall, asked: Future[bool]) -> None:
    """Cancel a call that an executor dropped because it was shut down."""
    if asked.cancelled():
        call.cancel()
