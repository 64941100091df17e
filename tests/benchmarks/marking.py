"""Twenty marks on a picture of 4096 x 4096: drawing another one, and dragging one of them.

The peer is painting the whole canvas once, which both avoid.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.frame import Measure, Result
from tests.desktop.session import Session

FRAME = 12.0
"""Milliseconds."""


def run() -> Iterator[Result]:
    """Measure it on a display of its own."""
    with tempfile.TemporaryDirectory() as name, Session(Path(name) / "marks") as session:
        session.start_display("1600x1000")
        done = session.run([sys.executable, "-m", "tests.benchmarks.watched_marks"])
        found = json.loads(done.stdout.splitlines()[-1])
    for what in ("drawing", "dragging"):
        for zoom in ("fitted", "whole"):
            value, peer = found[f"{what}, {zoom}"], found[f"everything, {zoom}"]
            yield Measure(
                name=f"marks: {what}, {'at 100 %' if zoom == 'whole' else 'fitted'}, p99",
                value=round(value, 2), unit="ms", peer="painting everything",
                peer_value=round(peer, 2), ratio=round(value / peer, 2),
                goal=f"at most {FRAME:g} ms", holds=value <= FRAME,
            )  # fmt: skip
