"""Save as: into a folder with the same names, on a full disk, into a missing folder."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest

from tests.e2e.desktop import Desktop, DesktopProgram
from tests.e2e.library import originals
from tests.e2e.screen import wait_until
from tests.small_disk import small_disk

pytestmark = pytest.mark.desktop

MINE = b"MY RETOUCHED VERSION"


@pytest.fixture
def program(user: Desktop, home: Path) -> DesktopProgram:
    """The window with two pictures, both selected."""
    user.generate("a {fox|hare} in the snow", "--size", "512", "--seed", "1", home=home)
    made = user.start(home=home)
    made.wait_for_items(2)
    user.click(made.items()[0])
    user.keys("ctrl+a")
    wait_until(
        lambda: sum("selected" in tile.states for tile in made.items()) == 2, what="two selected"
    )
    return made


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


def inside(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("answer", ["Keep both", "Replace", "Cancel"])
def test_files_of_the_same_names_are_asked_about(
    user: Desktop, program: DesktopProgram, home: Path, tmp_path: Path, answer: str
) -> None:
    wanted = {path.name: path.read_bytes() for path in originals(home)}
    folder = tmp_path / "for the client"
    folder.mkdir()
    for name in wanted:
        (folder / name).write_bytes(MINE)
    mine = inside(folder)
    save_into(user, program, folder)
    user.reader.press(program.wait_for("button", answer))
    if answer == "Cancel":
        wait_until(lambda: not program.find("button", answer), what="the question to go")
        assert inside(folder) == mine
    else:
        program.wait_for_words("2 pictures saved in")
        beside = {name.replace(".png", "-2.png"): data for name, data in wanted.items()}
        assert inside(folder) == (wanted if answer == "Replace" else {**mine, **beside})
    assert program.close() == 0


def test_copies_are_like_any_other_file(
    user: Desktop, program: DesktopProgram, tmp_path: Path, home: Path
) -> None:
    folder = tmp_path / "for the client"
    folder.mkdir()
    save_into(user, program, folder)
    program.wait_for_words("2 pictures saved in")
    plain = tmp_path / "plain"
    plain.write_bytes(b"")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes == {stat.S_IMODE(plain.stat().st_mode)}
    assert len(originals(home)) == len(inside(folder))
    assert program.close() == 0


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
        assert program.close() == 0


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
    assert program.close() == 0
