"""Damaged journal entries: no paid answer is lost, and the damage is reported."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio.domain.entities import JobState
from studio.domain.events import ProblemOccurred
from studio.generation.journal_entry import JournalEntry
from tests.generation.earlier_process import left_behind
from tests.generation.harness import ANSWER, Studio, replies, studio

WHOLE = json.dumps(ANSWER).encode()


def torn(entry: JournalEntry) -> bytes:
    """The request of an entry is half there, as on a disk that was damaged."""
    path = entry.folder / "queued.json"
    path.write_bytes(path.read_bytes()[:40])
    return path.read_bytes()


def aside(home: Path) -> list[Path]:
    """What was put aside."""
    folder = home / "library/.gridbrush/damaged"
    return sorted(folder.iterdir()) if folder.is_dir() else []


def told(one: Studio) -> str:
    (trouble,) = [event.error for event in one.heard if isinstance(event, ProblemOccurred)]
    return f"{trouble.title}. {trouble.message}"


async def test_a_damaged_request_that_was_never_sent_is_reported_and_kept_aside(
    tmp_path: Path,
) -> None:
    _job, entry = left_behind(tmp_path, sent=False)
    kept = torn(entry)
    with replies() as service:
        async with studio(tmp_path, service) as one:
            await one.core.recover()
            assert "Nothing was sent" in told(one)
            assert str(tmp_path / "library/.gridbrush/damaged") in told(one)
            (folder,) = aside(tmp_path)
            assert (folder / "queued.json").read_bytes() == kept
            assert one.core.queue.jobs == {}
            assert one.journal == []
        async with studio(tmp_path, service) as one:
            await one.core.recover()
            assert one.heard == []
        assert service.requests == []


@pytest.mark.parametrize("how", ["torn", "gone"])
async def test_the_picture_of_a_damaged_request_is_brought_in_without_its_prompt(
    tmp_path: Path, how: str
) -> None:
    job, entry = left_behind(tmp_path, sent=True, body=WHOLE, mark="whole")
    if how == "torn":
        torn(entry)
    else:
        (entry.folder / "queued.json").unlink()
    with replies() as service:
        for start in range(2):
            async with studio(tmp_path, service) as one:
                await one.core.recover()
                (picture,) = await one.pictures()
                assert (picture.id, picture.job) == (entry.picture_id(0), entry.attempt)
                assert picture.prompt == "The prompt is lost"
                assert picture.job != job.id
                assert (
                    ("The received pictures are in the library" in told(one)) if not start else True
                )
                assert one.journal == []
                assert len(aside(tmp_path)) == 1
        assert service.requests == []


async def test_a_damaged_request_that_was_sent_may_have_been_billed(tmp_path: Path) -> None:
    _job, entry = left_behind(tmp_path, sent=True)
    torn(entry)
    async with studio(tmp_path) as one:
        await one.core.recover()
        assert "may have been billed, and is not sent again" in told(one)
        (failed,) = await one.core.library.failed()
        assert failed.state is JobState.UNKNOWN
        assert len(aside(tmp_path)) == 1
        assert one.journal == []


async def test_half_an_answer_to_a_damaged_request_is_still_offered(tmp_path: Path) -> None:
    _job, entry = left_behind(tmp_path, sent=True, body=WHOLE[:70], mark="cut")
    torn(entry)
    for start in range(2):
        async with studio(tmp_path) as one:
            await one.core.recover()
            assert [job.state for job in one.core.queue.jobs.values()] == [JobState.CUT]
            assert len(one.troubles()) == (1 if start == 0 else 0)
            assert entry.body.read_bytes() == WHOLE[:70]


@pytest.mark.parametrize(
    ("name", "state"),
    [("sent.json", JobState.UNKNOWN), ("cut.json", JobState.CUT), ("whole.json", None)],
)
async def test_a_damaged_mark_says_by_its_name_how_far_it_came(
    tmp_path: Path, name: str, state: JobState | None
) -> None:
    body, mark = {
        "sent.json": (b"", ""),
        "cut.json": (WHOLE[:70], "cut"),
        "whole.json": (WHOLE, "whole"),
    }[name]
    job, entry = left_behind(tmp_path, sent=True, body=body, mark=mark)
    (entry.folder / name).write_bytes(b"{to")
    async with studio(tmp_path) as one:
        await one.core.recover()
        assert one.troubles() == []
        assert [p.job for p in await one.pictures()] == ([job.id] if state is None else [])
        assert [j.state for j in await one.core.library.failed()] == ([state] if state else [])


async def test_an_unreadable_entry_is_reported_and_stays(tmp_path: Path) -> None:
    job, entry = left_behind(tmp_path, sent=True, body=WHOLE, mark="whole")
    queued = entry.folder / "queued.json"
    kept = queued.read_bytes()
    queued.unlink()
    queued.mkdir()
    async with studio(tmp_path) as one:
        await one.core.recover()
        assert "cannot be read" in told(one)
        assert await one.pictures() == []
    queued.rmdir()
    queued.write_bytes(kept)
    async with studio(tmp_path) as one:
        await one.core.recover()
        assert [picture.job for picture in await one.pictures()] == [job.id]
