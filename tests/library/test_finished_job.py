"""Jobs that end together are recorded together, each with its own result."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import os
import threading
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from studio.common import files
from studio.common.errors import StorageError
from studio.domain.entities import Job, JobState, Picture, new_id
from studio.library.facade import Library
from studio.library.query import Query
from tests.library.builders import a_job, a_picture, opened, take

TOGETHER = 8


def finished(library: Library) -> tuple[Job, list[tuple[Picture, Path]]]:
    """A job that is done, with its one picture."""
    id = new_id()
    content = id.encode()
    part = library.folder / f"{id}.part"
    part.write_bytes(content)
    job = a_job(state=JobState.DONE, attempt=1)
    digest = hashlib.sha256(content).hexdigest()
    picture = a_picture(id=id, path=f"2026-11/{id}.png", sha256=digest)
    return job, [(replace(picture, job=job.id), part)]


@contextlib.asynccontextmanager
async def held_back(library: Library) -> AsyncIterator[None]:
    """Whatever is asked of the writing thread waits until the end of the block."""
    free = threading.Event()
    waiting = asyncio.ensure_future(library.store.write(free.wait))
    await asyncio.sleep(0)
    try:
        yield
    finally:
        # A turn of the loop, so that everybody who was called has asked.
        await asyncio.sleep(0)
        free.set()
        await waiting


async def record_together(
    library: Library, jobs: list[tuple[Job, list[tuple[Picture, Path]]]]
) -> list[list[Picture] | BaseException]:
    async with held_back(library):
        every = asyncio.gather(
            *(library.add_job_pictures(*one) for one in jobs), return_exceptions=True
        )
    return await every


async def test_jobs_that_end_together_share_their_fsyncs(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        await take(library)
        jobs = [finished(library) for _number in range(TOGETHER)]
        steps: Counter[str] = Counter()
        stop = files.watch(lambda kind, _path: steps.update([kind]))
        added = await record_together(library, jobs)
        stop()
        assert [[one.id for one in some] for some in added] == [  # type: ignore[union-attr]
            [picture.id for picture, _part in pictures] for _job, pictures in jobs
        ]
        assert steps == {"rename": TOGETHER, "sync-folder": 1, "append": 1, "sync": 1}
        assert await library.count(Query()) == TOGETHER + 1
    # The log has all of them, each in a line of its own.
    async with opened(tmp_path, write=False) as again:
        assert await again.count(Query()) == TOGETHER + 1
        assert await again.store.count_damaged() == 0


async def test_a_picture_without_a_place_costs_the_others_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        jobs = [finished(library) for _number in range(3)]
        _job, ((picture, _part),) = jobs[1]
        taken = library.folder / picture.path
        taken.parent.mkdir(exist_ok=True)
        taken.write_bytes(b"somebody else's")
        first, second, third = await record_together(library, jobs)
        assert isinstance(second, StorageError)
        assert [one.id for one in (*first, *third)] == [  # type: ignore[misc]
            jobs[n][1][0][0].id for n in (0, 2)
        ]
        assert taken.read_bytes() == b"somebody else's"


@pytest.mark.parametrize("step", ["rename", "sync-folder", "append", "sync"])
async def test_each_job_has_an_error_of_its_own(tmp_path: Path, step: str) -> None:
    async with opened(tmp_path) as library:
        await take(library)

        def full(kind: str, _path: Path) -> None:
            if kind == step:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        jobs = [finished(library) for _number in range(3)]
        stop = files.watch(full)
        ended = await record_together(library, jobs)
        stop()
        assert all(isinstance(one, StorageError) for one in ended)
        assert len({id(one) for one in ended}) == 3
        # Each can be recorded when there is room.
        again = await record_together(library, jobs)
        assert [len(one) for one in again] == [1, 1, 1]  # type: ignore[arg-type]
        assert await library.count(Query()) == 4
