"""Rebuild of an index that is found damaged while the library is open."""

from __future__ import annotations

import asyncio
import logging

from studio.domain.events import InfoPosted
from studio.library.index.index import damaged, made_anew
from studio.library.operations import reindex
from studio.library.store import Store

log = logging.getLogger(__name__)

_MOST_REMADE = 3


async def remake(store: Store, error: Exception, known: int) -> None:
    """Make the index anew, unless that was done since it was `known` times; then ask again.

    Raises IndexDamaged where it cannot be mended.
    """
    if store.remade != known:
        return
    if store.rereading is not None or known >= _MOST_REMADE:
        raise damaged(error) from error
    log.warning("The index is damaged: %s", error)
    store.remade += 1
    # Whoever asked may give up; what was begun goes on.
    await asyncio.shield(store.aside(_remade(store)))


async def _remade(store: Store) -> None:
    if not store.writable:
        # Nothing is written here: the records alone tell.
        await store.reading.run(store.read_log)
        return
    await reindex.rebuild(store)
    said = made_anew()
    store.events.publish(InfoPosted(said.title, said.message))
