"""Custom-painted menus: rows of 26 px, with the shortcut at the right in a quieter grey.

Letters choose rows; they are underlined while the keyboard was used last.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
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
from studio.ui.support import key_names, key_positions, mnemonics
from studio.ui.support.key_repeat import keyboard_used_last, once
from studio.ui.support.layout_direction import aligned, as_keys, placed
from studio.ui.widgets.plain_text import plain_tip
from studio.ui.widgets.popover import RoundedCorners
from studio.ui.widgets.signs import paint_row_ground

_HELD = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)
_WIDEST = 120  # characters per row; a wider menu would exceed the screen


class Menu(QMenu):
    """A menu opened with `popup()`; `entry` and `submenu` show their texts literally.

    Properties of an action: `danger` (in the colour of irreversible actions), `heading` (a disabled
    row above a group), `quiet` (something is still missing), `reason` (see `set_reason`).
    """

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self._letters: dict[QAction, str] = {}
        self.aboutToShow.connect(self.on_about_to_show)
        self.setWindowFlag(Qt.WindowType.FramelessWindowHint)
        self.setWindowFlag(Qt.WindowType.NoDropShadowWindowHint)
        self._ground = RoundedCorners(self)

    def popup_once(self, at: QPoint) -> None:
        """Open it at a global point; it is deleted when it closes."""
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.popup(at)

    def submenu(self, title: str, *, name: str = "") -> Menu:
        """Add a submenu; `name` is its identifier in the code."""
        made = Menu(_literal(title), self)
        made.menuAction().setObjectName(name)
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
        room = self.sizeHint()
        corner = QPoint(aligned(widget, room.width()), -room.height() - 4)
        self.popup(widget.mapToGlobal(corner))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            action = self.actionAt(event.pos())
            reason = reason_of(action) if action is not None else ""
            QToolTip.showText(event.globalPos(), plain_tip(reason), self)
            return True
        return super().event(event)

    def on_about_to_show(self) -> None:
        """Make room for letters in parentheses."""
        metrics = self.fontMetrics()
        beyond = [
            metrics.horizontalAdvance(words) - metrics.horizontalAdvance(plain)
            for words, plain in (
                (mnemonics.plain(mnemonics.marked(plain, letter)), plain)
                for plain, letter in (
                    (_words(action), letter) for action, letter in self.mnemonics().items()
                )
            )
        ]
        self.setMinimumWidth(0)
        if any(extra > 0 for extra in beyond):
            self.setMinimumWidth(self.sizeHint().width() + max(beyond))

    def mnemonics(self) -> dict[QAction, str]:
        """The letter that chooses each row, in lower case; "" for rows without one."""
        rows = [
            action
            for action in self.actions()
            if action.isVisible() and not action.isSeparator() and not action.property("heading")
        ]
        found = mnemonics.letters(
            [_words(action) for action in rows], [action.objectName() for action in rows]
        )
        return dict(zip(rows, found, strict=True))

    def choose(self, action: QAction) -> None:
        """Activate a row like Enter: run its action, or open its submenu."""
        self.setActiveAction(action)
        press = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier)
        super().keyPressEvent(press)

    def _chosen_by(self, event: QKeyEvent) -> QAction | None:
        """Row of the typed letter, on any keyboard layout."""
        if event.modifiers() & _HELD:
            return None
        typed = [event.text().lower(), key_positions.position(event)]
        rows = self.mnemonics()
        for letter in typed:
            for action, own in rows.items():
                if letter and letter == own:
                    return action
        return None

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        action = self._chosen_by(event)
        if action is None:
            super().keyPressEvent(event)
        elif action.isEnabled():
            self.choose(action)

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
        self._letters = self.mnemonics() if keyboard_used_last() else {}
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
            paint_row_ground(painter, rect, radius=5)
        danger = bool(action.property("danger")) and enabled
        if action.property("heading"):
            painter.setFont(look.font("micro", weight=600))
            painter.setPen(look.color("text3"))
            inner = placed(self, rect.adjusted(8, 0, -12, 0))
            painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter, action.text())
            return
        plain = "text3" if action.property("quiet") else "text"
        role = "bad" if danger else plain if enabled else "off"
        dpr = self.devicePixelRatioF()
        top = rect.center().y() - 6
        begin = placed(self, QRect(rect.left() + 8, top, 14, 14))
        if action.isCheckable():
            if action.isChecked():
                painter.drawPixmap(begin.topLeft(), look.pixmap("check", role, 14, dpr))
        elif not action.icon().isNull():
            action.icon().paint(painter, begin)
        beside = action.text().partition("\t")[2]
        if any(char.isascii() and char.isalpha() for char in beside):
            beside = as_keys(beside)
        words = mnemonics.marked(_words(action), self._letters.get(action, ""))
        keys = action.shortcut()
        if not beside and not keys.isEmpty():
            beside = as_keys(key_names.spoken(keys))
        inner = placed(self, rect.adjusted(30, 0, -12, 0))
        painter.setFont(self.font())
        painter.setPen(look.color(role))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.drawText(inner, flags | Qt.TextFlag.TextShowMnemonic, words)
        if action.menu() is not None:
            arrow = look.pixmap("right", "text3" if enabled else "off", 14, dpr)
            end = placed(self, QRect(rect.right() - 20, top, 14, 14))
            painter.drawPixmap(end.topLeft(), arrow)
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


def _words(action: QAction) -> str:
    """Literal text of a row."""
    return mnemonics.plain(action.text().partition("\t")[0])


def _literal(text: str) -> str:
    """Literal text for a row: & is not a mnemonic, and nothing breaks the line."""
    return " ".join(one_line(text, _WIDEST).split()).replace("&", "&&")
