"""Index reader: a connection on its own thread, with cancellable queries.

A library has two of them, so that a page and its pictures never wait for a long query.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from studio.common.errors import LibraryTooNew, StorageError
from studio.common.i18n import _
from studio.common.serial_executor import SerialExecutor
from studio.domain.entities import Picture
from studio.library.index.index import Index, Interrupted
from studio.library.query import Query

if TYPE_CHECKING:
    from studio.domain.stacks import StackBy
    from studio.library.index.stacks import FirstStacks

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


class PendingQuery:
    """A submitted query; `wanted` is False once it is cancelled."""

    def __init__(self) -> None:
        self.wanted = True


class IndexReader:
    """A read connection on its own thread.

    Attributes:
        index: the connection; None before it is opened and after it was closed.
        answering: the running query.
    """

    def __init__(self, name: str, opener: Callable[[], Index] | None = None) -> None:
        """`opener` opens the index for the first query, on the thread."""
        self.index: Index | None = None
        self.answering: PendingQuery | None = None
        self._opener = opener
        self._executor = SerialExecutor(name)

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `call(...)` on the thread and return its result; not cancelled with the caller."""
        return await self._executor.run(call, *args, **kwargs)

    async def query_index(self, question: Callable[[Index], T]) -> T:
        """Run a query and return its result; cancelling the caller interrupts the query."""
        pending = PendingQuery()
        try:
            return await self._executor.run(self._answer, question, pending)
        except asyncio.CancelledError:
            pending.wanted = False
            if self.answering is pending and self.index is not None:
                self.index.interrupt()
            raise

    def _answer(self, question: Callable[[Index], T], pending: PendingQuery) -> T:
        if self.index is None and self._opener is not None:
            self.index = self._opener()
        if self.index is None:
            raise StorageError(_("The library is closed"))
        self.answering = pending
        self.index.wanted = lambda: pending.wanted
        try:
            while True:
                try:
                    return question(self.index)
                except Interrupted:
                    # The interrupt was meant for an earlier query that had just ended.
                    if not pending.wanted:
                        raise
        finally:
            self.answering = None

    def let_go(self) -> None:
        """Close the connection; call on its thread."""
        if self.index is not None:
            self.index.close()
            self.index = None

    async def close(self) -> None:
        """Close the connection and end the thread."""
        self._opener = None
        await self._executor.run(self.let_go)
        self._executor.close()


def first_pictures(find: Callable[[], Path | None], query: Query, limit: int) -> list[Picture]:
    """The first matching pictures of the index as last saved; empty if it is unusable.

    `find` returns the path of the index. Blocking; uses its own connection.
    """
    return _ask_saved(find, lambda index: index.first(query, limit)) or []


def first_stacks(
    find: Callable[[], Path | None], query: Query, by: StackBy, limit: int
) -> FirstStacks | None:
    """The first screen of a stacked grid, from the index as last saved; see `first_pictures`.

    None if the index is unusable.
    """
    return _ask_saved(find, lambda index: index.first_stacks(query, by, limit))


def _ask_saved(find: Callable[[], Path | None], question: Callable[[Index], T]) -> T | None:
    index: Index | None = None
    try:
        path = find()
        if path is None:
            return None
        index = Index.open(path, write=False)
        return question(index)
    except (StorageError, LibraryTooNew) as error:
        log.info("The first screen waits for the library: %s", error)
        return None
    finally:
        if index is not None:
            index.close()
