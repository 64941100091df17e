"""Lanes: one thread each, for work that blocks and must stay in order.

The loop's thread never waits for a disk. Each lane has a name that tells what it is for; nothing is
shared between lanes but values.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Lane:
    """A thread that runs one call after the other. It starts with its first call."""

    def __init__(self, name: str) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `call(...)`, run after everything asked before.

        A call that began runs to its end even when the caller is cancelled: half a durable step
        helps nobody.
        """
        return await self.start(call, *args, **kwargs)

    def start(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> asyncio.Future[T]:
        """Ask for `call(...)` at once and wait for it later, or not at all."""
        return asyncio.wrap_future(self._pool.submit(call, *args, **kwargs))

    def close(self) -> None:
        """Finish what was asked and end the thread; blocks until then."""
        self._pool.shutdown(wait=True, cancel_futures=False)
