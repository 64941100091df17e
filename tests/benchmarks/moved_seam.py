"""A moved seam: from the request to the pixels at screen size; nothing is written."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from studio.imaging.comparer import Comparer
from studio.imaging.composition import CompositionRecipe, SeamView
from tests.benchmarks import painted_pairs
from tests.benchmarks.composed_files import REGION, SIDE
from tests.benchmarks.frame import Result
from tests.benchmarks.goals import against

MOVED = 100.0
"""Milliseconds from a change of seam or matching to its pixels."""

STEPS = 40
VIEW = SeamView(box=(0.0, 0.0, 1.0, 1.0), size=(1000, 1000))
CLOSE = SeamView(box=(0.3, 0.3, 0.55, 0.47), size=(1040, 700))
"""Fitted, and a part of the picture at 100 %, both in a window of 1440 x 900."""


def run() -> Iterator[Result]:
    """95th percentile of moves, fitted and at 100 %."""
    made = painted_pairs.pair(7, side=SIDE, kind="both")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made.first.save(folder / "parent.png")
        made.second.save(folder / "answer.png")
        recipe = CompositionRecipe(
            parent=folder / "parent.png", answer=folder / "answer.png", region=REGION, seam=24.0
        )
        before = sorted(path.name for path in folder.iterdir())
        for words, view in (("fitted", VIEW), ("at 100 %", CLOSE)):
            took = sorted(asyncio.run(_moved(recipe, view)))
            late = took[int(len(took) * 0.95)] * 1000
            yield against(
                f"a moved seam of {SIDE} x {SIDE} is seen, {words}, p95", late, "ms", MOVED
            )
        assert sorted(path.name for path in folder.iterdir()) == before


async def _moved(recipe: CompositionRecipe, view: SeamView) -> list[float]:
    """Seconds for each of some moves of the slider, one after the other."""
    comparer, took = Comparer(), []
    try:
        await comparer.open_seam(recipe)
        await comparer.seam_preview(recipe, view)
        for step in range(STEPS):
            seam = float(24 + step * 53 % 104)
            began = time.perf_counter()
            found = await comparer.seam_preview(
                replace(recipe, seam=seam, match=step % 4 != 3), view
            )
            took.append(time.perf_counter() - began)
            assert found is not None
    finally:
        await comparer.close()
    return took
