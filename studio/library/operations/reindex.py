"""Making the index anew beside the old one, while the library is open.

What changes the library waits in the writing lane until it is made; questions are answered from
the old index as far as it can be read. The new one has a name of its own and takes the old one's
place when the library is closed, or at the next start, so that nothing that is open is moved.
"""

# ruff: noqa: SLF001 - a part of the library, in a room of its own

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from studio.common.errors import StorageError
from studio.domain.events import IndexRead, Trouble
from studio.library.index.index import Index, current
from studio.library.log.records import Place, Record
from studio.library.query import Query

if TYPE_CHECKING:
    from studio.library.facade import Library

T = TypeVar("T")

Reads = Iterator[tuple[Record, Place, Place]]

log = logging.getLogger(__name__)

LONG = 32 << 20
"""Bytes of records that take longer to read than a start should."""

NEW_NAME = "index.new.sqlite"

_TURN = 0.0005
"""Seconds a thread may keep Python to itself while the records are read."""

_TELL_EVERY = 0.25
_READING = 0.85
"""How much of the work is reading; what is left is putting in order what was read."""


class StoppedError(Exception):
    """The library is closed before its records were read."""


class Rereading:
    """Makes the index of an open library anew, beside the old one."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._loop: asyncio.AbstractEventLoop | None = None
        self._size = library._log.size()
        self._stopped = False

    def stop(self) -> None:
        """Let it end now; the library is shown as far as it is known."""
        self._stopped = True

    async def run(self) -> None:
        """Make the new index, telling how far it is, and answer from it from then on."""
        library = self._library
        self._loop = asyncio.get_running_loop()
        whole = False
        try:
            await library._writing.run(self._make)
            await library._reading.run(self._change_over)
            whole = True
        except StoppedError:
            log.info("The index was not made to its end")
        except StorageError as error:
            library._events.publish(Trouble(error))
        library.rereading = None
        library.troubles.tell()
        library._events.publish(IndexRead(1.0, whole=whole))

    def _make(self) -> None:
        try:
            self._library._open_writer()
        except BaseException:
            # What waits in the lane must not be written into half an index.
            self._library._close_writer()
            raise

    def _change_over(self) -> None:
        library = self._library
        library._reading.let_go()
        library._in_memory = False
        library._open_reader()

    def watched(self, read: Reads) -> Reads:
        """The same records, while it is told how far they are. Raises StoppedError."""
        before = sys.getswitchinterval()
        sys.setswitchinterval(min(before, _TURN))
        done, told = 0, 0.0
        former = ""
        try:
            for record, begin, end in read:
                if self._stopped:
                    raise StoppedError
                done += end.offset - (begin.offset if end.file == former else 0)
                former = end.file
                if (now := time.monotonic()) - told > _TELL_EVERY:
                    told = now
                    self._tell(_READING * min(1.0, done / max(1, self._size)))
                yield record, begin, end
        finally:
            sys.setswitchinterval(before)

    def _tell(self, part: float) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._library._events.publish, IndexRead(part))


def begin(library: Library, *, beside: bool) -> Rereading | None:
    """What makes the index of a library anew, if that takes long and may be done `beside`."""
    path = library._index_path()
    adopt(path)
    if not beside or current(path) or library._log.size() <= LONG:
        return None
    library.index_name = NEW_NAME
    library._in_memory = True
    library._reading.index = what_is_known(path)
    return Rereading(library)


async def rebuild(library: Library) -> None:
    """Make the index anew from the log, while everybody waits for it. Raises StorageError."""

    def make() -> None:
        remove_index(library)
        library._open_writer()

    for reading in (library._aside, library._reading):
        await reading.run(reading.let_go)
    await library._writing.run(make)
    await library._reading.run(library._open_reader)
    library.troubles.tell()


async def rewritten(library: Library, work: Callable[[], T]) -> T:
    """The result of `work`, which writes in the records; the index is made anew from them."""
    await library._writing.run(library._log.close)
    done = await library._writing.run(work)
    await rebuild(library)
    return done


def adopt(path: Path) -> None:
    """Give an index that was made in an earlier session its usual name; one half made goes."""
    new = path.with_name(NEW_NAME)
    if not new.exists():
        return
    if not current(new):
        _remove(new)
    else:
        # Closed in order, its last changes are in the file itself; else they are beside it.
        _remove(path)
        for end in ("-wal", "-shm", ""):
            with contextlib.suppress(FileNotFoundError):
                new.with_name(new.name + end).replace(path.with_name(path.name + end))


def remove_index(library: Library) -> None:
    """Let go of the index that follows the log, and of its files; blocking."""
    if library._writer is not None:
        library._writer.close()
        library._writer = None
    _remove(library._index_path())


def _remove(path: Path) -> None:
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)


def what_is_known(path: Path) -> Index:
    """The old index, if it answers what a window asks first; else one that knows nothing."""
    try:
        index = Index.open_old(path)
    except StorageError:
        pass
    else:
        try:
            index.pictures(index.rows(Query(), 1))
            index.count(Query(words="a"))
            index.ledger.counts(0.0)
            index.ledger.spend(0.0, 0.0)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, it is not needed
            log.info("The old index cannot be read: %s", error)
            index.close()
        else:
            return index
    empty = Index.in_memory()
    empty.apply(())
    return empty
