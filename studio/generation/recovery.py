"""What an earlier start left in the journal, brought to its end. Runs only under the lock.

*whole* is taken into the library; *cut* is kept and shown; *sent* without an answer may have been
billed and is never sent again by itself; *queued* comes back as a tile that was never sent. Doing
it twice changes nothing. Of an entry whose request is damaged, what was paid for is brought in all
the same; its files are kept aside, and the user is told.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace

from studio.attempts import Attempts
from studio.domain import Failure, Job, JobState
from studio.endings import failure_of
from studio.errors import (
    Billed,
    IncompleteAnswer,
    InputError,
    NotFetched,
    StorageError,
    StudioError,
)
from studio.events import Events, Trouble
from studio.jobs import JobQueue
from studio.journal import DAMAGED, Found, Journal, Stage
from studio.lanes import Lane
from studio.library.library import Library
from studio.receiving import incomplete
from studio.settings import OFFLINE
from studio.words import _, ngettext

log = logging.getLogger(__name__)

_ALL = 1_000_000


class Recovery:
    """Reads the journal once, at start."""

    def __init__(
        self,
        *,
        journal: Journal,
        journalling: Lane,
        library: Library,
        attempts: Attempts,
        queue: JobQueue,
        events: Events,
    ) -> None:
        self._journal = journal
        self._journalling = journalling
        self._library = library
        self._attempts = attempts
        self._queue = queue
        self._events = events

    async def run(self) -> None:
        """Bring every entry that is not over to where it belongs."""
        every = await self._journalling.run(self._journal.recover)
        aside = _Aside()
        # The window is open already: what was queued in it meanwhile is no leftover.
        for found in [one for one in every if not self._queue.holds(one.entry)]:
            job = replace(found.job, attempt=found.job.attempt + 1)
            known = await self._library.job_state(job.id)
            try:
                if known is not None and known[1] >= job.attempt:
                    await self._again(found, job, done=known[0] == JobState.DONE)
                else:
                    await self._bring(found, job)
                    aside.count(found)
            except StudioError as error:
                log.error("A journal entry could not be brought in: %s", error)
        if trouble := aside.trouble(self._journal):
            self._events.publish(Trouble(trouble))

    async def _again(self, found: Found, job: Job, *, done: bool) -> None:
        """An entry whose end is recorded, so that only forgetting it was missing.

        But an answer that found no room for its picture is waiting here for this start, and what
        came of one that was cut waits until it was read or put away.
        """
        if found.stage is Stage.WHOLE and not done:
            try:
                await self._attempts.ingest(job, found)
            except (StorageError, NotFetched):
                raise
            except StudioError as error:
                log.info("The answer was no picture, as is recorded: %s", error)
        if found.stage is not Stage.CUT or done or await self._put_away(job):
            await self._close(found)
        elif job.id not in self._queue.jobs:
            self._queue.adopt(_cut(found, job), found.entry)

    async def _put_away(self, job: Job) -> bool:
        every = await self._library.failed(_ALL)
        return all(one.id != job.id for one in every)

    async def _bring(self, found: Found, job: Job) -> None:
        match found.stage:
            case Stage.QUEUED if found.damaged:
                # Nobody knows what was wanted, and nothing was sent.
                await self._close(found)
            case Stage.QUEUED:
                self._queue.adopt(replace(found.job, state=JobState.UNSENT), found.entry)
            case Stage.WHOLE:
                await self._ingest(found, job)
            case Stage.SENT:
                await self._record(found, job, JobState.UNKNOWN, _unknown(job))
                await self._close(found)
            case Stage.CUT if found.marked:
                await self._keep(found, job)
            case Stage.CUT:
                await self._ingest(found, job)

    async def _ingest(self, found: Found, job: Job) -> None:
        try:
            await self._attempts.ingest(job, found)
        except IncompleteAnswer:
            await self._keep(found, job)
            return
        except (StorageError, InputError, NotFetched) as error:
            # No room, no network, or its profile is gone: it is paid for and stays where it is.
            ended = replace(job, state=JobState.FAILED, failure=failure_of(error))
            self._queue.adopt(ended, found.entry)
            raise
        except StudioError as error:
            await self._record(found, job, JobState.FAILED, failure_of(error))
        await self._close(found)

    async def _keep(self, found: Found, job: Job) -> None:
        ended = _cut(found, job)
        await self._library.take(ended, [])
        self._queue.adopt(ended, found.entry)

    async def _record(self, found: Found, job: Job, state: JobState, failure: Failure) -> None:
        ended = _ended(found, job, state, failure)
        await self._library.take(ended, [])
        self._queue.adopt(ended, None)

    async def _close(self, found: Found) -> None:
        over = self._journal.put_aside if found.damaged else self._journal.close
        await self._journalling.run(over, found.entry)


@dataclass(slots=True)
class _Aside:
    """What was found damaged in the journal, and what became of it.

    Attributes:
        every: entries whose request is lost.
        sent: those of them that may have been billed.
        answers: those of which an answer is there.
    """

    every: int = 0
    sent: int = 0
    answers: int = 0

    def count(self, found: Found) -> None:
        """One entry was brought in."""
        if found.damaged:
            self.every += 1
            self.sent += found.stage is not Stage.QUEUED
            self.answers += found.stage in (Stage.WHOLE, Stage.CUT)

    def trouble(self, journal: Journal) -> StorageError | None:
        """All of it in one sentence for people; None when nothing was damaged."""
        if journal.unreadable:
            path, reason = journal.unreadable[0]
            return StorageError(
                _("A part of the journal cannot be read"),
                _("{path}: {reason}. It stays where it is; the next start tries again.").format(
                    path=path, reason=reason
                ),
            )
        if not self.every:
            return None
        title = ngettext(
            "The request of {n} picture is damaged",
            "The requests of {n} pictures are damaged",
            self.every,
        ).format(n=self.every)
        return StorageError(title, " ".join(self._rest(journal)))

    def _rest(self, journal: Journal) -> Iterator[str]:
        if self.answers:
            yield _("What had arrived is in the library, without its prompt.")
        elif self.sent:
            yield _("It may have been billed, and is not sent again.")
        else:
            yield _("Nothing was sent. Ask for it again.")
        yield _("Its files: {folder}").format(folder=journal.folder.with_name(DAMAGED))


def _ended(found: Found, job: Job, state: JobState, failure: Failure) -> Job:
    if job.request.profile == OFFLINE:
        # The painter costs nothing, whatever its answers play.
        failure = replace(failure, billed=Billed.NO)
    return replace(job, state=state, failure=failure, finished=found.at)


def _cut(found: Found, job: Job) -> Job:
    failure = failure_of(incomplete(found.bytes, found.seconds))
    return replace(_ended(found, job, JobState.CUT, failure), received=found.bytes)


def _unknown(job: Job) -> Failure:
    offline = job.request.profile == OFFLINE
    return Failure(
        kind="incomplete",
        title=_("Sent, but no answer was kept"),
        message=_("Gridbrush ended while the service was working on this picture."),
        hint=_("Trying again may be billed a second time.") if not offline else "",
        billed=Billed.NO if offline else Billed.MAYBE,
    )
