"""Switch between the views, with selection and seen pictures."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from studio.app.core import Core
from studio.common.errors import StudioError
from studio.common.i18n import _, number
from studio.domain.comparison import MOST as MOST_COMPARED
from studio.domain.comparison import Comparison
from studio.domain.entities import Flag, Job, Picture, Role
from studio.library.query import View
from studio.ui.controllers.selection import KNOWN
from studio.ui.panels.composer.composer import Composer
from studio.ui.panels.inspector import Inspector
from studio.ui.panels.status_bar.activity import StatusBar
from studio.ui.support import drag_and_drop
from studio.ui.support.late import Late
from studio.ui.support.ports import LargeView, Messages, ShownPictures
from studio.ui.support.tasks import spawn
from studio.ui.support.tile_content import Item
from studio.ui.views.gallery.model import GalleryModel
from studio.ui.views.gallery.view import GalleryView
from studio.ui.widgets.message_bar import MessageBar
from studio.ui.window.actions import Actions
from studio.ui.window.layout import WindowLayout
from studio.ui.window.top_bar import TopBar

if TYPE_CHECKING:
    from studio.ui.views.compare import CompareView
    from studio.ui.views.loupe import Loupe
    from studio.ui.views.pick import PickView
    from studio.ui.views.tree import TreeView

_SEEN_PAUSE = 1000
"""Milliseconds in view after which a picture is no longer new."""


class ViewSwitch(QObject):
    """Current view, and the pictures the user looks at in it.

    Attributes:
        in_loupe, in_compare, in_pick, in_tree: whether that view is shown instead of the grid.

    Signals:
        flagged: a flag was set in the loupe (a list of ids, Flag).
        pick_opened, pick_left: pick mode was entered, or left for another view.
    """

    flagged = Signal(object, object)
    pick_opened = Signal()
    pick_left = Signal()

    def __init__(
        self,
        core: Core,
        shown: ShownPictures,
        messages: Messages,
        *,
        views: QStackedWidget,
        grid: QWidget,
        gallery: GalleryView,
        model: GalleryModel,
        loupe: Late[Loupe],
        compare: Late[CompareView],
        pick: Late[PickView],
        tree: Late[TreeView],
        top_bar: TopBar,
        zones: WindowLayout,
        composer: Composer,
        inspector: Inspector,
        status_bar: StatusBar,
        messages_bar: MessageBar,
        actions: Actions,
        parent: QObject,
    ) -> None:
        """`views` shows a large view, or `grid`, the page with the gallery."""
        super().__init__(parent)
        self._core = core
        self._shown = shown
        self._messages = messages
        self._views = views
        self._grid = grid
        self._gallery = gallery
        self._model = model
        self._loupe = loupe
        self._compare = compare
        self._pick = pick
        self._tree = tree
        self._top_bar = top_bar
        self._zones = zones
        self._composer = composer
        self._inspector = inspector
        self._status_bar = status_bar
        self._messages_bar = messages_bar
        self._actions = actions
        self.in_loupe = self.in_compare = self.in_pick = self.in_tree = False
        # A parent outside the order of the grid, compared all the same.
        self._beside: tuple[int, ...] = ()
        self._unseen: set[str] = set()
        self._seen_timer = QTimer(self, singleShot=True, interval=_SEEN_PAUSE)
        self._seen_timer.timeout.connect(self.on_seen_pause)

    @property
    def large(self) -> LargeView | None:
        """The loupe, the comparison, pick mode or the tree; None for the grid."""
        if self.in_loupe:
            return self._loupe.get()
        if self.in_pick:
            return self._pick.get()
        if self.in_tree:
            return self._tree.get()
        return self._compare.get() if self.in_compare else None

    @property
    def _view_name(self) -> str:
        views = {
            "loupe": self.in_loupe,
            "compare": self.in_compare,
            "pick": self.in_pick,
            "tree": self.in_tree,
        }
        return next((name for name, shown in views.items() if shown), "grid")

    @property
    def _segment(self) -> str:
        """Value of the view switch, which has no place for pick mode."""
        return "grid" if self.in_pick else self._view_name

    def on_order_changed(self) -> None:
        """Keep the large view at its pictures, or at the neighbours if those were removed."""
        if self.in_compare:
            if not self._compare.get().set_order(self._order()):
                self.show_grid()
            return
        if self.in_tree:
            self._tree.get().outdated.emit()
            return
        loupe = self._loupe.made
        if self.in_loupe and loupe is not None:
            order = self._shown.order
            if order:
                loupe.set_order(order)
            else:
                self.show_grid()

    def toggle_loupe(self) -> None:
        if self.in_loupe:
            self.show_grid()
        else:
            self.open_loupe()

    def open_loupe(self, picture: Picture | None = None) -> None:
        """Show a picture in the loupe; None for the current one of the grid."""
        chosen = picture
        if chosen is None and self.large is not None:
            chosen = self.large.picture
        if chosen is None:
            item = self._gallery.current_item()
            chosen = item if isinstance(item, Picture) else None
        if chosen is None:
            chosen = next(
                (i for i in self._gallery.selected_items() if isinstance(i, Picture)), None
            )
        order = self._shown.order
        if chosen is None or not order:
            self._top_bar.set_view(self._segment)
            return
        index = _place(order, chosen.row)
        if index is None and self.in_tree:
            spawn(self._open_hidden(chosen))
            return
        if index is None and self.in_pick:
            self._messages.show_message(_("This picture is hidden here"))
            return
        self._enter("loupe")
        self._loupe.get().show_pictures(order, index or 0)
        self._loupe.get().focus_view()

    async def _open_hidden(self, picture: Picture) -> None:
        """Show a relative of the grid's pictures in the loupe, among all pictures."""
        await self._show_place_of(picture)
        if self.in_tree and _place(self._shown.order, picture.row) is not None:
            self.open_loupe(picture)
        elif self.in_tree:
            self._messages.show_message(_("This picture is hidden here"))

    def open_tree(self) -> None:
        """Show the family of the selected picture."""
        spawn(self._open_tree())

    async def _open_tree(self) -> None:
        found = await self._core.library.pictures(self._chosen_rows()[:1])
        if not found:
            self._top_bar.set_view(self._segment)
            self._messages.show_message(_("Select a picture to see its family"))
            return
        tree = await self._core.library.choosing.family(found[0].id)
        self._enter("tree")
        view = self._tree.get()
        view.show_tree(tree, found[0].id)
        view.focus_view()

    def open_compare(self) -> None:
        """Compare the selected pictures, or the only one with its neighbour."""
        rows = self._chosen_rows()
        self._beside = ()
        made = Comparison.of(self._shown.order, rows)
        if made is None:
            self._top_bar.set_view(self._segment)
            self._messages.show_message(
                _("Select a picture to compare it")
                if not rows
                else _("No other picture to compare with")
            )
            return
        if len(rows) > MOST_COMPARED:
            self._messages.show_message(
                _("Comparing the first {most} of {all}").format(
                    most=number(MOST_COMPARED), all=number(len(rows))
                )
            )
        self._open_comparison(made)

    def compare_with_parent(self) -> None:
        """Compare a picture with the one it was edited from."""
        spawn(self._compare_with_parent())

    async def _compare_with_parent(self) -> None:
        rows = self._chosen_rows()
        found = await self._core.library.pictures(rows[:1])
        if not found:
            self._messages.show_message(_("Select a picture to compare it"))
            return
        ids = [one.picture for one in found[0].parents if one.role is Role.EDIT and one.picture]
        parents = await self._core.library.find(ids[:1])
        if not parents:
            self._messages.show_message(_("This picture was not made from another one"))
            return
        self._beside = tuple(
            one.row for one in (*parents, *found) if one.row not in self._shown.order
        )
        made = Comparison.of(self._order(), [parents[0].row, found[0].row])
        if made is not None:
            self._open_comparison(made)

    def _order(self) -> array[int]:
        return array("q", self._beside) + self._shown.order if self._beside else self._shown.order

    def _chosen_rows(self) -> list[int]:
        if (large := self.large) is not None:
            return [] if large.row is None else [large.row]
        return list(self._gallery.selected_rows()[: MOST_COMPARED + 1])

    def _open_comparison(self, comparison: Comparison) -> None:
        self._enter("compare")
        view = self._compare.get()
        view.show_comparison(comparison)
        view.focus_view()

    def show_grid(self) -> None:
        """Return to the grid, at the pictures of the large view."""
        if self.large is None:
            self._top_bar.set_view("grid")
            return
        if self.in_compare:
            rows = [row for row in self._compare.get().comparison.sides if row in self._shown.order]
        else:
            picture = self.large.picture
            rows = [] if picture is None else [picture.row]
            if self.in_pick or self.in_tree:
                rows = [row for row in rows if row in self._shown.order]
        self._enter("grid")
        if rows:
            self._gallery.show_item(rows[0])
            self._gallery.select_keys(rows)
        self.show_items(self._gallery.selected_items())
        self._gallery.setFocus(Qt.FocusReason.OtherFocusReason)

    def open_pick(self) -> None:
        """Show the round of pick mode."""
        self._enter("pick")
        self.pick_opened.emit()

    def on_pick_shown(self) -> None:
        """Enable what can be done with the current picture of the round."""
        picture = self._pick.get().picture
        if not self.in_pick:
            return
        items = [] if picture is None else [picture]
        self._actions.update_enabled(pictures=len(items), jobs=0, trashed=False, items=items)
        self._looked_at(items)

    def _enter(self, view: str) -> None:
        left = self.in_pick and view != "pick"
        self.in_loupe, self.in_compare = view == "loupe", view == "compare"
        self.in_pick, self.in_tree = view == "pick", view == "tree"
        self._show_view()
        if left:
            self.pick_left.emit()

    def _show_view(self) -> None:
        shown: QWidget = self._grid
        if self.in_loupe:
            shown = self._loupe.get()
        elif self.in_compare:
            shown = self._compare.get()
        elif self.in_pick:
            shown = self._pick.get()
        elif self.in_tree:
            shown = self._tree.get()
        column = shown.layout()
        if isinstance(column, QVBoxLayout):
            # Below the bar of either view.
            column.insertWidget(1, self._messages_bar)
        self._views.setCurrentWidget(shown)
        self.on_place_changed()
        self._top_bar.set_view(self._segment)
        large = shown is not self._grid
        self._zones.set_plain(large)
        self._composer.set_compact(large)
        self._inspector.set_preview_shown(not large)

    def on_place_changed(self) -> None:
        """Show the notices of the current view only."""
        query = self._shown.query
        self._messages_bar.set_place((self._view_name, query.view, query.collection))

    def show_items(self, items: tuple[Item, ...]) -> None:
        """Show a new selection of the grid."""
        if self.in_compare or self.in_pick or self.in_tree:
            return  # its own pictures are shown; this follows in the grid
        pictures = [item for item in items if isinstance(item, Picture)]
        jobs = [item for item in items if isinstance(item, Job)]
        total = self._gallery.selected_count()
        counted = max(total - len(jobs), len(pictures))
        trashed = self._shown.query.view is View.TRASH
        self._actions.update_enabled(
            pictures=counted, jobs=len(jobs), trashed=trashed, items=pictures
        )
        self._status_bar.show_selection(counted, len(jobs))
        self._composer.suggest(pictures)
        if len(jobs) == 1 and not pictures:
            self._inspector.show_job(jobs[0])
        elif pictures:
            self._inspector.show_pictures(pictures, counted)
            self._looked_at(pictures)
        else:
            self._inspector.show_nothing()

    def _looked_at(self, pictures: Sequence[Picture]) -> None:
        unseen = [picture.id for picture in pictures if not picture.seen]
        if unseen:
            self._unseen.update(unseen)
            self._seen_timer.start()

    def on_seen_pause(self) -> None:
        """Mark the pictures as seen."""
        ids, self._unseen = sorted(self._unseen), set()
        if ids:
            spawn(self._mark_seen(ids))

    async def _mark_seen(self, ids: list[str]) -> None:
        await self._core.library.mark_seen(ids)

    def on_loupe_picture(self, picture: Picture) -> None:
        """Select the loupe's new picture."""
        self._gallery.select_keys([picture.row])
        self._inspector.show_pictures([picture])
        self._looked_at([picture])

    def on_compared(self) -> None:
        """Show the compared pictures in the inspector, and what can be done with the active one."""
        view = self._compare.get()
        if not self.in_compare:
            return
        pictures = view.pictures
        self._inspector.show_comparison(pictures, view.comparison)
        trashed = self._shown.query.view is View.TRASH
        items = [view.picture] if view.picture is not None else []
        self._actions.update_enabled(pictures=1, jobs=0, trashed=trashed, items=items)
        self._status_bar.show_selection(1, 0)
        self._looked_at(pictures)

    def on_tree_selection(self) -> None:
        """Show the selected picture of the tree in the inspector, and what can be done with it."""
        if not self.in_tree:
            return
        view = self._tree.get()
        picture = view.picture
        items = [] if picture is None else [picture]
        count = int(view.row is not None)
        trashed = picture is not None and picture.trashed
        self._actions.update_enabled(pictures=count, jobs=0, trashed=trashed, items=items)
        self._status_bar.show_selection(count, 0)
        self._composer.suggest(items)
        if items:
            self._inspector.show_pictures(items)
            self._looked_at(items)
        elif not count:
            self._inspector.show_nothing()

    def on_comparison_ended(self) -> None:
        """Say that there is no further picture to compare with."""
        comparison = self._compare.get().comparison
        self._messages.show_message(
            _("That was the last of {all}").format(all=number(comparison.challengers))
        )

    def on_opened(self, item: Item) -> None:
        if isinstance(item, Picture):
            self.open_loupe(item)

    def on_relative_chosen(self, id: str) -> None:
        """Show a parent or child in the current view."""
        spawn(self._go_to(id))

    async def _go_to(self, id: str) -> None:
        found = await self._core.library.find([id])
        if not found:
            return
        row = found[0].row
        if self.in_tree and id in self._tree.get().tree.nodes:
            self._tree.get().canvas.select(id)
            return
        await self._show_place_of(found[0])
        if self.in_tree:
            self.show_grid()
        if self.in_compare:
            self._compare.get().show_row(row)
            return
        if self.in_loupe:
            order = self._shown.order
            if (place := _place(order, row)) is not None:
                self._loupe.get().show_pictures(order, place)
            else:
                self._messages.show_message(_("This picture is hidden here"))
            return
        if self._gallery.show_item(row):
            self._gallery.select_keys([row])
        self._inspector.show_pictures(found)

    async def _show_place_of(self, picture: Picture) -> None:
        """Show the shelf that has a picture, unless it is shown already."""
        if self._model.row_of(picture.row) is None:
            self._top_bar.set_words("")
            view = View.TRASH if picture.trashed else View.ALL
            self._shown.show(view=view, collection="", words="")
            await self._shown.settled()

    def on_stepped(self, ids: object) -> None:
        """Select the pictures moved by undo or redo of a trash."""
        assert isinstance(ids, tuple)
        spawn(self._select_back(ids))

    async def _select_back(self, ids: Sequence[str]) -> None:
        found = await self._core.library.find(ids)
        wanted = View.TRASH if self._shown.query.view is View.TRASH else View.ALL
        rows = [one.row for one in found if one.trashed is (wanted is View.TRASH)]
        await self._shown.settled()
        # Cached pictures may have the trash state from before.
        self._model.know(found[:KNOWN])
        shown = [row for row in rows if self._model.row_of(row) is not None]
        if not shown or self.in_compare or self.in_pick or self.in_tree:
            return
        if self.in_loupe:
            order = self._shown.order
            self._loupe.get().show_pictures(order, _place(order, shown[0]) or 0)
        elif self._gallery.show_item(shown[0]):
            self._gallery.select_keys(shown)

    def on_job_chosen(self, id: str) -> None:
        """Show a job of the queue in the grid."""
        self.show_grid()
        if self._gallery.show_item(id):
            self._gallery.select_keys([id])

    def on_loupe_flagged(self, flag: Flag) -> None:
        """Flag the picture in the loupe."""
        picture = self._loupe.get().picture
        if picture is not None:
            self.flagged.emit([picture.id], flag)

    def on_loupe_action(self, name: str, picture: Picture) -> None:
        """Drag the picture out of a large view."""
        if name == "drag":
            self._drag(picture)

    def _drag(self, picture: Picture) -> None:
        card = self._gallery.thumbnails.card(picture)
        carried = self._gallery.carried([picture])
        source = self._views.currentWidget() or self._views
        try:
            drag_and_drop.drag_out(source, carried, [card], self._core.decoder)
        except StudioError as error:
            self._messages.on_error(error)


def _place(order: array[int], row: int) -> int | None:
    """Index of a row in an order, None if it is not in it."""
    try:
        return order.index(row)
    except ValueError:
        return None
