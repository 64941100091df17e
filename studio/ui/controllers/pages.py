"""Central page: gallery, empty state, or first start."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QStackedWidget

from studio.library.query import View
from studio.ui.controllers.library_view import LibraryViewController, shelf_name
from studio.ui.panels.sidebar.sidebar_model import SidebarModel
from studio.ui.panels.status_bar.activity import StatusBar
from studio.ui.support import formatting
from studio.ui.support.late import Late
from studio.ui.views.gallery.model import GalleryModel
from studio.ui.views.gallery.view import GalleryView
from studio.ui.window.grid_bar import GridBar
from studio.ui.window.layout import WindowLayout
from studio.ui.window.top_bar import TopBar

if TYPE_CHECKING:
    from studio.ui.views.empty_state import EmptyState
    from studio.ui.views.welcome import Welcome


class Pages(QObject):
    """Chooses the page for the current contents, and updates counts."""

    def __init__(
        self,
        browsing: LibraryViewController,
        *,
        pages: QStackedWidget,
        gallery: GalleryView,
        model: GalleryModel,
        welcome: Late[Welcome],
        nothing: Late[EmptyState],
        zones: WindowLayout,
        grid_bar: GridBar,
        top_bar: TopBar,
        status_bar: StatusBar,
        places: SidebarModel,
        collection_name: Callable[[str], str],
        parent: QObject,
    ) -> None:
        """`pages` has the gallery, and the page of the first start once created."""
        super().__init__(parent)
        self._browsing = browsing
        self._pages = pages
        self._gallery = gallery
        self._model = model
        self._welcome = welcome
        self._nothing = nothing
        self._zones = zones
        self._grid_bar = grid_bar
        self._top_bar = top_bar
        self._status_bar = status_bar
        self._places = places
        self._collection_name = collection_name

    def on_counted(self) -> None:
        """Update bars, sidebar and page for new counts."""
        counts, query = self._browsing.counts, self._browsing.query
        self._places.show_counts(counts)
        total = {
            View.TRASH: counts.trash,
            View.FAILED: counts.failed,
        }.get(query.view, counts.all)
        shown = counts.failed if query.view is View.FAILED else self._browsing.shown
        # The pictures of the place are counted before all pictures are.
        total = max(total, shown or 0)
        name = self._collection_name(query.collection) or shelf_name(query.view)
        outlay = self._browsing.outlay if query.collection else None
        spend = "" if outlay is None else formatting.place_outlay(outlay)
        self._grid_bar.show_counts(
            name,
            shown,
            total,
            self._browsing.hidden,
            stacks=self._model.stack_counts,
            spend=spend,
        )
        self._grid_bar.offer_emptying(wanted=query.view is View.TRASH and counts.trash > 0)
        self._grid_bar.offer_dismissal(wanted=self._browsing.lists_jobs and self._has_jobs())
        self._top_bar.set_total(counts.all)
        self._status_bar.show_empty(counts.all == 0)
        self.choose_page()

    def choose_page(self) -> None:
        """Show the first start while the library is empty, else the gallery or its empty state."""
        query, rows = self._browsing.query, self._model.rowCount()
        empty = (
            self._browsing.counts.all == 0
            and query.view is View.ALL
            and not query.words
            and not query.collection
            and rows == 0
        )
        self._pages.setCurrentWidget(self._welcome.get() if empty else self._gallery)
        self._zones.set_bare(bare=empty)
        self._grid_bar.setVisible(not empty and not self._zones.presenting)
        bare = not empty and rows == 0
        if bare or self._nothing.made is not None:
            self._nothing.get().update_message(query, empty=bare)

    def _has_jobs(self) -> bool:
        return next(self._model.jobs_shown(), None) is not None

    def welcoming(self) -> bool:
        """Whether the page of the first start is shown."""
        page = self._welcome.made
        return page is not None and self._pages.currentWidget() is page
