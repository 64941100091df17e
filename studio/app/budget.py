"""Monthly budget: spending recorded in the library, plus jobs in progress."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

from studio.common.errors import Billed
from studio.config.settings import SettingsStore
from studio.domain.budget import Budget
from studio.domain.entities import Job, JobState
from studio.domain.events import Event, EventBus, JobChanged, JobsRemoved
from studio.domain.runs import Run
from studio.domain.spend import Spend


class BudgetTracker:
    """Limit, spending, and estimated cost of jobs in progress.

    A run is submitted a moment before its jobs are in the queue, and a job ends a moment before its
    cost is in the sums. Both are counted here in the meantime.

    Attributes:
        spend: the most recently read sums.
    """

    def __init__(
        self,
        settings: SettingsStore,
        read_spend: Callable[[], Awaitable[Spend]],
        jobs: Iterable[Job],
        events: EventBus,
    ) -> None:
        """`read_spend` sums up the records; `jobs` are those already in the queue."""
        self._settings = settings
        self._read_spend = read_spend
        self.spend = Spend()
        self._alive = {job.id: job.estimate_usd for job in jobs if job.alive}
        self._landed: dict[str, float] = {}
        self._expected: dict[str, tuple[int, float]] = {}
        events.subscribe(self._on_core_event)

    @property
    def limit(self) -> float:
        """Monthly limit in US dollars; 0 for none."""
        return self._settings.value.budget_usd

    async def sum_up(self) -> Spend:
        """Read the sums again. Only jobs that ended before the call are certain to be included."""
        landed = tuple(self._landed)
        self.spend = await self._read_spend()
        for id in landed:
            self._landed.pop(id, None)
        return self.spend

    def recorded(self) -> Budget:
        """The month's spending from the records alone, as shown in the panels."""
        return Budget(limit=self.limit, spent=self.spend.month, unknown=self.spend.unknown)

    def standing(self) -> Budget:
        """The month's spending including jobs in progress."""
        coming = [usd for usd in self._alive.values() if usd is not None]
        expected = sum(jobs * each for jobs, each in self._expected.values())
        return Budget(
            limit=self.limit,
            spent=self.spend.month + sum(self._landed.values()),
            coming=sum(coming) + expected,
            unknown=self.spend.unknown + len(self._alive) - len(coming),
        )

    def expect(self, run: Run) -> None:
        """Count a run that is on its way to the queue."""
        if run.each_usd:
            self._expected[run.id] = (len(run.requests), run.each_usd)

    def stop_expecting(self, run: Run) -> None:
        """Forget a run: its jobs are in the queue, or could not be queued."""
        self._expected.pop(run.id, None)

    def _on_core_event(self, event: Event) -> None:
        if isinstance(event, JobsRemoved):
            for id in event.ids:
                self._land(id)
        elif isinstance(event, JobChanged):
            job = event.job
            if job.alive:
                if job.id not in self._alive and (expected := self._expected.get(job.run)):
                    jobs, each = expected
                    self._expected[job.run] = (jobs - 1, each)
                self._alive[job.id] = job.estimate_usd
            elif job.state is JobState.FAILED and job.failure and job.failure.billed is Billed.YES:
                self._land(job.id)
            else:
                self._alive.pop(job.id, None)

    def _land(self, id: str) -> None:
        if usd := self._alive.pop(id, None):
            self._landed[id] = usd
