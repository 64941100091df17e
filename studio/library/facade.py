"""The library for the window and the command line: questions, changes, arrivals; never blocking.

The work is done by `operations`, on the log, index and originals that `store` holds.
"""

from __future__ import annotations

import time
from array import array
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from studio.common.errors import InputError, PictureUnreadable, StorageError
from studio.common.i18n import _
from studio.domain.entities import Flag, Job, Picture, Reference, Role
from studio.domain.events import EventBus
from studio.domain.spend import Spend
from studio.imaging.decoder import Decoder, Priority
from studio.library.files import inputs
from studio.library.files.originals import Originals
from studio.library.files.thumbnails import step
from studio.library.index import lineage
from studio.library.index.index import Index
from studio.library.index.index_file import current
from studio.library.index.reader import first_pictures
from studio.library.index.statistics import StorageTotals
from studio.library.log.read_progress import ReadProgress
from studio.library.log.records import Groups
from studio.library.operations import (
    edits,
    finished_job,
    open_store,
    rebuild,
    reindex,
    short_ids,
    thumbnails,
)
from studio.library.operations.collections import Collections
from studio.library.operations.relink import MissingFileSearch
from studio.library.query import Cost, Counts, Family, PromptUse, Query, local_midnight
from studio.library.store import PendingProblems, Store

T = TypeVar("T")


class Library:
    """One library, open.

    Attributes:
        store: its log, index and originals, for the operations that have no method here.
        collections: its collections, saved searches, tags in use, and the history of changes.
    """

    def __init__(
        self, folder: Path, computed: Callable[[str], Path], decoder: Decoder, events: EventBus
    ) -> None:
        self.store = Store(folder, computed, events, rebuild.remake)
        self.collections = Collections(self.store)
        self._decoder = decoder
        self._doubts = MissingFileSearch(self.store)

    @property
    def id(self) -> str:
        """Names its computed files; made with the library."""
        return self.store.id

    @property
    def folder(self) -> Path:
        """Where the originals are."""
        return self.store.folder

    @property
    def originals(self) -> Originals:
        """The door to the originals."""
        return self.store.originals

    @property
    def writable(self) -> bool:
        """Whether this process may change it (it holds the lock)."""
        return self.store.writable

    @property
    def damaged(self) -> int:
        """Lines of the log that could not be read at opening."""
        return self.store.damaged

    @property
    def troubles(self) -> PendingProblems:
        """What was found at opening, until somebody hears it."""
        return self.store.troubles

    @property
    def rereading(self) -> ReadProgress | None:
        """How far the index is made anew while the library is open."""
        return self.store.rereading

    # Opening and closing

    async def open(self, *, write: bool, beside: bool = False) -> None:
        """Open for changes (the caller holds the lock) or only to read.

        `beside`: what takes long to be made of the records is made while the library is open.
        Raises StorageError, LibraryTooNew.
        """
        self.store.writable = write
        if await self.store.reading.run(partial(self._open, beside=beside)):
            self.store.aside(reindex.run(self.store))

    def _open(self, *, beside: bool) -> bool:
        """Whether the index is still to be made."""
        store = self.store
        if store.writable:
            store.identify(create=True)
            if not current(store.index_path) and reindex.begin_reindex(store, beside=beside):
                return True
            open_store.open_writer(store)
        store.open_reader()
        return False

    async def open_newer(self, error: StorageError) -> None:
        """Open what a newer version wrote, to be read; `error` is raised by all that changes."""
        store = self.store
        store.writable, store.read_only, store.log.lenient = False, error, True
        await store.reading.run(self._open_newer)

    def _open_newer(self) -> None:
        self.store.close_writer()
        self.store.identify(create=False)
        self.store.read_log()

    def first_screen(self, query: Query, limit: int) -> list[Picture]:
        """The first pictures asked for, as the index was left; empty where it cannot tell.

        For a window that is shown before the library is open. Blocking; on a connection of its own.
        """

        def find() -> Path | None:
            self.store.identify(create=False)
            return self.store.index_path if self.store.id else None

        return first_pictures(find, query, limit)

    async def close(self) -> None:
        """Finish what was begun and close; the library is unusable afterwards."""
        if self.store.rereading is not None:
            self.store.rereading.stop()
        await self._doubts.close()
        await self.store.close()

    # Questions

    async def query_index(self, question: Callable[[Index], T], *, long: bool = False) -> T:
        """The answer of the index, see `Store.ask`."""
        return await self.store.query_index(question, long=long)

    async def rows(self, query: Query, limit: int | None = None) -> array[int]:
        """Rows of the pictures asked for, in the order asked for; typecode "q"."""
        return await self.store.query_index(
            lambda index: index.rows(query, limit), long=limit is None
        )

    async def filter_rows(self, query: Query, rows: Sequence[int]) -> set[int]:
        """Those of these rows that are asked for; quick, however many others there are."""
        return await self.store.query_index(lambda index: index.filter_rows(query, rows))

    async def count(self, query: Query) -> int:
        """How many pictures are asked for."""
        return await self.store.query_index(lambda index: index.count(query), long=True)

    async def pictures(self, rows: Sequence[int]) -> list[Picture]:
        """The pictures of these rows, in the order asked; unknown ones are left out."""
        return await self.store.query_index(lambda index: index.pictures(rows))

    async def ids(self, rows: Sequence[int]) -> list[str]:
        """The ids of the pictures of these rows, a million of them if need be."""
        return await self.store.query_index(lambda index: index.ids(rows), long=True)

    async def find(self, ids: Sequence[str]) -> list[Picture]:
        """The pictures with these ids, in the order asked; unknown ones are left out."""
        return await self.store.query_index(lambda index: index.find(ids))

    async def resolve(self, start: str) -> Picture:
        """The picture whose id begins or ends with `start`. Raises InputError."""
        return await short_ids.resolve(self.store, start)

    async def counts(self, since: float) -> Counts:
        """Pictures on each shelf; `since` is the start of this session."""
        return await self.store.query_index(lambda index: index.ledger.counts(since), long=True)

    async def spend(self, now: float | None = None) -> Spend:
        """Money spent today and this month, by the local calendar."""
        moment = time.time() if now is None else now
        day, month = local_midnight(moment), local_midnight(moment, first=True)
        return await self.store.query_index(lambda index: index.ledger.spend(day, month), long=True)

    async def spend_by_day(self, now: float | None = None) -> dict[str, float]:
        """Money of each day of this month that cost any, such as {"2026-11-23": 1.21}."""
        month = local_midnight(time.time() if now is None else now, first=True)
        return await self.store.query_index(lambda index: index.ledger.spend_by_day(month))

    async def cost(self, ids: Sequence[str]) -> Cost:
        """What these pictures cost together, such as those of a collection."""
        return await self.store.query_index(lambda index: index.ledger.cost(ids))

    async def family(self, id: str) -> Family:
        """A picture among those it was edited from and those edited from it."""
        return await self.store.query_index(partial(lineage.of, id=id))

    async def prompts(self, words: str = "", limit: int = 200) -> list[PromptUse]:
        """Prompts of the history that hold `words`, the last used first."""
        return await self.store.query_index(lambda index: index.ledger.prompts(words, limit))

    async def failed(self, limit: int = 1000) -> list[Job]:
        """Jobs that failed and were not put away, newest first."""
        return await self.store.query_index(lambda index: index.ledger.failed(limit))

    async def job_state(self, id: str) -> tuple[str, int] | None:
        """State and attempt of a job the log knows; None for one it has not heard of."""
        return await self.store.query_index(lambda index: index.ledger.job_state(id))

    async def usual_seconds(self, model: str, size: str) -> float | None:
        """Median seconds of that model and size; None when too little was measured."""
        return await self.store.query_index(lambda index: index.ledger.usual_seconds(model, size))

    async def damaged_records(self) -> int:
        """Lines of the log that cannot be read; every line is looked at again."""
        return await self.store.count_damaged()

    def portions(self) -> AsyncIterator[list[Picture]]:
        """All pictures in order of arrival, so many at a time that memory does not grow."""
        return self.store.portions()

    async def every(self) -> list[Picture]:
        """All pictures in order of arrival, in one list: for libraries that are known as small."""
        return [picture async for some in self.portions() for picture in some]

    async def stored(self) -> StorageTotals:
        """What all pictures together take and cost, those in the trash too."""
        return await self.store.query_index(lambda index: index.ledger.stored(), long=True)

    def path(self, picture: Picture) -> Path:
        """The original, to be read or handed on; blocking. Raises StorageError, see `reach`."""
        return self.originals.reach(picture)

    # Arrivals

    async def add_job_pictures(
        self, job: Job, pictures: Sequence[tuple[Picture, Path]]
    ) -> list[Picture]:
        """Take a finished job into the library: originals in place, then one record.

        Args:
            job: as it ended; a failed one brings no pictures.
            pictures: each with the finished file that becomes its original.

        The pictures come back with their rows. Raises StorageError; then nothing is recorded and
        the files can be taken again.
        """
        return await finished_job.add_finished_job(self.store, job, pictures)

    # Changes

    async def rate(self, ids: Sequence[str], stars: int) -> str:
        """Give pictures 0 to 5 stars; what was done, in words. Raises InputError."""
        if not 0 <= stars <= 5:
            raise InputError(_("A rating has 0 to 5 stars"))
        return await edits.set_field(self.store, "rating", ids, stars)

    async def flag(self, ids: Sequence[str], flag: Flag) -> str:
        """Pick, reject or clear pictures."""
        return await edits.set_field(self.store, "flag", ids, flag.value)

    async def entitle(self, ids: Sequence[str], title: str) -> str:
        """Give pictures a title; the file keeps its name."""
        return await edits.set_field(self.store, "title", ids, " ".join(title.split()))

    async def annotate(self, ids: Sequence[str], note: str) -> str:
        """Give pictures a note or alternative text."""
        return await edits.set_field(self.store, "note", ids, note.strip())

    async def tag(
        self, ids: Sequence[str], *, add: Sequence[str] = (), remove: Sequence[str] = ()
    ) -> str:
        """Add and remove tags."""
        return await edits.tag(self.store, ids, add=add, remove=remove)

    async def trash(self, ids: Sequence[str]) -> str:
        """Move pictures to the trash: a change at once, the files follow."""
        return await edits.set_field(self.store, "trashed", ids, True)

    async def restore(self, ids: Sequence[str]) -> str:
        """Bring pictures back from the trash."""
        return await edits.set_field(self.store, "trashed", ids, False)

    async def mark_seen(self, ids: Sequence[str]) -> str:
        """The user has looked at these; not a step of undo."""
        return await edits.set_field(self.store, "seen", ids, True) if self.writable else ""

    async def dismiss(self, jobs: Sequence[str]) -> str:
        """Put failed jobs away."""
        return await edits.set_field(self.store, "dismissed", jobs, True)

    async def change(
        self, field: str, ids: Sequence[str], groups: Callable[[Groups], Groups]
    ) -> str:
        """Change a field, `groups` making new values of old; what was done, or "" for nothing."""
        return await edits.change(self.store, field, ids, groups)

    async def undo(self) -> str | None:
        """Take the last change back; what was done, in words, or None when there is none."""
        return await edits.step(self.store, back=True)

    async def redo(self) -> str | None:
        """Do the last undone change again; None when there is none."""
        return await edits.step(self.store, back=False)

    def stop_changes(self) -> None:
        """Give up the changes that are not written down yet."""
        edits.stop(self.store)

    # Pictures to look at, and inputs

    async def thumbnail(
        self, picture: Picture, edge: int, *, priority: Priority = Priority.VISIBLE
    ) -> bytes:
        """A JPEG (sRGB) at least `edge` pixels long, from the cache or made now.

        Raises PictureUnreadable, also when the file is gone.
        """
        try:
            return await thumbnails.thumbnail(
                self.store,
                self._decoder,
                picture.sha256,
                step(edge),
                partial(self.path, picture),
                priority=priority,
            )
        except PictureUnreadable:
            self.doubt(picture)
            raise

    def doubt(self, picture: Picture) -> None:
        """Its file could not be read: look for it if it is gone. What is found is told."""
        if self.writable and not picture.missing:
            self._doubts.add_picture(picture.id)

    def kept_thumbnail(self, picture: Picture, edge: int) -> Path | None:
        """The file of a thumbnail that is there, or None; blocking, for the first screen."""
        return self.store.thumbnails.find(picture.sha256, step(edge))

    async def input_thumbnail(self, reference: Reference, edge: int = 256) -> bytes:
        """A JPEG of a reference. Raises PictureUnreadable, StorageError."""
        return await thumbnails.thumbnail(
            self.store,
            self._decoder,
            reference.sha256,
            step(edge),
            partial(self.originals.input_path, reference),
            priority=Priority.VISIBLE,
        )

    async def keep_input(
        self, data: bytes | Path, *, role: Role, name: str, picture: str | None = None
    ) -> Reference:
        """Copy a picture into the library's inputs. Raises StorageError, PictureUnreadable."""
        return await self.store.writing.run(
            inputs.store_input, self.originals, data, role=role, name=name, picture=picture
        )

    async def input_note(self, reference: Reference) -> str:
        """How a reference is sent otherwise than it is, in two words; "" where it is not."""
        return await self.store.reading.run(inputs.note, self.originals, reference)

    def input_path(self, reference: Reference) -> Path:
        """Where the bytes of a reference lie; blocking. Raises StorageError."""
        return self.originals.input_path(reference)

    # Upkeep

    async def rebuild(self) -> int:
        """Make the index anew from the log; the number of pictures it holds."""
        await reindex.rebuild(self.store)
        return (await self.counts(time.time())).all
