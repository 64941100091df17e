"""Reindexing: the index made anew from the log, beside the old one or while everybody waits.

Beside the old one, changes wait in the writing lane until it is made; questions are answered from
the old index as far as it can be read. The new one has a name of its own, see `index_file`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from studio.common.errors import StorageError
from studio.common.serial_executor import call_on_loop
from studio.domain.events import IndexProgress, ProblemOccurred
from studio.library.index import index_file
from studio.library.index.index import Index
from studio.library.log.read_progress import ReadProgress
from studio.library.operations import open_store
from studio.library.query import Query
from studio.library.stopped import Stopped
from studio.library.store import Store

T = TypeVar("T")

log = logging.getLogger(__name__)

LONG = 32 << 20
"""Bytes of records that take longer to read than a start should."""


def begin_reindex(store: Store, *, beside: bool) -> bool:
    """Whether the index is made while the library is open: it takes long and may be done `beside`.

    Then the old one answers until `run` is through. Blocking; on the reading lane.
    """
    path = store.index_path
    index_file.adopt(path)
    size = store.log.size()
    if not beside or index_file.current(path) or size <= LONG:
        return False
    store.index_name = index_file.NEW_NAME
    store.rereading = ReadProgress(size)
    store.answer_from(what_is_known(path))
    return True


async def run(store: Store) -> None:
    """Make what was begun, telling how far it is, and answer from it from then on."""
    loop = asyncio.get_running_loop()

    def tell(part: float) -> None:
        call_on_loop(loop, store.events.publish, IndexProgress(part))

    if store.rereading is not None:
        store.rereading.tell = tell
    whole = False
    try:
        await store.writing.run(_make, store)
        await store.reading.run(store.open_reader)
        whole = True
    except Stopped:
        log.info("The index was not made to its end")
    except StorageError as error:
        store.events.publish(ProblemOccurred(error))
    store.rereading = None
    store.troubles.publish_problems()
    store.events.publish(IndexProgress(1.0, whole=whole))


def _make(store: Store) -> None:
    try:
        open_store.open_writer(store)
    except BaseException:
        # What waits in the lane must not be written into half an index.
        store.close_writer()
        raise


async def rebuild(store: Store) -> None:
    """Make the index anew from the log, while everybody waits for it. Raises StorageError."""

    def make() -> None:
        store.remove_index()
        open_store.open_writer(store)

    for reading in (store.beside, store.reading):
        await reading.run(reading.let_go)
    await store.writing.run(make)
    await store.reading.run(store.open_reader)
    store.troubles.publish_problems()


async def rewritten(store: Store, work: Callable[[], T]) -> T:
    """The result of `work`, which writes in the records; the index is made anew from them."""
    await store.writing.run(store.log.close)
    done = await store.writing.run(work)
    await rebuild(store)
    return done


def what_is_known(path: Path) -> Index:
    """The old index, if it answers what a window asks first; else one that knows nothing."""
    try:
        index = Index.open_old(path)
    except StorageError:
        pass
    else:
        try:
            index.pictures(index.rows(Query(), 1))
            index.count(Query(words="a"))
            index.ledger.counts(0.0)
            index.ledger.spend(0.0, 0.0)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, it is not needed
            log.info("The old index cannot be read: %s", error)
            index.close()
        else:
            return index
    empty = Index.in_memory()
    empty.apply(())
    return empty
