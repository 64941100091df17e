"""The rating: five stars to click, a slider from 0 to 5 to the keyboard and screen readers."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy, QWidget

from studio.common.i18n import _
from studio.ui.style.theme import theme
from studio.ui.support.key_repeat import once
from studio.ui.support.qt_overrides import needs
from studio.ui.widgets.accessible import set_tip

COUNT = 5


class Stars(QAbstractSlider):
    """Zero to five stars. A click on the star that is the rating takes it away.

    Signals:
        changed: the user rated (0 to 5); not sent by `set_value`.
    """

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None, *, size: int = 14) -> None:
        super().__init__(parent)
        self._size = size
        self._hovered = 0
        self._quiet = False
        self.setRange(0, COUNT)
        self.setPageStep(1)
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(_("Rating"))
        set_tip(self, _("Rating (1 to 5, 0 clears)"))
        self.valueChanged.connect(self.on_value_changed)

    def set_value(self, value: int) -> None:
        """Show this rating without telling anyone."""
        self._quiet = True
        self.setValue(value)
        self._quiet = False

    def on_value_changed(self, value: int) -> None:
        """Another rating, by whatever means."""
        self.update()
        if not self._quiet:
            self.changed.emit(value)

    def _pitch(self) -> int:
        return self._size + 1

    def _at(self, x: float) -> int:
        return max(1, min(COUNT, int(x // self._pitch()) + 1))

    @needs("_size")
    def sizeHint(self) -> QSize:
        return QSize(COUNT * self._pitch() + 1, max(24, self._size))

    @needs("_size")
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        digit = event.key() - Qt.Key.Key_0
        if 0 <= digit <= COUNT and not event.modifiers():
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
        # A wheel meant for the panel must not rate a picture.
        event.ignore()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, dpr = theme(), self.devicePixelRatioF()
        shown = self._hovered if self._hovered and self.isEnabled() else self.value()
        full = look.pixmap("star-filled", "star", self._size, dpr)
        empty = look.pixmap("star", "text3" if self.isEnabled() else "off", self._size, dpr)
        painter = QPainter(self)
        top = (self.height() - self._size) // 2
        for star in range(COUNT):
            painter.drawPixmap(star * self._pitch(), top, full if star < shown else empty)
        painter.end()
