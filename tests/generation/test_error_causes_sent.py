"""How often a request is sent for each kind of failed response, counted at the service."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from studio.domain.entities import JobState
from tests.fake_service import FakeService, Reply, Request
from tests.generation.harness import prompt_of, studio
from tests.providers.error_examples import BILLED, CAUSES, Expected, Response

EVERY = {**CAUSES, "stated billed": (Expected("", "yes"), BILLED)}


@pytest.mark.one_loop
@pytest.mark.parametrize("name", EVERY)
async def test_only_what_was_not_billed_and_may_pass_is_sent_again(
    tmp_path: Path, name: str
) -> None:
    expected, some = EVERY[name]

    def answer(request: Request) -> Reply:
        one: Response = some[int(prompt_of(request).split()[-1])]
        return Reply(one.status, one.body, {"Content-Type": "text/plain", **one.headers})

    with FakeService(fallback=answer) as service:
        async with studio(tmp_path, service, hold_for_key=False) as one:
            jobs = [(await one.submit(f"case {number}"))[0] for number in range(len(some))]
            for job in jobs:
                await one.reaches(job, JobState.FAILED)
            await one.core.queue.idle()
            sent = Counter(prompt_of(request) for request in service.requests)
            assert sent == {f"case {number}": expected.requests for number in range(len(some))}
            failures = [one.failure(job) for job in jobs]
    assert {failure.billed for failure in failures} == {expected.billed}
    if expected.kind:
        assert {failure.kind for failure in failures} == {expected.kind}
