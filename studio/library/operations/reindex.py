"""Rebuild of the index from the log: in the background of an open library, or blocking it.

During a rebuild in the background, changes wait on the writing thread, and queries use the old
index as far as it can be read. The new index has a file name of its own, see `index_file`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from studio.common.errors import StorageError
from studio.common.serial_executor import call_on_loop
from studio.domain.events import IndexProgress, InfoPosted, ProblemOccurred
from studio.library.index import index_file
from studio.library.index.index import Index, damaged, made_anew
from studio.library.log.read_progress import ReadProgress
from studio.library.operations import open_store
from studio.library.query import Query
from studio.library.stopped import Stopped
from studio.library.store import Store

T = TypeVar("T")

log = logging.getLogger(__name__)

LONG = 32 << 20
"""Size of the records in bytes from which reading them takes longer than a start should."""

_MOST_REMADE = 3


def begin_reindex(store: Store, *, beside: bool) -> bool:
    """Prepare a rebuild in the background, if one is needed, long, and allowed by `beside`.

    Returns whether it was prepared; the old index then answers queries until `run` has finished.
    Blocking; on the reading thread.
    """
    path = store.index_path
    index_file.adopt(path)
    size = store.log.size()
    if not beside or index_file.current(path) or size <= LONG:
        return False
    store.index_name = index_file.NEW_NAME
    store.rereading = ReadProgress(size)
    store.answer_from(_old_index(path))
    return True


async def run(store: Store) -> None:
    """Run the prepared rebuild, publish its progress, then use the new index."""
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
        # Waiting changes must not be written into an incomplete index.
        store.close_writer()
        raise


async def rebuild(store: Store) -> None:
    """Rebuild the index from the log, blocking all queries and changes. Raises StorageError."""

    def make() -> None:
        store.remove_index()
        open_store.open_writer(store)

    for reading in (store.beside, store.reading):
        await reading.run(reading.let_go)
    await store.writing.run(make)
    await store.reading.run(store.open_reader)
    store.troubles.publish_problems()


async def rebuild_damaged(store: Store, error: Exception, known: int) -> None:
    """Rebuild a damaged index, unless `store.remade` no longer equals `known`.

    Raises IndexDamaged if that is not possible.
    """
    if store.remade != known:
        return
    if store.rereading is not None or known >= _MOST_REMADE:
        raise damaged(error) from error
    log.warning("The index is damaged: %s", error)
    store.remade += 1
    # Continues when the caller is cancelled.
    await asyncio.shield(store.run_in_background(_rebuild_damaged(store)))


async def _rebuild_damaged(store: Store) -> None:
    if not store.writable:
        await store.reading.run(store.read_log)
        return
    await rebuild(store)
    message = made_anew()
    store.events.publish(InfoPosted(message.title, message.message))


async def rewritten(store: Store, work: Callable[[], T]) -> T:
    """Run `work`, which rewrites records, and rebuild the index; returns the result of `work`."""
    await store.writing.run(store.log.close)
    done = await store.writing.run(work)
    await rebuild(store)
    return done


def _old_index(path: Path) -> Index:
    """The old index, if it answers the first queries of a window; else an empty one."""
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
        except Exception as error:  # noqa: BLE001 - may be damaged in any way
            log.info("The old index cannot be read: %s", error)
            index.close()
        else:
            return index
    empty = Index.in_memory()
    empty.apply(())
    return empty
