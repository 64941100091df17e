"""Serial executors: one thread each, for blocking work that must stay in order.

The loop's thread never waits for a disk. Each executor is named for its purpose; executors share
nothing but values.

A thread never drops the last reference to an object passed to it: the caller may be part of the
window, and a Qt object destroyed on another thread crashes the process. `PendingCall` returns all
of them to the loop's thread; this also works with the window's event loop.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from typing import Any, ParamSpec, TypeVar, TypeVarTuple

P = ParamSpec("P")
T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class PendingCall:
    """A call to run on a thread, its outcome, and the future that waits for it."""

    __slots__ = ("_call", "_error", "_future", "_result")

    def __init__(self, future: asyncio.Future[Any], call: Callable[[], Any]) -> None:
        self._future: asyncio.Future[Any] | None = future
        self._call: Callable[[], Any] | None = call
        self._result: Any = None
        self._error: BaseException | None = None

    def run(self) -> bool:
        """Make the call, unless it was cancelled, and deliver the outcome on the loop's thread.

        Runs on the executor's thread. False if the loop is closed; then the caller keeps this
        object.
        """
        assert self._future is not None
        assert self._call is not None
        loop = self._future.get_loop()
        if not self._future.cancelled():
            try:
                self._result = self._call()
            except BaseException as error:  # noqa: BLE001 - raised for the caller
                self._error = error
        return call_on_loop(loop, self._deliver)

    def cancel(self) -> None:
        """Cancel a call that no thread will run; may be called from any thread."""
        if self._future is not None:
            call_on_loop(self._future.get_loop(), self._drop)

    def _drop(self) -> None:
        if self._future is not None:
            self._future.cancel()
        self._deliver()

    def _deliver(self) -> None:
        future, self._future, self._call = self._future, None, None
        result, self._result = self._result, None
        error, self._error = self._error, None
        if future is None or future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)


def call_on_loop(
    loop: asyncio.AbstractEventLoop, call: Callable[[*Ts], object], *args: *Ts
) -> bool:
    """Schedule `call(...)` on the thread of `loop`; False if the loop is closed."""
    try:
        loop.call_soon_threadsafe(call, *args)
    except RuntimeError:
        return False
    return True


class SerialExecutor:
    """Thread that runs calls one after another; started by the first call."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._asked: SimpleQueue[PendingCall | None] = SimpleQueue()
        self._left: list[PendingCall] = []
        self._thread: threading.Thread | None = None
        self._closed = False

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `call(...)`, run after all earlier calls.

        A call that has begun runs to its end even if the caller is cancelled, so that no durable
        step is left half done.
        """
        return await self.start(call, *args, **kwargs)

    def start(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> asyncio.Future[T]:
        """Submit `call(...)` now; its result can be awaited later, or ignored."""
        if self._closed:
            raise RuntimeError(f"the executor {self._name} is closed")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._asked.put(PendingCall(future, partial(call, *args, **kwargs)))
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
            self._thread.start()
        return future

    def _work(self) -> None:
        while (asked := self._asked.get()) is not None:
            if not asked.run():
                self._left.append(asked)
            # Not kept while waiting, because its arguments and result may be large.
            del asked

    def close(self) -> None:
        """Finish pending calls and end the thread. Blocking."""
        self._closed = True
        self._asked.put(None)
        if self._thread is not None:
            self._thread.join()


def run_detached(name: str, call: Callable[[], T]) -> asyncio.Future[T]:
    """Run `call()` on a daemon thread of its own."""
    future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
    pending = PendingCall(future, call)
    threading.Thread(target=pending.run, name=name, daemon=True).start()
    return future
