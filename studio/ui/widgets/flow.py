"""Flow layout: widgets side by side, wrapped into lines like words."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.ui.support.layout_direction import placed
from studio.ui.support.qt_overrides import needs


class Flow(QWidget):
    """As many lines as needed; the last widget fills the rest of its line.

    A widget wider than the line is narrowed to it. Positions are set without a QLayout, whose items
    would have two owners, Python and Qt.
    """

    def __init__(self, parent: QWidget, *, gap: int = 4, last_at_least: int = 80) -> None:
        super().__init__(parent)
        self._gap = gap
        self._least = last_at_least
        self._widgets: list[QWidget] = []
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def insert(self, at: int, widget: QWidget) -> None:
        """Insert a child at this position."""
        self._widgets.insert(at, widget)
        self._changed()

    def remove(self, widget: QWidget) -> None:
        """Remove a child from the flow."""
        self._widgets.remove(widget)
        self._changed()

    def _changed(self) -> None:
        self.updateGeometry()
        self._lay_out(self.width(), move=True)

    def _lay_out(self, width: int, *, move: bool) -> int:
        """Arrange the children in that width; returns the height."""
        x = y = line = 0
        for widget in self._widgets:
            hint, last = widget.sizeHint(), widget is self._widgets[-1]
            height = max(hint.height(), widget.minimumHeight())
            wide = min(max(self._least if last else hint.width(), widget.minimumWidth()), width)
            if line and x + wide > width:
                x, y, line = 0, y + line + self._gap, 0
            if last:
                wide = width - x
            if move:
                box = QRect(x, y, min(wide, widget.maximumWidth()), height)
                widget.setGeometry(placed(self, box))
            x += wide + self._gap
            line = max(line, height)
        return y + line

    # --- Qt -------------------------------------------------------------------------------

    @needs("_widgets")
    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            # A child changed its size hint.
            self._changed()
        return super().event(event)

    @needs("_widgets")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out(event.size().width(), move=True)

    def hasHeightForWidth(self) -> bool:
        return True

    @needs("_widgets")
    def heightForWidth(self, width: int) -> int:
        return self._lay_out(width, move=False)

    @needs("_widgets")
    def sizeHint(self) -> QSize:
        return QSize(self._least, self.heightForWidth(max(self.width(), self._least)))

    @needs("_widgets")
    def minimumSizeHint(self) -> QSize:
        return QSize(self._least, max((w.minimumHeight() for w in self._widgets), default=0))
