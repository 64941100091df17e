"""What moves by itself in the gallery, only while it is on screen: runners, fades, seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, Qt, QTimer

from studio.ui.style import qt_style

RUNNER_INTERVAL = 50  # milliseconds: twenty frames a second at most
FADE_INTERVAL = 16
TICK_INTERVAL = 1000
RUNNER_SECONDS = 1.6
STILL = 0.15  # seconds after the last scroll step before anything moves again


class ProgressAnimation(QObject):
    """Repaints rows that say, while being painted, that they will look different soon.

    Attributes:
        frames: how often the runner was moved on, for tests.
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
        """Whether the user scrolls: nothing is animated then."""
        return time.monotonic() - self._scrolled < STILL

    @property
    def moves(self) -> bool:
        """Whether anything may move by itself now."""
        return not self.scrolling and qt_style.animates()

    def scrolled(self) -> None:
        """The user scrolled just now."""
        self._scrolled = time.monotonic()

    def phase(self) -> float | None:
        """Where runners are; None where the system asks for less motion."""
        if not qt_style.animates():
            return None
        return (time.monotonic() % RUNNER_SECONDS) / RUNNER_SECONDS

    def painted(self, row: int, *, runner: bool, fade: bool, ticks: bool) -> None:
        """This row was painted and will change by itself in these ways."""
        for kind, holds in (("runner", runner), ("fade", fade), ("tick", ticks)):
            if holds:
                self._rows[kind].add(row)
                if not self._timers[kind].isActive():
                    self._timers[kind].start()

    def running(self) -> frozenset[str]:
        """The kinds of movement that go on."""
        return frozenset(kind for kind, timer in self._timers.items() if timer.isActive())

    def on_runner(self) -> None:
        """A fiftieth of the way on."""
        if self.scrolling:
            return
        self.frames += 1
        self._beat("runner")

    def on_fade(self) -> None:
        """Thumbnails fade in."""
        self._beat("fade")

    def on_tick(self) -> None:
        """A second is over."""
        self._beat("tick")

    def _beat(self, kind: str) -> None:
        rows = self._rows[kind]
        if not rows:
            # What was painted last time is gone from the screen, or stands still by now.
            self._timers[kind].stop()
            return
        # Painting says again which of them go on.
        self._rows[kind] = set()
        self._repaint(rows)
