"""Collections and saved searches, tags in use, and the history of changes.

A collection is a value of a record ("collection": name and search, None once it was deleted), and
which collections a picture is in is a field of the picture, so that both are undone like any other
change. A deleted collection keeps its pictures for the undo.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence

from studio.common.errors import InputError
from studio.common.i18n import _
from studio.common.json_reader import NotUnderstood
from studio.domain.entities import new_id
from studio.library.index.text_normalization import folded
from studio.library.log.records import Groups, LogPosition, Record
from studio.library.operations import edits, history
from studio.library.query import Collection, HistoryEntry, Query
from studio.library.store import Store


class Collections:
    """What is put together in one library."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def every(self) -> list[Collection]:
        """All collections by name; a saved search is counted when it is asked for."""
        return await self._store.query_index(lambda index: index.collections(), long=True)

    async def count(self, collection: Collection) -> int:
        """How many pictures are in it now."""
        query = Query(collection=collection.id)
        return await self._store.query_index(lambda index: index.count(query), long=True)

    async def named(self, name: str) -> Collection | None:
        """The collection of that name, however it is written."""
        wanted = folded(" ".join(name.split()))
        return next((one for one in await self.every() if folded(one.name) == wanted), None)

    async def make(self, name: str, search: str = "") -> Collection:
        """Make a collection, or save a search as one. Raises InputError: the name is taken."""
        clean = await self._new_name(name)
        collection = Collection(id=new_id(), name=clean, search=search.strip())
        await self._set(collection.id, {"name": clean, "search": collection.search})
        return collection

    async def rename(self, id: str, name: str) -> str:
        """Give it another name; what was done, in words. Raises InputError."""
        found = await self._known(id)
        clean = " ".join(name.split())
        if clean.casefold() != found.name.casefold():
            clean = await self._new_name(name)
        return await self._set(id, {"name": clean, "search": found.search})

    async def search_for(self, id: str, search: str) -> str:
        """Let a saved search look for something else."""
        found = await self._known(id)
        return await self._set(id, {"name": found.name, "search": search.strip()})

    async def delete(self, id: str) -> str:
        """Take a collection away; its pictures stay in the library."""
        return await self._set(id, None)

    async def add(self, ids: Sequence[str], collection: str) -> str:
        """Put pictures into a collection (its id). Raises InputError for a saved search."""
        if (await self._known(collection)).search:
            raise InputError(
                _("Saved searches fill themselves"),
                hint=_("Drop pictures onto a collection instead."),
            )

        def groups(former: Groups) -> Groups:
            return [([*within, collection], same) for within, same in former]

        return await edits.change(self._store, "collections", ids, _unless_in(collection, groups))

    async def collect(self, ids: Sequence[str], name: str) -> str:
        """Put pictures into the collection of that name, which is made when there is none."""
        found = await self.named(name) or await self.make(name)
        return await self.add(ids, found.id)

    async def remove(self, ids: Sequence[str], collection: str) -> str:
        """Take pictures out of a collection (its id)."""

        def groups(former: Groups) -> Groups:
            return [([one for one in within if one != collection], same) for within, same in former]

        return await edits.change(self._store, "collections", ids, groups)

    async def tags(self, start: str = "", limit: int = 200) -> list[tuple[str, int]]:
        """Tags that begin with `start`, the most used first, each with its pictures."""
        return await self._store.query_index(lambda index: index.tags(start, limit))

    async def models(self) -> list[str]:
        """Every model that made a picture here."""
        return await self._store.query_index(lambda index: index.models())

    async def history(self, limit: int = 500) -> list[HistoryEntry]:
        """The last changes, newest first; it is the log, so it survives a restart."""
        places = await self._store.query_index(lambda index: index.state.history(limit))
        changes = await asyncio.to_thread(self._changes, places)
        sentences = await history.sentences(self._store, [record for record, _undone in changes])
        return [
            HistoryEntry(id=record.id, at=record.at, sentence=words, undone=undone)
            for (record, undone), words in zip(changes, sentences, strict=True)
        ]

    def _changes(self, places: Sequence[tuple[LogPosition, bool]]) -> list[tuple[Record, bool]]:
        found = []
        for place, undone in places:
            # What the disk has damaged meanwhile is told elsewhere.
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

    async def _known(self, id: str) -> Collection:
        found = next((one for one in await self.every() if one.id == id), None)
        if found is None:
            raise InputError(_("This collection no longer exists"))
        return found

    async def _set(self, id: str, value: dict[str, str] | None) -> str:
        return await edits.set_field(self._store, "collection", [id], value)


def _unless_in(collection: str, groups: Callable[[Groups], Groups]) -> Callable[[Groups], Groups]:
    """Leaves alone what is in the collection already, so that its order there stays."""

    def changed(former: Groups) -> Groups:
        return groups([(within, ids) for within, ids in former if collection not in within])

    return changed
