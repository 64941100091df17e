"""Undo and redo of changes, and sentences for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from studio.common.i18n import _, ngettext
from studio.library.log.records import Groups, LogPosition, Record, change
from studio.library.store import Store

if TYPE_CHECKING:
    from studio.library.operations.change_progress import ChangeMonitor


def step(store: Store, monitor: ChangeMonitor, *, back: bool) -> Record | None:
    """Undo the last change, or redo the one undone last; blocking.

    None when there is none. Pictures deleted for good since then are left out; a change of nothing
    else is skipped.
    """
    index = store.own
    last: LogPosition | None = None
    while (place := index.state.to_undo() if back else index.state.to_redo()) not in (None, last):
        assert place is not None
        last = place
        found = store.log.at(place)
        if back:
            record = change(found.field, found.former, found.values, undoes=found.id)
        else:
            record = change(found.field, found.values, found.former, redoes=found.id)
        record = _without(record, index.state.deleted_ids(record.ids))
        monitor.write(len(record.ids))
        store.append(record, monitor.took)
        if record.ids:
            return record
    return None


def _without(record: Record, gone: set[str]) -> Record:
    if not gone:
        return record

    def kept(groups: Groups) -> Groups:
        found = [(value, [id for id in ids if id not in gone]) for value, ids in groups]
        return [(value, ids) for value, ids in found if ids]

    return msgspec.structs.replace(record, values=kept(record.values), former=kept(record.former))


def former_only(values: Groups, former: Groups) -> tuple[Groups, Groups]:
    """New and former values without the ids whose value stays the same."""
    now = {id: value for value, ids in former for id in ids}
    new: Groups = []
    for value, ids in values:
        different = [id for id in ids if id in now and now[id] != value]
        if different:
            new.append((value, different))
    touched = {id for _value, ids in new for id in ids}
    old: Groups = []
    for value, ids in former:
        kept = [id for id in ids if id in touched]
        if kept:
            old.append((value, kept))
    return new, old


def sentence(record: Record) -> str:
    """Sentence for a change: "3 pictures moved to the trash"."""
    n = len(record.ids)
    value = record.values[0][0] if record.values else None
    match record.field:
        case "trashed" if value:
            text = ngettext("{n} picture moved to the trash", "{n} pictures moved to the trash", n)
        case "trashed":
            text = ngettext("{n} picture restored", "{n} pictures restored", n)
        case "purged":
            text = ngettext("{n} picture deleted for good", "{n} pictures deleted for good", n)
        case "rating" if value:
            text = ngettext("{n} picture rated", "{n} pictures rated", n)
        case "rating":
            text = ngettext("Rating of {n} picture cleared", "Rating of {n} pictures cleared", n)
        case "flag" if value == "pick":
            text = ngettext("{n} picture picked", "{n} pictures picked", n)
        case "flag" if value == "reject":
            text = ngettext("{n} picture rejected", "{n} pictures rejected", n)
        case "flag":
            text = ngettext("Mark of {n} picture cleared", "Marks of {n} pictures cleared", n)
        case "title":
            text = ngettext("{n} picture renamed", "{n} pictures renamed", n)
        case "note":
            text = ngettext("Note of {n} picture changed", "Notes of {n} pictures changed", n)
        case "tags":
            text = ngettext("Tags of {n} picture changed", "Tags of {n} pictures changed", n)
        case "collections":
            text = _collected(record, n)
        case "collection":
            text = _collection(record)
        case "dismissed" if value:
            text = ngettext("{n} job put away", "{n} jobs put away", n)
        case "dismissed":
            text = ngettext("{n} job brought back", "{n} jobs brought back", n)
        case _:
            text = _("{n} changed")
    return text.format(n=n)


def _collected(record: Record, n: int) -> str:
    after = sum(len(within) * len(ids) for within, ids in record.values)
    if after > sum(len(within) * len(ids) for within, ids in record.former):
        return ngettext("{n} picture collected", "{n} pictures collected", n)
    return ngettext(
        "{n} picture taken out of a collection", "{n} pictures taken out of a collection", n
    )


def _collection(record: Record) -> str:
    new, old = record.values[0][0], record.former[0][0] if record.former else None
    name = (new or old or {}).get("name", "").replace("{", "{{").replace("}", "}}")
    if new is None:
        return _("Collection {name} deleted").replace("{name}", name)
    if old is None:
        return _("Collection {name} made").replace("{name}", name)
    if old.get("name") != new.get("name"):
        return _("Collection renamed to {name}").replace("{name}", name)
    return _("Search of {name} changed").replace("{name}", name)
