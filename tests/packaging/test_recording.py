"""Frames of a recording: still ones are stored once, pointer and keys are drawn into them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import pytest
from PIL import Image

from tests.e2e.desktop import Desktop
from tests.screenshots import stage
from tests.screenshots.annotations import STRIP, Annotation, annotate
from tests.screenshots.recording import Recording

SIZE = (320, 200)


class Hand:
    """A user whose doings are noted."""

    def __init__(self) -> None:
        self.session = self
        self.done: list[list[str]] = []

    def run(self, command: list[str]) -> None:
        self.done.append(command)

    def keys(self, keys: str) -> None:
        self.done.append(["key", keys])


def film_of(hand: Hand, colours: Sequence[str] = ("black",)) -> Recording:
    """A recording of a screen in these colours, one after the other; the last one stays."""
    left = list(colours)

    def next_screen(_session: object) -> Image.Image:
        return Image.new("RGB", SIZE, left.pop(0) if len(left) > 1 else left[0])

    return Recording(cast("Desktop", cast("Any", hand)), screen=next_screen, repaint=0)


def test_a_screen_that_does_not_change_is_one_longer_frame() -> None:
    film = film_of(Hand(), ["red", "red", "blue"])
    for length in (300, 200, 100):
        film.hold(length)
    assert [shown for _frame, shown in film.frames] == [500, 100]
    assert film.milliseconds == 600


def test_the_saved_animation_loops_and_keeps_its_pace(tmp_path: Path) -> None:
    film = film_of(Hand(), ["red", "green", "blue"])
    for length in (1000, 120, 2000):
        film.hold(length)
    film.save(tmp_path / "loop.webp")
    with Image.open(tmp_path / "loop.webp") as image:
        assert image.size == (SIZE[0], SIZE[1] + STRIP)
        assert image.info["loop"] == 0
        lengths = []
        for number in range(3):
            image.seek(number)
            image.load()
            lengths.append(image.info["duration"])
    assert lengths == [1000, 120, 2000]


def test_pressed_keys_are_shown_until_they_are_let_go() -> None:
    hand = Hand()
    film = film_of(hand)
    film.hold(100)
    film.keys("ctrl", "Return", hold=100)
    film.release()
    film.hold(100)
    before, pressed, after = (frame for frame, _shown in film.frames)
    assert before.tobytes() == after.tobytes()
    assert pressed.tobytes() != before.tobytes()
    assert hand.done == [["key", "ctrl+Return"]]


def test_the_pointer_ends_where_the_mouse_is() -> None:
    hand = Hand()
    film = film_of(hand)
    film.point_at(10, 20)
    film.move(200, 100)
    assert hand.done[-1] == ["xdotool", "mousemove", "200", "100"]
    frame = film.frames[-1][0]
    # The middle of the arrow is white, give or take what scaling it down leaves.
    (darkest, _lightest) = frame.convert("L").crop((202, 106, 204, 110)).getextrema()
    assert darkest == pytest.approx(255, abs=5)


def test_a_pointer_at_the_edge_and_a_long_caption_stay_in_the_frame() -> None:
    screen = Image.new("RGB", SIZE)
    shown = Annotation(pointer=(0, SIZE[1] - 1), pressed=True, caption="x" * 99, keys=("Ctrl", "E"))
    frame = annotate(screen, shown)
    assert frame.size == (SIZE[0], SIZE[1] + STRIP)
    # The strip is written by nothing but words and keys.
    assert frame.getpixel((0, SIZE[1] + STRIP - 1)) == (14, 14, 16)


def test_a_program_in_a_picture_has_a_clock_that_stands_where_it_is_put() -> None:
    code = "import time; print(time.time() // 60, time.localtime()[:5], time.time_ns() // 10**11)"
    environ = {**os.environ, **stage.fixed_clock(stage.WINDOW_OPENED)}
    said = subprocess.check_output([sys.executable, "-c", code], env=environ, text=True)
    minutes = stage.WINDOW_OPENED // 60
    assert said.split() == [
        *(f"{minutes}.0", "(2026,", "5,", "21,", "14,", "0)"),
        str(stage.WINDOW_OPENED // 100),
    ]
