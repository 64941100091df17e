"""Records the window step by step, as an animation.

A frame is taken after each step and shown for as long as a reader needs: the pace does not depend
on the speed of the machine.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PIL import Image, ImageChops

from tests.desktop.screen_image import screen_image
from tests.desktop.session import Session
from tests.e2e.desktop import Desktop
from tests.e2e.screen import HANG
from tests.screenshots.annotations import Annotation, annotate

MOTION = 50
"""Milliseconds for which one step of the pointer is shown."""
_STEPS = 12
_LETTERS = 2
_LETTER = 60
"""Milliseconds for one letter."""
_REPAINT = 0.08
"""Seconds for the window to repaint after each step."""
_UNCHANGED = 4
"""Repaints in a row without a change after which the window has come to rest."""
_RESTLESS = 25
"""Repaints after which a window that shows progress is taken as it is."""

QUALITY = 80
"""Of the frames: with it the loop takes 1.7 MB; without loss it would take 6.8 MB."""
_LABELS = {"ctrl": "Ctrl", "Return": "Enter", "Escape": "Esc", "space": "Space"}


class Recording:
    """The frames of an animation, while it is recorded.

    Attributes:
        frames: what is shown, each with its milliseconds.
    """

    def __init__(
        self,
        user: Desktop,
        *,
        screen: Callable[[Session], Image.Image] = screen_image,
        repaint: float = _REPAINT,
    ) -> None:
        """`screen` takes a picture of a session; a repaint takes at most `repaint` seconds."""
        self.user = user
        self._screen = screen
        self._repaint = repaint
        self.frames: list[tuple[Image.Image, int]] = []
        self._shown = Annotation()

    @property
    def milliseconds(self) -> int:
        """Length of what was recorded so far."""
        return sum(shown for _frame, shown in self.frames)

    def caption(self, text: str) -> None:
        """Begin a step."""
        self._shown = replace(self._shown, caption=text, keys=())

    def settle(self) -> None:
        """Wait until nothing on the screen changes any more."""
        before, same = self._screen(self.user.session), 0
        for _repaint in range(_RESTLESS):
            time.sleep(self._repaint)
            after = self._screen(self.user.session)
            same = 0 if ImageChops.difference(before, after).getbbox() else same + 1
            if same == _UNCHANGED:
                return
            before = after

    def hold(self, milliseconds: int) -> None:
        """Show what is on the screen now for so long."""
        time.sleep(self._repaint)
        frame = annotate(self._screen(self.user.session), self._shown)
        if self.frames and not ImageChops.difference(self.frames[-1][0], frame).getbbox():
            before, shown = self.frames[-1]
            self.frames[-1] = (before, shown + milliseconds)
        else:
            self.frames.append((frame, milliseconds))

    def watch(self, done: Callable[[], object], *, every: int) -> None:
        """Show what happens until something is true, a frame each time it is asked for."""
        limit = time.monotonic() + HANG
        while not done():
            assert time.monotonic() < limit, f"still not: {done}"
            self.hold(every)
        self.settle()

    def keys(self, *combined: str, hold: int = 900) -> None:
        """Press keys at once; their caps and what came of it are shown."""
        self.begin(*combined)
        self.settle()
        self.hold(hold)

    def begin(self, *combined: str) -> None:
        """Press keys at once, for something that takes a while; their caps are shown."""
        caps = tuple(_LABELS.get(key, key.upper()) for key in combined)
        self._shown = replace(self._shown, keys=caps)
        self.user.keys("+".join(combined))

    def release(self) -> None:
        """Show no keys any more."""
        self._shown = replace(self._shown, keys=())

    def type(self, text: str) -> None:
        """Type a text, a few letters a frame."""
        self.release()
        for start in range(0, len(text), _LETTERS):
            part = text[start : start + _LETTERS]
            self.user.type(part)
            self.hold(_LETTER * len(part))

    def move(self, x: int, y: int) -> None:
        """Move the pointer as a hand does: slowly at both ends."""
        start = self._shown.pointer or (x, y)
        for step in range(1, _STEPS + 1):
            part = step / _STEPS
            part = part * part * (3 - 2 * part)
            here = tuple(round(a + (b - a) * part) for a, b in zip(start, (x, y), strict=True))
            self.user.session.run(["xdotool", "mousemove", *map(str, here)])
            self._shown = replace(self._shown, pointer=(here[0], here[1]))
            self.hold(MOTION)

    def point_at(self, x: int, y: int) -> None:
        """Put the pointer somewhere, in no time."""
        self.user.session.run(["xdotool", "mousemove", str(x), str(y)])
        self._shown = replace(self._shown, pointer=(x, y))

    def press(self, *, down: bool) -> None:
        """Press the pointer's button, or let it go."""
        self.user.session.run(["xdotool", "mousedown" if down else "mouseup", "1"])
        self._shown = replace(self._shown, pressed=down)
        self.hold(250)

    def save(self, target: Path) -> None:
        """Write the frames as an animated WebP that loops; unchanged parts are not stored again."""
        first, *others = [frame for frame, _shown in self.frames]
        first.save(
            target,
            save_all=True,
            append_images=others,
            duration=[shown for _frame, shown in self.frames],
            loop=0,
            allow_mixed=True,
            quality=QUALITY,
            method=4,
        )
