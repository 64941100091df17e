"""Changes of many pictures: progress, cancellation, undo."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from studio.common.errors import StorageError
from studio.domain.entities import Picture
from studio.domain.events import ChangeRecorded, RecordsChanged
from studio.library.facade import Library
from studio.library.index import chunks
from studio.library.operations import change_progress
from studio.library.operations.change_progress import ChangeMonitor, ChangeProgressed
from studio.library.query import Query
from studio.library.stopped import Stopped
from tests.library.builders import heard, opened, take

PICTURES = 6


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(change_progress, "LARGE", PICTURES)
    monkeypatch.setattr(change_progress, "_TELL_EVERY", 0.0)
    monkeypatch.setattr(chunks, "_MOST", 2)


async def fill(library: Library) -> list[str]:
    taken: list[Picture] = [await take(library) for _ in range(PICTURES)]
    return [picture.id for picture in taken]


def told(library: Library) -> list[ChangeProgressed]:
    return [event for event in heard(library) if isinstance(event, ChangeProgressed)]


async def rated(library: Library) -> int:
    return await library.count(Query(words="rating:4"))


async def test_progress_of_a_large_change_is_reported_from_reading_to_its_end(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as library:
        ids = await fill(library)
        assert await library.rate(ids, 4) == "6 pictures rated"
        parts = [round(event.part, 3) for event in told(library)]
        assert parts == sorted(parts)
        assert parts[0] < 0.2
        assert parts[-1] == 1
        assert [event.written for event in told(library)] == [False] * 3 + [True] * 5
        assert {event.pictures for event in told(library)} == {PICTURES}


async def test_undo_reports_progress_too(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        await library.rate(await fill(library), 4)
        heard(library).clear()
        assert await library.undo()
        assert [event.part for event in told(library)][-1] == 1
        assert len(told(library)) > 2
        assert all(event.written for event in told(library))


async def test_a_change_is_undone_by_its_id_only_while_it_is_the_last(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        ids = await fill(library)
        said = await library.rate(ids, 4)
        (rating,) = [event for event in heard(library) if isinstance(event, ChangeRecorded)]
        assert rating.sentence == said
        await library.mark_seen(ids)
        assert len([one for one in heard(library) if isinstance(one, ChangeRecorded)]) == 1
        await library.entitle(ids[:1], "Pier")
        assert await library.undo(rating.id) is None
        assert await rated(library) == PICTURES
        assert await library.undo() == "1 picture renamed"
        assert await library.undo(rating.id) is not None
        assert await rated(library) == 0
        assert await library.undo(rating.id) is None, "it was undone already"


async def test_undo_and_redo_name_the_change_and_its_effect(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        ids = await fill(library)
        await library.rate(ids[:1], 4)
        back = await library.step_back()
        assert back is not None
        assert (back.change, back.effect) == ("1 picture rated", "Rating of 1 picture cleared")
        forward = await library.step_forward()
        assert forward is not None
        assert (forward.change, forward.effect) == ("1 picture rated", "1 picture rated")
        assert await library.step_forward() is None


async def test_a_small_change_reports_no_progress(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        await library.rate((await fill(library))[1:], 4)
        assert told(library) == []


async def test_a_change_cancelled_in_time_changes_nothing(tmp_path: Path) -> None:
    gate = threading.Event()
    async with opened(tmp_path) as library:
        ids = await fill(library)
        held = asyncio.ensure_future(library.store.write(gate.wait))
        change = asyncio.ensure_future(library.rate(ids, 4))
        await asyncio.sleep(0)
        library.stop_changes()
        gate.set()
        assert await held
        assert await change == ""
        assert await library.collections.history() == []
        assert await rated(library) == 0
        assert not any(isinstance(event, RecordsChanged) for event in heard(library))
        assert await library.rate(ids, 4), "the next one is not stopped"


def test_what_is_written_down_can_be_stopped_no_more() -> None:
    said: list[ChangeProgressed] = []
    going = ChangeMonitor(said.append)
    going.begin_change(PICTURES)
    going.read(2)
    going.write(PICTURES)
    going.stop()
    going.took(2)
    with pytest.raises(Stopped):
        going.read(2)
    with pytest.raises(Stopped):
        going.write(PICTURES)
    assert [event.written for event in said] == [False, True, True]


async def test_a_library_that_is_closed_meanwhile_has_the_whole_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, gate = threading.Event(), threading.Event()

    def slow(_self: ChangeMonitor, _more: int) -> None:
        begun.set()
        assert gate.wait(60)

    monkeypatch.setattr(ChangeMonitor, "read", slow)
    async with opened(tmp_path) as library:
        ids = await fill(library)
        change = asyncio.ensure_future(library.rate(ids, 4))
        assert await asyncio.to_thread(begun.wait, 60)
        # As the program does when it is closed: whoever waited for it waits no more.
        change.cancel()
        # It goes on when closing has begun.
        asyncio.get_running_loop().call_soon(gate.set)
    async with opened(tmp_path) as library:
        assert await rated(library) == PICTURES
        assert len(await library.collections.history()) == 1


async def test_a_change_the_index_did_not_get_is_there_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(_self: ChangeMonitor, _more: int) -> None:
        raise StorageError("The disk is full")

    async with opened(tmp_path) as library:
        ids = await fill(library)
        with monkeypatch.context() as broken:
            broken.setattr(ChangeMonitor, "took", cut)
            await library.rate(ids, 4)
        assert await rated(library) == 0
    async with opened(tmp_path) as library:
        assert await rated(library) == PICTURES
        assert len(await library.collections.history()) == 1
