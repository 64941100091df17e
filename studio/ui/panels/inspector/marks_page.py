"""Inspector page of mark mode: the marks of a picture, what is sent with them, and the keys."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QContextMenuEvent,
    QImage,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from studio.common.i18n import _, number
from studio.domain.markup import Mark
from studio.ui.panels.inspector.mark_row import CROP, MarkRow
from studio.ui.panels.inspector.section import InspectorSection, PaddedScrollArea
from studio.ui.style.theme import theme
from studio.ui.support.key_repeat import once
from studio.ui.support.mark_editor import MarkEditor
from studio.ui.support.qt_overrides import needs
from studio.ui.widgets.accessible import set_role
from studio.ui.widgets.buttons import Button, CheckBox, PaintedButton
from studio.ui.widgets.menu import Menu
from studio.ui.widgets.text import KeyCap, Text

Crop = Callable[[Mark, int], QImage | None]
"""Makes the square of a mark's place with sides of so many pixels; None before there are pixels."""


def _no_crop(_mark: Mark, _side: int) -> None:
    return None


def _no_key(_event: QKeyEvent) -> bool:
    return False


class _NextMark(PaintedButton):
    """ "Click the picture for mark 4" """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        policy = self.sizePolicy()
        policy.setHorizontalPolicy(policy.Policy.Expanding)
        self.setSizePolicy(policy)

    def sizeHint(self) -> QSize:
        return QSize(160, theme().height(32))

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, hot = theme(), self.underMouse() or self.isDown()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(look.color("edge"), 1)
        pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.setBrush(look.color("hover") if hot else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        glyph = look.pixmap("plus", "text2", 16, self.devicePixelRatioF())
        painter.drawPixmap(10, (self.height() - 16) // 2, glyph)
        painter.setFont(look.font("small"))
        painter.setPen(look.color("text" if hot else "text2"))
        box = QRectF(34, 0, self.width() - 40, self.height())
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(box, flags, self.accessibleName())
        painter.end()


class _MarkList(QWidget):
    """The rows, with a line where a dragged one would be put."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._line: int | None = None
        set_role(self, QAccessible.Role.List)

    def show_line(self, height: int | None) -> None:
        """Show the line at this height; None for no line."""
        self._line = height
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._line is None:
            return
        painter = QPainter(self)
        painter.fillRect(8, max(0, self._line - 1), self.width() - 16, 2, theme().color("accent"))
        painter.end()


class MarksPage(QFrame):
    """The list "Marks" of an editor, the tick for the clean picture, keys and buttons.

    Attributes:
        crop: makes the squares beside the marks; set by the owner.
        keeps_key: whether a key is the mode's, before the window's shortcuts; set by the owner.
        press_key: acts on such a key, False for any other; set by the owner.

    Signals:
        pin_wanted: take the pin.
        picture_wanted: the keyboard goes back to the picture.
        copy_wanted: copy the picture with its marks.
        done: leave the mode.
        keys_hidden: "Hide the keys" was chosen.
    """

    pin_wanted = Signal()
    picture_wanted = Signal()
    copy_wanted = Signal()
    done = Signal()
    keys_hidden = Signal()

    def __init__(self, editor: MarkEditor, parent: QWidget) -> None:
        super().__init__(parent)
        self.crop: Crop = _no_crop
        self.keeps_key: Callable[[QKeyEvent], bool] = _no_key
        self.press_key: Callable[[QKeyEvent], bool] = _no_key
        self._editor = editor
        self._rows: list[MarkRow] = []
        inner = QWidget(self)
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self._make_list())
        self._column.addWidget(self._make_sending())
        self._keys = _Keys(self)
        self._keys.hide_wanted.connect(self.keys_hidden)
        self._column.addWidget(self._keys)
        self._column.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._scroll = PaddedScrollArea(inner, self)
        column.addWidget(self._scroll, 1)
        column.addWidget(self._make_foot())
        editor.changed.connect(self.refresh)
        editor.selection_changed.connect(self.refresh)
        self.refresh()

    def _make_list(self) -> QWidget:
        part = QWidget(self)
        column = QVBoxLayout(part)
        column.setContentsMargins(8, 8, 8, 10)
        column.setSpacing(2)
        head = QHBoxLayout()
        head.setContentsMargins(8, 0, 8, 4)
        self._title = Text("", "micro", "text3", part, weight=600)
        self._clear = Button(_("Clear all"), "link", part, size=24)
        self._clear.clicked.connect(self._editor.clear_marks)
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self._clear)
        column.addLayout(head)
        self._empty = Text(
            _("Click the picture and say what should change there."),
            "small",
            "text2",
            part,
            wrap=True,
        )
        self._empty.setContentsMargins(8, 4, 8, 8)
        column.addWidget(self._empty)
        self.list = _MarkList(part)
        self._list = QVBoxLayout(self.list)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(2)
        column.addWidget(self.list)
        self._next = _NextMark(part)
        self._next.clicked.connect(self.pin_wanted)
        row = QHBoxLayout()
        row.setContentsMargins(8, 6, 8, 0)
        row.addWidget(self._next)
        column.addLayout(row)
        return part

    def _make_sending(self) -> QWidget:
        part = InspectorSection(_("How marks work"), self)
        words = _("The number ties a note to its place. Marks without a note are not sent.")
        part.body.addWidget(Text(words, "small", "text2", part, wrap=True))
        part.body.addSpacing(6)
        self._clean = CheckBox(_("Send the clean picture too"), part)
        self._clean.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._clean.toggled.connect(self.on_clean)
        part.body.addWidget(self._clean)
        self._alone = Text("", "small", "text3", part, wrap=True)
        self._alone.hide()
        part.body.addWidget(self._alone)
        return part

    def _make_foot(self) -> QWidget:
        part = InspectorSection("", self)
        row = QHBoxLayout()
        row.setSpacing(6)
        self.copy_button = Button(_("Copy marked picture"), "", part, icon="copy")
        self.copy_button.clicked.connect(self.copy_wanted)
        self.done_button = Button(_("Done"), "", part)
        self.done_button.clicked.connect(self.done)
        row.addWidget(self.copy_button, 1)
        row.addWidget(self.done_button)
        part.body.addLayout(row)
        return part

    # --- content ----------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the editor's marks."""
        marks, editor = self._editor.marks, self._editor
        n = len(marks)
        self._title.setText(_("Marks, {n}").format(n=number(n)) if n else _("Marks"))
        self.list.setAccessibleName(_("Marks"))
        self._clear.setVisible(n > 0)
        self._empty.setVisible(n == 0)
        while len(self._rows) > n:
            row = self._rows.pop()
            had = row.hasFocus() or row.field.hasFocus()
            row.hide()
            row.deleteLater()
            if had:
                self.picture_wanted.emit()
        while len(self._rows) < n:
            self._rows.append(self._new_row(len(self._rows)))
        side = round(CROP * self.devicePixelRatioF())
        for index, (row, mark) in enumerate(zip(self._rows, marks, strict=True)):
            row.show_mark(index, mark, self.crop(mark, side), on=index == editor.selected)
        text = _("Click the picture for mark {n}").format(n=number(n + 1))
        self._next.setAccessibleName(text)
        self._next.update()
        self.copy_button.setEnabled(n > 0)
        with QSignalBlocker(self._clean):
            self._clean.setChecked(editor.markup.send_clean and self._clean.isEnabled())

    def _new_row(self, index: int) -> MarkRow:
        row = MarkRow(index, self.list)
        row.selected.connect(self._editor.select)
        row.typed.connect(self._editor.write)
        row.written.connect(self.on_written)
        row.stepped.connect(self.on_stepped)
        row.hidden_chosen.connect(self.on_hidden)
        row.removed.connect(self._editor.remove)
        row.dragged.connect(self.on_dragged)
        row.dropped.connect(self.on_dropped)
        row.moved.connect(self.on_moved)
        row.escaped.connect(self.picture_wanted)
        self._list.addWidget(row)
        row.show()
        return row

    def rows(self) -> tuple[MarkRow, ...]:
        """Rows of the marks, in order."""
        return tuple(self._rows)

    def write_sentence(self, index: int) -> None:
        """Put the caret into the sentence of a mark."""
        self._rows[index].write_sentence()
        self._scroll.ensureWidgetVisible(self._rows[index])

    def set_alone(self, model: str) -> None:
        """Say that this model takes one picture, so that the marked copy goes alone; "" for no."""
        self._clean.setEnabled(not model)
        # Translators: {model} is a model, such as nano-banana-lite.
        words = _("{model} takes one picture: only the marked copy is sent.")
        self._alone.setText(words.format(model=model))
        self._alone.setVisible(bool(model))
        self.refresh()

    def show_keys(self, *, shown: bool) -> None:
        """Show or hide the list of keys."""
        self._keys.setVisible(shown)

    # --- slots ------------------------------------------------------------------------------

    def on_clean(self, send: bool) -> None:  # noqa: FBT001 - a slot
        self._editor.set_send_clean(send=send)

    def on_written(self, _index: int) -> None:
        self._editor.finish_writing()

    def on_stepped(self, index: int, way: int) -> None:
        """Go from one sentence to the next, or to the picture after the last one."""
        self._editor.select(index)
        if self._editor.select_next(way) and self._editor.selected is not None:
            self.write_sentence(self._editor.selected)
        else:
            self.picture_wanted.emit()

    def on_hidden(self, index: int, hidden: bool) -> None:  # noqa: FBT001 - a slot
        self._editor.set_hidden(index, hidden=hidden)

    def on_dragged(self, _index: int, height: int) -> None:
        """Show where a dragged row would be put."""
        place = self._place_at(height)
        rows = self._rows
        self.list.show_line(rows[place].y() - 1 if place < len(rows) else self.list.height() - 1)

    def on_dropped(self, index: int, height: int) -> None:
        """Put a dragged row at its new place: the numbers change."""
        self.list.show_line(None)
        to = self._place_at(height)
        to -= to > index
        if to != index:
            self._editor.move(index, to)

    def on_moved(self, index: int, way: int) -> None:
        """Move a row by the keyboard, and keep the keyboard on it."""
        if 0 <= index + way < len(self._rows):
            self._editor.move(index, index + way)
            self._rows[index + way].setFocus(Qt.FocusReason.OtherFocusReason)

    # --- Qt ---------------------------------------------------------------------------------

    @needs("keeps_key")
    def event(self, event: QEvent) -> bool:
        # Before the window's shortcuts: Del takes the mark away, not the picture.
        early = event.type() == QEvent.Type.ShortcutOverride
        if early and isinstance(event, QKeyEvent) and self.keeps_key(event):
            event.accept()
            return True
        return super().event(event)

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.press_key(event):
            super().keyPressEvent(event)

    def _place_at(self, height: int) -> int:
        """Index before which a row let go at this height of the list is put."""
        return sum(height > row.geometry().center().y() for row in self._rows)


class _Keys(InspectorSection):
    """The keys of the mode. Its context menu hides it for good.

    Signals:
        hide_wanted: "Hide the keys" was chosen.
    """

    hide_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(_("Keys"), parent)
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for row, (key, does) in enumerate(_keys()):
            grid.addWidget(KeyCap(key, self), row, 0)
            grid.addWidget(Text(does, "small", "text2", self), row, 1)
        self.body.addLayout(grid)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.open_menu(event.globalPos())

    def open_menu(self, at: QPoint) -> Menu:
        """Open the menu with "Hide the keys"."""
        menu = Menu("", self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.entry(_("Hide the keys")).triggered.connect(self.hide_wanted)
        menu.popup(at)
        return menu


def _keys() -> list[tuple[str, str]]:
    return [
        ("N", _("numbered pin")),
        ("A", _("arrow, from the pin")),
        ("U", _("box")),
        ("B", _("pen")),
        ("E", _("eraser, takes a whole mark")),
        ("Enter", _("write the note")),
        ("Tab", _("next mark")),
        ("H", _("hide while held")),
        ("Esc", _("back to looking, marks stay")),
    ]
