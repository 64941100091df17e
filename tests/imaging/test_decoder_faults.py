"""Decoding in a process of its own: hostile bytes, a worker that dies, hangs or hoards."""

from __future__ import annotations

import asyncio
import os
import struct
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from studio.errors import PictureUnreadable, StudioError
from studio.pictures import Decoder, Priority
from tests.decoding_runs import picture, run

TROUBLED = """
import os, signal, sys, time
from studio import decoding, worker

def crash(request):
    os.kill(os.getpid(), signal.SIGSEGV if sys.platform != "win32" else signal.SIGTERM)
    time.sleep(60)  # the signal may take a moment; nobody waits for this

def hang(request):
    # A decoder that never ends: whoever asked ends this process.
    time.sleep(600)

def shout(request):
    print("a stray word")
    os.write(1, b"another one")
    return {"said": True}, b""

def hoard(request):
    return {}, bytearray(worker.MEMORY + 1)[:1]

def note(request):
    with open(request["path"], "a") as stream:
        stream.write(request["word"])
    return {}, b""

jobs = {"crash": crash, "hang": hang, "shout": shout, "hoard": hoard, "note": note}
sys.exit(worker.serve({**decoding.JOBS, **jobs}))
"""


@pytest.fixture
def troubled(tmp_path: Path) -> Callable[..., Decoder]:
    """A decoder whose worker knows a few jobs that go wrong."""
    script = tmp_path / "troubled.py"
    script.write_text(TROUBLED)

    def make(**options: float) -> Decoder:
        return Decoder([sys.executable, str(script)], **options)

    return make


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few hundred kilobytes that claims to be enormous, and is."""
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    packer = zlib.compressobj(9)
    body = packer.compress(bytes(1 << 24)) + packer.flush()
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", body), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def test_hostile_files_end_in_a_sentence_and_harm_nothing(tmp_path: Path) -> None:
    hostile = {
        "empty.png": b"",
        "random.png": os.urandom(4096),
        "drawing.svg": b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
        "named.png": b"<?xml version='1.0'?><svg/>",
        "script.eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        "bomb.png": bomb(60_000, 60_000),
        "giant.png": bomb(0x7FFFFFFF, 0x7FFFFFFF),
        "head.png": b"\x89PNG\r\n\x1a\n" + os.urandom(300),
        "head.jpg": b"\xff\xd8\xff\xe0" + os.urandom(300),
        "head.webp": b"RIFF\xff\xff\xff\x7fWEBPVP8 " + os.urandom(300),
        "head.gif": b"GIF89a" + os.urandom(300),
        "head.tif": b"II*\x00" + os.urandom(300),
        "head.avif": b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf" + os.urandom(300),
    }
    good = picture(tmp_path / "good.png")

    async def work(decoder: Decoder) -> None:
        for name, data in hostile.items():
            path = tmp_path / name
            path.write_bytes(data)
            for ask in (
                decoder.probe(path),
                decoder.thumbnail(path, 256),
                decoder.pixels(path),
                decoder.upright(path, edge=256, limit=1000),
                decoder.palette(path),
            ):
                with pytest.raises(PictureUnreadable) as caught:
                    await ask
                assert caught.value.title
                assert name in caught.value.message
        for path in (tmp_path, tmp_path / "gone.png"):
            with pytest.raises(PictureUnreadable):
                await decoder.probe(path)
        assert (await decoder.probe(good)).complete

    run(work)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes in folders")
def test_a_pipe_in_a_folder_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "waits.png"
    os.mkfifo(path)

    async def work(decoder: Decoder) -> None:
        with pytest.raises(PictureUnreadable, match="not a file"):
            await decoder.probe(path)

    run(work)


def test_a_crash_costs_one_job_and_the_next_goes_on(
    tmp_path: Path, troubled: Callable[..., Decoder]
) -> None:
    path = picture(tmp_path / "a.png")

    async def work(decoder: Decoder) -> None:
        asked = [
            decoder.probe(path),
            decoder._ask(Priority.ARRIVAL, job="crash", path=path),
            decoder.probe(path),
            decoder.thumbnail(path, 64),
        ]
        first, crash, second, third = await asyncio.gather(*asked, return_exceptions=True)
        assert isinstance(crash, PictureUnreadable)
        assert "ended the decoding process" in crash.message
        assert first == second
        assert isinstance(third, bytes)

    run(work, troubled())


def test_a_worker_that_died_between_two_jobs_costs_none(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png")

    async def work(decoder: Decoder) -> None:
        await decoder.probe(path)
        assert decoder._child is not None
        process = decoder._child._process
        process.kill()
        process.wait()
        assert (await decoder.probe(path)).width == 300

    run(work)


def test_a_hung_decode_is_stopped_and_the_next_goes_on(
    tmp_path: Path, troubled: Callable[..., Decoder]
) -> None:
    path = picture(tmp_path / "a.png")

    async def work(decoder: Decoder) -> None:
        await decoder.probe(path)
        decoder._limit = 0.2
        with pytest.raises(PictureUnreadable, match="took too long"):
            await decoder._ask(Priority.LOOK, job="hang", path=path)
        decoder._limit = 60
        assert (await decoder.probe(path)).width == 300

    run(work, troubled())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps to the limit")
def test_a_job_gets_no_more_memory_than_the_limit(
    tmp_path: Path, troubled: Callable[..., Decoder]
) -> None:
    async def work(decoder: Decoder) -> None:
        with pytest.raises(PictureUnreadable, match="more memory"):
            await decoder._ask(Priority.LOOK, job="hoard", path=tmp_path)
        assert decoder._child is not None
        assert decoder._child.alive

    run(work, troubled())


def test_stray_prints_do_not_get_between_the_answers(
    tmp_path: Path, troubled: Callable[..., Decoder]
) -> None:
    async def work(decoder: Decoder) -> None:
        answer, _body = await decoder._ask(Priority.LOOK, job="shout", path=tmp_path)
        assert answer == {"said": True}
        assert (await decoder.probe(picture(tmp_path / "a.png"))).width == 300

    run(work, troubled())


def test_urgent_jobs_go_first_and_cancelled_ones_never(
    tmp_path: Path, troubled: Callable[..., Decoder]
) -> None:
    notes = tmp_path / "notes.txt"

    async def work(decoder: Decoder) -> None:
        def note(priority: Priority, word: str) -> asyncio.Task[object]:
            return asyncio.create_task(decoder._ask(priority, job="note", path=notes, word=word))

        first = note(Priority.LOOK, "0")
        tasks = [note(Priority.LATER, "d"), note(Priority.VISIBLE, "b"), note(Priority.LATER, "e")]
        gone = note(Priority.VISIBLE, "x")
        tasks += [note(Priority.LOOK, "a"), note(Priority.VISIBLE, "c")]
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.gather(first, *tasks)
        assert notes.read_text() == "0abcde"

    run(work, troubled())


def test_closing_ends_the_process_even_in_the_middle_of_a_job(
    tmp_path: Path, troubled: Callable[..., Decoder], caplog: pytest.LogCaptureFixture
) -> None:
    decoder = troubled()

    async def main() -> int:
        async with asyncio.timeout(30):
            await decoder.probe(picture(tmp_path / "a.png"))
            assert decoder._child is not None
            process = decoder._child._process
            hung = asyncio.create_task(decoder._ask(Priority.LOOK, job="hang", path=tmp_path))
            queued = asyncio.create_task(decoder.probe(tmp_path / "a.png"))
            await asyncio.sleep(0)
            started = time.monotonic()
            await decoder.close()
            assert time.monotonic() - started < 2
            await asyncio.gather(hung, queued, return_exceptions=True)
            assert queued.cancelled()
            assert process.returncode is not None
        return process.pid

    pid = asyncio.run(main())
    assert "lost" not in caplog.text, "whoever ends it does not wonder where it is"
    if sys.platform == "linux":
        assert not Path(f"/proc/{pid}").exists()


def test_a_decoder_nobody_asked_starts_and_leaves_nothing() -> None:
    decoder = Decoder()
    run(lambda _decoder: asyncio.sleep(0), decoder)
    assert decoder._thread is None
    assert decoder._child is None


def test_the_process_ends_when_nothing_is_asked_for_a_while(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png")

    async def work(decoder: Decoder) -> None:
        await decoder.probe(path)
        assert decoder._child is not None
        process = decoder._child._process
        await asyncio.to_thread(process.wait, 20)
        assert (await decoder.probe(path)).width == 300

    run(work, Decoder(idle=0.05))


def test_a_worker_that_does_not_start_is_said_so(tmp_path: Path) -> None:
    script = tmp_path / "broken.py"
    script.write_text("raise SystemExit('no library for that')")

    async def work(decoder: Decoder) -> None:
        with pytest.raises(StudioError, match="cannot be decoded") as caught:
            await decoder.probe(tmp_path)
        assert "no library for that" in caught.value.details

    run(work, Decoder([sys.executable, str(script)]))


def test_names_with_any_bytes_are_found(tmp_path: Path) -> None:
    name = "Überraschung – 夜.png"
    path = picture(tmp_path / name)

    async def work(decoder: Decoder) -> None:
        assert (await decoder.probe(path)).width == 300

    run(work)


def test_the_key_in_the_environment_does_not_reach_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRIDBRUSH_API_KEY", "canary-in-the-environment")
    script = tmp_path / "tell.py"
    script.write_text(
        "import os, sys\nfrom studio import worker\n"
        "sys.exit(worker.serve({'tell': lambda r: ({'names': sorted(os.environ)}, b'')}))"
    )

    async def work(decoder: Decoder) -> None:
        answer, _body = await decoder._ask(Priority.LOOK, job="tell", path=tmp_path)
        assert "PATH" in answer["names"]
        assert "GRIDBRUSH_API_KEY" not in answer["names"]

    run(work, Decoder([sys.executable, str(script)]))
