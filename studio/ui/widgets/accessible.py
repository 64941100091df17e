"""Roles, announcements and events for assistive programs, beyond Qt's own widgets."""

from __future__ import annotations

from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAccessibleEvent,
    QAccessibleInterface,
    QAccessibleStateChangeEvent,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAccessibleWidget,
    QApplication,
    QComboBox,
    QListView,
    QWidget,
)

from studio.common.i18n import _, listed, number

EXPANDED = "accessibleExpanded"
"""Property of an expandable widget with a role: whether it is expanded."""

_installed = False
_made: dict[int, list[_PropertyAccessible]] = {}
"""Interfaces owned by Qt, by the address of their widget; kept until Qt has deleted them."""
_second_voice: Callable[[QWidget, str], object] | None = None


def set_role(widget: QWidget, role: QAccessible.Role) -> None:
    """Set a widget's accessible role: an alert, a note, a group, a combo box with its own name.

    Call it first in the widget's constructor, then whenever the role changes. The name is the
    widget's accessibleName; a combo box exposes its value as value and description (Qt's own would
    use it as the name on Linux). A button with the role of a list item is selected while it is
    checked. A widget with a focus proxy never reports the focus.
    """
    global _installed
    if not _installed:
        QAccessible.installFactory(_interface)
        _installed = True
    widget.setProperty("accessibleRole", role.value)
    if is_heard():
        made = QAccessible.queryAccessibleInterface(widget)
        if made is not None and not isinstance(made, _PropertyAccessible):
            # A reader queried it while Qt's own constructor ran.
            QAccessible.deleteAccessibleInterface(QAccessible.uniqueId(made))


def set_expanded(widget: QWidget, *, expanded: bool | None) -> None:
    """Set whether a widget with a role is expanded; None if it is not expandable."""
    if widget.property(EXPANDED) is expanded:
        return
    widget.setProperty(EXPANDED, expanded)
    if is_heard():
        changed = QAccessible.State()
        changed.expandable = changed.expanded = changed.collapsed = True
        QAccessible.updateAccessibility(QAccessibleStateChangeEvent(widget, changed))


def announce(widget: QWidget, text: str, *, assertive: bool = False) -> None:
    """Announce a text to screen readers; politely unless `assertive`.

    The source is the widget's window: from other sources, Orca drops announcements that follow
    within 0.1 s.
    """
    event = QAccessibleAnnouncementEvent(widget.window(), text)
    kind = QAccessible.AnnouncementPoliteness
    event.setPoliteness(kind.Assertive if assertive else kind.Polite)
    QAccessible.updateAccessibility(event)
    if _second_voice is not None and is_heard():
        _second_voice(widget, text)


def set_second_voice(say: Callable[[QWidget, str], object] | None) -> None:
    """Set a second handler of announcements, for readers that do not listen to them."""
    global _second_voice
    _second_voice = say


def is_heard() -> bool:
    """Whether an assistive program listens."""
    return bool(QAccessible.isActive())


def send_row_event(view: QWidget, name: str, row: int) -> None:
    """Send an event of a row, such as "Focus" or "NameChanged", if anyone listens."""
    if is_heard():
        event = QAccessibleEvent(view, QAccessible.Event[name])
        event.setChild(row)
        QAccessible.updateAccessibility(event)


class ListEntryTeller(QObject):
    """Reports the current row of a list that gets the focus; Qt reports only the list itself."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        # Qt reports the list after the signal.
        self._after = QTimer(self, singleShot=True, interval=0)
        self._after.timeout.connect(self.on_entered)
        app.focusChanged.connect(self.on_focus_changed)

    def on_focus_changed(self, _old: QWidget | None, new: QWidget | None) -> None:
        """Report the row after Qt has reported the list."""
        if isinstance(new, QListView) and is_heard():
            self._after.start()

    def on_entered(self) -> None:
        """Send the row's event, and announce its position."""
        view = QApplication.focusWidget()
        if not isinstance(view, QListView) or not view.currentIndex().isValid():
            return
        row = view.currentIndex().row()
        send_row_event(view, "Focus", row)
        # Translators: place of the current row of a list, read aloud: 3 of 88.
        place = _("{n} of {all}").format(n=number(row + 1), all=number(view.model().rowCount()))
        announce(view, place)


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
            return widget.accessibleName() or widget.windowTitle()
        if kind == QAccessible.Text.Value:
            return value
        # AT-SPI on Linux has no text values: use the description.
        if kind == QAccessible.Text.Description:
            described = widget.accessibleDescription().strip()
            return listed(part for part in (value, described) if part)
        return str(super().text(kind))

    def state(self) -> QAccessible.State:
        state, widget = super().state(), self.object()
        if isinstance(widget, QWidget) and widget.focusProxy() is not None:
            # Qt would report the focus of the proxy twice.
            state.focused = state.focusable = False
        if isinstance(widget, QAbstractButton) and self.role() is QAccessible.Role.ListItem:
            state.selectable = widget.isCheckable()
            state.selected = widget.isChecked()
        expanded = widget.property(EXPANDED) if isinstance(widget, QWidget) else None
        if isinstance(expanded, bool):
            state.expandable, state.expanded, state.collapsed = True, expanded, not expanded
        return state

    def actionNames(self) -> list[str]:
        names, widget = list(super().actionNames()), self.object()
        if isinstance(widget, QComboBox):
            names[:0] = [self.pressAction(), self.showMenuAction()]
        elif isinstance(widget, QAbstractButton):
            names[:0] = [self.pressAction()]
        return names

    def doAction(self, name: str) -> None:
        widget = self.object()
        if isinstance(widget, QComboBox) and name in (self.pressAction(), self.showMenuAction()):
            widget.showPopup()
        elif isinstance(widget, QAbstractButton) and name == self.pressAction():
            widget.click()
        else:
            super().doAction(name)


def _interface(key: str, thing: QObject) -> QAccessibleInterface | None:
    if not isinstance(thing, QWidget):
        return None
    role = thing.property("accessibleRole")
    if role is None and key == "QWidget" and isinstance(thing.focusProxy(), QAbstractScrollArea):
        # The viewport of a text: the text has the focus.
        role = QAccessible.Role.Client.value
        thing.setProperty("accessibleRole", role)
    if not isinstance(role, int):
        return None
    made = _PropertyAccessible(thing, QAccessible.Role(role))
    # Qt asks again after the widget's meta-object has changed, e.g. by connecting a slot, and
    # deletes all interfaces together with the widget. Python must not delete one earlier.
    place = shiboken6.getCppPointer(thing)[0]
    _made[place] = [*filter(shiboken6.isValid, _made.get(place, ())), made]
    return made
