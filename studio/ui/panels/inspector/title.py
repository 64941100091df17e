"""A picture's name, renamed where it stands, with its flag and stars."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from studio.common.i18n import _
from studio.domain.entities import Flag
from studio.ui.support.key_repeat import once
from studio.ui.widgets import ElidedLabel, IconButton, Stars

LONGEST = 200


class _Label(ElidedLabel):
    """The name; a click or Enter edits it."""

    pressed = Signal()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.pressed.emit()

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2):
            self.pressed.emit()
        else:
            super().keyPressEvent(event)


class _Field(QLineEdit):
    """Where the name is edited: Enter keeps it, Esc or going away leaves it."""

    left = Signal()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            # Everything typed is part of the name; no shortcut of the window may take it.
            event.accept()
            return True
        return super().event(event)

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.left.emit()


class Title(QWidget):
    """The first line of the inspector.

    Signals:
        renamed: the new name, other than before.
        rated: the stars chosen.
        flagged: the flag to set.
    """

    renamed = Signal(str)
    rated = Signal(object)
    flagged = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flag = Flag.NONE
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self.label = _Label("", "title", "text", self, prose=True)
        self.label.setCursor(Qt.CursorShape.IBeamCursor)
        self.label.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.field = _Field(self)
        self.field.setAccessibleName(_("Title"))
        self.field.setMaxLength(LONGEST)
        self.field.hide()
        self.flag = IconButton("flag", _("Pick"), "P", self, size=24)
        self.stars = Stars(self, size=12)
        row.addWidget(self.label, 1)
        row.addWidget(self.field, 1)
        row.addWidget(self.flag)
        row.addWidget(self.stars)
        self.label.pressed.connect(self.edit)
        self.field.returnPressed.connect(self.on_kept)
        self.field.left.connect(self.stop_editing)
        self.flag.clicked.connect(self.on_flag)
        self.stars.changed.connect(self.rated)

    def set_picture(self, name: str, *, rating: int, flag: Flag) -> None:
        """Show the name, rating and verdict of a picture, or of several alike."""
        if name != self.label.text():
            self.stop_editing()
            self.label.setText(name)
            # Translators: {name} is the title of a picture.
            self.label.setAccessibleName(_("Title: {name}").format(name=name))
        self._flag = flag
        self.stars.set_value(rating)
        picked = flag is Flag.PICK
        rejected = flag is Flag.REJECT
        icon = "reject" if rejected else "flag-filled" if picked else "flag"
        self.flag.set_icon(icon, "bad" if rejected else "text" if picked else "text2")
        spoken = _("Rejected") if rejected else _("Picked") if picked else _("Pick")
        self.flag.set_name(spoken, "P")

    def set_editable(self, *, editable: bool) -> None:
        """Whether the name may be changed."""
        self.label.setEnabled(True)
        self.label.setCursor(Qt.CursorShape.IBeamCursor if editable else Qt.CursorShape.ArrowCursor)
        self._editable = editable

    _editable = True

    def edit(self) -> None:
        """Open the name for writing."""
        if not self._editable or self.field.isVisible():
            return
        self.field.setText(self.label.text())
        self.label.hide()
        self.field.show()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.field.selectAll()

    def stop_editing(self) -> None:
        """Leave the name as it was."""
        if self.field.isHidden():
            return
        self.field.hide()
        self.label.show()

    def on_kept(self) -> None:
        """Enter: the name is kept if it is another one."""
        name = " ".join(self.field.text().split())
        changed = name and name != self.label.text()
        self.stop_editing()
        self.label.setFocus(Qt.FocusReason.OtherFocusReason)
        if changed:
            self.label.setText(name)
            self.renamed.emit(name)

    def on_flag(self) -> None:
        """The flag; a second time takes the verdict back."""
        self.flagged.emit(Flag.PICK if self._flag is Flag.NONE else Flag.NONE)
