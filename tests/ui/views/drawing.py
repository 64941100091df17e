"""A canvas on which one draws in a test, with mouse and keys."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QPaintEvent, QRegion
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.ui.style.theme import install
from studio.ui.views.canvas.canvas import PictureCanvas
from studio.ui.views.canvas.plates import Plate
from tests.ui import loupe_modes


class PaintedCanvas(PictureCanvas):
    """Remembers which parts of it were repainted."""

    def __init__(self) -> None:
        self.repainted: list[QRegion] = []
        super().__init__()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's
        self.repainted.append(QRegion(event.region()))
        super().paintEvent(event)

    def area(self) -> int:
        """Pixels repainted since the last call."""
        QApplication.sendPostedEvents()
        QApplication.processEvents()
        seen = [rect for region in self.repainted for rect in _rects(region)]
        self.repainted.clear()
        return sum(rect.width() * rect.height() for rect in seen)


def _rects(region: QRegion) -> list[QRect]:
    return [QRect(one) for one in region]  # type: ignore[attr-defined]  # not in the stubs


def canvas_of(qtbot: QtBot, qapp: QApplication, width: int, height: int) -> PaintedCanvas:
    """A canvas of 1200 x 700 over a picture of this size, called "harbour"."""
    install(qapp, "dark")
    canvas = PaintedCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(1200, 700)
    canvas.show_plate(Plate(key="a", name="harbour", width=width, height=height, colour=0x336699))
    canvas.show()
    return canvas


class DrawingBench:
    """Mouse and keys over a canvas."""

    def __init__(self, canvas: PaintedCanvas) -> None:
        self.canvas = canvas

    def at(self, x: float, y: float) -> QPoint:
        """Pixel of the canvas at fractions of the picture."""
        return loupe_modes.place(self.canvas, x, y)

    def click(self, x: float, y: float) -> None:
        loupe_modes.click(self.canvas, x, y)

    def drag(self, *places: tuple[float, float]) -> None:
        loupe_modes.drag(self.canvas, *places)

    def key(self, key: Qt.Key, mods: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.canvas, key, mods)
