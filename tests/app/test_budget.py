"""Monthly budget: jobs in progress are counted between a press of Generate and the next sum."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from studio.app.budget import BudgetTracker
from studio.config.settings import SettingsStore
from studio.domain.budget import Budget
from studio.domain.entities import GenerationRequest, Job, JobState
from studio.domain.events import EventBus, JobChanged, JobsRemoved
from studio.domain.runs import Run
from studio.domain.spend import Spend

REQUEST = GenerationRequest(profile="dgrid", model="m", prompt="p")


def job(id: str, usd: float | None, state: JobState = JobState.QUEUED, run: str = "r") -> Job:
    return Job(id=id, run=run, request=REQUEST, created=0.0, state=state, estimate_usd=usd)


class Ledger:
    """A library whose sums are scripted.

    Attributes:
        spend: the next sum.
        meanwhile: what happens while it is read.
    """

    def __init__(self) -> None:
        self.spend = Spend()
        self.meanwhile: list[JobsRemoved] = []
        self.events = EventBus()

    async def read(self) -> Spend:
        for event in self.meanwhile:
            self.events.publish(event)
        self.meanwhile = []
        return self.spend


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def settings(tmp_path: Path, ledger: Ledger) -> SettingsStore:
    store = SettingsStore(tmp_path / "settings.json", ledger.events)
    store.change(budget_usd=40.0)
    return store


async def test_only_what_is_alive_is_coming_and_unknown_prices_are_counted(
    ledger: Ledger, settings: SettingsStore
) -> None:
    waiting = [job("a", 0.5), job("b", 9.0, JobState.FAILED)]
    budget = BudgetTracker(settings, ledger.read, waiting, ledger.events)
    for one in (
        job("c", 0.25, JobState.RETRYING),
        job("d", None, JobState.RECEIVING),
        job("e", 9.0, JobState.FAILED),
        job("f", 9.0, JobState.UNSENT),
    ):
        ledger.events.publish(JobChanged(one))
    ledger.spend = Spend(today=1.0, month=10.0, unknown=2, maybe=5)
    assert await budget.sum_up() == ledger.spend
    assert budget.standing() == Budget(limit=40.0, spent=10.0, coming=0.75, unknown=3)
    assert budget.recorded() == Budget(limit=40.0, spent=10.0, unknown=2)


async def test_a_job_that_ended_counts_until_it_is_in_a_sum(
    ledger: Ledger, settings: SettingsStore
) -> None:
    budget = BudgetTracker(settings, ledger.read, (), ledger.events)
    ledger.spend = Spend(month=10.0)
    await budget.sum_up()
    ledger.events.publish(JobChanged(job("j", 0.5)))
    assert budget.standing().after(0.0) == 10.5
    # A sum that is under way when the picture comes may not have it.
    ledger.meanwhile = [JobsRemoved(("j",))]
    await budget.sum_up()
    assert budget.standing().after(0.0) == 10.5
    ledger.spend = Spend(month=10.5)
    await budget.sum_up()
    assert budget.standing().after(0.0) == 10.5


async def test_a_run_counts_from_the_press_until_its_jobs_do(
    ledger: Ledger, settings: SettingsStore
) -> None:
    budget = BudgetTracker(settings, ledger.read, (), ledger.events)
    run = Run(id="r", requests=(REQUEST, REQUEST), names=("", ""), each_usd=0.25)
    budget.expect(run)
    assert budget.standing().coming == 0.5
    for id in ("k", "l"):
        ledger.events.publish(JobChanged(job(id, 0.25)))
        assert budget.standing().coming == 0.5
    budget.stop_expecting(run)
    assert budget.standing().coming == 0.5
    # A job that is told of again is not another one.
    ledger.events.publish(JobChanged(replace(job("k", 0.25), state=JobState.RECEIVING)))
    assert budget.standing().coming == 0.5


async def test_a_run_that_could_not_be_queued_counts_no_longer(
    ledger: Ledger, settings: SettingsStore
) -> None:
    budget = BudgetTracker(settings, ledger.read, (), ledger.events)
    refused = Run(id="refused", requests=(REQUEST,), names=("",), each_usd=5.0)
    budget.expect(refused)
    await budget.sum_up()
    assert budget.standing().coming == 5.0
    budget.stop_expecting(refused)
    assert budget.standing().coming == 0.0
