"""Pictures of an order, read as they are wanted: deleted ones, and ones that change meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from studio.domain.entities import Picture
from studio.ui.views.canvas.plate_loader import PageCache
from tests.ui.scripted import ScriptedLibrary, picture


class ChangingLibrary(ScriptedLibrary):
    """A library whose pictures are deleted and changed; it is read as it was when it was asked."""

    def __init__(self, pictures: Iterable[Picture]) -> None:
        super().__init__()
        self.there = {one.row: one for one in pictures}

    async def pictures(self, rows: Iterable[int]) -> list[Picture]:
        self.asked.extend(rows)
        found = [self.there[row] for row in rows if row in self.there]
        await asyncio.sleep(0)
        await self.reading.wait()
        return found


def cache_of(library: Any, *rows: int) -> PageCache:
    made = PageCache(library)
    made.order = rows
    return made


async def rest() -> None:
    """Let every read come to its end."""
    for _round in range(10):
        await asyncio.sleep(0)


async def test_a_view_that_asks_after_each_read_does_not_ask_for_a_deleted_one_for_ever() -> None:
    library = ChangingLibrary([picture(1)])
    cache = cache_of(library, 1, 2)
    cache.read.connect(lambda _rows: cache.request_pages(range(2)))
    cache.request_pages(range(2))
    await rest()
    assert cache.picture(0) == picture(1)
    assert cache.picture(1) is None
    assert library.asked == [1, 2, 2]


async def test_a_picture_that_changes_while_it_is_read_is_read_again() -> None:
    old, new = picture(1), replace(picture(1), rating=4)
    library = ChangingLibrary([old])
    cache = cache_of(library, 1)
    library.reading.clear()
    cache.request_pages([0])
    await rest()
    library.there[1] = new
    cache.refetch_pictures([old.id])
    library.reading.set()
    await rest()
    assert cache.picture(0) == new


async def test_a_change_of_another_picture_reads_nothing_again() -> None:
    library = ChangingLibrary([picture(1)])
    cache = cache_of(library, 1)
    library.reading.clear()
    cache.request_pages([0])
    await rest()
    cache.refetch_pictures(["another"])
    library.reading.set()
    await rest()
    assert library.asked == [1]
    assert cache.picture(0) == picture(1)
