"""What screen readers are told where Qt's own widgets do not say it."""

from __future__ import annotations

import html

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QWidget

_installed = False


def set_role(widget: QWidget, role: QAccessible.Role) -> None:
    """Say what a plain frame is: an alert, a note, a group.

    Only for widgets whose class has no role of its own; the name stays its accessibleName.
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
    """Text for setToolTip that shows as it is, even where it looks like markup."""
    return f"<span>{html.escape(text)}</span>" if "<" in text else text


def restyle(widget: QWidget) -> None:
    """Have the style sheet look again at a widget whose properties changed."""
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    widget.update()


def _interface(_key: str, thing: QObject) -> QAccessibleInterface | None:
    role = thing.property("accessibleRole") if isinstance(thing, QWidget) else None
    if not isinstance(role, int) or not isinstance(thing, QWidget):
        return None
    made = QAccessibleWidget(thing, QAccessible.Role(role), thing.accessibleName())
    # Qt deletes it with the widget; until then Python must not.
    vars(thing)["_accessible"] = made
    return made
