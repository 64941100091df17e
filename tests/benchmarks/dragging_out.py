"""The start of a drag of 200 pictures: originals, and copies by a recipe that are prepared.

    python -m tests.benchmarks.dragging_out HOME PICTURES

The window runs in a process of its own. The time is that from the movement of the mouse, as the
gallery gets it, to the moment when Qt is given the drag; the peer is a movement that drags nothing.
"""

from __future__ import annotations

import asyncio
import gc
import json
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.ui.support import drag_and_drop
from studio.ui.window.main_window import StudioWindow
from tests.benchmarks import own_window, search
from tests.benchmarks.frame import Measure, Result
from tests.benchmarks.own_window import OwnWindow, until

PICTURES, SIDE = 200, 640
ROUNDS = 20
GOAL = 30.0
"""Milliseconds."""

RECIPE = "web-jpeg"
_PATIENCE = 600.0


def run() -> Iterator[Result]:
    """Measure it."""
    with search.temporary() as name:
        folder = Path(name).absolute()
        pictures = folder / "pictures"
        pictures.mkdir()
        own_window.write_distinct(pictures, SIDE, PICTURES)
        module = "tests.benchmarks.dragging_out"
        found = own_window.measured(module, folder, pictures, patience=_PATIENCE)
    for what in ("originals", "copies"):
        assert found[what]["pictures"] == PICTURES
        value, beside = found[what]["worst"], found["nothing"]
        yield Measure(
            name=f"drag of {PICTURES} {what} begins", value=round(value, 1), unit="ms",
            peer="a movement without a drag", peer_value=round(beside, 2), ratio=value / beside,
            goal=f"at most {GOAL:g} ms", holds=value <= GOAL,
        )  # fmt: skip


class TimedDrag(QDrag):
    """A drag that notes when it would begin, and ends at once."""

    began = 0.0
    pictures = 0

    def exec(self, *_actions: object) -> Qt.DropAction:
        TimedDrag.began = time.perf_counter()
        TimedDrag.pictures = len(self.mimeData().urls())
        return Qt.DropAction.IgnoreAction


def _moved(window: StudioWindow, by: QPoint) -> float:
    """Milliseconds from a movement of the mouse until Qt is given the drag, or it is over."""
    gallery = window.gallery
    start = gallery.cell(0).center()
    QTest.mousePress(gallery.viewport(), Qt.MouseButton.LeftButton, pos=start)
    end = QPointF(start + by)
    move = QMouseEvent(
        QEvent.Type.MouseMove,
        end,
        gallery.viewport().mapToGlobal(end),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    TimedDrag.began, began = 0.0, time.perf_counter()
    QApplication.sendEvent(gallery.viewport(), move)
    took = (TimedDrag.began or time.perf_counter()) - began
    gallery.pointer.let_go()
    return took * 1000


async def _rounds(window: StudioWindow) -> dict[str, float]:
    every = []
    for _round in range(ROUNDS):
        TimedDrag.pictures = 0
        every.append(_moved(window, QPoint(60, 20)))
        await asyncio.sleep(0.05)
    return {"pictures": TimedDrag.pictures, "worst": max(every), "p50": statistics.median(every)}


async def _measured(app: QApplication, home: Path, pictures: Path) -> None:
    async with own_window.opened(app, home, pictures) as own:
        await _measured_in(own)


async def _measured_in(own: OwnWindow) -> None:
    core, window, session = own.core, own.window, own.session
    await until(lambda: window.model.rowCount() == PICTURES, _PATIENCE)
    rows = list(session.browsing.order)
    window.gallery.select_everything()
    await until(lambda: window.gallery.rows.pictures_at_hand(rows) is not None, _PATIENCE)
    # The program ends here: nobody drags after this.
    mock.patch.object(drag_and_drop, "QDrag", TimedDrag).start()
    gc.collect()
    nothing = statistics.median(_moved(window, QPoint(1, 0)) for _round in range(ROUNDS))
    originals = await _rounds(window)
    core.settings.change(drag_recipes={core.library.id: RECIPE})
    recipes = session.built.outgoing.get().recipes
    await recipes.load_presets()
    await until(lambda: recipes.prepared == (PICTURES, PICTURES), _PATIENCE)
    copies = await _rounds(window)
    found = {"nothing": nothing, "originals": originals, "copies": copies}
    print(json.dumps(found), flush=True)


if __name__ == "__main__":
    sys.exit(own_window.run(lambda app: _measured(app, Path(sys.argv[1]), Path(sys.argv[2]))))
