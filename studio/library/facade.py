"""The library as the fronts see it: questions, changes, arrivals. Nothing here blocks the loop.

Writing has one lane: append to the log, fsync, then follow with the index. Reading has its own lane
and connection, so that a question never waits for a write. Whoever does not own the library reads
the index when it is current, else one computed in memory.
"""

from __future__ import annotations

import asyncio
import logging
import time
from array import array
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from studio.common import files
from studio.common.errors import InputError, PictureUnreadable, StorageError
from studio.common.i18n import _
from studio.common.serial_executor import Lane
from studio.domain.entities import Flag, Job, Picture, Reference, Role
from studio.domain.events import Event, Events, PicturesAdded, Trouble
from studio.domain.spend import Spend
from studio.imaging.decoder import Decoder, Priority
from studio.library.files import originals as inside
from studio.library.files.originals import HIDDEN, Originals
from studio.library.files.thumbnails import ThumbnailStore, step
from studio.library.index.chunks import unheard
from studio.library.index.index import DAMAGE, Index, IndexDamaged, current, damaged, tidy
from studio.library.index.reader import USUAL, Reading, Troubles, finish_begun, first_pictures
from studio.library.log import records
from studio.library.log.records import Groups, Record, RecordLog
from studio.library.query import Cost, Counts, Family, PromptUse, Query, local_midnight

if TYPE_CHECKING:
    from studio.library.index.statistics import Stored
    from studio.library.operations.collections import Collections
    from studio.library.operations.edits import Changing
    from studio.library.operations.reindex import Rereading
    from studio.library.operations.relink import Doubts

log = logging.getLogger(__name__)

T = TypeVar("T")

PORTION = 500
"""Pictures that are held at once where all are gone through."""


class Library:
    """One library, open.

    Attributes:
        id: names its computed files; made with the library.
        folder: where the originals are.
        writable: whether this process may change it (it holds the lock).
        damaged: lines of the log that could not be read at opening.
        troubles: what was found at opening, until somebody hears it.
        remade: how often the index was made anew because it was damaged.
        rereading: makes the index anew while the library is open.
    """

    def __init__(
        self, folder: Path, computed: Callable[[str], Path], decoder: Decoder, events: Events
    ) -> None:
        self.folder = folder
        self.originals = Originals(folder)
        self.id = ""
        self.writable = False
        self.damaged = 0
        self.troubles = Troubles(events)
        self._computed = computed
        self._decoder = decoder
        self._events = events
        self._log = RecordLog(folder / HIDDEN / "records")
        self._writing = Lane("library-write")
        self._reading = Reading("library-read")
        self._aside = Reading("library-aside", lambda: Index.open(self._index_path(), write=False))
        self._thumbnails = ThumbnailStore(Path())
        self._settling: set[asyncio.Task[None]] = set()
        self._writer: Index | None = None
        self._tidying = False
        self._changing: Changing | None = None
        self._collections: Collections | None = None
        self._doubts: Doubts | None = None
        self._read_only: StorageError | None = None
        self._hurt: Exception | None = None
        self.remade = 0
        self._in_memory = False
        self.rereading: Rereading | None = None
        self.index_name = USUAL

    # Opening and closing

    async def open(self, *, write: bool, beside: bool = False) -> None:
        """Open for changes (the caller holds the lock) or only to read.

        `beside`: what takes long to be made of the records is made while the library is open.
        Raises StorageError, LibraryTooNew.
        """
        self.writable = write
        await self._reading.run(self._open, beside)
        if self.rereading is not None:
            self.aside(self.rereading.run())

    async def open_newer(self, error: StorageError) -> None:
        """Open what a newer version wrote, to be read; `error` is raised by all that changes."""
        self.writable, self._read_only, self._log.lenient = False, error, True
        await self._reading.run(self._open_newer)

    def _open_newer(self) -> None:
        self._close_writer()
        self._identify(create=False)
        self._read_log()

    def _open(self, beside: bool) -> None:  # noqa: FBT001 - handed over by the lane
        # The writer may be opened here: a connection belongs to one thread at a time, not to one.
        if self.writable:
            self._identify(create=True)
            if not current(self._index_path()):
                from studio.library.operations import reindex

                self.rereading = reindex.begin(self, beside=beside)
                if self.rereading is not None:
                    return
            self._open_writer()
        self._open_reader()

    def _identify(self, *, create: bool) -> None:
        inside.check(self.folder)
        if create:
            files.ensure_folder(self.folder / HIDDEN)
        path = self.folder / HIDDEN / "id"
        found = records.identity(path, create=create, told=self.troubles)
        if found is None:
            return
        if found.version > records.VERSION and self._read_only is None:
            raise records.too_new()
        self.id = found.id
        self._thumbnails = ThumbnailStore(self._computed(self.id) / "thumbnails")

    def _index_path(self) -> Path:
        return self._computed(self.id) / self.index_name

    def _open_writer(self) -> None:
        self._log.merge_strays()
        try:
            self._follow_log()
        except DAMAGE as error:
            from studio.library.operations import rebuild

            rebuild.at_opening(self, error)

    def _follow_log(self) -> None:
        self._writer = Index.open(self._index_path(), write=True)
        if self._log.emptied() or not self._log.reaches(self._writer.applied()):
            from studio.library.operations import rebuild

            rebuild.after_loss(self, self._writer)
        else:
            self._catch_up(self._writer)
        finish_begun(self)

    def _catch_up(self, index: Index, taken: Callable[[int], None] = unheard) -> None:
        """Let an index read what it has not read yet of the log."""
        applied = index.applied()
        if applied == self._log.end() and not index.new:
            return
        self._log.damaged = 0
        read = self._log.read(applied)
        index.apply(read if self.rereading is None else self.rereading.watched(read), taken)
        self.damaged = self._log.damaged + index.refused
        index.refused = 0
        if self.damaged:
            from studio.library.operations import rebuild

            self.troubles.append(rebuild.not_understood(self.damaged, self._log.damaged_in))

    def _open_reader(self) -> None:
        if not self.writable:
            self._identify(create=False)
        if self.id:
            try:
                reader = Index.open(self._index_path(), write=False)
                if self.writable or reader.applied() == self._log.end():
                    self._reading.index = reader
                    return
                reader.close()
            except StorageError as error:
                log.info("Reading the log instead of the index: %s", error)
        self._read_log()

    def _read_log(self) -> None:
        self._in_memory = True
        self._reading.index = Index.in_memory()
        self._catch_up(self._reading.index)

    def first_screen(self, query: Query, limit: int) -> list[Picture]:
        """The first pictures asked for, as the index was left; empty where it cannot tell.

        For a window that is shown before the library is open. Blocking; on a connection of its own.
        """

        def find() -> Path | None:
            self._identify(create=False)
            return self._index_path() if self.id else None

        return first_pictures(find, query, limit)

    async def close(self) -> None:
        """Finish what was begun and close; the library is unusable afterwards."""
        if self.rereading is not None:
            self.rereading.stop()
        if self._doubts is not None:
            await self._doubts.close()
        if self._settling:
            await asyncio.gather(*self._settling, return_exceptions=True)
        await self._aside.close()
        await self._reading.close()
        await self._writing.run(self._close_writer)
        if self.index_name != USUAL:
            from studio.library.operations import reindex

            await self._writing.run(reindex.adopt, self._index_path().with_name(USUAL))
        self._writing.close()

    def _close_writer(self) -> None:
        self._log.close()
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    # Questions

    async def ask(self, question: Callable[[Index], T], *, long: bool = False) -> T:
        """The answer of the index. Who is cancelled while it works on it ends that work.

        `long`: it may take a while and is answered beside the others, which do not wait for it.
        """
        remade = self.remade
        aside = long and not self._in_memory
        try:
            return await (self._aside if aside else self._reading).ask(question)
        except DAMAGE as error:
            from studio.library.operations import rebuild

            return await rebuild.ask_again(self, question, error, remade)

    async def rows(self, query: Query, limit: int | None = None) -> array[int]:
        """Rows of the pictures asked for, in the order asked for; typecode "q"."""
        return await self.ask(lambda index: index.rows(query, limit), long=limit is None)

    async def among(self, query: Query, rows: Sequence[int]) -> set[int]:
        """Those of these rows that are asked for; quick, however many others there are."""
        return await self.ask(lambda index: index.among(query, rows))

    async def count(self, query: Query) -> int:
        """How many pictures are asked for."""
        return await self.ask(lambda index: index.count(query), long=True)

    async def pictures(self, rows: Sequence[int]) -> list[Picture]:
        """The pictures of these rows, in the order asked; unknown ones are left out."""
        return await self.ask(lambda index: index.pictures(rows))

    async def ids(self, rows: Sequence[int]) -> list[str]:
        """The ids of the pictures of these rows, a million of them if need be."""
        return await self.ask(lambda index: index.ids(rows), long=True)

    async def find(self, ids: Sequence[str]) -> list[Picture]:
        """The pictures with these ids, in the order asked; unknown ones are left out."""
        return await self.ask(lambda index: index.find(ids))

    async def resolve(self, start: str) -> Picture:
        """The picture whose id begins or ends with `start`. Raises InputError."""
        from studio.library.operations import short_ids

        return await short_ids.resolve(self, start)

    async def counts(self, since: float) -> Counts:
        """Pictures on each shelf; `since` is the start of this session."""
        return await self.ask(lambda index: index.ledger.counts(since), long=True)

    async def spend(self, now: float | None = None) -> Spend:
        """Money spent today and this month, by the local calendar."""
        moment = time.time() if now is None else now
        day, month = local_midnight(moment), local_midnight(moment, first=True)
        return await self.ask(lambda index: index.ledger.spend(day, month), long=True)

    async def spend_by_day(self, now: float | None = None) -> dict[str, float]:
        """Money of each day of this month that cost any, such as {"2026-11-23": 1.21}."""
        month = local_midnight(time.time() if now is None else now, first=True)
        return await self.ask(lambda index: index.ledger.spend_by_day(month))

    async def cost(self, ids: Sequence[str]) -> Cost:
        """What these pictures cost together, such as those of a collection."""
        return await self.ask(lambda index: index.ledger.cost(ids))

    async def family(self, id: str) -> Family:
        """A picture among those it was edited from and those edited from it."""
        from studio.library.index import lineage

        return await self.ask(partial(lineage.of, id=id))

    async def prompts(self, words: str = "", limit: int = 200) -> list[PromptUse]:
        """Prompts of the history that hold `words`, the last used first."""
        return await self.ask(lambda index: index.ledger.prompts(words, limit))

    async def failed(self, limit: int = 1000) -> list[Job]:
        """Jobs that failed and were not put away, newest first."""
        return await self.ask(lambda index: index.ledger.failed(limit))

    async def job_state(self, id: str) -> tuple[str, int] | None:
        """State and attempt of a job the log knows; None for one it has not heard of."""
        return await self.ask(lambda index: index.ledger.job_state(id))

    async def usual_seconds(self, model: str, size: str) -> float | None:
        """Median seconds of that model and size; None when too little was measured."""
        return await self.ask(lambda index: index.ledger.usual_seconds(model, size))

    async def damaged_records(self) -> int:
        """Lines of the log that cannot be read; every line is looked at again."""
        return await asyncio.to_thread(RecordLog(self._log.folder).count_damaged)

    async def portions(self) -> AsyncIterator[list[Picture]]:
        """All pictures in order of arrival, so many at a time that memory does not grow."""
        row = 0
        while some := await self.ask(partial(Index.following, row=row, limit=PORTION)):
            row = some[-1].row
            yield some

    async def every(self) -> list[Picture]:
        """All pictures in order of arrival, in one list: for libraries that are known as small."""
        return [picture async for some in self.portions() for picture in some]

    async def stored(self) -> Stored:
        """What all pictures together take and cost, those in the trash too."""
        return await self.ask(lambda index: index.ledger.stored(), long=True)

    def path(self, picture: Picture) -> Path:
        """The original, to be read or handed on; blocking. Raises StorageError, see `reach`."""
        return self.originals.reach(picture)

    # Arrivals

    async def take(self, job: Job, pictures: Sequence[tuple[Picture, Path]]) -> list[Picture]:
        """Take a finished job into the library: originals in place, then one record.

        Args:
            job: as it ended; a failed one brings no pictures.
            pictures: each with the finished file that becomes its original.

        The pictures come back with their rows. Raises StorageError; then nothing is recorded and
        the files can be taken again.
        """
        taken = await self._writing.run(self._take, job, pictures)
        self._tidy()
        if taken:
            self._events.publish(
                PicturesAdded(tuple(p.id for p in taken), tuple(p.row for p in taken), job.id)
            )
        elif pictures:
            lost = not self._index_path().exists()
            self._events.publish(Trouble(records.unindexed(self.folder, lost=lost)))
        return taken

    def _take(self, job: Job, pictures: Sequence[tuple[Picture, Path]]) -> list[Picture]:
        for picture, part in pictures:
            self.originals.place(part, picture.path, picture.sha256)
        self.append(records.finished(job, [picture for picture, _part in pictures]))
        try:
            return self.own.find([picture.id for picture, _part in pictures])
        except DAMAGE as error:
            self._hurt = error
            return []

    async def write(self, work: Callable[[], T]) -> T:
        """What `work` comes to: done on the writing lane, after all that was asked before."""
        try:
            return await self._writing.run(work)
        except DAMAGE as error:
            self._hurt = error
            self._tidy()
            raise damaged(error) from error

    def tell(self, event: Event) -> None:
        """Let the fronts hear of what was written."""
        self._tidy()
        self._events.publish(event)
        self.troubles.tell()

    @property
    def own(self) -> Index:
        """The index that follows the log, on the writing lane. Raises StorageError."""
        if self._writer is None:
            raise self._read_only or records.read_only()
        return self._writer

    def append(self, record: Record, taken: Callable[[int], None] = unheard) -> None:
        """Make a record durable, then let the index follow.

        `taken` hears how many pictures more the index has it for.

        What the index fails to take (a full disk) it takes with the next record or at the next
        start: the record is the truth, and it stands.
        """
        index = self.own
        begin, end = self._log.append(record, after=index.reached())
        try:
            if not index.follow(record, begin, end, taken):
                self._catch_up(index, taken)
        except StorageError as error:
            log.error("The index could not follow the records: %s", error)
            self._hurt = error if isinstance(error, IndexDamaged) else self._hurt

    # Changes

    async def rate(self, ids: Sequence[str], stars: int) -> str:
        """Give pictures 0 to 5 stars; what was done, in words. Raises InputError."""
        if not 0 <= stars <= 5:
            raise InputError(_("A rating has 0 to 5 stars"))
        return await self._set("rating", ids, stars)

    async def flag(self, ids: Sequence[str], flag: Flag) -> str:
        """Pick, reject or clear pictures."""
        return await self._set("flag", ids, flag.value)

    async def entitle(self, ids: Sequence[str], title: str) -> str:
        """Give pictures a title; the file keeps its name."""
        return await self._set("title", ids, " ".join(title.split()))

    async def annotate(self, ids: Sequence[str], note: str) -> str:
        """Give pictures a note or alternative text."""
        return await self._set("note", ids, note.strip())

    async def tag(
        self, ids: Sequence[str], *, add: Sequence[str] = (), remove: Sequence[str] = ()
    ) -> str:
        """Add and remove tags."""
        return await self.changing.tag(ids, add=add, remove=remove)

    @property
    def changing(self) -> Changing:
        """How changes are made and taken back."""
        if self._changing is None:
            from studio.library.operations.edits import Changing

            self._changing = Changing(self)
        return self._changing

    @property
    def collections(self) -> Collections:
        """Collections, saved searches, tags in use, and the history of changes."""
        if self._collections is None:
            from studio.library.operations.collections import Collections

            self._collections = Collections(self)
        return self._collections

    async def trash(self, ids: Sequence[str]) -> str:
        """Move pictures to the trash: a change at once, the files follow."""
        return await self._set("trashed", ids, True)

    async def restore(self, ids: Sequence[str]) -> str:
        """Bring pictures back from the trash."""
        return await self._set("trashed", ids, False)

    async def mark_seen(self, ids: Sequence[str]) -> str:
        """The user has looked at these; not a step of undo."""
        return await self._set("seen", ids, True) if self.writable else ""

    async def dismiss(self, jobs: Sequence[str]) -> str:
        """Put failed jobs away."""
        return await self._set("dismissed", jobs, True)

    async def _set(self, field: str, ids: Sequence[str], value: Any) -> str:
        return await self.change(field, ids, lambda _former: [(value, list(ids))])

    async def change(
        self, field: str, ids: Sequence[str], groups: Callable[[Groups], Groups]
    ) -> str:
        """Change a field, `groups` making new values of old; what was done, or "" for nothing."""
        return await self.changing.change(field, ids, groups)

    async def undo(self) -> str | None:
        """Take the last change back; what was done, in words, or None when there is none."""
        return await self.changing.step(back=True)

    async def redo(self) -> str | None:
        """Do the last undone change again; None when there is none."""
        return await self.changing.step(back=False)

    def record(self, place: records.Place) -> Record:
        """The record that begins there; blocking. Raises ValueError if there is none."""
        return self._log.at(place)

    def _tidy(self) -> None:
        if self._hurt is not None:
            from studio.library.operations import rebuild

            self.aside(rebuild.heal(self))
        if not self._tidying and self._writer is not None and self._writer.untidy:
            self._tidying = True
            self.aside(self._tidied())

    async def _tidied(self) -> None:
        try:
            await asyncio.to_thread(tidy, self._index_path())
        finally:
            self._tidying = False

    def aside(self, work: Coroutine[Any, Any, None]) -> None:
        """Let this go on beside all else; closing waits for it."""
        task = asyncio.get_running_loop().create_task(work)
        self._settling.add(task)
        task.add_done_callback(self._settling.discard)

    # Pictures to look at, and inputs

    async def thumbnail(
        self, picture: Picture, edge: int, *, priority: Priority = Priority.VISIBLE
    ) -> bytes:
        """A JPEG (sRGB) at least `edge` pixels long, from the cache or made now.

        Raises PictureUnreadable, also when the file is gone.
        """
        try:
            return await self._thumbnail(
                picture.sha256, partial(self.path, picture), step(edge), priority
            )
        except PictureUnreadable:
            self.doubt(picture)
            raise

    def doubt(self, picture: Picture) -> None:
        """Its file could not be read: look for it if it is gone. What is found is told."""
        if self.writable and not picture.missing:
            if self._doubts is None:
                from studio.library.operations.relink import Doubts

                self._doubts = Doubts(self)
            self._doubts.about(picture.id)

    def kept_thumbnail(self, picture: Picture, edge: int) -> Path | None:
        """The file of a thumbnail that is there, or None; blocking, for the first screen."""
        return self._thumbnails.find(picture.sha256, step(edge))

    async def input_thumbnail(self, reference: Reference, edge: int = 256) -> bytes:
        """A JPEG of a reference. Raises PictureUnreadable, StorageError."""
        return await self._thumbnail(
            reference.sha256,
            partial(self.originals.input_path, reference),
            step(edge),
            Priority.VISIBLE,
        )

    async def _thumbnail(
        self, sha256: str, find: Callable[[], Path], edge: int, priority: Priority
    ) -> bytes:
        # The original is looked for only where there is no thumbnail of it.
        if (data := await self._reading.run(self._thumbnails.get, sha256, edge)) is not None:
            return data
        path = await self._reading.run(find)
        data = await self._decoder.thumbnail(path, edge, priority=priority)
        await self._reading.run(self._thumbnails.put, sha256, edge, data)
        return data

    async def keep_input(
        self, data: bytes | Path, *, role: Role, name: str, picture: str | None = None
    ) -> Reference:
        """Copy a picture into the library's inputs. Raises StorageError, PictureUnreadable."""
        from studio.library.files import inputs

        return await self._writing.run(
            inputs.keep, self.originals, data, role=role, name=name, picture=picture
        )

    async def input_note(self, reference: Reference) -> str:
        """How a reference is sent otherwise than it is, in two words; "" where it is not."""
        from studio.library.files import inputs

        return await self._reading.run(inputs.note, self.originals, reference)

    def input_path(self, reference: Reference) -> Path:
        """Where the bytes of a reference lie; blocking. Raises StorageError."""
        return self.originals.input_path(reference)

    def drop_thumbnails(self, digests: Sequence[str]) -> None:
        """Forget how pictures of these contents look; blocking."""
        for digest in digests:
            self._thumbnails.remove(digest)

    # Upkeep

    async def rebuild(self) -> int:
        """Make the index anew from the log; the number of pictures it holds."""
        from studio.library.operations import reindex

        await reindex.rebuild(self)
        return (await self.counts(time.time())).all
