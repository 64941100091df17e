"""Speed and memory of composing: from two files to the proved one.

The peer is Pillow alone: what has to be decoded, resampled and encoded in any case, in the same
run, with the same compression. Times are processor time where both are compared, as the machine may
be shared. The stall is that of a loop which composes as the window does.
"""

from __future__ import annotations

import asyncio
import io
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from studio.domain.markup import Point, Region, Stroke, StrokeKind
from studio.imaging import compose_jobs, masks
from studio.imaging.compare_worker import MEMORY
from studio.imaging.comparer import Comparer
from studio.imaging.composition import CompositionRecipe
from tests.benchmarks import painted_pairs
from tests.benchmarks.frame import NotMeasured, Result
from tests.benchmarks.goals import (
    LARGEST,
    against,
    best,
    can_measure_memory,
    peak_of,
    save_largest,
)
from tests.benchmarks.receive_runs import Heart

SIDE = 4096
SECONDS, TIMES = 7.0, 1.6
"""Goals: from files to the proved file, and the same against Pillow's own steps."""

STALL = 16.0
"""Milliseconds during which the loop may stand still."""

MASK = 20.0
"""MB of a mask of 4096 x 4096."""

ROUNDS = 3
_LINE = tuple(Point(0.2 + step / 40, 0.3 + step * 7 % 9 / 30) for step in range(20))
REGION = Region(strokes=(Stroke(kind=StrokeKind.BRUSH, points=_LINE, width=0.125),), feather=0.004)
"""A line of a brush of 512 pixels at 4096, over a seventh of the picture."""


def run() -> Iterator[Result]:
    """Times, then memory."""
    made = painted_pairs.pair(7, side=SIDE, kind="both")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made.first.save(folder / "parent.png")
        made.second.save(folder / "answer.png")
        yield from _times(folder)
    mask = masks.region_mask(REGION, (SIDE, SIDE))
    yield against("mask of a region at 4K", len(mask.tobytes()) / 2**20, "MB", MASK)
    yield from _memory()


def _times(folder: Path) -> Iterator[Result]:
    recipe = CompositionRecipe(
        parent=folder / "parent.png", answer=folder / "answer.png", region=REGION, seam=24.0
    )
    request = {"path": str(recipe.parent), **recipe.request()}

    def composed() -> None:
        facts, data = compose_jobs.compose_pictures(request)
        assert facts["reason"] is None
        (folder / "saved.png").write_bytes(data)
        proof, _none = compose_jobs.prove_picture(request | {"other": str(folder / "saved.png")})
        assert proof["changed"] == 0

    def plain() -> None:
        pictures = [_decoded(folder / name) for name in ("parent.png", "answer.png", "saved.png")]
        box = (0.3, 0.4, SIDE - 0.3, SIDE - 0.4)
        whole = pictures[1].resize(pictures[0].size, Image.Resampling.BICUBIC, box=box)
        whole.save(io.BytesIO(), "PNG", compress_level=compose_jobs.COMPRESSION)

    took = best(composed, ROUNDS)
    peer = best(plain, ROUNDS)
    yield against(
        f"composing at {SIDE} x {SIDE}, processor time against Pillow's own steps",
        took / peer,
        "times",
        TIMES,
        f"{took:.2f} s, Pillow {peer:.2f} s",
    )
    seconds, stall = asyncio.run(_from_files(recipe, folder / "saved.png"))
    yield against(f"from two files of {SIDE} x {SIDE} to the proved file", seconds, "s", SECONDS)
    yield against(f"longest stall of composing {SIDE} x {SIDE}", stall * 1000, "ms", STALL)


def _decoded(path: Path) -> Image.Image:
    picture = Image.open(path)
    picture.load()
    return picture


async def _from_files(recipe: CompositionRecipe, saved: Path) -> tuple[float, float]:
    """Seconds, and those of the longest stall, of the best of some rounds."""
    comparer, took, stalls = Comparer(), [], []
    heart = Heart()
    try:
        for _round in range(ROUNDS):
            await heart.longest()
            began = time.perf_counter()
            found = await comparer.compose(recipe)
            await asyncio.to_thread(saved.write_bytes, found.data)
            proof = await comparer.prove(recipe, saved)
            took.append(time.perf_counter() - began)
            stalls.append(await heart.longest())
            assert proof.changed == 0
            del found
    finally:
        heart.stop()
        await comparer.close()
    return min(took), min(stalls)


def _memory() -> Iterator[Result]:
    name = f"memory of composing {LARGEST} x {LARGEST}"
    if not can_measure_memory():
        yield NotMeasured(name, "no /proc")
        return
    with tempfile.TemporaryDirectory() as folder:
        paths = Path(folder) / "parent.png", Path(folder) / "answer.png"
        save_largest(paths)
        peak = asyncio.run(_peak(*paths))
    yield against(name, peak / 2**20, "MB", MEMORY / 2**20)


async def _peak(parent: Path, answer: Path) -> int:
    """Most bytes the process had while it composed and proved the largest pictures."""
    comparer = Comparer()
    saved = parent.with_name("saved.png")
    recipe = CompositionRecipe(parent=parent, answer=answer, region=REGION, seam=24.0)
    try:
        found = await comparer.compose(recipe)
        assert found.data
        await asyncio.to_thread(saved.write_bytes, found.data)
        assert (await comparer.prove(recipe, saved)).changed == 0
        return peak_of(comparer)
    finally:
        await comparer.close()
