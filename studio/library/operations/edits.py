"""How pictures are changed: one record, durable before it is told, and how it is taken back.

No start needs it: it is made with the first change.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from studio.common.errors import StorageError
from studio.domain.events import Event, Progress, RecordsChanged, Trouble
from studio.library.index.chunks import chunks
from studio.library.log import records
from studio.library.log.records import Groups, Record
from studio.library.operations import history
from studio.library.operations.verify import Stopped

if TYPE_CHECKING:
    from studio.library.facade import Library

Make = Callable[[Groups], Groups]
"""New values of a field, each with its pictures, of what they were."""


LARGE = 20_000
"""Pictures from which on it is told how far a change is."""

_TELL_EVERY = 0.25
_READING = 0.4
"""How much of the work is finding out what there is to change, before it is written down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeGoing(Progress):
    """A change of many pictures is being made.

    Attributes:
        pictures: how many it is of.
        part: how far it is, 1 when it is over.
        written: it is in the records: it can be undone, and not be stopped any more. Where it
            ends without that, nothing was changed.
    """

    pictures: int
    part: float
    written: bool


class Going:
    """How far one change is. A thread goes through it, the loop's hears of it and may stop it.

    Attributes:
        stopped: nobody wants it any more; what is written down by then is done all the same.
    """

    def __init__(self, tell: Callable[[ChangeGoing], None]) -> None:
        self.stopped = False
        self._tell = tell
        self._pictures = 0
        self._done = 0
        self._written = False
        self._told = 0.0
        self._telling = False

    def begin(self, pictures: int) -> None:
        """It is about these many."""
        self._pictures = pictures

    def read(self, more: int) -> None:
        """So many more were looked at. Raises Stopped."""
        if self.stopped:
            raise Stopped
        self._done += more
        self._say(_READING * self._done / max(1, self._pictures))

    def write(self, pictures: int) -> None:
        """It is written down now, for these many. Raises Stopped for the last time."""
        if self.stopped:
            raise Stopped
        self._pictures, self._done, self._written, self._told = pictures, 0, True, 0.0
        self._say(_READING)

    def took(self, more: int) -> None:
        """The index has it for so many more."""
        self._done += more
        self._say(_READING + (1 - _READING) * self._done / max(1, self._pictures))

    def end(self) -> ChangeGoing | None:
        """What is to be told now that it ended, however it did; None where nothing was told."""
        return self._now(1.0) if self._telling else None

    def _say(self, part: float) -> None:
        if self._pictures >= LARGE and (now := time.monotonic()) - self._told >= _TELL_EVERY:
            self._told, self._telling = now, True
            self._tell(self._now(min(part, 0.99)))

    def _now(self, part: float) -> ChangeGoing:
        return ChangeGoing(pictures=self._pictures, part=part, written=self._written)


class Changing:
    """Changes of one open library."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._going: list[Going] = []

    def stop(self) -> None:
        """Give up what is not written down yet."""
        for going in self._going:
            going.stopped = True

    async def change(self, field: str, ids: Sequence[str], make: Make) -> str:
        """Change a field; what was done, in words, or "" where nothing was to be done."""
        return await self._follow(partial(self._write, field, ids, make)) or ""

    async def step(self, *, back: bool) -> str | None:
        """Take the last change back, or do it again; None when there is none."""
        return await self._follow(partial(history.step, self._library, back=back))

    async def _follow(self, work: Callable[[Going], Record | None]) -> str | None:
        loop, library = asyncio.get_running_loop(), self._library
        going = Going(partial(_soon, loop, library.tell))
        self._going.append(going)
        record = None
        try:
            record = await library.write(partial(work, going))
        except Stopped:
            pass
        finally:
            self._going.remove(going)
            if (end := going.end()) is not None:
                library.tell(end)
        return self._told(record) if record else None

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

    def _write(self, field: str, ids: Sequence[str], make: Make, going: Going) -> Record | None:
        going.begin(len(ids))
        former = self._library.own.state.field_of(field, ids, going.read)
        values, former = history.former_only(make(former), former)
        if not values:
            return None
        record = records.change(field, values, former)
        going.write(history.number(record))
        self._library.append(record, going.took)
        return record

    def _told(self, record: Record) -> str:
        ids = [id for _value, ids in record.values for id in ids]
        if record.field == "trashed":
            self._library.aside(self._settle(ids))
        self._library.tell(RecordsChanged(tuple(ids), (record.field,)))
        return history.sentence(record)

    async def _settle(self, ids: Sequence[str]) -> None:
        """Let the files of what went into the trash, or came out of it, follow."""
        library = self._library
        try:
            for some in chunks(ids):
                for picture in await library.find(some):
                    await library.write(partial(library.originals.settle, picture))
        except StorageError as error:
            library.tell(Trouble(error))


def _soon(
    loop: asyncio.AbstractEventLoop, tell: Callable[[Event], None], event: ChangeGoing
) -> None:
    # The loop is gone where the program did not wait for the end of it.
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(tell, event)
