"""The journal: the names of its files tell how far an attempt came."""

from __future__ import annotations

import errno
import os
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from studio.common import files
from studio.common.errors import StorageError
from studio.config.settings import USUAL_WIRE
from studio.domain.entities import GenerationRequest, Job, new_id
from studio.domain.request_fields import RequestChanges
from studio.generation.journal import Journal
from studio.generation.journal_entry import AnswerHead, EndReason, JournalEntry, Stage


def a_job() -> Job:
    request = GenerationRequest(profile="sketch", model="sketch", prompt="A lighthouse")
    return Job(id=new_id(), run=new_id(), request=request, created=1.0)


def queued(journal: Journal) -> JournalEntry:
    return journal.queue(a_job())


def sent(journal: Journal) -> JournalEntry:
    entry = queued(journal)
    journal.sent(entry)
    return entry


def arriving(journal: Journal) -> JournalEntry:
    entry = sent(journal)
    body = journal.begin_answer(entry, 200, {"content-type": "application/json"})
    body.append(b'{"candidates"')
    body.close()
    return entry


def whole(journal: Journal) -> JournalEntry:
    entry = sent(journal)
    body = journal.begin_answer(entry, 200, {})
    body.append(b"{}")
    journal.whole(entry, body, 2.5)
    return entry


def cut(journal: Journal) -> JournalEntry:
    entry = sent(journal)
    body = journal.begin_answer(entry, 200, {})
    body.append(b"{")
    journal.cut(entry, body, "reset", 1.0)
    return entry


@pytest.mark.parametrize(
    ("make", "stage"),
    [
        (queued, Stage.QUEUED),
        (sent, Stage.SENT),
        (arriving, Stage.CUT),
        (whole, Stage.WHOLE),
        (cut, Stage.CUT),
    ],
)
def test_the_next_start_finds_how_far_it_came(
    tmp_path: Path, make: Callable[[Journal], JournalEntry], stage: Stage
) -> None:
    journal = Journal(tmp_path / "journal")
    entry = make(journal)
    (found,) = Journal(tmp_path / "journal").recover()
    assert (found.entry, found.stage) == (entry, stage)


def test_a_whole_answer_keeps_status_headers_and_time(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    whole(journal)
    (found,) = journal.recover()
    assert found.head is not None
    assert (found.head.status, found.bytes, found.seconds) == (200, 2, 2.5)


def test_a_closed_entry_is_gone_and_closing_twice_is_fine(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    entry = whole(journal)
    assert journal.close(entry, EndReason.RECORDED)
    assert journal.close(entry, EndReason.RECORDED)
    assert journal.recover() == []
    assert list(tmp_path.iterdir()) == []


def test_a_crash_while_forgetting_leaves_nothing_to_find(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    entry = whole(journal)
    entry.folder.rename(entry.folder.with_name(entry.attempt + ".done"))
    assert journal.recover() == []
    assert list(tmp_path.iterdir()) == []


def test_what_was_never_believed_is_cleared_away(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    (tmp_path / new_id()).mkdir()
    assert journal.recover() == []
    assert list(tmp_path.iterdir()) == []


def test_picture_ids_are_the_same_at_every_ingest_and_differ_within_one() -> None:
    entry = JournalEntry(Path("/journal") / new_id())
    ids = [entry.picture_id(number) for number in range(50)]
    assert ids == [JournalEntry(entry.folder).picture_id(number) for number in range(50)]
    assert len(set(ids)) == 50
    assert {uuid.UUID(id).version for id in ids} == {7}


@pytest.mark.parametrize("left", [b"", b'{"sta', None], ids=["empty", "torn", "gone"])
@pytest.mark.parametrize(("make", "status"), [(whole, 200), (cut, 200), (arriving, None)])
def test_what_was_not_durable_may_be_lost_with_power(
    tmp_path: Path, make: Callable[[Journal], JournalEntry], status: int | None, left: bytes | None
) -> None:
    journal = Journal(tmp_path)
    head = make(journal).folder / "answer.json"
    stage = journal.recover()[0].stage
    head.unlink() if left is None else head.write_bytes(left)
    (found,) = journal.recover()
    assert found.stage is stage
    assert (found.head.status if found.head else None) == status


def test_forgetting_what_is_recorded_waits_for_no_disk(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    entry, other = whole(journal), whole(journal)
    steps: list[str] = []
    stop = files.watch(lambda kind, _path: steps.append(kind))
    journal.close(entry, EndReason.RECORDED, lasting=False)
    assert steps == ["rename"]
    journal.close(other, EndReason.REFUSED)
    stop()
    assert steps == ["rename", "rename", "sync-folder"]
    assert journal.recover() == []


def test_some_jobs_are_queued_in_their_order_with_one_wait_for_the_folder(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    journal.queue(a_job())
    steps: list[tuple[str, Path]] = []
    stop = files.watch(lambda kind, path: steps.append((kind, path)))
    entries = journal.queue_some([a_job() for _number in range(4)])
    stop()
    assert [found.entry for found in journal.recover()][1:] == entries
    assert steps.count(("sync-folder", journal.folder)) == 1
    assert steps[-1] == ("sync-folder", journal.folder)


def test_where_the_disk_gives_out_the_first_ones_are_queued(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    renamed = 0

    def step(kind: str, path: Path) -> None:
        nonlocal renamed
        renamed += kind == "rename" and path.name == "queued.json"
        if renamed == 3 and kind == "rename":
            raise OSError(errno.ENOSPC, "No space left on device")

    stop = files.watch(step)
    entries = journal.queue_some([a_job() for _number in range(5)])
    stop()
    assert len(entries) == 2
    assert [found.entry for found in journal.recover()] == entries


@pytest.mark.parametrize("kind", ["folder", "sync-folder"])
def test_what_is_not_durable_is_not_queued_and_not_found(tmp_path: Path, kind: str) -> None:
    journal = Journal(tmp_path / "journal")
    journal.queue(a_job())

    def step(now: str, path: Path) -> None:
        if now == kind and journal.folder in (path, path.parent):
            raise OSError(errno.EIO, "Input/output error")

    stop = files.watch(step)
    with pytest.raises(StorageError):
        journal.queue_some([a_job(), a_job()])
    stop()
    assert len(journal.recover()) == 1


def test_only_what_was_just_queued_needs_no_look(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    entries = journal.queue_some([a_job(), a_job(), a_job()])
    assert all(map(journal.is_unsent, entries))
    journal.sent(entries[0])
    journal.write_changes(entries[1], RequestChanges(left_out=("seed",)))
    journal.close(entries[2], EndReason.CANCELLED)
    assert not any(map(journal.is_unsent, entries))
    # The entry of an earlier process may have an answer.
    assert not Journal(tmp_path / "journal").is_unsent(journal.queue(a_job()))


def test_an_answer_that_is_here_at_once_has_its_head_in_its_mark(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    entry = sent(journal)
    body = journal.begin_answer(entry, 200, {"x-request-id": "r1"}, at_once=True)
    body.append(b"{}")
    assert not (entry.folder / "answer.json").exists()
    assert not journal.has_whole(entry)
    # Ended here, it is read like one of status 200 whose mark is missing.
    (found,) = journal.recover()
    assert (found.stage, found.head, found.marked) == (Stage.CUT, None, False)
    journal.whole(entry, body, 1.0, head=AnswerHead(200, {"x-request-id": "r1"}))
    assert journal.has_whole(entry)
    (found,) = journal.recover()
    assert (found.stage, found.head) == (Stage.WHOLE, AnswerHead(200, {"x-request-id": "r1"}))


def test_an_attempt_knows_its_wire_from_the_moment_it_is_sent(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    entry = queued(journal)
    assert journal.read_entry(entry).wire == ""
    journal.sent(entry, "toy")
    assert journal.read_entry(entry).wire == "toy"
    # The line broke before anything came, and the mark of that says nothing of a wire.
    journal.cut(entry, None, "reset", 1.0)
    assert journal.read_entry(entry).wire == "toy"


@pytest.mark.parametrize("lost", ["sent.json", "answer.json"])
def test_each_mark_of_an_answer_has_the_wire(tmp_path: Path, lost: str) -> None:
    journal = Journal(tmp_path)
    for mark in (journal.whole, journal.cut):
        entry = queued(journal)
        journal.sent(entry, "toy")
        body = journal.begin_answer(entry, 200, {}, wire="toy")
        body.append(b"{}")
        if mark == journal.whole:
            journal.whole(entry, body, 1.0, head=AnswerHead(200, {}, "toy"))
        else:
            journal.cut(entry, body, "reset", 1.0)
        (entry.folder / lost).unlink()
        found = journal.read_entry(entry)
        assert found.head is not None
        assert (found.wire, found.head.wire) == ("toy", "toy")


@pytest.mark.parametrize("make", [sent, arriving, whole, cut])
def test_marks_without_a_wire_are_of_the_usual_one(
    tmp_path: Path, make: Callable[[Journal], JournalEntry]
) -> None:
    journal = Journal(tmp_path)
    entry = make(journal)
    assert all(b"wire" not in one.read_bytes() for one in entry.folder.glob("*.json"))
    assert journal.read_entry(entry).wire == USUAL_WIRE


def test_a_request_sent_while_the_journal_is_read_is_not_told_as_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its temporary file is there when the folder is listed, and renamed when it is looked at."""
    journal = Journal(tmp_path / "journal")
    entry = sent(journal)
    temporary = entry.folder / ".sent.json.0.new"
    lstat = Path.lstat

    def renamed_meanwhile(path: Path) -> os.stat_result:
        if path == temporary:
            temporary.unlink()
        return lstat(path)

    temporary.touch()
    monkeypatch.setattr(Path, "lstat", renamed_meanwhile)
    assert [one.entry.attempt for one in journal.recover()] == [entry.attempt]
    assert journal.unreadable == []
    assert not temporary.exists(), "it was looked at"
