"""Recovery when the records end before the position that the index has reached.

The index is rebuilt from the remaining records. A file of the records that lost all its lines is
first restored from the pictures in the old index.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from studio.common import files, i18n
from studio.common.errors import StorageError
from studio.common.i18n import _, ngettext
from studio.domain.entities import Picture
from studio.library.index.index import DAMAGE, Index
from studio.library.log import records
from studio.library.store import PORTION, Store

log = logging.getLogger(__name__)


def after_loss(store: Store, old: Index) -> None:
    """Rebuild the index from the remaining records; blocking, on the writing thread."""
    try:
        before = sum(1 for _picture in _every(old))
        empty = _emptied(store, old)
        refilled = _refill(store, old) if empty else 0
    except DAMAGE as error:
        log.warning("What the index knew is lost too: %s", error)
        before, empty, refilled = 0, [], 0
    store.log.close()
    for path in empty:
        if path.stat().st_size == 0:
            files.put_aside(path)
    store.remove_index()
    new = store.open_writer()
    store.catch_up(new)
    where = store.log.folder
    if refilled:
        store.troubles.append(_refilled(refilled, empty[0]))
    if (lost := before - sum(1 for _picture in _every(new))) > 0:
        store.troubles.append(_lost(lost, where))


def _emptied(store: Store, old: Index) -> list[Path]:
    found = store.log.emptied()
    last = store.log.folder / old.applied().file
    if last not in found and last.is_file() and last.stat().st_size == 0:
        found.append(last)
    return found


def _every(index: Index) -> Iterator[Picture]:
    row = 0
    while some := index.following(row, PORTION):
        row = some[-1].row
        yield from some


def _refill(store: Store, old: Index) -> int:
    """Record pictures found only in the index; returns their number."""
    recorded: set[str] = set()
    for record, _begin, _end in store.log.read():
        recorded.update(picture.id for picture in record.pictures)
        if record.field in ("collection", "purged", "round", "duel"):
            recorded.update(record.ids)
    append = store.log.append
    for collection in old.collections():
        if collection.id not in recorded:
            value = {"name": collection.name, "search": collection.search}
            ids = [collection.id]
            append(records.change("collection", [(value, ids)], [(None, ids)]))
    # Imported only if records were lost, because this takes 30 ms.
    from studio.library.operations import choosing

    for record in choosing.restored(old):
        if not recorded.intersection(record.ids):
            append(record)
    number = 0
    lost = (picture for picture in _every(old) if picture.id not in recorded)
    while portion := [replace(picture, row=0) for picture in islice(lost, PORTION)]:
        _write(store, old, portion)
        number += len(portion)
    return number


def _write(store: Store, old: Index, pictures: list[Picture]) -> None:
    append = store.log.append
    append(records.imported(pictures))
    # Records of pictures lack these fields, which only changes have.
    for field, usual in (("trashed", False), ("missing", False), ("collections", ())):
        groups: dict[Any, list[str]] = {}
        for picture in pictures:
            if (value := getattr(picture, field)) != usual:
                groups.setdefault(value, []).append(picture.id)
        if groups:
            values = [(list(v) if isinstance(v, tuple) else v, ids) for v, ids in groups.items()]
            plain: Any = list(usual) if isinstance(usual, tuple) else usual
            append(records.change(field, values, [(plain, ids) for _v, ids in values]))
    ids = [picture.id for picture in pictures]
    for field, unset in (("branch", ""), ("stack", ""), ("cover", 0), ("drift", None)):
        known = [(value, of) for value, of in old.state.field_of(field, ids) if value != unset]
        if known:
            append(records.change(field, known, [(unset, of) for _value, of in known]))


def _lost(number: int, where: Path) -> StorageError:
    return StorageError(
        ngettext(
            "The records of {n} picture are missing",
            "The records of {n} pictures are missing",
            number,
        ).format(n=i18n.number(number)),
        _("Files in {name} are shorter than before. The pictures are not affected.").format(
            name=where
        ),
        hint=_("Recover recent entries with Library > Check all pictures."),
    )


def _refilled(number: int, where: Path) -> StorageError:
    return StorageError(
        _("The records file {name} was empty").format(name=where.name),
        ngettext(
            "{n} picture was restored to it from the index.",
            "{n} pictures were restored to it from the index.",
            number,
        ).format(n=i18n.number(number)),
        hint=_("That month's failed jobs and prompts without pictures are lost."),
    )
