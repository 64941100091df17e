"""Icons by name: monochrome SVG files, coloured by role and rendered in device pixels."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from studio.common import paths

DIRECTED = frozenset(("arrow-right", "left", "panel-left", "panel-right", "redo", "right", "undo"))
"""Icons that follow the reading direction; mirrored in right-to-left languages."""


def folder() -> Path:
    """Folder of the SVG files, one per name."""
    return paths.resources() / "icons"


@cache
def source(name: str) -> str:
    """SVG text of an icon; `currentColor` stands for its colour.

    Raises KeyError for an unknown name.
    """
    try:
        return (folder() / f"{name}.svg").read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise KeyError(f"no icon is called {name!r}") from error


class IconSet:
    """Draws icons, each shape once; for one QApplication, which its pixmaps must not outlive."""

    def __init__(self) -> None:
        self._shapes: dict[tuple[str, int, bool], QPixmap] = {}

    def render(self, name: str, colour: QColor, size: int, dpr: float) -> QPixmap:
        """The icon as a square of `size` logical pixels, sharp on a screen of `dpr`.

        A copy of the shape filled with the colour. Raises KeyError as `source` does.
        """
        side = max(1, round(size * dpr))
        mirrored = name in DIRECTED and QGuiApplication.isRightToLeft()
        if (name, side, mirrored) not in self._shapes:
            self._shapes[name, side, mirrored] = _shape(name, side, mirrored=mirrored)
        made = QPixmap(self._shapes[name, side, mirrored])
        painter = QPainter(made)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
        painter.fillRect(made.rect(), colour)
        painter.end()
        made.setDevicePixelRatio(dpr)
        return made

    def icon(
        self, draw: Callable[[str, float], QPixmap], role: str, checked: str, *, gap: int
    ) -> QIcon:
        """An icon for every connected screen; `draw` renders it for a role and a pixel ratio.

        `checked` is the role while checked; `gap` is empty space at the end, in logical pixels.
        """
        looks = (
            (role, QIcon.Mode.Normal, QIcon.State.Off),
            (checked, QIcon.Mode.Normal, QIcon.State.On),
            (checked, QIcon.Mode.Selected, QIcon.State.Off),
            ("off", QIcon.Mode.Disabled, QIcon.State.Off),
        )
        made = QIcon()
        for dpr in sorted({screen.devicePixelRatio() for screen in QGuiApplication.screens()}):
            for colour, mode, state in looks:
                pixmap = draw(colour, dpr)
                made.addPixmap(widened(pixmap, gap) if gap else pixmap, mode, state)
        return made


def widened(pixmap: QPixmap, gap: int) -> QPixmap:
    """A copy with `gap` logical pixels of empty space between icon and text."""
    dpr = pixmap.devicePixelRatio()
    made = QPixmap(pixmap.width() + round(gap * dpr), pixmap.height())
    made.setDevicePixelRatio(dpr)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.drawPixmap(gap if QGuiApplication.isRightToLeft() else 0, 0, pixmap)
    painter.end()
    return made


def _shape(name: str, side: int, *, mirrored: bool) -> QPixmap:
    # Read before the painter is open: an exception under an open painter crashes the program.
    svg = source(name).replace("currentColor", "black")
    renderer = QSvgRenderer(QByteArray(svg.encode()))
    shape = QPixmap(side, side)
    shape.fill(Qt.GlobalColor.transparent)
    painter = QPainter(shape)
    if mirrored:
        painter.translate(side, 0)
        painter.scale(-1, 1)
    renderer.render(painter, QRectF(0, 0, side, side))
    painter.end()
    return shape
