"""Numbers against a goal, and the process that compares and composes: its time and memory."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image

from studio.imaging.comparer import Comparer
from tests.benchmarks import painted_pairs
from tests.benchmarks.frame import Measure

LARGEST = 8192


def against(
    name: str,
    value: float,
    unit: str,
    goal: float,
    words: str = "",
    *,
    least: bool = False,
    below: bool = False,
) -> Measure:
    """A number against its goal, which is the most it may be; or the least, or more than it."""
    holds = value >= goal if least else value < goal if below else value <= goal
    return Measure(
        name=name,
        value=round(value, 4),
        unit=unit,
        peer="the goal",
        peer_value=goal,
        ratio=value / goal if goal else value,
        goal=words or f"at {'least' if least else 'most'} {goal:g} {unit}",
        holds=holds,
    )


def best(work: Callable[[], object], rounds: int) -> float:
    """Seconds of processor time of the fastest of some rounds: `work` waits for nothing."""
    took = []
    for _round in range(rounds):
        began = time.process_time()
        work()
        took.append(time.process_time() - began)
    return min(took)


def save_largest(paths: Sequence[Path]) -> None:
    """Write a pair of pictures of 8192 x 8192, with an alpha channel."""
    small = painted_pairs.pair(7, kind="both")
    for picture, path in zip((small.first, small.second), paths, strict=True):
        whole = picture.resize((LARGEST, LARGEST), Image.Resampling.BICUBIC)
        whole.putalpha(Image.linear_gradient("L").resize(whole.size))
        whole.save(path, compress_level=1)
        del whole


def can_measure_memory() -> bool:
    """Whether the system tells the memory of a process."""
    return Path("/proc/self/status").exists()


def peak_of(comparer: Comparer) -> int:
    """Most bytes that its process had."""
    pid = comparer.pid
    assert pid is not None
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmPeak"))
