"""The queue: order, pause, cancel, retry. Money is handled with care here.

A job waits for its turn (`turns`), is sent, and ends in the library: with pictures, or with the
sentence why there are none. Only what the service did not bill is ever sent again by itself, a few
times, with a delay that is shown and can be stopped. What takes longer than expected listens on
without a slot.
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
from studio.generation.journal import EndReason, Journal, JournalEntry, Stage
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
"""Jobs that are written down in one go, at most."""

_KEPT = (IncompleteAnswer, StorageError, InputError, NotFetched)
"""Errors after which the journal may hold what was paid for: the next start knows."""

Make = Callable[[Job, JournalEntry, Callable[[Job], None]], Awaitable[object]]
"""Makes one attempt: request out, answer into the library. Raises StudioError."""


class JobQueue:
    """Every job of this session, and those found at start.

    Attributes:
        jobs: those that are not done and not put away, in order of queueing.
        held_answers: jobs whose answer is in memory, because the library had no room for it.
        only_in_memory: those of them whose answer would be lost with the program.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        journalling: SerialExecutor,
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
        self._library = library
        self._make_once = make
        self._settings = settings
        self._events = events
        self._hold_for_key = hold_for_key
        self._jitter = jitter
        self._entries: dict[str, JournalEntry] = {}
        self._put_away: dict[str, Job] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._asides: set[asyncio.Task[None]] = set()
        self._awaiting: dict[str, asyncio.Future[None]] = {}
        self._turns = RateLimiter(self._current_settings)
        self._rota = Scheduler(self, self._turns)
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

    # What is asked of it

    async def submit(self, jobs: Sequence[Job]) -> tuple[Job, ...]:
        """Journal jobs and put them at the end of the queue. Raises StorageError.

        A job counts as queued only when the journal has it; on an error the ones before it stay.
        """
        left, some = list(jobs), 1
        while left:
            entries = await self._journalling.run(self._journal.queue_some, left[:some])
            for job, entry in zip(left, entries, strict=False):
                self._entries[job.id] = entry
                self.change(job)
            self._pump()
            # A long run shows its first tiles while the last are written down.
            left, some = left[len(entries) :], min(2 * some, _AT_ONCE)
        return tuple(jobs)

    def adopt(self, job: Job, entry: JournalEntry | None) -> None:
        """Show a job found at start; it waits for the user."""
        if entry is not None:
            self._entries[job.id] = entry
        self.change(job)

    def holds(self, entry: JournalEntry) -> bool:
        """Whether a job of this queue is behind an entry of the journal."""
        return entry in self._entries.values()

    def entry_of(self, job: str) -> JournalEntry | None:
        """Where the journal keeps a job, if it does."""
        return self._entries.get(job)

    def leave(self, job: Job) -> None:
        """A job made way for its pictures, which were found in what the journal had."""
        self._done(job)

    async def give_up(self, job: Job, error: StudioError) -> None:
        """What the journal had of a job was read, and brought no picture."""
        await self._fail(job, error)

    def cancel(self, job: str) -> None:
        """Stop a job. A sent one may have been billed; its connection is closed at once.

        What is whole goes into the library all the same: it is paid for.
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
            self._aside(self._cancelled(found))

    def cancel_all(self) -> None:
        """Stop every job that is alive."""
        for job in [job for job in self.jobs.values() if job.alive]:
            self.cancel(job.id)

    @property
    def paused(self) -> bool:
        """Whether nothing new is sent."""
        return self._turns.paused

    def pause(self, *, on: bool = True) -> None:
        """Send nothing new until it is told otherwise; what was sent goes on.

        Count-downs run on, but what they wait for is not sent. A start is never paused.
        """
        if self.paused == on:
            return
        self._turns.paused = on
        self._pump()
        self._events.publish(QueueChanged())

    def move(self, job: str, place: Place) -> None:
        """Send a queued job earlier or later; what is sent already keeps its place."""
        movable = [id for id in self.jobs if self.waits_for_turn(id)]
        order = moved(list(self.jobs), movable, job, place)
        if order == list(self.jobs):
            return
        self.jobs = {id: self.jobs[id] for id in order}
        self._pump()
        self._events.publish(QueueChanged())
        if not self._keeping_order:
            self._keeping_order = True
            self._aside(self._keep_order())

    def retry(self, job: Job | str) -> None:
        """Send a job again, or one found unsent for the first time. May cost money."""
        found = self.jobs.get(job) if isinstance(job, str) else job
        if found is None or found.alive or found.id in self._returning:
            return
        # A second press may still see the job as it failed.
        if (now := self.jobs.get(found.id)) is not None and now.alive:
            return
        self._returning.add(found.id)
        if found.failure is not None and found.failure.kept and found.id in self._entries:
            self._aside(self._queue_beside(found, beside(found)))
            return
        self.jobs.pop(found.id, None)
        self._aside(self._queue_again(found, anew(found)))

    def retry_now(self, job: str) -> None:
        """Do not wait for the end of the count-down."""
        self._count_downs.cut_short(job)

    def stop_retrying(self, job: str) -> None:
        """Give the count-down up: the job fails with what the service said."""
        self._count_downs.stop(job)

    async def dismiss(self, jobs: Sequence[str]) -> str:
        """Put tiles of jobs that are over away; undoable where the library knows them."""
        ids = [id for id in jobs if (job := self.jobs.get(id)) is None or not job.alive]
        for id in ids:
            job = self.jobs.get(id)
            if job is not None and job.state is JobState.UNSENT:
                # Its prompt goes to the history; nothing was sent, nothing billed.
                await self._cancelled(job)
        said = await self._library.dismiss(ids) if ids else ""
        for id in ids:
            if (job := self.jobs.pop(id, None)) is not None:
                self._put_away[id] = job
        if ids:
            self._events.publish(JobsRemoved(tuple(ids)))
        return said

    async def bring_back(self, jobs: Iterable[str]) -> list[Job]:
        """Those put away since the start whom an undo wants again: they stand as they ended.

        What came of one that was cut can be read again, and one that was cancelled has its tile.
        """
        ids = [id for id in jobs if id in self._put_away]
        if not ids:
            return []
        stands = await self._library.query_index(
            lambda index: index.state.field_of("dismissed", ids)
        )
        wanted = {id for value, some in stands if not value for id in some}
        back = [self._put_away.pop(id) for id in ids if id in wanted and id in self._put_away]
        for job in back:
            self.change(job)
        return back

    @property
    def running(self) -> int:
        """Jobs that are on the wire or on their way into the library."""
        busy = (JobState.WAITING, JobState.RECEIVING, JobState.INGESTING)
        return sum(job.state in busy for job in self.jobs.values())

    @property
    def waiting(self) -> int:
        """Jobs that wait for a slot."""
        return sum(job.state is JobState.QUEUED for job in self.jobs.values())

    @property
    def retrying(self) -> int:
        """Jobs that count down to their next attempt."""
        return sum(job.state is JobState.RETRYING for job in self.jobs.values())

    def held(self, profile: str) -> bool:
        """Whether the jobs of a profile wait for a key."""
        return profile in self._turns.held

    def usual_seconds(self, model: str, size: str | None) -> float | None:
        """How long that model and size usually takes; None when too little was measured."""
        key = (model, size or "")
        if key not in self._usual:
            self._usual[key] = None
            self._aside(self._measure(key))
        return self._usual[key]

    async def idle(self) -> None:
        """Wait until no job is alive; for the command line."""
        while work := self._under_way():
            await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)

    def _under_way(self) -> set[asyncio.Task[None]]:
        return {*self._tasks.values(), *self._asides, *self._rota.under_way}

    async def close(self) -> None:
        """Stop everything at once; what was sent is found again at the next start."""
        self._closing = True
        self._unsubscribe()
        tasks = self._under_way()
        for task in tasks - self._asides:
            task.cancel()
        if tasks:
            await asyncio.gather(*tasks, return_exceptions=True)

    # How it goes on

    def _on_core_event(self, event: Event) -> None:
        if isinstance(event, KeyChanged) and self.held(event.profile):
            self._turns.held.discard(event.profile)
            self._pump()
        elif isinstance(event, SettingsChanged) and {"at_once", "profiles"} & set(event.names):
            self._pump()

    def change(self, job: Job) -> None:
        """Tell what is new about a job; see `rota`."""
        self.jobs[job.id] = job
        self._events.publish(JobChanged(job))

    def _pump(self) -> None:
        """Give turns to those that may have one, and tell the others their place."""
        if not self._closing:
            self._rota.pump()

    def waits_for_turn(self, id: str) -> bool:
        """Whether a job wants to be sent and has no turn yet; see `rota`."""
        if (turn := self._awaiting.get(id)) is not None:
            return not turn.done()
        queued = self.jobs[id].state is JobState.QUEUED
        return queued and id not in self._tasks and id not in self._ending

    def may_be_sent(self, id: str) -> bool:
        """Whether the journal has it."""
        return id in self._entries

    def give_turn(self, job: Job) -> None:
        """Send a job; see `rota`."""
        if (turn := self._awaiting.get(job.id)) is not None:
            turn.set_result(None)
            return
        task = asyncio.get_running_loop().create_task(self._run(job))
        self._tasks[job.id] = task
        task.add_done_callback(partial(self._over, id=job.id))

    async def _keep_order(self) -> None:
        """Write the order down; moves that come meanwhile are in it."""
        self._keeping_order = False
        ids = [id for id in self.jobs if self.waits_for_turn(id) and id in self._entries]
        entries = [self._entries[id] for id in ids]
        await self._journalling.run(self._journal.keep_order, entries)

    def _over(self, task: asyncio.Task[None], *, id: str) -> None:
        self._tasks.pop(id, None)
        self._turns.leave(id)
        job = self.jobs.get(id)
        if task.cancelled() and job is not None and job.alive and not self._closing:
            # Cancelled before its first step, so that it could not say so itself.
            self._ending.add(id)
            self._aside(self._cancelled(job))
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("A job ended in an unforeseen way", exc_info=error)
        self._pump()

    def _aside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._asides.add(task)
        task.add_done_callback(self._aside_over)

    def _aside_over(self, task: asyncio.Task[None]) -> None:
        self._asides.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            if isinstance(error, StudioError):
                self._events.publish(ProblemOccurred(error))
            else:
                log.error("Work of the queue ended in an unforeseen way", exc_info=error)
        self._pump()

    async def _queue_again(self, found: Job, fresh: Job) -> None:
        try:
            old = self._entries.get(found.id)
            if old is None or not await self._serves_again(found, old):
                self._entries[found.id] = await self._journalling.run(self._journal.queue, fresh)
                if old is not None:
                    await self._journalling.run(self._journal.close, old, EndReason.UNANSWERED)
        except StudioError:
            # No room to write it down: it stays as it was, to be tried again.
            self.change(found)
            raise
        finally:
            self._returning.discard(found.id)
        self.change(fresh)

    async def _queue_beside(self, found: Job, fresh: Job) -> None:
        """Ask again while the answer that came, and could not be read, keeps its tile."""
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
        """All attempts at one job, to its end."""
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
                await self._make_once(now, entry, self._report)
            except StudioError as error:
                if not may_repeat(error, repeats):
                    raise
                repeats += 1
                if not await self._count_down(self.jobs[job.id], error, repeats):
                    raise
                await self._own_turn(job.id)
            else:
                try:
                    await self._journalling.run(
                        self._journal.close, entry, EndReason.RECORDED, lasting=False
                    )
                except StudioError as error:
                    # The picture is in the library; the next start tidies up.
                    log.warning("A journal entry could not be closed: %s", error)
                self._done(now)
                return

    def _report(self, job: Job) -> None:
        """An attempt goes on: its turn is used when it is sent, its slot free when it is late."""
        before = self.jobs[job.id]
        if job.state is JobState.WAITING and job.started != before.started:
            self._turns.sent(job)
        self.change(job)
        if job.late and not before.late:
            self._turns.late(job.id)
            self._pump()

    async def _own_turn(self, id: str) -> None:
        """A repetition waits for its turn like everybody else."""
        turn = self._awaiting[id] = asyncio.get_running_loop().create_future()
        try:
            self._pump()
            await turn
        finally:
            del self._awaiting[id]

    def _done(self, job: Job) -> None:
        self._entries.pop(job.id, None)
        self.jobs.pop(job.id, None)
        self._usual.pop((job.request.model, job.request.size or ""), None)
        self._events.publish(JobsRemoved((job.id,)))

    async def _count_down(self, job: Job, error: StudioError, repeats: int) -> bool:
        """Wait before the next attempt; False when the user stopped it."""
        delay = delay_of(error, repeats, self._jitter())
        old = self._entries[job.id]
        again = counting_down(job, error, repeats, delay)
        self._turns.back(job.id)
        # The next attempt is journalled before this one is forgotten.
        queued = replace(again, state=JobState.QUEUED, retry_at=None)
        self._entries[job.id] = await self._journalling.run(self._journal.queue, queued)
        await self._journalling.run(self._journal.close, old, _why(error))
        self.change(again)
        return await self._count_downs.wait_for(job.id, delay)

    async def _end(self, job: Job, error: StudioError) -> None:
        if job.request.profile == OFFLINE:
            # The painter costs nothing, whatever its answers play.
            error.billed = Billed.NO
        if isinstance(error, KeyMissing) and self._hold_for_key:
            self._turns.held.add(job.request.profile)
        await self._fail(job, error)

    async def _cancelled(self, job: Job) -> None:
        await self._fail(job, cancelled(job))

    async def _fail(self, job: Job, error: StudioError) -> None:
        """Record that a job brought nothing, then forget its journal entry.

        What arrived of a broken answer stays in the journal, and one that found no room.
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
            # The journal still has it: the next start will say what is known.
            log.error("The end of a job could not be recorded: %s", storage)
            self._events.publish(ProblemOccurred(storage))
        except Exception as unforeseen:
            log.exception("The end of a job could not be recorded")
            self._events.publish(ProblemOccurred(bug(unforeseen, ended)))
        finally:
            # Whatever happened, the tile tells how it ended and waits for nobody.
            self._ending.discard(job.id)
            self.change(ended)

    async def _measure(self, key: tuple[str, str]) -> None:
        self._usual[key] = await self._library.usual_seconds(*key)


def _why(error: StudioError) -> EndReason:
    """What the end of a job proves about its answer."""
    if isinstance(error, Cancelled):
        return EndReason.CANCELLED
    return EndReason.REFUSED if error.answered else EndReason.UNANSWERED
