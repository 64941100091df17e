"""Context menu of text fields, in place of Qt's own with its mnemonics."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QTextEdit

from studio.common.i18n import _
from studio.ui.support import clipboard, key_names
from studio.ui.widgets.menu import Menu, set_reason

TextField = QLineEdit | QPlainTextEdit | QTextEdit
Entry = tuple[str, Callable[[], object], str]
"""Text, handler, and reason why it is disabled ("" if it is not)."""


class EditMenu(QObject):
    """Undo, clipboard and selection of one text field.

    Attributes:
        undo, redo: handler, and function that returns whether it has an effect; by default the
            field's own.
        more: returns further entries, called whenever the menu opens.
    """

    def __init__(self, field: TextField) -> None:
        super().__init__(field)
        self._field = field
        self.undo: tuple[Callable[[], object], Callable[[], bool]] = (field.undo, self._can_undo)
        self.redo: tuple[Callable[[], object], Callable[[], bool]] = (field.redo, self._can_redo)
        self.more: Callable[[], Sequence[Entry]] = tuple
        field.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        field.customContextMenuRequested.connect(self.on_menu_wanted)

    def on_menu_wanted(self, where: QPoint) -> None:
        """Open the menu at a point of the field."""
        field = self._field
        shown = field if isinstance(field, QLineEdit) else field.viewport()
        self.make().popup(shown.mapToGlobal(where))

    def make(self) -> Menu:
        """The menu for the field's current state."""
        field = self._field
        menu = Menu(parent=field.window())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chosen = "" if self._selected else _("No text is selected")
        hidden = isinstance(field, QLineEdit) and field.echoMode() is not QLineEdit.EchoMode.Normal
        secret = _("Hidden text is not copied") if hidden else chosen
        keys = QKeySequence.StandardKey
        if not field.isReadOnly():
            for text, (act, can), why, key in (
                (_("Undo"), self.undo, _("Nothing to undo"), keys.Undo),
                (_("Redo"), self.redo, _("Nothing to redo"), keys.Redo),
            ):
                self._add(menu, text, act, "" if can() else why, key)
            menu.addSeparator()
            self._add(menu, _("Cut"), field.cut, secret, keys.Cut)
        self._add(menu, _("Copy"), field.copy, secret, keys.Copy)
        if not field.isReadOnly():
            nothing = "" if self._can_paste else _("The clipboard has nothing to paste here")
            self._add(menu, _("Paste"), field.paste, nothing, keys.Paste)
            self._add(menu, _("Delete"), self._delete, chosen, keys.Delete)
        menu.addSeparator()
        empty = "" if self._text else _("The field is empty")
        self._add(menu, _("Select all"), field.selectAll, empty, keys.SelectAll)
        if more := self.more():
            menu.addSeparator()
            for text, act, why in more:
                self._add(menu, text, act, why)
        return menu

    def _add(
        self,
        menu: Menu,
        text: str,
        act: Callable[[], object],
        why: str,
        key: QKeySequence.StandardKey | None = None,
    ) -> None:
        beside = key_names.spoken(QKeySequence(key)) if key is not None else ""
        action = menu.entry(text, beside)
        set_reason(action, why)
        action.triggered.connect(partial(_run, act))

    @property
    def _text(self) -> str:
        field = self._field
        return field.text() if isinstance(field, QLineEdit) else field.toPlainText()

    @property
    def _selected(self) -> bool:
        field = self._field
        if isinstance(field, QLineEdit):
            return field.hasSelectedText()
        return field.textCursor().hasSelection()

    @property
    def _can_paste(self) -> bool:
        field = self._field
        if isinstance(field, QLineEdit):
            found = clipboard.contents()
            return found is not None and bool(found.text())
        return field.canPaste()

    def _can_undo(self) -> bool:
        field = self._field
        if isinstance(field, QLineEdit):
            return field.isUndoAvailable()
        return field.document().isUndoAvailable()

    def _can_redo(self) -> bool:
        field = self._field
        if isinstance(field, QLineEdit):
            return field.isRedoAvailable()
        return field.document().isRedoAvailable()

    def _delete(self) -> None:
        if isinstance(self._field, QLineEdit):
            self._field.del_()
        else:
            self._field.textCursor().removeSelectedText()


def _run(act: Callable[[], object], _checked: object = None) -> None:
    act()
