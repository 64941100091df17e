"""Editor for a note or alternative text."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

from studio.common.i18n import _
from studio.ui.style.theme import theme
from studio.ui.support.key_repeat import once
from studio.ui.support.qt_overrides import needs
from studio.ui.widgets.edit_menu import EditMenu

MOST = 8  # lines before it scrolls
REST = 30  # height of one line with its frame


class NoteEdit(QPlainTextEdit):
    """Grows with its text. Loss of focus or Ctrl+Enter saves, Esc discards.

    Signals:
        kept: the new text, if it differs.
        left: Esc or Ctrl+Enter; move the focus away.
    """

    kept = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._saved = ""
        self.setProperty("field", "note")
        EditMenu(self)
        self.setFont(theme().font("small", prose=True))
        self.setPlaceholderText(_("Add a note or alt text"))
        self.setAccessibleName(_("Note or alt text"))
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(2)
        self.textChanged.connect(self.on_changed)
        self._grow()

    def set_note(self, note: str) -> None:
        """Show a saved note. Pending edits of the previous one must be saved first."""
        self._saved = note
        if self.toPlainText() != note:
            self.setPlainText(note)
        self._grow()

    def save_note(self) -> None:
        """Emit the text if it differs from the saved one."""
        text = self.toPlainText().strip()
        if text != self._saved:
            self._saved = text
            self.kept.emit(text)

    def on_changed(self) -> None:
        self._grow()

    def _grow(self) -> None:
        # The document of a plain text edit measures its height in lines.
        lines = max(1, round(self.document().size().height()))
        line = self.fontMetrics().lineSpacing()
        rest = theme().height(REST)
        self.setFixedHeight(rest + (min(lines, MOST) - 1) * line)
        scrolls = Qt.ScrollBarPolicy.ScrollBarAsNeeded
        never = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(scrolls if lines > MOST else never)

    # --- Qt -------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            # Typed keys are part of the note, not shortcuts of the window.
            event.accept()
            return True
        return super().event(event)

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() == Qt.Key.Key_Escape:
            self.setPlainText(self._saved)
            self.left.emit()
        elif ctrl and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.save_note()
            self.left.emit()
        else:
            super().keyPressEvent(event)

    @needs("_saved")
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.save_note()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._grow()

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())
