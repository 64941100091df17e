"""The field for a key: dots, an eye that shows it, and no history of it anywhere."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QWidget

from studio.common.i18n import _
from studio.ui.style.theme import theme
from studio.ui.support.qt_overrides import needs
from studio.ui.widgets.accessible import restyle
from studio.ui.widgets.buttons import IconButton


class KeyField(QFrame):
    """One line of dots.

    Attributes:
        field: the line itself.

    Signals:
        edited: what was typed (nothing is passed on: ask `text`).
        submitted: Enter was pressed.
    """

    edited = Signal()
    submitted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("zone", "search")
        self.setFixedHeight(theme().height(32))
        row = QHBoxLayout(self)
        row.setContentsMargins(9, 0, 3, 0)
        row.setSpacing(4)
        self.field = QLineEdit(self)
        self.field.setProperty("field", "bare")
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        hints = Qt.InputMethodHint
        self.field.setInputMethodHints(
            hints.ImhHiddenText | hints.ImhSensitiveData | hints.ImhNoPredictiveText
        )
        self.field.installEventFilter(self)
        self.field.textEdited.connect(self.edited)
        self.field.returnPressed.connect(self.submitted)
        row.addWidget(self.field, 1)
        self.eye = IconButton("eye", _("Show the key"), parent=self, size=24, checkable=True)
        self.eye.toggled.connect(self.on_eye)
        row.addWidget(self.eye)

    @property
    def text(self) -> str:
        """The key as it was pasted."""
        return self.field.text()

    def clear(self) -> None:
        """Forget what was typed, and hide what comes next."""
        self.field.clear()
        self.eye.setChecked(False)

    def set_name(self, name: str) -> None:
        """What it asks for: "DGrid key"."""
        self.field.setPlaceholderText(name)
        self.field.setAccessibleName(name)

    def on_eye(self, shown: bool) -> None:  # noqa: FBT001 a slot
        """Show the key, or dots."""
        mode = QLineEdit.EchoMode
        self.field.setEchoMode(mode.Normal if shown else mode.Password)

    @needs("field")
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.setProperty("focused", event.type() == QEvent.Type.FocusIn)
            restyle(self)
        return False
