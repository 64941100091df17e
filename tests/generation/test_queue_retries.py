"""Automatic retries: conditions, and the count-down before them."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from studio.common import files
from studio.domain.entities import JobState
from tests.fake_service import FakeService, Reply, answer_with
from tests.generation.harness import ANSWER, arrived, error, parts, replies, studio


@pytest.mark.parametrize(
    ("script", "requests", "waits"),
    [
        ([error(503), error(503), Reply(body=ANSWER)], 3, [None, None]),
        ([error(502, "The model is overloaded"), Reply(body=ANSWER)], 2, [None]),
        ([error(429, **{"Retry-After": "0"}), Reply(body=ANSWER)], 2, [0]),
        ([error(500), Reply(body=ANSWER)], 2, [None]),
    ],
    ids=["503 503", "502", "429", "500"],
)
async def test_what_the_service_did_not_bill_is_sent_again(
    tmp_path: Path, script: list[Reply], requests: int, waits: list[int | None]
) -> None:
    with replies() as service:
        service.script(*script)
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit()
            await one.gone(job)
            assert len(service.requests) == requests
            assert one.states(job).count(JobState.RETRYING) == len(waits)
            (picture,) = await one.pictures()
            assert picture.job == job.id
            assert one.journal == []


async def test_a_service_that_was_not_reached_is_tried_again(tmp_path: Path) -> None:
    with replies() as gone:
        port = gone.port
    async with studio(tmp_path, gone) as one:
        one.core.queue.jitter = lambda: 100.0
        (job,) = await one.submit()
        retrying = await one.reaches(job, JobState.RETRYING)
        assert JobState.WAITING not in one.states(job)
        assert retrying.retry_reason
        with FakeService(port, fallback=lambda _request: Reply(body=ANSWER)) as service:
            one.core.queue.retry_now(job.id)
            await one.gone(job)
            assert len(service.requests) == 1


@pytest.mark.parametrize(
    ("reply", "attempts", "kind"),
    [(error(503), 4, "server"), (error(500), 2, "server"), (error(429), 4, "rate_limited")],
    ids=["503", "500", "429"],
)
async def test_after_its_retries_a_job_fails_with_what_was_said(
    tmp_path: Path, reply: Reply, attempts: int, kind: str
) -> None:
    with replies() as service:
        service.script(*[reply] * 9)
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit()
            failed = await one.reaches(job, JobState.FAILED)
            assert (one.failure(job).kind, one.failure(job).billed) == (kind, "no")
            assert (failed.attempt, len(service.requests)) == (attempts, attempts)
            await one.core.queue.idle()
            assert one.journal == []


WORDS = parts({"text": "I would rather describe it."})
REFUSED = {"promptFeedback": {"blockReason": "SAFETY"}}


async def test_a_cut_answer_tells_exactly_how_much_of_it_arrived(tmp_path: Path) -> None:
    with replies() as service:
        service.script(Reply(body=ANSWER, pieces=40, pause=0.002, cut=100))
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit()
            await one.reaches(job, JobState.FAILED)
            await one.core.queue.idle()
            (entry,) = one.journal
            assert one.last[job.id].received == (entry / "answer").stat().st_size == 100


@pytest.mark.parametrize(
    ("reply", "kind", "billed"),
    [
        (Reply(reset="request"), "network", "maybe"),
        (Reply(body=ANSWER, cut=90), "incomplete", "maybe"),
        (Reply(body=ANSWER, cut=90, framing="chunked"), "incomplete", "maybe"),
        (Reply(body=ANSWER, cut=90, framing="close"), "incomplete", "maybe"),
        (Reply(body=ANSWER, cut=90, reset="body"), "incomplete", "maybe"),
        (Reply(body=WORDS), "no_image", "maybe"),
        (Reply(body=REFUSED), "refused", "maybe"),
        (Reply(body=b"<html>Sign in</html>"), "server", "maybe"),
        (Reply(body=answer_with(b"not a picture")), "no_image", "maybe"),
        (error(504), "server", "maybe"),
        (error(400), "request", "no"),
        (error(401), "auth", "no"),
        (error(402), "balance", "no"),
        (error(403, code="insufficient_user_quota"), "balance", "no"),
        (error(404, "models/x is not found"), "model", "no"),
        (error(413), "request", "no"),
        (error(503, code="model_not_found"), "model", "no"),
        (error(429, "limit: 0 per day"), "rate_limited", "no"),
        (replace(error(401, "x" * 5000), cut=2000), "auth", "no"),
    ],
)
async def test_what_may_have_been_billed_or_cannot_help_is_never_sent_again(
    tmp_path: Path, reply: Reply, kind: str, billed: str
) -> None:
    with replies() as service:
        service.script(reply)
        async with studio(tmp_path, service, hold_for_key=False) as one:
            (job,) = await one.submit()
            await one.reaches(job, JobState.FAILED)
            await one.core.queue.idle()
            failure = one.failure(job)
            assert (failure.kind, failure.billed) == (kind, billed)
            assert failure.title
            assert len(service.requests) == 1
            assert one.states(job).count(JobState.RETRYING) == 0
            (recorded,) = await one.core.library.failed()
            assert (recorded.id, recorded.failure) == (job.id, failure)
            # What may hold a picture is kept, everything else is over.
            assert len(one.journal) == (kind == "incomplete" or failure.kept)
            assert failure.kept == (kind == "no_image" and reply.body is not WORDS)
            if reply.body is WORDS:
                assert "rather describe" in failure.message + failure.words


async def test_the_count_down_is_shown_cut_short_or_stopped(tmp_path: Path) -> None:
    busy = error(429, **{"Retry-After": "60"})
    with replies() as service:
        service.script(busy, busy)
        async with studio(tmp_path, service) as one:
            submitted = time.time()
            (job,) = await one.submit()
            retrying = await one.reaches(job, JobState.RETRYING)
            assert retrying.retry_at is not None
            assert submitted + 60 <= retrying.retry_at <= time.time() + 60
            assert retrying.retry_reason
            one.core.queue.retry_now(job.id)
            await arrived(service, 2)
            await one.until(
                lambda: (
                    one.last[job.id].state is JobState.RETRYING and one.last[job.id].attempt == 2
                )
            )
            one.core.queue.stop_retrying(job.id)
            await one.reaches(job, JobState.FAILED)
            assert one.failure(job).kind == "rate_limited"
            await one.core.queue.idle()
            assert len(service.requests) == 2
            assert one.journal == []
            one.core.queue.retry(job.id)
            await one.gone(job)
            assert len(await one.pictures()) == 1
            assert await one.core.library.failed() == []


async def test_try_again_pressed_twice_is_sent_once(tmp_path: Path) -> None:
    with replies() as service:
        service.script(error(400))
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit()
            failed = await one.reaches(job, JobState.FAILED)
            await one.core.queue.idle()
            one.core.queue.retry(failed)
            one.core.queue.retry(failed)
            await one.until(lambda: one.last[job.id].alive)
            one.core.queue.retry(failed)
            await one.gone(job)
            await one.core.queue.idle()
            assert len(service.requests) == 2
            assert one.journal == []
            states = one.states(job)
            assert states.count(JobState.QUEUED) == 2, states


async def test_try_again_on_a_full_disk_leaves_the_job_as_it_was(tmp_path: Path) -> None:
    def full(kind: str, path: Path) -> None:
        if "journal" in path.parts:
            raise OSError(28, "No space left on device")

    with replies() as service:
        service.script(error(400))
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit()
            await one.reaches(job, JobState.FAILED)
            await one.core.queue.idle()
            end = files.watch(full)
            try:
                one.core.queue.retry(job.id)
                await one.core.queue.idle()
            finally:
                end()
            assert one.troubles() == ["storage"]
            assert one.core.queue.jobs[job.id].state is JobState.FAILED
            one.core.queue.retry(job.id)
            await one.gone(job)
            assert len(await one.pictures()) == 1


def google(message: str, *details: dict[str, Any], **headers: str) -> Reply:
    body = {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": message, "details": details}
    return Reply(429, {"error": body}, headers)


INFO = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "49s"}
NOW = "Mon, 23 Nov 2026 10:00:00 GMT"


@pytest.mark.parametrize(
    ("reply", "wait"),
    [
        (google("m", **{"Retry-After": "7"}), 7),
        (google("Please retry in 3s", INFO, **{"Retry-After": "7"}), 7),
        (google("Please retry in 3s.", INFO), 49),
        (google("Please retry in 49.125626837s."), 49.125626837),
        (google("m", **{"Retry-After": "Mon, 23 Nov 2026 10:00:30 GMT", "Date": NOW}), 30),
        (google("m", **{"Retry-After": "Mon, 23 Nov 2026 09:00:00 GMT", "Date": NOW}), 0),
        (google("m", **{"Retry-After": "120"}), 120),
    ],
)
async def test_the_delay_is_the_one_the_service_asked_for(
    tmp_path: Path, reply: Reply, wait: float
) -> None:
    with replies() as service:
        service.script(reply)
        async with studio(tmp_path, service) as one:
            submitted = time.time()
            (job,) = await one.submit()
            retrying = await one.reaches(job, JobState.RETRYING)
            assert retrying.retry_at is not None
            assert submitted + wait <= retrying.retry_at <= time.time() + wait
            one.core.queue.retry_now(job.id)
            await one.gone(job)


@pytest.mark.parametrize("wait", [121, 4000, 999999999])
async def test_a_longer_delay_than_a_job_waits_for_is_reported_and_not_shortened(
    tmp_path: Path, wait: int
) -> None:
    with replies() as service:
        service.script(error(429, **{"Retry-After": str(wait)}))
        async with studio(tmp_path, service) as one:
            submitted = time.time()
            (job,) = await one.submit()
            await one.reaches(job, JobState.FAILED)
            await one.core.queue.idle()
            failure = one.failure(job)
            assert (failure.kind, failure.billed) == ("rate_limited", "no")
            assert failure.retry_at is not None
            assert submitted + wait <= failure.retry_at <= time.time() + wait
            assert len(service.requests) == 1
            (recorded,) = await one.core.library.failed()
            assert recorded.failure == failure
            # The user may try earlier all the same.
            one.core.queue.retry(job.id)
            await one.gone(job)
