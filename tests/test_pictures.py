"""Decoding in a process of its own: right colours, hostile bytes, a worker that dies."""

from __future__ import annotations

import asyncio
import io
import os
import struct
import sys
import time
import zlib
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from studio.errors import PictureUnreadable, StudioError
from studio.pictures import Decoder, Priority, kind_of, looks_complete

TROUBLED = """
import os, signal, sys, time
from studio import decoding, worker

def crash(request):
    os.kill(os.getpid(), signal.SIGSEGV if sys.platform != "win32" else signal.SIGTERM)
    time.sleep(60)

def hang(request):
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


def run(work: Callable[[Decoder], Awaitable[object]], decoder: Decoder | None = None) -> None:
    decoder = decoder or Decoder()

    async def main() -> None:
        async with asyncio.timeout(60):
            try:
                await work(decoder)
            finally:
                await decoder.close()

    asyncio.run(main())


@pytest.fixture
def troubled(tmp_path: Path) -> Callable[..., Decoder]:
    """A decoder whose worker knows a few jobs that go wrong."""
    script = tmp_path / "troubled.py"
    script.write_text(TROUBLED)

    def make(**options: float) -> Decoder:
        return Decoder([sys.executable, str(script)], **options)

    return make


def picture(
    path: Path, size: tuple[int, int] = (300, 200), mode: str = "RGB", **save: object
) -> Path:
    image = Image.radial_gradient("L").resize(size)
    image = image.convert("RGB").convert("CMYK") if mode == "CMYK" else image.convert(mode)
    image.save(path, **save)  # type: ignore[arg-type]
    return path


SAVED = [
    ("a.png", "RGB", "png"),
    ("a.jpg", "RGB", "jpeg"),
    ("a.webp", "RGB", "webp"),
    ("a.gif", "P", "gif"),
    ("a.avif", "RGB", "avif"),
    ("a.tif", "RGB", "tiff"),
    ("a.bmp", "RGB", "bmp"),
]


@pytest.mark.parametrize(("name", "mode", "kind"), SAVED)
def test_every_kind_is_told_by_its_first_bytes(
    tmp_path: Path, name: str, mode: str, kind: str
) -> None:
    path = picture(tmp_path / name, mode=mode)
    found = kind_of(path.read_bytes()[:64])
    assert found is not None
    assert found.kind == kind
    assert looks_complete(path)


@pytest.mark.parametrize(("name", "mode", "kind"), SAVED[:5])
def test_a_cut_file_does_not_look_complete(tmp_path: Path, name: str, mode: str, kind: str) -> None:
    path = picture(tmp_path / name, mode=mode)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])
    assert kind_of(data[:64]) is not None
    assert not looks_complete(path)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'>",
        b"%!PS-Adobe-3.0 EPSF-3.0",
        b"%PDF-1.7",
        b"BMX is a sport, not a bitmap of any kind",
        b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom",
        os.urandom(3) + b"no picture",
    ],
)
def test_what_is_no_picture_has_no_kind(head: bytes) -> None:
    assert kind_of(head) is None


def test_a_camera_may_fill_a_jpeg_up_with_zeros(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.jpg")
    path.write_bytes(path.read_bytes() + bytes(100))
    assert looks_complete(path)


def test_all_kinds_give_facts_thumbnails_and_pixels(tmp_path: Path) -> None:
    async def work(decoder: Decoder) -> None:
        for name, mode, kind in SAVED:
            path = picture(tmp_path / name, mode=mode)
            facts = await decoder.probe(path, verify=True)
            assert (facts.kind, facts.width, facts.height) == (kind, 300, 200)
            assert facts.complete
            assert not facts.alpha
            small = Image.open(io.BytesIO(await decoder.thumbnail(path, 150)))
            assert (small.format, small.size) == ("JPEG", (150, 100))
            pixels = await decoder.pixels(path)
            assert (pixels.width, pixels.height, len(pixels.data)) == (300, 200, 300 * 200 * 4)
            assert set(pixels.data[3::4]) == {255}

    run(work)


def test_mean_colour_is_the_pictures_own(tmp_path: Path) -> None:
    path = tmp_path / "half.png"
    image = Image.new("RGB", (100, 100), (200, 100, 50))
    image.paste((100, 100, 50), (0, 0, 50, 100))
    image.save(path)

    async def work(decoder: Decoder) -> None:
        colour = (await decoder.probe(path)).colour
        assert abs((colour >> 16) - 150) <= 2
        assert colour & 0xFFFF == 100 << 8 | 50

    run(work)


def test_a_turned_photo_comes_upright(tmp_path: Path) -> None:
    # Exif orientation 6: the camera was held on its side; the red corner belongs at the top right.
    image = Image.new("RGB", (400, 200), (0, 0, 255))
    image.paste((255, 0, 0), (0, 0, 100, 100))
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / "photo.jpg"
    image.save(path, exif=exif, quality=95)

    async def work(decoder: Decoder) -> None:
        facts = await decoder.probe(path)
        assert (facts.width, facts.height) == (200, 400)
        pixels = await decoder.pixels(path)
        assert (pixels.width, pixels.height) == (200, 400)
        corner = 4 * (20 * 200 + 180)
        assert pixels.data[corner] > 200
        assert pixels.data[4 * (20 * 200 + 20)] < 60
        data, media_type = await decoder.upright(path, edge=3072, limit=1 << 20)
        sent = Image.open(io.BytesIO(data))
        assert (sent.size, media_type) == ((200, 400), "image/jpeg")
        assert not sent.getexif()

    run(work)


@pytest.mark.parametrize("name", ["a.jpg", "a.png"])
def test_a_smaller_copy_knows_how_large_the_picture_is(tmp_path: Path, name: str) -> None:
    path = picture(tmp_path / name, (1600, 1200))

    async def work(decoder: Decoder) -> None:
        pixels = await decoder.pixels(path, edge=100)
        assert (pixels.width, pixels.height) == (100, 75)
        assert (pixels.full_width, pixels.full_height) == (1600, 1200)
        assert len(pixels.data) == 100 * 75 * 4
        same = await decoder.pixels(path, edge=5000)
        assert (same.width, same.full_width) == (1600, 1600)

    run(work)


def swapped_profile() -> bytes:
    """sRGB with the red and green primaries exchanged: nobody can overlook whether it is used."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack(">I", data[128:132])[0]
    tags = {bytes(data[132 + 12 * n : 136 + 12 * n]): 132 + 12 * n for n in range(count)}
    data[tags[b"rXYZ"] : tags[b"rXYZ"] + 4] = b"gXYZ"
    data[tags[b"gXYZ"] : tags[b"gXYZ"] + 4] = b"rXYZ"
    where, size = struct.unpack(">II", data[tags[b"desc"] + 4 : tags[b"desc"] + 12])
    data[where : where + size] = data[where : where + size].replace(b"s\x00R\x00G", b"x\x00R\x00G")
    data[where : where + size] = data[where : where + size].replace(b"sRGB", b"xRGB")
    return bytes(data)


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp"])
def test_an_embedded_profile_is_honoured(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    Image.new("RGB", (64, 64), (255, 0, 0)).save(path, icc_profile=swapped_profile(), quality=95)

    async def work(decoder: Decoder) -> None:
        data = (await decoder.pixels(path)).data
        assert data[0] < 40
        assert data[1] > 215
        small = Image.open(io.BytesIO(await decoder.thumbnail(path, 32))).getpixel((9, 9))
        assert isinstance(small, tuple)
        assert small[1] > 215
        sent, _type = await decoder.upright(path, edge=64, limit=1 << 20)
        copy = Image.open(io.BytesIO(sent)).convert("RGB").getpixel((9, 9))
        assert isinstance(copy, tuple)
        assert copy[1] > 215

    run(work)


def test_profiles_that_do_not_fit_or_are_broken_are_passed_over(tmp_path: Path) -> None:
    grey = tmp_path / "grey.png"
    Image.new("L", (8, 8), 77).save(grey, icc_profile=swapped_profile())
    broken = tmp_path / "broken.png"
    Image.new("RGB", (8, 8), (9, 8, 7)).save(broken, icc_profile=b"no profile at all")

    async def work(decoder: Decoder) -> None:
        assert (await decoder.pixels(grey)).data[:4] == bytes((77, 77, 77, 255))
        assert (await decoder.pixels(broken)).data[:4] == bytes((9, 8, 7, 255))

    run(work)


def test_unusual_depths_come_out_as_eight_bit_colour(tmp_path: Path) -> None:
    deep = tmp_path / "deep.png"
    Image.new("I;16", (8, 8), 0x80FF).save(deep)
    pair = tmp_path / "pair.png"
    Image.new("LA", (8, 8), (200, 10)).save(pair)
    indexed = tmp_path / "indexed.png"
    image = Image.new("P", (8, 8), 1)
    image.putpalette([0, 0, 0, 10, 20, 30])
    image.save(indexed, transparency=0)
    bits = tmp_path / "bits.tif"
    Image.new("1", (8, 8), 1).save(bits)
    real = tmp_path / "real.tif"
    Image.new("F", (8, 8), 0.5).save(real)
    ink = picture(tmp_path / "ink.jpg", mode="CMYK", quality=95)

    async def work(decoder: Decoder) -> None:
        async def first(path: Path) -> tuple[int, ...]:
            return tuple((await decoder.pixels(path)).data[:4])

        assert await first(deep) == (128, 128, 128, 255) or await first(deep) == (129,) * 3 + (255,)
        assert await first(pair) == (200, 200, 200, 10)
        assert await first(indexed) == (10, 20, 30, 255)
        assert await first(bits) == (255, 255, 255, 255)
        assert (await first(real))[0] in (127, 128)
        pixels = await decoder.pixels(ink)
        middle = 4 * (100 * 300 + 150)
        assert max(pixels.data[middle : middle + 3]) < 30
        assert min(pixels.data[:3]) > 180
        assert (await decoder.probe(pair)).alpha

    run(work)


def test_only_the_first_frame_of_an_animation_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "moves.gif"
    frames = [Image.new("RGB", (8, 8), colour) for colour in ((255, 0, 0), (0, 255, 0))]
    frames[0].save(path, save_all=True, append_images=frames[1:])

    async def work(decoder: Decoder) -> None:
        assert (await decoder.pixels(path)).data[:3] == bytes((255, 0, 0))
        assert (await decoder.probe(path)).animated

    run(work)


def test_see_through_parts_of_a_thumbnail_lie_on_grey(tmp_path: Path) -> None:
    path = tmp_path / "clear.png"
    Image.new("RGBA", (64, 64), (255, 255, 255, 0)).save(path)

    async def work(decoder: Decoder) -> None:
        thumbnail = Image.open(io.BytesIO(await decoder.thumbnail(path, 64)))
        pixel = thumbnail.getpixel((30, 30))
        assert isinstance(pixel, tuple)
        assert all(abs(value - 0x80) <= 2 for value in pixel)
        assert (await decoder.probe(path)).colour == 0x808080

    run(work)


def test_a_copy_for_sending_keeps_to_edge_and_bytes(tmp_path: Path) -> None:
    noise = tmp_path / "noise.png"
    Image.effect_noise((900, 600), 90).convert("RGB").save(noise)
    clear = tmp_path / "clear.png"
    image = Image.effect_noise((900, 600), 90).convert("RGBA")
    image.putalpha(Image.radial_gradient("L").resize((900, 600)))
    image.save(clear)
    small = picture(tmp_path / "small.webp", (64, 64))

    async def work(decoder: Decoder) -> None:
        data, media_type = await decoder.upright(noise, edge=300, limit=1 << 20)
        assert (Image.open(io.BytesIO(data)).size, media_type) == ((300, 200), "image/jpeg")
        data, media_type = await decoder.upright(clear, edge=900, limit=200_000)
        assert media_type == "image/png"
        assert len(data) <= 200_000
        assert Image.open(io.BytesIO(data)).mode == "RGBA"
        data, media_type = await decoder.upright(small, edge=64, limit=1 << 20)
        assert (data, media_type) == (small.read_bytes(), "image/webp")
        with pytest.raises(PictureUnreadable, match="small enough"):
            await decoder.upright(noise, edge=900, limit=100)

    run(work)


def test_the_palette_names_the_dominant_colours_first(tmp_path: Path) -> None:
    path = tmp_path / "flag.png"
    image = Image.new("RGB", (90, 90), (200, 30, 30))
    image.paste((30, 30, 200), (0, 0, 30, 90))
    image.paste((250, 250, 250), (30, 0, 40, 90))
    image.save(path)

    async def work(decoder: Decoder) -> None:
        colours = await decoder.palette(path)
        assert 3 <= len(colours) <= 5
        assert all(
            abs(a - b) < 12 for a, b in zip(colours[0].to_bytes(3), (200, 30, 30), strict=True)
        )

    run(work)


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp"])
def test_half_a_picture_is_refused_when_verified(tmp_path: Path, name: str) -> None:
    path = picture(tmp_path / name, (800, 600))
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])

    async def work(decoder: Decoder) -> None:
        with pytest.raises(PictureUnreadable, match="damaged or incomplete"):
            await decoder.probe(path, verify=True)

    run(work)


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
    tmp_path: Path, troubled: Callable[..., Decoder]
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
