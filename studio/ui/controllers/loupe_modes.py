"""Modes of the loupe: entering and leaving them, and their pages in the inspector."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from studio.domain.entities import Picture
from studio.library.facade import Library
from studio.ui.controllers.view_stack import ViewName, ViewStack
from studio.ui.controllers.view_switch import ViewSwitch
from studio.ui.panels.composer.composer import Composer
from studio.ui.panels.inspector import Inspector
from studio.ui.support.loupe_modes import LoupeModeName
from studio.ui.support.tasks import spawn
from studio.ui.views.loupe import Loupe


class ModeController(Protocol):
    """Controller of one mode; its `LoupeMode` is in the loupe already."""

    @property
    def page(self) -> QWidget:
        """The mode's page of the inspector."""

    def begin_mode(self) -> None:
        """Prepare for the mode, before a picture is shown in it."""

    def show_picture(self, picture: Picture) -> None:
        """Continue with another picture of the loupe."""

    def end_mode(self) -> None:
        """Remove the mode's parts outside the loupe."""


class LoupeModes(QObject):
    """Begins and ends modes, one at a time; their drawings stay in the composer's draft."""

    def __init__(
        self,
        library: Library,
        views: ViewSwitch,
        stack: ViewStack,
        *,
        loupe: Loupe,
        composer: Composer,
        inspector: Inspector,
        controllers: Mapping[LoupeModeName, Callable[[], ModeController]],
        parent: QObject,
    ) -> None:
        """`controllers` has the controller of every mode but LOOK, created by its first call."""
        super().__init__(parent)
        self._library = library
        self._views = views
        self._stack = stack
        self._loupe = loupe
        self._composer = composer
        self._inspector = inspector
        self._controllers = controllers
        loupe.picture_changed.connect(self.on_picture_changed)
        stack.left.connect(self.on_view_left)

    @property
    def mode(self) -> LoupeModeName:
        """The mode that is on."""
        return self._stack.mode

    def toggle(self, mode: LoupeModeName) -> None:
        """Begin a mode on the current picture, in the loupe, or end it."""
        if mode is self.mode:
            self.leave()
        else:
            spawn(self._reach(mode))

    def show_mode_of(self, mode: LoupeModeName, picture: str) -> None:
        """Go to a picture (its id) in a mode."""
        spawn(self._show_mode_of(mode, picture))

    async def _show_mode_of(self, mode: LoupeModeName, id: str) -> None:
        found = await self._library.find([id])
        if found and await self._views.reach_loupe(found[0]):
            self.begin_mode(mode)

    async def _reach(self, mode: LoupeModeName) -> None:
        if await self._views.reach_loupe():
            self.begin_mode(mode)

    def begin_mode(self, mode: LoupeModeName) -> None:
        """Begin a mode on the picture of the loupe, in place of the one that is on."""
        self._end()
        controller = self._controllers[mode]()
        self._stack.mode = mode
        self._composer.set_compact(mode is not LoupeModeName.MARK)
        self._inspector.show_mode_page(controller.page)
        controller.begin_mode()
        if self._loupe.picture is not None:
            self.on_picture_changed(self._loupe.picture)
        self._loupe.focus_view()

    def leave(self) -> None:
        """End the mode and return to LOOK."""
        if self.mode is LoupeModeName.LOOK:
            return
        focused = self._inspector.isAncestorOf(self._inspector.focusWidget() or self._inspector)
        self._end()
        self._inspector.show_mode_page(None)
        self._composer.set_compact(self._views.large is not None)
        if focused and self._views.in_loupe:
            self._loupe.focus_view()

    def _end(self) -> None:
        mode, self._stack.mode = self.mode, LoupeModeName.LOOK
        if mode is not LoupeModeName.LOOK:
            self._loupe.set_mode(LoupeModeName.LOOK)
            self._controllers[mode]().end_mode()

    # --- slots ------------------------------------------------------------------------------

    def on_mode_chosen(self, mode: LoupeModeName) -> None:
        """Change to a mode, as chosen in the loupe's bar."""
        if mode is LoupeModeName.LOOK:
            self.leave()
        elif mode is not self.mode:
            self.toggle(mode)

    def on_picture_changed(self, picture: Picture) -> None:
        """Continue the mode with another picture of the loupe."""
        if self.mode is not LoupeModeName.LOOK:
            self._controllers[self.mode]().show_picture(picture)
            self._loupe.set_mode(self.mode)

    def on_view_left(self, view: ViewName) -> None:
        """End the mode with the loupe."""
        if view is ViewName.LOUPE:
            self.leave()
