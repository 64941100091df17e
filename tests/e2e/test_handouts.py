"""Contact sheets and hand-off pages are made by hand on a real display."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

from tests.e2e.desktop import Desktop, DesktopProgram
from tests.e2e.halted import halted
from tests.e2e.screen import wait_until

pytestmark = pytest.mark.desktop

ANIMALS = ("elk", "fox", "hare", "owl")


@pytest.fixture
def program(user: Desktop, home: Path) -> DesktopProgram:
    """The window with four pictures."""
    prompt = f"a {{{'|'.join(ANIMALS)}}} in the snow"
    user.generate(prompt, "--size", "512", "--seed", "1", home=home)
    made = user.start(home=home)
    made.wait_for_items(len(ANIMALS))
    return made


@pytest.fixture
def out(user: Desktop) -> Path:
    """Where both are written unless another folder is chosen."""
    return user.session.home / "Pictures"


def opened(user: Desktop, program: DesktopProgram, title: str) -> None:
    """Open a dialog by its name, through the command palette."""
    user.keys("ctrl+k")
    program.wait_for("list", "Actions and prompts")
    user.type(title)
    user.keys("Return")
    program.wait_for("dialog", part=title)
    program.wait_for_words("4 pictures")


def choose(user: Desktop, program: DesktopProgram, *names: str) -> None:
    """Click on choices, one after the other."""
    for name in names:
        user.click(program.wait_for("radio button", name))
        wait_until(
            lambda name=name: "checked" in program.wait_for("radio button", name).states,  # type: ignore[misc]
            what=f"{name} to be chosen",
        )


def tick(user: Desktop, program: DesktopProgram, caption: str) -> None:
    """Tick a caption, or take its tick away, with the keyboard."""
    before = "checked" in program.wait_for("check box", caption).states
    user.reader.focus(program.wait_for("check box", caption))
    user.keys("space")
    wait_until(
        lambda: ("checked" in program.wait_for("check box", caption).states) is not before,
        what=f"{caption} to be ticked, or not any more",
    )


def write(user: Desktop, program: DesktopProgram, field: str, words: str) -> None:
    """Type into a field, in the place of what is there."""
    user.reader.focus(program.wait_for("text", field))
    user.keys("ctrl+a")
    user.type(words)
    wait_until(lambda: program.wait_for("text", field).text == words, what=f"{words!r} typed")


def page_sizes(path: Path) -> list[tuple[float, float]]:
    """Width and height of the pages of a PDF, in points."""
    boxes = re.findall(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)\s*\]", path.read_bytes())
    return [(round(float(width)), round(float(height))) for width, height in boxes]


def test_a_contact_sheet_is_made_with_captions_and_page_size(
    user: Desktop, program: DesktopProgram, out: Path
) -> None:
    opened(user, program, "Contact sheet")
    choose(user, program, "A3", "Landscape")
    program.wait_for_words("1 page")
    tick(user, program, "Model")
    write(user, program, "Heading", "Winter")
    write(user, program, "File name", "sheet")
    user.keys("Return")
    program.wait_for_words("1 page, ")
    assert page_sizes(out / "sheet.pdf") == [(1191, 842)]
    # The same as pictures, one of a page, with the mouse: every page is a file.
    choose(user, program, "PNG", "Screen")
    for field in ("Columns", "Rows"):
        user.reader.focus(program.wait_for("spin button", field))
        user.keys("ctrl+a")
        user.type("1")
    program.wait_for_words("4 pages")
    user.click(program.wait_for("button", "Make contact sheet"))
    program.wait_for_words("4 pages, ")
    made = sorted(out.glob("*.png"))
    assert [one.name for one in made] == [f"sheet-{number}.png" for number in range(1, 5)]
    for one in made:
        with Image.open(one) as page:
            assert page.size == (1920, 1080)
            low, high = page.convert("L").getextrema()
            assert (low, high) < (80, 256), "a picture and words"
    user.keys("Escape")
    wait_until(lambda: not program.find("dialog", part="Contact sheet"), what="the dialog to go")
    assert program.close() == 0


def test_a_contact_sheet_is_stopped_and_made_after_all(
    user: Desktop, program: DesktopProgram, out: Path
) -> None:
    opened(user, program, "Contact sheet")
    write(user, program, "File name", "sheet")
    with halted(user, "sheet") as processes:
        user.keys("Return")
        wait_until(lambda: processes, what="a process that draws")
        program.wait_for_words("0 of 1")
        user.click(program.wait_for("button", "Stop"))
        program.wait_for_words("Stopped")
    assert list(out.iterdir()) == [], "nothing unfinished is left"
    user.click(program.wait_for("button", "Make contact sheet"))
    program.wait_for_words("1 page, ")
    assert [one.name for one in out.iterdir()] == ["sheet.pdf"]
    assert page_sizes(out / "sheet.pdf") == [(595, 842)]
    assert program.close() == 0


def test_a_handoff_page_is_made_with_pictures_inside_and_beside(
    user: Desktop, program: DesktopProgram, out: Path
) -> None:
    opened(user, program, "Hand-off page")
    write(user, program, "Heading", "Winter & <snow>")
    tick(user, program, "Prompt")
    write(user, program, "File name", "winter")
    user.keys("Return")
    program.wait_for_words("4 pictures, ")
    (page,) = out.iterdir()
    text = page.read_text("utf-8")
    assert page.name == "winter.html"
    assert ">Winter &amp; &lt;snow&gt;</h1>" in text
    assert text.count("data:image/") >= len(ANIMALS)
    # Beside it, as JPEG, with the mouse; the name is taken, which is said.
    choose(user, program, "In a folder beside it")
    program.wait_for_words("winter.html already exists. The new file gets a number.")
    user.click(program.wait_for("button", "Make page"))
    wait_until((out / "winter-2.html").exists, what="the second page")
    program.wait_for_words("4 pictures, ")
    beside = sorted((out / "winter-2-files").iterdir())
    assert len(beside) == len(ANIMALS)
    second = (out / "winter-2.html").read_text("utf-8")
    assert "data:image/" not in second
    for one in beside:
        assert one.name in second
        with Image.open(one) as picture:
            assert picture.size == (512, 512)
    assert page.read_text("utf-8") == text
    assert program.close() == 0


def test_a_handoff_page_is_stopped_and_made_after_all(
    user: Desktop, program: DesktopProgram, out: Path
) -> None:
    opened(user, program, "Hand-off page")
    write(user, program, "File name", "winter")
    with halted(user, "export") as processes:
        user.click(program.wait_for("button", "Make page"))
        wait_until(lambda: processes, what="a process that reduces pictures")
        user.click(program.wait_for("button", "Stop"))
        program.wait_for_words("Stopped")
    assert list(out.iterdir()) == [], "nothing unfinished is left"
    user.reader.focus(program.wait_for("text", "File name"))
    user.keys("Return")
    program.wait_for_words("4 pictures, ")
    assert [one.name for one in out.iterdir()] == ["winter.html"]
    assert program.close() == 0
