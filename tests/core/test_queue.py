"""The queue on real sockets: order, limits, cancel, and what is sent again at whose cost."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from studio import files
from studio.domain import JobState
from studio.events import JobChanged
from tests.core.running import (
    ANSWER,
    KEY,
    MODEL,
    arrived,
    inline,
    jpeg,
    left,
    parts,
    replies,
    studio,
)
from tests.fake_service import FakeService, Reply, Request, answer_with, tiny_png

NEVER = threading.Event()
"""A reply that waits for this does not come."""


def error(status: int, message: str = "no", code: str = "", **headers: str) -> Reply:
    return Reply(status, {"error": {"message": message, "code": code}}, headers)


def prompt_of(request: Request) -> str:
    return str(request.json["contents"][0]["parts"][-1]["text"])


async def test_jobs_are_sent_in_order_and_never_more_than_the_limit(tmp_path: Path) -> None:
    gates = [threading.Event() for _ in range(6)]
    with replies() as service:
        service.script(*(Reply(body=ANSWER, wait=gate) for gate in gates))
        async with studio(tmp_path, service, at_once=2) as one:
            jobs = await one.submit("{a|b|c|d|e|f}")
            for number, gate in enumerate(gates):
                await arrived(service, min(number + 2, 6))
                assert one.core.queue.running <= 2
                assert len(service.requests) <= number + 2
                assert one.core.queue.waiting == max(0, 4 - number)
                gate.set()
                await one.gone(jobs[number])
            assert one.busiest == 2
            assert sorted(map(prompt_of, service.requests[:2])) == ["a", "b"]
            assert [prompt_of(r) for r in service.requests[2:]] == ["c", "d", "e", "f"]
            places = [
                e.job.queue_place
                for e in one.heard
                if isinstance(e, JobChanged) and e.job.id == jobs[5].id and e.job.queue_place
            ]
            assert places == [4, 3, 2, 1]
            assert len(await one.pictures()) == 6
            assert one.core.queue.jobs == {}
            assert one.journal == []


async def test_a_job_tells_how_it_goes_on(tmp_path: Path) -> None:
    go_on = threading.Event()
    with replies() as service:
        service.script(Reply(body=ANSWER, wait=go_on, pieces=3))
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit()
            waiting = await one.reaches(job, JobState.WAITING)
            assert (waiting.attempt, waiting.received) == (1, 0)
            assert waiting.started == pytest.approx(time.time(), abs=5)
            go_on.set()
            await one.gone(job)
            receiving = [
                e.job.received
                for e in one.heard
                if isinstance(e, JobChanged) and e.job.state is JobState.RECEIVING
            ]
            assert 0 < receiving[0] <= len(json.dumps(ANSWER))
            assert one.states(job) == [
                *(JobState.QUEUED, JobState.WAITING, JobState.RECEIVING, JobState.INGESTING),
            ]


async def test_cancel_while_waiting_closes_the_connection_at_once(tmp_path: Path) -> None:
    with replies() as service:
        service.script(Reply(wait=NEVER))
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit()
            request = await arrived(service, 1)
            await one.reaches(job, JobState.WAITING)
            one.core.queue.cancel(job.id)
            one.core.queue.cancel(job.id)
            assert await left(request)
            await one.reaches(job, JobState.CANCELLED)
            await one.core.queue.idle()
            assert (one.failure(job).kind, one.failure(job).billed) == ("cancelled", "maybe")
            assert one.states(job).count(JobState.CANCELLED) == 1
            assert one.journal == []
            assert len(service.requests) == 1


async def test_cancel_while_receiving_closes_the_connection_at_once(tmp_path: Path) -> None:
    with replies() as service:
        body = json.dumps(answer_with(b"\x89PNG" + bytes(3_000_000))).encode()
        service.script(Reply(body=body, pieces=400, pause=0.02))
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit()
            request = await arrived(service, 1)
            await one.reaches(job, JobState.RECEIVING)
            one.core.queue.cancel(job.id)
            assert await left(request)
            await one.reaches(job, JobState.CANCELLED)
            await one.core.queue.idle()
            assert await one.pictures() == []
            assert one.journal == []


async def test_cancelling_what_waits_in_the_queue_costs_nothing(tmp_path: Path) -> None:
    with replies() as service:
        service.script(Reply(wait=NEVER))
        async with studio(tmp_path, service, at_once=1) as one:
            first, second, *others = await one.submit("{a|b|c|d|e}")
            await arrived(service, 1)
            one.core.queue.cancel(second.id)
            await one.reaches(second, JobState.CANCELLED)
            assert one.failure(second).billed == "no"
            # All at once: what was free is not started while the others are being put away.
            one.core.queue.cancel_all()
            await one.core.queue.idle()
            assert {one.last[job.id].state for job in (first, *others)} == {JobState.CANCELLED}
            assert {one.failure(job).billed for job in others} == {"no"}
            assert len(service.requests) == 1
            assert one.journal == []


async def test_a_queued_job_that_is_being_cancelled_is_not_started(tmp_path: Path) -> None:
    with replies() as service:
        gate = threading.Event()
        service.script(Reply(body=ANSWER, wait=gate))
        async with studio(tmp_path, service, at_once=1) as one:
            first, second = await one.submit("{a|b}")
            await arrived(service, 1)
            held = threading.Event()
            stop = files.watch(lambda kind, path: _hold(held, kind, path))
            try:
                one.core.queue.cancel(second.id)
                one.core.queue._pump()
                one.core.settings.change(at_once=3)
                one.core.queue._pump()
                held.set()
                gate.set()
                await one.core.queue.idle()
            finally:
                held.set()
                stop()
            assert one.last[second.id].state is JobState.CANCELLED
            assert one.removed(first)
            assert len(service.requests) == 1


def _hold(held: threading.Event, kind: str, path: Path) -> None:
    if kind == "append" and path.suffix == ".jsonl":
        held.wait(10)


@pytest.mark.parametrize(
    ("script", "requests", "waits"),
    [
        ([error(503), error(503), Reply(body=ANSWER)], 3, [None, None]),
        ([error(502), Reply(body=ANSWER)], 2, [None]),
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
        one.core.queue._jitter = lambda: 100.0
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
            # Bytes of a broken answer are kept, everything else is over.
            assert len(one.journal) == (kind == "incomplete")
            if reply.body is WORDS:
                assert "rather describe" in failure.message + failure.words


async def test_a_line_that_breaks_after_the_last_byte_lost_nothing(tmp_path: Path) -> None:
    body = json.dumps(ANSWER).encode()
    with replies() as service:
        service.script(Reply(body=body, framing=len(body) + 100))
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit()
            await one.until(lambda: one.removed(job) or one.last[job.id].failure)
            assert one.last[job.id].failure is None
            assert len(await one.pictures()) == 1


async def test_the_count_down_is_shown_cut_short_or_stopped(tmp_path: Path) -> None:
    busy = error(429, **{"Retry-After": "60"})
    with replies() as service:
        service.script(busy, busy)
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit()
            retrying = await one.reaches(job, JobState.RETRYING)
            assert retrying.retry_at == pytest.approx(time.time() + 60, abs=5)
            assert retrying.retry_reason
            assert one.core.queue.retrying == 1
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


async def test_cancel_ends_a_count_down(tmp_path: Path) -> None:
    with replies() as service:
        service.script(error(503, **{"Retry-After": "60"}))
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit()
            await one.reaches(job, JobState.RETRYING)
            one.core.queue.cancel(job.id)
            await one.reaches(job, JobState.CANCELLED)
            await one.core.queue.idle()
            assert one.failure(job).billed == "no"
            assert len(service.requests) == 1
            assert one.journal == []


async def test_every_picture_of_an_answer_is_kept_and_drafts_are_marked(tmp_path: Path) -> None:
    answer = parts(
        {"text": "First a plan.", "thought": True},
        inline(tiny_png(9, 9), thought=True),
        {"text": "Here they are."},
        inline(tiny_png(10, 10)),
        inline(tiny_png(11, 11), thoughtSignature="c2ln"),
    )
    answer["usageMetadata"] = ANSWER["usageMetadata"]
    with replies() as service:
        service.script(Reply(body=answer))
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit(seed=9)
            await one.gone(job)
            found = sorted(await one.pictures(), key=lambda picture: picture.width)
            assert [(p.width, p.draft) for p in found] == [(9, True), (10, False), (11, False)]
            assert {p.job for p in found} == {job.id}
            assert {p.seed for p in found} == {9}
            assert [p.cost_usd for p in found] == [0.0, 0.0, pytest.approx(0.0336, abs=1e-3)]
            assert "Here they are." in found[0].words


async def test_where_only_a_draft_can_be_read_it_is_the_result(tmp_path: Path) -> None:
    answer = parts(inline(tiny_png(9, 9), thought=True), inline(b"no picture at all"))
    with replies() as service:
        service.script(Reply(body=answer))
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit()
            await one.gone(job)
            (picture,) = await one.pictures()
            assert (picture.width, picture.draft) == (9, False)
            assert "One picture of the answer cannot be read" in picture.warnings


async def test_bytes_decide_the_file_and_what_was_not_asked_is_told(tmp_path: Path) -> None:
    data = jpeg(64, 64)
    with replies() as service:
        service.script(Reply(body=answer_with(data, "image/png")))
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit(aspect="16:9", size="512x512")
            await one.gone(job)
            (picture,) = await one.pictures()
            assert picture.media_type == "image/jpeg"
            assert picture.path.endswith(".jpg")
            assert one.core.library.path(picture).read_bytes() == data
            assert picture.warnings == ("Asked 16:9, got 1:1",)


async def test_an_answer_that_trickles_is_given_up_at_the_outer_limit(tmp_path: Path) -> None:
    with replies() as service:
        service.script(Reply(body=ANSWER, pieces=1000, pause=0.1))
        async with studio(tmp_path, service) as one:
            one.core.settings.value = replace(one.core.settings.value, outer_limit=0.6)
            (job,) = await one.submit()
            request = await arrived(service, 1)
            await one.reaches(job, JobState.FAILED)
            assert await left(request)
            assert (one.failure(job).kind, one.failure(job).billed) == ("network", "maybe")
            assert len(service.requests) == 1


def held_open(pause: float) -> Reply:
    """The whole answer after `pause` seconds; the line stays open as long again."""
    body = json.dumps(ANSWER).encode()
    return Reply(body=body + b" " * (len(body) + 2), pieces=2, pause=pause)


async def test_the_outer_limit_takes_no_answer_that_is_all_here(tmp_path: Path) -> None:
    with replies() as service:
        service.script(held_open(1.0))
        async with studio(tmp_path, service) as one:
            one.core.settings.value = replace(one.core.settings.value, outer_limit=1.6)
            (job,) = await one.submit()
            await one.gone(job)
            assert len(await one.pictures()) == 1
            assert one.journal == []


async def test_the_outer_limit_is_the_services_not_the_disks(tmp_path: Path) -> None:
    late = threading.Event()
    loop = asyncio.get_running_loop()

    def slow(kind: str, path: Path) -> None:
        if kind == "create" and path.suffix == ".part":
            loop.call_soon_threadsafe(loop.call_later, 1.2, late.set)
            assert late.wait(10)

    with replies() as service:
        async with studio(tmp_path, service) as one:
            one.core.settings.value = replace(one.core.settings.value, outer_limit=1.0)
            end = files.watch(slow)
            try:
                (job,) = await one.submit()
                await one.gone(job)
            finally:
                end()
            assert len(await one.pictures()) == 1


async def test_cancelling_takes_no_answer_that_is_all_here(tmp_path: Path) -> None:
    with replies() as service:
        service.script(held_open(0.4))
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit()
            await one.until(lambda: one.last[job.id].received >= len(json.dumps(ANSWER)))
            one.core.queue.cancel(job.id)
            await one.gone(job)
            assert len(await one.pictures()) == 1


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


async def test_failed_jobs_are_put_away_and_brought_back(tmp_path: Path) -> None:
    with replies() as service:
        service.script(error(400), error(400))
        async with studio(tmp_path, service) as one:
            jobs = await one.submit("{a|b}")
            for job in jobs:
                await one.reaches(job, JobState.FAILED)
            await one.core.queue.idle()
            assert {job.id for job in await one.core.library.failed()} == {j.id for j in jobs}
            await one.core.queue.dismiss([job.id for job in jobs])
            assert one.core.queue.jobs == {}
            assert all(one.removed(job) for job in jobs)
            assert await one.core.library.failed() == []
            await one.core.library.undo()
            assert len(await one.core.library.failed()) == 2


async def test_what_runs_is_not_put_away(tmp_path: Path) -> None:
    with replies() as service:
        service.script(Reply(wait=NEVER))
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit()
            await arrived(service, 1)
            await one.core.queue.dismiss([job.id])
            assert job.id in one.core.queue.jobs
            one.core.queue.cancel_all()
            await one.core.queue.idle()


class Drawer:
    """A keyring that keeps what it is given."""

    name = "drawer"

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def door(self) -> Any:
        from studio.key_status import State

        return State.OK

    def get(self, service: str, profile: str) -> str | None:
        return self.kept.get(profile)

    def set(self, service: str, profile: str, key: str) -> None:
        self.kept[profile] = key

    def delete(self, service: str, profile: str) -> None:
        self.kept.pop(profile, None)


@pytest.mark.parametrize("refused", [False, True], ids=["no key", "refused key"])
async def test_without_a_key_the_jobs_of_its_profile_wait_for_one(
    tmp_path: Path, refused: bool
) -> None:
    with replies() as service:
        own = {"name": "mine", "title": "Mine", "base_url": service.url}
        (tmp_path / "config").mkdir()
        (tmp_path / "config/settings.json").write_text(
            json.dumps({"version": 1, "profiles": [own], "at_once": 1, "profile": "mine"})
        )
        async with studio(tmp_path, provider=None, key="") as one:
            drawer = one.core.keys._vault = Drawer()
            if refused:
                drawer.kept["mine"] = "sk-an-old-one-00000000"
                service.script(error(401, "Invalid token"))
            first, second, third = await one.submit("{a|b|c}", profile="mine")
            await one.reaches(first, JobState.FAILED)
            await one.core.queue.idle()
            assert one.failure(first).kind == "auth"
            assert one.core.queue.held("mine")
            assert {one.last[job.id].state for job in (second, third)} == {JobState.QUEUED}
            assert len(service.requests) == refused
            # Other profiles go on.
            (sketch,) = await one.submit("x", profile="sketch", model="sketch", size="512")
            await one.until(lambda: one.removed(sketch))
            await one.core.keys.store("mine", KEY)
            await one.until(lambda: one.removed(second) and one.removed(third))
            one.core.queue.retry(first.id)
            await one.until(lambda: one.removed(first))
            assert service.requests[-1].headers["authorization"] == f"Bearer {KEY}"
            assert len(await one.pictures()) == 4


async def test_closing_leaves_what_was_sent_to_be_told_at_the_next_start(tmp_path: Path) -> None:
    with replies() as service:
        service.script(Reply(wait=NEVER))
        async with studio(tmp_path, service, at_once=1) as one:
            sent, queued = await one.submit("{a|b}")
            await arrived(service, 1)
        async with studio(tmp_path, service) as one:
            await one.core.recover()
            assert one.core.queue.jobs[sent.id].state is JobState.UNKNOWN
            assert one.core.queue.jobs[queued.id].state is JobState.UNSENT
            assert len(service.requests) == 1


async def test_the_usual_time_is_known_after_a_few(tmp_path: Path) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as one:
            assert one.core.queue.usual_seconds(MODEL, "1K") is None
            for job in await one.submit("{a|b|c}"):
                await one.gone(job)
            one.core.queue.usual_seconds(MODEL, "1K")
            await one.core.queue.idle()
            usual = one.core.queue.usual_seconds(MODEL, "1K")
            assert usual is not None
            assert 0 < usual < 10


async def test_a_reference_is_sent_as_it_lies(tmp_path: Path) -> None:
    from studio.domain import Role

    with replies() as service:
        async with studio(tmp_path, service) as one:
            kept = await one.core.library.keep_input(jpeg(), role=Role.STYLE, name="swatch")
            (job,) = await one.submit(references=(kept,), aspect="match")
            await one.gone(job)
            sent = service.requests[0].json
            (inlined,) = [p for p in sent["contents"][0]["parts"] if "inlineData" in p]
            assert inlined["inlineData"]["mimeType"] == "image/jpeg"
            assert "aspectRatio" not in sent["generationConfig"].get("imageConfig", {})
            (picture,) = await one.pictures()
            assert [(p.sha256, p.role) for p in picture.parents] == [(kept.sha256, Role.STYLE)]


async def test_idle_returns_when_nothing_is_left(tmp_path: Path) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as one:
            await one.submit("{a|b|c|d}")
            async with asyncio.timeout(30):
                await one.core.queue.idle()
            assert len(await one.pictures()) == 4
