"""Field for a pattern of file names: tokens as blocks, words between them as typed."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QRect, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QFontMetricsF,
    QKeyEvent,
    QPainter,
    QPyTextObject,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextOption,
)
from PySide6.QtWidgets import QSizePolicy, QTextEdit, QWidget

from studio.common.display_text import one_line
from studio.common.errors import InputError
from studio.domain import name_pattern
from studio.domain.name_pattern import PatternPart
from studio.ui.dialogs.export.export_words import token_name
from studio.ui.style.theme import theme
from studio.ui.support.key_repeat import once
from studio.ui.widgets.edit_menu import EditMenu

_KIND = QTextFormat.ObjectTypes.UserObject + 1
_TOKEN = QTextFormat.Property.UserProperty + 1
_OBJECT = "\ufffc"  # Qt's placeholder character for an object in a text
_SIDE = 6
_HEIGHT = 30


class _TokenBlock(QPyTextObject):
    """Draws the tokens."""

    def intrinsicSize(self, _document: QTextDocument, _position: int, form: QTextFormat) -> QSizeF:
        metrics = QFontMetricsF(theme().font("small"))
        words = token_name(_part(str(form.property(_TOKEN))))
        return QSizeF(metrics.horizontalAdvance(words) + 2 * _SIDE + 2, metrics.height())

    def drawObject(
        self,
        painter: QPainter,
        rect: QRectF | QRect,
        _document: QTextDocument,
        _position: int,
        form: QTextFormat,
    ) -> None:
        look = theme()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.color("tint"))
        box = QRectF(rect).adjusted(1, -1, -1, 1)
        painter.drawRoundedRect(box, 4, 4)
        painter.setFont(look.font("small"))
        painter.setPen(look.color("ink"))
        words = token_name(_part(str(form.property(_TOKEN))))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
        painter.restore()


def _part(token: str) -> PatternPart:
    (part,) = name_pattern.parse(f"{{{token}}}")
    return part


def _token(part: PatternPart) -> str:
    return f"n:{part.digits}" if part.text == "n" else part.text


class TokenField(QTextEdit):
    """One line with a pattern. Backspace removes a token as a whole.

    A token that is typed or pasted, such as {title}, becomes a block.

    Signals:
        changed: the user changed the pattern (str).
        entered: Enter was pressed.
    """

    changed = Signal(str)
    entered = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = ""
        self._setting = False
        self.setAccessibleName(name)
        self.setAcceptRichText(False)
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QTextEdit.LineWrapMode.NoWrap)
        self.setWordWrapMode(QTextOption.WrapMode.NoWrap)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(theme().height(_HEIGHT))
        self.setFont(theme().font("small"))
        self.document().setDocumentMargin(2)
        self._block = _TokenBlock(self)
        self.document().documentLayout().registerHandler(_KIND, self._block)
        EditMenu(self)
        self.textChanged.connect(self.on_text_changed)

    @property
    def pattern(self) -> str:
        """The pattern as it is written in a preset."""
        return _pattern_of(QTextCursor(self.document()), whole=True)

    def set_pattern(self, pattern: str) -> None:
        """Show a pattern, which must be valid, without emitting a signal."""
        if pattern == self.pattern:
            return
        self._setting = True
        self.clear()
        self._insert(self.textCursor(), name_pattern.parse(pattern))
        self._setting = False
        self._shown = pattern
        self._describe(pattern)

    def add_token(self, name: str) -> None:
        """Insert a token at the cursor."""
        self._insert(self.textCursor(), name_pattern.parse(f"{{{name}}}"))
        self.setFocus()

    def on_text_changed(self) -> None:
        """Turn typed tokens into blocks, and emit the pattern."""
        if self._setting:
            return
        self._setting = True
        self._make_blocks()
        self._setting = False
        pattern = self.pattern
        if pattern != self._shown:
            self._shown = pattern
            self._describe(pattern)
            self.changed.emit(pattern)

    def _describe(self, pattern: str) -> None:
        try:
            parts = name_pattern.parse(pattern)
        except InputError:
            self.setAccessibleDescription(pattern)
            return
        told = [token_name(one) if one.is_token else one.text for one in parts]
        self.setAccessibleDescription(" ".join(told))

    def _make_blocks(self) -> None:
        cursor = self.textCursor()
        before = cursor.position()
        text = self.toPlainText()
        end = text.rfind("}", 0, before)
        start = text.rfind("{", 0, max(end, 0))
        if end != before - 1 or start < 0 or _OBJECT in text[start:end]:
            return
        try:
            parts = name_pattern.parse(text[start : end + 1])
        except InputError:
            return
        cursor.setPosition(start)
        cursor.setPosition(before, QTextCursor.MoveMode.KeepAnchor)
        self._insert(cursor, parts)

    def _insert(self, cursor: QTextCursor, parts: tuple[PatternPart, ...]) -> None:
        cursor.beginEditBlock()
        cursor.removeSelectedText()
        for part in parts:
            if part.is_token:
                form = QTextCharFormat()
                form.setObjectType(_KIND)
                form.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignMiddle)
                form.setProperty(_TOKEN, _token(part))
                cursor.insertText(_OBJECT, form)
            else:
                cursor.insertText(part.text, QTextCharFormat())
        cursor.setCharFormat(QTextCharFormat())
        cursor.endEditBlock()
        self.setTextCursor(cursor)
        self.setCurrentCharFormat(QTextCharFormat())

    # --- Qt -------------------------------------------------------------------------------

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
            return
        super().keyPressEvent(event)

    def createMimeDataFromSelection(self) -> QMimeData:
        data = QMimeData()
        data.setText(_pattern_of(self.textCursor(), whole=False))
        return data

    def insertFromMimeData(self, source: QMimeData) -> None:
        text = one_line(source.text())
        try:
            parts = name_pattern.parse(text)
        except InputError:
            # An invalid pattern is shown as typed, with the error under the field.
            parts = (PatternPart(text),)
        self._insert(self.textCursor(), parts)


def _pattern_of(cursor: QTextCursor, *, whole: bool) -> str:
    """The pattern of a document, or of the selection of a cursor."""
    document = cursor.document()
    first = 0 if whole else cursor.selectionStart()
    last = document.characterCount() - 1 if whole else cursor.selectionEnd()
    reader, found = QTextCursor(document), []
    for position in range(first, last):
        sign = document.characterAt(position)
        if sign != _OBJECT:
            found.append(sign)
            continue
        reader.setPosition(position + 1)
        found.append(f"{{{reader.charFormat().property(_TOKEN)}}}")
    return "".join(found).replace("\u2029", " ")
