"""Pictures are dragged with the mouse into a real file manager, and the bytes are compared."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QImage

from tests.e2e.desktop import Desktop, DesktopProgram, DesktopWindow
from tests.e2e.library import originals
from tests.e2e.recipes import SMALL, choose_small, copies, keep_small
from tests.e2e.screen import Thing, wait_until

pytestmark = pytest.mark.desktop


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """An empty folder, as it is called in real life."""
    made = tmp_path / "Entwürfe für Müller"
    made.mkdir()
    return made


def side_by_side(user: Desktop, home: Path, target: Path) -> tuple[DesktopProgram, DesktopWindow]:
    program = user.start(home=home)
    files = user.file_manager(target)
    program.place(0, 0, 860, 800)
    files.place(900, 60, 480, 600)
    return program, files


def arrived(target: Path, home: Path, number: int) -> dict[str, bytes]:
    """What is in the folder, once so many files are there as long as their originals."""
    sizes = {path.name: path.stat().st_size for path in originals(home)}

    def complete() -> bool:
        there = list(target.iterdir())
        return len(there) == number and all(
            path.stat().st_size == sizes.get(path.name) for path in there
        )

    wait_until(complete, what=lambda: f"{number} files, there are {list(target.iterdir())}")
    return {path.name: path.read_bytes() for path in target.iterdir()}


def test_a_tile_dragged_into_a_folder_is_the_original(
    user: Desktop, home: Path, target: Path
) -> None:
    # Spaces and umlauts everywhere: in the library's folder, the file's name and the target.
    user.generate("Fähre über den Fluß bei Nacht", "--size", "512", "--seed", "1", home=home)
    (original,) = originals(home)
    assert original.name.startswith("fähre-über-den-fluß-bei-nacht-")
    before = original.read_bytes()
    program, files = side_by_side(user, home, target)
    (tile,) = program.wait_for_items(1)
    user.drag(tile.middle, files.middle)
    assert arrived(target, home, 1) == {original.name: before}
    assert original.read_bytes() == before
    assert program.close() == 0


def test_two_selected_tiles_are_dragged_at_once(user: Desktop, home: Path, target: Path) -> None:
    user.generate("a {fox|hare|owl} in the snow", "--size", "512", "--seed", "1", home=home)
    wanted = {path.name: path.read_bytes() for path in originals(home) if "hare" not in path.name}
    assert len(wanted) == 2
    program, files = side_by_side(user, home, target)
    program.wait_for_items(3)
    first, second = (program.items(part)[0] for part in ("fox", "owl"))
    user.click(first)
    user.click(second, hold="ctrl")
    wait_until(
        lambda: sum("selected" in tile.states for tile in program.items()) == 2,
        what="two tiles are selected",
    )
    user.drag(first.middle, files.middle)
    assert arrived(target, home, 2) == wanted
    assert len(originals(home)) == 3
    assert program.close() == 0


def test_a_drag_with_a_recipe_gives_the_copy_and_waits_until_it_is_made(
    user: Desktop, home: Path, target: Path
) -> None:
    user.generate("quay at night", "--size", "512", "--seed", "1", home=home)
    keep_small(home)
    (original,) = originals(home)
    before = original.read_bytes()
    program, files = side_by_side(user, home, target)
    (tile,) = program.wait_for_items(1)
    choose_small(user, program)
    # At once: no copy is made yet, and the button stays down until the drag has begun.
    user.take(tile.middle, files.middle)
    wait_until(lambda: copies(home), what="the copy is made")
    program.wait_for("button", "Drag as Small JPEG")
    user.let_go(tile.middle, files.middle)
    wait_until(lambda: list(target.glob("*.jpg")), what="the copy has arrived")
    (copy,) = copies(home)
    (arrived_file,) = target.iterdir()
    wait_until(lambda: arrived_file.read_bytes() == copy.read_bytes(), what="all of it")
    assert arrived_file.name == copy.name == "quay-at-night-01.jpg"
    assert QImage(str(arrived_file)).width() == SMALL.size.value
    # Handed out again as it is: the file manager has read it and changed nothing.
    arrived_file.unlink()
    program.activate()
    user.drag(tile.middle, files.middle)
    wait_until(arrived_file.exists, what="the copy once more")
    assert copies(home) == [copy]
    # Ctrl as the drag starts.
    program.activate()
    user.drag(tile.middle, files.middle, hold="ctrl")
    wait_until(lambda: list(target.glob("*.png")), what="the original has arrived")
    wait_until(lambda: (target / original.name).read_bytes() == before, what="all of it")
    assert originals(home) == [original]
    assert original.read_bytes() == before
    assert program.close() == 0


def test_what_a_drag_with_a_recipe_carries_is_of_the_copy_alone(
    user: Desktop, home: Path, tmp_path: Path
) -> None:
    """Every type on the wire, and every byte: nothing of the original is among them."""
    user.generate("a {fox|hare} in the snow", "--size", "512", "--seed", "1", home=home)
    keep_small(home)
    got = tmp_path / "got.json"
    program = user.start(home=home)
    target = DesktopWindow(
        user, user.session.start([sys.executable, "-m", "tests.e2e.drop_target", got])
    )
    target.wait_for_window()
    program.place(0, 0, 860, 800)
    target.place(900, 60, 480, 600)
    first, second = program.wait_for_items(2)
    choose_small(user, program)
    user.click(first)
    wait_until(lambda: copies(home), what="a copy is made ahead")
    user.drag(first.middle, target.middle)
    wait_until(got.exists, what="dropped")
    one = json.loads(got.read_text())
    (copy,) = copies(home)
    assert one["files"] == [str(copy)]
    assert (one["action"], one["image"]) == ("CopyAction", SMALL.size.value)
    forbidden = {hashlib.sha256(path.read_bytes()).hexdigest() for path in originals(home)}
    assert forbidden.isdisjoint(one["types"].values())
    uris = bytes(QUrl.fromLocalFile(str(copy)).toEncoded().data()) + b"\r\n"
    assert one["types"]["text/uri-list"] == hashlib.sha256(uris).hexdigest()
    # Two at once: files and nothing else that other programs know.
    got.unlink()
    program.activate()
    user.click(second, hold="ctrl")
    user.drag(first.middle, target.middle)
    wait_until(got.exists, what="dropped")
    both = json.loads(got.read_text())
    assert [Path(one).name for one in both["files"]] == _names(program)
    assert all(QImage(one).width() == SMALL.size.value for one in both["files"])
    assert not [name for name in both["types"] if name.startswith("image/")]
    assert both["image"] == 0
    target.process.terminate()
    assert program.close() == 0


def _names(program: DesktopProgram) -> list[str]:
    """Names of the copies of all tiles, in their order."""
    stems = [re.sub(r"\W+", "-", part) for part in map(_title, program.items())]
    return [f"{stem}-{number:02}.jpg" for number, stem in enumerate(stems, 1)]


def _title(tile: Thing) -> str:
    return next(word for word in ("fox", "hare") if word in tile.name)


def test_the_shelf_is_filled_by_key_and_drop_and_dragged_after_a_restart(
    user: Desktop, home: Path, target: Path
) -> None:
    user.generate("a {fox|hare|owl} in the snow", "--size", "512", "--seed", "1", home=home)
    program, files = side_by_side(user, home, target)
    program.wait_for_items(3)
    user.click(program.items("fox")[0])
    user.keys("j")
    shelf = program.wait_for("list", "Shelf")
    user.drag(program.items("owl")[0].middle, shelf.middle)
    wait_until(lambda: program.wait_for("list", "Shelf").children == 2, what="both on the shelf")
    assert program.close() == 0
    program = user.start(home=home)
    program.place(0, 0, 860, 800)
    shelf = program.wait_for("list", "Shelf")
    wait_until(lambda: program.wait_for("list", "Shelf").children == 2, what="both on the shelf")
    every = program.wait_for("panel", "Drag all pictures of the shelf")
    user.drag(every.middle, files.middle)
    wanted = {path.name: path.read_bytes() for path in originals(home) if "hare" not in path.name}
    assert arrived(target, home, 2) == wanted
    assert program.close() == 0
