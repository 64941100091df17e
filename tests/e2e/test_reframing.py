"""A picture gets more room in two formats and is cropped, with mouse and keyboard."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from studio.domain.drafts import Draft
from tests.e2e.desktop import Desktop, DesktopProgram
from tests.e2e.library import leave_draft, originals
from tests.e2e.screen import Thing, wait_until

pytestmark = pytest.mark.desktop


def chip(program: DesktopProgram, words: str) -> Thing:
    return program.wait_for("check box", part=words)


def tick_of(thing: Thing) -> tuple[int, int]:
    assert thing.extents is not None
    left, top, _width, height = thing.extents
    return left + 16, top + height // 2


def middle(thing: Thing) -> tuple[int, int]:
    assert thing.extents is not None
    left, top, width, height = thing.extents
    return left + width // 2, top + height // 2


def pictures(home: Path) -> list[Image.Image]:
    found = []
    for path in originals(home):
        with Image.open(path) as opened:
            found.append(opened.convert("RGB"))
    return found


def has_middle(whole: Image.Image, part: Image.Image, left: int, top: int) -> bool:
    box = (left, top, left + part.width, top + part.height)
    return whole.crop(box).tobytes() == part.tobytes()


def test_two_formats_are_made_around_a_picture_and_one_is_cut_out_of_it(
    user: Desktop, home: Path
) -> None:
    user.generate("a lighthouse at noon", "--size", "512", "--seed", "1", home=home)
    leave_draft(home, Draft(prompt="Open sea on both sides", size="512"))
    program = user.start(home=home)
    (tile,) = program.wait_for_items(1)
    (source,) = pictures(home)
    width, height = source.size
    user.click(tile)
    program.wait_for("button", "Vary")
    user.keys("w")
    program.wait_for("image", part="Frame of")
    user.click(tick_of(chip(program, "16 to 9, not ticked")))
    chip(program, "16 to 9, ticked")
    # The left edge is reached with Shift+Tab from the picture, and moved by 8 pixels and by one.
    handle = program.wait_for("slider", part="Left edge")
    before = handle.name
    user.reader.focus(handle)
    user.keys("Left", "ctrl+Left")
    wait_until(lambda: program.wait_for("slider", part="Left edge").name != before)
    user.keys("Escape")
    user.click(tick_of(chip(program, "9 to 16, not ticked")))
    chip(program, "9 to 16, ticked")
    program.wait_for("list item", part="9 to 16, ticked")
    user.keys("ctrl+Return")
    # Source, two answers that are hidden behind the pictures made of them, and these.
    wait_until(lambda: len(originals(home)) == 5, what="both formats")
    made = [one for one in pictures(home) if one.size != (width, height)]
    wide = [one for one in made if one.width > one.height and one.height > height - 40]
    assert any(
        has_middle(one, source, left, top)
        for one in wide
        for left in range(one.width - width + 1)
        for top in range(max(1, one.height - height + 1))
        if one.height >= height
    ), "the picture is in one of them, pixel for pixel"
    # A crop: the top edge is dragged into the picture.
    user.click(tick_of(chip(program, "16 to 9, ticked")))
    user.click(tick_of(chip(program, "9 to 16, ticked")))
    # The last one may be beyond the end of the row: the keyboard brings it into sight.
    user.reader.focus(chip(program, "Free, not ticked"))
    user.keys("space")
    chip(program, "Free, ticked")
    for side in ("Top", "Left", "Right", "Bottom"):
        start = middle(program.wait_for("slider", part=f"{side} edge"))
        away = {"Top": (0, 140), "Left": (140, 0), "Right": (-140, 0), "Bottom": (0, -140)}[side]
        user.drag(start, (start[0] + away[0], start[1] + away[1]))
    chip(program, "Free, ticked")
    user.keys("ctrl+Return")
    wait_until(lambda: len(originals(home)) == 6, what="the crop")
    program.wait_for("button", "Undo")
    user.keys("Escape", "Escape", "g")
    user.keys("ctrl+z")
    wait_until(lambda: len(originals(home)) == 5, what="the crop in the trash")
    assert program.close() == 0
