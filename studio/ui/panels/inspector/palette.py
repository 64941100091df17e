"""The main colours of a picture; a click copies one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from studio.common.i18n import _
from studio.ui.style.theme import theme
from studio.ui.support import clipboard
from studio.ui.widgets import announce
from studio.ui.widgets.accessible import set_tip

HEIGHT = 32
RADIUS = 4


class _Colour(QAbstractButton):
    def __init__(self, value: int, ends: tuple[bool, bool], parent: QWidget) -> None:
        super().__init__(parent)
        self.value = value
        self._ends = ends
        self.setText(hex_of(value))
        self.setAccessibleName(_("Copy {colour}").format(colour=hex_of(value)))
        set_tip(self, hex_of(value))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMinimumWidth(24)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        left, right = self._ends
        if left or right:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            # Only the outer corners are round: the strip is one thing.
            path = QPainterPath()
            path.addRoundedRect(rect, RADIUS, RADIUS)
            inner = rect.adjusted(0 if not left else RADIUS, 0, 0 if not right else -RADIUS, 0)
            path.addRect(inner)
            path.setFillRule(Qt.FillRule.WindingFill)
            painter.fillPath(path, QColor.fromRgb(self.value))
        else:
            painter.fillRect(rect, QColor.fromRgb(self.value))
        if self.underMouse():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(theme().color("hairline"))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))


class PaletteRow(QWidget):
    """Up to five colours side by side.

    Signals:
        copied: the colour that was put on the clipboard, as "#101d42".
    """

    copied = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self.setAccessibleName(_("Palette"))
        self.setFixedHeight(HEIGHT)
        self.colours: tuple[int, ...] = ()

    def set_colours(self, colours: Sequence[int]) -> None:
        """Show these colours, 0xRRGGBB."""
        if tuple(colours) == self.colours:
            return
        self.colours = tuple(colours)
        while (item := self._row.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        last = len(self.colours) - 1
        for at, value in enumerate(self.colours):
            button = _Colour(value, (at == 0, at == last), self)
            button.clicked.connect(self.on_clicked)
            self._row.addWidget(button)

    def on_clicked(self) -> None:
        """A colour was clicked: copy it."""
        button = self.sender()
        if isinstance(button, _Colour):
            text = hex_of(button.value)
            clipboard.put_text(text, partial(self._on_held, text))

    def _on_held(self, text: str) -> None:
        announce(self, _("Copied {colour}").format(colour=text))
        self.copied.emit(text)


def hex_of(colour: int) -> str:
    """0x101d42 as "#101d42"."""
    return f"#{colour:06x}"
