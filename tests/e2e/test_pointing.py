"""One way through marks, region, seam and frames, killed in the middle, with mouse and keyboard."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from studio.domain.drafts import Draft, DraftFile
from tests.e2e.desktop import Desktop, DesktopProgram
from tests.e2e.library import leave_draft, originals
from tests.e2e.screen import Thing, wait_until
from tests.e2e.test_marking import WORDS, marks_written, place
from tests.e2e.test_only_here import share_changed
from tests.e2e.test_reframing import chip, tick_of

pytestmark = pytest.mark.desktop


def derivations(home: Path) -> list[dict[str, Any]]:
    """How every composed picture of the records was made, in order."""
    found: list[dict[str, Any]] = []

    def look(value: object) -> None:
        if isinstance(value, dict):
            if value.get("derivation"):
                found.append(value["derivation"])
            for each in value.values():
                look(each)
        elif isinstance(value, list):
            for each in value:
                look(each)

    for path in sorted(home.rglob("records/*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            look(json.loads(line))
    return found


def made(home: Path, *operations: str) -> bool:
    """Whether these pictures were composed, and nothing else."""
    return Counter(one["operation"] for one in derivations(home)) == Counter(operations)


def killed_and_started(user: Desktop, program: DesktopProgram, home: Path) -> DesktopProgram:
    program.kill()
    return user.start(home=home)


def draft_of(home: Path) -> Draft:
    left = DraftFile(next(home.rglob("draft.json"))).load()
    return Draft() if left is None else left


def move_seam(user: Desktop, program: DesktopProgram, tile: Thing) -> None:
    """Open a picture in the loupe and make its seam wider, without saving it."""
    user.click(tile)
    program.wait_for("button", "Vary")
    user.keys("Return")
    wait_until(lambda: "enabled" in program.wait_for("slider", "Seam").states)
    user.reader.focus(program.wait_for("slider", "Seam"))
    user.keys("Prior", "Prior", "Prior")
    program.wait_for("status bar", part="Preview")


def test_marked_changed_in_a_region_and_reframed_with_a_kill_in_each(
    user: Desktop, home: Path
) -> None:
    user.generate("a lighthouse at noon", "--size", "512", "--seed", "1", home=home)
    leave_draft(home, Draft(prompt="Keep everything else", size="512"))
    program = user.start(home=home)
    (tile,) = program.wait_for_items(1)
    (first,) = originals(home)
    # Three things are marked; killed with the marks drawn, and sent after the restart.
    user.click(tile)
    program.wait_for("button", "Vary")
    user.keys("k")
    canvas = program.wait_for("image", part="Marks on")
    user.keys("n")
    wait_until(lambda: "checked" in program.wait_for("radio button", "Pin").states)
    for (x, y), words in zip(((0.42, 0.6), (0.55, 0.5), (0.45, 0.35)), WORDS, strict=True):
        user.click(place(canvas, x, y))
        user.type(words)
        user.keys("Return")
    marks_written(program, 3)
    wait_until(lambda: len(draft_of(home).markup.marks) == 3, what="the saved marks")
    program = killed_and_started(user, program, home)
    program.wait_for("list item", part="with 3 marks")
    user.keys("ctrl+Return")
    wait_until(lambda: len(originals(home)) == 2, what="the picture with the marked changes")
    (edited,) = (path for path in originals(home) if path != first)
    # A part of the result is changed; killed with the region painted.
    newest, _source = program.wait_for_items(2)
    user.click(newest)
    program.wait_for("button", "Vary")
    user.keys("o")
    canvas = program.wait_for("image", part="Region on")
    user.keys("u")
    wait_until(lambda: "checked" in program.wait_for("radio button", "Box").states)
    user.drag(place(canvas, 0.44, 0.58), place(canvas, 0.54, 0.7))
    wait_until(lambda: draft_of(home).markup.region is not None, what="the saved region")
    program = killed_and_started(user, program, home)
    program.wait_for("list item", part="only here")
    program.write("A small sailing boat")
    user.keys("ctrl+Return")
    wait_until(lambda: made(home, "only-here"), what="the picture made of the answer")
    assert derivations(home)[0]["outside"] > 0
    known = {first, edited}
    changes = {path: share_changed(edited, path) for path in originals(home) if path not in known}
    composed = min(changes, key=lambda path: changes[path])
    assert 0 < changes[composed] < 0.2, "outside of the region nothing changed"
    # Its seam is moved; killed before it is saved, and moved again.
    newest, *_others = program.wait_for_items(3)
    for killed in (True, False):
        move_seam(user, program, newest)
        assert composed.exists()
        if killed:
            program = killed_and_started(user, program, home)
            newest, *_others = program.wait_for_items(3)
            assert made(home, "only-here"), "a preview is not saved"
    # Before and after, then out: the new seam takes the place of the old one, in one step of undo.
    before = program.wait_for("radio button", "Before")
    user.click(before)
    wait_until(lambda: "checked" in program.wait_for("radio button", "Before").states)
    user.click(program.wait_for("radio button", "After"))
    user.keys("Escape")
    wait_until(lambda: made(home, "only-here", "only-here"), what="the picture with another seam")
    wait_until(lambda: not composed.exists(), what="the old one in the trash")
    program.wait_for_items(3)
    user.keys("g", "ctrl+z")
    wait_until(composed.exists, what="the old one back")
    # Two formats; killed with them ticked.
    program.wait_for_items(3)
    user.click(program.items()[0])
    program.wait_for("button", "Vary")
    user.keys("w")
    program.wait_for("image", part="Frame of")
    for words in ("16 to 9", "9 to 16"):
        user.click(tick_of(chip(program, f"{words}, not ticked")))
        chip(program, f"{words}, ticked")
    wait_until(lambda: len(draft_of(home).markup.frames) == 2, what="the saved frames")
    program = killed_and_started(user, program, home)
    program.wait_for("list item", part="in 2 formats")
    program.write("Open sea on both sides")
    user.keys("ctrl+Return")
    wait_until(
        lambda: made(home, "only-here", "only-here", "reframe", "reframe"), what="both formats"
    )
    assert all(one["outside"] > 0 for one in derivations(home))
    program.wait_for_items(5)
    assert program.close() == 0
