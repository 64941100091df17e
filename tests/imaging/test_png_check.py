"""The checksums of a PNG: complete and unchanged, or to be decoded."""

from __future__ import annotations

import functools
import io
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from studio.imaging.decode_jobs import PIXELS, probe
from studio.imaging.decoder import PictureFacts
from studio.imaging.png_check import MOST_PIXELS, UNKNOWN_COLOUR, PngCheck


def checked(data: bytes, step: int = 1 << 20) -> PictureFacts | None:
    check = PngCheck()
    for start in range(0, len(data), step):
        check.feed(data[start : start + step])
    return check.facts


@functools.cache
def made(mode: str = "RGB", **more: Any) -> bytes:
    file = io.BytesIO()
    Image.effect_noise((37, 21), 50).convert(mode).save(file, "PNG", **more)
    return file.getvalue()


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1", "I;16"])
@settings(max_examples=10, deadline=None)
@given(step=st.integers(1, 3000))
def test_it_says_of_a_picture_what_decoding_it_says(tmp_path_factory, mode, step):
    path: Path = tmp_path_factory.getbasetemp() / "checked.png"
    path.write_bytes(made(mode))
    facts, _data = probe({"path": str(path), "verify": True})
    found = checked(made(mode), step)
    assert found == PictureFacts(**{**facts, "colour": UNKNOWN_COLOUR})


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_one_changed_bit_is_noticed(data):
    picture = bytearray(made())
    place = data.draw(st.integers(0, len(picture) - 1))
    picture[place] ^= 1 << data.draw(st.integers(0, 7))
    assert checked(bytes(picture)) is None


@settings(max_examples=50, deadline=None)
@given(st.integers(0, len(made()) - 1))
def test_a_lost_end_is_noticed(size):
    assert checked(made()[:size]) is None


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.booleans(), st.integers(1, 50))
def test_any_bytes_are_taken(data, signed, step):
    assert checked(made()[:8] * signed + data, step) is None


def test_what_comes_after_the_end_does_no_harm():
    assert checked(made() + b"more") == checked(made())


def chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(kind + data).to_bytes(4, "big")
    return len(data).to_bytes(4, "big") + kind + data + check


def head(width: int, height: int, depth: int = 8, colour: int = 2) -> bytes:
    sides = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    return made()[:8] + chunk(b"IHDR", sides + bytes([depth, colour, 0, 0, 0]))


END = chunk(b"IDAT", b"x") + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "data",
    [
        head(20_000, 20_000) + END,
        head(0, 5) + END,
        head(5, 5, depth=3) + END,
        head(5, 5, colour=5) + END,
        head(5, 5) + chunk(b"IEND", b""),
        head(5, 5) + chunk(b"eXIf", b"MM") + END,
        made()[:8] + END,
        head(5, 5) + head(5, 5)[8:] + END,
    ],
    ids=["too many pixels", "no pixels", "odd depth", "odd colour", "no data", "a way up",
         "no head", "two heads"],
)  # fmt: skip
def test_what_is_odd_is_left_to_whoever_decodes(data):
    assert checked(data) is None
    assert checked(head(5, 5) + END) is not None


def test_more_is_never_believed_than_is_opened():
    assert MOST_PIXELS <= PIXELS
