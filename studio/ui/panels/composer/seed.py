"""Seed control: a dice while automatic, or a fixed number."""

from __future__ import annotations

import secrets

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QIntValidator, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from studio.common.i18n import _
from studio.ui.style.theme import theme
from studio.ui.support.layout_direction import margins
from studio.ui.support.qt_overrides import needs
from studio.ui.widgets.buttons import IconButton
from studio.ui.widgets.edit_menu import EditMenu
from studio.ui.widgets.plain_text import set_tip
from studio.ui.widgets.text import Text

MOST = 2_147_483_647


class SeedControl(QWidget):
    """Dice while the seed is automatic; a click fixes the last seed as a number with an ×.

    Double-click or F2 on the number edits it.

    Signals:
        changed(object): the user fixed a seed (int) or made it automatic (None).
    """

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._seed: int | None = None
        self._last: int | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(theme().height(30))
        self.dice = IconButton("dice", _("Fix the seed"), "", self)
        self.dice.clicked.connect(self.on_fixed)
        self.number = Text("", "small", "text", self)
        self.number.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.number.installEventFilter(self)
        self.field = QLineEdit(self)
        EditMenu(self.field)
        self.field.setProperty("field", "bare")
        self.field.setAccessibleName(_("Seed"))
        self.field.setValidator(QIntValidator(0, MOST, self.field))
        self.field.setMaximumWidth(theme().px(88))
        self.field.editingFinished.connect(self.on_edited)
        self.clear = IconButton("close", _("Automatic seed"), "", self, size=24)
        self.clear.clicked.connect(self.on_cleared)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for part in (self.dice, self.number, self.field, self.clear):
            row.addWidget(part)
        self._row = row
        self.show_seed(None)

    def set_last(self, seed: int | None) -> None:
        """Set the seed of the newest picture, which a click on the dice fixes."""
        self._last = seed
        name = _("Fix the seed")
        if seed is not None:
            name = _("Fix the last seed, {seed}").format(seed=seed)
        self.dice.set_name(name)

    def show_seed(self, seed: int | None) -> None:
        """Show a seed without emitting a signal."""
        self._seed = seed
        fixed = seed is not None
        self.number.setText("" if seed is None else str(seed))
        self.number.setAccessibleName("" if seed is None else _("Seed {seed}").format(seed=seed))
        set_tip(self.number, _("Seed. Double-click to change it"))
        self.dice.setVisible(not fixed)
        self.number.setVisible(fixed)
        self.field.hide()
        self.clear.setVisible(fixed)
        self._row.setContentsMargins(margins(self, 9 if fixed else 0, 0, 2 if fixed else 0, 0))
        self.updateGeometry()
        self.update()

    def edit(self) -> None:
        """Open the field for a number."""
        self.dice.hide()
        self.number.hide()
        self.clear.show()
        self._row.setContentsMargins(margins(self, 9, 0, 2, 0))
        self.field.setText("" if self._seed is None else str(self._seed))
        self.field.setFixedWidth(theme().px(88))
        self.field.show()
        self.field.selectAll()
        self.field.setFocus()
        self.updateGeometry()
        self.update()

    def to_fix(self) -> int:
        """Seed that a click on the dice fixes: the last one, or a new one if unknown."""
        if self._last is None:
            self._last = secrets.randbelow(MOST - 8)
        return self._last

    def on_fixed(self) -> None:
        self._choose(self.to_fix())

    def on_cleared(self) -> None:
        self._choose(None)

    def on_edited(self) -> None:
        """Set the typed seed after Enter or loss of focus; empty means automatic."""
        if self.field.isHidden():
            return
        text = self.field.text().strip()
        self._choose(min(int(text), MOST) if text else None)

    def _choose(self, seed: int | None) -> None:
        before = self._seed
        self.show_seed(seed)
        if seed != before:
            self.changed.emit(seed)

    @needs("_row")
    def sizeHint(self) -> QSize:
        return QSize(self._row.sizeHint().width(), theme().height(30))

    @needs("_row")
    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if watched is self.number and event.type() == QEvent.Type.MouseButtonDblClick:
            self.edit()
            return True
        if watched is self.number and event.type() == QEvent.Type.KeyPress:
            if getattr(event, "key", int)() in (Qt.Key.Key_F2, Qt.Key.Key_Return):
                self.edit()
                return True
            if getattr(event, "key", int)() == Qt.Key.Key_Delete:
                self.on_cleared()
                return True
        return False

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._seed is not None:
            self.edit()
        else:
            super().mouseDoubleClickEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self.dice.isHidden():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        writing = not self.field.isHidden()
        painter.setPen(QPen(theme().color("accent" if writing else "line2"), 1))
        painter.setBrush(theme().color("raise"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.end()
