"""What the tile of a job that brought nothing says of the money."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studio.domain import Failure, Job, JobState
from studio.errors import Billed
from studio.ui.failures import end_of
from tests.core.shelves import a_job


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
