"""Billing on the tile of a job without a picture."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studio.common.errors import Billed
from studio.domain.entities import Failure, Job, JobState
from studio.ui.controllers.retry import failed_jobs
from studio.ui.support.job_outcome import end_of
from tests.library.builders import a_job


def ended(state: JobState, billed: Billed) -> Job:
    failure = Failure(kind="incomplete", title="It stopped", billed=billed)
    return replace(a_job(state=state, attempt=1), failure=failure)


@pytest.mark.parametrize("state", [JobState.UNKNOWN, JobState.CUT, JobState.FAILED])
@pytest.mark.parametrize(
    ("billed", "words"),
    [(Billed.NO, "Not billed"), (Billed.MAYBE, "May have been billed")],
)
def test_the_bill_is_the_one_that_was_recorded(state: JobState, billed: Billed, words: str) -> None:
    end = end_of(ended(state, billed))
    assert (end.bill, end.doubt) == (words, billed is Billed.MAYBE)


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.CANCELLED])
def test_an_answer_that_is_kept_can_be_read_again_or_discarded(state: JobState) -> None:
    job = ended(state, Billed.MAYBE)
    assert job.failure is not None
    job = replace(job, failure=replace(job.failure, kind="no_image", kept=True))
    end = end_of(job)
    assert [offer.label for offer in end.offers] == ["Read again", "Discard"]
    assert (end.head, end.bill) == ("It stopped", "May have been billed")


def test_what_is_kept_is_not_asked_for_again_with_the_rest() -> None:
    kept = ended(JobState.FAILED, Billed.MAYBE)
    assert kept.failure is not None
    kept = replace(kept, failure=replace(kept.failure, kept=True))
    other = replace(ended(JobState.FAILED, Billed.NO), id="other")
    assert failed_jobs([kept, other]) == [other]
