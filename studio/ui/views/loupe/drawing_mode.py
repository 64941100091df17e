"""Base of the modes of the loupe with a strip of drawing tools."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeyEvent

from studio.ui.support import view_keys
from studio.ui.support.markup_editor import MarkupEditor
from studio.ui.support.view_keys import KeyGroup, ViewCommand
from studio.ui.views.canvas.canvas import PictureCanvas
from studio.ui.views.canvas.tool import CanvasTool
from studio.ui.views.loupe.mode_overlay import ModeOverlay
from studio.ui.views.loupe.overlay_mode import OverlayMode
from studio.ui.views.loupe.tool_strip import ToolStrip

NARROW = 1100  # pixels of the canvas below which the strip has icons only
SLIM = 570  # the same for the picture


class DrawingTool(CanvasTool, Protocol):
    """Pointer that draws with one of the strip's tools.

    Attributes:
        chosen: the chosen tool; None for none.
        on_pressed: called with True while the button is down.
    """

    chosen: str | None
    on_pressed: Callable[[bool], object]


class DrawingMode(OverlayMode):
    """Mode with a strip of tools, each with its key.

    Attributes:
        strip: the tool strip.

    Signals:
        edge_chosen: the strip was dragged to another edge (str).
    """

    tool: DrawingTool
    edge_chosen = Signal(str)

    def __init__(
        self,
        canvas: PictureCanvas,
        parent: QObject,
        *,
        editor: MarkupEditor,
        strip: ToolStrip,
        tool: DrawingTool,
        overlay: ModeOverlay,
        group: KeyGroup,
        commands: Mapping[ViewCommand, str],
    ) -> None:
        """`commands` maps the commands of `group` to the tools they choose."""
        self.strip = strip
        self._group, self._commands = group, commands
        super().__init__(canvas, parent, editor=editor, tool=tool, overlay=overlay)
        tool.on_pressed = strip.set_faint
        strip.tool_chosen.connect(self.choose_tool)
        strip.hide_changed.connect(self.on_hide)
        strip.edge_chosen.connect(self.edge_chosen)

    # --- the mode ---------------------------------------------------------------------------

    def begin_overlay(self, name: str, spoken: str) -> None:
        """Show drawing and strip over the picture of this name."""
        super().begin_overlay(name, spoken)
        self.strip.show_tool(self.tool.chosen)
        self.on_changed()
        self.on_view_changed()
        self.strip.show()
        self.strip.raise_()
        self._canvas.update()

    def end_mode(self) -> None:
        """Remove drawing and strip, and deselect the tool."""
        if self.active:
            super().end_mode()
            self.choose_tool(None)
            self.strip.hide()

    def choose_tool(self, tool: str | None) -> None:
        """Choose a tool; None for none."""
        if tool != self.tool.chosen:
            self.tool.chosen = tool
            self.strip.show_tool(tool)
            self._canvas.show_cursor()

    # --- slots ------------------------------------------------------------------------------

    def on_hide(self, hide: bool) -> None:  # noqa: FBT001 - a slot
        """Hide or show the drawing."""
        self.set_shown(shown=not hide)

    def on_view_changed(self) -> None:
        """Keep the strip in position over the picture."""
        if not self.active:
            return
        visible = self._canvas.picture_rect().toAlignedRect() & self._canvas.rect()
        if visible.isEmpty():
            visible = self._canvas.rect()
        slim = self._canvas.picture_rect().width() < SLIM
        self.strip.set_narrow(narrow=slim or self._canvas.width() < NARROW)
        self.strip.place_in(visible)

    # --- keys -------------------------------------------------------------------------------

    def press_key(self, event: QKeyEvent) -> bool:
        """Choose a tool by its key, or act on another key of the mode; False for any other."""
        tool = self._tool_of(event)
        if tool is None:
            return super().press_key(event)
        if not event.isAutoRepeat():
            self.take_tool(tool)
        return True

    def keeps(self, event: QKeyEvent) -> bool:
        """Whether the mode handles a key before the window's shortcuts."""
        return self._tool_of(event) is not None or super().keeps(event)

    def _tool_of(self, event: QKeyEvent) -> str | None:
        command = view_keys.command(event, self._group)
        return None if command is None else self._commands.get(command)

    def take_tool(self, tool: str) -> None:
        """Choose a tool by its key."""
        self.choose_tool(tool)

    def step_out(self) -> None:
        """Leave one level: the tool, else the mode."""
        if self.tool.chosen is not None:
            self.choose_tool(None)
        else:
            super().step_out()
