"""Read-only text that can be selected and copied, with marked changes; never markup."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QMimeData, QSize, Qt, Signal
from PySide6.QtGui import (
    QResizeEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextEdit, QWidget

from studio.common.word_diff import DiffKind, DiffPiece
from studio.ui.style.theme import FontName, theme
from studio.ui.support.qt_overrides import needs
from studio.ui.widgets.edit_menu import EditMenu

_GONE = QTextFormat.Property.UserProperty + 1


class MarkedText(QTextEdit):
    """A text as tall as its content, or limited to a number of lines.

    Signals:
        cut_changed: whether text is hidden by the limit.
    """

    cut_changed = Signal(bool)

    def __init__(
        self,
        name: str,
        parent: QWidget | None = None,
        *,
        kind: FontName = "body",
        role: str = "text2",
        line: int = 19,
        beside: bool = False,
    ) -> None:
        """`beside`: it is a value in a table, aligned to its label in every language."""
        super().__init__(parent)
        self._beside = beside
        self._kind: FontName = kind
        self._role = role
        self._line = line
        self._runs: tuple[tuple[DiffPiece, str], ...] = ()
        self._limit = 0
        self._cut = False
        self.setReadOnly(True)
        self.setAcceptRichText(False)
        self.setAccessibleName(name)
        self.setProperty("field", "bare")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setTabChangesFocus(True)
        self.setCursorWidth(0)  # not editable
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        EditMenu(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.viewport().setAutoFillBackground(False)
        self.document().setDocumentMargin(0)
        theme().changed.connect(self.on_theme_changed)

    def set_pieces(self, pieces: Sequence[DiffPiece]) -> None:
        self._show(tuple((piece, self._role) for piece in pieces))

    def set_words(self, words: str) -> None:
        """Show this text without marks."""
        self.set_pieces((DiffPiece(DiffKind.SAME, words),) if words else ())

    def set_runs(self, *runs: tuple[str, str]) -> None:
        """Show texts in sequence, each with the role of its colour."""
        self._show(tuple((DiffPiece(DiffKind.SAME, text), role) for text, role in runs if text))

    def _show(self, runs: tuple[tuple[DiffPiece, str], ...]) -> None:
        if runs != self._runs:
            self._runs = runs
            self._write()

    def set_limit(self, lines: int) -> None:
        """Limit the number of lines; 0 shows all."""
        self._limit = lines
        self._grow()

    @property
    def shortened(self) -> bool:
        """Whether text is hidden by the limit."""
        return self._cut

    def on_theme_changed(self) -> None:
        """Rewrite in the new colours and fonts."""
        self._write()

    def _write(self) -> None:
        look = theme()
        self.document().setDefaultFont(look.font(self._kind, prose=True))
        self.clear()
        cursor = QTextCursor(self.document())
        block = QTextBlockFormat()
        block.setLineHeight(
            float(look.px(self._line)), QTextBlockFormat.LineHeightTypes.FixedHeight.value
        )
        if self._beside and self.isRightToLeft():
            block.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute)
        cursor.setBlockFormat(block)
        for piece, role in self._runs:
            core = piece.text.strip()
            lead, _core, trail = piece.text.partition(core) if core else (piece.text, "", "")
            plain = self._plain(role)
            cursor.insertText(lead, plain)
            cursor.insertText(core, self._form(piece.change, role))
            if piece.change is DiffKind.REMOVED:
                plain.setProperty(_GONE, True)
            cursor.insertText(trail, plain)
        self.moveCursor(QTextCursor.MoveOperation.Start)
        self._grow()

    def _plain(self, role: str) -> QTextCharFormat:
        form = QTextCharFormat()
        # Set on every run: the style sheet sets the font of the whole widget when it is shown.
        form.setFont(theme().font(self._kind, prose=True))
        form.setForeground(theme().color(role))
        return form

    def _form(self, change: DiffKind, role: str) -> QTextCharFormat:
        look, form = theme(), self._plain(role)
        if change is DiffKind.ADDED:
            form.setForeground(look.color("ok"))
            form.setBackground(look.color("addbg"))
            form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
        elif change is DiffKind.REMOVED:
            form.setForeground(look.color("bad"))
            form.setBackground(look.color("rembg"))
            form.setFontStrikeOut(True)
            form.setProperty(_GONE, True)
        return form

    def _grow(self) -> None:
        width = max(40, self.viewport().width())
        self.document().setTextWidth(width)
        whole = round(self.document().size().height())
        most = self._limit * theme().px(self._line) if self._limit else whole
        self.setFixedHeight(max(theme().px(self._line), min(whole, most)))
        cut = whole > most + 2
        if cut != self._cut:
            self._cut = cut
            self.cut_changed.emit(cut)

    # --- Qt -------------------------------------------------------------------------------

    @needs("_cut")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._grow()

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self.height())

    def wheelEvent(self, event: QWheelEvent) -> None:
        # The panel scrolls, not the text in it.
        event.ignore()

    def createMimeDataFromSelection(self) -> QMimeData:
        # Copy the current prompt, without the removed words.
        cursor = self.textCursor()
        first, last = cursor.selectionStart(), cursor.selectionEnd()
        words = []
        block = self.document().findBlock(first)
        while block.isValid() and block.position() < last:
            at = block.begin()
            while not at.atEnd():
                fragment = at.fragment()
                start = max(first, fragment.position())
                end = min(last, fragment.position() + fragment.length())
                if start < end and not fragment.charFormat().hasProperty(_GONE):
                    offset = fragment.position()
                    words.append(fragment.text()[start - offset : end - offset])
                at += 1
            block = block.next()
            if block.isValid() and block.position() < last:
                words.append("\n")
        data = QMimeData()
        data.setText("".join(words).replace("\u2028", "\n").replace("\u2029", "\n"))
        return data
