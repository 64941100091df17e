"""A canvas on which a region of a picture of 4096 x 4096 is painted, which looks at its own clock.

Prints JSON: p99 in milliseconds from a motion of the pointer to the end of painting, with a brush
of 512 pixels, of painting everything, and the bytes of the region's pixels.
"""

from __future__ import annotations

import json
import sys
import time

from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.domain.markup import StrokeKind
from studio.ui.style import theme
from studio.ui.support.region_editor import RegionEditor
from studio.ui.views.canvas.canvas import PictureCanvas
from studio.ui.views.canvas.plates import Plate
from studio.ui.views.loupe.only_here.mode import RegionMode
from tests.benchmarks.watched_marks import SIDE, moved, p99, raster

BRUSH = 512


def main() -> None:
    """Measure and print."""
    app = QApplication(sys.argv)
    theme.install(app, "dark")
    canvas = PictureCanvas()
    canvas.resize(1440, 860)
    canvas.show_plate(
        Plate(key="a", name="large", width=SIDE, height=SIDE, raster=raster(), colour=0x808080)
    )
    canvas.show()
    QTest.qWaitForWindowExposed(canvas)
    editor = RegionEditor()
    editor.feather = 24 / SIDE
    mode = RegionMode(canvas, editor, canvas)
    mode.begin_region("large", SIDE)
    mode.set_size(BRUSH)
    found: dict[str, float] = {}
    for zoom in ("fitted", "whole"):
        if zoom == "whole":
            canvas.set_zoom(1.0)
        app.processEvents()
        mode.choose_tool(StrokeKind.BRUSH)
        found[f"painting, {zoom}"] = moved(app, canvas, canvas.rect().center() - QPoint(200, 120))
        times = []
        for _n in range(60):
            started = time.perf_counter()
            canvas.repaint()
            times.append((time.perf_counter() - started) * 1000)
        found[f"everything, {zoom}"] = p99(times)
        found[f"bytes, {zoom}"] = mode.overlay.raster.image.sizeInBytes()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
