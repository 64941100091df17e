"""Spending: every bill once, by the local calendar, and uncertain ones beside the sum."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from studio.common.errors import Billed
from studio.domain.entities import CostBasis, Failure, JobState
from studio.domain.spend import Spend
from studio.library.query import Cost
from tests.library.builders import a_job, opened, take

NOW = datetime(2026, 10, 28, 11, 0, tzinfo=UTC).timestamp()


@pytest.fixture(autouse=True)
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Where the clock is put back on 25 October."""
    if not hasattr(time, "tzset"):
        pytest.skip("this system keeps its time zone to itself")
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def at(day: int, hour: int, minute: int = 0, month: int = 10) -> float:
    """A moment by the clock of Greenwich."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC).timestamp()


def bill(billed: Billed, kind: str = "no_image") -> Failure:
    return Failure(kind=kind, title="no", billed=billed)


async def test_a_month_and_a_day_begin_at_local_midnight_whatever_the_clock_did(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as library:
        for created, usd in (
            (at(30, 21, 59, month=9), 100.0),  # 23:59 in summer time, still September
            (at(30, 22, 30, month=9), 1.0),  # half past midnight, October
            (at(27, 22, 59), 2.0),  # yesterday, 23:59 in winter time
            (at(27, 23, 30), 4.0),  # today, half past midnight
            (at(28, 10), 8.0),
        ):
            await take(library, created=created, cost_usd=usd, cost_basis=CostBasis.USAGE)
        spend = await library.spend(NOW)
        assert (spend.today, spend.month) == (12.0, 15.0)
        assert await library.spend_by_day(NOW) == {
            "2026-10-01": 1.0,
            "2026-10-27": 2.0,
            "2026-10-28": 12.0,
        }


async def test_what_may_have_been_billed_stands_beside_the_sum(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        for state, failure in (
            (JobState.FAILED, bill(Billed.NO)),
            (JobState.FAILED, bill(Billed.MAYBE)),
            (JobState.CANCELLED, bill(Billed.MAYBE, "cancelled")),
            (JobState.FAILED, bill(Billed.YES)),
        ):
            job = a_job(state=state, attempt=1, finished=NOW, failure=failure, estimate_usd=0.25)
            await library.add_job_pictures(job, [])
        await take(library, created=NOW, cost_usd=None)
        assert await library.spend(NOW) == Spend(today=0.25, month=0.25, unknown=1, maybe=2)


async def test_a_bill_stays_when_the_job_is_tried_again_or_put_away(tmp_path: Path) -> None:
    failed = a_job(
        state=JobState.FAILED,
        attempt=1,
        finished=NOW,
        failure=bill(Billed.YES),
        estimate_usd=0.5,
    )

    async with opened(tmp_path) as library:
        await library.add_job_pictures(failed, [])
        await library.dismiss([failed.id])
        again = replace(failed, attempt=2, failure=bill(Billed.MAYBE))
        await library.add_job_pictures(again, [])
        await library.add_job_pictures(again, [])  # as a recovery that was itself ended
        await library.add_job_pictures(
            replace(failed, attempt=3, state=JobState.DONE, failure=None), []
        )
        assert await library.spend(NOW) == Spend(today=0.5, month=0.5, maybe=1)
        await library.rebuild()
        assert await library.spend(NOW) == Spend(today=0.5, month=0.5, maybe=1)


async def test_an_answer_that_found_no_room_is_billed_with_its_picture_alone(
    tmp_path: Path,
) -> None:

    job = a_job(
        state=JobState.FAILED, attempt=1, finished=NOW, failure=bill(Billed.MAYBE, "storage")
    )
    async with opened(tmp_path) as library:
        await library.add_job_pictures(job, [])
        assert (await library.spend(NOW)).maybe == 1
        await library.add_job_pictures(
            replace(job, attempt=2, state=JobState.DONE, failure=None), []
        )
        assert (await library.spend(NOW)).maybe == 0


async def test_pictures_of_a_collection_are_summed(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        one = await take(library, cost_usd=0.5)
        two = await take(library, cost_usd=0.25)
        dear = await take(library, cost_usd=9.0)
        unknown = await take(library, cost_usd=None)
        ids = [one.id, two.id, one.id, unknown.id, "nobody"]
        assert await library.cost(ids) == Cost(0.75, 1)
        assert await library.cost([]) == Cost(0.0, 0)
        assert (await library.cost([dear.id])).usd == 9.0
        await library.trash([dear.id])
        assert (await library.cost([dear.id])).usd == 9.0
