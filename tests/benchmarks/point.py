"""Changing a part of a picture. Goals are those of the issue."""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks import composed_files, marking, moved_seam, painting
from tests.benchmarks.frame import Benchmark, Result

PARTS: tuple[Benchmark, ...] = (
    # Two files of 4096 x 4096 to the proved one: time, stall, masks and memory.
    composed_files.run,
    # Twenty marks on 4096 x 4096: drawing and dragging.
    marking.run,
    # A region painted with a brush of 512 px at 4K.
    painting.run,
    # A change of seam or matching, seen at screen size.
    moved_seam.run,
)
"""What is measured, in this order: one line for each part of a mode."""


def run() -> Iterator[Result]:
    """All of it."""
    for part in PARTS:
        yield from part()
