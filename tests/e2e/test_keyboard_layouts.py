"""Keys by position on the layouts of a real display: AZERTY, Russian, Greek and Arabic."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.desktop import Desktop, DesktopProgram
from tests.e2e.screen import wait_until

pytestmark = [
    pytest.mark.desktop,
    pytest.mark.skipif(shutil.which("setxkbmap") is None, reason="no setxkbmap sets a layout here"),
]

FOUR, P, K = "13", "33", "45"
"""Key codes of X, which are those of positions; named as on the US layout."""


def start(user: Desktop, home: Path, layout: str) -> DesktopProgram:
    """The program with one selected picture, on a keyboard of this layout alone."""
    user.generate("a fox in the snow", "--size", "512", "--seed", "3", home=home)
    user.session.run(["setxkbmap", layout])
    program = user.start(home=home)
    program.wait_for_items(1)
    user.reader.focus(program.gallery)
    user.keys("Home")
    wait_until(lambda: "selected" in program.items()[0].states)
    return program


def named(program: DesktopProgram, word: str) -> Callable[[], bool]:
    return lambda: word in program.items()[0].name


def test_digits_rate_without_shift_on_azerty(user: Desktop, home: Path) -> None:
    program = start(user, home, "fr")
    user.keys(FOUR)
    wait_until(named(program, "4 stars"), what="four stars")
    program.focus_prompt()
    user.keys(FOUR)
    wait_until(lambda: program.prompt.text == "'", what="what the layout types")
    assert program.close() == 0


@pytest.mark.parametrize("layout", ["ru", "gr", "ara"])
def test_letters_are_shortcuts_on_other_layouts(user: Desktop, home: Path, layout: str) -> None:
    program = start(user, home, layout)
    user.keys(P)
    wait_until(named(program, "picked"), what="the flag")
    user.keys(f"ctrl+{K}")
    wait_until(lambda: program.find("list", "Actions and prompts"), what="the command palette")
    user.keys("Escape")
    wait_until(lambda: not program.find("list", "Actions and prompts"), what="the window")
    program.focus_prompt()
    user.keys(P)
    wait_until(lambda: (program.prompt.text or "") > "\u024f", what="what the layout types")
    assert program.close() == 0
