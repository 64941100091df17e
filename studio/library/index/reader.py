"""Index reader: a connection on a thread of its own, whose queries can be cancelled.

A library has two of them, so that a page and its pictures never wait for a long query.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

from studio.common.errors import LibraryTooNew, StorageError
from studio.common.i18n import _
from studio.common.serial_executor import SerialExecutor
from studio.domain.entities import Picture
from studio.library.index.index import Index, Interrupted
from studio.library.query import Query

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


class PendingQuery:
    """Query that was asked, and whether anybody still waits for it."""

    def __init__(self) -> None:
        self.wanted = True

    def is_wanted(self) -> bool:
        """Whether anybody still waits."""
        return self.wanted


class IndexReader:
    """Read-only connection on a serial executor of its own.

    Attributes:
        index: the connection; None before it is opened and after it is closed.
        answering: the query that is running.
    """

    def __init__(self, name: str, opened: Callable[[], Index] | None = None) -> None:
        """`opened` opens the index at the first query, on the thread."""
        self.index: Index | None = None
        self.answering: PendingQuery | None = None
        self._opened = opened
        self._lane = SerialExecutor(name)

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `call(...)` on the thread, to its end even when the caller is cancelled."""
        return await self._lane.run(call, *args, **kwargs)

    async def query_index(self, question: Callable[[Index], T]) -> T:
        """Run a query; cancelling the caller interrupts it."""
        asking = PendingQuery()
        try:
            return await self._lane.run(self._answer, question, asking)
        except asyncio.CancelledError:
            asking.wanted = False
            if self.answering is asking and self.index is not None:
                self.index.interrupt()
            raise

    def _answer(self, question: Callable[[Index], T], asking: PendingQuery) -> T:
        if self.index is None and self._opened is not None:
            self.index = self._opened()
        if self.index is None:
            raise StorageError(_("The library is closed"))
        self.answering = asking
        self.index.wanted = asking.is_wanted
        try:
            while True:
                try:
                    return question(self.index)
                except Interrupted:
                    # The interrupt was for another query, which ended at the same moment.
                    if not asking.wanted:
                        raise
        finally:
            self.answering = None

    def let_go(self) -> None:
        """Close the connection; on the thread."""
        if self.index is not None:
            self.index.close()
            self.index = None

    async def close(self) -> None:
        """Close the connection and end the thread."""
        self._opened = None
        await self._lane.run(self.let_go)
        self._lane.close()


def first_pictures(find: Callable[[], Path | None], query: Query, limit: int) -> list[Picture]:
    """First pictures of a query, from the index as it was left; empty where it cannot be read.

    `find` returns where the index is. Blocking; on a connection of its own.
    """
    index: Index | None = None
    try:
        path = find()
        if path is None:
            return []
        index = Index.open(path, write=False)
        return index.first(query, limit)
    except (StorageError, LibraryTooNew) as error:
        log.info("The first screen waits for the library: %s", error)
        return []
    finally:
        if index is not None:
            index.close()
