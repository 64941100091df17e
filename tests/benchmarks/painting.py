"""A region painted on a picture of 4096 x 4096 with a brush of 512 pixels.

The peer is painting the whole canvas once, which a stroke avoids.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.frame import Measure, Result
from tests.desktop.session import Session

SIDE = 4096
"""Of the picture."""

FRAME = 12.0
"""Milliseconds."""

MEMORY = 20.0
"""Megabytes."""


def run() -> Iterator[Result]:
    """Measure it on a display of its own."""
    with tempfile.TemporaryDirectory() as name, Session(Path(name) / "regions") as session:
        session.start_display("1600x1000")
        done = session.run([sys.executable, "-m", "tests.benchmarks.watched_regions"])
        found = json.loads(done.stdout.splitlines()[-1])
    for zoom in ("fitted", "whole"):
        value, peer = found[f"painting, {zoom}"], found[f"everything, {zoom}"]
        yield Measure(
            name=f"region: painting, {'at 100 %' if zoom == 'whole' else 'fitted'}, p99",
            value=round(value, 2), unit="ms", peer="painting everything",
            peer_value=round(peer, 2), ratio=round(value / peer, 2),
            goal=f"at most {FRAME:g} ms", holds=value <= FRAME,
        )  # fmt: skip
    value, peer = max(found["bytes, fitted"], found["bytes, whole"]) / 1e6, SIDE * SIDE / 1e6
    yield Measure(
        name="region: its pixels", value=round(value, 1), unit="MB",
        peer="a byte for each pixel of the picture",
        peer_value=round(peer, 1), ratio=round(value / peer, 2),
        goal=f"at most {MEMORY:g} MB", holds=value <= MEMORY,
    )  # fmt: skip
