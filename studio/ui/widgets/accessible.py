"""Roles and announcements for assistive programs, beyond Qt's own widgets."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAccessibleInterface,
)
from PySide6.QtWidgets import (
    QAccessibleWidget,
    QComboBox,
    QWidget,
)

_installed = False


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
