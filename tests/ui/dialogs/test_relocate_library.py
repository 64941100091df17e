"""The library is moved from the window, which restarts at the new place."""

from __future__ import annotations

import asyncio
import contextlib
import errno
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog

from studio.app.core import Core
from studio.app.core_options import CoreOptions
from studio.common import paths
from studio.common.errors import StorageError
from studio.config.settings import SettingsStore
from studio.library.operations import relocate
from studio.ui.dialogs import relocate_library
from studio.ui.dialogs.open_library import LibraryOpener
from studio.ui.dialogs.question import ProgressDialog
from studio.ui.dialogs.relocate_library import RelocateDialog
from studio.ui.widgets.text import Text
from tests.ui.windows import OpenedWindow, built, make, put_away, until


def usual(home: Path) -> paths.Paths:
    """The folders of a program that was started without `--home`."""
    return replace(paths.find(home), home=None)


@contextlib.asynccontextmanager
async def studio(home: Path, options: CoreOptions | None = None) -> AsyncIterator[OpenedWindow]:
    """A window on a library that may be moved."""
    core = await Core.open(usual(home), options, environ={})
    window = built(core)
    window.session.restore()
    for _step in window.furnish():
        pass
    try:
        await window.open()
        await until(core, lambda: window.library_view.order is not None, "rows")
        yield window
    finally:
        await put_away(window)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Path | None]:
    """What a new start would open: the library of the settings at that moment."""
    noted: list[Path | None] = []
    whole = LibraryOpener.reopen

    def reopen(opener: LibraryOpener) -> None:
        def start(_program: str, _words: list[str]) -> None:
            core = opener._core
            chosen = SettingsStore(core.paths.settings_file, core.events).load().library
            noted.append(Path(chosen) if chosen else None)

        whole(opener, start)

    monkeypatch.setattr(LibraryOpener, "reopen", reopen)
    return noted


async def asked(window: OpenedWindow) -> RelocateDialog:
    """The dialog that waits for an answer."""
    await until(window.core, lambda: any(one.isVisible() for one in dialogs(window)), "question")
    return next(one for one in dialogs(window) if one.isVisible())


def dialogs(window: OpenedWindow) -> list[RelocateDialog]:
    return window.findChildren(RelocateDialog)


def said(dialog: QDialog) -> str:
    return "\n".join(each.text() for each in dialog.findChildren(Text))


async def test_the_window_begins_again_with_the_moved_library(
    tmp_path: Path, started: list[Path | None]
) -> None:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    (shelf / "other.txt").touch()
    async with studio(tmp_path / "home") as window:
        (made,) = await make(window)
        work = asyncio.ensure_future(window.library_mover.move_to(shelf))
        question = await asked(window)
        # There is something in the folder that was chosen: the library gets one of its own.
        assert f"to {shelf / 'library'}" in said(question)
        assert "MB" in said(question) or "KB" in said(question)
        question.go.click()
        await work
        assert window.closing
        assert not (tmp_path / "home/library").exists()
        assert not started
    assert started == [shelf / "library"]
    again = await Core.open(usual(tmp_path / "home"), environ={})
    try:
        assert again.library.folder == shelf / "library"
        (found,) = await again.library.every()
        assert found.id == made.id
        assert again.library.path(found).is_file()
    finally:
        await again.close()


@pytest.mark.parametrize("ends", ["stopped", "full"])
async def test_what_could_not_be_copied_is_opened_where_it_was(
    tmp_path: Path, started: list[Path | None], monkeypatch: pytest.MonkeyPatch, ends: str
) -> None:
    def another_disk(_source: Path, target: Path) -> None:
        if ends == "full":
            raise OSError(errno.ENOSPC, "No space left on device", str(target))
        raise OSError(errno.EXDEV, "Invalid cross-device link", str(target))

    monkeypatch.setattr(relocate, "move", partial(relocate.move, rename=another_disk))
    step = ProgressDialog.step

    def pressed(self: ProgressDialog, done: int) -> None:
        # The user presses Cancel while a file is copied.
        self.stopped = True
        step(self, done)

    monkeypatch.setattr(ProgressDialog, "step", pressed)
    async with studio(tmp_path / "home") as window:
        (made,) = await make(window)
        work = asyncio.ensure_future(window.library_mover.move_to(tmp_path / "new"))
        (await asked(window)).go.click()
        if ends == "full":
            await until(window.core, lambda: "not moved" in words(window), "told")
            told = next(one for one in dialogs(window) if "not moved" in said(one))
            assert "full" in said(told)
            told.go.click()
        await work
    assert started == [None]
    again = await Core.open(usual(tmp_path / "home"), environ={})
    try:
        (found,) = await again.library.every()
        assert found.id == made.id
        assert again.library.path(found).is_file()
    finally:
        await again.close()
    assert not (tmp_path / "new").exists()


def words(window: OpenedWindow) -> str:
    return "\n".join(said(one) for one in dialogs(window) if one.isVisible())


async def test_who_thinks_better_of_it_goes_on_with_the_window(
    tmp_path: Path, started: list[Path | None]
) -> None:
    async with studio(tmp_path / "home") as window:
        await make(window)
        work = asyncio.ensure_future(window.library_mover.move_to(tmp_path / "new"))
        stay = (await asked(window)).stay
        assert stay is not None
        stay.click()
        await work
        assert not window.closing
        await make(window)
        assert window.library_view.shown == 2
    assert started == []


async def test_jobs_under_way_must_end_first(tmp_path: Path) -> None:
    async with studio(tmp_path / "home") as window:
        window.core.queue.pause(on=True)
        window.composer.set_prompt("Lighthouse")
        window.composer.generate_now()
        await until(window.core, lambda: window.core.queue.jobs, "queued")
        await window.library_mover.choose()
        assert "Move the library afterwards" in window.toast.text
        window.core.queue.cancel_all()
        await until(window.core, window.library_mover.may_move, "free")


def test_an_empty_folder_is_taken_itself(tmp_path: Path) -> None:
    assert relocate_library.place_in(tmp_path / "new", "Gridbrush") == tmp_path / "new"
    (tmp_path / "a").touch()
    assert relocate_library.place_in(tmp_path, "Gridbrush") == tmp_path / "Gridbrush"


async def test_a_disk_without_room_is_named_as_it_was_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = tmp_path / "small"
    small.mkdir()
    monkeypatch.setattr(relocate, "room_for", lambda _source, _target: 1)
    async with studio(tmp_path / "home") as window:
        await make(window)
        with pytest.raises(StorageError) as refused:
            await window.library_mover.move_to(small)
        assert refused.value.title.endswith(f" {small}")
        assert list(small.iterdir()) == []
