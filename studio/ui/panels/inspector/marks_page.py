"""Inspector page of mark mode: list of the marks, what is sent with them, and the keys."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QWidget

from studio.common.i18n import _, number
from studio.domain.markup import Mark
from studio.ui.panels.inspector.mark_row import CROP, MarkRow
from studio.ui.panels.inspector.mode_page import ModePage
from studio.ui.panels.inspector.row_list import RowList
from studio.ui.panels.inspector.section import InspectorSection
from studio.ui.style.theme import theme
from studio.ui.support import view_keys
from studio.ui.support.layout_direction import placed
from studio.ui.support.mark_editor import MarkEditor
from studio.ui.support.view_keys import ViewCommand
from studio.ui.widgets.buttons import Button, CheckBox, PaintedButton
from studio.ui.widgets.text import Text

Crop = Callable[[Mark, int], QImage | None]
"""Crops the square around a mark, with this side in pixels; None until pixels have loaded."""


def _no_crop(_mark: Mark, _side: int) -> None:
    return None


class _NextMark(PaintedButton):
    """Row below the marks: "Click the picture for mark 4"."""

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
        at = placed(self, QRect(10, (self.height() - 16) // 2, 16, 16))
        painter.drawPixmap(at.topLeft(), glyph)
        painter.setFont(look.font("small"))
        painter.setPen(look.color("text" if hot else "text2"))
        box = QRectF(34, 0, self.width() - 40, self.height())
        painter.drawText(placed(self, box), Qt.AlignmentFlag.AlignVCenter, self.accessibleName())
        painter.end()


class MarksPage(ModePage):
    """List of an editor's marks, the check box for the clean picture, keys and buttons.

    Attributes:
        crop: crops the thumbnails of the marks; set by the owner.

    Signals:
        pin_wanted: choose the pin.
        copy_wanted: copy the picture with its marks.
        done: leave the mode.
    """

    pin_wanted = Signal()
    copy_wanted = Signal()
    done = Signal()

    def __init__(self, editor: MarkEditor, parent: QWidget) -> None:
        super().__init__(_keys(), parent)
        self.crop: Crop = _no_crop
        self._editor = editor
        self.list = self._make_list()
        self.set_parts((self.list.part, self._make_sending()), self._make_foot())
        editor.changed.connect(self.refresh)
        editor.selection_changed.connect(self.refresh)
        self.refresh()

    def _make_list(self) -> RowList[MarkRow]:
        made = RowList(
            self._new_row,
            self,
            name=_("Marks"),
            empty=_("Click the picture and say what should change there."),
            top=8,
        )
        self._clear = Button(_("Clear all"), "link", made.part, size=24)
        self._clear.clicked.connect(self._editor.clear_marks)
        made.head.addWidget(self._clear)
        self._next = _NextMark(made.part)
        self._next.clicked.connect(self.pin_wanted)
        row = QHBoxLayout()
        row.setContentsMargins(8, 6, 8, 0)
        row.addWidget(self._next)
        made.column.addLayout(row)
        return made

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
        self._clear.setVisible(n > 0)
        title = _("Marks, {n}").format(n=number(n)) if n else _("Marks")
        if self.list.set_count(n, title):
            self.picture_wanted.emit()
        side = round(CROP * self.devicePixelRatioF())
        for index, (row, mark) in enumerate(zip(self.list.rows, marks, strict=True)):
            row.show_mark(index, mark, self.crop(mark, side), on=index == editor.selected)
        text = _("Click the picture for mark {n}").format(n=number(n + 1))
        self._next.setAccessibleName(text)
        self._next.update()
        self.copy_button.setEnabled(n > 0)
        with QSignalBlocker(self._clean):
            self._clean.setChecked(editor.markup.send_clean and self._clean.isEnabled())

    def _new_row(self, index: int, area: QWidget) -> MarkRow:
        row = MarkRow(index, area)
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
        return row

    def rows(self) -> tuple[MarkRow, ...]:
        """Rows of the marks, in order."""
        return tuple(self.list.rows)

    def write_sentence(self, index: int) -> None:
        """Edit the sentence of a mark."""
        self.list.rows[index].write_sentence()
        self._scroll.ensureWidgetVisible(self.list.rows[index])

    def set_alone(self, model: str) -> None:
        """Show that this model takes a single picture, the marked copy; "" for other models."""
        self._clean.setEnabled(not model)
        # Translators: {model} is a model, such as nano-banana-lite.
        words = _("{model} takes one picture: only the marked copy is sent.")
        self._alone.setText(words.format(model=model))
        self._alone.setVisible(bool(model))
        self.refresh()

    # --- slots ------------------------------------------------------------------------------

    def on_clean(self, send: bool) -> None:  # noqa: FBT001 - a slot
        self._editor.set_send_clean(send=send)

    def on_written(self, _index: int) -> None:
        self._editor.seal()

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
        """Show where a dragged row would be dropped."""
        place = self._place_at(height)
        rows, area = self.list.rows, self.list.area
        area.show_line(rows[place].y() - 1 if place < len(rows) else area.height() - 1)

    def on_dropped(self, index: int, height: int) -> None:
        """Move a dragged row to its new place, which renumbers the marks."""
        self.list.area.show_line(None)
        to = self._place_at(height)
        to -= to > index
        if to != index:
            self._editor.move(index, to)

    def on_moved(self, index: int, way: int) -> None:
        """Move a row by the keyboard and keep it focused."""
        if 0 <= index + way < len(self.list.rows):
            self._editor.move(index, index + way)
            self.list.rows[index + way].setFocus(Qt.FocusReason.OtherFocusReason)

    def _place_at(self, height: int) -> int:
        """Index before which a row dropped at this height of the list is inserted."""
        return sum(height > row.geometry().center().y() for row in self.list.rows)


def _keys() -> list[tuple[str, str]]:
    return [
        (view_keys.cap(ViewCommand.MARK_PIN), _("numbered pin")),
        (view_keys.cap(ViewCommand.MARK_ARROW), _("arrow, from the pin")),
        (view_keys.cap(ViewCommand.MARK_BOX), _("box")),
        (view_keys.cap(ViewCommand.MARK_PEN), _("pen")),
        (view_keys.cap(ViewCommand.MARK_ERASER), _("eraser, removes whole marks")),
        ("Enter", _("write the note")),
        ("Tab", _("next mark")),
        (view_keys.cap(ViewCommand.HIDE), _("hide while held")),
        ("Esc", _("exit, marks are saved")),
    ]
