"""Choosing among pictures: comparing them, stacks and families. Goals are those of the issue."""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks import choosing, comparing, comparing_window, picking
from tests.benchmarks.frame import Result


def run() -> Iterator[Result]:
    """All of it."""
    yield from comparing.run()
    yield from comparing_window.run()
    yield from choosing.run()
    yield from picking.run()
