"""Save as: asks once about existing files, and loses nothing on errors."""

from __future__ import annotations

import asyncio
import errno
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog, QFileDialog

from studio.ui.dialogs.confirmations import OverwriteDialog
from studio.ui.support import drag_and_drop, tasks
from tests.generation.earlier_process import full_disk
from tests.ui.answers import Answering
from tests.ui.windows import OpenedWindow, make, opened, until

MINE = b"MY RETOUCHED VERSION"


class User:
    """Answers every dialog: a folder and a name to the system's, a button to a question."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = ""
        self.press: Callable[[OverwriteDialog], None] | None = None
        self.asked: list[OverwriteDialog] = []
        self.words: list[str] = []

    async def finished(self, dialog: QDialog) -> int:
        """Answer as somebody would."""
        if isinstance(dialog, QFileDialog):
            dialog.setDirectory(str(self.folder))
            if self.name:
                dialog.selectFile(self.name)
            else:
                dialog.selectFile(str(self.folder))
            return 1
        assert isinstance(dialog, OverwriteDialog)
        self.asked.append(dialog)
        self.words.append(dialog.title.text())
        assert self.press is not None
        self.press(dialog)
        return dialog.result()


@pytest.fixture
def user(tmp_path: Path, answering: Answering) -> User:
    """Somebody with a folder for the client."""
    made = User(tmp_path / "for the client")
    made.folder.mkdir()
    answering(made.finished)
    return made


async def save_all(window: OpenedWindow, ended: Callable[[list[str]], object]) -> list[str]:
    """Save everything that is selected; what was said."""
    said: list[str] = []
    window.pictures.told.connect(said.append)
    tasks.on_error(lambda error: said.append(str(error)))
    window.pictures.save_as()
    await until(window.core, lambda: ended(said), "saved")
    return said


def inside(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def kept_both(asked: OverwriteDialog) -> None:
    asked.both.click()


def replaced(asked: OverwriteDialog) -> None:
    asked.replace.click()


def cancelled(asked: OverwriteDialog) -> None:
    asked.cancel.click()


@pytest.mark.parametrize("press", [kept_both, replaced, cancelled])
async def test_names_that_are_taken_are_asked_about_once(
    user: User, tmp_path: Path, press: Callable[[OverwriteDialog], None]
) -> None:
    user.press = press
    async with opened(tmp_path / "home") as window:
        pictures = await make(window, count=3, tiles=3)
        window.gallery.select_keys([picture.row for picture in pictures])
        paths = [window.core.library.path(picture) for picture in pictures]
        for path in paths[:2]:
            (user.folder / path.name).write_bytes(MINE)
        before = inside(user.folder)
        if press is cancelled:
            await save_all(window, lambda _said: user.asked)
            for _turn in range(20):
                await asyncio.sleep(0)
            assert inside(user.folder) == before
        else:
            said = await save_all(window, lambda said: said)
            assert said[0].startswith("3 pictures saved in ")
            originals = {path.name: path.read_bytes() for path in paths}
            if press is replaced:
                assert inside(user.folder) == originals
            else:
                assert inside(user.folder) == {
                    **before,
                    paths[2].name: originals[paths[2].name],
                    **{f"{p.stem}-2{p.suffix}": originals[p.name] for p in paths[:2]},
                }
        assert user.words == ["2 files with these names already exist"]


async def test_nothing_is_asked_where_no_name_is_taken(user: User, tmp_path: Path) -> None:
    async with opened(tmp_path / "home") as window:
        pictures = await make(window, count=2, tiles=2)
        window.gallery.select_keys([picture.row for picture in pictures])
        said = await save_all(window, lambda said: said)
        assert said == [f"2 pictures saved in {user.folder}"]
        assert user.asked == []
        assert len(inside(user.folder)) == 2


@pytest.mark.parametrize("kind", ["create", "write", "sync", "rename"])
async def test_one_picture_over_a_file_on_a_full_disk_leaves_the_file(
    user: User, tmp_path: Path, kind: str
) -> None:
    user.name = "poster.png"
    (user.folder / "poster.png").write_bytes(MINE)
    async with opened(tmp_path / "home") as window:
        (picture,) = await make(window)
        window.gallery.select_keys([picture.row])
        with full_disk(lambda step, path: step == kind and user.folder in path.parents):
            said = await save_all(window, lambda said: said)
        assert said[0].startswith("The disk is full")
        assert inside(user.folder) == {"poster.png": MINE}


async def test_how_many_were_saved_before_it_went_wrong_is_said(user: User, tmp_path: Path) -> None:
    renames: list[Path] = []

    def second(step: str, path: Path) -> bool:
        if step == "rename" and user.folder in path.parents:
            renames.append(path)
        return len(renames) > 1

    async with opened(tmp_path / "home") as window:
        pictures = await make(window, count=3, tiles=3)
        window.gallery.select_keys([picture.row for picture in pictures])
        with full_disk(second):
            said = await save_all(window, lambda said: said)
        assert said[0].startswith("The disk is full")
        assert said[0].endswith("Already saved: 1 of 3.")
        assert len(inside(user.folder)) == 1


async def test_a_folder_that_vanished_is_reported(user: User, tmp_path: Path) -> None:
    async with opened(tmp_path / "home") as window:
        pictures = await make(window, count=2, tiles=2)
        window.gallery.select_keys([picture.row for picture in pictures])
        ask = window.pictures._ask_over

        async def vanish(paths: list[Path], folder: Path) -> list[str] | None:
            answer = await ask(paths, folder)
            folder.rmdir()
            return answer

        window.pictures._ask_over = vanish  # type: ignore[method-assign, assignment]
        said = await save_all(window, lambda said: said)
        assert said[0].startswith("The folder cannot be reached")
        # The reason is the system's, in its language.
        assert f"{os.strerror(errno.ENOENT)}. Already saved: 0 of 2." in said[0]
        assert not user.folder.exists()


async def test_a_picture_is_not_saved_over_itself(user: User, tmp_path: Path) -> None:
    async with opened(tmp_path / "home") as window:
        (picture,) = await make(window)
        path = window.core.library.path(picture)
        before = path.read_bytes()
        user.folder, user.name = path.parent, path.name
        window.gallery.select_keys([picture.row])
        said = await save_all(window, lambda said: said)
        assert said[0].startswith("A picture cannot overwrite its own original")
        assert inside(path.parent) == {path.name: before}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
async def test_what_is_dragged_or_copied_has_the_mode_of_a_new_file(
    user: User, tmp_path: Path
) -> None:
    plain = user.folder / "plain"
    plain.write_bytes(b"")
    wanted = stat.S_IMODE(plain.stat().st_mode)
    async with opened(tmp_path / "home") as window:
        one, two = await make(window, count=2, tiles=2)
        core = window.core
        window.gallery.select_keys([one.row])
        said: list[str] = []
        window.pictures.told.connect(said.append)
        window.pictures.copy()
        await until(core, lambda: said, "copied")
        assert stat.S_IMODE(core.library.path(one).stat().st_mode) == wanted
        data = drag_and_drop.PictureData(drag_and_drop.carried([two], core.library.paths))
        assert [Path(url.toLocalFile()) for url in data.urls()] == [core.library.path(two)]
        assert stat.S_IMODE(core.library.path(two).stat().st_mode) == wanted
