"""Hostile pictures for the decoding process, mutated answers for the reader of answers.

Both arrive on the window's loop, which must go on beating meanwhile.
"""

from __future__ import annotations

import contextlib
import io
import json
import random
import time
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path

from PIL import Image

from studio.common.errors import PictureUnreadable, StorageError
from studio.common.serial_executor import SerialExecutor
from studio.imaging.decoder import Decoder
from tests.fuzz_answers import Target, seeds
from tests.generation.harness import ANSWER, inline, parts
from tests.torture.pulse import on_window_loop, without_stall

SLOW = 2.0
_SOME = 1000
"""Answers that are read again where the machine was too busy to measure."""

KINDS = ("PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP", "AVIF")
_SIGNS = (b"{", b"}", b'"', b"[", b"]", b":", b",", b"\\", b"\x00", b"\xff", b"null", b"1e999")


def sources_of(chance: random.Random) -> list[bytes]:
    """A small picture of each kind."""
    found = []
    for kind in KINDS:
        picture = Image.frombytes("RGB", (40, 30), chance.randbytes(3600))
        stream = io.BytesIO()
        picture.save(stream, kind)
        found.append(stream.getvalue())
    return found


def spoilt(data: bytes, chance: random.Random) -> bytes:
    """The same with a few wrong bytes, missing ones, or more."""
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


async def _look(folder: Path, bodies: list[bytes], good: bytes) -> None:
    decoder = Decoder()
    path = folder / "hostile"
    lane = SerialExecutor("hostile")

    async def look() -> None:
        for body in bodies:
            await lane.run(path.write_bytes, body)
            began = time.monotonic()
            with contextlib.suppress(PictureUnreadable, StorageError):
                await decoder.probe(path, verify=True)
            assert time.monotonic() - began < SLOW

    try:
        await without_stall(look)
        # The decoding process still serves, itself or its successor.
        path.write_bytes(good)
        assert (await decoder.probe(path, verify=True)).complete
    finally:
        lane.close()
        await decoder.close()


def pictures(folder: Path, number: int) -> int:
    """Decode that many while the window's loop must go on; how many were looked at."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(11)
    sources = sources_of(chance)
    bodies = [spoilt(chance.choice(sources), chance) for _count in range(number)]
    on_window_loop(_look(folder, bodies, sources[0]))
    return number


async def _read(target: Target, bodies: Iterator[bytes]) -> None:
    lane = SerialExecutor("decoding")

    async def read(some: list[bytes]) -> None:
        for body in some:
            began = time.monotonic()
            await lane.run(target, body)
            assert time.monotonic() - began < SLOW

    try:
        while some := list(islice(bodies, _SOME)):
            await without_stall(partial(read, some))
    finally:
        lane.close()


def _mutated(number: int) -> Iterator[bytes]:
    chance = random.Random(13)
    big = json.dumps(parts({"text": "Here."}, inline(chance.randbytes(6000)))).encode()
    stream = b"data: " + json.dumps(ANSWER).encode() + b"\n\ndata: [DONE]\n\n"
    # Half of them of every known shape, in equal shares.
    sources = [json.dumps(ANSWER).encode(), big, stream]
    corpus = [seed[1:] for seed in seeds()]
    for _count in range(number):
        body = bytearray(spoilt(chance.choice(chance.choice((sources, corpus))), chance))
        where = chance.randrange(len(body) + 1)
        body[where:where] = chance.choice(_SIGNS)
        yield bytes((chance.randrange(256),)) + bytes(body)


def answers(folder: Path, number: int) -> int:
    """Read that many mutated answers where the program reads them; how many were read."""
    folder.mkdir(parents=True, exist_ok=True)
    on_window_loop(_read(Target(folder), _mutated(number)))
    return number
