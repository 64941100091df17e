"""Searching a million pictures: the first page, the exact count, and cancellation.

The 200 queries are drawn with a fixed seed: one to three words by frequency, a third of them among
the fifty most common, the last one a prefix of two letters or more, and two filters that let 1 to
30 % of the pictures pass. The peer is the same question as one plain join, newest first.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from studio.common.errors import StorageError
from studio.library.index.index import Index, Interrupted
from studio.library.index.search_sql import CompiledQuery
from studio.library.log.record_log import RecordLog
from studio.library.query import Query
from tests.benchmarks import library_maker
from tests.benchmarks.frame import Measure, Result

ROWS = 1_000_000
QUERIES = 200
PAGE = 200
PAGE_P95, PAGE_WORST, COUNT_WORST, STOP = 60.0, 400.0, 1000.0, 20.0
HOME = Path("build/libraries")

_FILTERS = (
    *("rating:>=4", "rating:5", "rating:3", "rating:>=3", "is:picked", "is:rejected", "is:draft"),
    *("aspect:16:9", "aspect:9:16", "aspect:4:3", "aspect:21:9", "aspect:1:4,3:4", "size:2K"),
    *("model:pro", "model:kontext", "model:sketch", "model:seedream", "cost:>0.1", "size:4K"),
    *("after:2026-08", "before:2023-12", "on:2025-03", "rating:1..2", "-rating:0"),
)


def temporary(home: Path = HOME) -> tempfile.TemporaryDirectory[str]:
    """A folder beside the libraries, so that their files can be linked."""
    home.mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryDirectory(dir=home)


def made(rows: int = ROWS) -> Path:
    """The index of a library of that size, made when it is not there yet."""
    home = HOME / str(rows)
    index = home / "index.sqlite"
    if not (home / "made").exists():
        library_maker.write(home, rows)
        (home / "made").touch()
    try:
        Index.open(index, write=False).close()
    except StorageError:
        # None yet, or one of an earlier version.
        opened = Index.open(index, write=True)
        opened.apply(RecordLog(home / ".gridbrush" / "records").read())
        opened.close()
    return index


def queries(seed: int = library_maker.SEED) -> list[str]:
    """The searches, as they would be typed."""
    vocabulary = library_maker.Vocabulary(random.Random(seed))
    draw = random.Random(seed + 1)
    found = []
    for n in range(QUERIES):
        source = vocabulary.words[:50] if n % 3 == 0 else None
        words = [
            draw.choice(source) if source else vocabulary.draw(draw, 1)[0]
            for _word in range(draw.randint(1, 3))
        ]
        words[-1] = words[-1][: draw.randint(2, max(2, len(words[-1])))]
        found.append(" ".join([*words, *draw.sample(_FILTERS, 2)]))
    return found


def run() -> Iterator[Result]:
    """Time every query on a connection of its own, as the library does it."""
    index = Index.open(made(), write=False)
    pages: list[float] = []
    counts: list[float] = []
    joins: list[float] = []
    for n, words in enumerate(queries()):
        query = Query(words=words)
        started = time.perf_counter()
        page = index.rows(query, PAGE)
        pages.append((time.perf_counter() - started) * 1000)
        started = time.perf_counter()
        total = index.count(query)
        counts.append((time.perf_counter() - started) * 1000)
        assert min(total, PAGE) == len(page), words
        if n % 10 == 0:
            joins.append(_plain(index, query, list(page)))
        if "-v" in sys.argv:
            print(f"{pages[-1]:7.1f} {counts[-1]:7.1f} {total:7d} {words}")
    join = statistics.median(joins)
    p95 = sorted(pages)[int(len(pages) * 0.95)]
    stop = _stopped(index)
    for name, value, goal, most in (
        ("search: first page, p95", p95, "at most 60 ms", PAGE_P95),
        ("search: first page, worst", max(pages), "at most 400 ms", PAGE_WORST),
        ("search: exact count, worst", max(counts), "within 1 s", COUNT_WORST),
        ("search: given up after", stop, "within 20 ms", STOP),
    ):
        yield Measure(
            name=name, value=round(value, 1), unit="ms", peer="plain join", goal=goal,
            peer_value=round(join, 1), ratio=value / join, holds=value <= most,
        )  # fmt: skip
    index.close()


def _plain(index: Index, query: Query, expected: list[int]) -> float:
    """The same page from one join as SQLite plans it: all that match, then sorted by date."""
    asked = CompiledQuery(query, index._db.execute)
    match = " AND ".join(f'"{one.text}"*' for one in asked.asked.words)
    facts = [(one.sql, one.values) for one in asked._facts]
    where = " AND ".join(sql for sql, _values in facts)
    started = time.perf_counter()
    found = index._db.execute(
        "SELECT f.row FROM words JOIN facts f ON f.row = words.rowid"
        " JOIN pictures p ON p.row = f.row"
        f" WHERE words MATCH ? AND {where} ORDER BY f.created DESC LIMIT {PAGE}",
        (match, *(value for _sql, values in facts for value in values)),
    )
    rows = [row for (row,) in found]
    took = (time.perf_counter() - started) * 1000
    # Every word begins one here, so that it may find more.
    assert len(rows) >= len(expected), query.words
    return took


def _stopped(index: Index) -> float:
    """How long a count goes on after it was given up, in milliseconds; the worst of ten."""
    worst = 0.0
    for n in range(10):
        begun = threading.Event()
        told: list[float] = []

        def give_up(begun: threading.Event = begun, told: list[float] = told, n: int = n) -> None:
            begun.wait()
            # Given up after so long on purpose, each time at another place of the work.
            time.sleep(0.01 + n * 0.01)
            told.append(time.perf_counter())
            index.wanted = lambda: False
            index.interrupt()

        thread = threading.Thread(target=give_up)
        thread.start()
        begun.set()
        try:
            while True:
                index.count(Query(words="-the -light"))
        except Interrupted:
            ended = time.perf_counter()
        thread.join()
        worst = max(worst, (ended - told[0]) * 1000)
        index.wanted = lambda: True
    return worst
