"""Four 4K pictures compared in the window: panning, zooming, and another challenger.

    python -m tests.benchmarks.comparing_window HOME

The peer of panning and zooming is the loupe with one of the pictures, in the same run. The window
runs in a process of its own on a display of its own, and looks at its own clock.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication

from studio.app.core import Core
from studio.common import paths
from studio.ui.app.event_loop import WindowLoop
from studio.ui.app.window_session import WindowSession
from studio.ui.style import theme
from studio.ui.style.qt_style import STYLE
from studio.ui.views.canvas.canvas import PictureCanvas
from studio.ui.views.canvas.viewport import Viewport
from studio.ui.window.main_window import StudioWindow
from tests.benchmarks import painted_pairs, search
from tests.benchmarks.frame import Measure, Result
from tests.desktop.session import Session

SIDE, PICTURES, COMPARED = 4096, 6, 4
PAN, ZOOM, TIMES, CHALLENGER = 16.0, 33.0, 1.6, 80.0
STEPS, ROUNDS = 200, 4
WINDOW = (1440, 900)
_PATIENCE = 120.0


def run() -> Iterator[Result]:
    """Measure it."""
    with search.temporary() as name:
        folder = Path(name).absolute()
        (folder / "pictures").mkdir()
        for number in range(PICTURES):
            picture = painted_pairs.PaintedScene(number, "both").picture(SIDE)
            picture.save(folder / "pictures" / f"{number}.png", compress_level=3)
        with Session(folder / "quiet") as session:
            session.start_display("1600x1000")
            home = folder / "home"
            program: list[str | Path] = [sys.executable, "-m", "studio", "--home", home]
            session.run([*program, "library", "import", folder / "pictures"], timeout=_PATIENCE)
            watched = "tests.benchmarks.comparing_window"
            done = session.run([sys.executable, "-m", watched, home], timeout=2 * _PATIENCE)
    found: dict[str, float] = json.loads(done.stdout)
    for what, most in (("panning", PAN), ("zooming", ZOOM)):
        value, peer = found[f"compare {what}"], found[f"loupe {what}"]
        yield Measure(
            name=f"comparing four 4K pictures: {what}, p99", value=round(value, 1), unit="ms",
            peer="one in the loupe", peer_value=round(peer, 1), ratio=value / peer,
            goal=f"at most {most:g} ms, {TIMES:g} times",
            holds=value <= most and value <= TIMES * peer,
        )  # fmt: skip
    value = found["challenger"]
    yield Measure(
        name="comparing: another challenger, decoded ahead", value=round(value, 1), unit="ms",
        peer="the goal", peer_value=CHALLENGER, ratio=value / CHALLENGER,
        goal=f"at most {CHALLENGER:g} ms", holds=value <= CHALLENGER,
    )  # fmt: skip


async def _until(condition: Callable[[], object]) -> None:
    limit = time.perf_counter() + _PATIENCE
    while not condition():
        if time.perf_counter() > limit:
            raise TimeoutError(condition)
        await asyncio.sleep(0.005)


class PaintCount:
    """Counts how often a canvas is painted."""

    def __init__(self, canvas: PictureCanvas) -> None:
        self.times = 0
        canvas.overlays.append(self.on_painted)

    def on_painted(self, _painter: QPainter, _view: Viewport) -> None:
        """Count."""
        self.times += 1


async def _moved(canvases: Sequence[PictureCanvas]) -> tuple[float, float]:
    """Milliseconds of a step of panning and of zooming, with what it paints; p99 of each."""
    first = canvases[0]
    first.actual()
    pans, zooms = [], []
    counts = [PaintCount(canvas) for canvas in canvases]

    def step(work: Callable[[], None]) -> float:
        before = [count.times for count in counts]
        began = time.perf_counter()
        work()
        # One frame: it paints all that has changed in the window.
        first.repaint()
        took = (time.perf_counter() - began) * 1000
        assert all(one.times > times for one, times in zip(counts, before, strict=True))
        return took

    for number in range(STEPS):
        way = 7 if number % 40 < 20 else -7
        pans.append(step(lambda by=way: first.pan(by, by)))  # type: ignore[misc]
        await asyncio.sleep(0)
    for number in range(STEPS):
        factor = 1.05 if number % 40 < 20 else 1 / 1.05
        zooms.append(step(lambda by=factor: first.set_zoom(first.zoom * by)))  # type: ignore[misc]
        await asyncio.sleep(0)
    return _p99(pans), _p99(zooms)


async def _measured(app: QApplication, home: Path) -> None:
    core = await Core.open(paths.find(home), environ={})
    theme.install(app, "dark")
    window = StudioWindow(core)
    session = WindowSession(core, window)
    session.restore()
    await session.open()
    window.resize(*WINDOW)
    await _until(lambda: session.browsing.shown == PICTURES)
    parts, gallery = session.built, window.gallery
    found: dict[str, float] = {}
    gallery.select_keys(list(session.browsing.order[:1]))
    gallery.go_to_row(0)
    parts.view_switch.open_loupe()
    canvas = parts.loupe.get().canvas
    await _until(lambda: canvas.plate is not None and canvas.plate.raster is not None)
    found["loupe panning"], found["loupe zooming"] = await _moved([canvas])
    parts.view_switch.show_grid()
    gallery.select_keys(list(session.browsing.order[:COMPARED]))
    parts.view_switch.open_compare()
    view = parts.compare.get()
    canvases = [pane.canvas for pane in view.panes]
    await _until(lambda: all(one.plate and one.plate.raster for one in canvases))
    await _until(lambda: all(one and not one.preview for one in view.pixels[1:]))
    found["compare panning"], found["compare zooming"] = await _moved(canvases)
    took = []
    for number in range(ROUNDS):
        # A user looks before the next step; the neighbour is decoded meanwhile.
        await asyncio.sleep(3)
        way = 1 if number % 2 == 0 else -1
        began = time.perf_counter()
        view.step(way)
        await _until(lambda: canvases[1].plate and canvases[1].plate.raster)
        canvases[1].repaint()
        took.append((time.perf_counter() - began) * 1000)
    found["challenger"] = sorted(took)[len(took) // 2]
    print(json.dumps(found), flush=True)
    session.save_state_now()
    await session.save_state()
    await core.close()
    window.hide()


def _p99(values: Sequence[float]) -> float:
    return sorted(values)[int(len(values) * 0.99)]


def main(home: str) -> int:
    """Measure and print."""
    # As the program does it.
    gc.disable()
    app = QApplication([sys.argv[0], *STYLE])
    app.setQuitOnLastWindowClosed(False)
    with asyncio.Runner(loop_factory=lambda: WindowLoop(app)) as runner:
        runner.run(_measured(app, Path(home)))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
