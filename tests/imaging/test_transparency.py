"""Transparency by one colour, by a palette or by a channel is see-through everywhere."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from studio.imaging import decode_jobs
from studio.imaging.png_check import PngCheck
from tests.imaging.embedded import chunk

KEYED = (2, 3)
"""Where the see-through colour lies in each of these pictures; nothing else has it."""


def raw(depth: int, colour: int, rows: list[bytes], more: bytes, width: int = 8) -> bytes:
    head = struct.pack(">IIBBBBB", width, len(rows), depth, colour, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + row for row in rows))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + more + chunk(b"IDAT", body)
        + chunk(b"IEND", b"")
    )  # fmt: skip


def rows(sample: int, other: int, key: int, samples: int = 1) -> list[bytes]:
    """Eight by eight pixels, of `sample` bits each; the one at KEYED has the key's value."""
    made = []
    for y in range(8):
        bits = "".join(
            format(key if (x, y) == KEYED else other, f"0{sample}b") * samples for x in range(8)
        )
        made.append(int(bits, 2).to_bytes(len(bits) // 8))
    return made


def grey(depth: int, key: int, other: int) -> bytes:
    return raw(depth, 0, rows(depth, other, key), chunk(b"tRNS", struct.pack(">H", key)))


def colours(depth: int, key: int, other: int) -> bytes:
    told = chunk(b"tRNS", struct.pack(">3H", key, key, key))
    return raw(depth, 2, rows(depth, other, key, 3), told)


def palette(alphas: bytes) -> bytes:
    made = bytearray(64)
    made[KEYED[1] * 8 + KEYED[0]] = 1
    parts = [bytes(made[n : n + 8]) for n in range(0, 64, 8)]
    told = chunk(b"PLTE", bytes((200, 20, 30, 0, 0, 0))) + chunk(b"tRNS", alphas)
    return raw(8, 3, parts, told)


def gif(mode: str) -> bytes:
    picture = Image.new(mode, (8, 8), 200 if mode == "L" else 0)
    picture.putpixel(KEYED, 7 if mode == "L" else 1)
    stream = io.BytesIO()
    picture.save(stream, "GIF", transparency=7 if mode == "L" else 1)
    return stream.getvalue()


SEE_THROUGH: dict[str, bytes] = {
    "RGB, black": colours(8, 0, 200),
    "RGB, white": colours(8, 255, 254),
    "RGB of 16 bits": colours(16, 0x1234, 0x9999),
    "RGB of 16 bits, a neighbour's first bytes": colours(16, 0x1234, 0x1235),
    "RGB of 16 bits, a neighbour's last bytes": colours(16, 0x1234, 0x2234),
    "RGB, with bits nobody has": raw(
        8, 2, rows(8, 200, 0, 3), chunk(b"tRNS", struct.pack(">3H", 0x100, 0x100, 0x100))
    ),
    "grey of 1 bit": grey(1, 0, 1),
    "grey of 1 bit, white": grey(1, 1, 0),
    "grey of 2 bits": grey(2, 2, 3),
    "grey of 4 bits": grey(4, 9, 10),
    "grey of 8 bits": grey(8, 80, 81),
    "grey of 16 bits": grey(16, 0x1234, 0x1235),
    "palette": palette(b"\xff\0"),
    "palette, half": palette(b"\xff\1"),
    "palette, longer than it may be": palette(b"\xff\0" + b"\xff" * 999),
    "GIF": gif("P"),
    "GIF of greys": gif("L"),
}  # fmt: skip


@pytest.mark.parametrize("name", SEE_THROUGH)
def test_it_is_named_shown_and_sent_as_such(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a"
    path.write_bytes(SEE_THROUGH[name])
    facts, _body = decode_jobs.probe({"path": str(path), "verify": True})
    head, data = decode_jobs.pixels({"path": str(path), "edge": None})
    assert facts["alpha"]
    assert head["alpha"]
    place = 4 * (KEYED[1] * 8 + KEYED[0]) + 3
    alphas = [data[at] for at in range(3, len(data), 4)]
    assert data[place] < 2
    assert sorted(alphas)[1] == 255, "nothing else is see-through"
    kind, sent = decode_jobs.upright({"path": str(path), "edge": 100, "limit": 1 << 20})
    assert kind["media_type"] == "image/png"
    copy = Image.open(io.BytesIO(sent))
    assert copy.mode == "RGBA", "a channel, which every service knows"
    pixel = copy.getpixel(KEYED)
    assert isinstance(pixel, tuple)
    assert pixel[3] < 2


@pytest.mark.parametrize("name", SEE_THROUGH)
def test_thumbnails_and_smaller_copies_are_see_through_too(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a"
    path.write_bytes(SEE_THROUGH[name])
    for edge in (8, 4):
        head, data = decode_jobs.pixels({"path": str(path), "edge": edge})
        assert head["alpha"]
        assert min(data[3::4]) < 255
        kind, sent = decode_jobs.upright({"path": str(path), "edge": edge, "limit": 1 << 20})
        assert kind["media_type"] == "image/png"
        assert Image.open(io.BytesIO(sent)).mode == "RGBA"


def test_a_logo_on_black_lies_on_grey_in_its_thumbnail(tmp_path: Path) -> None:
    path = tmp_path / "logo.png"
    logo = Image.new("RGB", (64, 64))
    logo.paste((230, 40, 40), (16, 16, 48, 48))
    logo.save(path, transparency=(0, 0, 0))
    _head, data = decode_jobs.thumbnail({"path": str(path), "edge": 64})
    small = Image.open(io.BytesIO(data))
    corner, middle = small.getpixel((2, 2)), small.getpixel((32, 32))
    assert isinstance(corner, tuple)
    assert isinstance(middle, tuple)
    assert all(abs(value - 0x80) < 6 for value in corner)
    assert middle[0] > 200
    check = PngCheck()
    check.feed(path.read_bytes())
    assert check.facts is not None
    assert check.facts.alpha


def test_half_a_keyed_picture_stays_see_through_when_it_is_mended(tmp_path: Path) -> None:
    path = tmp_path / "half.png"
    path.write_bytes(SEE_THROUGH["RGB, black"][:-14])
    _head, data = decode_jobs.mend({"path": str(path)})
    path.write_bytes(data)
    assert decode_jobs.probe({"path": str(path)})[0]["alpha"]


def test_an_opaque_picture_is_none_of_these(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    for name in ("RGB, black", "grey of 8 bits", "RGB of 16 bits"):
        data = SEE_THROUGH[name]
        at = data.index(b"tRNS") - 4
        path.write_bytes(data[:at] + data[data.index(b"IDAT") - 4 :])
        assert not decode_jobs.probe({"path": str(path)})[0]["alpha"]
        assert not decode_jobs.pixels({"path": str(path), "edge": None})[0]["alpha"]
