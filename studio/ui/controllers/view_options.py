"""Choices in the bars above the views; most are saved as settings."""

from __future__ import annotations

from PySide6.QtCore import QObject

from studio.app.core import Core
from studio.library.index.search_language import understand
from studio.library.query import Sort
from studio.ui.panels.search_completer import SearchCompleter
from studio.ui.support.ports import Navigation, ShownPictures
from studio.ui.views.gallery.view import GalleryView
from studio.ui.widgets.message_bar import MessageBar, Notice
from studio.ui.widgets.number_controls import MOST_STARS
from studio.ui.window.actions import Actions
from studio.ui.window.grid_bar import GridBar
from studio.ui.window.top_bar import TopBar


class ViewOptionsController(QObject):
    """Applies choices to the view or the settings."""

    def __init__(
        self,
        core: Core,
        shown: ShownPictures,
        navigation: Navigation,
        *,
        gallery: GalleryView,
        grid_bar: GridBar,
        top_bar: TopBar,
        messages: MessageBar,
        actions: Actions,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._core = core
        self._shown = shown
        self._navigation = navigation
        self._gallery = gallery
        self._grid_bar = grid_bar
        self._top_bar = top_bar
        self._messages = messages
        self._actions = actions

    def show_settings(self) -> None:
        """Apply the current settings."""
        value = self._core.settings.value
        self._gallery.set_tile_size(value.tile)
        self._gallery.set_captions(value.captions)
        self._grid_bar.set_tile_size(value.tile)
        self._grid_bar.set_hide_rejected(value.hide_rejected)
        self._grid_bar.set_stars(value.least_stars)
        sort = Sort(value.sort) if value.sort in set(Sort) else Sort.NEWEST
        self._grid_bar.set_sort(sort)
        self._actions.every["captions"].setChecked(value.captions)
        self._actions.every["hide_rejected"].setChecked(value.hide_rejected)
        self._actions.every["what_is_sent"].setChecked(value.show_sent)
        self._actions.every["advance"].setChecked(value.advance)
        self._check_stars(value.least_stars)
        self._shown.show(
            sort=sort, hide_rejected=value.hide_rejected, least_stars=value.least_stars
        )

    def on_searched(self, words: str) -> None:
        """Search for `words`."""
        self._navigation.show_grid()
        self._shown.show(words=words)
        self._tell_troubles(words)

    def show_cancelled(self) -> None:
        """Search for cancelled jobs."""
        words = "is:cancelled"
        self._top_bar.set_words(words)
        self.on_searched(words)

    def offer_completion(self) -> None:
        """Give the search field its completion."""
        SearchCompleter(self._core, self._top_bar.search.field)

    def _tell_troubles(self, words: str) -> None:
        troubles = understand(words).troubles if ":" in words else ()
        if troubles:
            self._messages.show_notice(
                Notice(key="search", text=troubles[0], tone="warn", here=True)
            )
        else:
            self._messages.dismiss("search")

    def on_more_wanted(self, what: str) -> None:
        """Remove the filter `what` that hides all pictures: "rejected", "stars" or the search."""
        if what == "rejected":
            self.on_hide_rejected_toggled(False)
        elif what == "stars":
            self.on_stars_chosen(0)
        else:
            self._top_bar.set_words("")
            self.on_searched("")

    def on_view_chosen(self, view: str) -> None:
        """Switch to another view."""
        if view == "loupe":
            self._navigation.open_loupe()
        elif view == "compare":
            self._navigation.open_compare()
        elif view == "tree":
            self._navigation.open_tree()
        else:
            self._navigation.show_grid()

    def on_sort_chosen(self, sort: Sort) -> None:
        """Save the order."""
        self._core.settings.change(sort=sort.value)

    def on_hide_rejected_toggled(self, on: bool) -> None:  # noqa: FBT001 - a Qt signal's argument
        """Save whether rejected pictures are hidden."""
        self._core.settings.change(hide_rejected=on)

    def on_stars_chosen(self, least: int) -> None:
        """Save the minimum number of stars of the pictures shown; 0 for all."""
        self._core.settings.change(least_stars=least)
        # A chosen entry that is triggered again stays chosen.
        self._check_stars(least)

    def _check_stars(self, least: int) -> None:
        for stars in range(MOST_STARS + 1):
            self._actions.every[f"stars_{stars}"].setChecked(stars == least)

    def on_tile_size_chosen(self, size: int) -> None:
        """Save the tile size."""
        self._core.settings.change(tile=size)

    def on_surround_changed(self, surround: str) -> None:
        """Save the loupe's background."""
        self._core.settings.change(surround=surround)
