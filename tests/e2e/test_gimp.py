"""Pictures go into GIMP by drag and clipboard, and come back by the clipboard."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from studio.ui.support.drop_contents import IDS
from tests.e2e.desktop import Desktop, DesktopProgram, DesktopWindow
from tests.e2e.library import originals
from tests.e2e.recipes import choose_small, keep_small
from tests.e2e.screen import wait_until

pytestmark = [
    pytest.mark.desktop,
    pytest.mark.skipif(shutil.which("gimp") is None, reason="needs GIMP"),
]


_TYPES = """
import json, sys
from PySide6.QtWidgets import QApplication
app = QApplication(sys.argv)
print(json.dumps(app.clipboard().mimeData().formats()))
"""


def clipboard_types(user: Desktop) -> list[str]:
    """Names of what a third program would be given."""
    found: list[str] = json.loads(user.session.run([sys.executable, "-c", _TYPES]).stdout)
    return found


@pytest.fixture
def program(user: Desktop, home: Path) -> DesktopProgram:
    """The window with one picture of 512 pixels, and a recipe for small copies."""
    user.generate("quay at night", "--size", "512", "--seed", "1", home=home)
    keep_small(home)
    made = user.start(home=home)
    made.place(0, 0, 760, 800)
    made.wait_for_items(1)
    return made


@pytest.fixture
def gimp(user: Desktop, program: DesktopProgram) -> Iterator[DesktopWindow]:
    """GIMP beside it, with one window and no picture."""
    command = ["gimp", "--new-instance", "--no-splash", "--no-fonts"]
    made = DesktopWindow(user, user.session.start(command))
    made.wait_for_window()
    made.place(770, 0, 600, 800)
    yield made
    made.process.terminate()
    made.process.wait(60)


def shows(gimp: DesktopWindow, *words: str) -> None:
    """Wait until GIMP says in its title that it has a picture."""
    wait_until(
        lambda: all(word in gimp.title for word in words),
        what=lambda: f"{words} in GIMP's title, which is {gimp.title!r}",
    )


def test_a_copy_by_a_recipe_is_dragged_into_gimp(
    user: Desktop, program: DesktopProgram, gimp: DesktopWindow
) -> None:
    choose_small(user, program)
    (tile,) = program.items()
    user.drag(tile.middle, gimp.middle)
    shows(gimp, "quay-at-night-01", "64x64")
    assert program.close() == 0


def test_what_is_copied_is_pasted_into_gimp_and_back(
    user: Desktop, home: Path, program: DesktopProgram, gimp: DesktopWindow
) -> None:
    (original,) = originals(home)
    program.activate()
    user.click(program.items()[0])
    user.keys("ctrl+c")
    program.wait_for("label", part="1 picture copied")
    gimp.activate()
    user.keys("ctrl+shift+v")
    shows(gimp, "512x512")
    # Filled with the colour of the brush, so that it cannot be what was copied before.
    user.keys("ctrl+comma")
    user.keys("ctrl+c")
    wait_until(lambda: IDS not in clipboard_types(user), what="GIMP to have the clipboard")
    program.activate()
    program.focus_prompt()
    user.keys("ctrl+v")
    program.wait_for("list item", part="Pasted picture")
    (pasted,) = (one for one in home.rglob("*.png") if "inputs" in one.parts)
    with Image.open(pasted) as came:
        assert came.size == (512, 512)
        assert came.convert("RGB").getcolors() == [(512 * 512, (0, 0, 0))]
    assert originals(home) == [original]
    assert program.close() == 0
