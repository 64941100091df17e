"""Strip of the mode Only here: tools, their size, inverting and hiding the region."""

from __future__ import annotations

import math

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QWidget

from studio.common.i18n import _, number
from studio.domain.markup import StrokeKind
from studio.ui.support import view_keys
from studio.ui.support.layout_direction import margins
from studio.ui.support.view_keys import ViewCommand
from studio.ui.views.loupe.tool_strip import StripTool, ToolStrip
from studio.ui.widgets.buttons import IconButton
from studio.ui.widgets.number_controls import SmallSlider
from studio.ui.widgets.text import Text

SMALLEST, LARGEST = 4, 512
"""Limits of the size in pixels of the picture."""

_STEPS = 4  # slider steps for twice the size

TOOLS: tuple[tuple[StrokeKind, str, ViewCommand], ...] = (
    (StrokeKind.BRUSH, "brush", ViewCommand.REGION_BRUSH),
    (StrokeKind.LASSO, "lasso", ViewCommand.REGION_LASSO),
    (StrokeKind.BOX, "box", ViewCommand.REGION_BOX),
    (StrokeKind.ERASER, "eraser", ViewCommand.REGION_ERASER),
)
"""Tools with icon and the command that chooses them, in the order of the strip."""


def tool_name(tool: StrokeKind) -> str:
    """Name of a tool."""
    return {
        StrokeKind.BRUSH: _("Brush"),
        StrokeKind.LASSO: _("Lasso"),
        StrokeKind.BOX: _("Box"),
        StrokeKind.ERASER: _("Eraser"),
    }[tool]


def next_size(size: int, way: int) -> int:
    """The next larger (1) or smaller (-1) size of brush and eraser, in pixels of the picture."""
    return _size_of(round(_place_of(size)) + way)


def _place_of(size: int) -> float:
    return _STEPS * math.log2(size / SMALLEST)


def _size_of(place: int) -> int:
    return min(LARGEST, max(SMALLEST, round(SMALLEST * 2 ** (place / _STEPS))))


class RegionStrip(ToolStrip):
    """Tools of the mode Only here.

    Signals:
        size_chosen: size of brush and eraser, in pixels of the picture.
        inverted: whether everything outside the region may change instead.
    """

    size_chosen = Signal(int)
    inverted = Signal(bool)

    def __init__(self, parent: QWidget) -> None:
        tools = [
            StripTool(tool, icon, tool_name(tool), view_keys.cap(command))
            for tool, icon, command in TOOLS
        ]
        super().__init__(tools, parent)
        self._words = Text(_("Size"), "small", "text2", self)
        self._words.setContentsMargins(4, 0, 4, 0)
        self.slider = SmallSlider(
            _("Size of brush and eraser"), 0, round(_place_of(LARGEST)), 0, self, width=64
        )
        self.slider.setSingleStep(1)
        self.slider.setPageStep(_STEPS)
        self._number = Text("", "small", "text", self)
        self._number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._number.setMinimumWidth(self._number.fontMetrics().horizontalAdvance("512") + 6)
        self._number.setContentsMargins(margins(self, 2, 0, 4, 0))
        self.add_group(self._words, self.slider, self._number)
        self.invert_button = IconButton("invert", _("Invert the region"), "", self, checkable=True)
        self.add_group(self.invert_button)
        self.finish_strip(_("Hide the region, while held"))
        self.slider.valueChanged.connect(self.on_slid)
        self.invert_button.clicked.connect(self.on_inverted)

    def show_size(self, size: int) -> None:
        """Show the size in pixels of the picture."""
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(_place_of(size)))
        self._number.setText(number(size))
        # Translators: {n} is the width of a brush.
        self.slider.setAccessibleDescription(_("{n} pixels").format(n=number(size)))

    def show_inverted(self, *, inverted: bool, possible: bool) -> None:
        """Show whether the region is inverted, and whether it can be."""
        self.invert_button.setEnabled(possible)
        self.invert_button.setChecked(inverted)

    def show_parts(self) -> None:
        """Show only the number of the size if there is no room for the slider."""
        room = not self.narrow and self.edge in ("top", "bottom")
        self._words.setVisible(room)
        self.slider.setVisible(room)

    def on_slid(self, place: int) -> None:
        """Emit the chosen size."""
        self.size_chosen.emit(_size_of(place))

    def on_inverted(self) -> None:
        """Emit the choice."""
        self.inverted.emit(self.invert_button.isChecked())
