"""Library API for the window and the command line: queries, changes, new pictures; never blocks.

The work is done by `operations`, on the log, index and originals of `store`.
"""

from __future__ import annotations

import time
from array import array
from collections.abc import AsyncIterator, Callable, Sequence, Set
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from studio.common.errors import InputError, PictureUnreadable, StorageError
from studio.common.i18n import _
from studio.domain.entities import Flag, Job, Picture, Reference, Role
from studio.domain.events import EventBus
from studio.domain.spend import Spend
from studio.imaging.decoder import Decoder, Priority
from studio.library.files import inputs
from studio.library.files.originals import Originals
from studio.library.files.thumbnails import step
from studio.library.index.index import Index
from studio.library.index.index_file import current
from studio.library.index.reader import first_pictures, first_stacks
from studio.library.index.statistics import StorageTotals
from studio.library.log.read_progress import ReadProgress
from studio.library.log.records import Groups
from studio.library.operations import edits, open_store, reindex
from studio.library.operations.collections import Collections
from studio.library.operations.edits import HistoryStep
from studio.library.operations.finished_job import JobRecorder
from studio.library.operations.relink import MissingFileSearch
from studio.library.query import Cost, Counts, Family, PromptUse, Query, local_midnight
from studio.library.store import PendingProblems, Store

if TYPE_CHECKING:
    from studio.domain.stacks import StackBy
    from studio.library.index.stacks import FirstStacks
    from studio.library.operations.choosing import Choosing

T = TypeVar("T")


class Library:
    """An open library.

    Attributes:
        store: log, index and originals, for the operations that have no method here.
        collections: collections, saved searches, tags in use, and the history of changes.
        missing_files: search for originals that could not be read.
        decoder: decodes thumbnails.
    """

    def __init__(
        self, folder: Path, computed: Callable[[str], Path], decoder: Decoder, events: EventBus
    ) -> None:
        self.store = Store(folder, computed, events, reindex.rebuild_damaged)
        self.collections = Collections(self.store)
        self.decoder = decoder
        self.missing_files = MissingFileSearch(self.store)
        self._finished = JobRecorder(self.store)

    @cached_property
    def choosing(self) -> Choosing:
        """Families and branches, stacks, rounds of pick mode and duels."""
        # Not before the first screen, because the import takes 30 ms.
        from studio.library.operations.choosing import Choosing

        return Choosing(self.store)

    @property
    def id(self) -> str:
        """Id of the library, which also names its computed files."""
        return self.store.id

    @property
    def folder(self) -> Path:
        """Folder of the originals."""
        return self.store.folder

    @property
    def originals(self) -> Originals:
        return self.store.originals

    @property
    def writable(self) -> bool:
        """Whether this process holds the lock and may write."""
        return self.store.writable

    @property
    def troubles(self) -> PendingProblems:
        """Problems found at opening and not published yet."""
        return self.store.troubles

    @property
    def rereading(self) -> ReadProgress | None:
        """Progress of a rebuild of the index while the library is open."""
        return self.store.rereading

    # Opening and closing

    async def open(self, *, write: bool, beside: bool = False) -> None:
        """Open for changes (the caller holds the lock) or read-only.

        With `beside`, a long rebuild of the index runs while the library is already open.
        Raises StorageError, LibraryTooNew.
        """
        self.store.writable = write
        if await self.store.reading.run(partial(self._open, beside=beside)):
            self.store.run_in_background(reindex.run(self.store))

    def _open(self, *, beside: bool) -> bool:
        """Open the store; returns whether a rebuild of the index is pending."""
        store = self.store
        if store.writable:
            store.identify(create=True)
            if not current(store.index_path) and reindex.begin_reindex(store, beside=beside):
                return True
            open_store.open_writer(store)
        store.open_reader()
        return False

    async def open_newer(self, error: StorageError) -> None:
        """Open a library of a newer version read-only; changes raise `error`."""
        store = self.store
        store.writable, store.read_only, store.log.lenient = False, error, True
        await store.reading.run(self._open_newer)

    def _open_newer(self) -> None:
        self.store.close_writer()
        self.store.identify(create=False)
        self.store.read_log()

    def first_screen(self, query: Query, limit: int) -> list[Picture]:
        """The first matching pictures of the index as last saved; empty if it is unusable.

        For a window that is shown before the library is open. Blocking; uses its own connection.
        """

        return first_pictures(self._saved_index, query, limit)

    def first_stacks(self, query: Query, by: StackBy, limit: int) -> FirstStacks | None:
        """The first screen in stacks, with the pictures of `limit` tiles; None if unusable."""
        return first_stacks(self._saved_index, query, by, limit)

    def _saved_index(self) -> Path | None:
        self.store.identify(create=False)
        return self.store.index_path if self.store.id else None

    async def close(self) -> None:
        """Finish pending work and close; the library is unusable afterwards."""
        if self.store.rereading is not None:
            self.store.rereading.stop()
        await self.missing_files.close()
        await self.store.close()

    # Queries

    async def query_index(self, question: Callable[[Index], T], *, long: bool = False) -> T:
        """The result of a query, see `Store.query_index`."""
        return await self.store.query_index(question, long=long)

    async def rows(self, query: Query, limit: int | None = None) -> array[int]:
        """Rows of the matching pictures, sorted; typecode "q"."""
        return await self.store.query_index(
            lambda index: index.rows(query, limit), long=limit is None
        )

    async def filter_rows(self, query: Query, rows: Sequence[int]) -> set[int]:
        """The matching rows among these; fast for libraries of any size."""
        return await self.store.query_index(lambda index: index.filter_rows(query, rows))

    async def count(self, query: Query) -> int:
        return await self.store.query_index(lambda index: index.count(query), long=True)

    async def pictures(self, rows: Sequence[int]) -> list[Picture]:
        """The pictures of these rows, in this order; unknown ones are left out."""
        return await self.store.query_index(lambda index: index.pictures(rows))

    async def ids(self, rows: Sequence[int]) -> list[str]:
        """The ids of the pictures of these rows; fast even for a million rows."""
        return await self.store.query_index(lambda index: index.ids(rows), long=True)

    async def find(self, ids: Sequence[str]) -> list[Picture]:
        """The pictures with these ids, in this order; unknown ones are left out."""
        return await self.store.query_index(lambda index: index.find(ids))

    async def rows_of(self, ids: Sequence[str]) -> dict[int, bool]:
        """Rows of these pictures, in order, and whether each is trashed; without unknown ones."""
        return await self.store.query_index(lambda index: index.rows_of(ids), long=True)

    async def resolve(self, start: str) -> Picture:
        """The picture whose id begins or ends with `start`. Raises InputError."""
        ids = [start] if len(start) == 36 else await self.query_index(lambda i: i.prefix(start))
        if len(ids) > 1 and start not in ids:
            raise InputError(
                _("{id} matches more than one picture").format(id=start),
                ", ".join(ids),
                hint=_("Enter more characters of the id."),
            )
        found = await self.find(ids)
        if not found or len(start) < 4:
            raise InputError(
                _("Picture {id} not found").format(id=start),
                hint=_("Enter at least four characters; `gridbrush library list` shows the ids."),
            )
        return found[0]

    async def counts(self, since: float) -> Counts:
        """Pictures in each view; `since` is the start of this session."""
        return await self.store.query_index(lambda index: index.ledger.counts(since), long=True)

    async def spend(self, now: float | None = None) -> Spend:
        """Spending of today and of this month in local time."""
        moment = time.time() if now is None else now
        day, month = local_midnight(moment), local_midnight(moment, first=True)
        return await self.store.query_index(lambda index: index.ledger.spend(day, month), long=True)

    async def spend_by_day(self, now: float | None = None) -> dict[str, float]:
        """Spending of this month by day, for days with any, such as {"2026-11-23": 1.21}."""
        month = local_midnight(time.time() if now is None else now, first=True)
        return await self.store.query_index(lambda index: index.ledger.spend_by_day(month))

    async def cost(self, ids: Sequence[str]) -> Cost:
        """Total cost of these pictures, such as those of a collection."""
        return await self.store.query_index(lambda index: index.ledger.cost(ids))

    async def family(self, id: str) -> Family:
        """A picture, those it was edited from and those edited from it. Raises InputError."""
        return await self.store.query_index(lambda index: index.family(id))

    async def prompts(self, words: str = "", limit: int = 200) -> list[PromptUse]:
        """Prompts of the history that contain `words`, most recently used first."""
        return await self.store.query_index(lambda index: index.ledger.prompts(words, limit))

    async def failed(self, limit: int = 1000) -> list[Job]:
        """Failed jobs that were not dismissed, newest first."""
        return await self.store.query_index(lambda index: index.ledger.failed(limit))

    async def cancelled(self, limit: int = 1000) -> list[Job]:
        """Cancelled jobs that were not dismissed, newest first."""
        return await self.store.query_index(lambda index: index.ledger.cancelled(limit), long=True)

    async def job_state(self, id: str) -> tuple[str, int] | None:
        """State and attempt of a recorded job; None for an unknown one."""
        return await self.store.query_index(lambda index: index.ledger.job_state(id))

    async def usual_seconds(self, model: str, size: str) -> float | None:
        """Median seconds for that model and size; None with too few pictures."""
        return await self.store.query_index(lambda index: index.ledger.usual_seconds(model, size))

    def portions(self) -> AsyncIterator[list[Picture]]:
        """All pictures in order of arrival, in portions of bounded memory."""
        return self.store.portions()

    async def every(self) -> list[Picture]:
        """All pictures in order of arrival in one list; for small libraries only."""
        return [picture async for some in self.portions() for picture in some]

    async def stored(self) -> StorageTotals:
        """Size and cost of all pictures, including those in the trash."""
        return await self.store.query_index(lambda index: index.ledger.stored(), long=True)

    def path(self, picture: Picture) -> Path:
        """Path of the original, safe to pass on; blocking. Raises StorageError; see `reach`."""
        return self.originals.reach(picture)

    def paths(self, pictures: Sequence[Picture]) -> list[Path]:
        """Paths of the originals of many pictures, faster than one by one."""
        return self.originals.reach_all(pictures)

    # New pictures

    async def add_job_pictures(
        self, job: Job, pictures: Sequence[tuple[Picture, Path]]
    ) -> list[Picture]:
        """Add a finished job: move the originals into place, then append one record.

        Args:
            job: the finished job; a failed one has no pictures.
            pictures: pictures, each with the complete file that becomes its original.

        Returns the pictures with their rows. Raises StorageError; then nothing is recorded and the
        call can be repeated.
        """
        return await self._finished.add(job, pictures)

    # Changes

    async def rate(self, ids: Sequence[str], stars: int) -> str:
        """Give pictures 0 to 5 stars; returns a sentence about the change. Raises InputError."""
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
        """Move pictures to the trash; the files are moved in the background.

        An answer from which a picture was made moves only together with that picture. Raises
        InputError if all `ids` are such answers.
        """
        kept = await self._without_answers(ids, _("It goes to the trash with that picture."))
        return await edits.set_field(self.store, "trashed", kept, True)

    async def restore(self, ids: Sequence[str]) -> str:
        """Restore pictures from the trash. Raises InputError as `trash` does."""
        alone = await self.query_index(lambda index: index.state.stranded_answers(ids))
        kept = await self._without_answers(ids, _("It is restored with that picture."), alone)
        return await edits.set_field(self.store, "trashed", kept, False)

    async def _without_answers(
        self, ids: Sequence[str], hint: str, but: Set[str] = frozenset()
    ) -> Sequence[str]:
        hidden = await self.query_index(lambda index: index.state.hidden_answers(ids)) - but
        if not hidden:
            return ids
        kept = [id for id in ids if id not in hidden]
        if not kept:
            raise InputError(_("A picture was made from this answer"), hint=hint)
        return kept

    async def mark_seen(self, ids: Sequence[str]) -> str:
        """Mark pictures as seen by the user; cannot be undone."""
        return await edits.set_field(self.store, "seen", ids, True) if self.writable else ""

    async def dismiss(self, jobs: Sequence[str]) -> str:
        """Dismiss failed jobs."""
        return await edits.set_field(self.store, "dismissed", jobs, True)

    async def change(
        self, field: str, ids: Sequence[str], groups: Callable[[Groups], Groups]
    ) -> str:
        """Change a field to `groups(old values)`; returns a sentence, "" if nothing changed."""
        return await edits.change(self.store, field, ids, groups)

    async def undo(self, only: str = "") -> str | None:
        """Undo the last change; returns a sentence about the effect, or None if there is none.

        `only` is the id of the change to undo (`ChangeRecorded`); returns None if there is a later
        change.
        """
        step = await self.step_back(only)
        return None if step is None else step.effect

    async def redo(self) -> str | None:
        """Redo the last undone change; returns a sentence about the effect, or None without one."""
        step = await self.step_forward()
        return None if step is None else step.effect

    async def step_back(self, only: str = "") -> HistoryStep | None:
        """Undo the last change as `undo` does; also returns a sentence about the undone change."""
        return await edits.step(self.store, back=True, only=only)

    async def step_forward(self) -> HistoryStep | None:
        """Redo the last undone change; also returns a sentence about that change."""
        return await edits.step(self.store, back=False)

    def stop_changes(self) -> None:
        """Cancel changes that are not recorded yet."""
        edits.stop(self.store)

    # Thumbnails and inputs

    async def thumbnail(
        self, picture: Picture, edge: int, *, priority: Priority = Priority.VISIBLE
    ) -> bytes:
        """A JPEG (sRGB) with a long edge of at least `edge` pixels, from the cache or decoded now.

        Raises PictureUnreadable, also if the file is gone.
        """
        try:
            find = partial(self.path, picture)
            return await self._thumbnail(picture.sha256, edge, find, priority)
        except PictureUnreadable:
            self.doubt(picture)
            raise

    async def _thumbnail(
        self, sha256: str, edge: int, find: Callable[[], Path], priority: Priority
    ) -> bytes:
        run, cache, size = self.store.reading.run, self.store.thumbnails, step(edge)
        if (data := await run(cache.get, sha256, size)) is not None:
            return data
        path = await run(find)
        data = await self.decoder.thumbnail(path, size, priority=priority)
        await run(cache.store_thumbnail, sha256, size, data)
        return data

    def doubt(self, picture: Picture) -> None:
        """Search for the file of a picture that could not be read, and publish the result."""
        if self.writable and not picture.missing:
            self.missing_files.add_picture(picture.id)

    def kept_thumbnail(self, picture: Picture, edge: int) -> Path | None:
        """Path of a cached thumbnail, or None; blocking, for the first screen."""
        return self.store.thumbnails.find(picture.sha256, step(edge))

    async def input_thumbnail(self, reference: Reference, edge: int = 256) -> bytes:
        """A JPEG of a reference. Raises PictureUnreadable, StorageError."""
        find = partial(self.input_path, reference)
        return await self._thumbnail(reference.sha256, edge, find, Priority.VISIBLE)

    async def keep_input(
        self, data: bytes | Path, *, role: Role, name: str, picture: str | None = None
    ) -> Reference:
        """Copy a picture into the library's inputs. Raises StorageError, PictureUnreadable."""
        return await self.store.writing.run(
            inputs.store_input, self.originals, data, role=role, name=name, picture=picture
        )

    async def input_note(self, reference: Reference) -> str:
        """How a reference is changed before it is sent, in two words; "" if it is not."""
        return await self.store.reading.run(inputs.note, self.originals, reference)

    def input_path(self, reference: Reference) -> Path:
        """Path of a reference's file; blocking. Raises StorageError."""
        return self.originals.input_path(reference)

    # Maintenance

    async def rebuild(self) -> int:
        """Rebuild the index from the log; returns the number of pictures in it."""
        await reindex.rebuild(self.store)
        return (await self.counts(time.time())).all
