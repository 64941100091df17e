"""A mark in the list: crop of its place, number, kind, sentence, eye and cross."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QContextMenuEvent,
    QEnterEvent,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
)
from PySide6.QtWidgets import QApplication, QFrame, QGridLayout, QLineEdit, QWidget

from studio.common.i18n import _, number
from studio.domain.markup import LONGEST_SENTENCE, Mark
from studio.ui.style.theme import theme
from studio.ui.support import mark_painter
from studio.ui.support.key_names import spoken
from studio.ui.support.key_repeat import ENTER, once
from studio.ui.support.layout_direction import margins, placed
from studio.ui.support.qt_overrides import needs
from studio.ui.widgets.accessible import set_role
from studio.ui.widgets.buttons import IconButton
from studio.ui.widgets.edit_menu import EditMenu
from studio.ui.widgets.menu import Menu
from studio.ui.widgets.signs import paint_chosen_bar, paint_row_ground
from studio.ui.widgets.text import Text

CROP = 44
_DISC = 18
_PAD = 8
_TEXT = _PAD + CROP + 10


class MarkRow(QFrame):
    """One mark. A click or Enter on the sentence opens its field.

    Attributes:
        index: index of the mark.
        field: field of the sentence, visible while it is written.

    Signals:
        selected(int): it was clicked or focused.
        typed(int, str): the sentence was changed.
        written(int): the field was closed.
        stepped(int, int): from the field, to the next (1) or previous (-1) mark.
        hidden_chosen(int, bool): hide it, or show it again.
        removed(int): remove it.
        dragged(int, int): moved to this height of the list.
        dropped(int, int): released at this height of the list.
        moved(int, int): by the keyboard, by -1 or 1.
        escaped: Esc without a field; the focus returns to the picture.
    """

    selected = Signal(int)
    typed = Signal(int, str)
    written = Signal(int)
    stepped = Signal(int, int)
    hidden_chosen = Signal(int, bool)
    removed = Signal(int)
    dragged = Signal(int, int)
    dropped = Signal(int, int)
    moved = Signal(int, int)
    escaped = Signal()

    def __init__(self, index: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.index = index
        self._mark: Mark | None = None
        self._on = False
        self._crop: QImage | None = None
        self._pressed: QPoint | None = None
        self._moving = False
        set_role(self, QAccessible.Role.ListItem)
        self.setProperty("radius", 8)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._kind = Text("", "micro", "text3", self)
        self._words = Text("", "body", "text", self, wrap=True, prose=True)
        self._words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.field = QLineEdit(self)
        self.field.setMaxLength(LONGEST_SENTENCE)
        self.field.setPlaceholderText(_("What should change here?"))
        self.field.hide()
        EditMenu(self.field)
        self.eye = IconButton("eye", _("Hide"), "", self, size=24)
        self.eye.clicked.connect(self.on_eye)
        self.close_button = IconButton("close", _("Remove"), "Del", self, size=24)
        self.close_button.clicked.connect(self.on_close)
        for button in (self.eye, self.close_button):
            policy = button.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            button.setSizePolicy(policy)
        grid = QGridLayout(self)
        grid.setContentsMargins(margins(self, _TEXT, _PAD, _PAD, _PAD))
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(3)
        grid.setColumnMinimumWidth(0, _DISC + 16)
        grid.addWidget(self._kind, 0, 1)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self.eye, 0, 2)
        grid.addWidget(self.close_button, 0, 3)
        grid.addWidget(self._words, 1, 0, 1, 4)
        grid.addWidget(self.field, 1, 0, 1, 4)
        grid.setRowMinimumHeight(0, 24)
        self.setMinimumHeight(CROP + 2 * _PAD)
        self.field.textEdited.connect(self.on_edited)
        self.field.installEventFilter(self)
        theme().changed.connect(self.update)

    # --- content ----------------------------------------------------------------------------

    def show_mark(self, index: int, mark: Mark, crop: QImage | None, *, on: bool) -> None:
        """Show a mark, and whether it is selected."""
        self.index, self._mark, self._on, self._crop = index, mark, on, crop
        self.setAccessibleName(mark_painter.mark_words(index, mark))
        self._kind.setText(mark_painter.kind_name(mark.kind))
        sentence = mark.sentence.strip()
        self._words.setText(sentence or _("no note yet, not sent"))
        self._words.recolour("text" if mark.sent else "text3")
        if not sentence:
            self._words.recolour("warn")
        if not self.field.hasFocus() and self.field.text() != mark.sentence:
            self.field.setText(mark.sentence)
        n = number(index + 1)
        self.field.setAccessibleName(_("Note of mark {n}").format(n=n))
        eye = _("Show mark {n}") if mark.hidden else _("Hide mark {n}")
        self.eye.set_icon("hide" if mark.hidden else "eye")
        self.eye.set_name(eye.format(n=n))
        self.close_button.set_name(_("Remove mark {n}").format(n=n), "Del")
        self._show_buttons()
        self.update()

    def _show_buttons(self) -> None:
        hidden = self._mark is not None and self._mark.hidden
        there = self._on or self.underMouse() or self.hasFocus()
        self.eye.setVisible(there or hidden)
        self.close_button.setVisible(there)

    @property
    def writing(self) -> bool:
        """Whether its field is visible."""
        return not self.field.isHidden()

    def write_sentence(self) -> None:
        """Open the field, with the caret at its end."""
        if self._mark is None:
            return
        self.field.setText(self._mark.sentence)
        self._words.hide()
        self.field.show()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.field.end(False)

    def close_field(self) -> None:
        """Close the field; the sentence is kept already."""
        if self.writing:
            self.field.hide()
            self._words.show()
            self.written.emit(self.index)

    # --- slots ------------------------------------------------------------------------------

    def on_edited(self, text: str) -> None:
        self.typed.emit(self.index, text)

    def on_eye(self) -> None:
        if self._mark is not None:
            self.hidden_chosen.emit(self.index, not self._mark.hidden)

    def on_close(self) -> None:
        self.removed.emit(self.index)

    def on_write(self) -> None:
        self.write_sentence()

    # --- Qt ---------------------------------------------------------------------------------

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, alt = event.key(), event.modifiers() & Qt.KeyboardModifier.AltModifier
        if key in (*ENTER, Qt.Key.Key_F2):
            self.write_sentence()
        elif alt and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.moved.emit(self.index, -1 if key == Qt.Key.Key_Up else 1)
        elif key == Qt.Key.Key_Up:
            self.focusPreviousChild()
        elif key == Qt.Key.Key_Down:
            self.focusNextChild()
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit(self.index)
        elif key == Qt.Key.Key_Escape:
            self.escaped.emit()
        else:
            super().keyPressEvent(event)

    @needs("field")
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Handle keys of the field, which would pass them on to the list and the window."""
        if watched is not self.field:
            return False
        if event.type() == QEvent.Type.FocusOut and isinstance(event, QFocusEvent):
            if event.reason() != Qt.FocusReason.PopupFocusReason:
                self.close_field()
        elif isinstance(event, QKeyEvent) and event.key() in (*ENTER, Qt.Key.Key_Escape):
            if event.type() == QEvent.Type.KeyPress:
                self.close_field()
                self.escaped.emit()
            event.accept()
            return True
        elif (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
        ):
            self.close_field()
            self.stepped.emit(self.index, -1 if event.key() == Qt.Key.Key_Backtab else 1)
            return True
        return False

    @needs("close_button")
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._show_buttons()
        self.selected.emit(self.index)

    @needs("close_button")
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._show_buttons()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._show_buttons()

    @needs("close_button")
    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._show_buttons()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed, self._moving = event.position().toPoint(), False
            self.selected.emit(self.index)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        way = event.position().toPoint() - self._pressed
        if way.manhattanLength() >= QApplication.startDragDistance():
            self._moving = True
        if self._moving:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.dragged.emit(self.index, self.mapToParent(event.position().toPoint()).y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        self.unsetCursor()
        at = event.position().toPoint()
        if self._moving:
            self._moving = False
            self.dropped.emit(self.index, self.mapToParent(at).y())
        elif pressed is not None and self._words.geometry().contains(at):
            self.write_sentence()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.open_menu(event.globalPos())

    def open_menu(self, at: QPoint) -> Menu:
        """Open the menu of the mark."""
        hidden = self._mark is not None and self._mark.hidden
        menu = Menu("", self)
        menu.entry(_("Change the note"), spoken("Return")).triggered.connect(self.on_write)
        menu.entry(_("Show") if hidden else _("Hide")).triggered.connect(self.on_eye)
        menu.addSeparator()
        menu.entry(_("Remove"), "Del").triggered.connect(self.on_close)
        menu.popup_once(at)
        return menu

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, look = QPainter(self), theme()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self._on:
            paint_row_ground(painter, self.rect(), radius=8)
            paint_chosen_bar(painter, self.rect(), mirrored=self.isRightToLeft())
        elif self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.color("cell"))
            painter.drawRoundedRect(QRectF(self.rect()), 8, 8)
        box = placed(self, QRect(_PAD, _PAD, CROP, CROP))
        path = QPainterPath()
        path.addRoundedRect(QRectF(box), 4, 4)
        painter.save()
        painter.setClipPath(path)
        if self._crop is None:
            painter.fillRect(box, look.color("press"))
        else:
            painter.drawImage(QRectF(box), self._crop, QRectF(self._crop.rect()))
        painter.restore()
        if self._mark is not None:
            painter.setOpacity(mark_painter.FAINT if self._mark.hidden else 1.0)
            middle = _PAD + self._kind.geometry().center().y() - _PAD
            disc = placed(self, QRectF(_TEXT, middle + 0.5 - _DISC / 2, _DISC, _DISC))
            centre = disc.center()
            mark_painter.paint_disc(painter, centre, self.index, self._mark, _DISC, rim=0.0)
            glyph = look.pixmap(self._mark.kind.value, "text3", 12, self.devicePixelRatioF())
            at = placed(self, QRect(_TEXT + _DISC + 6, middle - 5, 12, 12))
            painter.drawPixmap(at.topLeft(), glyph)
        painter.end()
