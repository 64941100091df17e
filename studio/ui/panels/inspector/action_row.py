"""Buttons of equal width; where their words do not fit, their icons stand alone."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from studio.common.i18n import _
from studio.ui.style.theme import theme
from studio.ui.support.qt_overrides import needs
from studio.ui.widgets import Button
from studio.ui.widgets.accessible import set_tip

SPACE = 6
MORE = 28
ICONS = {"edit": "edit", "vary": "vary", "remix": "remix", "references": "reference"}


class ActionRow(QWidget):
    """What can be made of a picture, and "More" at the end.

    Signals:
        action: the name of the action pressed.
    """

    action = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._labels: dict[Button, str] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(SPACE)
        self._more = Button("", "", self, size=26, icon="more")
        self._more.setProperty("action", "more")
        self._more.setAccessibleName(_("More"))
        set_tip(self._more, _("More"))
        self._more.setFixedWidth(MORE)
        self._more.clicked.connect(self.on_pressed)
        self._row.addWidget(self._more)

    def set_labels(self, *actions: tuple[str, str, str]) -> None:
        """The actions as (name, label, tool tip), in order; the names stay the same ones."""
        known = {button.property("action"): button for button in self._labels}
        for at, (name, label, tip) in enumerate(actions):
            button = known.get(name) or self._new(name, at)
            button.setAccessibleName(label)
            set_tip(button, tip)
            self._labels[button] = label
        self._fit()

    def set_able(self, names: frozenset[str], *, able: bool) -> None:
        """Whether these actions can be had for what is shown."""
        for button in self._labels:
            if button.property("action") in names:
                button.setEnabled(able)

    def _new(self, name: str, at: int) -> Button:
        button = Button("", "", self, size=26, icon=ICONS[name])
        button.setProperty("action", name)
        button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        button.setMinimumWidth(MORE)
        button.clicked.connect(self.on_pressed)
        self._row.insertWidget(at, button, 1)
        return button

    def _fit(self) -> None:
        count = len(self._labels)
        if not count:
            return
        room = self.width() - MORE - count * SPACE
        padding = 14 + 6 + 20  # icon, space and the frame
        metrics = QFontMetrics(theme().font("small"))
        wide = {
            button: metrics.horizontalAdvance(label) + padding
            for button, label in self._labels.items()
        }
        words = sum(wide.values()) <= room
        even = max(wide.values()) * count <= room
        for button, label in self._labels.items():
            button.setText(label if words else "")
            self._row.setStretchFactor(button, 1 if even or not words else wide[button])

    def on_pressed(self) -> None:
        """One of the buttons."""
        button = self.sender()
        if button is not None:
            self.action.emit(str(button.property("action")))

    # --- Qt -------------------------------------------------------------------------------

    @needs("_row")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    @needs("_row")
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    @needs("_labels")
    def minimumSizeHint(self) -> QSize:
        count = len(self._labels)
        return QSize((MORE + SPACE) * count + MORE, super().minimumSizeHint().height())
