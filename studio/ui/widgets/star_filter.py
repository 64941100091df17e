"""Star buttons that filter by a minimum number of stars."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from studio.common.i18n import _, ngettext, number
from studio.ui.style.theme import theme
from studio.ui.support import key_names
from studio.ui.support.key_repeat import once
from studio.ui.widgets.accessible import set_role
from studio.ui.widgets.buttons import PaintedButton, ToggledIsClicked
from studio.ui.widgets.number_controls import MOST_STARS
from studio.ui.widgets.plain_text import describe, set_tip

GLYPH = 13
SIDE = 18  # width of the click target


class _StarButton(ToggledIsClicked, PaintedButton):
    """One star; checked while it is the minimum shown.

    Signals:
        moved: an arrow key moves the focus to the left (-1) or right (1).
    """

    moved = Signal(int)

    def __init__(self, stars: int, parent: QWidget) -> None:
        super().__init__(parent, radius=4)
        self.stars = stars
        self.lit = False
        self.setCheckable(True)
        self.setFixedSize(SIDE, theme().height(26))
        name = ngettext("{n} star or more", "{n} stars or more", stars).format(n=number(stars))
        self.setAccessibleName(name)
        key = key_names.current(f"Alt+{stars}")
        describe(self, key)
        # Translators: {name} is "3 stars or more", {key} its shortcut.
        tip = _("Show only {name} ({key})").format(name=name, key=key)
        set_tip(self, tip if key else name)
        self.toggled.connect(self.on_toggled)

    def sizeHint(self) -> QSize:
        return QSize(SIDE, theme().height(26))

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.moved.emit(-step if self.isRightToLeft() else step)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, dpr = theme(), self.devicePixelRatioF()
        name, role = ("star-filled", "star") if self.lit else ("star", "text3")
        if self.underMouse() and not self.lit:
            role = "text"
        painter = QPainter(self)
        at = ((self.width() - GLYPH) // 2, (self.height() - GLYPH) // 2)
        painter.drawPixmap(*at, look.pixmap(name, role, GLYPH, dpr))
        painter.end()


class StarFilter(QFrame):
    """Five star buttons with one tab stop; a click on the chosen one shows everything again.

    Signals:
        changed: minimum number of stars chosen by the user, 0 for all (int).
    """

    changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, QAccessible.Role.Grouping)
        self.setAccessibleName(_("Minimum number of stars"))
        self.value = 0
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._buttons = [_StarButton(stars, self) for stars in range(1, MOST_STARS + 1)]
        for button in self._buttons:
            button.clicked.connect(self.on_clicked)
            button.moved.connect(self.on_moved)
            row.addWidget(button)
        self.set_value(0)

    def button(self, stars: int) -> PaintedButton:
        """Button of this number of stars, from 1."""
        return self._buttons[stars - 1]

    def set_value(self, stars: int) -> None:
        """Show this choice without emitting a signal; 0 for none."""
        self.value = stars
        stop = self._buttons[max(0, stars - 1)]
        for button in self._buttons:
            button.setChecked(button.stars == stars)
            button.lit = button.stars <= stars
            button.setFocusPolicy(
                Qt.FocusPolicy.TabFocus if button is stop else Qt.FocusPolicy.NoFocus
            )
            button.update()

    def on_clicked(self) -> None:
        """Choose the pressed star, or clear the choice if it was chosen."""
        button = self.sender()
        assert isinstance(button, _StarButton)
        stars = 0 if button.stars == self.value else button.stars
        self.set_value(stars)
        self.changed.emit(stars)

    def on_moved(self, step: int) -> None:
        """Focus the star beside the focused one."""
        button = self.sender()
        assert isinstance(button, _StarButton)
        at = min(max(button.stars + step, 1), MOST_STARS)
        self.button(at).setFocus(Qt.FocusReason.TabFocusReason)
