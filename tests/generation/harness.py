"""A core with its queue against a service on loopback, watched without ever sleeping."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import io
import json
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Protocol

from studio.app.core import Core
from studio.app.core_options import CoreOptions, SharedParts
from studio.common import paths
from studio.domain import prompt_variants, runs
from studio.domain.drafts import Draft
from studio.domain.entities import Failure, Job, JobState, Picture
from studio.domain.events import Event, InfoPosted, JobChanged, JobsRemoved, ProblemOccurred
from studio.library.query import Query
from tests import canary
from tests.fake_service import FakeService, Reply, Request, answer_with, tiny_png
from tests.shared_parts import SHARED

KEY = canary.KEY

MODEL = "gemini-nano-banana-2.1"
ANSWER = answer_with(tiny_png())
"""Small, so that what is tested is the way and not the painting."""


NEVER = threading.Event()
"""A reply that waits for this does not come."""


def error(status: int, message: str = "no", code: str = "", **headers: str) -> Reply:
    """An error in a gateway's shape; headers as keywords."""
    return Reply(status, {"error": {"message": message, "code": code}}, headers)


def held_open(pause: float) -> Reply:
    """The whole answer after `pause` seconds; the line stays open as long again."""
    body = json.dumps(ANSWER).encode()
    return Reply(body=body + b" " * (len(body) + 2), pieces=2, pause=pause)


def prompt_of(request: Request) -> str:
    """The prompt a request carries."""
    return str(request.json["contents"][0]["parts"][-1]["text"])


def replies() -> FakeService:
    """A service that answers everything with a small picture."""
    return FakeService(fallback=lambda _request: Reply(body=ANSWER))


def jpeg(width: int = 64, height: int = 64) -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", (width, height), (200, 90, 30)).save(file, "JPEG")
    return file.getvalue()


def parts(*found: dict[str, Any], **candidate: Any) -> dict[str, Any]:
    """An answer of these parts."""
    content = {"role": "model", "parts": list(found)}
    return {"candidates": [{"content": content, "finishReason": "STOP", **candidate}]}


def inline(data: bytes, kind: str = "image/png", **more: Any) -> dict[str, Any]:
    return {"inlineData": {"mimeType": kind, "data": base64.b64encode(data).decode()}, **more}


class Studio:
    """An open core, with everything it told."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.heard: list[Event] = []
        self.last: dict[str, Job] = {}
        self.busiest = 0
        self._changed = asyncio.Event()
        core.events.subscribe(self._hear)

    def _hear(self, event: Event) -> None:
        self.heard.append(event)
        if isinstance(event, JobChanged):
            self.last[event.job.id] = event.job
        self.busiest = max(self.busiest, self.core.queue.running)
        self._changed.set()

    async def until(self, holds: Callable[[], object]) -> None:
        while not holds():
            self._changed.clear()
            await self._changed.wait()

    async def reaches(self, job: Job, state: JobState) -> Job:
        await self.until(lambda: self.last[job.id].state is state)
        return self.last[job.id]

    async def gone(self, job: Job) -> None:
        """Until its tile made way for its pictures, and its journal entry is removed."""

        def over() -> bool:
            now = self.core.queue.jobs.get(job.id)
            return self.removed(job) or (now is not None and now.state is JobState.FAILED)

        await self.until(over)
        assert self.removed(job), self.last[job.id].failure
        await self.core.queue.tidy()

    async def submit(self, prompt: str = "A lamp", **draft: Any) -> list[Job]:
        base = {"prompt": prompt, "profile": "dgrid", "model": MODEL}
        asked = Draft(**{**base, **draft})
        model = self.core.catalogue.find(asked.profile, asked.model)
        return list(await self.core.submit(runs.plan(asked, model, prompt_variants.expand(prompt))))

    def states(self, job: Job) -> list[JobState]:
        """Every state a job was told to be in, repeated ones once."""
        told = [e.job.state for e in self.heard if isinstance(e, JobChanged) and e.job.id == job.id]
        return [state for n, state in enumerate(told) if n == 0 or told[n - 1] is not state]

    def removed(self, job: Job) -> bool:
        return any(job.id in event.ids for event in self.heard if isinstance(event, JobsRemoved))

    def troubles(self) -> list[str]:
        return [event.error.kind for event in self.heard if isinstance(event, ProblemOccurred)]

    @property
    def news(self) -> list[InfoPosted]:
        return [event for event in self.heard if isinstance(event, InfoPosted)]

    def failure(self, job: Job) -> Failure:
        failure = self.last[job.id].failure
        assert failure is not None
        return failure

    async def pictures(self) -> list[Picture]:
        library = self.core.library
        return await library.pictures(await library.rows(Query()))

    @property
    def journal(self) -> list[Path]:
        folder = self.core.journal.folder
        return sorted(folder.iterdir()) if folder.is_dir() else []


class Service(Protocol):
    """Any service on loopback."""

    @property
    def url(self) -> str: ...


@contextlib.asynccontextmanager
async def studio(
    home: Path,
    service: Service | None = None,
    *,
    provider: str | None = "dgrid",
    key: str = KEY,
    hold_for_key: bool = True,
    shared: SharedParts | None = SHARED,
    **settings: Any,
) -> AsyncIterator[Studio]:
    """A studio whose retries do not wait unless the service asks for it."""
    core = await Core.open(
        paths.find(home),
        CoreOptions(
            provider=provider,
            base_url=service.url if service and provider else None,
            hold_for_key=hold_for_key,
        ),
        environ={"GRIDBRUSH_API_KEY": key} if key else {},
        shared=shared,
    )
    try:
        core.queue.jitter = lambda: -1000.0
        core.settings.change(**settings)
        yield Studio(core)
    finally:
        await core.close()


async def arrived(service: FakeService, number: int) -> Request:
    """Request `number` (from 1), once the service has it."""
    return await asyncio.to_thread(service.wait_for, number)


async def left(request: Request) -> bool:
    """Whether the client closed the connection; one that never does is a failure."""
    return await asyncio.to_thread(request.gone.wait, 60)
