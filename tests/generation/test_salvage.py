"""A kept cut answer ends at the user's request: its readable part is read, or it is dismissed."""

from __future__ import annotations

import hashlib
import io
import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from studio.common.errors import Billed, InputError, NoPicture, StorageError
from studio.domain.entities import Job, JobState
from studio.generation.journal import Journal
from studio.generation.journal_entry import JournalEntry
from tests.fake_service import FakeService, Reply
from tests.generation.earlier_process import full_disk, left_behind, planned
from tests.generation.harness import Studio, arrived, inline, parts, replies, studio


def noise(kind: str, size: int = 128) -> bytes:
    """A picture that is not small however it is packed."""
    pixels = random.Random(7).randbytes(size * size * 3)
    file = io.BytesIO()
    Image.frombytes("RGB", (size, size), pixels).save(file, kind)
    return file.getvalue()


def answer(picture: bytes, **more: object) -> bytes:
    return json.dumps({**parts({"text": "Here."}, inline(picture)), **more}).encode()


async def salvaged(one: Studio, job: Job) -> None:
    await one.core.recover()
    assert one.last[job.id].state is JobState.CUT
    await one.core.read_cut(job.id)


async def test_a_picture_that_came_whole_is_taken_as_it_was_sent(tmp_path: Path) -> None:
    picture = noise("PNG")
    body = answer(picture, usageMetadata={"candidatesTokenCount": 1290})
    end = body.index(b"finishReason")
    job, _entry = left_behind(tmp_path, sent=True, body=body[:end], mark="cut")
    with replies() as service:
        async with studio(tmp_path, service) as one:
            await salvaged(one, job)
            (found,) = await one.pictures()
            assert found.sha256 == hashlib.sha256(picture).hexdigest()
            assert found.words == "Here."
            assert not [w for w in found.warnings if "part" in w]
            assert one.removed(job)
            assert one.core.queue.jobs == {}
            assert one.journal == []
            assert await one.core.library.failed() == []
            # One bill, not two.
            assert (await one.core.library.spend()).maybe == 0
        async with studio(tmp_path, service) as one:
            await one.core.recover()
            assert len(await one.pictures()) == 1
        assert service.requests == []


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
async def test_the_first_part_of_a_cut_picture_is_shown_and_said(tmp_path: Path, kind: str) -> None:
    body = answer(noise(kind))
    job, entry = left_behind(tmp_path, sent=True, body=body[: len(body) * 2 // 3], mark="cut")
    async with studio(tmp_path) as one:
        if kind == "WEBP":
            # This kind has no first part.
            with pytest.raises(NoPicture):
                await salvaged(one, job)
            assert entry.folder.is_dir()
            return
        await salvaged(one, job)
        (found,) = await one.pictures()
        assert (found.width, found.height, found.media_type) == (128, 128, "image/png")
        assert "Only the first part of this picture arrived" in found.warnings
        with Image.open(one.core.library.path(found)) as shown:
            top = shown.convert("RGB").crop((0, 0, 128, 8))
        with Image.open(io.BytesIO(noise(kind))) as whole:
            assert top.tobytes() == whole.convert("RGB").crop((0, 0, 128, 8)).tobytes()
        assert one.journal == []


@pytest.mark.parametrize("before", ["\n\n", "\ufeff", "data:", "data:  ", "retry: 5\n\ndata:"])
async def test_what_stands_before_an_answer_costs_no_picture(tmp_path: Path, before: str) -> None:
    picture = noise("PNG")
    body = before.encode() + answer(picture)
    end = body.index(b"finishReason")
    job, _entry = left_behind(tmp_path, sent=True, body=body[:end], mark="cut")
    async with studio(tmp_path) as one:
        await salvaged(one, job)
        (found,) = await one.pictures()
        assert found.sha256 == hashlib.sha256(picture).hexdigest()


async def test_where_nothing_can_be_read_it_is_said_and_kept_until_it_is_put_away(
    tmp_path: Path,
) -> None:
    body = answer(noise("PNG"))
    job, entry = left_behind(tmp_path, sent=True, body=body[:60], mark="cut")
    for _time in range(2):
        async with studio(tmp_path) as one:
            with pytest.raises(NoPicture):
                await salvaged(one, job)
            assert one.last[job.id].state is JobState.CUT
            assert one.failure(job).billed is Billed.MAYBE
            assert entry.folder.is_dir()
    async with studio(tmp_path) as one:
        await one.core.recover()
        await one.core.queue.dismiss([job.id])
        # It can still be brought back.
        assert entry.folder.is_dir()
        await one.core.library.undo()
        assert [found.id for found in await one.core.library.failed()] == [job.id]
    async with studio(tmp_path) as one:
        await one.core.recover()
        assert one.last[job.id].state is JobState.CUT
        await one.core.queue.dismiss([job.id])
    async with studio(tmp_path) as one:
        await one.core.recover()
        assert one.core.queue.jobs == {}
        assert one.journal == []


async def test_what_the_painter_leaves_unreadable_costs_nothing(tmp_path: Path) -> None:
    body = answer(noise("PNG"))
    job, _entry = left_behind(tmp_path, sent=True, body=body[:60], mark="cut", profile="sketch")
    async with studio(tmp_path) as one:
        with pytest.raises(NoPicture) as caught:
            await salvaged(one, job)
        assert caught.value.billed is Billed.NO
        assert (one.failure(job).billed, "billed" in one.failure(job).hint) == (Billed.NO, False)


async def test_what_was_cut_just_now_can_be_read_at_once(tmp_path: Path) -> None:
    body = answer(noise("PNG"))
    with FakeService() as service:
        service.script(Reply(body=body, cut=len(body) - 8))
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit()
            await arrived(service, 1)
            ended = await one.reaches(job, JobState.FAILED)
            assert ended.failure is not None
            assert ended.failure.kind == "incomplete"
            await one.core.queue.idle()
            await one.core.read_cut(job.id)
            assert len(await one.pictures()) == 1
            assert one.journal == []
        assert len(service.requests) == 1


async def test_what_has_its_picture_by_now_is_not_kept(tmp_path: Path) -> None:
    job, entry = left_behind(tmp_path, sent=True, body=answer(noise("PNG"))[:500], mark="cut")
    with replies() as service:
        async with studio(tmp_path, service) as one:
            await one.core.recover()
            one.core.queue.retry(job.id)
            await one.gone(job)
            assert entry.folder.is_dir()
        async with studio(tmp_path, service) as one:
            await one.core.recover()
            assert one.core.queue.jobs == {}
            assert one.journal == []


def _at(kind: str) -> Callable[[str, Path], bool]:
    return lambda step, _path: step == kind


async def test_a_full_disk_takes_nothing_of_what_is_kept(tmp_path: Path) -> None:
    body = answer(noise("PNG"))
    job, _entry = left_behind(tmp_path, sent=True, body=body[:-6], mark="cut")
    async with studio(tmp_path) as one:
        await one.core.recover()
        for kind in ("create", "write", "sync", "rename", "append"):
            with full_disk(_at(kind)), pytest.raises(StorageError):
                await one.core.read_cut(job.id)
            assert one.last[job.id].state is JobState.CUT
        await one.core.read_cut(job.id)
        assert len(await one.pictures()) == 1
        assert one.journal == []


async def test_where_nothing_is_kept_that_is_said(tmp_path: Path) -> None:
    job, _entry = left_behind(tmp_path, sent=True)
    async with studio(tmp_path) as one:
        await one.core.recover()
        with pytest.raises(InputError):
            await one.core.read_cut(job.id)
        with pytest.raises(InputError):
            await one.core.read_cut("no such job")


async def test_a_whole_answer_of_a_profile_that_is_gone_becomes_its_picture(tmp_path: Path) -> None:
    picture = noise("PNG")
    journal = Journal(tmp_path / "library/.gridbrush/journal")

    job = planned()
    job = replace(job, request=replace(job.request, profile="sold"))
    entry: JournalEntry = journal.queue(job)
    journal.sent(entry)
    body = journal.begin_answer(entry, 200, {"content-type": "application/json"})
    body.append(answer(picture))
    journal.whole(entry, body, 3.0)
    async with studio(tmp_path) as one:
        await one.core.recover()
        (found,) = await one.pictures()
        assert (found.profile, found.sha256) == ("sold", hashlib.sha256(picture).hexdigest())
        assert one.journal == []
