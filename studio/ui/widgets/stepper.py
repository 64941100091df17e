"""A small number with minus and plus: how many pictures."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QSizePolicy, QSpinBox, QWidget

from studio.common.i18n import pgettext
from studio.ui.style.theme import theme
from studio.ui.support.key_repeat import once
from studio.ui.support.qt_overrides import needs
from studio.ui.widgets.accessible import set_tip
from studio.ui.widgets.buttons import IconButton


class Stepper(QSpinBox):
    """A number between two bounds, by buttons, arrows, wheel or typing.

    Signals:
        changed: the user chose another number; not sent by `set_value`.
    """

    changed = Signal(object)

    def __init__(
        self,
        name: str,
        low: int = 1,
        high: int = 8,
        value: int = 1,
        parent: QWidget | None = None,
        *,
        size: int = 30,
    ) -> None:
        super().__init__(parent)
        self._size = size
        self._quiet = False
        self.setProperty("kind", "stepper")
        self.setAccessibleName(name)
        set_tip(self, name)
        self.setRange(low, high)
        self.setValue(value)
        self.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFont(theme().font("small"))
        self.setFixedSize(self.sizeHint())
        self._less = IconButton("minus", pgettext("a number", "Fewer"), parent=self, size=24)
        self._more = IconButton("plus", pgettext("a number", "More"), parent=self, size=24)
        for button in (self._less, self._more):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setAutoRepeat(True)
        self._less.clicked.connect(self.stepDown)
        self._more.clicked.connect(self.stepUp)
        self.valueChanged.connect(self.on_value_changed)
        self._mark_bounds()
        # Qt places the field anew whenever the style changes, and leaves it no room.
        self.lineEdit().installEventFilter(self)
        self._place_field()

    def set_value(self, value: int) -> None:
        """Show this number without telling anyone."""
        self._quiet = True
        self.setValue(value)
        self._quiet = False

    def set_range(self, low: int, high: int) -> None:
        """Other bounds; the number moves inside them without telling anyone."""
        self._quiet = True
        self.setRange(low, high)
        self._quiet = False
        self._mark_bounds()

    def on_value_changed(self, value: int) -> None:
        """Another number, by whatever means."""
        self._mark_bounds()
        if not self._quiet:
            self.changed.emit(value)

    def _mark_bounds(self) -> None:
        self._less.setEnabled(self.value() > self.minimum())
        self._more.setEnabled(self.value() < self.maximum())

    @needs("_size")
    def sizeHint(self) -> QSize:
        digits = len(str(self.maximum()))
        metrics = QFontMetrics(theme().font("small"))
        number = max(
            metrics.horizontalAdvance("0" * digits),
            metrics.horizontalAdvance(self.specialValueText()),
        )
        return QSize(2 * theme().height(24) + 2 * 3 + number + 16, theme().height(self._size))

    @needs("_size")
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def setSpecialValueText(self, text: str) -> None:
        super().setSpecialValueText(text)
        self.setFixedSize(self.sizeHint())

    def stepBy(self, steps: int) -> None:
        super().stepBy(steps)
        # Qt selects the number, for typing over it; a digit in selection colour looks wrong.
        self.lineEdit().deselect()

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Left and Right step too: there is no text to walk through in one digit.
        if event.key() == Qt.Key.Key_Left:
            self.stepDown()
        elif event.key() == Qt.Key.Key_Right:
            self.stepUp()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        super().wheelEvent(event)
        event.accept()

    @needs("_more")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        side = self._less.width()
        top = (self.height() - side) // 2
        self._less.move(3, top)
        self._more.move(self.width() - side - 3, top)
        self._place_field()

    def _place_field(self) -> None:
        """The field stands between the buttons; Qt would give it the whole width, or none."""
        side = self._less.width()
        room = QRect(side + 3, 1, self.width() - 2 * side - 6, self.height() - 2)
        if self.lineEdit().geometry() != room:
            self.lineEdit().setGeometry(room)

    @needs("_less")
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move) and watched is self.lineEdit():
            self._place_field()
        return super().eventFilter(watched, event)
