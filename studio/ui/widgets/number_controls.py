"""Number controls: slider, rating stars, and a field between minus and plus."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QAbstractSlider,
    QAbstractSpinBox,
    QSizePolicy,
    QSlider,
    QSpinBox,
    QWidget,
)

from studio.common.i18n import _, pgettext
from studio.ui.style.theme import theme
from studio.ui.support.key_repeat import once
from studio.ui.support.layout_direction import flipped, placed, reading_key
from studio.ui.support.qt_overrides import needs
from studio.ui.widgets.buttons import IconButton
from studio.ui.widgets.edit_menu import EditMenu
from studio.ui.widgets.plain_text import describe, set_tip


class SmallSlider(QSlider):
    """Horizontal slider of fixed width."""

    def __init__(
        self,
        name: str,
        low: int,
        high: int,
        value: int,
        parent: QWidget | None = None,
        *,
        width: int = 96,
    ) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setAccessibleName(name)
        set_tip(self, name)
        self.setRange(low, high)
        self.setValue(value)
        step = max(1, (high - low) // 24)
        self.setSingleStep(step)
        self.setPageStep(step * 4)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedWidth(width)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)


MOST_STARS = 5


class Stars(QAbstractSlider):
    """Zero to five stars, a slider for the keyboard and screen readers.

    A click on the current rating clears it.

    Signals:
        changed: the user rated (0 to 5); not emitted by `set_value`.
    """

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None, *, size: int = 14) -> None:
        super().__init__(parent)
        self._size = size
        self._hovered = 0
        self._quiet = False
        self.setRange(0, MOST_STARS)
        self.setPageStep(1)
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(_("Rating"))
        # Translators: keys for the rating of a picture.
        describe(self, _("1 to 5, 0 clears"))
        set_tip(self, _("Rating (1 to 5, 0 clears)"))
        self.valueChanged.connect(self.on_value_changed)

    def set_value(self, value: int) -> None:
        """Show this rating without emitting a signal."""
        self._quiet = True
        self.setValue(value)
        self._quiet = False

    def on_value_changed(self, value: int) -> None:
        """Repaint, and emit a change made by the user."""
        self.update()
        if not self._quiet:
            self.changed.emit(value)

    def _pitch(self) -> int:
        return self._size + 1

    def _at(self, x: float) -> int:
        if self.isRightToLeft():
            x = self.width() - 1 - x
        return max(1, min(MOST_STARS, int(x // self._pitch()) + 1))

    @needs("_size")
    def sizeHint(self) -> QSize:
        return QSize(MOST_STARS * self._pitch() + 1, max(24, self._size))

    @needs("_size")
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        digit = event.key() - Qt.Key.Key_0
        if 0 <= digit <= MOST_STARS and not event.modifiers():
            self.setValue(digit)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        star = self._at(event.position().x())
        self.setValue(0 if star == self.value() else star)
        self._hovered = 0
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        star = self._at(event.position().x())
        if star != self._hovered:
            self._hovered = star
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hovered = 0
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        # Scrolling the panel must not rate a picture.
        event.ignore()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, dpr = theme(), self.devicePixelRatioF()
        shown = self._hovered if self._hovered and self.isEnabled() else self.value()
        full = look.pixmap("star-filled", "star", self._size, dpr)
        empty = look.pixmap("star", "text3" if self.isEnabled() else "off", self._size, dpr)
        painter = QPainter(self)
        top = (self.height() - self._size) // 2
        for star in range(MOST_STARS):
            at = placed(self, QRect(star * self._pitch(), top, self._size, self._size))
            painter.drawPixmap(at.topLeft(), full if star < shown else empty)
        painter.end()


class Stepper(QSpinBox):
    """A number between two bounds, set by buttons, arrows, wheel or typing.

    Signals:
        changed: the user chose another number; not emitted by `set_value`.
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
        EditMenu(self.lineEdit())
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
        # Qt moves the line edit on every change of style, and leaves it no room.
        self.lineEdit().installEventFilter(self)
        self._place_field()

    def set_value(self, value: int) -> None:
        """Show this number without emitting a signal."""
        self._quiet = True
        self.setValue(value)
        self._quiet = False

    def on_value_changed(self, value: int) -> None:
        """Update the buttons, and emit a change made by the user."""
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
        # Qt selects the number for overtyping; a digit in selection colour looks wrong.
        self.lineEdit().deselect()

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Left and Right step too: in one digit there is no text to move through.
        key = reading_key(self, event.key())
        if key is Qt.Key.Key_Left:
            self.stepDown()
        elif key is Qt.Key.Key_Right:
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
        begin = QRect(3, top, side, self._less.height())
        self._less.move(placed(self, begin).topLeft())
        self._more.move(flipped(placed(self, begin), self.rect()).topLeft())
        self._place_field()

    def _place_field(self) -> None:
        """Place the line edit between the buttons; Qt would give it the whole width, or none."""
        side = self._less.width()
        room = QRect(side + 3, 1, self.width() - 2 * side - 6, self.height() - 2)
        if self.lineEdit().geometry() != room:
            self.lineEdit().setGeometry(room)

    @needs("_less")
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move) and watched is self.lineEdit():
            self._place_field()
        return super().eventFilter(watched, event)
