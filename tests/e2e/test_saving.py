"""Save as: into a folder with the same names, on a full disk, into a missing folder."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.desktop import Desktop, DesktopProgram
from tests.e2e.library import originals
from tests.e2e.screen import wait_until
from tests.small_disk import small_disk

pytestmark = pytest.mark.desktop

MINE = b"MY RETOUCHED VERSION"


@pytest.fixture(scope="module")
def user(shared_user: Desktop) -> Desktop:
    """One for all tests of this file, as the window is."""
    return shared_user


@pytest.fixture(scope="module")
def window(user: Desktop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DesktopProgram]:
    """The window with two pictures, both selected."""
    home = tmp_path_factory.mktemp("saving") / "Büro von Jürgen"
    user.generate("a {fox|hare} in the snow", "--size", "512", "--seed", "1", home=home)
    made = user.start(home=home)
    made.wait_for_items(2)
    user.click(made.items()[0])
    user.keys("ctrl+a")
    wait_until(lambda: both_selected(made), what="two selected")
    yield made
    assert made.close() == 0


@pytest.fixture
def program(user: Desktop, window: DesktopProgram) -> Iterator[DesktopProgram]:
    """The window; after the test it is as before, and its library too."""
    before = inside_library(window)
    window.activate()
    user.reader.focus(window.gallery)
    yield window
    wait_until(
        lambda: not window.find("dialog") and not window.find("text", "Directory:"),
        what=lambda: "dialogs to go, there are\n" + "\n".join(window.tree()),
    )
    assert both_selected(window)
    assert inside_library(window) == before


@pytest.fixture
def home(window: DesktopProgram) -> Path:
    """Where the window keeps everything."""
    return window.home


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where copies go; its name, which the window says, is that of no other test."""
    made = tmp_path / f"for {tmp_path.name}"
    made.mkdir()
    return made


def both_selected(program: DesktopProgram) -> bool:
    return sum("selected" in tile.states for tile in program.items()) == 2


def inside_library(program: DesktopProgram) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in originals(program.home)}


def save_into(user: Desktop, program: DesktopProgram, folder: Path) -> None:
    """Ctrl+S, the folder's name, Enter."""
    user.keys("ctrl+s")
    choose(user, program, folder)


def choose(user: Desktop, program: DesktopProgram, place: Path) -> None:
    """Write a folder into the dialog and accept it."""
    field = program.wait_for("text", "Directory:")
    user.reader.focus(field)
    user.keys("ctrl+a")
    user.type(str(place))
    user.keys("Return")


def saved(folder: Path) -> str:
    """What the window says once both are there."""
    return f"2 pictures saved in {folder}"


def inside(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("answer", ["Keep both", "Replace", "Cancel"])
def test_files_of_the_same_names_are_asked_about(
    user: Desktop, program: DesktopProgram, folder: Path, answer: str
) -> None:
    wanted = inside_library(program)
    for name in wanted:
        (folder / name).write_bytes(MINE)
    mine = inside(folder)
    save_into(user, program, folder)
    user.reader.press(program.wait_for("button", answer))
    if answer == "Cancel":
        wait_until(lambda: not program.find("button", answer), what="the question to go")
        assert inside(folder) == mine
    else:
        program.wait_for_words(saved(folder))
        beside = {name.replace(".png", "-2.png"): data for name, data in wanted.items()}
        assert inside(folder) == (wanted if answer == "Replace" else {**mine, **beside})


def test_copies_are_like_any_other_file(
    user: Desktop, program: DesktopProgram, folder: Path, tmp_path: Path, home: Path
) -> None:
    save_into(user, program, folder)
    program.wait_for_words(saved(folder))
    plain = tmp_path / "plain"
    plain.write_bytes(b"")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes == {stat.S_IMODE(plain.stat().st_mode)}
    assert len(originals(home)) == len(inside(folder))


def test_a_full_disk_leaves_what_was_there(
    user: Desktop, program: DesktopProgram, tmp_path: Path, home: Path
) -> None:
    with small_disk(tmp_path / "card") as card:
        for path in originals(home):
            (card / path.name).write_bytes(MINE)
        before = inside(card)
        save_into(user, program, card)
        user.reader.press(program.wait_for("button", "Replace"))
        program.wait_for_words("The disk is full")
        assert inside(card) == before


def test_a_folder_that_vanishes_is_reported(
    user: Desktop, program: DesktopProgram, tmp_path: Path
) -> None:
    folder = tmp_path / "stick"
    folder.mkdir()
    for path in originals(program.home):
        (folder / path.name).write_bytes(MINE)
    save_into(user, program, folder)
    question = program.wait_for("button", "Keep both")
    shutil.rmtree(folder)
    user.reader.press(question)
    program.wait_for_words("The folder cannot be reached")
    assert not folder.exists()
