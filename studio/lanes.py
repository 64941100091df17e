"""Lanes: one thread each, for work that blocks and must stay in order.

The loop's thread never waits for a disk. Each lane has a name that tells what it is for; nothing is
shared between lanes but values.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Lane:
    """A thread that runs one call after the other. It starts with its first call."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._asked: SimpleQueue[tuple[asyncio.Future[Any], Callable[[], Any]] | None] = (
            SimpleQueue()
        )
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
        self._asked.put((future, partial(call, *args, **kwargs)))
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
            self._thread.start()
        return future

    def _work(self) -> None:
        while (asked := self._asked.get()) is not None:
            future, call = asked
            if future.cancelled():
                continue
            try:
                tell = partial(_tell, future, call())
            except BaseException as error:  # noqa: BLE001 - handed to whoever asked
                tell = partial(_complain, future, error)
            # Whoever asked may be gone, with the loop.
            with contextlib.suppress(RuntimeError):
                future.get_loop().call_soon_threadsafe(tell)
            # Not held while waiting: what it brought may be large.
            del asked, future, call, tell

    def close(self) -> None:
        """Finish what was asked and end the thread; blocks until then."""
        self._closed = True
        self._asked.put(None)
        if self._thread is not None:
            self._thread.join()


def _tell(future: asyncio.Future[T], result: T) -> None:
    if not future.done():
        future.set_result(result)


def _complain(future: asyncio.Future[T], error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)
