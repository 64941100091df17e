"""Odd but legal picture files: each opens, with the size and the colours it has."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from studio.imaging import decode_jobs
from tests.imaging.embedded import chunk, saved

Colour = tuple[int, int, int, int]


def raw(depth: int, colour: int, pixel: bytes, size: tuple[int, int] = (8, 4)) -> bytes:
    """A PNG of one colour, written by hand."""
    head = struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, 0)
    rows = (b"\0" + pixel * size[0]) * size[1]
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def one(mode: str, colour: object, kind: str, size: tuple[int, int] = (8, 4)) -> bytes:
    stream = io.BytesIO()
    Image.new(mode, size, colour).save(stream, kind)  # type: ignore[arg-type]
    return stream.getvalue()


def wide_gamut() -> bytes:
    """sRGB's profile with red and green exchanged: it cannot be overlooked whether it is used."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    number = struct.unpack(">I", data[128:132])[0]
    tags = {bytes(data[132 + 12 * n : 136 + 12 * n]): 132 + 12 * n for n in range(number)}
    data[tags[b"rXYZ"] : tags[b"rXYZ"] + 4], data[tags[b"gXYZ"] : tags[b"gXYZ"] + 4] = (
        b"gXYZ", b"rXYZ",
    )  # fmt: skip
    return bytes(data).replace(b"s\0R\0G", b"x\0R\0G").replace(b"sRGB", b"xRGB")


RED, GREEN = (200, 20, 30, 255), (0, 255, 0, 255)

FILES: dict[str, tuple[bytes, tuple[int, int], Colour]] = {
    "rgb16": (raw(16, 2, struct.pack(">HHH", 0xC8FF, 0x14FF, 0x1EFF)), (8, 4), RED),
    "rgba16": (raw(16, 6, struct.pack(">4H", 0xC800, 0x1400, 0x1E00, 0x80FF)), (8, 4),
        (200, 20, 30, 128)),
    "grey16": (raw(16, 0, struct.pack(">H", 0x8000)), (8, 4), (128, 128, 128, 255)),
    "greyalpha16": (raw(16, 4, struct.pack(">HH", 0x8000, 0x4000)), (8, 4), (128, 128, 128, 64)),
    "grey1": (raw(1, 0, b"\xff", (1, 4)), (1, 4), (255, 255, 255, 255)),
    "cmyk jpeg": (one("CMYK", (0, 255, 255, 0), "JPEG"), (8, 4), (254, 0, 0, 255)),
    "cmyk tiff": (one("CMYK", (0, 255, 255, 0), "TIFF"), (8, 4), (255, 0, 0, 255)),
    "lab tiff": (saved("TIFF", Image.new("LAB", (8, 4), (255, 128, 128))), (8, 4),
        (255, 255, 255, 255)),
    "float tiff": (one("F", 0.5, "TIFF"), (8, 4), (128, 128, 128, 255)),
    "tiff of 16 bits": (one("I;16", 0x8000, "TIFF"), (8, 4), (128, 128, 128, 255)),
    "a long column": (one("RGB", RED[:3], "PNG", (1, 30_000)), (1, 30_000), RED),
    "a long row": (one("RGB", RED[:3], "PNG", (30_000, 1)), (30_000, 1), RED),
    "something behind a png": (one("RGB", RED[:3], "PNG") + b"appended" * 900, (8, 4), RED),
    "something behind a bmp": (one("RGB", RED[:3], "BMP") + b"appended", (8, 4), RED),
    "profile of a png": (saved("PNG", Image.new("RGB", (8, 4), (255, 0, 0)),
        icc_profile=wide_gamut()), (8, 4), GREEN),
    "profile of a webp": (saved("WEBP", Image.new("RGB", (8, 4), (255, 0, 0)),
        icc_profile=wide_gamut()), (8, 4), GREEN),
    "profile of a tiff": (saved("TIFF", Image.new("RGB", (8, 4), (255, 0, 0)),
        icc_profile=wide_gamut()), (8, 4), GREEN),
    "profile of an avif": (saved("AVIF", Image.new("RGB", (8, 4), (255, 0, 0)), quality=100,
        icc_profile=wide_gamut()), (8, 4), GREEN),
    "profile of a png with 2 MB behind it": (saved("PNG", Image.new("RGB", (8, 4), (255, 0, 0)),
        icc_profile=wide_gamut() + bytes(2_000_000)), (8, 4), GREEN),
    **{
        f"tiff, packed by {packer}": (saved("TIFF", Image.new("RGB", (8, 4), RED[:3]),
            compression=packer), (8, 4), RED)
        for packer in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "tiff_deflate", "jpeg")
    },
    "tiff of fax": (saved("TIFF", Image.new("1", (8, 4), 1), compression="group4"), (8, 4),
        (255, 255, 255, 255)),
    "big tiff": (saved("TIFF", Image.new("RGB", (8, 4), RED[:3]), big_tiff=True), (8, 4), RED),
    "tiff of a palette": (one("P", 0, "TIFF"), (8, 4), (0, 0, 0, 255)),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("call", ["a.png", "A.JPG", "no-extension"])
def test_it_opens_whatever_it_is_called(tmp_path: Path, name: str, call: str) -> None:
    data, size, colour = FILES[name]
    path = tmp_path / call
    path.write_bytes(data)
    facts, _body = decode_jobs.probe({"path": str(path), "verify": True})
    head, pixels = decode_jobs.pixels({"path": str(path), "edge": None})
    assert (facts["width"], facts["height"]) == (head["width"], head["height"]) == size
    assert facts["alpha"] == head["alpha"] == (colour[3] < 255)
    assert all(abs(a - b) <= 4 for a, b in zip(pixels[:4], colour, strict=True)), pixels[:4]
    decode_jobs.thumbnail({"path": str(path), "edge": 256})
