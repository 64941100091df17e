"""Decoding in a process of its own: right kinds, colours, sizes and pixels."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from studio.common.errors import PictureUnreadable
from studio.imaging.decoder import Decoder, kind_of, looks_complete
from tests.imaging.decoder_harness import picture, run

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
def test_every_kind_is_detected_by_its_first_bytes(
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
        b"\x91\x0cno picture",
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
        with pytest.raises(PictureUnreadable, match="too large to send"):
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
