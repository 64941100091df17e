"""Pictures go to another program and come from one: pixels, texts, and how they were made."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.e2e.desktop import Desktop, DesktopProgram
from tests.e2e.screen import wait_until
from tests.e2e.test_dropping_in import dropped
from tests.e2e.test_keeping_order import do

pytestmark = pytest.mark.desktop

_PASTE = """
import json, sys
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
app = QApplication(sys.argv)
mime = app.clipboard().mimeData()
image = QImage.fromData(mime.data("image/png"))
pixel = image.pixelColor(1, 1).getRgb() if not image.isNull() else None
print(json.dumps({"kinds": mime.formats(), "text": mime.text(), "pixel": pixel}))
"""
"""Another program that says what is on the clipboard."""


def pasted(user: Desktop) -> dict[str, object]:
    found: dict[str, object] = json.loads(user.session.run([sys.executable, "-c", _PASTE]).stdout)
    return found


def chosen(user: Desktop, program: DesktopProgram, words: str, said: str) -> None:
    """Do an action by its name, and wait until it says that it is done."""
    program.activate()
    do(user, words)
    program.wait_for_words(said)


@pytest.fixture
def glass(tmp_path: Path) -> Path:
    """A transparent picture of another program, with its prompt."""
    info = PngInfo()
    info.add_itxt("parameters", "a pane of glass\nNegative prompt: frame\nSteps: 20, Seed: 7")
    path = tmp_path / "glass.png"
    Image.new("RGBA", (90, 160), (0x33, 0x66, 0x99, 0x80)).save(path, pnginfo=info)
    return path


def test_an_image_and_its_texts_are_pasted_elsewhere(
    user: Desktop, home: Path, glass: Path
) -> None:
    user.run("library", "import", glass, home=home)
    program = user.start(home=home)
    program.place(0, 0, 860, 800)
    (tile,) = program.wait_for_items(1)
    user.click(tile)
    chosen(user, program, "Copy image", "Image copied")
    found = pasted(user)
    assert found["pixel"] == [0x33, 0x66, 0x99, 0x80]
    kinds = found["kinds"]
    assert isinstance(kinds, list)
    assert kinds[0] == "image/png"
    assert "text/uri-list" not in kinds
    chosen(user, program, "Copy settings as JSON", "Settings copied")
    assert json.loads(str(pasted(user)["text"]))["settings"]["Negative prompt"] == "frame"
    chosen(user, program, "Copy path", "Path copied")
    assert Path(str(pasted(user)["text"])).read_bytes() == glass.read_bytes()
    assert program.close() == 0


def test_a_dropped_picture_offers_how_it_was_made(user: Desktop, home: Path, glass: Path) -> None:
    program = user.start(home=home)
    program.place(0, 0, 860, 800)
    program.write("my own words")
    with dropped(user, program.prompt.middle, **{"text_uri-list": glass.as_uri()}):
        program.wait_for("label", part="glass was made with")
    assert program.prompt.text == "my own words"
    user.click(program.wait_for("button", "Use its prompt and settings"))
    wait_until(lambda: program.prompt.text == "a pane of glass", what="its prompt")
    user.keys("ctrl+z")
    wait_until(lambda: program.prompt.text == "my own words", what="taken back")
    assert program.close() == 0


def test_a_file_offers_it_too_when_it_is_opened_with_the_program_or_chosen(
    user: Desktop, home: Path, glass: Path
) -> None:
    program = user.start(glass, home=home)
    program.place(0, 0, 860, 800)
    program.wait_for("label", part="glass was made with")
    user.click(program.wait_for("button", "Use its prompt and settings"))
    wait_until(lambda: program.prompt.text == "a pane of glass", what="its prompt")
    program.write("my own words")
    user.click(program.wait_for("button", "Reference"))
    program.wait_for("dialog", part="Add references")
    user.type(str(glass))
    user.keys("Return")
    program.wait_for("label", part="glass was made with")
    assert program.prompt.text == "my own words"
    assert program.close() == 0
