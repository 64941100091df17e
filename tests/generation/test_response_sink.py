"""Cost of an arriving answer, counted: bytes held, switches of threads, durable steps.

The benchmark `receive` proves once what this brings; here it is kept.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import random
import threading
import tracemalloc
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from studio.common import files
from studio.common.errors import StorageError
from studio.common.serial_executor import SerialExecutor
from studio.config.settings import Profile
from studio.domain.entities import GenerationRequest, Job, new_id
from studio.generation import response_sink
from studio.generation.journal import Journal
from studio.generation.journal_entry import JournalEntry
from studio.generation.response_sink import AnswerSink
from studio.library.log.record_log import RecordLog
from studio.providers.catalogue import Catalogue
from studio.providers.gemini import GeminiProvider
from tests.fake_service import FakeService, Reply, answer_with, tiny_png
from tests.generation.harness import Studio, parts, studio

NOISE = random.Random(7).randbytes(3 << 20)


def png(data: bytes) -> bytes:
    """A picture with these bytes behind it, as its end is found."""
    return tiny_png() + data


def inline(data: bytes) -> dict[str, Any]:
    return {"inlineData": {"data": base64.b64encode(data).decode()}}


async def taken(
    folder: Path, body: bytes, step: int, lane: SerialExecutor
) -> tuple[AnswerSink, JournalEntry]:
    journal = Journal(folder)
    request = GenerationRequest(profile="dgrid", model="m", prompt="p")
    entry = journal.queue(Job(id=new_id(), run=new_id(), request=request, created=0.0))
    profile = Profile(name="dgrid", title="DGrid", base_url="https://images.example")
    provider = GeminiProvider(profile, lambda id: Catalogue().find("dgrid", id))
    sink = AnswerSink(journal, entry, lane, provider, lambda _bytes: None)
    await sink.status(200, {"content-type": "application/json"})
    for start in range(0, len(body), step):
        await sink.chunk(body[start : start + step])
    return sink, entry


@pytest.fixture
def lane():
    one = SerialExecutor("test")
    yield one
    one.close()


@pytest.mark.parametrize("step", [997, 65_536, 1 << 22])
async def test_a_picture_is_there_with_the_last_byte(
    tmp_path: Path, lane: SerialExecutor, step: int
) -> None:
    first, second = png(NOISE), png(NOISE[:9000])
    body = json.dumps(parts(inline(first), {"text": "w" * 9000}, inline(second))).encode()
    sink, entry = await taken(tmp_path, body, step, lane)
    scan = await sink.finish()
    assert scan.complete
    found = list(sink.parts.found.values())
    assert [part.path.read_bytes() for part in found] == [first, second]
    assert [part.sha256 for part in found] == [
        hashlib.sha256(d).hexdigest() for d in (first, second)
    ]
    assert [part.bytes for part in found] == [len(first), len(second)]
    for place, part in sink.parts.found.items():
        assert base64.b64decode(body[place.start : place.end]) == part.path.read_bytes()
    await sink.finish_journal(lane)
    assert entry.body.read_bytes() == body
    await sink.abandon()
    assert not sink.parts.open


async def test_what_is_no_picture_leaves_no_file(tmp_path: Path, lane: SerialExecutor) -> None:
    body = json.dumps(parts(inline(NOISE[:90_000]), {"text": "no base64 at all " * 900})).encode()
    sink, entry = await taken(tmp_path, body, 10_000, lane)
    await sink.finish()
    assert sink.parts.found == {}
    assert list(entry.folder.glob("*.part")) == []
    await sink.abandon()


async def test_a_full_disk_costs_the_early_picture_but_not_the_answer(
    tmp_path: Path, lane: SerialExecutor
) -> None:
    def full(kind: str, path: Path) -> None:
        if kind == "append" and path.suffix == ".part":
            raise OSError(28, "No space left on device")

    body = json.dumps(parts(inline(png(NOISE)))).encode()
    stop = files.watch(full)
    try:
        sink, entry = await taken(tmp_path, body, 65_536, lane)
        scan = await sink.finish()
    finally:
        stop()
    assert scan.complete
    assert sink.parts.found == {}
    await sink.finish_journal(lane)
    assert entry.body.read_bytes() == body
    await sink.abandon()


async def test_a_journal_that_cannot_be_written_ends_an_answer_too_large_for_memory(
    tmp_path: Path, lane: SerialExecutor
) -> None:
    def full(kind: str, path: Path) -> None:
        if kind == "append" and path.name == "answer":
            raise OSError(28, "No space left on device")

    stop = files.watch(full)
    try:
        sink, _entry = await taken(tmp_path, b"[1, 2, 3]", 1 << 20, lane)
        sink.most_held = 100
        await sink.wait_until_scanned()
        assert sink.behind
        await sink.chunk(b" " * 100)
        with pytest.raises(StorageError):
            await sink.finish()
        with pytest.raises(StorageError):
            await sink.chunk(b" ")
    finally:
        stop()


async def test_what_waits_for_the_lane_is_bounded(tmp_path: Path) -> None:
    lane, go_on = SerialExecutor("test"), threading.Event()
    sink, _entry = await taken(tmp_path, b"", 1, lane)
    held = lane.start(go_on.wait, 20)
    sent = 0

    async def send() -> None:
        nonlocal sent
        for _number in range(100):
            await sink.chunk(b" " * 65_536)
            sent += 65_536

    sending = asyncio.create_task(send())
    for _round in range(5):
        await asyncio.sleep(0)
    assert not sending.done()
    assert response_sink.MOST_WAITING <= sent <= 2 * response_sink.MOST_WAITING
    go_on.set()
    await held
    await sending
    assert sink.received == 100 * 65_536
    await sink.abandon()
    lane.close()


async def test_memory_does_not_grow_with_the_answer(tmp_path: Path, lane: SerialExecutor) -> None:
    sink, _entry = await taken(tmp_path, b'{"data":"', 9, lane)
    await sink.chunk(base64.b64encode(png(NOISE))[:65_536])
    await sink.wait_until_scanned()
    tracemalloc.start()
    try:
        for _number in range(16 * 40):
            await sink.chunk(b"QUJD" * 16_384)
        await sink.wait_until_scanned()
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sink.received > 40 << 20
    assert peak < 8 << 20
    await sink.abandon()


@asynccontextmanager
async def warm(
    home: Path, reply: Callable[[dict[str, Any]], Reply] = lambda answer: Reply(body=answer)
) -> AsyncIterator[tuple[Studio, Counter[str]]]:
    """A studio whose first small answer is over, and the steps on the disk from then on."""
    steps: Counter[str] = Counter()
    answer = answer_with(png(NOISE[:30_000]))
    with FakeService(fallback=lambda _request: reply(answer)) as service:
        async with studio(home, service) as one:
            (first,) = await one.submit()
            await one.gone(first)
            await one.core.queue.idle()
            stop = files.watch(lambda kind, _path: steps.update([kind]))
            yield one, steps
            stop()


@pytest.mark.parametrize("pieces", [1, 2])
async def test_a_small_answer_takes_few_switches_of_threads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pieces: int
) -> None:
    hops: list[str] = []
    start = SerialExecutor.start
    written = threading.Event()

    def counted(lane: SerialExecutor, call: Any, *arguments: Any, **more: Any) -> Any:
        hops.append(call.__qualname__)
        return start(lane, call, *arguments, **more)

    def appended(kind: str, path: Path) -> None:
        if kind == "append" and path.name == "answer":
            written.set()

    def reply(answer: dict[str, Any]) -> Reply:
        # The second piece is sent once the first is on the disk.
        written.clear()
        return Reply(body=answer, pieces=pieces, gate=written if pieces == 2 else None)

    stop = files.watch(appended)
    async with warm(tmp_path, reply) as (one, steps):
        with monkeypatch.context() as patch:
            patch.setattr(SerialExecutor, "start", counted)
            (job,) = await one.submit()
            await one.gone(job)
            await one.core.queue.idle()
    stop()
    # Queued, sent, taken, read and told, whole, in the library, over.
    took = [name for name, _same in groupby(hops)]
    assert len(took) == 7, hops
    assert steps["sync"] + steps["sync-folder"] == 11
    # A busy system divides what was sent at once too.
    divided = hops.count("AnswerSink._append_pieces") > 1
    assert divided or pieces == 1
    # The request, the mark of the request, the answer, its picture, the mark of the answer; status
    # and headers on their own before an answer in pieces.
    assert steps["create"] == 5 + divided


async def test_many_small_answers_share_what_they_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with warm(tmp_path) as (one, steps):
        with monkeypatch.context() as patch:
            # The index hears of a record from whoever wrote it, and is tidied once it is much.
            patch.setattr(RecordLog, "read", None)
            patch.setattr(asyncio, "to_thread", None)
            jobs = await one.submit(count=31)
            for job in jobs:
                await one.gone(job)
            await one.core.queue.idle()
        # Eight for each, two for those recorded together, and the journal's folder once for 1, 2,
        # 4, 8 and 16 new entries.
        synced = steps["sync"] + steps["sync-folder"] - 5
        assert 31 * 8 + 2 <= synced <= 31 * 10
        assert len(await one.pictures()) == 32
