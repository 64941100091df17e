"""Navigation to shelves, collections and pictures."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from studio.app.core import Core
from studio.common.i18n import _
from studio.library.query import View
from studio.ui.panels.sidebar.sidebar_model import SidebarModel
from studio.ui.support.ports import Messages, Navigation, ShownPictures
from studio.ui.support.tasks import spawn
from studio.ui.views.gallery.view import GalleryView
from studio.ui.window.top_bar import TopBar


class LibraryNavigation(QObject):
    """Opens a shelf, a collection or a saved search in the grid.

    Signals:
        failures_seen: the shelf of failures was opened.
    """

    failures_seen = Signal()

    def __init__(
        self,
        core: Core,
        shown: ShownPictures,
        navigation: Navigation,
        messages: Messages,
        *,
        gallery: GalleryView,
        places: SidebarModel,
        top_bar: TopBar,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._core = core
        self._messages = messages
        self._top_bar = top_bar
        self._shown = shown
        self._navigation = navigation
        self._gallery = gallery
        self._places = places

    def show_shelf(self, view: View) -> None:
        """Show a shelf of the sidebar in the grid."""
        if view is View.FAILED:
            self.failures_seen.emit()
        self._show(view, "")

    def show_collection(self, id: str) -> None:
        """Show a collection or a saved search in the grid."""
        self._show(View.ALL, id)

    def on_place_changed(self) -> None:
        """Mark the open place in the sidebar."""
        query = self._shown.query
        self._places.set_view(query.view, query.collection)

    def attention(self) -> object:
        """Snapshot of view, query and selection, to be compared with a later one."""
        gallery = self._gallery
        row = gallery.current_row()
        key = None if row is None else gallery.rows.key_at(row)
        return (self._navigation.large is None, self._shown.query, gallery.selected_count(), key)

    async def select_imported(self, ids: Sequence[str]) -> None:
        """Select imported pictures; loupe and comparison are not disturbed."""
        if self._navigation.large is None:
            await self._select(ids)

    def select_pictures(self, ids: object) -> None:
        """Select pictures (a tuple of ids) in the grid, on another shelf if necessary."""
        assert isinstance(ids, tuple)
        spawn(self._select(ids))

    async def _select(self, ids: Sequence[str]) -> None:
        await self._shown.settled()
        found = await self._core.library.rows_of(ids)
        rows = list(found)
        if self._first_listed(rows) is None:
            trashed = bool(found) and all(found.values())
            self._top_bar.set_words("")
            self._shown.show(words="")
            self.show_shelf(View.TRASH if trashed else View.ALL)
            await self._shown.settled()
        first = self._first_listed(rows)
        if first is None:
            self._messages.show_message(_("None of these pictures is in this view"))
            return
        self._navigation.show_grid()
        self._gallery.show_item(first)
        self._gallery.select_keys(rows)

    def _first_listed(self, rows: Sequence[int]) -> int | None:
        """The first picture that the grid shows."""
        # Usually it is the first of all: looking up thousands would keep the window waiting.
        row_of = self._gallery.rows.row_of
        return next((row for row in rows if row_of(row) is not None), None)

    def _show(self, view: View, collection: str) -> None:
        self._navigation.show_grid()
        self._shown.show(view=view, collection=collection)
        self._gallery.scroll_to_top()
