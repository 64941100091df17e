"""Opening a library of a million pictures: process start to tiles painted and a letter typed.

Timed from outside, as the start-up benchmark does it. The peer is the same program on an empty
library, which shows its first page; the two alternate, so that a slow moment meets both.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks import homes, search
from tests.benchmarks.display import Screen
from tests.benchmarks.frame import Measure, Result
from tests.benchmarks.gallery import MANY
from tests.benchmarks.startup import HEIGHT, WIDTH, StartedGridbrush
from tests.desktop.session import Session

RUNS = 11
TIMES = 1.3


def run() -> Iterator[Result]:
    """Measure it."""
    with search.temporary() as name:
        folder = Path(name).absolute()
        with Session(folder / "session") as session:
            screen = Screen(session.start_display(f"{WIDTH}x{HEIGHT}"))
            empty, large = (
                StartedGridbrush(session, screen, homes.home(rows, folder))
                for rows in (homes.EMPTY, MANY)
            )
            theirs, mine = [], []
            for _run in range(RUNS):
                theirs.append(empty.start())
                mine.append(large.start())
    shown, typed, _memory = (statistics.median(one) for one in zip(*mine, strict=True))
    page, peer, _memory = (statistics.median(one) for one in zip(*theirs, strict=True))
    print(f"open: first tiles after {shown:.3f} s, the first page of an empty one {page:.3f} s")
    yield Measure(
        name="open", value=round(typed, 3), unit="s", peer="an empty library",
        peer_value=round(peer, 3), ratio=round(typed / peer, 3),
        goal=f"at most {TIMES:g} times", holds=typed <= TIMES * peer,
    )  # fmt: skip
