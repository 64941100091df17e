"""All of a large library selected: each action is one change, or refused in a sentence."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from studio.common.errors import InputError
from studio.domain.entities import Flag
from studio.domain.events import Event
from studio.library.operations import change_progress
from studio.library.query import Query
from studio.ui.support import tasks
from studio.ui.widgets.buttons import Button
from tests.benchmarks import library_maker
from tests.ui.windows import LOOK_AGAIN, OpenedWindow, opened, until

ROWS = 1_500


@contextlib.asynccontextmanager
async def large(home: Path) -> AsyncIterator[OpenedWindow]:
    """A window on many pictures, all of them selected."""
    library_maker.write(home / "library", ROWS)
    async with opened(home) as window:
        await until(window.core, lambda: window.library_view.shown == ROWS, "all rows")
        window.gallery.select_everything()
        yield window


async def test_leaving_the_window_is_refused_beyond_a_thousand(
    tmp_path: Path, task_errors: list[BaseException]
) -> None:
    async with large(tmp_path) as window:
        tasks.on_error(task_errors.append)
        await until(window.core, lambda: window.model.picture_at(0) is not None, "read")
        window.gallery.begin_drag(0)
        assert window.messages.notice is not None
        assert "Too many pictures at once" in window.messages.notice.text
        window.pictures.copy()
        window.pictures.show_in_folder()
        await until(window.core, lambda: len(task_errors) == 2, "refused")
        said = sorted(str(error) for error in task_errors)
        assert "Too many pictures to copy" in said[0]
        assert "Too many pictures to show" in said[1]
        assert all("1,000" in one for one in said)


@pytest.fixture
def reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """The progress of changes is reported from a thousand pictures on."""
    monkeypatch.setattr(change_progress, "LARGE", 1000)


@pytest.mark.usefixtures("reported")
async def test_a_change_of_everything_is_one_change_and_is_reported(tmp_path: Path) -> None:
    async with large(tmp_path) as window:
        window.pictures.large = 1000
        core, library = window.core, window.core.library
        told: list[str] = []

        def listen(_event: Event) -> None:
            if (notice := window.messages.notice) is not None:
                told.append(notice.text)

        core.events.subscribe(listen)
        counts = {stars: await library.count(Query(words=f"rating:{stars}")) for stars in (0, 4)}
        window.pictures.rate(4)

        async def rated(words: str, count: int) -> None:
            for _turn in range(2000):
                if await library.count(Query(words=words)) == count:
                    return
                await asyncio.sleep(LOOK_AGAIN)
            raise AssertionError(words)

        await rated("rating:4", ROWS)
        await until(core, lambda: window.messages.notice is None, "over")
        assert told[0].startswith("Changing 1,500 pictures: ")
        assert told[0].endswith(" %")
        assert len(await library.collections.history()) == 1
        window.pictures.undo()
        await rated("rating:4", counts[4])
        await rated("rating:0", counts[0])
        window.pictures.pick()
        await rated("is:picked", ROWS)
        assert await window.selection.all_flagged(Flag.PICK)
        window.pictures.pick()
        await rated("is:picked", 0)
        window.pictures.trash()
        await until(core, lambda: window.library_view.shown == 0, "trashed")
        await until(core, lambda: window.library_view.counts.trash == ROWS, "counted")


async def test_what_needs_every_fact_is_refused_beyond_its_bound(tmp_path: Path) -> None:
    async with large(tmp_path) as window:
        window.selection.most = 1000
        with pytest.raises(InputError, match="Too many pictures"):
            await window.selection.pictures()
        assert len(await window.selection.pictures(10)) == 10
        ids = await window.selection.ids()
        assert len(set(ids)) == ROWS
        assert window.model.picture_count == ROWS
        assert window.model.cached < ROWS, "only what was looked at was read"


@pytest.mark.usefixtures("reported")
async def test_a_change_of_everything_can_be_stopped_before_it_is_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()
    read = change_progress.ChangeMonitor.read

    def slow(going: change_progress.ChangeMonitor, more: int) -> None:
        read(going, more)
        assert gate.wait(60)

    monkeypatch.setattr(change_progress.ChangeMonitor, "read", slow)
    async with large(tmp_path) as window:
        core, library = window.core, window.core.library
        before = await library.count(Query(words="rating:4"))
        window.pictures.rate(4)
        await until(core, lambda: window.messages.notice is not None, "told")
        (stop,) = [one for one in window.messages.findChildren(Button) if one.text() == "Stop"]
        stop.click()
        gate.set()
        await until(core, lambda: window.messages.notice is None, "stopped")
        assert await library.count(Query(words="rating:4")) == before
        assert await library.collections.history() == []
        assert window.toast.text == "Stopped. Nothing was changed."


@pytest.mark.usefixtures("reported")
async def test_a_window_that_is_closed_meanwhile_loses_nothing_of_the_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change_progress, "_TELL_EVERY", 0.0)
    async with large(tmp_path) as window:
        window.pictures.rate(4)
        await until(window.core, lambda: window.messages.notice is not None, "under way")
    async with opened(tmp_path) as window:
        library = window.core.library
        assert await library.count(Query(words="rating:4")) == ROWS
        assert len(await library.collections.history()) == 1
