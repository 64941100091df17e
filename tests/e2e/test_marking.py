"""Three things are marked with mouse and keyboard, and sent to the painter."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from studio.domain.drafts import DraftFile
from tests.e2e.desktop import Desktop, DesktopProgram
from tests.e2e.library import originals
from tests.e2e.screen import Thing, wait_until

pytestmark = pytest.mark.desktop

WORDS = ("Make this boat red", "Remove the buoy", "More light here")


def place(canvas: Thing, x: float, y: float) -> tuple[int, int]:
    """A place of the canvas on the screen, as fractions of its sides."""
    assert canvas.extents is not None
    left, top, width, height = canvas.extents
    return round(left + x * width), round(top + y * height)


def marks_written(program: DesktopProgram, number: int) -> list[Thing]:
    """The items of the list, once there are so many."""

    def found() -> list[Thing]:
        every = program.find("list item", part="Mark ")
        return every if len(every) == number else []

    return wait_until(found, what=f"{number} marks")


def sent_with(home: Path) -> list[dict[str, Any]]:
    """Marks of every picture in the library's records."""
    lines = [
        json.loads(line)
        for path in sorted(home.rglob("records/*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]
    found = []

    def look(value: object) -> None:
        if isinstance(value, dict):
            if value.get("markup"):
                found.append(value["markup"])
            for each in value.values():
                look(each)
        elif isinstance(value, list):
            for each in value:
                look(each)

    look(lines)
    return found


def test_three_things_are_marked_sent_and_kept(user: Desktop, home: Path) -> None:
    user.generate("a lighthouse at noon", "--size", "512", "--seed", "1", home=home)
    program = user.start(home=home)
    (tile,) = program.wait_for_items(1)
    user.click(tile)
    program.wait_for("button", "Vary")
    user.keys("k")
    canvas = program.wait_for("image", part="Marks on")
    user.session.run(["xdotool", "mousemove", *map(str, place(canvas, 0.5, 0.5))])
    user.keys("a")
    wait_until(lambda: "checked" in program.wait_for("radio button", "Arrow").states)
    user.drag(place(canvas, 0.42, 0.6), place(canvas, 0.5, 0.75))
    user.type(WORDS[0])
    user.keys("Return", "u")
    wait_until(lambda: "checked" in program.wait_for("radio button", "Box").states)
    user.drag(place(canvas, 0.53, 0.4), place(canvas, 0.58, 0.55))
    user.type(WORDS[1])
    user.keys("Return", "n")
    wait_until(lambda: "checked" in program.wait_for("radio button", "Pin").states)
    user.click(place(canvas, 0.45, 0.35))
    user.type(WORDS[2])
    user.keys("Return")
    items = marks_written(program, 3)
    assert [item.name.partition(", ")[0] for item in items] == ["Mark 1", "Mark 2", "Mark 3"]
    assert [item.name.partition(": ")[2] for item in items] == list(WORDS)
    assert [item.name.split(", ")[1] for item in items] == ["arrow", "box", "pin"]
    program.wait_for("list item", part="with 3 marks")
    # Taken back and brought back, without touching the library.
    user.keys("ctrl+z")
    wait_until(lambda: len(program.find("list item", part=WORDS[2])) == 0, what="taken back")
    user.keys("ctrl+shift+z")
    marks_written(program, 3)
    program.write("Keep everything else")
    user.keys("ctrl+Return")
    wait_until(lambda: len(originals(home)) == 2, what="the painter's picture")
    wait_until(lambda: sent_with(home), what="the record")
    assert [one["sentence"] for one in sent_with(home)[-1]["marks"]] == list(WORDS)
    # Killed and started again: the draft has its marks.
    draft = next(path for path in home.rglob("draft.json"))

    def kept() -> bool:
        left = DraftFile(draft).load()
        return left is not None and len(left.markup.marks) == 3

    wait_until(kept, what="the saved draft")
    program.kill()
    program = user.start(home=home)
    program.wait_for("list item", part="with 3 marks")
    assert program.close() == 0
