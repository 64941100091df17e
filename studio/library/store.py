"""Log, index and originals of one open library, shared by all operations on it.

All writing is done on one thread: append to the log, fsync, then update the index. Queries have a
thread and a connection of their own, so that they never wait for a write. A process that does not
own the library reads the index if it is current, else an index computed in memory. The user's
actions are in `operations`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from studio.common import files
from studio.common.errors import StorageError
from studio.common.serial_executor import SerialExecutor
from studio.domain.entities import Picture
from studio.domain.events import Event, EventBus, IndexProgress, ProblemOccurred
from studio.library.files import originals as inside
from studio.library.files.originals import HIDDEN, Originals
from studio.library.files.thumbnails import ThumbnailStore
from studio.library.index import index_file
from studio.library.index.chunks import ignore_progress
from studio.library.index.index import DAMAGE, Index, IndexDamaged, damaged, tidy
from studio.library.index.reader import IndexReader
from studio.library.log import records
from studio.library.log.read_progress import ReadProgress
from studio.library.log.record_log import RecordLog
from studio.library.log.records import Record

log = logging.getLogger(__name__)

T = TypeVar("T")

PORTION = 500
"""Number of pictures in memory at once while iterating over all."""


class PendingProblems(list[StorageError]):
    """Problems found in a library, each of which is published once, when that is possible."""

    def __init__(self, events: EventBus) -> None:
        super().__init__()
        self._events = events

    def publish_problems(self) -> None:
        problems = self[:]
        self.clear()
        for error in problems:
            self._events.publish(ProblemOccurred(error))


class Store:
    """Log, index and originals of one library.

    Attributes:
        id: id of the library, which also names its computed files.
        writable: whether this process holds the lock and may write.
        read_only: reason why the library cannot be written, other than another process's lock.
        damaged: number of lines of the log that could not be read at opening.
        troubles: problems found at opening and not published yet.
        remade: number of rebuilds of a damaged index.
        rereading: progress of an index that is rebuilt while the library is open.
        writing: executor of everything that changes the library.
        reading, beside: readers of the index; `beside` is for long queries.
        stops: cancels each running change.
    """

    def __init__(
        self,
        folder: Path,
        computed: Callable[[str], Path],
        events: EventBus,
        remake: Callable[[Store, Exception, int], Awaitable[None]],
    ) -> None:
        """Create the parts; nothing is opened.

        `computed` returns the folder of a library's computed files by its id. `remake` rebuilds a
        damaged index, unless `remade` has changed from the given value; it raises IndexDamaged.
        """
        self.folder = folder
        self.originals = Originals(folder)
        self.events = events
        self.log = RecordLog(folder / HIDDEN / "records")
        self.thumbnails = ThumbnailStore(Path())
        self.id = ""
        self.writable = False
        self.read_only: StorageError | None = None
        self.damaged = 0
        self.troubles = PendingProblems(events)
        self.remade = 0
        self.rereading: ReadProgress | None = None
        self.index_name = index_file.USUAL
        self.writing = SerialExecutor("library-write")
        self.reading = IndexReader("library-read")
        self.beside = IndexReader("library-aside", lambda: Index.open(self.index_path, write=False))
        self.stops: list[Callable[[], None]] = []
        self._computed = computed
        self._remake = remake
        self._writer: Index | None = None
        self._in_memory = False
        self._damage: Exception | None = None
        self._tidying = False
        self._tasks: set[asyncio.Task[None]] = set()

    # Opening and closing; all but `close` and `wait_for_tasks` block

    @property
    def index_path(self) -> Path:
        """Path of the index of an identified library."""
        return self._computed(self.id) / self.index_name

    def identify(self, *, create: bool) -> None:
        """Read the library's id. Raises StorageError, LibraryTooNew."""
        inside.check(self.folder)
        if create:
            files.ensure_folder(self.folder / HIDDEN)
        path = self.folder / HIDDEN / "id"
        found = records.identity(path, create=create, told=self.troubles)
        if found is None:
            return
        if found.version > records.VERSION and self.read_only is None:
            raise records.too_new()
        self.id = found.id
        self.thumbnails = ThumbnailStore(self._computed(self.id) / "thumbnails")

    def open_writer(self) -> Index:
        """Open the index for writing; `catch_up` brings it up to date."""
        self._writer = Index.open(self.index_path, write=True)
        return self._writer

    def catch_up(self, index: Index, taken: Callable[[int], None] = ignore_progress) -> None:
        """Apply the records that an index has not read yet."""
        applied = index.applied()
        if applied == self.log.end_position() and not index.new:
            return
        self.log.damaged = 0
        read = self.log.read(applied)
        index.apply(read if self.rereading is None else self.rereading.watched(read), taken)
        self.damaged = self.log.damaged + index.refused
        index.refused = 0
        if self.damaged:
            self.troubles.append(records.not_understood(self.damaged, self.log.damaged_in))

    def open_reader(self) -> None:
        """Open the index for queries, or compute one if it is not current."""
        self.reading.let_go()
        if not self.writable:
            self.identify(create=False)
        if self.id:
            try:
                reader = Index.open(self.index_path, write=False)
                if self.writable or reader.applied() == self.log.end_position():
                    self.reading.index = reader
                    self._in_memory = False
                    return
                reader.close()
            except StorageError as error:
                log.info("Reading the log instead of the index: %s", error)
        self.read_log()

    def read_log(self) -> None:
        """Use an index in memory for queries, computed from the log."""
        index = Index.in_memory()
        self.answer_from(index)
        self.catch_up(index)

    def answer_from(self, index: Index) -> None:
        """Use this index for all queries until another one is opened."""
        self.reading.let_go()
        self._in_memory = True
        self.reading.index = index

    def close_writer(self) -> None:
        """Close the log and the writing connection of the index."""
        self.log.close()
        self._close_index()

    def _close_index(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def remove_index(self) -> None:
        """Close the writing connection of the index and delete its files."""
        self._close_index()
        index_file.remove(self.index_path)

    async def wait_for_tasks(self) -> None:
        """Wait for the background tasks that are running now. Raises the error of a failed one."""
        await asyncio.gather(*self._tasks)

    async def close(self) -> None:
        """Finish pending work and close; the store is unusable afterwards."""
        for ended in await asyncio.gather(*self._tasks, return_exceptions=True):
            if isinstance(ended, Exception):
                log.error("Work on the library ended in an unforeseen way", exc_info=ended)
        await self.beside.close()
        await self.reading.close()
        await self.writing.run(self.close_writer)
        if self.index_name != index_file.USUAL:
            usual = self.index_path.with_name(index_file.USUAL)
            await self.writing.run(index_file.adopt, usual)
        self.writing.close()

    # Queries

    async def query_index(self, question: Callable[[Index], T], *, long: bool = False) -> T:
        """Run a query and return its result; cancelling the caller interrupts the query.

        `long` runs it on the connection for long queries, so that others do not wait for it.
        """
        remade = self.remade
        try:
            return await (
                self.beside if long and not self._in_memory else self.reading
            ).query_index(question)
        except DAMAGE as error:
            await self._remake(self, error, remade)
        try:
            return await self.reading.query_index(question)
        except DAMAGE as again:
            raise damaged(again) from again

    async def find(self, ids: Sequence[str]) -> list[Picture]:
        """The pictures with these ids, in this order; unknown ones are left out."""
        return await self.query_index(lambda index: index.find(ids))

    async def portions(self, size: int | None = None) -> AsyncIterator[list[Picture]]:
        """All pictures in order of arrival, in portions of bounded memory."""
        row, limit = 0, size or PORTION
        while some := await self.query_index(partial(Index.following, row=row, limit=limit)):
            row = some[-1].row
            yield some

    async def places(self, row: int, limit: int) -> list[tuple[int, str, str, bool, bool]]:
        """Row, id, path and flags (trashed, missing) of the next pictures in order of arrival."""
        return await self.query_index(lambda index: index.state.places(row, limit))

    async def count_damaged(self) -> int:
        """Number of unreadable lines of the log, which is read again."""
        return await asyncio.to_thread(RecordLog(self.log.folder).count_damaged)

    # Changes

    async def write(self, work: Callable[[], T]) -> T:
        """Run `work()` on the writing thread after all earlier writes, and return its result."""
        try:
            return await self.writing.run(work)
        except DAMAGE as error:
            self.note_damage(error)
            self.tidy()
            raise damaged(error) from error

    @property
    def own(self) -> Index:
        """The writing connection of the index, for the writing thread. Raises StorageError."""
        if self._writer is None:
            raise self.read_only or records.read_only()
        return self._writer

    def append(self, *records: Record, taken: Callable[[int], None] = ignore_progress) -> None:
        """Append records durably, then update the index; on the writing thread.

        `taken` is called with the number of further pictures updated in the index. Records that
        cannot be applied to it (full disk) are applied with the next record or at the next start.
        """
        index = self.own
        added = self.log.append_all(records, after=index.reached())
        try:
            if not index.append_records(added, taken):
                self.catch_up(index, taken)
        except StorageError as error:
            log.error("The index could not follow the records: %s", error)
            if isinstance(error, IndexDamaged):
                self.note_damage(error)

    def publish_event(self, event: Event) -> None:
        """Publish an event about a change, and pending problems."""
        self.tidy()
        self.events.publish(event)
        self.troubles.publish_problems()

    # Background work

    def run_in_background(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Start a task that closing waits for."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def note_damage(self, error: Exception) -> None:
        """Remember damage of the index found while writing; `tidy` rebuilds it."""
        self._damage = error

    def tidy(self) -> None:
        """Start the rebuild of a damaged index and the checkpoint of a large write-ahead log."""
        if self._damage is not None:
            self.run_in_background(self._rebuild_damaged())
        if not self._tidying and self._writer is not None and self._writer.untidy:
            self._tidying = True
            self.run_in_background(self._checkpoint())

    async def _rebuild_damaged(self) -> None:
        damage, self._damage = self._damage, None
        if damage is None:
            return
        try:
            await self._remake(self, damage, self.remade)
        except StorageError as failed:
            self.events.publish(ProblemOccurred(failed))
        self.events.publish(IndexProgress(1.0))

    async def _checkpoint(self) -> None:
        try:
            await asyncio.to_thread(tidy, self.index_path)
        finally:
            self._tidying = False
