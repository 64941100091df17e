"""Makes libraries of any size for the benchmarks: records as the program writes them, seeded.

Prompts are drawn from a vocabulary by frequency (Zipf), so that a few words are everywhere and most
are rare. A few hundred distinct small pictures stand behind the rows; their files are made only
where a benchmark shows them (`pictures`).
"""

from __future__ import annotations

import hashlib
import itertools
import random
import zlib
from collections.abc import Iterator
from pathlib import Path

from studio.domain.entities import (
    AspectRatio,
    CostBasis,
    Flag,
    GenerationRequest,
    Job,
    JobState,
    Picture,
)
from studio.library.log import records

SEED = 20261123
DISTINCT = 300
RUN = 4
START = 1_700_000_000.0
_SYLLABLES = (
    *("ka", "lo", "mi", "ter", "an", "sol", "ru", "ben", "qui", "or", "fen", "dal", "vi", "est"),
    *("ga", "no", "pel", "shi", "um", "tra", "ce", "bri", "hol", "ey", "zu", "mar", "wick", "ol"),
)
COMMON = (
    *("the", "of", "a", "light", "in", "and", "with", "lighthouse", "sea", "old", "at", "blue"),
    *("dusk", "harbour", "portrait", "soft", "on", "poster", "fog", "red", "paper", "boat", "city"),
)
_SHAPES = (
    *((1024, 1024, "1:1", 30), (1344, 768, "16:9", 20), (768, 1344, "9:16", 15)),
    *((1184, 864, "4:3", 10), (864, 1184, "3:4", 10), (2048, 2048, "1:1", 5)),
    *((4096, 4096, "1:1", 2), (512, 512, "1:1", 3), (1536, 672, "21:9", 5)),
)
_MODELS = (
    *(("gemini-flash-image", 60), ("gemini-pro-image", 22), ("flux-kontext", 10), ("sketch", 6)),
    ("seedream-4", 2),
)


class Vocabulary:
    """Words and how often each of them comes."""

    def __init__(self, draw: random.Random, size: int = 20_000) -> None:
        words = dict.fromkeys(COMMON)
        while len(words) < size:
            words["".join(draw.choices(_SYLLABLES, k=draw.choice((2, 2, 3, 3, 4))))] = None
        self.words = tuple(words)
        self.sums = tuple(itertools.accumulate(1 / (rank + 3) for rank in range(len(self.words))))

    def draw(self, draw: random.Random, n: int) -> list[str]:
        """`n` words, the usual ones more often."""
        return draw.choices(self.words, cum_weights=self.sums, k=n)


def rows(size: int, seed: int = SEED) -> Iterator[records.Record]:
    """The records of a library: a finished job each, oldest first."""
    draw = random.Random(seed)
    vocabulary = Vocabulary(draw)
    shapes = list(itertools.accumulate(shape[3] for shape in _SHAPES))
    models = list(itertools.accumulate(model[1] for model in _MODELS))
    digests = [hashlib.sha256(str(n).encode()).hexdigest() for n in range(DISTINCT)]
    every = 31_536_000.0 * 3 / max(size, 1)
    prompt = ""
    for n in range(size):
        at = START + n * every
        width, height, aspect, _weight = draw.choices(_SHAPES, cum_weights=shapes)[0]
        (model, _weight) = draw.choices(_MODELS, cum_weights=models)[0]
        if n % RUN == 0:
            prompt = " ".join(vocabulary.draw(draw, draw.randint(4, 22)))
        id = _id(at, n)
        job = Job(
            id=_id(at, n, 1),
            run=_id(at, n - n % RUN, 2),
            request=GenerationRequest(
                profile="dgrid", model=model, prompt=prompt, aspect=AspectRatio.parse(aspect),
                size="1K",
            ),
            created=at, state=JobState.DONE, attempt=1, finished=at + 9, pictures=(id,),
        )  # fmt: skip
        luck = draw.random()
        picture = Picture(
            id=id, job=job.id, run=job.run, path=f"{2023 + n * 3 // size}-01/{n:07d}-{id[-8:]}.png",
            sha256=digests[n % DISTINCT], media_type="image/png", width=width, height=height,
            bytes=1_400_000, colour=draw.randrange(1 << 24), created=at, seconds=9.0, prompt=prompt,
            model=model, profile="dgrid", asked_aspect=aspect, asked_size="1K",
            cost_usd=0.0387 if luck < 0.9 else 0.134, cost_basis=CostBasis.USAGE,
            rating=draw.choices(range(6), (70, 3, 5, 10, 8, 4))[0],
            flag=Flag.PICK if luck < 0.06 else Flag.REJECT if luck < 0.1 else Flag.NONE,
            draft=luck > 0.98,
            tags=tuple(vocabulary.draw(draw, 1)) if luck < 0.15 else (),
        )  # fmt: skip
        yield records.Record(id=_id(at, n, 3), at=at + 9, kind="job", job=job, pictures=[picture])


def _id(at: float, n: int, kind: int = 0) -> str:
    millis = int(at * 1000)
    text = f"{millis:012x}7{n >> 32 & 0xFFF:03x}8{kind:03x}{n & 0xFFFFFFFFFFFF:012x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def write(library: Path, size: int, seed: int = SEED) -> Path:
    """Write the records of a library of that size; the folder of the log."""
    folder = library / ".gridbrush" / "records"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "2026-01.jsonl").open("wb", buffering=1 << 20) as file:
        for record in rows(size, seed):
            file.write(records.encode(record))
    return folder


def fingerprint(folder: Path) -> int:
    """Tells whether two runs measured the same library."""
    value = 0
    for path in sorted(folder.glob("*.jsonl")):
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                value = zlib.crc32(block, value)
    return value
