"""First start of the program, without key and network."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.desktop import Desktop
from tests.e2e.library import originals
from tests.e2e.screen import wait_until

pytestmark = pytest.mark.desktop


def test_the_first_picture_needs_nothing_but_a_prompt(user: Desktop, home: Path) -> None:
    program = user.start_new(home=home)
    assert program.title.startswith("Gridbrush")
    # What teaches: the first start's page with examples, and no gallery yet.
    assert program.find("label", part="nothing has to be set up") or program.find(
        "button", part="lighthouse"
    ), "\n".join(program.tree())
    assert not program.items()
    # The keyboard is in the prompt from the first moment.
    wait_until(lambda: "focused" in program.prompt.states)
    user.type("a lighthouse at dusk, snow")
    user.keys("ctrl+Return")
    (tile,) = program.wait_for_items(1, "offline sketch")
    assert "lighthouse at dusk" in tile.name
    (original,) = wait_until(lambda: originals(home))
    assert original.read_bytes().startswith(b"\x89PNG")
    assert program.prompt.text == "a lighthouse at dusk, snow"
    assert program.close() == 0


def test_the_screen_is_described_by_role_and_name(user: Desktop, home: Path) -> None:
    user.generate("a {fox|hare|owl} in the snow", "--size", "512", "--seed", "3", home=home)
    program = user.start(home=home)
    tiles = program.wait_for_items(3)
    # One item for every row and none besides, made when somebody asks for it.
    gallery = program.gallery
    assert gallery.children == 3
    last = user.reader.child(gallery, -1)
    assert last.name == tiles[-1].name
    assert last.extents == tiles[-1].extents
    assert all("square" in tile.name for tile in tiles)
    assert program.prompt.role == "text"
    assert {"editable", "focusable"} <= program.prompt.states
    button = program.generate
    assert button.role == "button"
    assert button.description
    before = button.description
    program.write("one {red|blue} boat")
    wait_until(lambda: program.generate.description != before)
    assert "2 pictures" in program.generate.description
    for name, role in (("Model", "combo box"), ("Size", "combo box"), ("Count", "spin button")):
        assert program.find(role, name), f"{role} {name} among\n" + "\n".join(program.tree())
    ratios = program.find("panel", "Aspect ratio") or program.find("grouping", "Aspect ratio")
    assert ratios, "\n".join(program.tree())
    chosen = user.reader.find(within=ratios[0].number, role="radio button")
    assert {"1:1", "16:9"} <= {ratio.name for ratio in chosen}
    assert [ratio.name for ratio in chosen if "checked" in ratio.states] == ["1:1"]
    assert program.close() == 0
