"""Choosing among pictures: comparing them. Goals are those of the issue."""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks import comparing
from tests.benchmarks.frame import Result


def run() -> Iterator[Result]:
    """All of it."""
    yield from comparing.run()
