"""Collections and saved searches, tags in use, and the history of changes.

A collection is a value of a record ("collection": name and search, or None after its deletion), and
the collections of a picture are one of its fields, so that both are undone like any other change. A
deleted collection keeps its pictures in case the deletion is undone.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

from studio.common.errors import InputError
from studio.common.i18n import _
from studio.common.json_reader import NotUnderstood
from studio.domain.entities import new_id
from studio.library.index.text_normalization import folded
from studio.library.log import records
from studio.library.log.records import FieldChange, Groups, LogPosition, Record
from studio.library.operations import edits, history
from studio.library.query import Collection, HistoryEntry, Query
from studio.library.store import Store

MOST_LISTED = 1000
"""Limit of pictures listed for a change in the history."""

MOST_NAMED = 3
"""Limit of pictures named for a change in the history."""


class Collections:
    """Collections, tags and history of one library."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def every(self) -> list[Collection]:
        """All collections in their order; for saved searches, pictures are not counted."""
        return await self._store.query_index(lambda index: index.collections(), long=True)

    async def count(self, collection: Collection) -> int:
        query = Query(collection=collection.id)
        return await self._store.query_index(lambda index: index.count(query), long=True)

    async def named(self, name: str) -> Collection | None:
        """The collection with this name, ignoring case, accents and spaces; None if none has it."""
        wanted = folded(" ".join(name.split()))
        return next((one for one in await self.every() if folded(one.name) == wanted), None)

    async def make(self, name: str, search: str = "") -> Collection:
        """Create a collection or a saved search. Raises InputError for a name that is taken."""
        clean = await self._new_name(name)
        collection = Collection(id=new_id(), name=clean, search=search.strip())
        await self._set(collection.id, {"name": clean, "search": collection.search})
        return collection

    async def make_of(self, ids: Sequence[str], name: str) -> str:
        """Create a collection of pictures, as one change; returns a sentence about it.

        A name that is taken gets a number.
        """
        clean = await self._free_name(name)
        collection = new_id()

        def make() -> Record:
            former = self._store.own.state.field_of("collections", ids)
            values: Groups = [([*within, collection], same) for within, same in former]
            made = FieldChange(
                field="collection",
                values=[({"name": clean, "search": ""}, [collection])],
                former=[(None, [collection])],
            )
            return records.change("collections", values, former, also=[made])

        return await edits.change_together(self._store, make)

    async def rename(self, id: str, name: str) -> str:
        """Rename a collection; returns a sentence about it. Raises InputError."""
        found = await self._known(id)
        clean = " ".join(name.split())
        if clean.casefold() != found.name.casefold():
            clean = await self._new_name(name)
        return await self._set(id, {"name": clean, "search": found.search})

    async def search_for(self, id: str, search: str) -> str:
        """Change the text of a saved search."""
        found = await self._known(id)
        return await self._set(id, {"name": found.name, "search": search.strip()})

    async def delete(self, id: str) -> str:
        """Delete a collection; its pictures stay in the library."""
        return await self._set(id, None)

    async def arrange(self, ids: Sequence[str]) -> str:
        """Put the collections in this order; returns a sentence about it, "" for no change.

        Collections that are not in `ids` follow by name.
        """
        places: Groups = [(place, [id]) for place, id in enumerate(ids)]
        return await edits.change(self._store, "collection_place", ids, lambda _former: places)

    async def add(self, ids: Sequence[str], collection: str) -> str:
        """Add pictures to the collection with this id. Raises InputError for a saved search."""
        if (await self._known(collection)).search:
            raise InputError(
                _("Saved searches update automatically"),
                hint=_("Drop pictures onto a collection instead."),
            )

        def groups(former: Groups) -> Groups:
            # Pictures that are already in the collection keep their order.
            return [
                ([*within, collection], same) for within, same in former if collection not in within
            ]

        return await edits.change(self._store, "collections", ids, groups)

    async def collect(self, ids: Sequence[str], name: str) -> str:
        """Add pictures to the collection with this name, which is created if missing."""
        found = await self.named(name) or await self.make(name)
        return await self.add(ids, found.id)

    async def remove(self, ids: Sequence[str], collection: str) -> str:
        """Remove pictures from the collection with this id."""

        def groups(former: Groups) -> Groups:
            return [([one for one in within if one != collection], same) for within, same in former]

        return await edits.change(self._store, "collections", ids, groups)

    async def tags(self, start: str = "", limit: int = 200) -> list[tuple[str, int]]:
        """Tags that begin with `start` and their number of pictures, most used first."""
        return await self._store.query_index(lambda index: index.tags(start, limit))

    async def models(self) -> list[str]:
        """Models of the pictures, by name."""
        return await self._store.query_index(lambda index: index.models())

    async def history(self, limit: int = 500) -> list[HistoryEntry]:
        """The last changes, newest first; read from the log, so they survive a restart."""
        places = await self._store.query_index(lambda index: index.state.history(limit))
        changes = await asyncio.to_thread(self._changes, places)
        sentences = await history.sentences(self._store, [record for record, _undone in changes])
        pictures = [
            () if record.field in history.WITHOUT_PICTURES else tuple(record.ids[:MOST_LISTED])
            for record, _undone in changes
        ]
        first = sorted({id for ids in pictures for id in ids[:MOST_NAMED]})
        names = await self._store.query_index(lambda index: index.state.names(first))
        return [
            HistoryEntry(
                id=record.id,
                at=record.at,
                sentence=words,
                undone=undone,
                pictures=ids,
                names=tuple(names[id] for id in ids[:MOST_NAMED] if id in names),
            )
            for (record, undone), words, ids in zip(changes, sentences, pictures, strict=True)
        ]

    def _changes(self, places: Sequence[tuple[LogPosition, bool]]) -> list[tuple[Record, bool]]:
        found = []
        for place, undone in places:
            # Damaged records are reported elsewhere.
            with contextlib.suppress(NotUnderstood):
                found.append((self._store.log.at(place), undone))
        return found

    async def _new_name(self, name: str) -> str:
        clean = " ".join(name.split())
        if not clean:
            raise InputError(_("A collection needs a name"))
        if (taken := await self.named(clean)) is not None:
            # Translators: {name} is a collection.
            raise InputError(_("A collection {name} already exists").format(name=taken.name))
        return clean

    async def _free_name(self, name: str) -> str:
        clean = " ".join(name.split())
        taken = {folded(one.name) for one in await self.every()}
        number, found = 2, clean
        while folded(found) in taken:
            number, found = number + 1, f"{clean} {number}"
        return found

    async def _known(self, id: str) -> Collection:
        found = next((one for one in await self.every() if one.id == id), None)
        if found is None:
            raise InputError(_("This collection no longer exists"))
        return found

    async def _set(self, id: str, value: dict[str, str] | None) -> str:
        return await edits.set_field(self._store, "collection", [id], value)
