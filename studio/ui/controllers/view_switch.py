"""Grid and loupe, what is selected in them, and what was looked at."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer

from studio.common.errors import StudioError
from studio.domain.entities import Flag, Job, Picture
from studio.library.query import View
from studio.ui.controllers.selection import KNOWN
from studio.ui.support import drag_and_drop
from studio.ui.support.tasks import spawn
from studio.ui.support.tile_content import Item

if TYPE_CHECKING:
    from studio.ui.window.main_window import StudioWindow

_SEEN_PAUSE = 1000
"""Milliseconds of looking after which a picture is no longer new."""


class Looking(QObject):
    """Which view is shown, and what the user looks at in it.

    Attributes:
        in_loupe: whether the loupe is shown instead of the grid.
    """

    def __init__(self, window: StudioWindow) -> None:
        super().__init__(window)
        self._window = window
        self.in_loupe = False
        self._unseen: set[str] = set()
        self._seen_timer = QTimer(self)
        self._seen_timer.setSingleShot(True)
        self._seen_timer.setInterval(_SEEN_PAUSE)
        self._seen_timer.timeout.connect(self.on_seen_pause)

    def on_order_changed(self) -> None:
        """Other rows or other order: the loupe stays with its picture, or goes to its neighbour."""
        self._window.choose_page()
        if self.in_loupe and self._window.loupe.picture is not None:
            order = self._window.browsing.order
            row = self._window.loupe.picture.row
            if order:
                self._window.loupe.set_order(order, _place(order, row))
            else:
                self.close_loupe()

    def toggle_loupe(self) -> None:
        """Loupe to grid and back."""
        if self.in_loupe:
            self.close_loupe()
        else:
            self.open_loupe()

    def open_loupe(self, picture: Picture | None = None) -> None:
        """Show a picture in the loupe: this one, or the current of the grid."""
        chosen = picture
        if chosen is None:
            item = self._window.gallery.current_item()
            chosen = item if isinstance(item, Picture) else None
        if chosen is None:
            chosen = next(
                (i for i in self._window.gallery.selected_items() if isinstance(i, Picture)), None
            )
        order = self._window.browsing.order
        if chosen is None or not order:
            self._window.top_bar.set_view("loupe" if self.in_loupe else "grid")
            return
        self.in_loupe = True
        index = _place(order, chosen.row) or 0
        self._show_view()
        self._window.loupe.show_pictures(order, index)
        self._window.loupe.focus_view()

    def close_loupe(self) -> None:
        """Back to the grid, at the picture that was looked at."""
        if not self.in_loupe:
            self._window.top_bar.set_view("grid")
            return
        self.in_loupe = False
        picture = self._window.loupe.picture
        self._show_view()
        if picture is not None:
            self._window.gallery.show_item(picture.row)
            self._window.gallery.select_keys([picture.row])
        self._window.gallery.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_view(self) -> None:
        window = self._window
        window.views.setCurrentWidget(window.loupe if self.in_loupe else window.grid)
        self._window.top_bar.set_view("loupe" if self.in_loupe else "grid")
        self._window.zones.set_plain(self.in_loupe)
        self._window.composer.set_compact(self.in_loupe)
        self._window.inspector.set_preview_shown(not self.in_loupe)

    def follow(self, items: tuple[Item, ...]) -> None:
        pictures = [item for item in items if isinstance(item, Picture)]
        jobs = [item for item in items if isinstance(item, Job)]
        total = self._window.gallery.selected_count()
        counted = max(total - len(jobs), len(pictures))
        trashed = self._window.browsing.query.view is View.TRASH
        self._window.actions_of.offer(pictures=counted, jobs=len(jobs), trashed=trashed)
        self._window.status_bar.show_selection(counted, len(jobs))
        self._window.composer.suggest(pictures)
        if len(jobs) == 1 and not pictures:
            self._window.inspector.show_job(jobs[0])
        elif pictures:
            self._window.inspector.show_pictures(pictures, counted)
            self._looked_at(pictures)
        else:
            self._window.inspector.show_nothing()

    def _looked_at(self, pictures: Sequence[Picture]) -> None:
        unseen = [picture.id for picture in pictures if not picture.seen]
        if unseen:
            self._unseen.update(unseen)
            self._seen_timer.start()

    def on_seen_pause(self) -> None:
        """The user has looked long enough: these are no longer new."""
        ids, self._unseen = sorted(self._unseen), set()
        if ids:
            spawn(self._mark_seen(ids))

    async def _mark_seen(self, ids: list[str]) -> None:
        await self._window.core.library.mark_seen(ids)

    def on_loupe_picture(self, picture: Picture) -> None:
        """Another picture in the loupe: the selection follows."""
        self._window.gallery.select_keys([picture.row])
        self._window.inspector.show_pictures([picture])
        self._looked_at([picture])

    def on_opened(self, item: Item) -> None:
        """A tile was opened."""
        if isinstance(item, Picture):
            self.open_loupe(item)

    def on_relative_chosen(self, id: str) -> None:
        """A parent or child was chosen: show it where the user is."""
        spawn(self._go_to(id))

    async def _go_to(self, id: str) -> None:
        found = await self._window.core.library.find([id])
        if not found:
            return
        row = found[0].row
        if self._window.model.row_of(row) is None:
            self._window.browsing.show(view=View.TRASH if found[0].trashed else View.ALL, words="")
            self._window.top_bar.set_words("")
        if self.in_loupe:
            order = self._window.browsing.order
            if (place := _place(order, row)) is not None:
                self._window.loupe.show_pictures(order, place)
            return
        if self._window.gallery.show_item(row):
            self._window.gallery.select_keys([row])
        self._window.inspector.show_pictures(found)

    def on_stepped(self, ids: object) -> None:
        """A trash was undone, or done again: what came back is selected."""
        assert isinstance(ids, tuple)
        spawn(self._select_back(ids))

    async def _select_back(self, ids: Sequence[str]) -> None:
        window = self._window
        found = await window.core.library.find(ids)
        wanted = View.TRASH if window.browsing.query.view is View.TRASH else View.ALL
        rows = [one.row for one in found if one.trashed is (wanted is View.TRASH)]
        await window.browsing.settled()
        # What is at hand of them may be how they lay in the trash.
        window.model.know(found[:KNOWN])
        shown = [row for row in rows if window.model.row_of(row) is not None]
        if not shown:
            return
        if self.in_loupe:
            order = window.browsing.order
            window.loupe.show_pictures(order, _place(order, shown[0]) or 0)
        elif window.gallery.show_item(shown[0]):
            window.gallery.select_keys(shown)

    def on_job_chosen(self, id: str) -> None:
        """A job was chosen from the list of what runs."""
        self.close_loupe()
        if self._window.gallery.show_item(id):
            self._window.gallery.select_keys([id])

    def on_loupe_flagged(self, flag: Flag) -> None:
        """Pick or reject in the loupe."""
        if self._window.loupe.picture is not None:
            self._window.pictures.flag_these([self._window.loupe.picture.id], flag)

    def on_loupe_action(self, name: str, picture: Picture) -> None:
        """The picture in the loupe is dragged out."""
        if name == "drag":
            self._drag(picture)

    def _drag(self, picture: Picture) -> None:
        window = self._window
        card = window.gallery.thumbnails.card(picture)
        carried = window.gallery.carried([picture])
        try:
            drag_and_drop.drag_out(window.loupe, carried, [card], window.core.decoder)
        except StudioError as error:
            window.talking.on_error(error)


def _place(order: array[int], row: int) -> int | None:
    """Where a picture stands in an order, None if it is not there."""
    try:
        return order.index(row)
    except ValueError:
        return None
