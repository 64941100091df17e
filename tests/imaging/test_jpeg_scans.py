"""A small JPEG that would take long is detected by its scans, before it is decoded."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from studio.common.errors import PictureUnreadable
from studio.imaging.containers import jpeg_scans as scans
from studio.imaging.decoder import Decoder
from tests.imaging.slow_pictures import many_scans


def jpeg(**options) -> bytes:
    file = io.BytesIO()
    Image.effect_noise((320, 200), 90).convert("RGB").save(file, "JPEG", **options)
    return file.getvalue()


def test_scans_are_counted_whatever_lies_between_them() -> None:
    assert scans(jpeg()) == scans(jpeg(quality=100)) == 1
    assert scans(jpeg(progressive=True)) == 10
    # Of a picture within the picture nothing is counted, nor what only looks like an end.
    hidden = b"\xff\xda\xff\xd9\xff\xc0" * 50
    assert scans(jpeg(progressive=True, comment=hidden, exif=b"Exif\0\0" + jpeg())) == 10
    many = many_scans(300, 64)
    assert scans(many) == 300
    place = many.rfind(b"\xff\xda")
    assert scans(many[:place] + b"\xff\xfe\x00\x06\xff\xd9\xff\xd9" + many[place:]) == 300
    assert scans(many + jpeg(progressive=True)) == 300


@given(st.binary(max_size=200), st.integers(0, 5000))
def test_damaged_files_are_counted_without_an_error(noise: bytes, place: int) -> None:
    data = bytearray(many_scans(30, 32))
    data[place % len(data) : place % len(data) + len(noise)] = noise
    assert 1 <= scans(bytes(data)) < 2000


def test_it_is_refused_at_once_and_the_next_is_decoded(tmp_path: Path) -> None:
    asyncio.run(refused_and_decoded(tmp_path))


async def refused_and_decoded(tmp_path: Path) -> None:
    slow, usual = tmp_path / "slow.jpg", tmp_path / "usual.jpg"
    slow.write_bytes(many_scans(2000, 1000))
    usual.write_bytes(many_scans(60, 1000))
    decoder = Decoder()
    try:
        for work in (decoder.probe(slow, verify=True), decoder.thumbnail(slow, 64)):
            with pytest.raises(PictureUnreadable) as caught:
                await work
            assert "took too long" in caught.value.message
            assert "2000 scans" in caught.value.details
        facts = await decoder.probe(usual, verify=True)
        assert (facts.width, facts.complete) == (1000, True)
    finally:
        await decoder.close()
