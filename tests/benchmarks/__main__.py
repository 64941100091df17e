"""`python -m tests.benchmarks [NAME…]`: run benchmarks; all of them without a name."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Sequence

from tests.benchmarks.frame import Benchmark, Result, keep, measured

NAMES = (
    *("startup", "open", "gallery", "memory", "receive"),
    *("search", "order", "thumbnails", "rebuild", "monitor", "choose", "point", "out"),
)


def imported(name: str) -> Benchmark:
    """The benchmark of this name."""
    run: Benchmark = importlib.import_module(f"tests.benchmarks.{name}").run
    return run


def main(
    names: list[str],
    known: Sequence[str] = NAMES,
    find: Callable[[str], Benchmark] = imported,
) -> int:
    """Run them; 1 when a goal was missed or not measured, 2 for an unknown name.

    `known` are all there are, found by name with `find`.
    """
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"No benchmark {', '.join(unknown)}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    missed = 0
    for name in names or known:
        run = find(name)
        results: list[Result] = []
        for result in measured(run, name):
            print(result, flush=True)
            results.append(result)
            missed += not result.holds
        keep(name, results)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
