"""Rebuilding the index of a million pictures from the records.

The peer is reading every record and doing nothing with it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from studio.library.index.index import Index
from studio.library.log.record_log import RecordLog
from tests.benchmarks import search
from tests.benchmarks.frame import Measure, Result

SECONDS = 120.0


def run() -> Iterator[Result]:
    """Rebuild once, into a file of its own."""
    log = search.made().parent / ".gridbrush" / "records"
    started = time.perf_counter()
    read = sum(1 for _record in RecordLog(log).read())
    plain = time.perf_counter() - started
    assert read == search.ROWS
    with search.temporary() as folder:
        started = time.perf_counter()
        index = Index.open(Path(folder) / "index.sqlite", write=True)
        index.apply(RecordLog(log).read())
        took = time.perf_counter() - started
        index.close()
    yield Measure(
        name="rebuild: the index of a million", value=round(took, 1), unit="s",
        peer="reading the records", peer_value=round(plain, 1), ratio=took / plain,
        goal="at most 120 s", holds=took <= SECONDS,
    )  # fmt: skip
