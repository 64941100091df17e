"""Stacks of the grid: opening, making, unstacking, cover, rejecting the rest; their summary."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence

from PySide6.QtCore import QObject, Signal

from studio.app.core import Core
from studio.common.i18n import _
from studio.domain.entities import Flag
from studio.domain.stacks import StackBy
from studio.ui.panels.inspector import Inspector
from studio.ui.support import stack_content
from studio.ui.support.ports import Navigation, SelectionSource, ShownPictures
from studio.ui.support.tasks import SpawnedTask, spawn
from studio.ui.views.gallery.view import GalleryView


class StacksController(QObject):
    """Acts on the stack of the selected tile.

    Signals:
        said: sentence about a change, shown with Undo (str).
        told: sentence about an action that was not possible (str).
        by_hand_wanted: pictures were stacked by hand where no stacks are shown (StackBy).
    """

    said = Signal(str)
    told = Signal(str)
    by_hand_wanted = Signal(object)

    def __init__(
        self,
        core: Core,
        shown: ShownPictures,
        selection: SelectionSource,
        navigation: Navigation,
        *,
        gallery: GalleryView,
        inspector: Inspector,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._core = core
        self._shown = shown
        self._selection = selection
        self._navigation = navigation
        self._gallery = gallery
        self._inspector = inspector
        self._reading: SpawnedTask | None = None

    # Opening

    def toggle(self) -> None:
        """Open or close the current stack."""
        self._gallery.toggle_stack()

    def toggle_all(self) -> None:
        """Close all stacks if any is open, else open all."""
        if not self._gallery.toggle_all_stacks():
            self.told.emit(_("No stacks here. Turn stacks on above the grid first."))

    # Changes

    def stack(self) -> None:
        """Make a stack of the selected pictures."""
        self._change(self._stack(self._selection.rows()))

    async def _stack(self, rows: Sequence[int]) -> str:
        ids = await self._core.library.ids(rows)
        if len(ids) < 2:
            self.told.emit(_("A stack needs at least two pictures"))
            return ""
        said = await self._core.library.choosing.stack(ids)
        if self._shown.stack_by is StackBy.OFF:
            self.by_hand_wanted.emit(StackBy.HAND)
        return said

    def unstack(self) -> None:
        """Take the stack of the selected tile apart, including pictures that a filter hides."""
        self._change(self._unstack(self._gallery.stack_keys(), self._shown.stack_by))

    async def _unstack(self, keys: Sequence[int], by: StackBy) -> str:
        choosing = self._core.library.choosing
        rows = [row for key in keys for row in await choosing.stack_members(key, by)]
        ids = await self._core.library.ids(rows)
        return await choosing.unstack(ids) if ids else ""

    def make_cover(self) -> None:
        """Make the selected picture the cover of its stack."""
        self._change(self._make_cover(self._selection.rows()))

    async def _make_cover(self, rows: Sequence[int]) -> str:
        ids = await self._core.library.ids(rows)
        return await self._core.library.choosing.set_cover(ids[0]) if len(ids) == 1 else ""

    def reject_rest(self) -> None:
        """Reject all pictures of the stack in the grid except the selected one."""
        kept = set(self._selection.rows())
        self._change(self._reject([row for row in self._selection.stack_rows() if row not in kept]))

    async def _reject(self, rows: Sequence[int]) -> str:
        ids = await self._core.library.ids(rows)
        return await self._core.library.flag(ids, Flag.REJECT) if ids else ""

    def _change(self, change: Awaitable[str]) -> None:
        spawn(self._await_change(change), records=True)

    async def _await_change(self, change: Awaitable[str]) -> None:
        if sentence := await change:
            self.said.emit(sentence)

    def compare(self) -> None:
        """Compare the pictures of the stack, the selected one first."""
        chosen = list(self._selection.rows())
        rows = self._selection.stack_rows()
        self._navigation.compare_these([*chosen, *(row for row in rows if row not in chosen)])

    # Summary

    def on_selected(self) -> None:
        """Show the summary of the stack of the selected tile in the inspector."""
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        tile = self._gallery.selected_stack() if self._navigation.large is None else None
        if tile is None or not self._inspector.pictures:
            self._inspector.show_stack("", "")
            return
        place = stack_content.place_words(tile)
        self._inspector.show_stack(place, "", cover=tile.cover)
        self._reading = spawn(self._read(place, self._selection.stack_rows(), cover=tile.cover))

    async def _read(self, place: str, rows: Sequence[int], *, cover: bool) -> None:
        outlay = await self._core.library.choosing.outlay_of(rows)
        self._inspector.show_stack(place, stack_content.spend_sentence(outlay), cover=cover)
