"""Model of sidebar and rail: rows, counts, open place, and spending."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QPoint, Signal

from studio.domain.spend import Spend
from studio.library.query import Counts, View
from studio.ui.support import sidebar_items
from studio.ui.support.sidebar_items import SidebarItem


class SidebarModel(QObject):
    """State shown by sidebar and rail, with signals for the user's actions in either.

    Attributes:
        collections: rows of collections and saved searches.
        counts: number of items per place.
        failed_new: failed jobs the user has not seen.
        view, collection: the open place.
        spend, limit: spending, and the monthly budget (0 for none).

    Signals:
        collections_changed, counts_changed, shown_changed, spend_changed: update the view.
        view_chosen: the user went to a shelf (View).
        collection_chosen: the user went to a collection (its id).
        history_requested: the user wants the prompt history.
        dropped: pictures of the gallery were dropped on a shelf (View, ids).
        collected: pictures of the gallery were dropped on a collection (its id, ids).
        collect_wanted: pictures were dropped on a place for any collection (ids).
        collection_asked: action on a collection: "rename" or "delete" (SidebarItem, its name).
        collection_moved: place a collection before another: their ids, "" for the end.
        menu_wanted: menu of a place, or of the background of the collections for None, at a global
            point (SidebarItem, QPoint).
    """

    collections_changed = Signal()
    counts_changed = Signal()
    shown_changed = Signal()
    spend_changed = Signal()
    view_chosen = Signal(object)
    collection_chosen = Signal(str)
    history_requested = Signal()
    dropped = Signal(object, object)
    collected = Signal(str, object)
    collect_wanted = Signal(object)
    collection_asked = Signal(object, str)
    collection_moved = Signal(str, str)
    menu_wanted = Signal(object, QPoint)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.collections: tuple[SidebarItem, ...] = ()
        self.counts = Counts()
        self.failed_new = 0
        self.view = View.ALL
        self.collection = ""
        self.spend = Spend()
        self.limit = 0.0

    # --- content --------------------------------------------------------------------------

    def show_collections(self, rows: Sequence[SidebarItem]) -> None:
        """Show these collections and saved searches, with their counts."""
        self.collections = tuple(rows)
        self.collections_changed.emit()

    def show_counts(self, counts: Counts) -> None:
        """Show the number of pictures, failed jobs and prompts."""
        self.counts = counts
        self.counts_changed.emit()

    def set_failed_new(self, new: int) -> None:
        """Show the number of unseen failed jobs; 0 hides the badge."""
        self.failed_new = new
        self.counts_changed.emit()

    def set_view(self, view: View, collection: str = "") -> None:
        """Mark the open shelf or collection."""
        self.view, self.collection = view, collection
        self.shown_changed.emit()

    def show_spend(self, spend: Spend) -> None:
        """Show the spending of today and this month."""
        self.spend = spend
        self.spend_changed.emit()

    def set_limit(self, usd: float) -> None:
        """Set the monthly budget; 0 for none."""
        self.limit = usd
        self.spend_changed.emit()

    def count_of(self, place: SidebarItem) -> int:
        """Number of items of a place."""
        return sidebar_items.count_of(place, self.counts)

    def new_of(self, place: SidebarItem) -> int:
        """Number of unseen items of a place."""
        return self.failed_new if place.view is View.FAILED else 0

    def is_shown(self, place: SidebarItem) -> bool:
        """Whether the gallery shows this place."""
        return place.view is self.view and place.collection == self.collection

    # --- user actions ---------------------------------------------------------------------

    def choose(self, place: SidebarItem) -> None:
        """Go to a place, or ask for the prompt history."""
        if place.view is None:
            self.history_requested.emit()
            return
        self.set_view(place.view, place.collection)
        if place.collection:
            self.collection_chosen.emit(place.collection)
        else:
            self.view_chosen.emit(place.view)

    def move_by(self, id: str, step: int) -> None:
        """Move a collection one place up (-1) or down (1) among its neighbours."""
        ids = [row.collection for row in self.collections]
        if id not in ids:
            return
        to = ids.index(id) + step
        if 0 <= to < len(ids):
            # Before the neighbour above, or before the one after the neighbour below.
            following = ids[to] if step < 0 else (*ids, "")[to + 1]
            self.collection_moved.emit(id, following)

    def drop(self, place: SidebarItem, ids: tuple[str, ...]) -> None:
        """Emit the signal for pictures dropped on a place."""
        if place.collection:
            self.collected.emit(place.collection, ids)
        elif place.view is None:
            self.collect_wanted.emit(ids)
        else:
            self.dropped.emit(place.view, ids)
