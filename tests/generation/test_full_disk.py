"""No room at any single step, or from any step on: nothing paid for is lost, nothing paid twice."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from studio.common import files
from studio.common.errors import Billed, StorageError
from studio.domain.entities import AspectRatio, GenerationRequest, JobState
from studio.generation import disk_space as rooms
from studio.generation.disk_space import DiskReservations, estimate
from studio.library.operations.verify import check
from tests.fake_service import FakeService, Reply, tiny_png
from tests.generation.earlier_process import full_disk
from tests.generation.harness import ANSWER, inline, parts, replies, studio

OUTSIDE = re.compile(r"state.answers|gridbrush-answer-")
WRITES = frozenset({"folder", "create", "write", "append", "sync", "rename", "sync-folder"})


@contextmanager
def no_room(when: Callable[[int, str], bool]) -> Iterator[list[str]]:
    """Steps that write, counted from 1; those for which `when` holds find no room."""
    steps: list[str] = []

    def step(kind: str, path: Path) -> None:
        if kind not in WRITES:
            return
        steps.append(f"{kind} {path.name}")
        if when(len(steps), kind):
            raise OSError(errno.ENOSPC, "No space left on device")

    stop = files.watch(step)
    try:
        yield steps
    finally:
        stop()


async def generation(home: Path, when: Callable[[int, str], bool]) -> tuple[list[str], int, str]:
    """One generation on such a disk, then with room again; its steps and what it came to."""
    with FakeService(fallback=lambda _request: Reply(body=ANSWER)) as service:
        async with studio(home, service) as one:
            with no_room(when) as steps:
                try:
                    (job,) = await one.submit()
                except StorageError:
                    assert service.requests == []
                    return steps, 0, "not queued"
                await one.core.queue.idle()
            came = ""
            if not one.removed(job):
                # Whatever the disk did, the tile says that it was the disk.
                assert one.failure(job).kind == "storage", one.failure(job)
                came = f"{one.failure(job).billed} {one.failure(job).hint}"
                assert (one.failure(job).billed is Billed.NO) == (service.requests == [])
                one.core.queue.retry(job.id)
                await one.gone(job)
            await one.core.queue.idle()
            asked = len(service.requests)
        async with studio(home, service) as one:
            await one.core.recover()
            (picture,) = await one.pictures()
            assert picture.sha256 == hashlib.sha256(tiny_png()).hexdigest()
            assert await one.core.library.failed() == []
            assert one.core.queue.jobs == {}
            assert one.journal == []
            report = await check(one.core.library.store)
            assert report.whole
            assert report.orphans == ()
        return steps, asked, came


async def _everywhere(folder: Path, when: Callable[[int], Callable[[int, str], bool]]) -> list[str]:
    steps, _asked, _came = await generation(folder / "0", lambda _number, _kind: False)
    assert len(steps) > 30
    said = []
    for number in range(1, len(steps) + 1):
        home = folder / str(number)
        _steps, asked, came = await generation(home, when(number))
        # Paid for once, however often the disk was full.
        assert asked <= 1, (number, steps[number - 1], came)
        said.append(came)
        shutil.rmtree(home)
    return said


def test_one_write_that_fails_loses_nothing(tmp_path: Path) -> None:
    said = asyncio.run(_everywhere(tmp_path, lambda number: lambda step, _kind: step == number))
    assert "not queued" in said
    assert "" in said


def test_a_disk_that_stays_full_until_there_is_room_loses_nothing(tmp_path: Path) -> None:
    said = asyncio.run(_everywhere(tmp_path, lambda number: lambda step, _kind: step >= number))
    assert any("in memory" in one for one in said)
    assert any("saved in " in one and "journal" in one for one in said)


async def test_an_answer_in_memory_is_written_when_the_program_ends(tmp_path: Path) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as one:
            with full_disk(lambda kind, path: kind == "append" or bool(OUTSIDE.search(str(path)))):
                (job,) = await one.submit()
                await one.reaches(job, JobState.FAILED)
                await one.core.queue.idle()
            assert "in memory until" in one.failure(job).hint
            assert one.core.queue.only_in_memory == {job.id}
        async with studio(tmp_path, service) as one:
            await one.core.recover()
            assert len(await one.pictures()) == 1
            assert await one.core.library.failed() == []
        assert len(service.requests) == 1


@pytest.mark.parametrize("again", [True, False])
async def test_an_answer_the_library_cannot_take_is_kept_outside_it(
    tmp_path: Path, *, again: bool
) -> None:
    full = full_disk(lambda kind, path: kind == "append" and "library" in path.parts)
    with replies() as service, contextlib.ExitStack() as disk:
        async with studio(tmp_path, service) as one:
            disk.enter_context(full)
            (job,) = await one.submit()
            await one.reaches(job, JobState.FAILED)
            await one.core.queue.idle()
            assert "state/answers" in Path(one.failure(job).hint).as_posix()
            # Whoever quits now loses nothing.
            assert one.core.queue.only_in_memory == set()
            (kept,) = (tmp_path / "state/answers").iterdir()
            assert (kept / "answer").read_bytes() == json.dumps(ANSWER).encode()
            if again:
                disk.close()
                one.core.queue.retry(job.id)
                await one.gone(job)
        disk.close()
        async with studio(tmp_path, service) as one:
            await one.core.recover()
            assert len(await one.pictures()) == 1
            assert one.journal == []
            assert list((tmp_path / "state/answers").iterdir()) == []
        assert len(service.requests) == 1


async def test_an_fsync_is_never_asked_again_of_the_same_file(tmp_path: Path) -> None:
    synced: list[int] = []
    failed: list[int] = []

    def step(kind: str, path: Path) -> None:
        if kind == "sync" and path.name == "answer":
            synced.append(path.stat().st_ino)
            if len(synced) == 1:
                failed.append(path.stat().st_ino)
                raise OSError(errno.EIO, "Input/output error")
        elif kind == "sync" and path.name.startswith(".answer.") and "json" not in path.name:
            synced.append(path.stat().st_ino)

    picture = tiny_png(64, 64)
    with FakeService(fallback=lambda _request: Reply(body=parts(inline(picture)))) as service:
        async with studio(tmp_path, service) as one:
            stop = files.watch(step)
            try:
                (job,) = await one.submit()
                await one.gone(job)
            finally:
                stop()
            assert len(synced) == 2
            assert synced.count(failed[0]) == 1
            (found,) = await one.pictures()
            assert found.sha256 == hashlib.sha256(picture).hexdigest()


def request(size: str | None) -> GenerationRequest:
    more: dict[str, Any] = {"prompt": "x", "profile": "dgrid", "model": "m"}
    return GenerationRequest(**more, aspect=AspectRatio(1, 1), size=size)


@pytest.mark.parametrize(
    ("size", "megabytes"),
    [("512", 7), ("1K", 7), ("2K", 31), ("4K", 125), ("2048x1024", 15), ("huge", 125), (None, 7)],
)
def test_room_is_asked_for_both_copies(size: str | None, megabytes: int) -> None:
    assert estimate(request(size)) // 1_000_000 == megabytes


def test_what_is_under_way_counts_too(tmp_path: Path) -> None:
    room = DiskReservations(tmp_path, lambda _folder: rooms.SPARE + (300 << 20))
    with room.promised(request("4K")), room.promised(request("4K")):
        room.check()
        with room.promised(request("4K")), pytest.raises(StorageError, match="Nothing was sent"):
            room.check()
    room.check()


async def test_without_room_nothing_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = 1 << 20
    monkeypatch.setattr(files, "free_bytes", lambda _folder: free)
    with replies() as service:
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit()
            await one.reaches(job, JobState.FAILED)
            await one.core.queue.idle()
            assert one.failure(job).title == "The disk is almost full"
            assert one.failure(job).billed is Billed.NO
            free = 1 << 40
            one.core.queue.retry(job.id)
            await one.gone(job)
        assert len(service.requests) == 1
