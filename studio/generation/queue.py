"""Job queue: order, pause, cancel, retry.

A job waits for its turn (`scheduler`), is sent, and is recorded in the library, with pictures or
with a failure. Only requests that were not billed are retried automatically, a few times, after a
visible delay that can be stopped. Jobs that are later than expected continue without a slot.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from studio.common.errors import (
    Billed,
    Cancelled,
    IncompleteAnswer,
    InputError,
    KeyMissing,
    NotFetched,
    StorageError,
    StudioError,
)
from studio.common.serial_executor import SerialExecutor
from studio.config.settings import OFFLINE, Settings, SettingsStore
from studio.domain.entities import HoldReason, Job, JobState
from studio.domain.events import (
    Event,
    EventBus,
    JobChanged,
    JobsRemoved,
    KeyChanged,
    ProblemOccurred,
    QueueChanged,
    SettingsChanged,
)
from studio.generation.failures import bug, cancelled, failure_of
from studio.generation.journal import Journal
from studio.generation.journal_entry import EndReason, JournalEntry, Stage
from studio.generation.rate_limiter import Place, RateLimiter, moved
from studio.generation.retry import (
    RetryTimers,
    anew,
    beside,
    counting_down,
    delay_of,
    may_repeat,
)
from studio.generation.scheduler import Scheduler
from studio.library.facade import Library

log = logging.getLogger(__name__)

_AT_ONCE = 16
"""Limit of jobs journalled at once."""

_KEPT = (IncompleteAnswer, StorageError, InputError, NotFetched)
"""Errors after which the journal may have a paid answer, so the entry is kept."""

Make = Callable[[Job, JournalEntry, Callable[[Job], None]], Awaitable[object]]
"""Runs one attempt, until its pictures are in the library. Raises StudioError."""


class JobQueue:
    """Jobs of this session, and those recovered at startup.

    Attributes:
        jobs: jobs that are neither done nor dismissed, in order.
        held_answers: jobs whose answer is in memory, because the library could not be written.
        only_in_memory: the subset of `held_answers` whose answer would be lost with the process.
        rate_limiter: slots and pace of each provider.
        make_once: makes one attempt at a job.
        jitter: random seconds added to the delay of a retry.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        journalling: SerialExecutor,
        removing: SerialExecutor,
        library: Library,
        make: Make,
        settings: SettingsStore,
        events: EventBus,
        hold_for_key: bool = True,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.jobs: dict[str, Job] = {}
        self._journal = journal
        self._journalling = journalling
        self._removing = removing
        self._library = library
        self.make_once = make
        self._settings = settings
        self._events = events
        self._hold_for_key = hold_for_key
        self.jitter = jitter
        self._entries: dict[str, JournalEntry] = {}
        self._dismissed: dict[str, Job] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._background: set[asyncio.Task[None]] = set()
        self._removals: set[asyncio.Task[None]] = set()
        self._awaiting: dict[str, asyncio.Future[None]] = {}
        self.rate_limiter = RateLimiter(self._current_settings)
        self._scheduler = Scheduler(self, self.rate_limiter)
        self._count_downs = RetryTimers()
        self._keeping_order = False
        self._ending: set[str] = set()
        self._returning: set[str] = set()
        self.held_answers: set[str] = set()
        self.only_in_memory: set[str] = set()
        self._usual: dict[tuple[str, str], float | None] = {}
        self._closing = False
        self._unsubscribe = events.subscribe(self._on_core_event)

    def _current_settings(self) -> Settings:
        return self._settings.value

    # Requests

    async def submit(self, jobs: Sequence[Job]) -> tuple[Job, ...]:
        """Journal jobs and append them to the queue. Raises StorageError.

        On an error, the jobs journalled so far stay queued.
        """
        left, some = list(jobs), 1
        while left:
            entries = await self._journalling.run(self._journal.queue_some, left[:some])
            for job, entry in zip(left, entries, strict=False):
                self._entries[job.id] = entry
                self.change(job)
            self.pump()
            # In parts: the first tiles of a long run are shown while the rest is journalled.
            left, some = left[len(entries) :], min(2 * some, _AT_ONCE)
        return tuple(jobs)

    def adopt(self, job: Job, entry: JournalEntry | None) -> None:
        """Add a recovered job, which waits for the user."""
        if entry is not None:
            self._entries[job.id] = entry
        self.change(job)

    def holds(self, entry: JournalEntry) -> bool:
        """Whether a journal entry belongs to a job of this queue."""
        return entry in self._entries.values()

    def entry_of(self, job: str) -> JournalEntry | None:
        """Journal entry of a job, if any."""
        return self._entries.get(job)

    def leave(self, job: Job) -> None:
        """Remove a job whose kept answer was ingested."""
        self._done(job)

    async def give_up(self, job: Job, error: StudioError) -> None:
        """Fail a job whose kept answer has no picture."""
        await self._fail(job, error)

    def cancel(self, job: str) -> None:
        """Cancel a job. A sent job may have been billed; its connection is closed at once.

        A complete answer is ingested anyway, because it is paid for.
        """
        found = self.jobs.get(job)
        if found is None or not found.alive or job in self._ending:
            return
        if found.state is JobState.INGESTING:
            return
        if (task := self._tasks.get(job)) is not None:
            task.cancel()
        else:
            self._ending.add(job)
            self._run_in_background(self._cancelled(found))

    def cancel_all(self) -> None:
        """Cancel all unfinished jobs."""
        for job in [job for job in self.jobs.values() if job.alive]:
            self.cancel(job.id)

    @property
    def paused(self) -> bool:
        """Whether sending is paused."""
        return self.rate_limiter.paused

    def pause(self, *, on: bool = True) -> None:
        """Pause or resume sending; requests already sent continue.

        Count-downs continue, but retries are not sent. Every session starts unpaused.
        """
        if self.paused == on:
            return
        self.rate_limiter.paused = on
        self.pump()
        self._events.publish(QueueChanged())

    def move(self, job: str, place: Place) -> None:
        """Move a queued job; jobs already sent keep their places."""
        movable = self.waiting_for_turn()
        order = moved(list(self.jobs), movable, job, place)
        if order == list(self.jobs):
            return
        self.jobs = {id: self.jobs[id] for id in order}
        self.pump()
        self._events.publish(QueueChanged())
        if not self._keeping_order:
            self._keeping_order = True
            self._run_in_background(self._keep_order())

    def retry(self, job: Job | str) -> None:
        """Retry a job, or send a recovered unsent one. May be billed."""
        found = self.jobs.get(job) if isinstance(job, str) else job
        if found is None or found.alive or found.id in self._returning:
            return
        # The caller may have an outdated value of the job.
        if (now := self.jobs.get(found.id)) is not None and now.alive:
            return
        self._returning.add(found.id)
        if found.failure is not None and found.failure.kept and found.id in self._entries:
            self._run_in_background(self._queue_beside(found, beside(found)))
            return
        self.jobs.pop(found.id, None)
        self._run_in_background(self._queue_again(found, anew(found)))

    def retry_now(self, job: str) -> None:
        """End the count-down of a job now."""
        self._count_downs.cut_short(job)

    def stop_retrying(self, job: str) -> None:
        """Cancel the retry of a job, which fails with the service's error."""
        self._count_downs.stop(job)

    async def dismiss(self, jobs: Sequence[str]) -> str:
        """Dismiss finished jobs; can be undone for recorded ones."""
        ids = [id for id in jobs if (job := self.jobs.get(id)) is None or not job.alive]
        for id in ids:
            job = self.jobs.get(id)
            if job is not None and job.state is JobState.UNSENT:
                # Recorded for the history of prompts; nothing was sent or billed.
                await self._cancelled(job)
        sentence = await self._library.dismiss(ids) if ids else ""
        for id in ids:
            if (job := self.jobs.pop(id, None)) is not None:
                self._dismissed[id] = job
        if ids:
            self._events.publish(JobsRemoved(tuple(ids)))
        return sentence

    async def bring_back(self, jobs: Iterable[str]) -> list[Job]:
        """Restore jobs of this session whose dismissal was undone, in their final state."""
        ids = [id for id in jobs if id in self._dismissed]
        if not ids:
            return []
        states = await self._library.query_index(
            lambda index: index.state.field_of("dismissed", ids)
        )
        wanted = {id for value, some in states if not value for id in some}
        back = [self._dismissed.pop(id) for id in ids if id in wanted and id in self._dismissed]
        for job in back:
            self.change(job)
        return back

    @property
    def running(self) -> int:
        """Number of jobs that were sent or are being ingested."""
        busy = (JobState.WAITING, JobState.RECEIVING, JobState.INGESTING)
        return sum(job.state in busy for job in self.jobs.values())

    @property
    def waiting(self) -> int:
        """Number of jobs waiting for a turn."""
        return sum(job.state is JobState.QUEUED for job in self.jobs.values())

    def held(self, profile: str) -> bool:
        """Whether the jobs of a profile wait for a key."""
        return profile in self.rate_limiter.held

    def usual_seconds(self, model: str, size: str | None) -> float | None:
        """Typical seconds for that model and size; None with too few measurements."""
        key = (model, size or "")
        if key not in self._usual:
            self._usual[key] = None
            self._run_in_background(self._measure(key))
        return self._usual[key]

    async def idle(self) -> None:
        """Wait until all jobs have ended; for the command line."""
        while work := self._under_way():
            await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)

    async def tidy(self) -> None:
        """Wait until the journal entries of recorded jobs are removed."""
        if self._removals:
            await asyncio.wait(self._removals)

    def _under_way(self) -> set[asyncio.Task[None]]:
        background = self._background | self._removals
        return {*self._tasks.values(), *background, *self._scheduler.under_way}

    async def close(self) -> None:
        """Cancel all tasks; the next start recovers what was sent."""
        self._closing = True
        self._unsubscribe()
        tasks = self._under_way()
        for task in tasks - self._background - self._removals:
            task.cancel()
        if tasks:
            await asyncio.gather(*tasks, return_exceptions=True)

    # Progress

    def _on_core_event(self, event: Event) -> None:
        if isinstance(event, KeyChanged) and self.held(event.profile):
            self.rate_limiter.held.discard(event.profile)
            self.pump()
        elif isinstance(event, SettingsChanged) and {"at_once", "profiles"} & set(event.names):
            self.pump()

    def change(self, job: Job) -> None:
        """Publish the new state of a job."""
        self.jobs[job.id] = job
        self._events.publish(JobChanged(job))

    def pump(self) -> None:
        """Give turns to jobs that may be sent, and publish the places of the others."""
        if not self._closing:
            self._scheduler.pump()

    def waiting_for_turn(self) -> list[str]:
        """Ids of the jobs that wait for a turn, in order."""
        queued, retried, busy = JobState.QUEUED, self._awaiting, self._tasks
        return [
            id
            for id, job in self.jobs.items()
            if (
                not retried[id].done()
                if id in retried
                else job.state is queued and id not in busy and id not in self._ending
            )
        ]

    def may_be_sent(self, id: str) -> bool:
        """Whether a job is journalled."""
        return id in self._entries

    def give_turn(self, job: Job) -> None:
        """Send a job."""
        if (turn := self._awaiting.get(job.id)) is not None:
            turn.set_result(None)
            return
        task = asyncio.get_running_loop().create_task(self._run(job))
        self._tasks[job.id] = task
        task.add_done_callback(partial(self._over, id=job.id))

    async def _keep_order(self) -> None:
        """Store the order, including moves made meanwhile."""
        self._keeping_order = False
        ids = [id for id in self.waiting_for_turn() if id in self._entries]
        entries = [self._entries[id] for id in ids]
        await self._journalling.run(self._journal.keep_order, entries)

    def _over(self, task: asyncio.Task[None], *, id: str) -> None:
        self._tasks.pop(id, None)
        self.rate_limiter.leave(id)
        job = self.jobs.get(id)
        if task.cancelled() and job is not None and job.alive and not self._closing:
            # Cancelled before its first step, so that `_run` did not handle it.
            self._ending.add(id)
            self._run_in_background(self._cancelled(job))
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("A job ended in an unforeseen way", exc_info=error)
        self.pump()

    def _run_in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)
        task.add_done_callback(self._on_background_done)

    def _on_background_done(self, task: asyncio.Task[None]) -> None:
        self._background.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            if isinstance(error, StudioError):
                self._events.publish(ProblemOccurred(error))
            else:
                log.error("Work of the queue ended in an unforeseen way", exc_info=error)
        self.pump()

    async def _queue_again(self, found: Job, fresh: Job) -> None:
        try:
            old = self._entries.get(found.id)
            if old is None or not await self._serves_again(found, old):
                self._entries[found.id] = await self._journalling.run(self._journal.queue, fresh)
                if old is not None:
                    await self._journalling.run(self._journal.close, old, EndReason.UNANSWERED)
        except StudioError:
            # The job could not be journalled, and stays as it was, to be retried.
            self.change(found)
            raise
        finally:
            self._returning.discard(found.id)
        self.change(fresh)

    async def _queue_beside(self, found: Job, fresh: Job) -> None:
        """Queue a new job; the unreadable answer keeps its tile."""
        try:
            await self.submit((fresh,))
        finally:
            self._returning.discard(found.id)

    async def _serves_again(self, found: Job, entry: JournalEntry) -> bool:
        if found.state is JobState.UNSENT or found.id in self.held_answers:
            self.held_answers.discard(found.id)
            self.only_in_memory.discard(found.id)
            return True
        stands = await self._journalling.run(self._journal.read_entry, entry)
        return stands.stage is Stage.WHOLE

    async def _run(self, job: Job) -> None:
        """Run all attempts at a job."""
        try:
            await self._make(job)
        except asyncio.CancelledError:
            if not self._closing:
                await asyncio.shield(self._cancelled(self.jobs[job.id]))
            raise
        except StudioError as error:
            await self._end(self.jobs[job.id], error)
        except Exception as error:
            log.exception("A bug ended a job")
            await self._end(self.jobs[job.id], bug(error, self.jobs[job.id]))

    async def _make(self, job: Job) -> None:
        repeats = 0
        while True:
            now = self.jobs[job.id]
            now = self.jobs[job.id] = replace(
                now, attempt=now.attempt + 1, queue_place=0, hold=HoldReason.NONE, send_at=None
            )
            entry = self._entries[job.id]
            try:
                await self.make_once(now, entry, self._report)
            except StudioError as error:
                if not may_repeat(error, repeats):
                    raise
                repeats += 1
                if not await self._count_down(self.jobs[job.id], error, repeats):
                    raise
                await self._own_turn(job.id)
            else:
                self._remove_entry(entry)
                self._done(now)
                return

    def _remove_entry(self, entry: JournalEntry) -> None:
        """Remove the journal entry of a recorded attempt, while the next job is sent."""
        task = asyncio.get_running_loop().create_task(self._close_recorded(entry))
        self._removals.add(task)
        task.add_done_callback(self._removals.discard)

    async def _close_recorded(self, entry: JournalEntry) -> None:
        try:
            await self._removing.run(self._journal.close, entry, EndReason.RECORDED, lasting=False)
        except StudioError as error:
            # The picture is in the library; the next start closes the entry.
            log.warning("A journal entry could not be closed: %s", error)

    def _report(self, job: Job) -> None:
        """Publish the progress of an attempt; count a request, free the slot of a late one."""
        before = self.jobs[job.id]
        if job.state is JobState.WAITING and job.started != before.started:
            self.rate_limiter.sent(job)
        self.change(job)
        if job.late and not before.late:
            self.rate_limiter.late(job.id)
            self.pump()

    async def _own_turn(self, id: str) -> None:
        """Wait for a turn before a retry."""
        turn = self._awaiting[id] = asyncio.get_running_loop().create_future()
        try:
            self.pump()
            await turn
        finally:
            del self._awaiting[id]

    def _done(self, job: Job) -> None:
        self._entries.pop(job.id, None)
        self.jobs.pop(job.id, None)
        self._usual.pop((job.request.model, job.request.size or ""), None)
        self._events.publish(JobsRemoved((job.id,)))

    async def _count_down(self, job: Job, error: StudioError, repeats: int) -> bool:
        """Wait before the next attempt; False if the user stopped it."""
        delay = delay_of(error, repeats, self.jitter())
        old = self._entries[job.id]
        again = counting_down(job, error, repeats, delay)
        self.rate_limiter.back(job.id)
        # The next attempt is journalled before this one is closed.
        queued = replace(again, state=JobState.QUEUED, retry_at=None)
        self._entries[job.id] = await self._journalling.run(self._journal.queue, queued)
        await self._journalling.run(self._journal.close, old, _why(error))
        self.change(again)
        return await self._count_downs.wait_for(job.id, delay)

    async def _end(self, job: Job, error: StudioError) -> None:
        if job.request.profile == OFFLINE:
            # The offline painter costs nothing, even if a simulated answer claims a cost.
            error.billed = Billed.NO
        if isinstance(error, KeyMissing) and self._hold_for_key:
            self.rate_limiter.held.add(job.request.profile)
        await self._fail(job, error)

    async def _cancelled(self, job: Job) -> None:
        await self._fail(job, cancelled(job))

    async def _fail(self, job: Job, error: StudioError) -> None:
        """Record a failed job, then close its journal entry.

        The entry stays if it has a partial answer, or one whose picture could not be written.
        """
        self._ending.add(job.id)
        if isinstance(error, StorageError) and error.held:
            self.held_answers.add(job.id)
            if not error.spared:
                self.only_in_memory.add(job.id)
        why = _why(error)
        entry = self._entries.get(job.id)
        if entry is not None and not isinstance(error, _KEPT):
            stays = await self._journalling.run(self._journal.stays, entry, why)
            error.kept = error.kept or stays
        ended = replace(
            job,
            state=JobState.CANCELLED if why is EndReason.CANCELLED else JobState.FAILED,
            finished=time.time(),
            retry_at=None,
            queue_place=0,
            hold=HoldReason.NONE,
            send_at=None,
            failure=failure_of(error),
        )
        try:
            await self._library.add_job_pictures(ended, [])
            if (
                entry is not None
                and not isinstance(error, _KEPT)
                and await self._journalling.run(self._journal.close, entry, why)
            ):
                del self._entries[job.id]
        except StudioError as storage:
            # The job is still in the journal, and the next start recovers it.
            log.error("The end of a job could not be recorded: %s", storage)
            self._events.publish(ProblemOccurred(storage))
        except Exception as unforeseen:
            log.exception("The end of a job could not be recorded")
            self._events.publish(ProblemOccurred(bug(unforeseen, ended)))
        finally:
            # The tile shows the failure in any case.
            self._ending.discard(job.id)
            self.change(ended)

    async def _measure(self, key: tuple[str, str]) -> None:
        self._usual[key] = await self._library.usual_seconds(*key)


def _why(error: StudioError) -> EndReason:
    """Reason for closing the journal entry of a failed job."""
    if isinstance(error, Cancelled):
        return EndReason.CANCELLED
    return EndReason.REFUSED if error.answered else EndReason.UNANSWERED
