"""The index is rebuilt while the library is open: known pictures are shown, changes wait."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from studio.common.errors import StorageError
from studio.domain.events import Event, EventBus, IndexProgress
from studio.imaging.decoder import Decoder
from studio.library.facade import Library
from studio.library.index.index_file import NEW_NAME, current
from studio.library.query import Query
from tests.library.builders import opened, take
from tests.library.log_gate import LogGate

ROWS = 5


async def filled(home: Path) -> Path:
    """A library of some pictures, closed; the path of its index."""
    async with opened(home) as library:
        for _row in range(ROWS):
            await take(library)
        return library.store.index_path


def of_another_version(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(60)
        file.write((1).to_bytes(4, "big"))


@contextlib.asynccontextmanager
async def beside(home: Path, events: EventBus) -> AsyncIterator[Library]:
    library = Library(home / "library", lambda id: home / "data" / id, Decoder(), events)
    await library.open(write=True, beside=True)
    try:
        yield library
    finally:
        await library.close()


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> LogGate:
    return LogGate(monkeypatch, records=2)


async def over(library: Library, told: list[Event]) -> IndexProgress:
    async with asyncio.timeout(60):
        while not any(isinstance(one, IndexProgress) and one.part == 1 for one in told):
            await asyncio.sleep(0.001)
    assert library.rereading is None
    return next(one for one in told if isinstance(one, IndexProgress) and one.part == 1)


async def test_what_is_known_is_shown_and_changes_wait(tmp_path: Path, gate: LogGate) -> None:
    gate.open.set()
    of_another_version(await filled(tmp_path))
    gate.open.clear()
    told: list[Event] = []
    events = EventBus()
    events.subscribe(told.append)
    async with beside(tmp_path, events) as library:
        await asyncio.to_thread(gate.reached.wait, 60)
        rows = await library.rows(Query())
        assert len(rows) == ROWS, "the old index answers"
        (picture,) = await library.pictures(rows[:1])
        rated = asyncio.create_task(library.rate([picture.id], 4))
        for _turn in range(20):
            assert await library.count(Query()) == ROWS, "questions do not wait behind it"
        assert not rated.done()
        parts = [one.part for one in told if isinstance(one, IndexProgress)]
        assert parts
        assert all(0 <= part < 1 for part in parts)
        gate.open.set()
        assert (await over(library, told)).whole
        await rated
        assert await library.count(Query(words="rating:4")) == 1
        assert await library.count(Query()) == ROWS
        await take(library)
        assert await library.count(Query()) == ROWS + 1
    assert current(tmp_path / "data" / library.id / "index.sqlite"), "a command finds it too"
    async with opened(tmp_path) as library:
        assert current(library.store.index_path)
        assert library.store.index_path.name == "index.sqlite"
        assert sorted(path.name for path in library.store.index_path.parent.glob("index*")) == [
            "index.sqlite", "index.sqlite-shm", "index.sqlite-wal",
        ]  # fmt: skip
        assert await library.count(Query(words="rating:4")) == 1


async def test_a_damaged_index_is_made_anew_beside_the_open_library(
    tmp_path: Path, gate: LogGate
) -> None:
    gate.open.set()
    path = await filled(tmp_path)
    path.write_bytes(b"SQLite format 3\0" + bytes(4000))
    gate.open.clear()
    told: list[Event] = []
    events = EventBus()
    events.subscribe(told.append)
    async with beside(tmp_path, events) as library:
        assert list(await library.rows(Query(words="light"))) == []
        assert (await library.counts(0.0)).all == 0
        gate.open.set()
        assert (await over(library, told)).whole
        assert len(await library.rows(Query())) == ROWS


async def test_stopped_it_shows_what_is_known_and_begins_again_at_the_next_start(
    tmp_path: Path, gate: LogGate
) -> None:
    gate.open.set()
    of_another_version(await filled(tmp_path))
    gate.open.clear()
    told: list[Event] = []
    events = EventBus()
    events.subscribe(told.append)
    async with beside(tmp_path, events) as library:
        await asyncio.to_thread(gate.reached.wait, 60)
        (picture,) = await library.pictures((await library.rows(Query()))[:1])
        rated = asyncio.create_task(library.rate([picture.id], 4))
        assert library.rereading is not None
        library.rereading.stop()
        gate.open.set()
        assert not (await over(library, told)).whole
        with pytest.raises(StorageError):
            await rated
        assert len(await library.rows(Query())) == ROWS
    told.clear()
    async with beside(tmp_path, events) as library:
        assert (await over(library, told)).whole
        assert len(await library.rows(Query())) == ROWS


async def test_after_a_crash_the_new_index_is_taken_at_the_next_start(tmp_path: Path) -> None:
    path = await filled(tmp_path)
    new = path.with_name(NEW_NAME)
    for end in ("", "-wal", "-shm"):
        source = path.with_name(path.name + end)
        if source.exists():
            source.rename(new.with_name(new.name + end))
    path.write_bytes(b"no index")
    async with opened(tmp_path) as library:
        assert await library.count(Query()) == ROWS
    assert not new.exists()


async def test_closing_does_not_wait_for_all_of_it(tmp_path: Path, gate: LogGate) -> None:
    gate.open.set()
    of_another_version(await filled(tmp_path))
    gate.open.clear()
    async with beside(tmp_path, EventBus()) as library:
        await asyncio.to_thread(gate.reached.wait, 60)
        making = library.rereading
        assert making is not None
        making.stop()
        gate.open.set()
    assert not current(tmp_path / "data" / library.id / NEW_NAME)


async def test_a_command_waits_for_all_of_it(tmp_path: Path, gate: LogGate) -> None:
    gate.open.set()
    of_another_version(await filled(tmp_path))
    async with opened(tmp_path) as library:
        assert library.rereading is None
        assert await library.count(Query()) == ROWS
