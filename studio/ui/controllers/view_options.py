"""Choices made in the bars over the views: what is shown changes, and most are remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from studio.library.query import Sort
from studio.ui.widgets import Notice

if TYPE_CHECKING:
    from studio.ui.window.main_window import StudioWindow


class Choices(QObject):
    """Takes choices over into the view or the settings."""

    def __init__(self, window: StudioWindow) -> None:
        super().__init__(window)
        self._window = window

    def on_searched(self, words: str) -> None:
        """Other words are looked for."""
        self._window.looking.close_loupe()
        self._window.browsing.show(words=words)
        self._tell_troubles(words)

    def offer_completion(self) -> None:
        """Let the search field offer how a token may go on."""
        from studio.ui.panels.search_completer import Completion

        Completion(self._window.core, self._window.top_bar.search.field)

    def _tell_troubles(self, words: str) -> None:
        troubles: tuple[str, ...] = ()
        if ":" in words:
            from studio.library.index.search_language import understand

            troubles = understand(words).troubles
        if troubles:
            self._window.messages.show_notice(Notice(key="search", text=troubles[0], tone="warn"))
        else:
            self._window.messages.dismiss("search")

    def on_more_wanted(self, what: str) -> None:
        """Nothing is shown, and this is in the way."""
        if what == "rejected":
            self.on_hide_rejected_toggled(False)
        else:
            self._window.top_bar.set_words("")
            self.on_searched("")

    def on_view_chosen(self, view: str) -> None:
        """Grid or loupe was chosen in the top bar."""
        if view == "loupe":
            self._window.looking.open_loupe()
        else:
            self._window.looking.close_loupe()

    def on_sort_chosen(self, sort: Sort) -> None:
        """Another order was chosen; it is remembered."""
        self._window.core.settings.change(sort=sort.value)

    def on_captions_toggled(self, on: bool) -> None:  # noqa: FBT001 - a Qt signal's argument
        """Captions were switched; it is remembered."""
        self._window.core.settings.change(captions=on)

    def on_hide_rejected_toggled(self, on: bool) -> None:  # noqa: FBT001 - as above
        """Rejected pictures are hidden or shown; it is remembered."""
        self._window.core.settings.change(hide_rejected=on)

    def on_tile_size_chosen(self, size: int) -> None:
        """Tiles of another size; it is remembered."""
        self._window.core.settings.change(tile=size)

    def on_surround_changed(self, surround: str) -> None:
        """Another ground in the loupe; it is remembered."""
        self._window.core.settings.change(surround=surround)
