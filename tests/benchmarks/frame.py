"""The frame of every benchmark: what is measured against what, in one run, on one machine.

A benchmark is a function that yields `Measure`s. Each prints a line and goes into the list in
build/bench.json; the goals are ratios to a named peer, because machines differ and are shared.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

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

    def __str__(self) -> str:
        sign = "holds" if self.holds else "MISSED"
        return (
            f"{self.name}: {self.value:g} {self.unit}, {self.peer} {self.peer_value:g} "
            f"{self.unit}, ratio {self.ratio:.2f} ({self.goal}): {sign}"
        )


Benchmark = Callable[[], Iterator[Measure]]


def keep(measures: list[Measure], path: Path = RESULTS) -> None:
    """Put measures into the list on disk; an older one of the same name is replaced."""
    old = json.loads(path.read_text()) if path.exists() else []
    names = {measure.name for measure in measures}
    kept = [one for one in old if one["name"] not in names]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([*kept, *(asdict(m) for m in measures)], indent=2) + "\n")
