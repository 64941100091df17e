"""Toast about the last action, with a button such as Undo; lasts eight seconds, one at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from PySide6.QtCore import (
    QEasingCurve,
    QEvent,
    QObject,
    QPoint,
    QPropertyAnimation,
    QRect,
    Qt,
    QTimer,
)
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QGraphicsDropShadowEffect,
    QHBoxLayout,
    QStackedWidget,
    QWidget,
)

from studio.ui.style.qt_style import duration
from studio.ui.style.theme import theme
from studio.ui.support.layout_direction import margins, placed
from studio.ui.support.qt_overrides import needs
from studio.ui.widgets.accessible import announce
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.message_action import MessageAction
from studio.ui.widgets.text import ElidedLabel

SECONDS = 8
MARGIN = 12
RISE = 8


@runtime_checkable
class HasFoot(Protocol):
    """A page with controls at its bottom."""

    @property
    def foot_height(self) -> int:
        """Pixels at the bottom that a toast must not cover."""


class Toast(QFrame):
    """Overlay on a zone, 12 px from its bottom left; stays while hovered or focused.

    One with a button also stays while a dialog covers it. Over a stack of pages, it keeps clear of
    the foot of the current one (`HasFoot`).

    Attributes:
        button: runs the action; hidden while there is none.
        rising: the animation of its appearance; None before the first.
        timer: runs while the toast is visible and neither hovered nor focused; its timeout hides
            it.
    """

    def __init__(self, over: QWidget) -> None:
        # A sibling of the zone, not a child: a screen reader sees only the pages of a stacked
        # widget.
        self._within = over.parentWidget() or over
        super().__init__(self._within)
        self._over = over
        self._action: MessageAction | None = None
        self._on_gone: Callable[[], object] | None = None
        self.setProperty("zone", "toast")
        self.setFixedHeight(theme().height(40))
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._row = row = QHBoxLayout(self)
        row.setSpacing(6)
        self._text = ElidedLabel("", "body", "ontoast", self)
        self.button = Button("", "toast", self)
        row.addWidget(self._text, 1)
        row.addWidget(self.button)
        self.timer = QTimer(self, singleShot=True)
        self.timer.timeout.connect(self.on_timeout)
        self.rising: QPropertyAnimation | None = None
        self.button.clicked.connect(self.on_undo)
        self.button.installEventFilter(self)
        over.installEventFilter(self)
        if isinstance(over, QStackedWidget):
            over.currentChanged.connect(self.on_page_changed)
        self.hide()

    @property
    def text(self) -> str:
        """The text shown last."""
        return self._text.text()

    def show_toast(
        self,
        text: str,
        action: MessageAction | None = None,
        *,
        on_gone: Callable[[], object] | None = None,
        seconds: float = SECONDS,
    ) -> None:
        """Replace the current toast; `on_gone` is called if its action is not used."""
        if self.isVisible():
            self._leave()
        if self.graphicsEffect() is None:
            self._cast_shadow()
        self._action, self._on_gone = action, on_gone
        self._text.setText(text)
        label = action.label if action is not None else ""
        self.button.setText(label)
        self.button.setVisible(bool(label))
        self._row.setContentsMargins(margins(self, 14, 0, 6 if label else 14, 0))
        self.timer.setInterval(round(seconds * 1000))
        self._place()
        self.show()
        self.raise_()
        self._animate()
        self._restart()
        announce(self, text)

    def withdraw(self, action: object) -> None:
        """Remove the button of this action; the text stays until the timeout."""
        if self._action is action is not None:
            self._action = self._on_gone = None
            self.button.hide()
            self._row.setContentsMargins(14, 0, 14, 0)
            self._place()
            self._restart()

    def hide_toast(self) -> None:
        """Hide the toast without running its action."""
        if self.isVisible() or self.timer.isActive():
            self._leave()
            self.hide()

    def on_timeout(self) -> None:
        """Hide the toast, but not while a dialog keeps the user from its button."""
        if self._action is not None and self._on_gone is None and QApplication.activeModalWidget():
            self.timer.start()
        else:
            self.hide_toast()

    def on_page_changed(self, _index: int) -> None:
        """Keep clear of the foot of the new page."""
        if self.isVisible():
            self._stop_rising()
            self._place()

    def on_undo(self) -> None:
        """Run the action of the button."""
        action = self._action
        self._action = self._on_gone = None
        self.timer.stop()
        self.hide()
        if action is not None:
            action.run()

    def _leave(self) -> None:
        self.timer.stop()
        on_gone = self._on_gone
        self._action = self._on_gone = None
        if on_gone is not None:
            on_gone()

    def _restart(self) -> None:
        kept = self.underMouse() or self.button.hasFocus()
        if kept:
            self.timer.stop()
        else:
            self.timer.start()

    def _cast_shadow(self) -> None:
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(24)
        shadow.setOffset(0, 8)
        shadow.setColor(theme().color("shadow"))
        self.setGraphicsEffect(shadow)

    def _home(self) -> QPoint:
        over = self._over
        page = over.currentWidget() if isinstance(over, QStackedWidget) else over
        foot = page.foot_height if isinstance(page, HasFoot) else 0
        top = max(0, over.height() - foot - self.height() - MARGIN)
        inside = placed(over, QRect(QPoint(MARGIN, top), self.size()))
        return self._over.mapTo(self._within, inside.topLeft())

    def _place(self) -> None:
        room = self._over.width() - 2 * MARGIN
        self.resize(min(self.sizeHint().width(), room), self.height())
        self.move(self._home())

    def _stop_rising(self) -> None:
        if self.rising is not None:
            self.rising.stop()

    def _animate(self) -> None:
        length = duration(160)
        if self.rising is None:
            self.rising = QPropertyAnimation(self, b"pos", self)
            self.rising.setEasingCurve(QEasingCurve.Type.OutCubic)
        self.rising.stop()
        if not length:
            return
        self.rising.setDuration(length)
        self.rising.setStartValue(self._home() + QPoint(0, RISE))
        self.rising.setEndValue(self._home())
        self.rising.start()

    @needs("rising")
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if watched is self._over and kind == QEvent.Type.Resize and self.isVisible():
            self._stop_rising()
            self._place()
        elif kind in (QEvent.Type.FocusIn, QEvent.Type.FocusOut) and watched is self.button:
            if kind == QEvent.Type.FocusIn:
                self.timer.stop()
            elif self.isVisible() and not self.underMouse():
                self.timer.start()
        return False

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if self.isVisible() and not self.button.hasFocus():
            self.timer.start()
