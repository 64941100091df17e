"""Everything in the gallery by keyboard, and nothing of it while typing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.desktop import Desktop, DesktopProgram
from tests.e2e.screen import Thing, wait_until

pytestmark = pytest.mark.desktop


@pytest.fixture
def program(user: Desktop, home: Path) -> DesktopProgram:
    user.generate("a {fox|hare|owl} in the snow", "--size", "512", "--seed", "3", home=home)
    made = user.start(home=home)
    made.wait_for_items(3)
    return made


def wait_for_tile(program: DesktopProgram, part: str, *words: str) -> Thing:
    """The tile with this name, once all the words are in what is said of it."""

    def fits() -> list[Thing]:
        return [i for i in program.items(part) if all(word in i.name for word in words)]

    return wait_until(fits, what=lambda: f"{words}, there are {[i.name for i in program.items()]}")[
        0
    ]


def test_rate_pick_look_trash_and_undo_without_a_mouse(
    user: Desktop, program: DesktopProgram
) -> None:
    user.reader.focus(program.gallery)
    user.keys("Home", "Right")
    middle = wait_until(lambda: [t for t in program.items() if "selected" in t.states])[0]
    assert middle.name == program.items()[1].name
    name = middle.name.split(",")[0]
    user.keys("4", "p")
    wait_for_tile(program, name, "4 stars", "picked")
    # Large, and back to where one was.
    user.keys("Return")
    wait_until(lambda: not program.find("list", "Gallery"), what="the loupe")
    program.wait_for("check box", "Fit")
    user.keys("Escape")
    program.wait_for("list", "Gallery")
    program.wait_for_items(3)
    user.keys("Delete")
    program.wait_for_items(2)
    assert not program.items(name)
    # The neighbour is selected, so that one key after the other goes through the pile.
    assert [t for t in program.items() if "selected" in t.states]
    user.keys("ctrl+z")
    program.wait_for_items(3)
    wait_for_tile(program, name, "4 stars", "picked")
    user.keys("ctrl+z")
    wait_for_tile(program, name, "4 stars")
    wait_until(lambda: "picked" not in program.items(name)[0].name)
    assert program.close() == 0


def test_hotkeys_are_letters_while_typing(user: Desktop, program: DesktopProgram) -> None:
    before = [tile.name for tile in program.items()]
    user.click(program.items()[0])
    wait_until(lambda: "selected" in program.items()[0].states)
    program.write("grrx123")
    user.keys("Delete", "space", "BackSpace")
    assert program.prompt.text == "grrx123"
    assert program.find("list", "Gallery")
    # Whatever a hotkey had done would be said by now: an undo in the prompt comes after it.
    user.keys("ctrl+z")
    wait_until(lambda: program.prompt.text != "grrx123")
    after = [tile.name.replace(", new", "") for tile in program.items()]
    assert after == [name.replace(", new", "") for name in before]
    assert program.close() == 0
