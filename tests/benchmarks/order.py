"""Rating 10,000 scattered pictures of a million: durable, in the index, and back.

The peer is a plain write of as many bytes with one fsync. What the window does with the news is the
gallery's business; here the loop's longest gap while the library works is measured.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import sys
import time
from collections.abc import Awaitable, Iterator
from pathlib import Path
from typing import Any

from studio.domain.events import EventBus
from studio.imaging.decoder import Decoder
from studio.library.facade import Library
from studio.library.query import Query
from tests.benchmarks import library_maker, search
from tests.benchmarks.frame import Measure, Result

CHANGED = 10_000
DURABLE, INDEXED, STALL = 0.1, 1.0, 16.0


def run() -> Iterator[Result]:
    """Work on a copy of the library that `search` made."""
    with search.temporary() as folder:
        home = Path(folder)
        source = search.made().parent
        records = home / ".gridbrush" / "records"
        records.mkdir(parents=True)
        for path in (source / ".gridbrush" / "records").iterdir():
            os.link(path.resolve(), records / path.name)
        yield from asyncio.run(_measured(home, source / "index.sqlite"))


async def _measured(home: Path, index: Path) -> list[Measure]:
    computed = home / "computed"
    library = Library(home, lambda _id: computed, Decoder(), EventBus())
    computed.mkdir()
    shutil.copy(index.resolve(), computed / "index.sqlite")
    # A gigabyte still to be written down would be waited for by the first fsync after it.
    if sys.platform != "win32":
        os.sync()
    await library.open(write=True)
    rows = await library.rows(Query())
    draw = random.Random(library_maker.SEED)
    pictures = await library.pictures(sorted(draw.sample(list(rows), CHANGED)))
    ids = [picture.id for picture in pictures]
    found: list[Measure] = []
    for name, change in (
        ("rating", library.rate(ids, 2)),
        ("undo", library.undo()),
    ):
        durable, whole, gap = await _timed(library, change)
        size = max(path.stat().st_size for path in library.store.log.folder.iterdir())
        plain = _plain(home, min(size, 2_000_000))
        for what, value, unit, peer, goal, most in (
            ("durable", durable, "s", plain, "within 0.1 s", DURABLE),
            ("in the index", whole, "s", plain, "within 1 s", INDEXED),
            ("longest gap of the loop", gap, "ms", plain * 1000, "at most 16 ms", STALL),
        ):
            found.append(
                Measure(
                    name=f"order: {name} of {CHANGED}, {what}",
                    value=round(value, 3),
                    unit=unit,
                    peer="plain write",
                    peer_value=round(peer, 4),
                    ratio=value / peer,
                    goal=goal,
                    holds=value <= most,
                )
            )
    await library.close()
    return found


async def _timed(library: Library, change: Awaitable[object]) -> tuple[float, float, float]:
    """Seconds until the record is durable, until the index has it, and the loop's longest gap."""
    at: list[float] = []
    append = library.store.log.append_all

    def noted(*record: Any, **more: Any) -> object:
        place = append(*record, **more)
        at.append(time.perf_counter())
        return place

    library.store.log.append_all = noted  # type: ignore[method-assign, assignment]
    watch = asyncio.create_task(_gaps())
    # The watch has its beat before the change begins.
    await asyncio.sleep(0.05)
    started = time.perf_counter()
    await change
    ended = time.perf_counter()
    library.store.log.append_all = append  # type: ignore[method-assign]
    watch.cancel()
    gap = await asyncio.gather(watch, return_exceptions=False)
    return at[0] - started, ended - started, gap[0]


async def _gaps() -> float:
    """The longest time the loop did not come round, in milliseconds; until cancelled."""
    longest, last = 0.0, time.perf_counter()
    try:
        while True:
            await asyncio.sleep(0.001)
            now = time.perf_counter()
            longest, last = max(longest, now - last - 0.001), now
    except asyncio.CancelledError:
        # A loop that never came round again until now was not free for all that time.
        return max(longest, time.perf_counter() - last - 0.001) * 1000


def _plain(home: Path, size: int) -> float:
    started = time.perf_counter()
    with (home / "plain").open("wb") as file:
        file.write(bytes(size))
        file.flush()
        os.fsync(file.fileno())
    return time.perf_counter() - started
