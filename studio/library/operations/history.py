"""Undo and redo of changes, and sentences for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from studio.common.i18n import _, ngettext, number
from studio.domain.choices import ALONE
from studio.library.log.records import DERIVED, FieldChange, Groups, LogPosition, Record, change
from studio.library.log.validation import NOT_PICTURES
from studio.library.store import Store

if TYPE_CHECKING:
    from studio.library.operations.change_progress import ChangeMonitor


IMPORTED = "imported"
"""Field of the record that ends an import."""

WITHOUT_PICTURES = NOT_PICTURES | {"collection_place", "dismissed"}
"""Fields that do not belong to pictures."""


def step(
    store: Store, monitor: ChangeMonitor, *, back: bool, only: str = ""
) -> tuple[Record, Record] | None:
    """Undo the last change, or redo the most recently undone one; blocking.

    Returns the record of the change, and the record that undoes or redoes it. None if there is no
    change, or if `only` is the id of another one. Pictures deleted for good since then are left
    out; a change that has no other pictures is skipped.
    """
    index = store.own
    last: LogPosition | None = None
    while (place := index.state.to_undo() if back else index.state.to_redo()) not in (None, last):
        assert place is not None
        last = place
        found = store.log.at(place)
        if only and found.id != only:
            return None
        record = _inverse(store, found, back=back)
        monitor.write(len(record.ids))
        store.append(record, taken=monitor.took)
        if record.touched:
            return found, record
    return None


def take_back(store: Store, monitor: ChangeMonitor, place: LogPosition) -> Record | None:
    """Undo the change recorded at this position, even if others followed; blocking."""
    record = _inverse(store, store.log.at(place), back=True)
    monitor.write(len(record.ids))
    store.append(record, taken=monitor.took)
    return record


def _inverse(store: Store, found: Record, *, back: bool) -> Record:
    """The record that undoes or redoes a change."""
    changes = found.changes
    if found.field == IMPORTED:
        # Undoing an import moves the pictures to the trash, from which they can be restored.
        ids = found.ids
        changes = [FieldChange(field="trashed", values=[(False, ids)], former=[(True, ids)])]
    gone = store.own.state.deleted_ids([id for one in changes for id in one.ids])
    first, *also = [_turned(one, gone, back=back) for one in changes]
    return change(
        first.field,
        first.values,
        first.former,
        also=also,
        undoes=found.id if back else "",
        redoes="" if back else found.id,
    )


def _turned(change: FieldChange, gone: set[str], *, back: bool) -> FieldChange:
    def kept(groups: Groups) -> Groups:
        found = [(value, [id for id in ids if id not in gone]) for value, ids in groups]
        return [(value, ids) for value, ids in found if ids]

    new, old = kept(change.values), kept(change.former)
    if back:
        new, old = old, new
    return FieldChange(field=change.field, values=new, former=old)


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


async def sentences(store: Store, records: Sequence[Record]) -> list[str]:
    """Sentences for changes, with the names of the collections they are about."""
    ids = sorted({id for record in records for id in _added_to(record)})
    if not ids:
        return [sentence(record) for record in records]
    found = await store.query_index(lambda index: index.state.field_of("collection", ids))
    names = {id: value["name"] for value, (id,) in found if value}
    return [sentence(record, names) for record in records]


def sentence(record: Record, names: Mapping[str, str] | None = None) -> str:
    """Sentence for a change: "3 pictures moved to the trash".

    `names`: names of collections, by id.
    """
    # If the picture was deleted, only the other fields of the action may remain.
    one = next((change for change in record.changes if change.ids), record.changes[0])
    n = len(one.ids)
    value = one.values[0][0] if one.values else None
    match one.field:
        case "trashed" if len(one.values) > 1:
            # A picture made here replaces another one, or undo restores that one.
            text = _("Picture replaced")
        case "trashed" if record.kind == DERIVED:
            text = ngettext("{n} picture made", "{n} pictures made", n)
        case "answer" if value:
            text = ngettext("{n} answer hidden again", "{n} answers hidden again", n)
        case "answer":
            text = _("The model's answer is a picture of its own")
        case "trashed" if value:
            text = ngettext("{n} picture moved to the trash", "{n} pictures moved to the trash", n)
        case "trashed":
            text = ngettext("{n} picture restored", "{n} pictures restored", n)
        case "purged":
            text = ngettext(
                "{n} picture deleted permanently", "{n} pictures deleted permanently", n
            )
        case "imported":
            text = ngettext("{n} picture imported", "{n} pictures imported", n)
        case "rating" if value:
            text = ngettext("{n} picture rated", "{n} pictures rated", n)
        case "rating":
            text = ngettext("Rating of {n} picture cleared", "Rating of {n} pictures cleared", n)
        case "flag" if value == "pick":
            text = ngettext("{n} picture picked", "{n} pictures picked", n)
        case "flag" if value == "reject":
            text = ngettext("{n} picture rejected", "{n} pictures rejected", n)
        case "flag":
            text = ngettext("Flag of {n} picture cleared", "Flags of {n} pictures cleared", n)
        case "title":
            text = ngettext("{n} picture renamed", "{n} pictures renamed", n)
        case "note":
            text = ngettext("Note of {n} picture changed", "Notes of {n} pictures changed", n)
        case "tags":
            text = ngettext("Tags of {n} picture changed", "Tags of {n} pictures changed", n)
        case "collections":
            text = _collected(record, n, names or {})
        case "collection":
            text = _collection(record)
        case "collection_place":
            text = _("Collections reordered")
        case "branch" if value:
            # Translators: {name} is a branch, a part of a picture's family.
            text = _("Branch named “{name}”").replace("{name}", _escaped(str(value)))
        case "branch":
            text = ngettext("Branch name cleared", "Branch names cleared", n)
        case "stack" if value == ALONE:
            text = ngettext("{n} picture unstacked", "{n} pictures unstacked", n)
        case "stack" if value:
            text = ngettext("{n} picture stacked", "{n} pictures stacked", n)
        case "stack":
            text = ngettext("Stack of {n} picture cleared", "Stack of {n} pictures cleared", n)
        case "cover" if value:
            text = _("Cover of the stack set")
        case "cover":
            text = _("Cover of the stack cleared")
        case "round" | "duel":
            text = _round(record)
        case "decision":
            text = _decided(value or {})
        case "dismissed" if value:
            text = ngettext("{n} job dismissed", "{n} jobs dismissed", n)
        case "dismissed":
            text = ngettext("{n} job restored", "{n} jobs restored", n)
        case _:
            text = _("{n} changed")
    return text.format(n=number(n))


def _added_to(record: Record) -> set[str]:
    """The collections that this change added pictures to."""
    if record.field != "collections":
        return set()
    before = {one for within, _ids in record.former for one in within}
    return {one for within, _ids in record.values for one in within} - before


def _collected(record: Record, n: int, names: Mapping[str, str]) -> str:
    after = sum(len(within) * len(ids) for within, ids in record.values)
    if after > sum(len(within) * len(ids) for within, ids in record.former):
        added = [names[id] for id in _added_to(record) if id in names]
        if len(added) == 1:
            # Translators: {name} is the name of a collection.
            text = ngettext("Added {n} picture to “{name}”", "Added {n} pictures to “{name}”", n)
            return text.replace("{name}", _escaped(added[0]))
        return ngettext(
            "{n} picture added to a collection", "{n} pictures added to a collection", n
        )
    return ngettext(
        "{n} picture removed from a collection", "{n} pictures removed from a collection", n
    )


def _collection(record: Record) -> str:
    new, old = record.values[0][0], record.former[0][0] if record.former else None
    name = _escaped((new or old or {}).get("name", ""))
    if new is None:
        # Translators: {name} is a collection.
        return _("Collection {name} deleted").replace("{name}", name)
    if old is None:
        # Translators: {name} is a collection.
        return _("Collection {name} created").replace("{name}", name)
    if old.get("name") != new.get("name"):
        # Translators: {name} is a collection.
        return _("Collection renamed to {name}").replace("{name}", name)
    # Translators: {name} is a saved search.
    return _("Saved search {name} changed").replace("{name}", name)


def _round(record: Record) -> str:
    new, old = record.values[0][0], record.former[0][0] if record.former else None
    name = _escaped((new or old or {}).get("name", ""))
    if record.field == "round":
        # Translators: {name} is a round of pick mode.
        text = _("Round “{name}” started") if new else _("Round “{name}” deleted")
    elif new and old:
        # Translators: {name} is a duel, a tournament of pictures.
        text = _("Number of places of the duel “{name}” changed")
    else:
        # Translators: {name} is a duel, a tournament of pictures.
        text = _("Duel “{name}” started") if new else _("Duel “{name}” deleted")
    return text.replace("{name}", name)


def _decided(value: Mapping[str, object]) -> str:
    if value.get("other"):
        return _("Comparison decided")
    texts = {"pick": _("Picture picked"), "reject": _("Picture rejected")}
    return texts.get(str(value.get("verdict")), _("Decision undone"))


def _escaped(name: str) -> str:
    """A name escaped for `str.format`."""
    return name.replace("{", "{{").replace("}", "}}")
