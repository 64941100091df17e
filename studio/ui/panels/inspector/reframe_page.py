"""Inspector page of reframe mode: formats, margins, seam, sharpness, and the keys."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QImage, QIntValidator, QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QSlider, QWidget

from studio.common.i18n import _, number
from studio.domain import pixel_frames
from studio.domain.pixel_frames import Handle
from studio.ui.panels.inspector.format_line import FormatLine
from studio.ui.panels.inspector.mode_page import ModePage
from studio.ui.panels.inspector.row_list import RowList
from studio.ui.panels.inspector.section import InspectorSection
from studio.ui.support import view_keys
from studio.ui.support.frame_editor import FrameEditor
from studio.ui.support.frame_words import format_name, handle_name
from studio.ui.support.key_repeat import once
from studio.ui.support.view_keys import ViewCommand
from studio.ui.widgets.buttons import Button, CheckBox
from studio.ui.widgets.edit_menu import EditMenu
from studio.ui.widgets.segmented import Segmented
from studio.ui.widgets.switch import Switch
from studio.ui.widgets.text import Text

MOST_SEAM = 128  # pixels
STEP = 8  # pixels
_MOST = 200_000  # pixels of a margin
_EDGES = (Handle.LEFT, Handle.RIGHT, Handle.TOP, Handle.BOTTOM)


class RoomField(QLineEdit):
    """Pixels on one side of the picture; the up and down keys change them by 8.

    Signals:
        chosen: the user typed or stepped to another number (int).
        escaped: Esc; the focus returns to the picture.
    """

    chosen = Signal(int)
    escaped = Signal()

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._value = 0
        self.setAccessibleName(name)
        self.setValidator(QIntValidator(-_MOST, _MOST, self))
        self.setMinimumWidth(48)
        EditMenu(self)
        self.editingFinished.connect(self.on_finished)

    def set_value(self, value: int) -> None:
        """Show this number without emitting a signal."""
        self._value = value
        if self.text() != str(value):
            self.setText(str(value))

    def on_finished(self) -> None:
        """Emit a typed number; restore the value for anything else."""
        try:
            value = int(self.text())
        except ValueError:
            value = self._value
        if value != self._value:
            self.chosen.emit(value)
        self.setText(str(self._value))

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: STEP, Qt.Key.Key_Down: -STEP}
        if event.key() == Qt.Key.Key_Escape:
            self.setText(str(self._value))
            self.escaped.emit()
        elif (step := steps.get(Qt.Key(event.key()))) is not None:
            self.chosen.emit(self._value + step)
        else:
            super().keyPressEvent(event)


class ReframePage(ModePage):
    """The ticked formats of an editor, and the settings of their frames.

    Signals:
        size_chosen: a size of the model (str).
    """

    size_chosen = Signal(object)

    def __init__(self, editor: FrameEditor, parent: QWidget) -> None:
        super().__init__(_keys(), parent)
        self._editor = editor
        self._image: QImage | None = None
        self._prices = ("", "")
        self._sizes: tuple[str, ...] = ()
        self.setAccessibleName(_("Reframe"))
        self.list = self._make_list()
        self.set_parts(
            (self.list.part, self._make_room(), self._make_seam(), self._make_sharpness())
        )
        editor.changed.connect(self.refresh)
        self.refresh()

    def _make_list(self) -> RowList[FormatLine]:
        made = RowList(
            self._new_line,
            self,
            name=_("Formats"),
            empty=_("Tick the formats over the picture. Each becomes a picture of its own."),
            top=10,
        )
        made.head.addWidget(Text(_("one picture each"), "micro", "text3", made.part))
        return made

    def _make_room(self) -> QWidget:
        part = InspectorSection("", self)
        head = QHBoxLayout()
        self._room_title = Text("", "micro", "text3", part, weight=600)
        self.centre_button = Button(_("Centre"), "link", part, size=24)
        self.centre_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.centre_button.clicked.connect(self._editor.centre)
        head.addWidget(self._room_title)
        head.addStretch(1)
        head.addWidget(self.centre_button)
        part.body.addLayout(head)
        grid = QGridLayout()
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(4)
        names = {
            Handle.LEFT: _("Left"),
            Handle.RIGHT: _("Right"),
            Handle.TOP: _("Top"),
            Handle.BOTTOM: _("Bottom"),
        }
        self.fields: dict[Handle, RoomField] = {}
        for at, handle in enumerate(_EDGES):
            grid.addWidget(Text(names[handle], "small", "text2", part), 0, at)
            field = RoomField(handle_name(handle), part)
            field.chosen.connect(partial(self._editor.set_room, handle))
            field.escaped.connect(self.picture_wanted)
            grid.addWidget(field, 1, at)
            grid.setColumnStretch(at, 1)
            self.fields[handle] = field
        part.body.addLayout(grid)
        return part

    def _make_seam(self) -> QWidget:
        part = InspectorSection("", self)
        self.keep = Switch(_("Centre kept pixel for pixel"), part)
        self.keep.changed.connect(self.on_keep)
        part.body.addWidget(self.keep)
        part.body.addSpacing(8)
        row = QHBoxLayout()
        row.addWidget(Text(_("Seam, in the new part"), "small", "text2", part))
        row.addStretch(1)
        self._seam_words = Text("", "small", "text", part)
        row.addWidget(self._seam_words)
        part.body.addLayout(row)
        self.seam = QSlider(Qt.Orientation.Horizontal, part)
        self.seam.setAccessibleName(_("Seam, in the new part"))
        self.seam.setRange(0, MOST_SEAM)
        self.seam.setPageStep(16)
        self.seam.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.seam.valueChanged.connect(self.on_seam)
        part.body.addWidget(self.seam)
        part.body.addSpacing(4)
        self.match = CheckBox(_("Match colours on the seam"), part)
        self.match.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.match.toggled.connect(self.on_match)
        part.body.addWidget(self.match)
        return part

    def _make_sharpness(self) -> QWidget:
        part = self._sharpness = InspectorSection(_("Sharpness"), self)
        self._sharp_words = Text("", "small", "text2", part, wrap=True)
        part.body.addWidget(self._sharp_words)
        part.body.addSpacing(8)
        self._size_row = QHBoxLayout()
        self._size_row.setSpacing(10)
        self.sizes: Segmented | None = None
        self._sum = Text("", "small", "text3", part)
        self._size_row.addWidget(self._sum)
        self._size_row.addStretch(1)
        part.body.addLayout(self._size_row)
        return part

    # --- content ----------------------------------------------------------------------------

    @property
    def lines(self) -> tuple[FormatLine, ...]:
        """Lines of the ticked formats, in order."""
        return tuple(self.list.rows)

    def refresh(self) -> None:
        """Show the frames of the editor."""
        editor, ticked = self._editor, self._editor.ticked
        n = len(ticked)
        title = _("Formats, {n} ticked").format(n=number(n)) if n else _("Formats")
        if self.list.set_count(n, title):
            self.picture_wanted.emit()
        for line, frame in zip(self.list.rows, ticked, strict=True):
            on = frame.aspect == editor.shown
            price = self._prices[1] if frame.inside else self._prices[0]
            shown = editor.frame if on else frame
            line.show_frame(shown, editor.size, price, self._image, on=on)
        # Translators: {format} is an aspect ratio, or "Free".
        title = _("Margins, {format}")
        self._room_title.setText(title.format(format=format_name(editor.shown)))
        room = pixel_frames.room_of(editor.box, editor.size)
        for handle, value in zip(_EDGES, room, strict=True):
            self.fields[handle].set_value(value)
        self._show_choices()

    def _show_choices(self) -> None:
        usual, long = self._editor.usual, max(self._editor.size)
        pixels = min(MOST_SEAM, round(usual.seam * long))
        self.keep.setChecked(usual.keep_centre)
        with QSignalBlocker(self.match):
            self.match.setChecked(usual.match)
        with QSignalBlocker(self.seam):
            self.seam.setMaximum(max(1, min(MOST_SEAM, long)))
            self.seam.setValue(pixels)
        self._seam_words.setText(_("{n} px").format(n=number(pixels)))
        for widget in (self.seam, self.match):
            widget.setEnabled(usual.keep_centre)

    def show_image(self, image: QImage | None) -> None:
        """Show the picture in the frames; None until its pixels have loaded."""
        self._image = image
        for line, frame in zip(self.list.rows, self._editor.ticked, strict=False):
            on = frame.aspect == self._editor.shown
            price = self._prices[1] if frame.inside else self._prices[0]
            line.show_frame(frame, self._editor.size, price, image, on=on)

    def show_prices(self, each: str, crop: str) -> None:
        """Show the price of a picture, and of a crop."""
        if (each, crop) != self._prices:
            self._prices = each, crop
            self.refresh()

    def show_sharpness(self, words: str, sizes: Sequence[str], chosen: str, total: str) -> None:
        """Show how sharp the new part will be, and the sizes of the model."""
        self._sharpness.setVisible(bool(words))
        self._sharp_words.setText(words)
        self._sum.setText(total)
        if tuple(sizes) != self._sizes:
            self._sizes = tuple(sizes)
            if self.sizes is not None:
                self.sizes.hide()
                self.sizes.deleteLater()
            items = [(size, size, "") for size in sizes]
            self.sizes = None
            if len(items) > 1:
                self.sizes = Segmented(items, self, name=_("Size"), size=26)
                self.sizes.changed.connect(self.size_chosen)
                self._size_row.insertWidget(0, self.sizes)
        if self.sizes is not None and chosen in self._sizes:
            self.sizes.set_value(chosen)

    def _new_line(self, _index: int, area: QWidget) -> FormatLine:
        line = FormatLine(area)
        line.wanted.connect(self._editor.show_format)
        line.removed.connect(self.on_removed)
        line.escaped.connect(self.picture_wanted)
        return line

    # --- slots ------------------------------------------------------------------------------

    def on_removed(self, aspect: str) -> None:
        self._editor.set_ticked(aspect, ticked=False)

    def on_keep(self, keep: bool) -> None:  # noqa: FBT001 - a slot
        self._editor.set_choices(keep_centre=keep)

    def on_seam(self, pixels: int) -> None:
        self._editor.set_choices(seam=pixels / max(self._editor.size))

    def on_match(self, match: bool) -> None:  # noqa: FBT001 - a slot
        self._editor.set_choices(match=match)


def _keys() -> list[tuple[str, str]]:
    return [
        ("Tab", _("next edge")),
        ("← →", _("move it by 8 px, Ctrl by 1")),
        (view_keys.cap(ViewCommand.HIDE), _("hide frame and hatch")),
        ("Esc", _("leave, the frames are kept")),
    ]
