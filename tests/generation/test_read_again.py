"""A paid answer that could not be read is kept, and read again on request."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import brotli
import msgspec
import pytest
from backports import zstd

from studio.common.errors import PictureNotShown, StudioError
from studio.domain.entities import Job, JobState
from studio.generation import encoded_answer
from studio.generation.journal import Journal
from studio.generation.journal_entry import JournalEntry, StageMark
from studio.providers.fetching import FetchPolicy
from studio.remote.protocol import ChangeLibrary
from studio.remote.server import carry_out
from tests.bombs import gzip_bomb
from tests.fake_service import FakeService, Reply
from tests.generation.earlier_process import full_disk, left_behind, planned
from tests.generation.harness import KEY, Studio, arrived, inline, parts, studio
from tests.providers.answer_shapes import SHAPES, STREAMS, UNSHOWN, WORDS, A, B, b64, bytes_of, said
from tests.providers.test_content_encoding import ENCODED, raw_deflate

BODY = json.dumps(parts({"text": "Here."}, inline(A))).encode()
CODECS: dict[str, Callable[[bytes], bytes]] = {
    "br": brotli.compress,
    "zstd": zstd.compress,
    "gzip": gzip.compress,
}


async def ended(one: Studio, service: FakeService, reply: Reply) -> Job:
    """A job after its one and only request."""
    service.script(reply)
    (job,) = await one.submit()
    await arrived(service, 1)
    await one.until(lambda: one.removed(job) or one.last[job.id].state is JobState.FAILED)
    await one.core.queue.idle()
    assert len(service.requests) == 1
    return one.last[job.id]


ALL = {
    **{f"shape: {name}": (bytes_of(value), want, {}) for name, (value, want) in SHAPES.items()},
    **{f"stream: {name}": (data, want, {}) for name, (data, want) in STREAMS.items()},
    **{f"words: {name}": (bytes_of(said(text)), want, {}) for name, (text, want) in WORDS.items()},
    **{
        f"encoding: {name}": (pack(BODY), [A], {"Content-Encoding": called})
        for name, pack, called in (
            ("gzip called utf-8", gzip.compress, "utf-8"),
            ("plain called gzip", bytes, "gzip"),
            ("raw deflate", raw_deflate, "deflate"),
            ("brotli", brotli.compress, "br"),
            ("zstd", zstd.compress, "zstd"),
            ("cut after the JSON", lambda data: gzip.compress(data)[:-5], "gzip"),
        )
    },
}


@pytest.mark.one_loop
@pytest.mark.parametrize("name", ALL)
async def test_it_becomes_its_pictures_by_one_request(tmp_path: Path, name: str) -> None:
    body, want, headers = ALL[name]
    with FakeService() as service:
        async with studio(tmp_path, service) as one:
            job = await ended(one, service, Reply(body=body, headers=headers, pieces=3))
            assert job.failure is None, job.failure
            found = await one.pictures()
            expected = {hashlib.sha256(data).hexdigest() for data in want}
            assert {picture.sha256 for picture in found} == expected
            assert one.journal == []


def damaged(pack: str) -> bytes:
    """An answer whose compression breaks within its picture."""
    body = json.dumps(parts(inline(random.Random(5).randbytes(60_000)))).encode()
    packed = CODECS[pack](body)
    return packed[: len(packed) // 2] + random.Random(6).randbytes(200_000)


UNREADABLE: dict[str, tuple[bytes, dict[str, str]]] = {
    "compression nobody knows": (b"\x01\x02" + random.Random(5).randbytes(20_000),
                                 {"Content-Encoding": "dcz"}),
    "compression nobody names": (b"\x8f\x02" + random.Random(7).randbytes(20_000), {}),
    "gzip that is none": (b"\x1f\x8b\x08\0" + b"\xff" * 9000, {"Content-Encoding": "gzip"}),
    "zstd that is none": (b"\x28\xb5\x2f\xfd" + random.Random(5).randbytes(20_000),
                          {"Content-Encoding": "zstd"}),
    "gzip that is damaged": (damaged("gzip"), {"Content-Encoding": "gzip"}),
    "brotli that is damaged": (damaged("br"), {"Content-Encoding": "br"}),
    "a bomb": (gzip_bomb(b"[", 40), {"Content-Encoding": "gzip"}),
    "a shape nobody knows": (json.dumps({"made": {"blob": "QUJD" * 4000}}).encode(), {}),
    "a picture of no kind": (json.dumps(parts(inline(b"nothing" * 900))).encode(), {}),
    **{name: (json.dumps(parts(inline(data))).encode(), {})
       for name, (data, _called, _extension) in UNSHOWN.items()},
}  # fmt: skip


@pytest.mark.one_loop
@pytest.mark.parametrize("name", UNREADABLE)
async def test_what_cannot_be_read_is_kept_as_it_came_and_never_asked_for_again(
    tmp_path: Path, name: str
) -> None:
    body, headers = UNREADABLE[name]
    with FakeService() as service:
        async with studio(tmp_path, service) as one:
            job = await ended(one, service, Reply(body=body, headers=headers))
            assert job.failure is not None
            assert job.failure.kept
            assert job.failure.billed == "maybe"
            assert job.failure.title
            assert job.failure.message
            (entry,) = one.journal
            kept = {(entry / file).read_bytes() for file in ("answer", "encoded")
                    if (entry / file).exists()}  # fmt: skip
            assert body in kept
            assert [one.id for one in one.core.kept_answers] == [job.id]
            with pytest.raises(StudioError):
                await one.core.read_again(job.id)
            assert one.last[job.id].failure is not None
            assert one.failure(job).kept
        # After a restart too.
        async with studio(tmp_path, service) as one:
            await one.core.recover()
            assert [one.id for one in one.core.kept_answers] == [job.id]
            with pytest.raises(StudioError):
                await one.core.read_again(job.id)
            saved = await one.core.save_kept(job.id, tmp_path)
            assert saved
            (entry,) = one.journal
            assert body in {path.read_bytes() for path in entry.iterdir()}
        assert len(service.requests) == 1


@pytest.mark.one_loop
@pytest.mark.parametrize("name", UNSHOWN)
async def test_a_picture_that_cannot_be_shown_is_named_and_its_file_can_be_saved(
    tmp_path: Path, name: str
) -> None:
    data, called, extension = UNSHOWN[name]
    with FakeService() as service:
        async with studio(tmp_path, service) as one:
            job = await ended(one, service, Reply(body=parts(inline(data))))
            assert job.failure is not None
            assert called in job.failure.title
            assert "damaged" not in f"{job.failure.title} {job.failure.message}"
            assert "Save the file" in job.failure.hint
            (saved,) = await one.core.save_kept(job.id, tmp_path)
            assert saved.suffix == extension
            assert saved.read_bytes() == data
            (another,) = await one.core.save_kept(job.id, tmp_path)
            assert another != saved
            assert another.read_bytes() == data


ADDRESSED: dict[str, Callable[[str], object]] = {
    "fileData": lambda url: parts({"fileData": {"fileUri": url, "mimeType": "image/heic"}}),
    "a chat": lambda url: {"choices": [{"message": {"images": [{"image_url": {"url": url}}]}}]},
    "words": lambda url: parts({"text": f"![x]({url})"}),
    "images": lambda url: {"data": [{"url": url}]},
}


@pytest.mark.one_loop
@pytest.mark.parametrize("name", UNSHOWN)
@pytest.mark.parametrize("shape", ADDRESSED)
async def test_what_was_at_an_address_is_saved_after_the_address_expired(
    tmp_path: Path, name: str, shape: str
) -> None:
    data, called, extension = UNSHOWN[name]
    reply = Reply(body=data, headers={"Content-Type": "image/heic"})
    with FakeService(fallback=lambda _request: reply) as pictures, FakeService() as service:
        body = ADDRESSED[shape](f"{pictures.url}/made")
        async with studio(tmp_path, service) as one:
            (await one.core.making()).client.policy = FetchPolicy(loopback=True, proxied=False)
            job = await ended(one, service, Reply(body=body))
            assert job.failure is not None
            assert called in job.failure.title
            assert job.failure.kept
            reply = Reply(404, b"")
            (saved,) = await one.core.save_kept(job.id, tmp_path)
            assert (saved.suffix, saved.read_bytes()) == (extension, data)
            with pytest.raises(PictureNotShown):
                await one.core.read_again(job.id)
        # After a restart too.
        async with studio(tmp_path, service) as one:
            await one.core.recover()
            (saved,) = await one.core.save_kept(job.id, tmp_path)
            assert saved.read_bytes() == data
        assert len(pictures.requests) == 1


async def test_a_picture_at_an_address_is_fetched_to_be_saved(tmp_path: Path) -> None:
    heic = UNSHOWN["HEIC"][0]
    reply = Reply(404, b"")
    with FakeService(fallback=lambda _request: reply) as pictures, FakeService() as service:
        body = parts({"fileData": {"fileUri": f"{pictures.url}/made"}}, inline(heic))
        async with studio(tmp_path, service) as one:
            (await one.core.making()).client.policy = FetchPolicy(loopback=True, proxied=False)
            job = await ended(one, service, Reply(body=body))
            (saved,) = await one.core.save_kept(job.id, tmp_path)
            assert saved.read_bytes() == heic
            reply = Reply(body=A)
            both = await one.core.save_kept(job.id, tmp_path)
            assert [path.read_bytes() for path in both] == [A, heic]


async def test_beside_a_picture_one_that_cannot_be_shown_does_not_cost_it(tmp_path: Path) -> None:
    heic = UNSHOWN["HEIC"][0]
    with FakeService() as service:
        async with studio(tmp_path, service) as one:
            job = await ended(one, service, Reply(body=parts(inline(A), inline(heic))))
            assert len(await one.pictures()) == 1
            assert job.failure is not None
            assert "HEIC" in job.failure.message
            assert job.failure.kept


def kept_by_an_earlier_version(home: Path, body: bytes, encoding: str) -> tuple[Job, JournalEntry]:
    """A complete answer that an earlier version could not decode."""
    journal, job = Journal(home / "library/.gridbrush/journal"), planned()
    entry = journal.queue(job)
    journal.sent(entry)
    file = journal.begin_answer(entry, 200, {"content-encoding": encoding})
    file.append(body)
    journal.whole(entry, file, 3.0)
    journal.looked_at(entry, 2)
    return job, entry


@pytest.mark.parametrize("name", ["br", "zstd", "gzip"])
async def test_an_update_that_can_decode_it_reads_it_at_the_next_start(
    tmp_path: Path, name: str
) -> None:
    kept_by_an_earlier_version(tmp_path, CODECS[name](BODY), name)
    with FakeService() as service:
        async with studio(tmp_path, service) as one:
            await one.core.recover()
            (found,) = await one.pictures()
            assert found.sha256 == hashlib.sha256(A).hexdigest()
            assert found.words == "Here."
            assert one.journal == []
        assert service.requests == []


async def test_the_key_is_removed_from_what_is_decoded_again(tmp_path: Path) -> None:
    body = json.dumps(parts({"text": f"Your key {KEY} works."}, inline(A))).encode()
    kept_by_an_earlier_version(tmp_path, brotli.compress(body), "br")
    with FakeService() as service:
        async with studio(tmp_path, service) as one:
            await one.core.recover()
            (found,) = await one.pictures()
            assert found.words == "Your key [key] works."


async def test_a_cut_answer_is_decoded_again_as_far_as_it_came(tmp_path: Path) -> None:
    job, entry = left_behind(tmp_path, sent=True, body=BODY[:300], mark="cut")
    entry.encoded.write_bytes(gzip.compress(BODY)[:-3])
    async with studio(tmp_path) as one:
        await one.core.recover()
        if not one.core.queue.jobs:
            assert len(await one.pictures()) == 1
            return
        assert await one.core.read_again(job.id)
        (found,) = await one.pictures()
        assert found.sha256 == hashlib.sha256(A).hexdigest()
        assert one.journal == []


@pytest.mark.parametrize("step", ["create", "write", "sync", "rename"])
async def test_a_full_disk_takes_nothing_of_what_is_decoded_again(
    tmp_path: Path, step: str
) -> None:
    _job, entry = kept_by_an_earlier_version(tmp_path, brotli.compress(BODY), "br")
    with full_disk(lambda kind, _path: kind == step), pytest.raises(StudioError):
        encoded_answer.decode_again(entry, "br")
    assert entry.body.read_bytes() == brotli.compress(BODY)
    encoded_answer.decode_again(entry, "br")
    assert entry.body.read_bytes() == BODY
    assert entry.encoded.read_bytes() == brotli.compress(BODY)


DYING = """
import os, signal, sys
from pathlib import Path
from studio.common import files
from studio.generation import encoded_answer
from studio.generation.journal_entry import JournalEntry
left = int(sys.argv[2])
def step(kind, path):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
files.watch(step)
encoded_answer.decode_again(JournalEntry(Path(sys.argv[1])), "br")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
async def test_dying_between_keeping_and_reading_again_loses_nothing(tmp_path: Path) -> None:
    _job, entry = kept_by_an_earlier_version(tmp_path, brotli.compress(BODY), "br")
    for number in range(20):
        command = [sys.executable, "-c", DYING, str(entry.folder), str(number)]
        done = subprocess.run(
            command, check=False, env={**os.environ, "PYTHONPATH": str(Path.cwd())}
        )
        assert entry.body.read_bytes() in (brotli.compress(BODY), BODY)
        if done.returncode != -signal.Signals["SIGKILL"]:
            assert done.returncode == 0
            break
    else:
        pytest.fail("it never ended")
    assert number > 4
    async with studio(tmp_path) as one:
        await one.core.recover()
        (found,) = await one.pictures()
        assert found.sha256 == hashlib.sha256(A).hexdigest()


async def test_the_owner_of_the_library_reads_again_for_another_process(tmp_path: Path) -> None:
    job, entry = left_behind(tmp_path, sent=True, body=UNREADABLE["HEIC"][0], mark="whole")
    asked = ChangeLibrary(action="read-again")
    async with studio(tmp_path) as one:
        await one.core.recover()
        said = await carry_out(one.core, asked)
        (fact,) = json.loads(msgspec.json.encode(said.facts))["answers"]
        assert (fact["job"], fact["kind"], fact["billed"]) == (job.id, "no_image", "maybe")
        entry.body.write_bytes(BODY)
        said = await carry_out(one.core, ChangeLibrary(action="read-again", ids=[job.id[-8:]]))
        (fact,) = said.facts["answers"]
        assert fact["pictures"] == [one.id for one in await one.pictures()]
        assert said.number == 1


REPEATED = {
    "in two parts": parts(inline(A), inline(A)),
    "as base64 and as a data address": parts(
        inline(A), {"text": f"![x](data:image/png;base64,{b64(A)})"}
    ),
    "in a second candidate": {"candidates": parts(inline(A))["candidates"] * 2},
    "in content and images": {
        "choices": [
            {
                "message": {
                    "content": f"![x](data:image/png;base64,{b64(A)})",
                    "images": [{"image_url": {"url": f"data:image/png;base64,{b64(A)}"}}],
                }
            }
        ]
    },
    "by the last event": b"".join(
        b"data: " + json.dumps(parts(inline(A))).encode() + b"\n\n" for _number in range(2)
    ),
    "as a draft and as the result": parts(inline(A, thought=True), inline(A)),
}


@pytest.mark.parametrize("name", REPEATED)
async def test_the_same_bytes_twice_are_one_result(tmp_path: Path, name: str) -> None:
    with FakeService() as service:
        async with studio(tmp_path, service) as one:
            job = await ended(one, service, Reply(body=REPEATED[name]))
            assert job.failure is None
            (found,) = await one.pictures()
            assert not found.draft
            assert found.cost_usd == pytest.approx(0.0336)
            assert one.journal == []


async def test_the_last_picture_told_is_the_result_though_it_came_before(tmp_path: Path) -> None:
    with FakeService() as service:
        async with studio(tmp_path, service) as one:
            await ended(one, service, Reply(body=parts(inline(A), inline(B), inline(A))))
            found = {one.sha256: one for one in await one.pictures()}
            assert len(found) == 2
            assert found[hashlib.sha256(A).hexdigest()].cost_usd
            assert not found[hashlib.sha256(B).hexdigest()].cost_usd


async def test_two_requests_with_the_same_bytes_stay_two_results(tmp_path: Path) -> None:
    with FakeService(fallback=lambda _request: Reply(body=parts(inline(A)))) as service:
        async with studio(tmp_path, service) as one:
            jobs = await one.submit(count=2)
            for job in jobs:
                await one.gone(job)
            assert len(await one.pictures()) == 2


def test_the_journal_counts_what_only_came_encoded(tmp_path: Path) -> None:
    _job, entry = left_behind(tmp_path, sent=True)
    entry.encoded.write_bytes(b"\x1f\x8b\x08")
    journal = Journal(entry.folder.parent)
    assert journal.has_answer(entry)
    (found,) = journal.recover()
    assert found.bytes == 3
    assert replace(found, bytes=0).stage == "cut"
    assert StageMark(at=0.0).bytes == 0


def test_the_table_of_encodings_is_not_empty() -> None:
    assert len(ENCODED) > 40
