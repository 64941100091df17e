"""Choosing from the library: stacks of a million pictures, families of 1,000 and of 10,000.

The peer of the stacks is reading the order of the grid, that of a family reading its pictures.
"""

from __future__ import annotations

import random
import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from studio.domain.entities import Parent, Picture, Role
from studio.domain.stacked_rows import Stacking
from studio.domain.stacks import StackBy
from studio.library.index.index import Index
from studio.library.log import records
from studio.library.log.records import BEGINNING, LogPosition
from studio.library.query import Query
from tests.benchmarks import library_maker, search
from tests.benchmarks.frame import Measure, Result

T = TypeVar("T")

SCREEN = 256
GROUP = 8
FIRST, WHOLE, OPEN, ARRIVAL = 300.0, 3000.0, 16.0, 8.0
TREES = {1000: 300.0, 10_000: 1000.0}


def run() -> Iterator[Result]:
    """Time the parts of a stacked grid and of a tree that the library computes."""
    index = Index.open(search.made(), write=False)
    try:
        yield from _stacks(index)
    finally:
        index.close()
    for size, most in TREES.items():
        yield from _family(size, most)


def _stacks(index: Index) -> Iterator[Result]:
    order, rows = _timed(lambda: index.rows(Query()))
    screen = rows[:SCREEN]
    first, _made = _timed(lambda: Stacking.of(screen, index.stacks.keys(screen, StackBy.RUN)))
    keys_took, keys = _timed(lambda: index.stacks.keys(rows, StackBy.RUN))
    assert len(keys) == len(rows) == search.ROWS
    # Each picture of the made library has a run of its own.
    groups = array("q", (1 + row // GROUP for row in rows))
    whole, grid = _timed(lambda: Stacking.of(rows, groups))
    assert len(grid) < search.ROWS / (GROUP - 1)
    draw = random.Random(library_maker.SEED)
    opened = [
        _timed(partial(_open, grid, stack))[0]
        for stack in (draw.randrange(grid.stacks) for _time in range(200))
    ]
    added = [
        _timed(partial(grid.insert, search.ROWS + 1 + n, draw.choice(groups), _place))[0]
        for n in range(50)
    ]
    for name, value, goal, most in (
        ("first screen", first, "at most 300 ms", FIRST),
        ("exact count of a million", keys_took + whole, "within 3 s", WHOLE),
        ("opening one of a million, p99", _p99(opened), "at most 16 ms", OPEN),
        ("arrival in a stack, p99", _p99(added), "at most 8 ms", ARRIVAL),
    ):
        yield Measure(
            name=f"stacks: {name}", value=round(value, 1), unit="ms", peer="reading the order",
            peer_value=round(order, 1), ratio=value / order, goal=goal, holds=value <= most,
        )  # fmt: skip


def _open(grid: Stacking, stack: int) -> None:
    """Open or close a stack and read the screen that shows it."""
    grid.set_open(stack, opened=not grid.is_open(stack))
    start = grid.first_tile(stack)
    for index in range(max(start - SCREEN // 2, 0), min(start + SCREEN // 2, len(grid))):
        grid.tile(index)


def _place(row: int) -> int:
    """Place in the order of arrival, newest first."""
    return -row


def _family(size: int, most: float) -> Iterator[Result]:
    index = Index.in_memory()
    pictures = _edited(size)
    index.apply([(records.imported(pictures), BEGINNING, LogPosition("2026-11.jsonl", 1))])
    middle = pictures[size // 2].id
    took, tree = _timed(lambda: index.families.tree(middle))
    assert tree is not None
    assert len(tree) == size
    summed, _outlay = _timed(lambda: tree.outlay(tree.root))
    plain, _found = _timed(lambda: index.find([one.id for one in pictures]))
    index.close()
    value = took + summed
    yield Measure(
        name=f"family of {size:,}", value=round(value, 1), unit="ms", peer="reading its pictures",
        peer_value=round(plain, 1), ratio=value / plain, goal=f"at most {most:g} ms",
        holds=value <= most,
    )  # fmt: skip


def _edited(size: int) -> list[Picture]:
    """Pictures of which each but the first was edited from one of the last fifty."""
    made = [record.pictures[0] for record in library_maker.rows(size)]
    draw = random.Random(library_maker.SEED)
    found = made[:1]
    for n, picture in enumerate(made[1:], start=1):
        parent = made[draw.randrange(max(0, n - 50), n)]
        edge = Parent(sha256=parent.sha256, role=Role.EDIT, picture=parent.id)
        found.append(replace(picture, parents=(edge,)))
    return found


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    """Milliseconds that it takes, and its result."""
    started = time.perf_counter()
    found = work()
    return (time.perf_counter() - started) * 1000, found


def _p99(values: Sequence[float]) -> float:
    return sorted(values)[int(len(values) * 0.99)]
