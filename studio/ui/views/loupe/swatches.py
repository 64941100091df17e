"""The choice of ground around a picture: four round swatches."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QRadioButton, QWidget

from studio.common.i18n import _
from studio.ui.style.theme import theme
from studio.ui.views.canvas.canvas import SURROUNDS, Surround
from studio.ui.widgets.accessible import set_tip

SIDE = 24  # of what takes the pointer; the circle has 14


class _Swatch(QRadioButton):
    def __init__(self, surround: Surround, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.surround = surround
        self.setAccessibleName(name)
        set_tip(self, name)
        self.setFixedSize(SIDE, SIDE)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def hitButton(self, pos: object) -> bool:  # noqa: ARG002 - the whole square takes the pointer
        return True

    def sizeHint(self) -> QSize:
        return QSize(SIDE, SIDE)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = QPointF(SIDE / 2, SIDE / 2)
        painter.setPen(QPen(look.color("edge"), 1))
        painter.setBrush(look.color(self.surround))
        painter.drawEllipse(middle, 6.5, 6.5)
        if self.isChecked():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(look.color("accent"), 1.5))
            painter.drawEllipse(middle, 9.75, 9.75)


class Swatches(QWidget):
    """Black, mat, middle grey, light: a group of radio buttons called "Surround".

    Signals:
        changed: the user chose another one (a Surround).
    """

    changed = Signal(object)

    def __init__(self, surround: Surround, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Background"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._group = QButtonGroup(self)
        names = {
            "black": _("Black background"),
            "mat": _("Match theme"),
            "middle": _("Mid grey background"),
            "bright": _("Light background"),
        }
        for choice in SURROUNDS:
            swatch = _Swatch(choice, names[choice], self)
            swatch.setChecked(choice == surround)
            self._group.addButton(swatch)
            row.addWidget(swatch)
        # Not `clicked`: a screen reader toggles a radio button, it does not click.
        self._group.buttonToggled.connect(self.on_toggled)

    def on_toggled(self, button: QAbstractButton, on: bool) -> None:  # noqa: FBT001 a slot
        """A swatch was chosen."""
        if on and isinstance(button, _Swatch):
            self.changed.emit(button.surround)
