"""Custom-painted menus: rows of 26 px, with the shortcut at the right in a quieter grey."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import (
    QAction,
    QCursor,
    QHelpEvent,
    QHideEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu, QToolTip, QWidget

from studio.common.display_text import one_line
from studio.ui.style.theme import theme
from studio.ui.support import key_names
from studio.ui.support.key_repeat import once
from studio.ui.widgets.plain_text import plain_tip
from studio.ui.widgets.popover import RoundedCorners

_WIDEST = 120  # characters per row; a wider menu would exceed the screen


class Menu(QMenu):
    """A menu opened with `popup()`; `entry` and `submenu` show their texts literally.

    Properties of an action: `danger` (in the colour of irreversible actions), `heading` (a disabled
    row above a group), `quiet` (something is still missing), `reason` (see `set_reason`).
    """

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.setWindowFlag(Qt.WindowType.FramelessWindowHint)
        self.setWindowFlag(Qt.WindowType.NoDropShadowWindowHint)
        self._ground = RoundedCorners(self)

    def submenu(self, title: str, icon: str = "") -> Menu:
        made = Menu(_literal(title), self)
        if icon:
            theme().bind_icon(made.menuAction(), icon, size=14)
        self.addMenu(made)
        return made

    def entry(
        self, text: str, beside: str = "", *, data: object = None, checked: bool | None = None
    ) -> QAction:
        """Add a row; `beside` is shown at the right, such as a key or a price.

        `data` is stored in the action; `checked` gives the row a tick, or room for one.
        """
        action = self.addAction(_literal(text) + (f"\t{_literal(beside)}" if beside else ""))
        action.setData(data)
        if checked is not None:
            action.setCheckable(True)
            action.setChecked(checked)
        return action

    def open_above(self, widget: QWidget) -> None:
        """Open above a widget, once: the menu is deleted when it closes."""
        self.aboutToHide.connect(self.deleteLater)
        self.popup(widget.mapToGlobal(QPoint(0, -self.sizeHint().height() - 4)))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            action = self.actionAt(event.pos())
            reason = reason_of(action) if action is not None else ""
            QToolTip.showText(event.globalPos(), plain_tip(reason), self)
            return True
        return super().event(event)

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        # While a menu is open, buttons get no leave event and would stay highlighted.
        owner = self.parentWidget()
        if owner is None or isinstance(owner, QMenu):
            return
        under = QApplication.widgetAt(QCursor.pos())
        for button in owner.window().findChildren(QAbstractButton):
            if button.underMouse() and button is not under:
                button.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)
                QApplication.sendEvent(button, QEvent(QEvent.Type.Leave))
                button.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._ground.paint(painter)
        for action in self.actions():
            rect = self.actionGeometry(action)
            if action.isVisible() and rect.intersects(event.rect()):
                self._paint_row(painter, action, rect)
        painter.end()

    def _paint_row(self, painter: QPainter, action: QAction, rect: QRect) -> None:
        look = theme()
        if action.isSeparator():
            y = rect.center().y() + 0.5
            painter.setPen(QPen(look.color("line"), 1))
            painter.drawLine(QPointF(rect.left() + 4, y), QPointF(rect.right() - 3, y))
            return
        enabled = action.isEnabled()
        if action is self.activeAction() and enabled:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.color("hover"))
            painter.drawRoundedRect(QRectF(rect), 5, 5)
        danger = bool(action.property("danger")) and enabled
        if action.property("heading"):
            painter.setFont(look.font("micro", weight=600))
            painter.setPen(look.color("text3"))
            inner = rect.adjusted(8, 0, -12, 0)
            painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter, action.text())
            return
        plain = "text3" if action.property("quiet") else "text"
        role = "bad" if danger else plain if enabled else "off"
        dpr = self.devicePixelRatioF()
        top = rect.center().y() - 6
        if action.isCheckable():
            if action.isChecked():
                painter.drawPixmap(rect.left() + 8, top, look.pixmap("check", role, 14, dpr))
        elif not action.icon().isNull():
            action.icon().paint(painter, QRect(rect.left() + 8, top, 14, 14))
        words, _tab, beside = action.text().partition("\t")
        keys = action.shortcut()
        if not beside and not keys.isEmpty():
            beside = key_names.spoken(keys)
        inner = rect.adjusted(30, 0, -12, 0)
        painter.setFont(self.font())
        painter.setPen(look.color(role))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.drawText(inner, flags | Qt.TextFlag.TextShowMnemonic, words)
        if action.menu() is not None:
            arrow = look.pixmap("right", "text3" if enabled else "off", 14, dpr)
            painter.drawPixmap(rect.right() - 20, top, arrow)
        elif beside:
            painter.setPen(look.color("text3" if enabled else "off"))
            painter.drawText(inner, flags | Qt.AlignmentFlag.AlignRight, beside)


def set_reason(action: QAction, why: str) -> None:
    """Disable an action for a reason, shown as its tool tip in menus; enable it for ""."""
    if action.isEnabled() != bool(why) and action.property("reason") == why:
        return
    action.setEnabled(not why)
    action.setProperty("reason", why)


def reason_of(action: QAction) -> str:
    """Reason why an action is disabled; "" for an enabled one."""
    return "" if action.isEnabled() else str(action.property("reason") or "")


def _literal(text: str) -> str:
    """Text for a row: & is not a mnemonic, and no character ends the line."""
    return " ".join(one_line(text, _WIDEST).split()).replace("&", "&&")
