"""Cost and end of the queue."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studio.domain.entities import HoldReason, Job, JobState
from studio.ui.support.queue_estimate import cost_words, end_words, seconds_left
from tests.ui import scripted_core

NOW = 1000.0


def job(name: str, state: JobState = JobState.QUEUED, usd: float | None = 0.05) -> Job:
    made = scripted_core.job(name, state)
    request = replace(made.request, profile="dgrid", model="banana", size="1K")
    return replace(made, request=request, estimate_usd=usd)


def usual(_model: str, _size: str | None) -> float:
    return 20.0


def two(_profile: str) -> int:
    return 2


def test_queued_jobs_share_the_slots_behind_what_is_running() -> None:
    running = replace(job("a", JobState.WAITING), started=NOW - 15)
    queue = [running, job("b"), job("c"), job("d")]
    # Slot one: 5 s left, then c until 25, slot two: b until 20, then d until 40.
    assert seconds_left(queue, usual, two, NOW) == 40.0
    assert seconds_left(queue, usual, lambda _profile: 1, NOW) == 65.0
    assert seconds_left([], usual, two, NOW) == 0.0


def test_retries_and_paces_are_waited_for() -> None:
    retrying = replace(job("a", JobState.RETRYING), retry_at=NOW + 30)
    paced = replace(job("b"), hold=HoldReason.PACE, send_at=NOW + 60)
    assert seconds_left([retrying], usual, two, NOW) == 50.0
    assert seconds_left([retrying, paced], usual, two, NOW) == 80.0


def test_an_end_is_reported_only_where_it_was_measured() -> None:
    assert seconds_left([job("a")], lambda _model, _size: None, two, NOW) is None
    assert seconds_left([replace(job("a"), hold=HoldReason.KEY)], usual, two, NOW) is None


@pytest.mark.parametrize(
    ("prices", "words"),
    [
        ([0.05, 0.05], "≈ $0.10"),
        ([0.05, None], "≈ $0.05, 1 of unknown price"),
        ([None], "1 of unknown price"),
        ([], ""),
    ],
)
def test_the_price_is_that_of_all_jobs(prices: list[float | None], words: str) -> None:
    assert cost_words([job("a", usd=usd) for usd in prices]) == words


def test_offline_jobs_cost_nothing() -> None:
    assert cost_words([scripted_core.job("a", JobState.QUEUED)]) == "free"


def test_the_end_is_said_in_minutes_and_as_a_time() -> None:
    assert end_words(12, "14:32") == "done in less than a minute, at 14:32"
    assert end_words(70, "14:32") == "done in about 1 minute, at 14:32"
    assert end_words(300, "14:32") == "done in about 5 minutes, at 14:32"
