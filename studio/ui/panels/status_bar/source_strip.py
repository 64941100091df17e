"""Thumbnails of a job's sources and references, in its row of the queue."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from studio.domain.entities import Reference, Role
from studio.ui.style.theme import theme
from studio.ui.support.layout_direction import placed
from studio.ui.support.qt_overrides import needs
from studio.ui.support.row_thumbnails import RowThumbnails

SIDE = 28
MOST = 3
"""Most thumbnails of a row."""


class SourceStrip(QWidget):
    """The pictures to edit first, then other references; hidden without any.

    Attributes:
        references: those shown.
    """

    def __init__(self, thumbnails: RowThumbnails | None, parent: QWidget) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self.references: tuple[Reference, ...] = ()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        if thumbnails is not None:
            thumbnails.ready.connect(self.update)
        self.hide()

    def show_references(self, references: Sequence[Reference]) -> None:
        """Show the references of a job."""
        found = sorted(references, key=lambda one: one.role is not Role.EDIT)
        if self._thumbnails is None or tuple(found[:MOST]) == self.references:
            return
        self.references = tuple(found[:MOST])
        self.setFixedSize(self.sizeHint())
        self.setVisible(bool(self.references))

    @needs("references")
    def sizeHint(self) -> QSize:
        return QSize(len(self.references) * (SIDE + 2), SIDE)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        for place, reference in enumerate(self.references):
            box = placed(self, QRect(place * (SIDE + 2), 0, SIDE, SIDE))
            pixmap = self._thumbnails.reference(reference) if self._thumbnails else None
            if pixmap is None:
                painter.fillRect(box, theme().color("sunk"))
            else:
                painter.drawPixmap(box, pixmap)
        painter.end()
