"""Animations of tiles: progress, thumbnails that fade in, counted seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, Qt, QTimer

from studio.ui.style import qt_style

RUNNER_INTERVAL = 50  # milliseconds: at most twenty frames a second
FADE_INTERVAL = 16
TICK_INTERVAL = 1000
RUNNER_SECONDS = 1.6
MOST_FADING = 32
"""Maximum number of tiles that fade in at the same time: a frame of 300 of them takes 20 ms."""
STILL = 0.15  # seconds after the last scroll step before animations resume


class ProgressAnimation(QObject):
    """Repaints animated rows; painting a row registers it for the next frame.

    Attributes:
        frames: steps of the runner so far, for tests.
    """

    def __init__(self, repaint: Callable[[Iterable[int]], None], parent: QObject) -> None:
        super().__init__(parent)
        self._repaint = repaint
        self._rows: dict[str, set[int]] = {"runner": set(), "fade": set(), "tick": set()}
        self._scrolled = float("-inf")
        self.frames = 0
        self._timers = {
            "runner": QTimer(self, interval=RUNNER_INTERVAL),
            "fade": QTimer(self, interval=FADE_INTERVAL, timerType=Qt.TimerType.PreciseTimer),
            "tick": QTimer(self, interval=TICK_INTERVAL, timerType=Qt.TimerType.PreciseTimer),
        }
        self._timers["runner"].timeout.connect(self.on_runner)
        self._timers["fade"].timeout.connect(self.on_fade)
        self._timers["tick"].timeout.connect(self.on_tick)

    @property
    def scrolling(self) -> bool:
        """Whether the user is scrolling; animations pause then."""
        return time.monotonic() - self._scrolled < STILL

    @property
    def moves(self) -> bool:
        """Whether animations may run now."""
        return not self.scrolling and qt_style.animates()

    def scrolled(self) -> None:
        """Record a scroll step of the user."""
        self._scrolled = time.monotonic()

    def phase(self) -> float | None:
        """Phase of the runners; None under reduced motion."""
        if not qt_style.animates():
            return None
        return (time.monotonic() % RUNNER_SECONDS) / RUNNER_SECONDS

    def painted(self, row: int, *, runner: bool, fade: bool, ticks: bool) -> None:
        """Register the animations of a row that was just painted."""
        for kind, holds in (("runner", runner), ("fade", fade), ("tick", ticks)):
            if holds:
                self._rows[kind].add(row)
                if not self._timers[kind].isActive():
                    self._timers[kind].start()

    def may_fade(self, row: int) -> bool:
        """Whether a tile may fade in: it does already, or few others do."""
        fading = self._rows["fade"]
        return self.moves and (row in fading or len(fading) < MOST_FADING)

    def running(self) -> frozenset[str]:
        """The kinds of animation in progress."""
        return frozenset(kind for kind, timer in self._timers.items() if timer.isActive())

    def on_runner(self) -> None:
        """Advance the runners by one frame."""
        if self.scrolling:
            return
        self.frames += 1
        self._beat("runner")

    def on_fade(self) -> None:
        """Advance the fades by one frame."""
        self._beat("fade")

    def on_tick(self) -> None:
        """Repaint the rows that show seconds."""
        self._beat("tick")

    def _beat(self, kind: str) -> None:
        rows = self._rows[kind]
        if not rows:
            # The rows painted last time are off screen, or no longer animated.
            self._timers[kind].stop()
            return
        # Painting registers the rows that continue.
        self._rows[kind] = set()
        self._repaint(rows)
