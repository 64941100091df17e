"""Words on the window: labels that never read markup, in the type and colour of a role."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from studio.ui.controls.accessible import plain_tip, restyle
from studio.ui.theme import FontName, theme


class Text(QLabel):
    """A label of plain text. `kind` is a size of type, `role` the role of its colour."""

    def __init__(
        self,
        text: str = "",
        kind: FontName = "body",
        role: str = "text",
        parent: QWidget | None = None,
        *,
        weight: int | None = None,
        wrap: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setFont(theme().font(kind, weight=weight))
        self.setWordWrap(wrap)
        self.setText(text)

    def recolour(self, role: str) -> None:
        """Take the colour of another role."""
        if self.property("role") != role:
            self.setProperty("role", role)
            restyle(self)


class ElidedLabel(Text):
    """One line that shortens to the room it has; the whole text is its tool tip and its name."""

    def __init__(
        self,
        text: str = "",
        kind: FontName = "body",
        role: str = "text",
        parent: QWidget | None = None,
        *,
        weight: int | None = None,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    ) -> None:
        super().__init__(text, kind, role, parent, weight=weight)
        self._mode = mode
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setSizePolicy(policy)

    def shown_text(self) -> str:
        """What fits: the text itself, or its shortened form."""
        room = self.contentsRect().width()
        return self.fontMetrics().elidedText(self._line(), self._mode, room)

    def _line(self) -> str:
        return " ".join(self.text().split())

    def minimumSizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance("…") + 8, metrics.height())

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance(self._line()) + 2, metrics.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()

    def paintEvent(self, _event: QPaintEvent) -> None:
        shown = self.shown_text()
        cut = shown != self.text()
        if cut != bool(self.toolTip()):
            self.setToolTip(plain_tip(self.text()) if cut else "")
        painter = QPainter(self)
        role = str(self.property("role")) if self.isEnabled() else "off"
        painter.setPen(theme().color(role))
        painter.setFont(self.font())
        painter.drawText(self.contentsRect(), self.alignment() | Qt.TextFlag.TextSingleLine, shown)
        painter.end()
