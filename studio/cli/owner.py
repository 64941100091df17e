"""Ownership of the library for a writing command, or delegation to the owner."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from studio.app import instance
from studio.app.core import Core
from studio.cli.core_session import opened
from studio.common.errors import LibraryLocked
from studio.common.paths import Paths
from studio.remote.server import RemoteServer

_PATIENCE = 2.0
"""Seconds to wait for the owner of the library to answer or to end."""

_ASK_AGAIN = 0.1

Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]
"""A connection to the process that owns the library."""


class OwnerGone(Exception):
    """The owner ended before it received a request."""


async def own_or_ask(
    options: Any,
    where: Paths,
    own: Callable[[Core], Awaitable[int]],
    ask: Callable[[Core, Line], Awaitable[int]],
) -> int:
    """Run `own` as the library's owner, or `ask` with a connection to the owner.

    `ask` gets a read-only core. Raises LibraryLocked when the owner does not answer within 2
    seconds.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + _PATIENCE
    while True:
        try:
            async with opened(options, where, write=True) as core, _answering(core):
                return await own(core)
        except LibraryLocked as locked:
            if locked.elsewhere or loop.time() >= end:
                raise
            refused = locked
        async with opened(options, where) as core:
            try:
                line = await instance.call(core.library_folder)
            except TimeoutError:
                raise refused from None
            if line is not None:
                try:
                    return await ask(core, line)
                except OwnerGone:
                    pass
                finally:
                    line[1].close()
        # The owner may be starting or ending.
        await asyncio.sleep(_ASK_AGAIN)


@contextlib.asynccontextmanager
async def _answering(core: Core) -> AsyncIterator[None]:
    """Serve requests of other processes during the block, and finish those that have begun."""
    handover = RemoteServer(core)
    bell: instance.InstanceServer | None = None
    with contextlib.suppress(OSError):
        bell = await instance.serve(core.library_folder, _no_window, work=handover.answer)
    try:
        yield
        if bell is not None:
            await bell.close()
            bell = None
        await handover.finish()
    finally:
        if bell is not None:
            await bell.close()
        await handover.close()


def _no_window() -> bool:
    return False
