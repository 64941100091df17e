"""Search field: filter tokens, text, and the shortcut that focuses it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QWidget

from studio.common.i18n import _
from studio.ui.style.theme import theme
from studio.ui.support.layout_direction import margins
from studio.ui.support.qt_overrides import needs
from studio.ui.widgets.buttons import IconButton
from studio.ui.widgets.edit_menu import EditMenu
from studio.ui.widgets.plain_text import describe, restyle
from studio.ui.widgets.text import KeyCap, Text


class SearchToken(QFrame):
    """One part of the filter: key, value and a close button.

    Signals:
        removed: the close button was pressed (the token itself).
    """

    removed = Signal(object)

    def __init__(self, key: str, value: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("zone", "token")
        self.setFixedHeight(theme().height(20))
        row = QHBoxLayout(self)
        row.setContentsMargins(margins(self, 7, 0, 2, 0))
        row.setSpacing(4)
        if key:
            row.addWidget(Text(key, "small", "text2", self))
        row.addWidget(Text(value, "small", "text", self, prose=True))
        name = _("Remove {token}").format(token=f"{key} {value}".strip())
        close = IconButton("close", name, parent=self, size=18)
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        close.clicked.connect(self.on_close)
        row.addWidget(close)

    def on_close(self) -> None:
        """Request the token's removal."""
        self.removed.emit(self)


class SearchField(QFrame):
    """Line edit with an icon; Backspace at its start removes the last token.

    Attributes:
        field: the line edit.

    Signals:
        edited: the user changed the text (the text).
        submitted: Enter was pressed (the text).
        token_removed: the user removed a token (its index).
        left: Esc was pressed in an empty field.
    """

    edited = Signal(object)
    submitted = Signal(object)
    token_removed = Signal(object)
    left = Signal()

    def __init__(
        self, placeholder: str, key: str = "", parent: QWidget | None = None, *, name: str = ""
    ) -> None:
        super().__init__(parent)
        self.setProperty("zone", "search")
        self.setFixedHeight(theme().height(30))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._tokens: list[SearchToken] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(margins(self, 6, 0, 4, 0))
        self._row.setSpacing(6)
        self._icon = QLabel(self)
        self._row.addWidget(self._icon)
        self.field = QLineEdit(self)
        EditMenu(self.field)
        self.field.setProperty("field", "bare")
        self.field.setFont(theme().font("small", prose=True))
        self.field.setPlaceholderText(placeholder)
        self.field.setAccessibleName(name or _("Search"))
        if placeholder == self.field.accessibleName():
            describe(self.field, "")
        self.field.installEventFilter(self)
        self.field.textEdited.connect(self.on_edited)
        self.field.textChanged.connect(self.on_text_changed)
        self.field.returnPressed.connect(self.on_return)
        self._row.addWidget(self.field, 1)
        self._cap = KeyCap(key, self)
        self._clear = IconButton("close", _("Clear the search"), parent=self, size=22)
        self._clear.clicked.connect(self.on_clear)
        self._row.addWidget(self._cap)
        self._row.addWidget(self._clear)
        self._refresh()
        self._draw_icon()
        theme().changed.connect(self._draw_icon)

    @property
    def text(self) -> str:
        """The text, without the tokens."""
        return self.field.text()

    def set_text(self, text: str) -> None:
        """Set the text without emitting a signal."""
        self.field.setText(text)

    def set_placeholder(self, text: str) -> None:
        self.field.setPlaceholderText(text)

    def set_tokens(self, tokens: Sequence[tuple[str, str]]) -> None:
        """Show these pairs of (key, value) before the text."""
        for old in self._tokens:
            self._row.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._tokens = []
        for place, (key, value) in enumerate(tokens):
            token = SearchToken(key, value, self)
            token.removed.connect(self.on_token_removed)
            self._row.insertWidget(1 + place, token)
            self._tokens.append(token)
        self._refresh()

    def on_token_removed(self, token: SearchToken) -> None:
        """Emit the index of a removed token."""
        if token in self._tokens:
            self.token_removed.emit(self._tokens.index(token))

    def on_text_changed(self, _text: str) -> None:
        """Update the buttons after any change of the text."""
        self._refresh()

    def on_edited(self, text: str) -> None:
        """Emit the text changed by the user."""
        self.edited.emit(text)

    def on_return(self) -> None:
        """Submit the text; Enter on a highlighted completion only inserts it."""
        completer = self.field.completer()
        offered = None if completer is None else completer.popup()
        if offered is not None and offered.isVisible() and offered.currentIndex().isValid():
            return
        self.submitted.emit(self.field.text())

    def on_clear(self) -> None:
        self.field.clear()
        self.field.setFocus()
        self.edited.emit("")

    def _draw_icon(self) -> None:
        self._icon.setPixmap(theme().pixmap("search", "text3", 16, self.devicePixelRatioF()))

    def _refresh(self) -> None:
        focused = self.field.hasFocus()
        self._clear.setVisible(bool(self.field.text()))
        empty = not focused and not self.field.text()
        self._cap.setVisible(empty and bool(self._cap.text()))
        if self.property("focused") is not focused:
            self.setProperty("focused", focused)
            restyle(self)

    @needs("_clear")
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is not self.field:
            return False
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self._refresh()
        elif event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._on_key(event)
        return False

    def _on_key(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Escape:
            if self.field.text():
                self.on_clear()
            else:
                self.left.emit()
            return True
        at_start = self.field.cursorPosition() == 0 and not self.field.hasSelectedText()
        if event.key() == Qt.Key.Key_Backspace and at_start and self._tokens:
            self.token_removed.emit(len(self._tokens) - 1)
            return True
        return False
