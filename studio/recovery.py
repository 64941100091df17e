"""What an earlier start left in the journal, brought to its end. Runs only under the lock.

*whole* is taken into the library; *cut* is kept and shown; *sent* without an answer may have been
billed and is never sent again by itself; *queued* comes back as a tile that was never sent. Doing
it twice changes nothing.
"""

from __future__ import annotations

import logging
from dataclasses import replace

from studio.arrivals import Arrivals
from studio.attempts import FindProvider, incomplete
from studio.domain import Failure, Job, JobState
from studio.errors import Billed, StudioError
from studio.jobs import JobQueue, failure_of
from studio.journal import Found, Journal, Stage
from studio.lanes import Lane
from studio.library.library import Library
from studio.providers.base import AnswerSource
from studio.settings import OFFLINE
from studio.words import _

log = logging.getLogger(__name__)


class Recovery:
    """Reads the journal once, at start."""

    def __init__(
        self,
        *,
        journal: Journal,
        journalling: Lane,
        decoding: Lane,
        library: Library,
        arrivals: Arrivals,
        queue: JobQueue,
        find_provider: FindProvider,
    ) -> None:
        self._journal = journal
        self._journalling = journalling
        self._decoding = decoding
        self._library = library
        self._arrivals = arrivals
        self._queue = queue
        self._find_provider = find_provider

    async def run(self) -> None:
        """Bring every entry that is not over to where it belongs."""
        for found in await self._journalling.run(self._journal.recover):
            job = replace(found.job, attempt=found.job.attempt + 1)
            known = await self._library.job_state(job.id)
            if known is not None and known[1] >= job.attempt:
                # Recorded already; only the last step, forgetting the entry, was missing.
                if found.stage is not Stage.CUT:
                    await self._close(found)
                continue
            try:
                await self._bring(found, job)
            except StudioError as error:
                log.error("A journal entry could not be brought in: %s", error)

    async def _bring(self, found: Found, job: Job) -> None:
        match found.stage:
            case Stage.QUEUED:
                self._queue.adopt(replace(found.job, state=JobState.UNSENT), found.entry)
            case Stage.WHOLE:
                await self._ingest(found, job)
            case Stage.SENT:
                await self._record(found, job, JobState.UNKNOWN, _unknown(job))
                await self._close(found)
            case Stage.CUT:
                failure = failure_of(incomplete(found.bytes, found.seconds))
                await self._record(found, job, JobState.CUT, failure)

    async def _ingest(self, found: Found, job: Job) -> None:
        if found.head is None:
            return
        provider = self._find_provider(job.request.profile)
        source = AnswerSource(
            status=found.head.status,
            headers=found.head.headers,
            body=found.entry.body,
            request=job.request,
        )
        try:
            answer = await self._decoding.run(provider.read, source)
            await self._arrivals.take(job, found.entry, answer, seconds=found.seconds, at=found.at)
        except StudioError as error:
            await self._record(found, job, JobState.FAILED, failure_of(error))
        await self._close(found)

    async def _record(self, found: Found, job: Job, state: JobState, failure: Failure) -> None:
        ended = replace(job, state=state, failure=failure, finished=found.at)
        await self._library.take(ended, [])
        keep = found.entry if state is JobState.CUT else None
        self._queue.adopt(ended, keep)

    async def _close(self, found: Found) -> None:
        await self._journalling.run(self._journal.close, found.entry)


def _unknown(job: Job) -> Failure:
    offline = job.request.profile == OFFLINE
    return Failure(
        kind="incomplete",
        title=_("Sent, but no answer was kept"),
        message=_("Gridbrush ended while the service was working on this picture."),
        hint=_("Trying again may be billed a second time.") if not offline else "",
        billed=Billed.NO if offline else Billed.MAYBE,
    )
