"""A library in a test: opened by itself, and filled without painting anything."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from studio.domain.entities import GenerationRequest, Job, JobState, Picture, new_id
from studio.domain.events import Event, EventBus
from studio.imaging.decoder import Decoder
from studio.library.facade import Library


def a_picture(**values: object) -> Picture:
    """A picture that is only told of; every field may be said otherwise."""
    base = {
        "id": new_id(),
        "path": "2026-11/a.png",
        "sha256": "0" * 64,
        "media_type": "image/png",
        "width": 8,
        "height": 8,
        "bytes": 100,
        "created": 1.0,
        "prompt": "A lighthouse",
    }
    return Picture(**{**base, **values})  # type: ignore[arg-type]


def a_job(**values: object) -> Job:
    """A job for the painter."""
    request = GenerationRequest(profile="sketch", model="sketch", prompt="A lighthouse")
    base = {"id": new_id(), "run": new_id(), "request": request, "created": 1.0}
    return Job(**{**base, **values})  # type: ignore[arg-type]


@contextlib.asynccontextmanager
async def opened(home: Path, *, write: bool = True) -> AsyncIterator[Library]:
    """A library that writes down what it tells; see `heard`."""
    events = EventBus()
    decoder = Decoder()
    library = Library(home / "library", lambda id: home / "data" / id, decoder, events)
    library.heard = []  # type: ignore[attr-defined]
    events.subscribe(library.heard.append)  # type: ignore[attr-defined]
    await library.open(write=write)
    try:
        yield library
    finally:
        await library.close()
        await decoder.close()


def heard(library: Library) -> list[Event]:
    """Everything it has told since it was opened."""
    return library.heard  # type: ignore[attr-defined, no-any-return]


async def take(library: Library, **values: object) -> Picture:
    """Let it take in a picture, which is no more than its id on the disk."""
    id = new_id()
    content = id.encode()
    part = library.folder / f"{id}.part"
    part.write_bytes(content)
    picture = a_picture(
        id=id, path=f"2026-11/{id}.png", sha256=hashlib.sha256(content).hexdigest(), **values
    )
    job = a_job(state=JobState.DONE, attempt=1)
    (taken,) = await library.add_job_pictures(job, [(replace(picture, job=job.id), part)])
    return taken
