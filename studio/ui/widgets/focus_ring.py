"""Keyboard focus ring.

It is a separate widget laid over the window, because a control cannot paint outside itself: it is
drawn 2 px away and nothing moves.
"""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QEvent, QObject, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QLineEdit,
    QWidget,
)

from studio.ui.style.theme import theme
from studio.ui.support.key_repeat import keyboard_used_last
from studio.ui.support.qt_overrides import needs

GAP = 2
WIDTH = 2
INSIDE = "inside"
"""Value of the property "ring" of large views: the ring is drawn inside, and only after Tab."""


class FocusRing(QWidget):
    """A 2 px line, 2 px away from the control with keyboard focus.

    It follows that control when it moves, hides with it and is clipped by scroll areas.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()
        self._target: QWidget | None = None
        self._watched: list[QWidget] = []

    def target(self) -> QWidget | None:
        """Control with the ring; None while hidden."""
        return self._target

    def surround(self, target: QWidget | None) -> None:
        """Move the ring to this control; None hides it."""
        for widget in self._watched:
            if shiboken6.isValid(widget):
                widget.removeEventFilter(self)
                widget.destroyed.disconnect(self.on_destroyed)
        self._watched = []
        self._target = target
        if target is None:
            self.hide()
            self.setParent(None)
            return
        ground = _ground(target)
        self._watched = [target, *_between(target, ground)]
        for widget in self._watched:
            widget.installEventFilter(self)
            widget.destroyed.connect(self.on_destroyed)
        self.setParent(ground)
        self._place()
        self.setVisible(target.isVisible())
        self.raise_()

    def on_destroyed(self) -> None:
        """Detach from a control or parent about to be destroyed, which would delete the ring."""
        self._watched = []
        self._target = None
        self.hide()
        self.setParent(None)

    def _place(self) -> None:
        target, ground = self._target, self.parentWidget()
        if target is None or ground is None:
            return
        away = 0 if target.property("ring") == INSIDE else GAP + WIDTH
        inside = QRect(target.mapTo(ground, target.rect().topLeft()), target.size())
        self.setGeometry(inside.adjusted(-away, -away, away, away))

    @needs("_watched")
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in (QEvent.Type.Move, QEvent.Type.Resize):
            self._place()
        elif kind == QEvent.Type.Hide and watched is self._target:
            self.hide()
        elif kind == QEvent.Type.Show and watched is self._target:
            self._place()
            self.show()
        elif kind == QEvent.Type.ParentChange and self._target is not None:
            self.surround(self._target)
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        target = self._target
        if target is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRegion(QRegion(event.rect()))
        painter.setPen(QPen(theme().color("focus"), WIDTH))
        half = WIDTH / 2
        rect = QRectF(self.rect()).adjusted(half, half, -half, -half)
        own = target.property("radius")
        radius = (own if isinstance(own, int) else 6) + GAP + half
        if target.property("ring") == INSIDE:
            radius = 0
        painter.drawRoundedRect(rect, radius, radius)
        painter.end()


class FocusWatch(QObject):
    """Shows the ring if the keyboard moved the focus, or was used last."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._ring = FocusRing()
        app.focusChanged.connect(self.on_focus_changed)
        app.aboutToQuit.connect(self.on_quitting)

    def on_focus_changed(self, _old: QWidget | None, new: QWidget | None) -> None:
        """Move the ring with the focus."""
        if new is None:
            if self.ring.target() is not None:
                self.ring.surround(None)
            return
        # Qt clears the attribute when the focus comes back from a dialog, or enters one.
        by_key = new.window().testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)
        usual = keyboard_used_last() and new.property("ring") != INSIDE
        self._show(new if by_key or usual else None)

    def by_key(self, widget: QWidget) -> None:
        """Focus a widget and show the ring, as after a keyboard command other than Tab."""
        widget.setFocus(Qt.FocusReason.ShortcutFocusReason)
        widget.window().setAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)
        self._show(QApplication.focusWidget())

    def _show(self, widget: QWidget | None) -> None:
        ringed = widget is not None and wants_ring(widget)
        if ringed or self.ring.target() is not None:
            self.ring.surround(widget if ringed else None)

    @property
    def ring(self) -> FocusRing:
        """The ring; recreated if it was destroyed with a window."""
        if not shiboken6.isValid(self._ring):
            self._ring = FocusRing()
        return self._ring

    def on_quitting(self) -> None:
        """Detach the ring on exit; while hidden it has no parent."""
        self.ring.surround(None)


def wants_ring(widget: QWidget) -> bool:
    """Whether a control shows its focus with the ring.

    Text fields colour their edge, lists mark their current row. The property "ring" overrides this:
    a bool, or `INSIDE`.
    """
    own = widget.property("ring")
    if isinstance(own, bool):
        return own
    if isinstance(widget, QAbstractSpinBox):
        return bool(widget.property("kind") == "stepper")
    return not isinstance(widget, QLineEdit | QAbstractScrollArea) and not widget.isWindow()


def focus_by_key(widget: QWidget) -> None:
    """Set the focus as the Tab key does, so that the ring shows; for F6 and shortcuts."""
    if _watch is None:
        widget.setFocus(Qt.FocusReason.ShortcutFocusReason)
    else:
        _watch.by_key(widget)


_watch: FocusWatch | None = None


def install(app: QApplication) -> FocusWatch:
    """Start watching the focus, once per application."""
    global _watch
    if _watch is None or not shiboken6.isValid(_watch):
        _watch = FocusWatch(app)
    return _watch


def _between(target: QWidget, ground: QWidget) -> list[QWidget]:
    """Parents of `target` up to and including `ground`."""
    found: list[QWidget] = []
    widget = target
    while widget is not ground:
        parent = widget.parentWidget()
        if parent is None:
            break
        found.append(parent)
        widget = parent
    return found


def _ground(target: QWidget) -> QWidget:
    """Parent of the ring: the window, or the viewport that scrolls the control."""
    widget = target
    while not widget.isWindow():
        parent = widget.parentWidget()
        if parent is None:
            break
        if isinstance(parent, QAbstractScrollArea) and parent.viewport() is widget:
            return widget
        widget = parent
    return widget
