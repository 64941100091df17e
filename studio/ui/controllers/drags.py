"""Pictures that leave the window by drag or clipboard: originals, or copies by a recipe.

A recipe is the preset of an export, chosen for a collection or the library. Without one no export
code is loaded, and originals leave at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from studio.app.core import Core
from studio.common.errors import StudioError
from studio.domain.entities import Picture
from studio.library.files import save_copies
from studio.ui.support import drag_and_drop
from studio.ui.support.drag_and_drop import DraggedPicture
from studio.ui.support.ports import Messages, ShownPictures
from studio.ui.support.tasks import spawn
from studio.ui.support.thumbnail_cache import ThumbnailCache

ORIGINAL = "originals"
"""Id of the preset that gives the originals, used if no recipe is chosen."""


class RecipeCopies(Protocol):
    """Copies by the recipe, as `DragRecipes` makes them."""

    async def load_presets(self) -> None: ...
    def drag(self, source: QWidget, pictures: Sequence[Picture], under: Picture) -> None: ...
    async def files(self, pictures: Sequence[Picture]) -> list[DraggedPicture]: ...


class DragsController(QObject):
    """Drags pictures out of the window, and gives the clipboard its files."""

    def __init__(
        self,
        core: Core,
        shown: ShownPictures,
        messages: Messages,
        *,
        thumbnails: ThumbnailCache,
        recipes: Callable[[], RecipeCopies],
        parent: QObject,
    ) -> None:
        """`recipes` returns the maker of copies; called when a recipe is used."""
        super().__init__(parent)
        self._core = core
        self._shown = shown
        self._messages = messages
        self._thumbnails = thumbnails
        self._recipes = recipes

    def show_recipe(self) -> None:
        """Show the recipe and prepare copies by it, if one was ever chosen."""
        if self._core.settings.value.drag_recipes:
            spawn(self._show_recipe())

    async def _show_recipe(self) -> None:
        await self._recipes().load_presets()

    @property
    def recipe(self) -> str:
        """Id of the preset for the place shown: the collection's, else the library's."""
        chosen = self._core.settings.value.drag_recipes
        place = chosen.get(self._shown.query.collection, "")
        return place or chosen.get(self._core.library.id, "") or ORIGINAL

    def on_drag_wanted(self, source: QWidget, pictures: object, under: object) -> None:
        """Drag these pictures; within the mouse event. `under` is the picture at the pointer."""
        assert isinstance(pictures, Sequence)
        assert isinstance(under, Picture)
        keys = QGuiApplication.keyboardModifiers()
        original = bool(keys & Qt.KeyboardModifier.ControlModifier)
        try:
            drag_and_drop.refuse_too_many(len(pictures))
            there = [one for one in pictures if not one.missing]
            if original or self.recipe == ORIGINAL:
                self.drag_originals(source, there, under)
            else:
                self._recipes().drag(source, there, under)
        except StudioError as error:
            self._messages.on_error(error)

    def on_too_many(self, count: int) -> None:
        """Say that this many pictures cannot be dragged at once."""
        try:
            drag_and_drop.refuse_too_many(count)
        except StudioError as error:
            self._messages.on_error(error)

    def drag_originals(self, source: QWidget, pictures: Sequence[Picture], under: Picture) -> None:
        """Drag the originals of these pictures. Raises StudioError."""
        self.drag_out(source, drag_and_drop.carried(pictures, self._core.library.paths), under)

    def drag_out(self, source: QWidget, carried: Sequence[DraggedPicture], under: Picture) -> None:
        """Drag these files; returns when the drag is over."""
        # The picture at the pointer is on top.
        first = sorted(carried, key=lambda one: one.picture.id != under.id)
        cards = [self._thumbnails.card(one.picture) for one in first[: drag_and_drop.STACKED]]
        drag_and_drop.drag_out(source, carried, cards, self._core.decoder)

    async def files(self, pictures: Sequence[Picture]) -> list[DraggedPicture]:
        """Files for the clipboard: originals, or copies by the recipe. Raises StudioError."""
        if self.recipe == ORIGINAL:
            return await self.originals(pictures)
        return await self._recipes().files(pictures)

    async def originals(self, pictures: Sequence[Picture]) -> list[DraggedPicture]:
        """The originals, made copyable for other programs. Raises StudioError."""
        return await asyncio.to_thread(self._originals, pictures)

    def _originals(self, pictures: Sequence[Picture]) -> list[DraggedPicture]:
        found = drag_and_drop.carried(pictures, self._core.library.paths)
        save_copies.make_usual([one.path for one in found])
        return found
