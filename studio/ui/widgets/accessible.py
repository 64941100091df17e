"""What screen readers are told where Qt's own widgets do not say it."""

from __future__ import annotations

from typing import Protocol

from PySide6 import QtGui
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAccessibleInterface,
    QKeySequence,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QAccessibleWidget,
    QApplication,
    QComboBox,
    QWidget,
)

from studio.common.terminal import harmless

_installed = False

_MOST_LINES = 24
"""Of a tool tip."""


class _Tipped(Protocol):
    def setToolTip(self, text: str, /) -> None: ...


def set_role(widget: QWidget, role: QAccessible.Role) -> None:
    """Say what a widget is: an alert, a note, a group, a combo box that keeps its name.

    First call it in the widget's constructor, before anyone can have asked; then whenever the role
    changes. The name is its accessibleName; a combo box tells its value as value and description
    (Qt's own would tell it as the name on Linux).
    """
    global _installed
    if not _installed:
        QAccessible.installFactory(_interface)
        _installed = True
    widget.setProperty("accessibleRole", role.value)


def announce(widget: QWidget, text: str, *, assertive: bool = False) -> None:
    """Have a screen reader say this text; politely, unless it must not wait."""
    event = QAccessibleAnnouncementEvent(widget, text)
    kind = QAccessible.AnnouncementPoliteness
    event.setPoliteness(kind.Assertive if assertive else kind.Polite)
    QAccessible.updateAccessibility(event)


def plain_tip(text: str) -> str:
    """Words for a tool tip that Qt shows as they are, even where they look like markup to it.

    Signs that turn the reading direction are none: a name would turn what is said after it, a
    price among it. Where there are more lines than a screen has, empty ones and the last go.
    """
    if not text.isprintable():
        # Where a long path may break is marked by a sign without width.
        text = _few_lines("\u200b".join(map(harmless, text.split("\u200b"))))
    if not QtGui.Qt.mightBeRichText(text):
        return text
    # 0.3 MB of names of signs, for the seldom text that looks like markup.
    import html

    escaped = html.escape(text)
    if text == " ".join(text.split()):
        return f"<span>{escaped}</span>"
    # Lines and spaces stay what they are.
    return f'<p style="white-space:pre-wrap">{escaped.replace(chr(10), "<br>")}</p>'


def _few_lines(text: str) -> str:
    if text.count("\n") < _MOST_LINES:
        return text
    lines = [line for line in text.split("\n") if line.strip()]
    return "\n".join(lines if len(lines) <= _MOST_LINES else [*lines[: _MOST_LINES - 1], "…"])


def set_tip(thing: _Tipped, text: str) -> None:
    """Give a widget or a row its tool tip: the one door for them, as `plain_tip` has it."""
    thing.setToolTip(plain_tip(text))


def set_words(button: QAbstractButton, text: str) -> None:
    """Words of others on a button that paints itself: an & in them is no key that presses it."""
    button.setText(text)
    button.setShortcut(QKeySequence())


def restyle(widget: QWidget) -> None:
    """Have the style sheet look again at a widget whose properties changed."""
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    # A frame's border takes room: without being told it keeps that of the properties before.
    QApplication.sendEvent(widget, QEvent(QEvent.Type.StyleChange))
    widget.update()


class _PropertyAccessible(QAccessibleWidget):
    """Reads role and value from the widget's properties each time they are asked for."""

    def role(self) -> QAccessible.Role:
        return QAccessible.Role(int(self.object().property("accessibleRole")))

    def text(self, kind: QAccessible.Text) -> str:
        widget = self.object()
        if not isinstance(widget, QWidget):
            return ""
        value = str(widget.currentText() if isinstance(widget, QComboBox) else "")
        if kind == QAccessible.Text.Name:
            return widget.accessibleName()
        if kind == QAccessible.Text.Value:
            return value
        # The bus of Linux carries no value in words: the description does.
        if kind == QAccessible.Text.Description:
            return ", ".join(part for part in (value, widget.accessibleDescription()) if part)
        return str(super().text(kind))

    def actionNames(self) -> list[str]:
        names = list(super().actionNames())
        if isinstance(self.object(), QComboBox):
            names[:0] = [self.pressAction(), self.showMenuAction()]
        return names

    def doAction(self, name: str) -> None:
        widget = self.object()
        if isinstance(widget, QComboBox) and name in (self.pressAction(), self.showMenuAction()):
            widget.showPopup()
        else:
            super().doAction(name)


def _interface(_key: str, thing: QObject) -> QAccessibleInterface | None:
    role = thing.property("accessibleRole") if isinstance(thing, QWidget) else None
    if not isinstance(role, int) or not isinstance(thing, QWidget):
        return None
    made = _PropertyAccessible(thing, QAccessible.Role(role))
    # Qt deletes it with the widget; until then Python must not.
    vars(thing)["_accessible"] = made
    return made
