"""Labels above the fields of a form: unlike a placeholder, they stay while the field is filled."""

from __future__ import annotations

from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from studio.ui.widgets.text import Text


def add_labelled(layout: QBoxLayout, name: str, field: QWidget) -> Text:
    """Append a field with its label above it, 4 px apart; returns the label.

    The field is the label's buddy; without an accessible name of its own it takes the label's.
    """
    label = Text(name, "small", "text2", field.parentWidget(), wrap=True)
    label.setBuddy(field)
    if not field.accessibleName():
        field.setAccessibleName(name)
    column = QVBoxLayout()
    column.setSpacing(4)
    column.addWidget(label)
    column.addWidget(field)
    layout.addLayout(column)
    return label
