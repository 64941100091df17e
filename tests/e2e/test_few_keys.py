"""How many keys and clicks the loops of a designer take; what is typed as text is not counted."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QSizeF

from studio.domain.entities import Role
from studio.ui.panels.composer.role_drop_target import ROLES, zone_rects
from studio.ui.support.role_names import role_name
from tests.e2e.desktop import Desktop, DesktopProgram
from tests.e2e.screen import wait_until

pytestmark = pytest.mark.desktop


class CountingHand:
    """The hand at the desktop; `taken` counts its keys, clicks and drags."""

    def __init__(self, user: Desktop, program: DesktopProgram) -> None:
        self._user = user
        self._program = program
        self._count = 0

    def taken(self) -> int:
        """Keys, clicks and drags since the last call."""
        count, self._count = self._count, 0
        return count

    def press(self, key: str) -> None:
        self._count += 1
        self._user.keys(key)

    def type(self, text: str) -> None:
        """Type, and wait until it ends the prompt."""
        self._user.type(text)
        wait_until(lambda: (self._program.prompt.text or "").endswith(text), what=text)

    def drop(self, start: tuple[int, int], role: Role) -> None:
        """Drag from a point onto the zone of a role, shown during the drag alone."""
        self._count += 1
        prompt = self._program.prompt.middle
        self._user.take(start, prompt)
        cover = self._program.wait_for("filler", "Use as reference").extents
        assert cover is not None
        left, top, width, height = cover
        zone = zone_rects(QSizeF(width, height))[ROLES.index(role)].center()
        self._user.let_go(prompt, (left + round(zone.x()), top + round(zone.y())))


@pytest.fixture
def program(user: Desktop, home: Path) -> DesktopProgram:
    """A window with one picture, and the keyboard in its prompt."""
    program = user.start(home=home)
    program.place(0, 0, 1420, 840)
    program.write("a lighthouse")
    user.keys("ctrl+Return")
    made(program, 1)
    return program


def made(program: DesktopProgram, number: int) -> None:
    """Wait until there are exactly so many pictures, and the newest is selected."""
    program.wait_for("list item", f"All pictures, {number}")
    wait_until(lambda: program.find("label", "1 selected"), what="the newest is selected")


def test_rewording_takes_one_key_and_editing_the_newest_two(
    user: Desktop, program: DesktopProgram
) -> None:
    hand = CountingHand(user, program)
    hand.type(" at dusk")
    hand.press("ctrl+Return")
    made(program, 2)
    assert hand.taken() == 1
    hand.press("ctrl+e")
    program.wait_for("list item", part="Editing")
    hand.type("in fog")
    assert program.prompt.text == "in fog", "typing replaces the prompt of the picture"
    hand.press("ctrl+Return")
    made(program, 3)
    assert hand.taken() == 2
    (edited,) = program.wait_for_items(1, "in fog")
    assert edited.name


def test_a_picture_dropped_on_the_zone_of_a_role_takes_one_drag(
    user: Desktop, program: DesktopProgram
) -> None:
    hand = CountingHand(user, program)
    (tile,) = program.wait_for_items(1, "lighthouse")
    for role in ROLES:
        hand.drop(tile.middle, role)
        assert hand.taken() == 1
        words = "Editing" if role is Role.EDIT else role_name(role)
        program.wait_for("list item", part=words)
        # With all of them in a row, the last would have no room.
        program.focus_prompt()
        user.keys("ctrl+z")
        wait_until(partial(_gone, program, words), what=f"{words} is undone")


def _gone(program: DesktopProgram, words: str) -> bool:
    return not program.find("list item", part=words)


def test_culling_at_100_percent_takes_one_key_each(user: Desktop, program: DesktopProgram) -> None:
    user.keys("ctrl+Return", "ctrl+Return")
    made(program, 3)
    (first, *_others) = program.wait_for_items(3, "lighthouse")
    user.click(first)
    user.keys("Return", "ctrl+1", "shift+a")
    hand = CountingHand(user, program)
    for key, place, flagged in (("x", "2 of 3", "rejected"), ("p", "3 of 3", "picked")):
        hand.press(key)
        program.wait_for("label", place)
        program.wait_for("list item", part=flagged)
        assert program.find("label", "100 %"), "the zoom is that of the picture before"
        assert hand.taken() == 1
