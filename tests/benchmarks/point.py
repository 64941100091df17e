"""Changing a part of a picture. Goals are those of the issue."""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks import composed_files
from tests.benchmarks.frame import Result


def run() -> Iterator[Result]:
    """All of it."""
    yield from composed_files.run()
