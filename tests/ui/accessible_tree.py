"""What a screen reader finds wrong in a window: elements without a name, role or sense."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QCheckBox,
    QRadioButton,
    QWidget,
)

from studio.ui.widgets.buttons import PressedByEnter

NO_ROLES = (
    QAccessible.Role.NoRole,
    QAccessible.Role.Client,
    QAccessible.Role.Pane,
    QAccessible.Role.Border,
)
"""Roles of an element of which a reader cannot say what it is."""

OWN_ENTER = {
    "TagChip": "its key handler presses it",
    "RatioCell": "the panel around it presses it",
}
"""Buttons that Enter presses otherwise, with the reason."""


def reached(root: QWidget) -> list[QWidget]:
    """Everything in sight that Tab reaches."""
    return [
        widget
        for widget in [root, *root.findChildren(QWidget)]
        if widget.isVisible()
        and widget.isEnabled()
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.focusProxy() is None
        and widget.objectName() != "qt_spinbox_lineedit"
    ]


def faults(root: QWidget) -> list[str]:
    """What is wrong with the elements that Tab reaches, a line each."""
    found = []
    for widget in reached(root):
        interface = QAccessible.queryAccessibleInterface(widget)
        kind = type(widget).__name__
        name = interface.text(QAccessible.Text.Name)
        said = interface.text(QAccessible.Text.Description)
        where = f"{kind} {name!r}"
        if not name:
            found.append(f"{kind} in {type(widget.parentWidget()).__name__}: no name")
        if interface.role() in NO_ROLES:
            found.append(f"{where}: role {interface.role().name}")
        if not interface.state().focusable:
            found.append(f"{where}: not focusable")
        value = interface.role() is QAccessible.Role.ComboBox  # a value may have words of the name
        if name and name.casefold() in said.casefold() and not value:
            found.append(f"{where}: described by its name again, {said!r}")
        if isinstance(widget, QAbstractItemView) and not widget.model().rowCount():
            found.append(f"{where}: an empty list takes Tab")
        if not widget.width() or not widget.height():
            found.append(f"{where}: takes Tab without a place")
        if not _takes_enter(widget):
            found.append(f"{where}: Enter does not press it")
    return found


def twins(root: QWidget) -> list[str]:
    """Names that several buttons in sight have."""
    buttons = [one for one in reached(root) if isinstance(one, QAbstractButton)]
    names = Counter(one.accessibleName() or one.text() for one in buttons)
    return [name for name, count in names.items() if count > 1]


def _takes_enter(widget: QWidget) -> bool:
    if not isinstance(widget, QAbstractButton) or isinstance(widget, QCheckBox | QRadioButton):
        return True
    return isinstance(widget, PressedByEnter) or type(widget).__name__ in OWN_ENTER
