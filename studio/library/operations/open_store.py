"""Opening of a store for changes, and completion of unfinished work of earlier processes."""

from __future__ import annotations

import logging

from studio.library.files.originals import HIDDEN
from studio.library.index.index import DAMAGE, made_anew
from studio.library.log import merge_conflicts
from studio.library.operations import lost_records, trash
from studio.library.store import Store

log = logging.getLogger(__name__)


def open_writer(store: Store) -> None:
    """Open the index for writing, bring it up to date, and rebuild it if it is damaged.

    Blocking, on the writing thread or the one that opens the store: a connection may change
    threads, but is used by one at a time. Raises StorageError.
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
    _finish_pending(store)


def _finish_pending(store: Store) -> None:
    importing = (store.folder / HIDDEN / "importing").is_dir()
    composing = (store.folder / HIDDEN / "composing").is_dir()
    if importing or composing:
        # With the readers of other programs' metadata this takes a tenth of the core's import
        # time (measured), and only a start after a crash needs it.
        from studio.library.operations import derived_pictures, import_

        if importing:
            import_.finish(store)
        if composing:
            derived_pictures.finish(store)
    if (store.folder / HIDDEN / "emptying").is_dir():
        trash.finish(store)
