"""Navigation to shelves and collections."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from studio.library.query import View
from studio.ui.panels.sidebar.sidebar_model import SidebarModel
from studio.ui.support.ports import Navigation, ShownPictures
from studio.ui.views.gallery.view import GalleryView


class LibraryNavigation(QObject):
    """Opens a shelf, a collection or a saved search in the grid.

    Signals:
        failures_seen: the shelf of failures was opened.
    """

    failures_seen = Signal()

    def __init__(
        self,
        shown: ShownPictures,
        navigation: Navigation,
        *,
        gallery: GalleryView,
        places: SidebarModel,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._shown = shown
        self._navigation = navigation
        self._gallery = gallery
        self._places = places

    def show_shelf(self, view: View) -> None:
        """Show a shelf of the sidebar in the grid."""
        self._places.set_view(view)
        if view is View.FAILED:
            self.failures_seen.emit()
        self._show(view, "")

    def show_collection(self, id: str) -> None:
        """Show a collection or a saved search in the grid."""
        self._places.set_view(View.ALL, id)
        self._show(View.ALL, id)

    def _show(self, view: View, collection: str) -> None:
        self._navigation.close_loupe()
        self._shown.show(view=view, collection=collection)
        self._gallery.scroll_to_top()
