"""How pictures are changed: one record, durable before it is told, and how it is taken back.

No start needs it: it is made with the first change.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from studio.errors import StorageError
from studio.events import RecordsChanged, Trouble
from studio.library import changes, records
from studio.library.portions import chunks
from studio.library.records import Groups, Record

if TYPE_CHECKING:
    from studio.library.library import Library

Make = Callable[[Groups], Groups]
"""New values of a field, each with its pictures, of what they were."""


class Changing:
    """Changes of one open library."""

    def __init__(self, library: Library) -> None:
        self._library = library

    async def change(self, field: str, ids: Sequence[str], make: Make) -> str:
        """Change a field; what was done, in words, or "" where nothing was to be done."""
        record = await self._library.write(partial(self._write, field, ids, make))
        return self._told(record) if record else ""

    async def tag(
        self, ids: Sequence[str], *, add: Sequence[str] = (), remove: Sequence[str] = ()
    ) -> str:
        """Add and remove tags."""
        clean = [" ".join(tag.split()) for tag in add]

        def make(former: Groups) -> Groups:
            return [
                (sorted((set(tags) | {t for t in clean if t}) - set(remove)), ids)
                for tags, ids in former
            ]

        return await self.change("tags", ids, make)

    async def step(self, *, back: bool) -> str | None:
        """Take the last change back, or do it again; None when there is none."""
        record = await self._library.write(partial(changes.step, self._library, back=back))
        return self._told(record) if record else None

    def _write(self, field: str, ids: Sequence[str], make: Make) -> Record | None:
        former = self._library.own.state.field_of(field, ids)
        values, former = changes.former_only(make(former), former)
        if not values:
            return None
        record = records.change(field, values, former)
        self._library.append(record)
        return record

    def _told(self, record: Record) -> str:
        ids = [id for _value, ids in record.values for id in ids]
        if record.field == "trashed":
            self._library.aside(self._settle(ids))
        self._library.tell(RecordsChanged(tuple(ids), (record.field,)))
        return changes.sentence(record)

    async def _settle(self, ids: Sequence[str]) -> None:
        """Let the files of what went into the trash, or came out of it, follow."""
        library = self._library
        try:
            for some in chunks(ids):
                for picture in await library.find(some):
                    await library.write(partial(library.originals.settle, picture))
        except StorageError as error:
            library.tell(Trouble(error))
