"""Hostile pictures for the decoding process, mutated answers for the reader of answers."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import random
import time
from pathlib import Path

from PIL import Image

from studio.errors import PictureUnreadable, StorageError
from studio.pictures import Decoder
from tests.core.running import ANSWER, inline, parts
from tests.fuzz_answers import Target

SLOW = 2.0
KINDS = ("PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP", "AVIF")
_SIGNS = (b"{", b"}", b'"', b"[", b"]", b":", b",", b"\\", b"\x00", b"\xff", b"null", b"1e999")


def _sources(chance: random.Random) -> list[bytes]:
    found = []
    for kind in KINDS:
        picture = Image.frombytes("RGB", (40, 30), chance.randbytes(3600))
        stream = io.BytesIO()
        picture.save(stream, kind)
        found.append(stream.getvalue())
    return found


def _spoilt(data: bytes, chance: random.Random) -> bytes:
    body = bytearray(data)
    for _time in range(chance.randint(1, 8)):
        where = chance.randrange(len(body)) if body else 0
        match chance.randrange(6):
            case 0:
                body[where : where + 1] = bytes((chance.randrange(256),))
            case 1:
                del body[where : where + chance.randint(1, 60)]
            case 2:
                body[where:where] = chance.randbytes(chance.randint(1, 40))
            case 3:
                body[where : where + 4] = chance.choice((b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff"))
            case 4:
                del body[where:]
            case _:
                body[where:where] = body[: chance.randint(0, len(body))]
    return bytes(body)


async def _look(folder: Path, number: int) -> int:
    chance = random.Random(11)
    sources = _sources(chance)
    decoder = Decoder()
    path = folder / "hostile"
    try:
        for _count in range(number):
            path.write_bytes(_spoilt(chance.choice(sources), chance))
            began = time.monotonic()
            with contextlib.suppress(PictureUnreadable, StorageError):
                await decoder.probe(path, verify=True)
            assert time.monotonic() - began < SLOW
        # The decoding process still serves, itself or its successor.
        path.write_bytes(sources[0])
        assert (await decoder.probe(path, verify=True)).complete
    finally:
        await decoder.close()
    return number


def pictures(folder: Path, number: int) -> int:
    """Decode that many; how many were looked at."""
    folder.mkdir(parents=True, exist_ok=True)
    return asyncio.run(_look(folder, number))


def answers(folder: Path, number: int) -> int:
    """Read that many mutated answers; how many were read."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(13)
    target = Target(folder)
    big = json.dumps(parts({"text": "Here."}, inline(chance.randbytes(6000)))).encode()
    stream = b"data: " + json.dumps(ANSWER).encode() + b"\n\ndata: [DONE]\n\n"
    sources = [json.dumps(ANSWER).encode(), big, stream]
    for _count in range(number):
        body = bytearray(_spoilt(chance.choice(sources), chance))
        where = chance.randrange(len(body) + 1)
        body[where:where] = chance.choice(_SIGNS)
        began = time.monotonic()
        target(bytes((chance.randrange(256),)) + bytes(body))
        assert time.monotonic() - began < SLOW
    return number
