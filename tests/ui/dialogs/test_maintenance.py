"""Checking and backing up from the window, and the report of a crash."""

from __future__ import annotations

import asyncio
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication

from studio.app import maintenance as background
from studio.domain import prompt_variants, runs
from studio.domain.drafts import Draft
from studio.domain.events import Event, ProblemOccurred
from studio.library.log import daily_copies
from studio.library.query import View
from studio.library.stopped import Stopped
from studio.ui.app import main_loop
from studio.ui.dialogs.confirmations import ForgetPromptDialog
from studio.ui.dialogs.maintenance import TextDialog
from studio.ui.dialogs.question import ProgressDialog
from studio.ui.panels.composer.prompt_history import HistoryPopup
from studio.ui.support import tasks
from tests.ui import windows
from tests.ui.windows import OpenedWindow


@asynccontextmanager
async def opened(home: Path) -> AsyncIterator[OpenedWindow]:
    """A window on a library with three pictures."""
    async with windows.opened(home) as window:
        await windows.make(window, "Lamp {one|two|three}", tiles=3)
        yield window


async def test_a_sound_library_is_said_in_a_toast(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await window.dialogs.upkeep.get().check()
        assert window.toast.isVisibleTo(window)
        assert "All 3 pictures" in window.toast.text


async def test_damage_is_listed_and_can_be_mended(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        core = window.core
        first, second, _third = await core.library.every()
        core.library.path(first).unlink()
        moved = core.library.folder / "chosen" / "x.png"
        moved.parent.mkdir()
        core.library.path(second).rename(moved)
        upkeep = window.dialogs.upkeep.get()
        await upkeep.check()
        (report,) = [one for one in window.findChildren(TextDialog) if one.isVisible()]
        words = report.body.toPlainText()
        assert first.id in words
        assert second.id in words
        assert "chosen/x.png" in words
        await upkeep._mend()
        (found,) = await core.library.find([second.id])
        assert core.library.path(found) == moved
        report.close()


async def test_a_backup_is_made_with_a_bar_and_can_be_stopped(tmp_path: Path) -> None:
    async with opened(tmp_path / "home") as window:
        upkeep = window.dialogs.upkeep.get()
        target = tmp_path / "all.zip"
        await upkeep.back_up_to(target)
        with zipfile.ZipFile(target) as archive:
            assert sum(name.endswith(".png") for name in archive.namelist()) == 3
            assert archive.testzip() is None

        # The dialog has asked whether the one of the last time may go: not before this is whole.
        stopped = tmp_path / "stopped.zip"
        stopped.write_bytes(b"the last one")
        working = asyncio.create_task(upkeep.back_up_to(stopped))
        while not (bars := window.findChildren(ProgressDialog)) or not bars[-1].isVisible():
            await asyncio.sleep(0)
        bars[-1].cancel.click()
        await working
        assert [path.name for path in tmp_path.glob("*stopped*")] == ["stopped.zip"]
        assert stopped.read_bytes() == b"the last one"
        await upkeep.back_up_to(stopped)
        assert zipfile.is_zipfile(stopped)


def test_a_bar_that_was_closed_ends_the_work(tmp_path: Path) -> None:
    work = ProgressDialog("Title", "Text", None)  # type: ignore[arg-type]
    work.expect(10)
    work.step(1)
    work.reject()
    with pytest.raises(Stopped):
        work.step(2)
    work.deleteLater()


async def test_a_crash_is_reported_in_words_that_can_be_copied(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        folder = window.core.paths.log_folder
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "crash-99999999.txt").write_text("Gridbrush\nFatal Python error\n")
        await window.dialogs.tell_of_crash()
        (report,) = [one for one in window.findChildren(TextDialog) if one.isVisible()]
        assert "Fatal Python error" in report.body.toPlainText()
        assert report.body.isReadOnly()
        report.on_copy()
        assert "Fatal Python error" in QGuiApplication.clipboard().text()
        report.close()
        await window.dialogs.tell_of_crash()
        assert not [one for one in window.findChildren(TextDialog) if one.isVisible()]


async def test_the_background_copies_records_and_finds_damage(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        core = window.core
        heard: list[Event] = []
        core.events.subscribe(heard.append)
        found = await background.run(core, after=0.0)
        assert found is not None
        assert (found.read, found.changed) == (3, ())
        assert len(daily_copies.every(core.library.folder)) == 1
        assert heard == []
        (first, *_others) = await core.library.every()
        core.library.path(first).write_bytes(b"rust")
        await background.run(core, after=0.0)
        (trouble,) = [event for event in heard if isinstance(event, ProblemOccurred)]
        assert "1 picture is damaged" in trouble.error.title
    assert background.AFTER >= 60


async def test_a_prompt_of_the_history_can_be_deleted_for_good(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        library = window.core.library
        window.composer.on_history_wanted()
        (popup,) = window.composer.findChildren(HistoryPopup)
        await windows.until(window.core, popup.prompts, "the history")
        assert popup.prompts() == ("Lamp {one|two|three}",)
        popup.on_forget()
        (question,) = window.findChildren(ForgetPromptDialog)
        assert question.isVisible()
        question.keep.click()
        await asyncio.sleep(0)
        assert [use.prompt for use in await library.prompts()] == ["Lamp {one|two|three}"]
        again = ForgetPromptDialog(library, "Lamp {one|two|three}", window)
        again.open()
        again.delete.click()
        await asyncio.gather(*tasks.running())
        assert await library.prompts() == []
        every = await library.every()
        assert [picture.prompt for picture in every] == ["", "", ""]
        assert all(library.path(picture).is_file() for picture in every)
        assert all("lamp" not in picture.path for picture in every)


async def test_this_session_goes_on_after_a_crash(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await main_loop.go_on(window.session)
    # The window was closed by the test, and nothing said that the session is over.
    async with windows.opened(tmp_path) as window:
        core = window.core
        await windows.until(core, lambda: window.library_view.counts.all == 3, "counted")
        assert window.library_view.counts.session == 0
        await main_loop.go_on(window.session)
        await windows.until(core, lambda: window.library_view.counts.session == 3, "not resumed")
        window.show_shelf(View.SESSION)
        await windows.until(core, lambda: window.model.rowCount() == 3, "its pictures")


async def test_what_failed_in_a_session_that_crashed_stands_where_it_stood(tmp_path: Path) -> None:
    async with windows.opened(tmp_path) as window:
        core = window.core
        await main_loop.go_on(window.session)
        (old,) = await windows.make(window, "before")
        model = core.catalogue.find("sketch", "sketch-refuses")
        draft = Draft(prompt="no", model="sketch-refuses", size="512")
        (failed,) = await core.submit(runs.plan(draft, model, prompt_variants.expand("no")))
        await core.queue.idle()
        new, _old = await windows.make(window, "after")
        keys = [new.row, failed.id, old.row]
        await windows.until(core, lambda: shown(window) == keys, "as it was")
    async with windows.opened(tmp_path) as window:
        await windows.until(window.core, lambda: shown(window) == [new.row, old.row], "pictures")
        await main_loop.go_on(window.session)
        await windows.until(window.core, lambda: shown(window) == keys, "all of it")
        window.show_shelf(View.FAILED)
        await windows.until(window.core, lambda: shown(window) == [failed.id], "under Failed")
        window.show_shelf(View.ALL)
        await windows.until(window.core, lambda: shown(window) == keys, "once, and still there")


def shown(window: OpenedWindow) -> list[int | str]:
    """What stands in the grid, in order."""
    return [window.model.key_at(row) for row in range(window.model.rowCount())]
