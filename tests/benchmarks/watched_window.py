"""The program's own window, scrolled and changed from inside, with a clock at its paint events.

    python -m tests.benchmarks.watched_window HOME scroll|arrive|work WIDTHxHEIGHT

The size is that of the gallery. Prints one JSON object. It runs in a process of its own, on the
display it is given; after `work` it stays until it reads a line.
"""

from __future__ import annotations

import asyncio
import gc
import hashlib
import json
import math
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from PySide6.QtGui import QAccessible, QPaintEvent
from PySide6.QtWidgets import QApplication

from studio.app.core import Core
from studio.common import paths
from studio.domain.entities import AspectRatio, GenerationRequest, Job, JobState, Picture, new_id
from studio.domain.events import Event
from studio.ui.app.event_loop import WindowLoop
from studio.ui.app.gc_timer import GcTimer
from studio.ui.app.window_session import WindowSession
from studio.ui.style import theme
from studio.ui.style.qt_style import STYLE
from studio.ui.views.gallery.tile_view import TileView
from studio.ui.window.main_window import StudioWindow
from tests.benchmarks import library_maker

TILES = (96, 220)
STEPS, STEP = 240, 84
"""Notches of the wheel, and the pixels of each."""

JUMPS = 40
ARRIVALS = 30
CACHED = 150.0
"""Milliseconds after which a jump must have its tiles."""

_PATIENCE = 30.0


class CallTimes:
    """What the window's thread spends on single things, in milliseconds."""

    def __init__(self) -> None:
        self.paints: list[float] = []
        self.processor: list[float] = []
        self.pauses: list[float] = []
        self._began = 0.0
        paint = TileView.paintEvent
        paints, processor = self.paints, self.processor

        def timed(view: TileView, event: QPaintEvent) -> None:
            began, used = time.perf_counter(), time.thread_time()
            paint(view, event)
            processor.append((time.thread_time() - used) * 1000)
            paints.append((time.perf_counter() - began) * 1000)

        setattr(TileView, "paintEvent", timed)  # noqa: B010 - an override of Qt's, by its own name

    def watch_garbage(self) -> None:
        """The start is over: from now on a pause is one the user may notice."""
        gc.callbacks.append(self._on_garbage)

    def _on_garbage(self, phase: str, _info: object) -> None:
        if phase == "start":
            self._began = time.thread_time()
        else:
            self.pauses.append((time.thread_time() - self._began) * 1000)

    def taken(self) -> list[float]:
        """What was painted since it was asked last."""
        found, self.paints[:] = list(self.paints), []
        self.processor.clear()
        return found

    def taken_processor(self) -> list[float]:
        """The same as processor time."""
        return list(self.processor)


class WatchedWindow:
    """One window on an open library."""

    def __init__(self, session: WindowSession, clock: CallTimes) -> None:
        self.core, self.clock = session.core, clock
        self.view = session.window.gallery
        self.draw = random.Random(library_maker.SEED)

    async def until(self, condition: Callable[[], bool]) -> float:
        """Milliseconds until it holds."""
        began = time.perf_counter()
        while not condition():
            if time.perf_counter() - began > _PATIENCE:
                raise TimeoutError(condition)
            await asyncio.sleep(0.002)
        return (time.perf_counter() - began) * 1000

    def blank(self) -> bool:
        """Whether a tile in view has no thumbnail yet."""
        for row in self.view.visible_rows():
            picture = self.view.rows.picture_at(row)
            if picture is None or self.view.thumbnails.pixmap(picture.id) is None:
                return True
        return False

    def filled(self) -> bool:
        return not self.blank()

    async def scrolled(self) -> dict[str, float]:
        """Scroll by the wheel's notches, then jump about; milliseconds of painting."""
        bar = self.view.verticalScrollBar()
        bar.setValue(0)
        await self.until(self.filled)
        self.clock.taken()
        for _step in range(STEPS):
            bar.setValue(bar.value() + STEP)
            # As fast as a wheel turns.
            await asyncio.sleep(0.004)
        used = self.clock.taken_processor()
        steps = self.clock.taken()
        blanks = []
        for _jump in range(JUMPS):
            bar.setValue(self.draw.randrange(bar.maximum() + 1))
            blanks.append(await self.until(self.filled))
            # A user looks before the next jump.
            await asyncio.sleep(0.01)
        used = sorted([*used, *self.clock.taken_processor()])
        every = sorted([*steps, *self.clock.taken()])
        return {
            "paints": len(every),
            "p50": every[len(every) // 2],
            "p99": every[int(len(every) * 0.99)],
            "p99 processor": used[int(len(used) * 0.99)],
            "worst": every[-1],
            "blank": sorted(blanks)[int(len(blanks) * 0.95)],
        }

    async def arrived(self) -> dict[str, float]:
        """Take pictures in one by one; milliseconds of the window's thread for each."""
        self.view.verticalScrollBar().setValue(0)
        await self.until(self.filled)
        core = self.core
        publish = core.events.publish
        heard: list[float] = []

        def timed(event: Event) -> None:
            began = time.thread_time()
            publish(event)
            heard.append((time.thread_time() - began) * 1000)

        core.events.publish = timed  # type: ignore[method-assign]
        found = []
        for number in range(ARRIVALS):
            heard.clear()
            self.clock.taken()
            await core.library.add_job_pictures(*_made(core.library.folder, number))
            # All that an arrival sets off counts, and no event tells that it is over.
            await asyncio.sleep(0.2)
            assert heard, "nothing was told of the picture"
            found.append(sum(heard) + max(self.clock.taken_processor(), default=0.0))
        found.sort()
        return {"median": found[len(found) // 2], "worst": found[-1]}

    async def worked(self) -> None:
        """What a user does in a large library: through all of it, and all of it selected."""
        bar = self.view.verticalScrollBar()
        for tile in TILES:
            self.view.set_tile_size(tile)
            for place in range(JUMPS + 1):
                bar.setValue(bar.maximum() * place // JUMPS)
                await self.until(self.filled)
        self.view.select_everything()
        # Until the panels that follow a selection have read what they show.
        await asyncio.sleep(1)


def _made(folder: Path, number: int) -> tuple[Job, list[tuple[Picture, Path]]]:
    """A finished job and its picture, whose file lies in `folder`."""
    part = folder / f"arrival-{number}.part"
    Image.new("RGB", (256, 256), (number * 7 % 256, 90, 160)).save(part, "PNG")
    data = part.read_bytes()
    job = Job(
        id=new_id(), run=new_id(), created=time.time(), state=JobState.DONE, attempt=1,
        request=GenerationRequest(
            profile="sketch", model="sketch", prompt="harbour", aspect=AspectRatio(1, 1)
        ),
    )  # fmt: skip
    picture = Picture(
        id=new_id(), job=job.id, run=job.run, path=f"arrived/{number}-{job.id}.png",
        sha256=hashlib.sha256(data).hexdigest(), media_type="image/png", width=256, height=256,
        bytes=len(data), created=time.time(), prompt="harbour", model="sketch", profile="sketch",
    )  # fmt: skip
    return job, [(picture, part)]


async def _measured(
    app: QApplication, home: Path, what: str, size: tuple[int, int]
) -> dict[str, object]:
    clock = CallTimes()
    core = await Core.open(paths.find(home), environ={})
    theme.install(app, "dark")
    window = StudioWindow(core)
    session = WindowSession(core, window)
    session.restore()
    await session.open()
    # The window is made as large as its gallery is to be.
    for _step in range(3):
        view = window.gallery.viewport()
        missing = (size[0] - view.width(), size[1] - view.height())
        window.resize(window.width() + missing[0], window.height() + missing[1])
        # The window manager may have its own idea, and answers in its own time.
        await asyncio.sleep(0.2)
    garbage = GcTimer(app)
    clock.watch_garbage()
    watched = WatchedWindow(session, clock)
    rows = (await core.library.counts(0)).all
    await watched.until(lambda: session.browsing.shown == rows)
    found: dict[str, object] = {"rows": rows, "accessible": QAccessible.isActive()}
    found["viewport"] = [window.gallery.viewport().width(), window.gallery.viewport().height()]
    if what == "scroll":
        for tile in TILES:
            window.gallery.set_tile_size(tile)
            found[f"tiles of {tile}"] = await watched.scrolled()
    elif what == "arrive":
        found["arrival"] = await watched.arrived()
    else:
        await watched.worked()
        # It comes every half minute.
        garbage.collect_all()
        found["selected"] = window.gallery.selected_count()
    found["garbage"] = max(clock.pauses, default=math.nan)
    print(json.dumps(found), flush=True)
    if what == "work":
        # Whoever started this looks at its memory now.
        await asyncio.to_thread(sys.stdin.readline)
    garbage.stop()
    session.save_state_now()
    await session.save_state()
    await core.close()
    window.hide()
    return found


def main(home: str, what: str, size: str) -> int:
    """Measure and print."""
    # As the program does it.
    gc.disable()
    app = QApplication([sys.argv[0], *STYLE])
    app.setQuitOnLastWindowClosed(False)
    width, _x, height = size.partition("x")
    with asyncio.Runner(loop_factory=lambda: WindowLoop(app)) as runner:
        runner.run(_measured(app, Path(home), what, (int(width), int(height))))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
