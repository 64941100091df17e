"""Log, index and originals of one open library: what every operation on it needs.

Writing has one lane: append to the log, fsync, then follow with the index. Reading has its own lane
and connection, so that a question never waits for a write. Whoever does not own the library reads
the index when it is current, else one computed in memory. What the user does is in `operations`.
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
from studio.library.index.chunks import unheard
from studio.library.index.index import DAMAGE, Index, IndexDamaged, damaged, tidy
from studio.library.index.reader import IndexReader
from studio.library.log import records
from studio.library.log.read_progress import ReadProgress
from studio.library.log.record_log import RecordLog
from studio.library.log.records import Record

log = logging.getLogger(__name__)

T = TypeVar("T")

PORTION = 500
"""Pictures that are held at once where all are gone through."""


class PendingProblems(list[StorageError]):
    """What is to be said once of how a library was found; it waits until somebody hears."""

    def __init__(self, events: EventBus) -> None:
        super().__init__()
        self._events = events

    def publish_problems(self) -> None:
        """Say it."""
        said = self[:]
        self.clear()
        for error in said:
            self._events.publish(ProblemOccurred(error))


class Store:
    """Log, index and originals of one library.

    Attributes:
        id: names its computed files; made with the library.
        writable: whether this process may change it (it holds the lock).
        read_only: why it may not, where that is not for another process.
        damaged: lines of the log that could not be read at opening.
        troubles: what was found at opening, until somebody hears it.
        remade: how often the index was made anew because it was damaged.
        rereading: how far the log is read for an index that is made while the library is open.
        writing: the lane of all that changes the library.
        reading, beside: what answers from the index; what takes long is asked `beside`.
        stops: what stops each change that is under way.
    """

    def __init__(
        self,
        folder: Path,
        computed: Callable[[str], Path],
        events: EventBus,
        remake: Callable[[Store, Exception, int], Awaitable[None]],
    ) -> None:
        """Put it together; nothing is opened.

        `computed` tells where computed files of a library lie, by its id. `remake` makes a damaged
        index anew, unless that was done since it was remade so many times. Raises IndexDamaged.
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
        self._hurt: Exception | None = None
        self._tidying = False
        self._settling: set[asyncio.Task[None]] = set()

    # Opening and closing; all but `close` blocks

    @property
    def index_path(self) -> Path:
        """Where the index lies; of a library that was identified."""
        return self._computed(self.id) / self.index_name

    def identify(self, *, create: bool) -> None:
        """Find out which library it is. Raises StorageError, LibraryTooNew."""
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
        """Open the index that follows the log; it has not read the log yet."""
        self._writer = Index.open(self.index_path, write=True)
        return self._writer

    def catch_up(self, index: Index, taken: Callable[[int], None] = unheard) -> None:
        """Let an index read what it has not read yet of the log."""
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
        """Answer from the index, or from the log where the index is not current."""
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
        """Answer from an index in memory, computed from the log."""
        index = Index.in_memory()
        self.answer_from(index)
        self.catch_up(index)

    def answer_from(self, index: Index) -> None:
        """Let this index alone answer all questions until another one is opened."""
        self.reading.let_go()
        self._in_memory = True
        self.reading.index = index

    def close_writer(self) -> None:
        """Close the log and the index that follows it."""
        self.log.close()
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def remove_index(self) -> None:
        """Let go of the index that follows the log, and of its files."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        index_file.remove(self.index_path)

    async def close(self) -> None:
        """Finish what was begun and close; the store is unusable afterwards."""
        if self._settling:
            await asyncio.gather(*self._settling, return_exceptions=True)
        await self.beside.close()
        await self.reading.close()
        await self.writing.run(self.close_writer)
        if self.index_name != index_file.USUAL:
            usual = self.index_path.with_name(index_file.USUAL)
            await self.writing.run(index_file.adopt, usual)
        self.writing.close()

    # Questions

    async def query_index(self, question: Callable[[Index], T], *, long: bool = False) -> T:
        """The answer of the index. Who is cancelled while it works on it ends that work.

        `long`: it may take a while and is answered beside the others, which do not wait for it.
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
        """The pictures with these ids, in the order asked; unknown ones are left out."""
        return await self.query_index(lambda index: index.find(ids))

    async def portions(self) -> AsyncIterator[list[Picture]]:
        """All pictures in order of arrival, so many at a time that memory does not grow."""
        row = 0
        while some := await self.query_index(partial(Index.following, row=row, limit=PORTION)):
            row = some[-1].row
            yield some

    async def count_damaged(self) -> int:
        """Lines of the log that cannot be read; every line is looked at again."""
        return await asyncio.to_thread(RecordLog(self.log.folder).count_damaged)

    # Changes

    async def write(self, work: Callable[[], T]) -> T:
        """What `work` comes to: done on the writing lane, after all that was asked before."""
        try:
            return await self.writing.run(work)
        except DAMAGE as error:
            self.note_damage(error)
            self.tidy()
            raise damaged(error) from error

    @property
    def own(self) -> Index:
        """The index that follows the log, on the writing lane. Raises StorageError."""
        if self._writer is None:
            raise self.read_only or records.read_only()
        return self._writer

    def append(self, record: Record, taken: Callable[[int], None] = unheard) -> None:
        """Make a record durable, then let the index follow; on the writing lane.

        `taken` hears how many pictures more the index has it for.

        What the index fails to take (a full disk) it takes with the next record or at the next
        start: the record is the truth, and it stands.
        """
        index = self.own
        begin, end = self.log.append(record, after=index.reached())
        try:
            if not index.append_record(record, begin, end, taken):
                self.catch_up(index, taken)
        except StorageError as error:
            log.error("The index could not follow the records: %s", error)
            if isinstance(error, IndexDamaged):
                self.note_damage(error)

    def publish_event(self, event: Event) -> None:
        """Let the fronts hear of what was written."""
        self.tidy()
        self.events.publish(event)
        self.troubles.publish_problems()

    # What goes on beside all else

    def aside(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Let this go on beside all else; closing waits for it."""
        task = asyncio.get_running_loop().create_task(work)
        self._settling.add(task)
        task.add_done_callback(self._settling.discard)
        return task

    def note_damage(self, error: Exception) -> None:
        """Remember a damage of the index that was met while something was written; see `tidy`."""
        self._hurt = error

    def tidy(self) -> None:
        """Mend an index that was found damaged, and bring in order what was written of late."""
        if self._hurt is not None:
            self.aside(self._heal())
        if not self._tidying and self._writer is not None and self._writer.untidy:
            self._tidying = True
            self.aside(self._tidied())

    async def _heal(self) -> None:
        hurt, self._hurt = self._hurt, None
        if hurt is None:
            return
        try:
            await self._remake(self, hurt, self.remade)
        except StorageError as failed:
            self.events.publish(ProblemOccurred(failed))
        self.events.publish(IndexProgress(1.0))

    async def _tidied(self) -> None:
        try:
            await asyncio.to_thread(tidy, self.index_path)
        finally:
            self._tidying = False
