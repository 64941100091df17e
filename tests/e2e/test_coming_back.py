"""State survives any end of the program, and only one instance runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.desktop import Desktop, DesktopProgram
from tests.e2e.screen import wait_until

pytestmark = pytest.mark.desktop


def choices(program: DesktopProgram) -> dict[str, str]:
    """What stands in the composer."""
    ratios = program.find("panel", "Aspect ratio")
    chosen = program.desktop.reader.find(within=ratios[0].number, role="radio button")
    return {
        "prompt": program.prompt.text or "",
        "aspect": next(ratio.name for ratio in chosen if "checked" in ratio.states),
        "size": program.wait_for("combo box", "Size").description,
        "count": str(program.wait_for("spin button", "Count").value),
    }


def test_a_kill_loses_neither_prompt_nor_choices_nor_pictures(user: Desktop, home: Path) -> None:
    user.generate("a {fox|hare} in the snow", "--size", "512", "--seed", "3", home=home)
    program = user.start(home=home)
    tiles = [tile.name for tile in program.wait_for_items(2)]
    program.write("not sent yet: {dawn|noon} over the sea")
    user.click(program.wait_for("radio button", "2:3"))
    user.reader.focus(program.wait_for("combo box", "Size"))
    user.keys("Down")
    user.reader.focus(program.wait_for("spin button", "Count"))
    user.keys("Up", "Up")
    wait_until(lambda: choices(program)["count"] == "3.0")
    left = choices(program)
    assert left["prompt"] == "not sent yet: {dawn|noon} over the sea"
    assert left["aspect"] == "2:3"
    draft = home / "state" / "draft.json"
    wait_until(lambda: draft.exists() and '"count":3' in draft.read_text(), what="a saved draft")
    program.kill()
    again = user.start_new(home=home)
    assert [tile.name for tile in again.wait_for_items(2)] == tiles
    wait_until(lambda: again.prompt.text)
    assert choices(again) == left
    assert again.close() == 0


def test_size_and_panels_come_back(user: Desktop, home: Path) -> None:
    program = user.start(home=home)
    program.place(40, 40, 1300, 760)
    program.activate()
    user.keys("F9")
    wait_until(lambda: not program.find("button", part="This session"))
    size = program.extents[2:]
    assert program.close() == 0
    again = user.start(home=home)
    wait_until(lambda: again.extents[2:] == size, what=lambda: f"{size}, not {again.extents}")
    assert not again.find("button", part="This session")
    assert again.close() == 0


def test_a_second_start_raises_the_first_window(user: Desktop, home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    program = user.start(home=home)
    other = user.file_manager(folder)
    other.activate()
    wait_until(lambda: other.active and not program.active)
    second = user.begin(home=home)
    assert second.wait_for_end() == 0
    wait_until(lambda: program.active, what="the first window comes to the front")
    assert program.close() == 0
