"""Thumbnails a second through the decoding process and onto the disk, against `vipsthumbnail`.

Both read the same files and write JPEG of 256 px, one process each, in alternating rounds. Ours
goes the whole way of the program: asked for through the library, decoded in the process apart, kept
in the cache. The peer gets all its files in one call, with one thread; it comes with Debian's
libvips-tools, and nothing is measured without it.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image, ImageFilter

from studio.domain.entities import Picture, new_id
from studio.domain.events import EventBus
from studio.imaging.decoder import Decoder
from studio.library.facade import Library
from studio.library.files.originals import sha256_of
from tests.benchmarks.frame import Measure, NotMeasured, Result

EDGE = 256
ROUNDS = 5
AT_ONCE = 4
GOAL = 1.0
KINDS = (("1024 px JPEG", "JPEG", 1024, 60), ("2048 px PNG", "PNG", 2048, 12))


def run() -> Iterator[Result]:
    """Both kinds of files, one after the other."""
    peer = shutil.which("vipsthumbnail")
    if peer is None:
        for name, *_rest in KINDS:
            yield NotMeasured(f"thumbnails of {name}", "vipsthumbnail is not installed")
        return
    for name, kind, side, number in KINDS:
        with tempfile.TemporaryDirectory() as folder:
            library = Path(folder) / "library"
            files = _pictures(library / "2026-11", kind, side, number)
            # What is read once is in memory for both.
            pictures = [_picture(path, library) for path in files]
            ours: list[float] = []
            theirs: list[float] = []
            for turn in range(ROUNDS):
                out = Path(folder) / f"out-{turn}"
                ours.append(number / asyncio.run(_ours(library, pictures, out)))
                theirs.append(number / _theirs(peer, files, out / "peer"))
        value = statistics.median(ours)
        beside = statistics.median(theirs)
        yield Measure(
            name=f"thumbnails of {name}",
            value=round(value, 1),
            unit="a second",
            peer="vipsthumbnail",
            peer_value=round(beside, 1),
            ratio=value / beside,
            goal="at least 1.0",
            holds=value / beside >= GOAL,
        )


def _pictures(folder: Path, kind: str, side: int, number: int) -> list[Path]:
    """Files with shapes, soft edges and some noise, as pictures of models have them."""
    folder.mkdir(parents=True)
    draw = random.Random(29)
    noise = Image.effect_noise((side, side), 24).convert("RGB")
    found = []
    for n in range(number):
        small = Image.new("RGB", (24, 24))
        small.putdata([tuple(draw.randrange(256) for _c in range(3)) for _p in range(24 * 24)])
        whole = small.resize((side, side), Image.Resampling.BICUBIC)
        whole = Image.blend(whole.filter(ImageFilter.GaussianBlur(2)), noise, 0.08)
        path = folder / f"{n:03d}.{kind.lower()}"
        whole.save(path, kind, **({"quality": 92} if kind == "JPEG" else {"compress_level": 6}))
        found.append(path)
    return found


def _picture(path: Path, library: Path) -> Picture:
    with Image.open(path) as opened:
        width, height = opened.size
    return Picture(
        id=new_id(),
        path=path.relative_to(library).as_posix(),
        sha256=sha256_of(path),
        media_type="image/png" if path.suffix == ".png" else "image/jpeg",
        width=width,
        height=height,
        bytes=path.stat().st_size,
        created=0.0,
    )


async def _ours(folder: Path, pictures: Sequence[Picture], out: Path) -> float:
    """Seconds until every thumbnail lies in the cache; a process that runs already is used."""
    decoder = Decoder()
    library = Library(folder, lambda _id: out, decoder, EventBus())
    await library.open(write=True)
    await decoder.probe(folder / pictures[0].path)
    waiting = list(pictures)

    async def some() -> None:
        while waiting:
            await library.thumbnail(waiting.pop(), EDGE)

    began = time.perf_counter()
    await asyncio.gather(*(some() for _n in range(AT_ONCE)))
    took = time.perf_counter() - began
    made = list((out / "thumbnails" / str(EDGE)).rglob("*.jpg"))
    assert len(made) == len(pictures)
    await library.close()
    await decoder.close()
    return took


def _theirs(command: str, files: Sequence[Path], out: Path) -> float:
    """Seconds of one call, less those of a call with nothing to do."""
    out.mkdir(parents=True)
    words = [command, "--size", str(EDGE), "-o", f"{out}/%s.jpg[Q=88]"]
    environment = {**os.environ, "VIPS_CONCURRENCY": "1"}

    def called(paths: Sequence[Path]) -> float:
        began = time.perf_counter()
        subprocess.run([*words, *map(str, paths)], env=environment, check=True)
        return time.perf_counter() - began

    start = called(())
    took = called(files)
    assert len(list(out.glob("*.jpg"))) == len(files)
    return max(took - start, 1e-6)
