"""Plain text editor for the prompt; grows with its lines and has no undo of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QMimeData, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QGuiApplication,
    QInputMethodEvent,
    QKeyEvent,
    QLinearGradient,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextBlockFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QApplication, QFrame, QTextEdit, QWidget

from studio.common.errors import InputError
from studio.common.i18n import _
from studio.ui.style.theme import FontName, theme
from studio.ui.support import drop_contents
from studio.ui.support.key_repeat import once
from studio.ui.support.qt_overrides import needs
from studio.ui.support.text_offsets import common_prefix, utf16_length
from studio.ui.widgets.scroll_area import give_viewport

if TYPE_CHECKING:
    from studio.ui.panels.composer.prompt_colours import PromptColours
    from studio.ui.widgets.edit_menu import EditMenu

PAUSE = 600  # milliseconds without a keystroke that end an undo step of typing
FADE = 12
FADES_FROM = 3  # lines in view; two would be faded entirely
SIDE = 4
_STAYS = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
"""Reasons for a loss of focus after which the user returns to the same selection."""


class PromptEditor(QTextEdit):
    """Text field of the prompt.

    Undo belongs to the composer, whose steps hold more than this text; pasted or dropped pictures
    and files are emitted.

    Attributes:
        edit_menu: its context menu; set by the composer, which has its undo.
        colours: highlighter of variants and comments; set by the composer.

    Signals:
        typed: the user changed the text.
        paused: the user stopped typing for a moment.
        submitted: Ctrl+Enter; not while an input method composes a word.
        undo_wanted, redo_wanted: Ctrl+Z, Ctrl+Shift+Z or Ctrl+Y.
        history_wanted(object): -1 for an older prompt, 1 for a newer one.
        escaped: Esc.
        things_given(object): QMimeData with pictures or files, pasted or dropped.
        troubled(object): a StudioError for text that cannot be pasted.
        focus_changed(object): whether it has the focus.
        height_changed: the preferred height changed.
    """

    typed = Signal()
    paused = Signal()
    submitted = Signal()
    undo_wanted = Signal()
    redo_wanted = Signal()
    history_wanted = Signal(object)
    escaped = Signal()
    things_given = Signal(object)
    troubled = Signal(object)
    focus_changed = Signal(object)
    height_changed = Signal()

    edit_menu: EditMenu
    colours: PromptColours | None = None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Prompt"))
        self.setProperty("field", "bare")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAcceptRichText(False)
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        # Off until the composer owns it: a dropped picture would be lost.
        self.setAcceptDrops(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setLineWrapMode(QTextEdit.LineWrapMode.FixedPixelWidth)
        view = give_viewport(self)
        view.setCursor(Qt.CursorShape.IBeamCursor)
        view.setAutoFillBackground(False)
        # Lines are measured for the viewport; the layout still refers to the previous one.
        self.document().documentLayout().setPaintDevice(view)
        self.document().setDocumentMargin(0)
        self.setViewportMargins(SIDE, 0, SIDE, 0)
        self._font: FontName = "prompt"
        self._most = 6
        self._quiet = False
        self._text = ""
        self._pause = QTimer(self, singleShot=True, interval=PAUSE)
        self._pause.timeout.connect(self.paused)
        self.textChanged.connect(self.on_text_changed)
        theme().changed.connect(self.dress)
        self.dress()

    # --- text -----------------------------------------------------------------------------

    def text(self) -> str:
        return self.toPlainText()

    def replace_text(self, text: str) -> None:
        """Replace the text, touching only the part that differs; the caret moves to the end."""
        before = self.text()
        if text == before:
            return
        head = common_prefix(before, text)
        tail = min(common_prefix(before[::-1], text[::-1]), min(len(before), len(text)) - head)
        cursor = self.textCursor()
        cursor.setPosition(utf16_length(before[:head]))
        end = utf16_length(before[: len(before) - tail])
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        self._quiet = True
        cursor.insertText(text[head : len(text) - tail])
        self._quiet = False
        self.setTextCursor(cursor)
        self._text = self.text()
        self._layout_lines()

    @property
    def composing(self) -> bool:
        """Whether an input method shows a word that is not in the text yet."""
        return bool(self.textCursor().block().layout().preeditAreaText())

    def keep_composed(self) -> None:
        """Insert the word that an input method is composing into the text, as shown."""
        word = self.textCursor().block().layout().preeditAreaText()
        if word:
            # Not QInputMethod.commit, which drops the word with some engines of IBus.
            QGuiApplication.inputMethod().reset()
            event = QInputMethodEvent("", [])
            event.setCommitString(word)
            QApplication.sendEvent(self, event)

    def caret_to_end(self) -> None:
        self.moveCursor(QTextCursor.MoveOperation.End)

    def on_text_changed(self) -> None:
        """Emit `typed` for a change of the text, not of its colours."""
        text = self.text()
        if self._quiet or text == self._text:
            return
        self._text = text
        self._layout_lines()
        self.typed.emit()
        self._pause.start()

    @property
    def most_lines(self) -> int:
        """Number of lines after which it scrolls."""
        return self._most

    @property
    def small(self) -> bool:
        """Whether it uses the smaller font of a narrow window."""
        return self._font == "body"

    # --- appearance -----------------------------------------------------------------------

    def set_small(self, *, small: bool) -> None:
        """Use the smaller font of a narrow window."""
        self._font = "body" if small else "prompt"
        self.dress()

    def set_most_lines(self, lines: int) -> None:
        """Set the number of lines after which it scrolls."""
        if lines != self._most:
            self._most = max(2, lines)
            self._measure()

    def line_height(self) -> int:
        """Pixels from one line to the next."""
        return theme().px(20 if self._font == "body" else 22)

    def dress(self) -> None:
        """Apply the theme's fonts and colours."""
        font = theme().font("prompt")
        if self._font == "body":
            font.setPixelSize(theme().px(14))
        # The style sheet's font size would override setFont. Qt's placeholder is higher than the
        # text, so it is painted here.
        self.setStyleSheet(f"font-size: {font.pixelSize()}px; placeholder-text-color: transparent;")
        self.setFont(font)
        self.document().setDefaultFont(font)
        if self.colours is not None:
            self.colours.refresh()
        self._layout_lines()
        self._wrap()

    def _layout_lines(self) -> None:
        """Set the design's line height; Qt's default is as tight as the font allows."""
        kind = QTextBlockFormat.LineHeightTypes.FixedHeight.value
        height = self.line_height()
        block = self.document().begin()
        while block.isValid():
            if block.blockFormat().lineHeight() != height:
                form = QTextBlockFormat()
                form.setLineHeight(height, kind)
                cursor = QTextCursor(block)
                self._quiet, quiet = True, self._quiet
                cursor.setBlockFormat(form)
                self._quiet = quiet
            block = block.next()
        self._measure()

    def _wrap(self) -> None:
        self.setLineWrapColumnOrWidth(max(40, self.viewport().width()))
        self._measure()

    def _measure(self) -> None:
        least, most = 2 * self.line_height(), self._most * self.line_height()
        wanted = round(self.document().size().height())
        height = max(least, min(wanted, most)) + 2
        always = Qt.ScrollBarPolicy.ScrollBarAsNeeded
        never = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(always if wanted > most else never)
        if height != self.height() or height != self.minimumHeight():
            self.setFixedHeight(height)
            self.height_changed.emit()

    # --- Qt -------------------------------------------------------------------------------

    @needs("_font")
    def minimumSizeHint(self) -> QSize:
        return QSize(160, 2 * self.line_height())

    def event(self, event: QEvent) -> bool:
        # While it has the focus, undo and Ctrl+Enter are the prompt's, not a menu's.
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            event.setAccepted(bool(_undo_key(event) or _enter(event) or _history(event)))
            if event.isAccepted():
                return True
        return super().event(event)

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        undo, older = _undo_key(event), _history(event)
        if _enter(event):
            # A word being composed is not in the text yet, and only Enter completes it.
            if not self.composing:
                self.submitted.emit()
        elif undo:
            (self.undo_wanted if undo < 0 else self.redo_wanted).emit()
        elif older:
            self.history_wanted.emit(older)
        elif event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        else:
            super().keyPressEvent(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasText() or source.hasUrls() or drop_contents.accepts(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        if not drop_contents.is_words(source):
            self.things_given.emit(source)
            return
        try:
            self.insertPlainText(drop_contents.text_in(source))
        except InputError as error:
            self.troubled.emit(error)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_changed.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in _STAYS:
            cursor = self.textCursor()
            cursor.clearSelection()
            self.setTextCursor(cursor)
        self.paused.emit()
        self.focus_changed.emit(False)

    @needs("_most")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._wrap()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        bar, view = self.verticalScrollBar(), self.viewport()
        tall = view.height() >= FADES_FROM * self.line_height()
        painter = QPainter(view)
        if self.document().isEmpty() and not self.composing:
            painter.setPen(theme().color("text3"))
            painter.setFont(self.font())
            line = QRectF(0, 0, view.width(), self.line_height())
            flags = Qt.AlignmentFlag.AlignBottom | Qt.TextFlag.TextSingleLine
            painter.drawText(line, flags, self.placeholderText())
        solid = theme().color("sunk")
        clear = theme().color("sunk")
        clear = type(solid)(clear.red(), clear.green(), clear.blue(), 0)
        for cut, top, edge in (
            (tall and bar.value() > bar.minimum(), 0, 0),
            (tall and bar.value() < bar.maximum(), view.height() - FADE, view.height()),
        ):
            if cut:
                fade = QLinearGradient(0, edge, 0, FADE if edge == 0 else edge - FADE)
                fade.setColorAt(0, solid)
                fade.setColorAt(1, clear)
                painter.fillRect(0, top, view.width(), FADE, fade)
        painter.end()


def _enter(event: QKeyEvent) -> bool:
    keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
    return event.key() in keys and bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)


def _undo_key(event: QKeyEvent) -> int:
    """-1 for undo, 1 for redo, 0 for any other key."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    ctrl, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    if event.key() == Qt.Key.Key_Z and modifiers == ctrl:
        return -1
    if event.key() == Qt.Key.Key_Z and modifiers == (ctrl | shift):
        return 1
    return 1 if event.key() == Qt.Key.Key_Y and modifiers == ctrl else 0


def _history(event: QKeyEvent) -> int:
    """-1 for an older prompt, 1 for a newer one, 0 for any other key."""
    if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier != Qt.KeyboardModifier.AltModifier:
        return 0
    return {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
