"""Longest stall of the window's thread during work on its loop."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, NamedTuple

LIMIT = 33.0
"""Milliseconds: two pictures of a screen."""

_BEAT = 0.004  # seconds
_NOTHING = 0.001
_BUSY = 0.02  # of the time
_TRIES = 10
_LIBRARY = ctypes.PyDLL(None)


class ThreadTimes:
    """What a pulse reads: how long threads of this process waited for a processor and computed."""

    def __init__(self) -> None:
        self._threads: list[int] = []
        self._text = ctypes.create_string_buffer(100)

    def start(self) -> None:
        """Look at the threads there are now."""
        for thread in Path("/proc/self/task").iterdir():
            # A thread may end while they are counted.
            with contextlib.suppress(FileNotFoundError):
                self._threads.append(os.open(thread / "schedstat", os.O_RDONLY))

    def stop(self) -> None:
        for thread in self._threads:
            os.close(thread)
        self._threads.clear()

    def queued(self) -> float:
        """Seconds that those threads were ready and had no processor."""
        total = 0
        for thread in self._threads:
            # A call that keeps Python's lock: one that lets it go would itself be a stall.
            if _LIBRARY.pread(thread, self._text, 100, 0) > 0:
                total += int(self._text.value.split()[1])
        return total / 1e9

    def computed(self) -> float:
        """Seconds that all threads of this process computed."""
        return time.process_time()


class Reading(NamedTuple):
    """What the clocks said at one moment, in seconds."""

    at: float
    queued: float
    computed: float


class Pulse:
    """Beats on the loop, and notes how far apart two beats were.

    Where threads of this process waited for a processor, no more counts than the process computed
    in that time: the rest was the machine's other work.

    Attributes:
        stalls: milliseconds between two beats that were due much earlier, the longest last.
        disturbed: the machine had so much else to do that a long stall may be its own.
    """

    def __init__(self, clock: ThreadTimes | None = None) -> None:
        self.stalls: list[float] = []
        self._task: asyncio.Task[None] | None = None
        self._clock = clock or ThreadTimes()
        self.disturbed = self._over = False
        self._began = self._waited = 0.0

    async def __aenter__(self) -> Pulse:
        self._clock.start()
        self._began, self._waited = time.perf_counter(), self._clock.queued()
        self._task = asyncio.create_task(self._beat())
        await asyncio.sleep(_BEAT)
        return self

    async def __aexit__(self, *_error: object) -> None:
        assert self._task is not None
        # The last beat counts as well.
        self._over = True
        await self._task
        waited = self._clock.queued() - self._waited
        self.disturbed = waited > _BUSY * (time.perf_counter() - self._began)
        self._clock.stop()
        self.stalls.sort()

    @property
    def longest(self) -> float:
        """Milliseconds of the longest stall."""
        return self.stalls[-1] if self.stalls else 0.0

    async def _beat(self) -> None:
        before = self._read()
        while not self._over:
            await asyncio.sleep(_BEAT)
            # Each beat begins where the last one ended: no moment is between two beats.
            now = self._read()
            late = now.at - before.at - _BEAT
            if now.queued - before.queued > _NOTHING:
                late = min(late, now.computed - before.computed)
            self.stalls.append(late * 1000)
            before = now

    def _read(self) -> Reading:
        """All the clocks at one moment: read again where another thread ran meanwhile."""
        while True:
            reading = Reading(time.perf_counter(), self._clock.queued(), self._clock.computed())
            if time.perf_counter() - reading.at < _NOTHING:
                return reading


def keep_python(seconds: float) -> None:
    """Sleep in one call of C that no other thread of Python gets a turn beside."""
    _LIBRARY.usleep(int(seconds * 1e6))


async def without_stall(
    work: Callable[[], Awaitable[None]], clock: Callable[[], ThreadTimes] = ThreadTimes
) -> None:
    """Do it while the loop must go on; once more where the machine was busy with something else.

    Raises AssertionError when the loop stood still for longer than LIMIT.
    """
    for _try in range(_TRIES):
        async with Pulse(clock()) as pulse:
            await work()
        if pulse.longest <= LIMIT:
            return
        if not pulse.disturbed:
            break
    raise AssertionError(f"the window stood still for {pulse.longest:.0f} ms: {pulse.stalls[-5:]}")


def on_window_loop(work: Coroutine[Any, Any, None]) -> None:
    """Run it on the loop the window has, with garbage collected as the window does."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["QT_API"] = "pyside6"
    from PySide6.QtWidgets import QApplication

    from studio.ui.app.application import TURN
    from studio.ui.app.event_loop import WindowLoop
    from studio.ui.app.gc_timer import GcTimer

    app = QApplication.instance() or QApplication(["gridbrush-torture"])
    assert isinstance(app, QApplication)
    QApplication.setQuitOnLastWindowClosed(False)
    garbage = GcTimer(app)
    usual = sys.getswitchinterval()
    sys.setswitchinterval(TURN)
    try:
        with asyncio.Runner(loop_factory=lambda: WindowLoop(app)) as runner:
            runner.run(work)
    finally:
        sys.setswitchinterval(usual)
        garbage.stop()
