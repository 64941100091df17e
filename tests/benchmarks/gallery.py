"""The gallery at a thousand and at a million pictures: painting, jumps, an arriving picture.

The window runs in a process of its own on a display of its own and looks at its own clock
(watched_window.py). The peer of painting is the same window on a thousand pictures, that of an
arriving picture is a stock QListView in icon mode with a hundred thousand rows.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks import homes, search
from tests.benchmarks.frame import Measure, Result
from tests.desktop.session import Session

FEW, MANY = 1_000, 1_000_000
USUAL, LARGE = "1100x700", "2560x1400"
PAINT, LARGE_PAINT, TIMES, HEARD_TIMES = 8.0, 16.0, 1.2, 2.0
BLANK, ARRIVAL = 150.0, 8.0
TILES = (96, 220)
_FLOOR = 1.0
"""Milliseconds: of two paint events below this the longer one is no slower."""

_PATIENCE = 300.0


def run() -> Iterator[Result]:
    """Measure it."""
    with search.temporary() as name:
        folder = Path(name).absolute()
        few, many = homes.home(FEW, folder), homes.home(MANY, folder)
        with Session(folder / "quiet") as session:
            session.start_display("3200x1800")
            small, usual = (_scrolled(session, home, USUAL) for home in (few, many))
            large = _scrolled(session, many, LARGE)
            arrival = watched(session, many, "arrive", USUAL)["arrival"]
            stock = session.run([sys.executable, "-m", "tests.benchmarks.stock_list"])
        with Session(folder / "heard") as session:
            session.start_display("3200x1800")
            session.start_bus()
            session.start_accessibility()
            heard = _scrolled(session, many, USUAL)
        assert heard["accessible"]
    for tile in TILES:
        one, other = (found[f"tiles of {tile}"] for found in (small, usual))
        yield _measure(f"gallery.paint_{tile}", other, one, "a thousand pictures", PAINT, TIMES)
        wide = large[f"tiles of {tile}"]
        yield _measure(f"gallery.paint_{tile}_large", wide, other, USUAL, LARGE_PAINT, None)
        read = heard[f"tiles of {tile}"]
        yield _measure(
            f"gallery.paint_{tile}_heard", read, other, "nobody listening", None, HEARD_TIMES
        )
        yield Measure(
            name=f"gallery.blank_{tile}", value=round(other["blank"], 1), unit="ms",
            peer="a thousand pictures", peer_value=round(one["blank"], 1),
            ratio=round(other["blank"] / max(one["blank"], _FLOOR), 2),
            goal=f"no tile blank for more than {BLANK:g} ms after a jump, p95",
            holds=other["blank"] <= BLANK,
        )  # fmt: skip
    theirs = float(stock.stdout)
    yield Measure(
        name="gallery.arrival", value=round(arrival["median"], 1), unit="ms",
        peer="a stock QListView at 100,000", peer_value=theirs,
        ratio=round(arrival["median"] / theirs, 3),
        goal=f"at most {ARRIVAL:g} ms of the window's thread", holds=arrival["median"] <= ARRIVAL,
    )  # fmt: skip


def watched(session: Session, home: Path, what: str, size: str) -> dict[str, Any]:
    """What the window found out about itself."""
    program = "tests.benchmarks.watched_window"
    done = session.run([sys.executable, "-m", program, home, what, size], timeout=_PATIENCE)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _scrolled(session: Session, home: Path, size: str) -> dict[str, Any]:
    found = watched(session, home, "scroll", size)
    assert "x".join(map(str, found["viewport"])) == size, found["viewport"]
    for tile in TILES:
        print(f"gallery: {found['rows']:,} at {size}, tiles of {tile}: {found[f'tiles of {tile}']}")
    return found


def _measure(
    name: str,
    found: dict[str, float],
    other: dict[str, float],
    peer: str,
    most: float | None,
    times: float | None,
) -> Measure:
    value, peer_value = found["p99"], other["p99"]
    ratio = max(value, _FLOOR) / max(peer_value, _FLOOR)
    goals = []
    if most is not None:
        goals.append(f"p99 at most {most:g} ms")
    if times is not None:
        goals.append(f"at most {times:g} times")
    return Measure(
        name=name, value=round(value, 2), unit="ms", peer=peer, peer_value=round(peer_value, 2),
        ratio=round(ratio, 2), goal=", ".join(goals),
        holds=(most is None or value <= most) and (times is None or ratio <= times),
    )  # fmt: skip
