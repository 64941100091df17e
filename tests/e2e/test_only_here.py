"""A region is painted with mouse and keyboard, and only that changes in the painter's picture."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageChops

from studio.domain.drafts import DraftFile
from tests.e2e.desktop import Desktop
from tests.e2e.library import originals
from tests.e2e.screen import wait_until
from tests.e2e.test_marking import place

pytestmark = pytest.mark.desktop


def share_changed(one: Path, other: Path) -> float:
    """Size of the rectangle in which two pictures differ, of all of them; 1 for other sizes."""
    with Image.open(one) as before, Image.open(other) as after:
        if before.size != after.size:
            return 1.0
        box = ImageChops.difference(before.convert("RGB"), after.convert("RGB")).getbbox()
    if box is None:
        return 0.0
    return (box[2] - box[0]) * (box[3] - box[1]) / (before.width * before.height)


def test_a_region_is_painted_sent_and_only_that_changes(user: Desktop, home: Path) -> None:
    user.generate("a lighthouse at noon", "--size", "512", "--seed", "1", home=home)
    program = user.start(home=home)
    (tile,) = program.wait_for_items(1)
    (first,) = originals(home)
    user.click(tile)
    program.wait_for("button", "Vary")
    user.keys("o")
    canvas = program.wait_for("image", part="Region on")
    wait_until(lambda: "checked" in program.wait_for("radio button", "Brush").states)
    # Without a region nothing is sent, and the brush is at hand.
    user.keys("ctrl+l")
    program.write("A small sailing boat")
    user.keys("ctrl+Return")
    program.wait_for("label", "Paint a region first")
    user.drag(place(canvas, 0.45, 0.6), place(canvas, 0.52, 0.66))
    program.wait_for("button", "only here")
    user.keys("u")
    wait_until(lambda: "checked" in program.wait_for("radio button", "Box").states)
    user.drag(place(canvas, 0.44, 0.58), place(canvas, 0.54, 0.7))
    user.keys("ctrl+Return")
    wait_until(lambda: len(originals(home)) == 3, what="the answer and the picture made of it")
    # Of the two new files, one is the model's own answer, the other one the picture made of it.
    changed = [share_changed(first, path) for path in originals(home) if path != first]
    assert 0 < min(changed) < 0.2, "outside of the region nothing changed"
    # Killed and started again: the draft has its region.
    draft = next(path for path in home.rglob("draft.json"))

    def kept() -> bool:
        left = DraftFile(draft).load()
        return left is not None and left.markup.region is not None

    wait_until(kept, what="the saved draft")
    program.kill()
    program = user.start(home=home)
    program.wait_for("list item", part="only here")
    assert program.close() == 0
