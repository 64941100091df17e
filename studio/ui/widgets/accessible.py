"""Accessibility beyond Qt's own widgets."""

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
"""Limit for a tool tip."""


class _Tipped(Protocol):
    def setToolTip(self, text: str, /) -> None: ...


def set_role(widget: QWidget, role: QAccessible.Role) -> None:
    """Set a widget's accessible role: an alert, a note, a group, a combo box with its own name.

    First call it in the widget's constructor, before the interface can be queried; then whenever
    the role changes. The name is its accessibleName; a combo box exposes its value as value and
    description (Qt's own would use it as the name on Linux).
    """
    global _installed
    if not _installed:
        QAccessible.installFactory(_interface)
        _installed = True
    widget.setProperty("accessibleRole", role.value)


def announce(widget: QWidget, text: str, *, assertive: bool = False) -> None:
    """Announce a text to screen readers; politely unless `assertive`."""
    event = QAccessibleAnnouncementEvent(widget, text)
    kind = QAccessible.AnnouncementPoliteness
    event.setPoliteness(kind.Assertive if assertive else kind.Polite)
    QAccessible.updateAccessibility(event)


def plain_tip(text: str) -> str:
    """Escape a text so that Qt shows it literally in a tool tip, even if it resembles markup.

    Characters that change the reading direction are removed: a name could reverse the text after
    it, such as a price. Empty lines, then the last ones, are dropped when there are more than fit
    on a screen.
    """
    if not text.isprintable():
        # Zero-width spaces mark break points in long paths.
        text = _few_lines("\u200b".join(map(harmless, text.split("\u200b"))))
    if not QtGui.Qt.mightBeRichText(text):
        return text
    # 0.3 MB of character names, needed only for the rare text that resembles markup.
    import html

    escaped = html.escape(text)
    if text == " ".join(text.split()):
        return f"<span>{escaped}</span>"
    # Preserve line breaks and spaces.
    return f'<p style="white-space:pre-wrap">{escaped.replace(chr(10), "<br>")}</p>'


def _few_lines(text: str) -> str:
    if text.count("\n") < _MOST_LINES:
        return text
    lines = [line for line in text.split("\n") if line.strip()]
    return "\n".join(lines if len(lines) <= _MOST_LINES else [*lines[: _MOST_LINES - 1], "…"])


def set_tip(thing: _Tipped, text: str) -> None:
    """Set the tool tip of a widget or row; every tool tip is set here, through `plain_tip`."""
    thing.setToolTip(plain_tip(text))


def set_words(button: QAbstractButton, text: str) -> None:
    """Set foreign text on a custom-painted button: & is not a mnemonic."""
    button.setText(text)
    button.setShortcut(QKeySequence())


def restyle(widget: QWidget) -> None:
    """Reapply the style sheet to a widget whose properties changed."""
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    # Update the frame's border, which otherwise keeps the size of the previous properties.
    QApplication.sendEvent(widget, QEvent(QEvent.Type.StyleChange))
    widget.update()


class _PropertyAccessible(QAccessibleWidget):
    """Reads role and value from the widget's properties on every query."""

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
        # AT-SPI on Linux has no text values: use the description.
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
    # Qt deletes it with the widget; keep a Python reference until then.
    vars(thing)["_accessible"] = made
    return made
