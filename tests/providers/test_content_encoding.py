"""An answer is decoded by its bytes, whatever the header says, in any pieces."""

from __future__ import annotations

import gzip
import json
import random
import tracemalloc
import zlib

import brotli
import pytest
from backports import zstd
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.common.errors import ServiceError
from studio.providers import content_encoding
from studio.providers.content_encoding import BodyDecoder
from tests.bombs import gzip_bomb

BODY = json.dumps({"candidates": [{"x": random.Random(3).randbytes(9000).hex()}]}).encode()
PACKED = gzip.compress(BODY)


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def changed(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :]


ENCODED: dict[str, tuple[bytes, str]] = {
    **{f"plain, called {name}": (BODY, name) for name in (
        "", "gzip", "deflate", "br", "zstd", "utf-8", "none", "identity", "binary", "aws-chunked",
        "dcb", "gzip, br", "x" * 99)},
    "gzip": (PACKED, "gzip"),
    "gzip that nobody names": (PACKED, ""),
    "gzip called deflate": (PACKED, "deflate"),
    "gzip called br": (PACKED, "br"),
    "gzip with a file name": (
        PACKED[:3] + b"\x1c" + PACKED[4:10] + b"\4\0abcdname.json\0a comment\0" + PACKED[10:],
        "gzip"),
    "gzip in members": (gzip.compress(BODY[:900]) + gzip.compress(BODY[900:]), "gzip"),
    "gzip in members with zeros between": (
        gzip.compress(BODY[:900]) + bytes(7) + gzip.compress(BODY[900:]), "gzip"),
    "gzip with an empty member": (gzip.compress(b"") + PACKED, "gzip"),
    "gzip and something behind": (PACKED + b"<!-- served by x -->", "gzip"),
    "gzip and more of it behind": (PACKED + b"\x1f\x8b\x08", "gzip"),
    "gzip twice": (gzip.compress(PACKED), "gzip, gzip"),
    "gzip twice, named once": (gzip.compress(PACKED), "gzip"),
    "gzip with a wrong checksum": (changed(PACKED, len(PACKED) - 6), "gzip"),
    "gzip with a wrong length": (changed(PACKED, len(PACKED) - 2), "gzip"),
    "gzip without its checksum": (PACKED[:-8], "gzip"),
    "zlib": (zlib.compress(BODY), "deflate"),
    "zlib that nobody names": (zlib.compress(BODY), ""),
    "zlib called gzip": (zlib.compress(BODY), "gzip"),
    "zlib without its checksum": (zlib.compress(BODY)[:-4], "deflate"),
    "raw deflate": (raw_deflate(BODY), "deflate"),
    "raw deflate called gzip": (raw_deflate(BODY), "gzip"),
    "raw deflate that nobody names": (raw_deflate(BODY), ""),
    "brotli": (brotli.compress(BODY), "br"),
    "brotli, made fast": (brotli.compress(BODY, quality=1), "br"),
    "brotli that nobody names": (brotli.compress(BODY), ""),
    "brotli called gzip": (brotli.compress(BODY), "gzip"),
    "zstd": (zstd.compress(BODY), "zstd"),
    "zstd that nobody names": (zstd.compress(BODY), ""),
    "zstd called br": (zstd.compress(BODY), "br"),
    "zstd in frames": (zstd.compress(BODY[:900]) + zstd.compress(BODY[900:]), "zstd"),
    "zstd behind a frame to skip": (b"\x53\x2a\x4d\x18\2\0\0\0ab" + zstd.compress(BODY), "zstd"),
    "brotli in gzip": (gzip.compress(brotli.compress(BODY)), "br, gzip"),
    "raw deflate in gzip": (gzip.compress(raw_deflate(BODY)), "deflate, gzip"),
    "gzip in zstd": (zstd.compress(PACKED), "gzip, zstd"),
    "UTF-16 in gzip": (gzip.compress(BODY.decode().encode("utf-16")), "gzip"),
}  # fmt: skip


def decoded(data: bytes, encoding: str, step: int) -> bytes:
    decoder, found = BodyDecoder(encoding), bytearray()
    for start in range(0, len(data), step):
        found += b"".join(decoder.feed(data[start : start + step]))
    return bytes(found) + b"".join(decoder.end())


@pytest.mark.parametrize("step", [1, 7, 1000, 1 << 20])
@pytest.mark.parametrize("name", ENCODED)
def test_it_is_decoded_by_what_it_is(name: str, step: int) -> None:
    data, encoding = ENCODED[name]
    assert decoded(data, encoding, step) == BODY


@settings(max_examples=200, deadline=None)
@given(
    st.binary(min_size=1, max_size=3000),
    st.sampled_from(["", "gzip", "br", "zstd", "deflate", "x"]),
    st.integers(1, 700),
)
def test_what_is_nothing_known_passes_unchanged_or_is_named(
    data: bytes, encoding: str, step: int
) -> None:
    decoder = BodyDecoder(encoding)
    found = bytearray()
    try:
        for start in range(0, len(data), step):
            found += b"".join(decoder.feed(data[start : start + step]))
        found += b"".join(decoder.end())
    except ServiceError:
        assert decoder.encoded
        return
    assert bytes(found) == data or decoder.encoded or data.decode("utf-16", "ignore")


def until_damage(data: bytes, encoding: str) -> tuple[bytes, Exception | None]:
    decoder, found = BodyDecoder(encoding), bytearray()
    try:
        for piece in decoder.feed(data):
            found += piece
    except ServiceError as error:
        return bytes(found), error
    return bytes(found), None


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        (gzip.compress(BODY), "gzip"),
        (zlib.compress(BODY), "deflate"),
        (raw_deflate(BODY), "deflate"),
        (brotli.compress(BODY), "br"),
        (b"".join(zstd.compress(BODY[at : at + 900]) for at in range(0, len(BODY), 900)), "zstd"),
    ],
    ids=["gzip", "zlib", "raw deflate", "brotli", "zstd"],
)
def test_of_what_breaks_off_or_is_damaged_the_beginning_is_there(
    packed: bytes, encoding: str
) -> None:
    half = packed[: len(packed) // 2]
    beginning = decoded(half, encoding, 999)
    assert len(beginning) > len(BODY) // 4
    assert BODY.startswith(beginning)
    found, error = until_damage(half + random.Random(4).randbytes(200_000), encoding)
    assert isinstance(error, ServiceError)
    assert BODY.startswith(found[: len(BODY) // 4])
    assert len(found) > len(BODY) // 4


@pytest.mark.parametrize(
    "bomb",
    [
        gzip_bomb(b"[", 64),
        zstd.compress(b"[" + b" " * (64 << 20)),
        brotli.compress(b"[" + b" " * (64 << 20), quality=1),
        gzip.compress(gzip_bomb(b"[", 64), 9),
    ],
    ids=["gzip", "zstd", "brotli", "twice"],
)
def test_a_bomb_unfolds_in_pieces(bomb: bytes) -> None:
    decoder = BodyDecoder("gzip")
    tracemalloc.start()
    try:
        largest = total = 0
        for start in range(0, len(bomb), 65536):
            for piece in decoder.feed(bomb[start : start + 65536]):
                largest, total = max(largest, len(piece)), total + len(piece)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert total > 60 << 20
    assert largest <= 1 << 20
    assert peak < 24 << 20


def test_a_limit_ends_the_decoding_of_a_file() -> None:
    pieces = content_encoding.decoded([gzip.compress(b"[" + b" " * 9000)], "gzip", 4000)
    with pytest.raises(ServiceError):
        list(pieces)


def test_a_file_that_is_not_encoded_decodes_to_nothing() -> None:
    assert list(content_encoding.decoded([BODY], "gzip", 1 << 20)) == []
