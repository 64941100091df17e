"""Sixty ways an answer can go wrong, each alone and among five healthy ones."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

from studio.domain.entities import HoldReason, Job, JobState
from tests.fake_service import FakeService, Reply, Request, tiny_png
from tests.generation.harness import ANSWER, Studio, parts, prompt_of, studio

LIMIT = 20.0
"""Seconds after which a job counts as hung."""

BODY = json.dumps(ANSWER).encode()
HTML = b"<!doctype html><title>Sign in</title><p>Welcome to the hotel"
BROKEN = "Broken lamp"
_END = (JobState.FAILED, JobState.CANCELLED)


def _error(status: int) -> Reply:
    return Reply(status, {"error": {"code": status, "message": "no", "status": "NO"}})


def _deep(levels: int) -> bytes:
    return b"[" * levels + b"]" * levels


def _odd() -> list[bytes]:
    picture = tiny_png()
    inline = {"inlineData": {"mimeType": "image/png", "data": "!!not base64!!"}}
    half = BODY.replace(BODY[100:140], b"")
    return [
        b"", b" ", b"null", b"[]", b"{}", b'"words"', b"42", b"{", b"\xff\xfe\x00", _deep(100_000),
        json.dumps({"candidates": None}).encode(),
        json.dumps({"candidates": [None, 7, []]}).encode(),
        json.dumps({"candidates": [{"content": {"parts": [inline]}}]}).encode(),
        json.dumps({"promptFeedback": {"blockReason": "SAFETY"}}).encode(),
        json.dumps(parts({"text": "I would rather not."})).encode(),
        json.dumps({"error": {"message": "quota"}}).encode(), half, picture, HTML, BODY + BODY,
    ]  # fmt: skip


def scripts() -> list[Reply]:
    """Each one way to answer."""
    statuses = (400, 401, 402, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 504)
    found = [_error(status) for status in statuses]
    found += [Reply(status, HTML, {"content-type": "text/html"}) for status in (401, 403, 502, 503)]
    for framing in ("length", "chunked", "close"):
        found += [
            Reply(body=BODY, framing=framing, cut=at)
            for at in (0, 1, len(BODY) // 2, len(BODY) - 1)
        ]
    found += [Reply(body=BODY, reset=where) for where in ("accept", "request")]
    found += [Reply(body=BODY, reset="body", cut=at) for at in (0, 50, len(BODY) - 1)]
    found += [Reply(body=BODY, framing=length) for length in (len(BODY) + 10, len(BODY) - 10)]
    found += [Reply(body=BODY, pieces=40, pause=0.001), Reply(body=BODY, wait=0.3)]
    found += [
        Reply(body=BODY, headers={"content-encoding": "gzip"}),
        Reply(body=BODY, headers={"content-type": "text/html"}),
    ]
    found += [Reply(body=body) for body in _odd()]
    return found


def ended(one: Studio, job: Job) -> bool:
    """Whether a job made way for its picture, told why there is none, or waits for a key."""
    now = one.last.get(job.id)
    return one.removed(job) or (now is not None and (now.state in _END or waits_for_key(now)))


def waits_for_key(job: Job) -> bool:
    """Whether a job was not sent, because the key was refused meanwhile."""
    return job.state is JobState.QUEUED and job.hold is HoldReason.KEY


async def _ended(one: Studio, jobs: list[Job]) -> None:
    async with asyncio.timeout(LIMIT):
        await one.until(lambda: all(ended(one, job) for job in jobs))


async def _play(home: Path, reply: Reply, healthy: int) -> None:
    def answer(request: Request) -> Reply:
        return reply if prompt_of(request) == BROKEN else Reply(body=ANSWER)

    more: dict[str, Any] = {"at_once": 6}
    with FakeService(fallback=answer) as service:
        async with studio(home, service, shared=None, **more) as one:
            (bad,) = await one.submit(BROKEN)
            good = [(await one.submit(f"Lamp {n}"))[0] for n in range(healthy)]
            await _ended(one, [bad, *good])
            for job in good:
                now = one.last[job.id]
                refused = waits_for_key(now) and one.failure(bad).kind == "auth"
                assert one.removed(job) or refused, (reply, now.failure)
            if not one.removed(bad):
                failure = one.failure(bad)
                assert failure.kind != "bug", (reply, failure)
                assert failure.title


def play(folder: Path, number: int | None = None) -> int:
    """Play the scripts alone and in company; how many there were."""
    every = scripts()
    chosen = every if number is None else every[:: max(1, len(every) // number)][:number]
    for place, reply in enumerate(chosen):
        for healthy in (0, 5):
            began = time.monotonic()
            asyncio.run(_play(folder / f"{place}-{healthy}", reply, healthy))
            assert time.monotonic() - began < LIMIT
    return len(chosen)
