"""Opening of a store for changes, and completion of unfinished work of earlier starts."""

from __future__ import annotations

import logging

from studio.library.files.originals import HIDDEN
from studio.library.index.index import DAMAGE, made_anew
from studio.library.log import merge_conflicts
from studio.library.operations import lost_records, trash
from studio.library.store import Store

log = logging.getLogger(__name__)


def open_writer(store: Store) -> None:
    """Open the index that follows the log, mended or made anew where it must be; blocking.

    The writing lane does it, or whoever opens the store: a connection belongs to one thread at a
    time, not to one. Raises StorageError.
    """
    merge_conflicts.merge(store.log)
    try:
        _follow_log(store)
    except DAMAGE as error:
        log.warning("The index is damaged: %s", error)
        store.troubles.append(made_anew())
        store.remove_index()
        _follow_log(store)


def _follow_log(store: Store) -> None:
    index = store.open_writer()
    if store.log.emptied() or not store.log.reaches(index.applied()):
        lost_records.after_loss(store, index)
    else:
        store.catch_up(index)
    _finish_begun(store)


def _finish_begun(store: Store) -> None:
    if (store.folder / HIDDEN / "importing").is_dir():
        # It brings what reads the words of other programs in pictures, a tenth of the time in
        # which the core is imported (measured), and only the start after a crash needs it.
        from studio.library.operations import import_

        import_.finish(store)
    if (store.folder / HIDDEN / "emptying").is_dir():
        trash.finish(store)
