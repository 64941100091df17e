"""Pictures are dragged with the mouse into a real file manager, and the bytes are compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.desktop import Desktop, DesktopProgram, DesktopWindow
from tests.e2e.library import originals
from tests.e2e.screen import wait_until

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
