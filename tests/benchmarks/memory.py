"""Memory of the whole program with a million pictures open, scrolled through and all selected.

The peer is the same window, put through the same, on a thousand pictures.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks import homes, search
from tests.benchmarks.frame import Measure, Result
from tests.benchmarks.gallery import FEW, MANY, USUAL
from tests.benchmarks.startup import memory_of
from tests.desktop.session import Session

MOST, MORE, PAUSE = 260.0, 40.0, 8.0
_REST = 3.0
"""Seconds the window is left alone before its memory is read."""

_PATIENCE = 60.0


def run() -> Iterator[Result]:
    """Measure it."""
    with search.temporary() as name:
        folder = Path(name).absolute()
        with Session(folder / "session") as session:
            session.start_display("1600x1000")
            few, _small = _worked(session, homes.home(FEW, folder))
            many, found = _worked(session, homes.home(MANY, folder))
    assert found["selected"] == MANY
    yield Measure(
        name="memory", value=round(many, 1), unit="MB", peer="a thousand pictures",
        peer_value=round(few, 1), ratio=round(many / few, 2),
        goal=f"at most {MOST:g} MB, and at most {MORE:g} MB more",
        holds=many <= MOST and many - few <= MORE,
    )  # fmt: skip
    yield Measure(
        name="memory.garbage", value=round(found["garbage"], 1), unit="ms", peer="the goal",
        peer_value=PAUSE, ratio=round(found["garbage"] / PAUSE, 2),
        goal=f"no pause over {PAUSE:g} ms", holds=found["garbage"] <= PAUSE,
    )  # fmt: skip


def _worked(session: Session, home: Path) -> tuple[float, dict[str, Any]]:
    """MB of all its processes after the work, and what it found out about itself."""
    process = session.start(
        [sys.executable, "-m", "tests.benchmarks.watched_window", home, "work", USUAL],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    found = json.loads(process.stdout.readline())
    time.sleep(_REST)
    memory = memory_of(process.pid)
    process.stdin.close()
    process.wait(_PATIENCE)
    return memory, found
