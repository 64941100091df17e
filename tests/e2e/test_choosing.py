"""From sixty pictures to the one that is edited, by keys alone, with a restart on the way."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from PIL import Image

from tests.e2e.desktop import Desktop, DesktopProgram
from tests.e2e.screen import HANG, wait_until
from tests.e2e.test_few_keys import CountingHand

pytestmark = pytest.mark.desktop

PICTURES, PICKS, BEFORE, BEST = 60, 8, 23, 3
"""Pictures, how many of them are picked, how many are decided before the restart, and how many are
found by a duel."""

HOURS = ("dawn", "noon", "dusk", "night", "fog", "snow")


@pytest.fixture
def program(user: Desktop, home: Path, tmp_path: Path) -> DesktopProgram:
    """A window with sixty pictures, and the keyboard in the grid."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(PICTURES):
        picture = Image.linear_gradient("L").resize((320, 240)).rotate(6 * number)
        picture.save(folder / f"{HOURS[number % len(HOURS)]} {number:02}.png")
    user.run("library", "import", folder, home=home)
    return begin(user, home)


def begin(user: Desktop, home: Path) -> DesktopProgram:
    made = user.start(home=home)
    made.place(0, 0, 1420, 840)
    wait_until(made.items, what="pictures")
    user.reader.focus(made.gallery)
    return made


def says(program: DesktopProgram, part: str, *, role: str = "image") -> None:
    """Wait until a picture in sight is named like this."""
    program.wait_for(role, part=part)


def decide_left(user: Desktop, program: DesktopProgram, words: str) -> None:
    """Let the left picture win until a button says this."""

    def place() -> str:
        found = program.find("label", part=" decided")
        return found[0].name if found else ""

    def further(before: str) -> bool:
        return place() != before or bool(program.find("button", part=words))

    while not program.find("button", part=words):
        before = place()
        user.keys("Left")
        wait_until(partial(further, before), what=words)


def verdicts() -> list[str]:
    """A key for each picture of the round: every seventh is picked, the last ones are not."""
    return ["p" if n % 7 == 0 and n < 7 * PICKS else "x" for n in range(PICTURES)]


def test_from_sixty_pictures_to_an_edit_by_keys_alone(
    user: Desktop, home: Path, program: DesktopProgram
) -> None:
    user.keys("ctrl+a", "shift+p")
    says(program, f"1 of {PICTURES}")
    hand = CountingHand(user, program)
    keys = verdicts()
    for place, key in enumerate(keys[:BEFORE], 2):
        hand.press(key)
        says(program, f"{place} of {PICTURES}")
    assert hand.taken() == BEFORE, "one key a picture"
    assert program.close() == 0

    program = begin(user, home)
    user.keys("shift+p")
    says(program, f"{BEFORE + 1} of {PICTURES}")
    user.keys(*keys[BEFORE:])
    picked = program.wait_for("button", f"Add the {PICKS} picks to a collection…")
    wait_until(lambda: "focused" in _now(program, picked.name), what="the card has the keyboard")
    user.keys("Return")
    program.wait_for("text", f"Add {PICKS} pictures to a collection")
    user.type("Short list")
    user.keys("Return")
    program.wait_for("label", part=f"Added {PICKS} pictures")
    user.keys("Escape", "Escape")
    program.wait_for("list", "Gallery")
    user.keys("ctrl+f")
    user.type('in:"Short list" ')
    user.keys("Return")
    program.wait_for_items(PICKS, "picked", hang=2 * HANG)

    # A duel of the eight to the best three: one key a pair.
    user.reader.focus(program.gallery)
    user.keys("ctrl+a", "shift+d")
    program.wait_for("label", f"0 of {PICKS - 1} decided")
    hand = CountingHand(user, program)
    for place in range(1, PICKS - 1):
        hand.press("Left")
        program.wait_for("label", part=f"{place} of ")
    hand.press("Left")
    program.wait_for("button", part="Find place 2 too")
    assert hand.taken() == PICKS - 1
    for place in range(2, BEST + 1):
        user.keys("Return")
        decide_left(user, program, f"Find place {place + 1} too")
    user.keys("Down", "Down", "Return")
    program.wait_for("text", f"Add {BEST} pictures to a collection")
    user.type("Best three")
    user.keys("Return")
    program.wait_for("label", part=f"Added {BEST} pictures")
    user.keys("Escape")
    program.wait_for("list", "Gallery")
    user.keys("ctrl+f", "ctrl+a", "BackSpace", "BackSpace")
    user.type('in:"Best three" ')
    user.keys("Return")
    program.wait_for_items(BEST, "picked", hang=2 * HANG)

    # Comparing two takes two keys; from then on the champion stays.
    user.reader.focus(program.gallery)
    user.keys("Home")
    first, second, third, *_others = [tile.name.split(",")[0] for tile in program.items()]
    hand = CountingHand(user, program)
    hand.press("shift+Right")
    hand.press("c")
    says(program, f"A, champion, {first}")
    assert hand.taken() == 2
    says(program, f"B, challenger 1 of {BEST - 1}, {second}")
    program.wait_for("label", "does not line up")
    user.keys("Right")
    says(program, f"B, challenger 2 of {BEST - 1}, {third}")
    user.keys("s")
    says(program, f"A, champion, {third}")
    user.keys("m", "m", "m")
    says(program, f"A, difference from B, {third}")
    user.keys("m", "y")
    program.wait_for("list item", part="Style")
    assert not program.find("list item", part="in the queue"), "nothing is sent"

    # Out of the prompt, and out of the comparison. Then the family of a picture, and an edit.
    user.type("at noon")
    wait_until(lambda: program.prompt.text == "at noon", what="typed")
    user.keys("Escape", "Escape")
    program.wait_for("list", "Gallery")
    wait_until(lambda: "focused" in program.gallery.states, what="the gallery has the keyboard")
    user.keys("Home", "t")
    program.wait_for("label", part="Edit or vary it")
    user.keys("ctrl+e")
    program.wait_for("list item", part="Editing")
    user.keys("ctrl+a")
    user.type("lighthouse in a storm")
    user.keys("ctrl+Return")
    wait_until(partial(_grown, program), what="the edit is in the tree")
    assert program.close() == 0


def _now(program: DesktopProgram, name: str) -> frozenset[str]:
    found = program.find("button", name)
    return found[0].states if found else frozenset()


def _grown(program: DesktopProgram) -> bool:
    return bool(program.find("label", part="2 pictures"))
