"""Strip of mark mode: tools, colours, undo, and hiding the marks."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QWidget

from studio.common.i18n import _
from studio.domain.markup import MARK_COLOURS, MarkKind
from studio.ui.style.theme import theme
from studio.ui.support import key_names, view_keys
from studio.ui.support.mark_painter import kind_name
from studio.ui.support.view_keys import ViewCommand
from studio.ui.views.loupe.mark.tool import ERASER
from studio.ui.views.loupe.tool_strip import StripTool, ToolStrip
from studio.ui.widgets.buttons import IconButton, PaintedRadio
from studio.ui.widgets.plain_text import set_tip

TOOLS: tuple[tuple[MarkKind | str, str, ViewCommand], ...] = (
    (MarkKind.PIN, "pin", ViewCommand.MARK_PIN),
    (MarkKind.ARROW, "arrow", ViewCommand.MARK_ARROW),
    (MarkKind.BOX, "box", ViewCommand.MARK_BOX),
    (MarkKind.PEN, "pen", ViewCommand.MARK_PEN),
    (ERASER, "eraser", ViewCommand.MARK_ERASER),
)
"""Tools with icon and the command that chooses them, in the order of the strip."""

_DISC = 16


def tool_name(tool: MarkKind | str) -> str:
    """Name of a tool."""
    return kind_name(tool) if isinstance(tool, MarkKind) else _("Eraser")


class _ColourButton(PaintedRadio):
    """A colour of marks."""

    def __init__(self, colour: str, name: str, parent: QWidget) -> None:
        super().__init__(parent, radius=12)
        self.colour = colour
        self.setAccessibleName(name)
        set_tip(self, name)
        self.setFixedSize(26, 26)

    def sizeHint(self) -> QSize:
        return QSize(26, 26)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        centre = QPointF(13, 13)
        painter.setPen(QPen(theme().color("edge"), 1))
        painter.setBrush(QColor(self.colour))
        painter.drawEllipse(centre, _DISC / 2 - 0.5, _DISC / 2 - 0.5)
        if self.isChecked():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme().color("accent"), 1.5))
            painter.drawEllipse(centre, 11.25, 11.25)
        painter.end()


class MarkStrip(ToolStrip):
    """Tools of mark mode.

    Signals:
        colour_chosen: one of MARK_COLOURS.
        undo_wanted, redo_wanted: undo or redo the last change of the marks.
    """

    colour_chosen = Signal(str)
    undo_wanted = Signal()
    redo_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        tools = [
            StripTool(tool, icon, tool_name(tool), view_keys.cap(command))
            for tool, icon, command in TOOLS
        ]
        super().__init__(tools, parent)
        self._colours = QButtonGroup(self)
        names = (_("Red"), _("Yellow"), _("White"), _("Black"))
        for colour, name in zip(MARK_COLOURS, names, strict=True):
            self._colours.addButton(_ColourButton(colour, name, self))
        self.add_group(*self._colours.buttons())
        self.undo_button = IconButton("undo", _("Undo"), key_names.current("Ctrl+Z"), self)
        redo = key_names.current("Ctrl+Shift+Z")
        self.redo_button = IconButton("redo", _("Redo"), redo, self)
        self.add_group(self.undo_button, self.redo_button)
        self.finish_strip(_("Hide the marks, while held"))
        self._colours.buttonToggled.connect(self.on_colour)
        self.undo_button.clicked.connect(self.undo_wanted)
        self.redo_button.clicked.connect(self.redo_wanted)

    def show_colour(self, colour: str) -> None:
        """Show the colour of the marks drawn next."""
        for button in self._colours.buttons():
            if isinstance(button, _ColourButton):
                button.setChecked(button.colour == colour)
                button.setVisible(not self.narrow or button.colour == colour)

    def show_steps(self, *, undo: bool, redo: bool) -> None:
        """Enable undo and redo."""
        self.undo_button.setEnabled(undo)
        self.redo_button.setEnabled(redo)

    def show_parts(self) -> None:
        """Show only the chosen colour and no redo in a narrow strip."""
        self.redo_button.setVisible(not self.narrow)
        checked = self._colours.checkedButton()
        if isinstance(checked, _ColourButton):
            self.show_colour(checked.colour)

    def on_colour(self, button: QAbstractButton, on: bool) -> None:  # noqa: FBT001 - a slot
        """Emit the chosen colour."""
        if on and isinstance(button, _ColourButton):
            self.colour_chosen.emit(button.colour)
