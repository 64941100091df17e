"""Lanes: one thread each, for work that blocks and must stay in order.

The loop's thread never waits for a disk. Each lane has a name that tells what it is for; nothing is
shared between lanes but values.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class _PendingCall:
    """A call, what came of it, and who waits for that.

    The thread lets go of nothing it was given: whoever asked may be a part of the window, and what
    Qt has must not die on a thread. All of it is taken out again on the loop's.
    """

    __slots__ = ("call", "error", "future", "result")

    def __init__(self, future: asyncio.Future[Any], call: Callable[[], Any]) -> None:
        self.future: asyncio.Future[Any] | None = future
        self.call: Callable[[], Any] | None = call
        self.result: Any = None
        self.error: BaseException | None = None

    def work(self) -> None:
        """On the thread."""
        assert self.future is not None
        assert self.call is not None
        if self.future.cancelled():
            return
        try:
            self.result = self.call()
        except BaseException as error:  # noqa: BLE001 - handed to whoever asked
            self.error = error

    def deliver_result(self) -> None:
        """On the loop's."""
        future, self.future, self.call = self.future, None, None
        result, self.result = self.result, None
        error, self.error = self.error, None
        if future is None or future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)


class SerialExecutor:
    """A thread that runs one call after the other. It starts with its first call."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._asked: SimpleQueue[_PendingCall | None] = SimpleQueue()
        self._left: list[_PendingCall] = []
        self._thread: threading.Thread | None = None
        self._closed = False

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `call(...)`, run after everything asked before.

        A call that began runs to its end even when the caller is cancelled: half a durable step
        helps nobody.
        """
        return await self.start(call, *args, **kwargs)

    def start(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> asyncio.Future[T]:
        """Ask for `call(...)` at once and wait for it later, or not at all."""
        if self._closed:
            raise RuntimeError(f"the lane {self._name} is closed")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._asked.put(_PendingCall(future, partial(call, *args, **kwargs)))
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
            self._thread.start()
        return future

    def _work(self) -> None:
        while (asked := self._asked.get()) is not None:
            assert asked.future is not None
            loop = asked.future.get_loop()
            asked.work()
            try:
                loop.call_soon_threadsafe(asked.deliver_result)
            except RuntimeError:
                # Whoever asked is gone, with the loop: it stays with what is left of the lane.
                self._left.append(asked)
            # Not held while waiting: what it brought may be large.
            del asked, loop

    def close(self) -> None:
        """Finish what was asked and end the thread; blocks until then."""
        self._closed = True
        self._asked.put(None)
        if self._thread is not None:
            self._thread.join()
