"""A canvas with twenty marks on a picture of 4096 x 4096, which looks at its own clock.

Prints JSON: p99 in milliseconds from a motion of the pointer to the end of painting, while a line
is drawn and while a mark is dragged, and of painting everything.
"""

from __future__ import annotations

import json
import math
import sys
import time

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.domain.markup import Mark, MarkKind, Markup, Point
from studio.ui.style import theme
from studio.ui.support.mark_editor import MarkEditor
from studio.ui.support.raster import Raster
from studio.ui.views.canvas.canvas import PictureCanvas
from studio.ui.views.canvas.plates import Plate
from studio.ui.views.loupe.mark.mode import MarkMode

SIDE = 4096
MARKS = 20
LINE = 400
"""Points of a line."""

MOTIONS = 400
_LEFT = Qt.MouseButton.LeftButton


def raster() -> Raster:
    """A picture with its smaller copies."""
    image = QImage(SIDE, SIDE, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    shades = QLinearGradient(0, 0, SIDE, SIDE)
    shades.setColorAt(0, QColor("#204060"))
    shades.setColorAt(1, QColor("#e0d0a0"))
    painter.fillRect(image.rect(), shades)
    painter.end()
    levels = [image]
    while levels[-1].width() > 256:
        half = levels[-1].width() // 2
        levels.append(levels[-1].scaled(half, half))
    return Raster(levels=tuple(levels), opaque=True)


def twenty() -> Markup:
    """Five marks of each kind, all over the picture."""
    made = []
    for n in range(MARKS):
        kind = list(MarkKind)[n % 4]
        x, y = 0.1 + n % 5 * 0.18, 0.12 + n // 5 * 0.22
        points = {
            MarkKind.PIN: [Point(x, y)],
            MarkKind.PEN: [
                Point(x + 0.1 * k / LINE, y + 0.03 * math.sin(k / 12)) for k in range(LINE)
            ],
        }.get(kind, [Point(x, y), Point(x + 0.08, y + 0.1)])
        made.append(Mark(kind=kind, points=tuple(points), sentence=f"note {n}"))
    return Markup(marks=tuple(made))


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
    editor = MarkEditor()
    mode = MarkMode(canvas, editor, canvas)
    editor.open_markup(twenty())
    mode.begin_marks("large", 0x808080)
    found = {}
    for zoom in ("fitted", "whole"):
        if zoom == "whole":
            canvas.set_zoom(1.0)
        app.processEvents()
        middle = canvas.rect().center()
        mode.choose_tool(MarkKind.PEN)
        found[f"drawing, {zoom}"] = moved(app, canvas, middle - QPoint(200, 120))
        mode.close_field()
        mode.choose_tool(None)
        scale = mode.overlay.scale
        index = min(
            range(MARKS),
            key=lambda n: (
                scale.place(editor.marks[n].points[0]).toPoint() - middle
            ).manhattanLength(),
        )
        start = scale.place(editor.marks[index].points[0]).toPoint()
        found[f"dragging, {zoom}"] = moved(app, canvas, start)
        assert editor.selected == index
        times = []
        for _n in range(60):
            started = time.perf_counter()
            canvas.repaint()
            times.append((time.perf_counter() - started) * 1000)
        found[f"everything, {zoom}"] = p99(times)
    print(json.dumps(found))


def moved(app: QApplication, canvas: PictureCanvas, start: QPoint) -> float:
    """Milliseconds from a motion to the end of painting, p99, with the button down."""
    QTest.mousePress(canvas, _LEFT, pos=start)
    app.processEvents()
    times = []
    for n in range(1, MOTIONS + 1):
        angle = n / 20
        at = start + QPoint(n % 300, round(60 * math.sin(angle)))
        started = time.perf_counter()
        QTest.mouseMove(canvas, at)
        app.processEvents()
        times.append((time.perf_counter() - started) * 1000)
    QTest.mouseRelease(canvas, _LEFT, pos=start + QPoint(MOTIONS % 300, 0))
    app.processEvents()
    return p99(times)


def p99(times: list[float]) -> float:
    return sorted(times)[int(0.99 * (len(times) - 1))]


if __name__ == "__main__":
    main()
