"""Framework of the benchmarks: measurements and peers in one run, on one machine.

A benchmark is a function that yields a `Measure` for each goal, or a `NotMeasured`, which never
holds. Each prints a line and goes into the list in build/bench.json; the goals are ratios to a
named peer, because machines differ and are shared.
"""

from __future__ import annotations

import json
import math
import traceback
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

RESULTS = Path("build/bench.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One number and what it is held against.

    Attributes:
        ratio: value divided by peer_value.
        goal: what must hold, in words and figures.
        holds: whether it does in this run.
    """

    name: str
    value: float
    unit: str
    peer: str
    peer_value: float
    ratio: float
    goal: str
    holds: bool

    def __post_init__(self) -> None:
        """Raise ValueError where one of the numbers is none: nothing was measured then."""
        for name in ("value", "peer_value", "ratio"):
            if not math.isfinite(getattr(self, name)):
                raise ValueError(f"{self.name}: {name} is {getattr(self, name)}")

    def __str__(self) -> str:
        sign = "holds" if self.holds else "MISSED"
        return (
            f"{self.name}: {self.value:g} {self.unit}, {self.peer} {self.peer_value:g} "
            f"{self.unit}, ratio {self.ratio:.2f} ({self.goal}): {sign}"
        )


@dataclass(frozen=True, slots=True)
class NotMeasured:
    """A goal without a number. It never holds.

    Attributes:
        reason: what was missing.
    """

    name: str
    reason: str

    @property
    def holds(self) -> Literal[False]:
        return False

    def __str__(self) -> str:
        return f"{self.name}: not measured ({self.reason})"


Result = Measure | NotMeasured
Benchmark = Callable[[], Iterator[Result]]


def measured(benchmark: Benchmark, name: str) -> Iterator[Result]:
    """What a benchmark yields; one that breaks was not measured, and the next one goes on."""
    empty = True
    try:
        for result in benchmark():
            yield result
            empty = False
    except Exception as error:  # noqa: BLE001 - whatever breaks it, the others are still measured
        traceback.print_exc()
        yield NotMeasured(name, f"{type(error).__name__}: {error}")
    else:
        if empty:
            yield NotMeasured(name, "no results")


def keep(benchmark: str, results: list[Result], path: Path = RESULTS) -> None:
    """Put the results of a benchmark into the list on disk, in place of its older ones."""
    old = json.loads(path.read_text()) if path.exists() else []
    kept = [one for one in old if one.get("benchmark") not in (None, benchmark)]
    new = [{"benchmark": benchmark, **asdict(one), "holds": one.holds} for one in results]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([*kept, *new], indent=2) + "\n")
