"""Entries of an earlier process are recovered once, and only by the owner."""

from __future__ import annotations

import asyncio
import errno
import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from studio.app.core import Core
from studio.app.core_options import CoreOptions
from studio.common import paths
from studio.common.errors import Billed, LibraryLocked
from studio.common.files import storage_error
from studio.domain import runs
from studio.domain.drafts import Draft
from studio.domain.entities import Failure, Job, JobState, new_id
from studio.domain.request_fields import RequestChanges, picture_warnings
from studio.generation.journal import Journal
from studio.generation.journal_entry import JournalEntry
from studio.providers.base import Scan
from studio.providers.catalogue import Catalogue
from studio.providers.gemini.scan import scan_file
from tests.fake_service import Reply
from tests.generation.earlier_process import full_disk, left_behind
from tests.generation.harness import ANSWER, parts, replies, studio

WHOLE = json.dumps(ANSWER).encode()


async def test_what_was_never_sent_waits_and_can_be_sent(tmp_path: Path) -> None:
    job, _entry = left_behind(tmp_path, sent=False)
    with replies() as service:
        async with studio(tmp_path, service) as one:
            await one.core.recover()
            assert one.last[job.id].state is JobState.UNSENT
            assert one.core.queue.running == one.core.queue.waiting == 0
            assert service.requests == []
            one.core.queue.retry(job.id)
            await one.gone(job)
            (picture,) = await one.pictures()
            assert picture.job == job.id
            assert len(service.requests) == 1
            assert one.journal == []


def noted(home: Path, *left_out: str) -> RequestChanges:
    """Note in the only entry of the journal what was not sent."""
    journal = Journal(home / "library/.gridbrush/journal")
    (folder,) = journal.folder.iterdir()
    changes = RequestChanges(left_out=left_out)
    journal.write_changes(JournalEntry(folder), changes)
    return changes


async def test_a_recovered_picture_says_what_was_not_sent(tmp_path: Path) -> None:
    left_behind(tmp_path, sent=True, body=WHOLE, mark="whole")
    changes = noted(tmp_path, "seed", "topP")
    async with studio(tmp_path) as one:
        await one.core.recover()
        (picture,) = await one.pictures()
    assert set(picture_warnings(changes.left_out)) <= set(picture.warnings)


async def test_a_note_about_an_attempt_that_was_never_sent_is_not_told_of_the_next(
    tmp_path: Path,
) -> None:
    job, _entry = left_behind(tmp_path, sent=False)
    changes = noted(tmp_path, "seed")
    with replies() as service:
        async with studio(tmp_path, service) as one:
            await one.core.recover()
            one.core.queue.retry(job.id)
            await one.gone(job)
            (picture,) = await one.pictures()
    assert not set(picture_warnings(changes.left_out)) & set(picture.warnings)


async def test_a_damaged_note_costs_no_picture(tmp_path: Path) -> None:
    _job, entry = left_behind(tmp_path, sent=True, body=WHOLE, mark="whole")
    (entry.folder / "changes.json").write_text('{"left_out": 3')
    async with studio(tmp_path) as one:
        await one.core.recover()
        assert len(await one.pictures()) == 1
        assert one.journal == []


async def test_what_is_queued_before_the_journal_was_read_is_no_leftover(tmp_path: Path) -> None:
    old, _entry = left_behind(tmp_path, sent=False)
    with replies() as service:
        answer = threading.Event()
        service.script(Reply(body=ANSWER, wait=answer))
        async with studio(tmp_path, service) as one:
            # The window is there, and its user was quicker than the look into the journal.
            (new,) = await one.submit()
            await one.reaches(new, JobState.WAITING)
            await one.core.recover()
            assert one.last[old.id].state is JobState.UNSENT
            assert one.last[new.id].state is JobState.WAITING
            answer.set()
            await one.gone(new)
            assert len(await one.pictures()) == 1


async def test_what_was_never_sent_can_be_put_away(tmp_path: Path) -> None:
    job, _entry = left_behind(tmp_path, sent=False)
    with replies() as service:
        async with studio(tmp_path, service) as one:
            await one.core.recover()
            await one.core.queue.dismiss([job.id])
            assert one.core.queue.jobs == {}
            assert one.journal == []
            # Its words are kept for the next time.
            assert [use.prompt for use in await one.core.library.prompts()] == ["A lamp"]
        async with studio(tmp_path, service) as one:
            await one.core.recover()
            assert one.core.queue.jobs == {}
        assert service.requests == []


async def test_what_was_sent_may_have_been_billed_and_is_not_sent_again(tmp_path: Path) -> None:
    job, _entry = left_behind(tmp_path, sent=True)
    with replies() as service:
        for _time in range(2):
            async with studio(tmp_path, service) as one:
                await one.core.recover()
                (failed,) = await one.core.library.failed()
                assert (failed.id, failed.state) == (job.id, JobState.UNKNOWN)
                assert failed.failure is not None
                assert failed.failure.billed == "maybe"
                assert one.journal == []
        assert service.requests == []
        # Only the user sends it again.
        async with studio(tmp_path, service) as one:
            one.core.queue.retry(failed)
            await one.gone(job)
            assert len(service.requests) == 1
            assert await one.core.library.failed() == []


async def test_a_whole_answer_becomes_its_picture_once(tmp_path: Path) -> None:
    job, entry = left_behind(tmp_path, sent=True, body=WHOLE, mark="whole")
    ids = set()
    with replies() as service:
        for _time in range(2):
            async with studio(tmp_path, service) as one:
                await one.core.recover()
                (picture,) = await one.pictures()
                ids.add(picture.id)
                assert (picture.job, picture.seconds) == (job.id, 12.5)
                assert picture.id == entry.picture_id(0)
                assert one.core.library.path(picture).is_file()
                assert one.core.queue.jobs == {}
                assert one.journal == []
    assert len(ids) == 1


async def test_an_answer_whose_end_arrived_is_whole_without_its_mark(tmp_path: Path) -> None:
    # The process ended between the last byte and the mark: it was paid for, and it is all there.
    job, _entry = left_behind(tmp_path, sent=True, body=WHOLE)
    with replies() as service:
        async with studio(tmp_path, service) as one:
            await one.core.recover()
            (picture,) = await one.pictures()
            assert picture.job == job.id
            assert await one.core.library.failed() == []
            assert one.journal == []


@pytest.mark.parametrize("mark", ["cut", ""], ids=["cut", "ended while it arrived"])
async def test_half_an_answer_is_kept_and_reported_once(tmp_path: Path, mark: str) -> None:
    job, entry = left_behind(tmp_path, sent=True, body=WHOLE[:70], mark=mark)
    with replies() as service:
        for _time in range(2):
            async with studio(tmp_path, service) as one:
                await one.core.recover()
                # It is offered until it was read or put away, and recorded once.
                assert [j.state for j in one.core.queue.jobs.values()] == [JobState.CUT]
                records = tmp_path / "library/.gridbrush/records"
                assert sum(len(p.read_text().splitlines()) for p in records.iterdir()) == 1
                (failed,) = await one.core.library.failed()
                assert (failed.id, failed.state) == (job.id, JobState.CUT)
                assert failed.failure is not None
                assert "70" in failed.failure.message
                assert entry.body.read_bytes() == WHOLE[:70]
        assert service.requests == []


async def test_half_an_answer_of_the_painter_costs_nothing(tmp_path: Path) -> None:
    model = Catalogue().find("sketch", "sketch")
    run = runs.plan(Draft(prompt="A lamp"), model, ("A lamp",))
    job = Job(id=new_id(), run=run.id, request=run.requests[0], created=1.7e9)
    journal = Journal(tmp_path / "library" / ".gridbrush" / "journal")
    entry = journal.queue(job)
    journal.sent(entry)
    with journal.begin_answer(entry, 200, {}) as answer:
        answer.append(WHOLE[: len(WHOLE) // 2])
    async with studio(tmp_path, provider=None) as one:
        await one.core.recover()
        assert one.last[job.id].state is JobState.CUT
        assert one.failure(job).billed == "no"


async def test_a_whole_refusal_is_recorded_and_over(tmp_path: Path) -> None:
    body = json.dumps(parts({"text": "I would rather not."})).encode()
    job, _entry = left_behind(tmp_path, sent=True, body=body, mark="whole")
    with replies() as service:
        for _time in range(2):
            async with studio(tmp_path, service) as one:
                await one.core.recover()
                (failed,) = await one.core.library.failed()
                assert failed.id == job.id
                assert failed.failure is not None
                assert failed.failure.kind == "no_image"
                assert one.journal == []


async def test_a_disk_that_fills_up_costs_no_paid_answer(tmp_path: Path) -> None:
    def originals(kind: str, path: Path) -> bool:
        return kind == "rename" and path.suffix == ".png"

    with replies() as service:
        service.script(Reply(body=ANSWER))
        async with studio(tmp_path, service) as one:
            with full_disk(originals):
                (job,) = await one.submit()
                await one.reaches(job, JobState.FAILED)
                await one.core.queue.idle()
            assert one.failure(job).kind == "storage"
            assert one.failure(job).billed == "maybe"
            assert await one.pictures() == []
        # Still full at the next start: it waits for the one after.
        async with studio(tmp_path, service) as one:
            with full_disk(originals):
                await one.core.recover()
            assert await one.pictures() == []
            assert len(one.journal) == 1
        for _time in range(2):
            async with studio(tmp_path, service) as one:
                await one.core.recover()
                (picture,) = await one.pictures()
                assert picture.job == job.id
                assert await one.core.library.failed() == []
                assert one.journal == []
        assert len(service.requests) == 1


async def test_try_again_after_a_full_disk_takes_the_answer_that_is_there(tmp_path: Path) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as one:
            with full_disk(lambda kind, path: kind == "rename" and path.suffix == ".png"):
                (job,) = await one.submit()
                await one.reaches(job, JobState.FAILED)
                await one.core.queue.idle()
            one.core.queue.retry(job.id)
            await one.gone(job)
            assert len(await one.pictures()) == 1
            # Not paid for twice.
            assert len(service.requests) == 1
            assert one.journal == []


async def test_a_journal_that_cannot_be_tidied_makes_no_picture_a_failure(tmp_path: Path) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as one:
            with full_disk(lambda kind, path: kind == "rename" and path.suffix == ".done"):
                (job,) = await one.submit()
                await one.core.queue.idle()
            assert one.removed(job)
            assert len(await one.pictures()) == 1
            assert await one.core.library.failed() == []
        async with studio(tmp_path, service) as one:
            await one.core.recover()
            assert len(await one.pictures()) == 1
            assert one.journal == []


async def test_recovery_is_the_owners_alone(tmp_path: Path) -> None:
    job, _entry = left_behind(tmp_path, sent=True, body=WHOLE, mark="whole")
    options = CoreOptions(provider="dgrid")
    async with studio(tmp_path) as owner:
        reader = await Core.open(paths.find(tmp_path), options, write=False, environ={})
        try:
            await reader.recover()
            assert len(owner.journal) == 1
            with pytest.raises(LibraryLocked):
                await Core.open(paths.find(tmp_path), options, environ={})
        finally:
            await reader.close()
        await owner.core.recover()
        (picture,) = await owner.pictures()
        assert picture.job == job.id


async def test_one_bad_entry_does_not_keep_the_others_from_coming_in(tmp_path: Path) -> None:
    bad, bad_entry = left_behind(tmp_path, sent=False)
    unknown_profile = replace(bad, request=replace(bad.request, profile="gone"))
    journal = Journal(tmp_path / "library/.gridbrush/journal")
    entry = journal.queue(unknown_profile)
    journal.sent(entry)
    answer = journal.begin_answer(entry, 200, {})
    answer.append(WHOLE)
    journal.whole(entry, answer, 1.0)
    (bad_entry.folder / "queued.json").write_bytes(b"{torn")
    good, _good_entry = left_behind(tmp_path, sent=True, body=WHOLE, mark="whole")
    async with studio(tmp_path) as one:
        await one.core.recover()
        # All profiles speak one language: what was paid for is read though its own is gone.
        assert {picture.job for picture in await one.pictures()} == {good.id, bad.id}
        assert not entry.folder.exists()
        assert not bad_entry.folder.exists()


async def test_nothing_is_recovered_while_the_journal_is_empty(tmp_path: Path) -> None:
    async with studio(tmp_path) as one:
        await one.core.recover()
        assert one.heard == []
        await asyncio.sleep(0)


@pytest.mark.parametrize("recorded", [False, True])
async def test_a_whole_answer_that_an_older_reader_took_for_cut_is_read_again_and_said_once(
    tmp_path: Path, *, recorded: bool
) -> None:
    job, _entry = left_behind(tmp_path, sent=True, body=WHOLE, mark="cut")
    with replies() as service:
        async with studio(tmp_path, service) as one:
            if recorded:
                # As the session ended in which it arrived.
                failure = Failure(kind="incomplete", title="Connection lost", billed=Billed.MAYBE)
                failed = replace(job, attempt=1, state=JobState.FAILED, failure=failure)
                await one.core.library.add_job_pictures(failed, [])
            await one.core.recover()
            (picture,) = await one.pictures()
            assert picture.job == job.id
            assert [news.title for news in one.news] == ["1 answer marked incomplete is complete"]
            assert one.core.queue.jobs == {}
            assert await one.core.library.failed() == []
            assert (await one.core.library.spend()).maybe == 0
            assert one.journal == []
        async with studio(tmp_path, service) as one:
            await one.core.recover()
            assert one.news == []
            assert len(await one.pictures()) == 1
        assert service.requests == []


async def test_an_answer_that_is_cut_to_the_newer_reader_too_is_looked_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, entry = left_behind(tmp_path, sent=True, body=WHOLE[:-9], mark="cut")
    looked: list[Path] = []

    def counted(path: Path) -> Scan:
        looked.append(path)
        return scan_file(path)

    monkeypatch.setattr("studio.providers.gemini.scan_file", counted)
    for _start in range(3):
        async with studio(tmp_path) as one:
            await one.core.recover()
            assert one.last[job.id].state is JobState.CUT
            assert one.news == []
            # What came is still there to be read or put away.
            assert entry.body.read_bytes() == WHOLE[:-9]
    assert looked == [entry.body]


async def test_a_cut_answer_that_cannot_be_looked_at_is_looked_at_by_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, entry = left_behind(tmp_path, sent=True, body=WHOLE, mark="cut")
    # What came of the headers is damaged as well; the mark has them.
    (entry.folder / "answer.json").write_bytes(b"\0" * 40)

    def unread(path: Path) -> Scan:
        raise storage_error(OSError(errno.EIO, "Input/output error"), path)

    with monkeypatch.context() as broken:
        broken.setattr("studio.providers.gemini.scan_file", unread)
        async with studio(tmp_path) as one:
            await one.core.recover()
            assert one.last[job.id].state is JobState.CUT
    async with studio(tmp_path) as one:
        await one.core.recover()
        assert len(await one.pictures()) == 1


async def test_a_line_that_broke_before_a_whole_json_is_not_taken_for_an_answer(
    tmp_path: Path,
) -> None:
    job, _entry = left_behind(tmp_path, sent=True, body=b"<html>Bad gat", mark="cut")
    async with studio(tmp_path) as one:
        await one.core.recover()
        assert one.last[job.id].state is JobState.CUT
        assert one.news == []
