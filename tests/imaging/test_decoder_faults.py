"""Decoding in its own process: hostile bytes, a worker that dies, hangs or uses up memory."""

from __future__ import annotations

import asyncio
import contextlib
import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from studio.common.errors import NotDecoded, PictureUnreadable, StudioError
from studio.imaging.decoder import Decoder, Priority
from tests.imaging.decoder_harness import picture, run

TROUBLED = """
import os, signal, sys, time
from studio.imaging import decode_jobs as decoding, worker

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
sys.exit(worker.serve({**decoding.JOBS, **jobs}, confined=False))
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
    if sys.platform != "win32":
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
            decoder.decode_job(Priority.ARRIVAL, job="crash", path=path),
            decoder.probe(path),
            decoder.thumbnail(path, 64),
        ]
        first, crash, second, third = await asyncio.gather(*asked, return_exceptions=True)
        assert isinstance(crash, PictureUnreadable)
        assert "crashed the decoding process" in crash.message
        assert first == second
        assert isinstance(third, bytes)

    run(work, troubled())


def test_a_worker_that_died_between_two_jobs_costs_none(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png")

    async def work(decoder: Decoder) -> None:
        await decoder.probe(path)
        (hand,) = decoder.workers
        assert hand.child is not None
        process = hand.child.process
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
        decoder.limit = 0.2
        with pytest.raises(PictureUnreadable, match="took too long"):
            await decoder.decode_job(Priority.LOOK, job="hang", path=path)
        decoder.limit = 60
        assert (await decoder.probe(path)).width == 300

    run(work, troubled())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps to the limit")
def test_a_job_gets_no_more_memory_than_the_limit(
    tmp_path: Path, troubled: Callable[..., Decoder]
) -> None:
    async def work(decoder: Decoder) -> None:
        with pytest.raises(PictureUnreadable, match="memory limit"):
            await decoder.decode_job(Priority.LOOK, job="hoard", path=tmp_path)
        (hand,) = decoder.workers
        assert hand.child is not None
        assert hand.child.alive

    run(work, troubled())


def test_stray_prints_do_not_get_between_the_answers(
    tmp_path: Path, troubled: Callable[..., Decoder]
) -> None:
    async def work(decoder: Decoder) -> None:
        answer, _body = await decoder.decode_job(Priority.LOOK, job="shout", path=tmp_path)
        assert answer == {"said": True}
        assert (await decoder.probe(picture(tmp_path / "a.png"))).width == 300

    run(work, troubled())


def test_urgent_jobs_go_first_and_cancelled_ones_never(
    tmp_path: Path, troubled: Callable[..., Decoder]
) -> None:
    notes = tmp_path / "notes.txt"

    async def work(decoder: Decoder) -> None:
        def note(priority: Priority, word: str) -> asyncio.Task[object]:
            return asyncio.create_task(
                decoder.decode_job(priority, job="note", path=notes, word=word)
            )

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
        async with asyncio.timeout(60):
            await decoder.probe(picture(tmp_path / "a.png"))
            (hand,) = decoder.workers
            assert hand.child is not None
            process = hand.child.process
            hung = asyncio.create_task(decoder.decode_job(Priority.LOOK, job="hang", path=tmp_path))
            queued = asyncio.create_task(decoder.probe(tmp_path / "a.png"))
            await asyncio.sleep(0)
            await decoder.close()
            # The job hangs for longer than this test may take.
            await asyncio.gather(hung, queued, return_exceptions=True)
            assert queued.cancelled()
            assert process.returncode not in (None, 0), "killed, not waited for"
        return process.pid

    pid = asyncio.run(main())
    assert "lost" not in caplog.text, "whoever ends it does not wonder where it is"
    if sys.platform == "linux":
        assert not Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize("when", ["waiting already", "asked later"])
def test_a_picture_that_takes_long_does_not_hold_up_the_others(
    tmp_path: Path, troubled: Callable[..., Decoder], when: str
) -> None:
    path = picture(tmp_path / "a.png")

    async def work(decoder: Decoder) -> None:
        hung = asyncio.create_task(decoder.decode_job(Priority.LOOK, job="hang", path=path))
        if when == "asked later":
            while not (decoder.workers and decoder.workers[0].slow):
                await asyncio.sleep(0.01)
        for _time in range(3):
            assert (await decoder.probe(path)).complete
        assert not hung.done()
        # One more would be one too many.
        others = [
            asyncio.create_task(decoder.decode_job(Priority.LOOK, job="hang", path=path))
            for _number in range(3)
        ]
        while not (len(decoder.workers) == 2 and decoder.workers[1].slow):
            await asyncio.sleep(0.01)
        assert len(decoder.workers) == 2
        await decoder.close()
        await asyncio.gather(hung, *others, return_exceptions=True)

    run(work, troubled(patience=0.1))


@contextlib.contextmanager
def few_descriptors() -> Iterator[None]:
    """No file can be opened.

    The limit bounds the numbers of descriptors, not how many are open: a limit above a
    number that is free, or becomes free meanwhile, would let one more in. The standard
    streams are always open, so nothing is free below three.
    """
    if sys.platform == "linux":
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    else:
        yield


@pytest.mark.skipif(sys.platform != "linux", reason="asks the system for few descriptors")
def test_without_descriptors_nothing_is_decoded_and_afterwards_it_is(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png")

    async def work(decoder: Decoder) -> None:
        with few_descriptors(), pytest.raises(NotDecoded, match="did not start"):
            await decoder.probe(path)
        assert (await decoder.probe(path)).complete

    run(work)


def test_a_decoder_nobody_asked_starts_and_leaves_nothing() -> None:
    decoder = Decoder()
    run(lambda _decoder: asyncio.sleep(0), decoder)
    assert decoder.workers == []


def test_the_process_ends_when_nothing_is_asked_for_a_while(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png")

    async def work(decoder: Decoder) -> None:
        await decoder.probe(path)
        (hand,) = decoder.workers
        assert hand.child is not None
        process = hand.child.process
        await asyncio.to_thread(process.wait, 60)
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
        "import os, sys\nfrom studio.imaging import worker\n"
        "sys.exit(worker.serve({'tell': lambda r: ({'names': sorted(os.environ)}, b'')}))"
    )

    async def work(decoder: Decoder) -> None:
        answer, _body = await decoder.decode_job(Priority.LOOK, job="tell", path=tmp_path)
        assert "PATH" in answer["names"]
        assert "GRIDBRUSH_API_KEY" not in answer["names"]

    run(work, Decoder([sys.executable, str(script)]))


def test_an_avif_that_is_not_damaged_is_not_called_so_where_there_is_no_decoder(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.avif"
    path.write_bytes(b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + bytes(64))
    script = (
        "import sys, pathlib\n"
        "from PIL import features\n"
        "features.check = lambda name: name != 'avif'\n"
        "from studio.imaging import decode_jobs as decoding\n"
        "try:\n"
        "    decoding.open_picture(pathlib.Path(sys.argv[1]))\n"
        "except decoding.DecodeRefused as refused:\n"
        "    print(refused.fault)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True
    )
    assert told.stdout == "no_decoder\n"
    assert "not supported on this computer" in Decoder().error_of("no_decoder", path, "").message
