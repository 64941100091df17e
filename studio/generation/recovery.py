"""Recovery of journal entries of an earlier process. Runs only under the library's lock.

*whole* answers are ingested; *cut* ones are kept and shown; *sent* requests without an answer may
have been billed and are never resent automatically; *queued* jobs come back as unsent tiles.
Idempotent. The answer of an entry with a damaged request is ingested anyway; the entry's files are
set aside, and an error is shown.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http import HTTPStatus

from studio.common.errors import (
    Billed,
    IncompleteAnswer,
    InputError,
    NotFetched,
    StorageError,
    StudioError,
)
from studio.common.i18n import _, ngettext, number
from studio.common.serial_executor import SerialExecutor
from studio.config.settings import OFFLINE
from studio.domain.entities import Failure, Job, JobState
from studio.domain.events import EventBus, InfoPosted, ProblemOccurred
from studio.generation.attempt import AttemptRunner
from studio.generation.failures import failure_of
from studio.generation.fallback_store import FallbackStore
from studio.generation.journal import DAMAGED, Journal
from studio.generation.journal_entry import EndReason, FoundAttempt, Stage
from studio.generation.queue import JobQueue
from studio.generation.response_sink import incomplete
from studio.library.facade import Library

log = logging.getLogger(__name__)

_ALL = 1_000_000


class Recovery:
    """Reads the journal once, at startup."""

    def __init__(
        self,
        *,
        journal: Journal,
        journalling: SerialExecutor,
        library: Library,
        attempts: AttemptRunner,
        queue: JobQueue,
        spare: FallbackStore,
        events: EventBus,
    ) -> None:
        self._journal = journal
        self._journalling = journalling
        self._library = library
        self._attempts = attempts
        self._queue = queue
        self._spare = spare
        self._events = events

    async def run(self) -> None:
        """Recover every unfinished entry."""
        for left in await self._journalling.run(self._spare.bring_home, self._journal):
            self._events.publish(ProblemOccurred(_still_elsewhere(self._spare, left)))
        every = await self._journalling.run(self._journal.recover)
        aside = _DamagedEntries()
        whole = 0
        # Entries queued since the window opened are not leftovers.
        for found in [one for one in every if not self._queue.holds(one.entry)]:
            job = replace(found.job, attempt=found.job.attempt + 1)
            known = await self._library.job_state(job.id)
            try:
                if await self._is_whole(found, job, known and known[0]):
                    await self._ingest(found, job)
                    whole += 1
                elif known is not None and known[1] >= job.attempt:
                    await self._again(found, job, done=known[0] == JobState.DONE)
                else:
                    await self._bring(found, job)
                    aside.count(found)
            except StudioError as error:
                log.error("A journal entry could not be brought in: %s", error)
        if trouble := aside.trouble(self._journal):
            self._events.publish(ProblemOccurred(trouble))
        if whole:
            self._events.publish(_were_whole(whole))

    async def _is_whole(self, found: FoundAttempt, job: Job, state: str | None) -> bool:
        """Whether an answer marked as truncated by an older reader is complete; checked once.

        `state` is the recorded state of its job: answers of finished or dismissed jobs are skipped.
        """
        version = self._attempts.reader_version(job, found)
        looks = found.stage is Stage.CUT and found.marked and found.reader < version
        if not looks or not found.bytes or (found.head and found.head.status != HTTPStatus.OK):
            return False
        if state == JobState.DONE or (state is not None and await self._recorded(job) is None):
            return False
        try:
            if await self._attempts.is_whole(found):
                return True
        except StorageError as error:
            # The answer could not be checked; the next start tries again.
            log.warning("A cut answer could not be read again: %s", error)
            return False
        await self._journalling.run(self._journal.looked_at, found.entry, version)
        return False

    async def _again(self, found: FoundAttempt, job: Job, *, done: bool) -> None:
        """Close an entry whose job is recorded as finished.

        Two kinds stay open: an answer whose picture could not be written is ingested now, and a
        truncated answer is kept until it is read or dismissed.
        """
        if done:
            await self._close(found, EndReason.RECORDED)
            return
        recorded = await self._recorded(job)
        if found.stage is Stage.WHOLE:
            if recorded is None:
                await self._close(found, EndReason.DISCARDED)
            elif found.reader < self._attempts.reader_version(job, found):
                await self._ingest(found, job)
            else:
                # The current reader has failed before; the user may try again.
                self._queue.adopt(_kept(recorded), found.entry)
        elif found.stage is not Stage.CUT:
            await self._close(found, EndReason.UNANSWERED)
        elif recorded is None:
            await self._close(found, EndReason.DISCARDED)
        elif job.id not in self._queue.jobs:
            self._queue.adopt(_cut(found, job), found.entry)

    async def _recorded(self, job: Job) -> Job | None:
        """The failed job; None for a dismissed one."""
        every = await self._library.failed(_ALL)
        return next((one for one in every if one.id == job.id), None)

    async def _bring(self, found: FoundAttempt, job: Job) -> None:
        match found.stage:
            case Stage.QUEUED if found.damaged:
                # The request is lost, and nothing was sent.
                await self._close(found, EndReason.UNANSWERED)
            case Stage.QUEUED:
                self._queue.adopt(replace(found.job, state=JobState.UNSENT), found.entry)
            case Stage.WHOLE:
                await self._ingest(found, job)
            case Stage.SENT:
                await self._record(found, job, JobState.UNKNOWN, _unanswered())
                await self._close(found, EndReason.UNANSWERED)
            case Stage.CUT if found.marked:
                await self._keep_answer(found, job)
            case Stage.CUT:
                await self._ingest(found, job)

    async def _ingest(self, found: FoundAttempt, job: Job) -> None:
        try:
            await self._attempts.ingest(job, found)
        except IncompleteAnswer:
            await self._keep_answer(found, job)
            return
        except (StorageError, InputError, NotFetched) as error:
            # Full disk, no network or unknown wire: the answer is paid for and kept.
            self._queue.adopt(_ended(found, job, JobState.FAILED, error), found.entry)
            raise
        except StudioError as error:
            if not error.answered:
                error.kept = True
                await self._record(found, job, JobState.FAILED, error, stays=True)
                version = self._attempts.reader_version(job, found)
                await self._journalling.run(self._journal.looked_at, found.entry, version)
                return
            await self._record(found, job, JobState.FAILED, error)
            await self._close(found, EndReason.REFUSED)
            return
        await self._close(found, EndReason.RECORDED)

    async def _keep_answer(self, found: FoundAttempt, job: Job) -> None:
        ended = _cut(found, job)
        await self._library.add_job_pictures(ended, [])
        self._queue.adopt(ended, found.entry)

    async def _record(
        self,
        found: FoundAttempt,
        job: Job,
        state: JobState,
        error: StudioError,
        *,
        stays: bool = False,
    ) -> None:
        ended = _ended(found, job, state, error)
        await self._library.add_job_pictures(ended, [])
        self._queue.adopt(ended, found.entry if stays else None)

    async def _close(self, found: FoundAttempt, why: EndReason) -> None:
        if found.damaged:
            await self._journalling.run(self._journal.put_aside, found.entry)
        else:
            await self._journalling.run(self._journal.close, found.entry, why)


@dataclass(slots=True)
class _DamagedEntries:
    """Counts of damaged journal entries.

    Attributes:
        every: entries whose request is lost.
        sent: those that may have been billed.
        answers: those with an answer.
    """

    every: int = 0
    sent: int = 0
    answers: int = 0

    def count(self, found: FoundAttempt) -> None:
        if found.damaged:
            self.every += 1
            self.sent += found.stage is not Stage.QUEUED
            self.answers += found.stage in (Stage.WHOLE, Stage.CUT)

    def trouble(self, journal: Journal) -> StorageError | None:
        """Error about damaged entries; None if there are none."""
        if journal.unreadable:
            path, reason = journal.unreadable[0]
            return StorageError(
                _("Part of the journal cannot be read"),
                # Translators: {reason} begins with a lower-case letter.
                _(
                    "{path}: {reason}. The file is kept; Gridbrush tries again at the next start."
                ).format(path=path, reason=reason),
            )
        if not self.every:
            return None
        title = ngettext(
            "The request for {n} picture is damaged",
            "The requests for {n} pictures are damaged",
            self.every,
        ).format(n=number(self.every))
        billed = Billed.MAYBE if self.sent else Billed.NO
        return StorageError(title, " ".join(self._rest(journal)), billed=billed)

    def _rest(self, journal: Journal) -> Iterator[str]:
        if self.answers:
            yield _("The received pictures are in the library, without their prompt.")
        elif self.sent:
            yield _("It may have been billed, and is not sent again.")
        else:
            yield _("Nothing was sent. Send it again.")
        yield _("Files: {folder}").format(folder=journal.folder.with_name(DAMAGED))


def _ended(found: FoundAttempt, job: Job, state: JobState, error: StudioError) -> Job:
    if job.request.profile == OFFLINE:
        # The offline painter costs nothing, whatever errors it simulates.
        error.billed = Billed.NO
    return replace(job, state=state, failure=failure_of(error), finished=found.at)


def _were_whole(n: int) -> InfoPosted:
    title = ngettext(
        "{n} answer marked incomplete is complete",
        "{n} answers marked incomplete are complete",
        n,
    )
    return InfoPosted(
        title.format(n=number(n)),
        _("An earlier version misread it. Its pictures are now in the library; nothing was sent."),
    )


def _cut(found: FoundAttempt, job: Job) -> Job:
    error = incomplete(found.bytes, found.seconds)
    return replace(_ended(found, job, JobState.CUT, error), received=found.bytes)


def _kept(recorded: Job) -> Job:
    """A failed job whose answer can be read again."""
    failure = recorded.failure or Failure(kind="bug", title=_("Failed"))
    return replace(recorded, failure=replace(failure, kept=True))


def _still_elsewhere(spare: FallbackStore, error: StorageError) -> StorageError:
    return StorageError(
        _("An answer could not be imported"),
        f"{error}",
        hint=_("It is saved in {folder}; Gridbrush tries again at the next start.").format(
            folder=spare.folder
        ),
    )


def _unanswered() -> IncompleteAnswer:
    return IncompleteAnswer(
        _("Sent, but no answer saved"),
        _("Gridbrush closed while the service was working on this picture."),
        billed=Billed.MAYBE,
    )
