"""Switching between the views, which keeps the current pictures."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QStackedWidget

from studio.app.core import Core
from studio.common.i18n import _, ngettext, number, sentences
from studio.domain.comparison import MOST as MOST_COMPARED
from studio.domain.comparison import Comparison
from studio.domain.entities import Flag, Picture, Role
from studio.library.query import View
from studio.ui.controllers.current_pictures import CurrentPictures
from studio.ui.controllers.selection import KNOWN
from studio.ui.controllers.view_stack import FULL_SCREEN, ViewName, ViewStack
from studio.ui.panels.inspector import Inspector
from studio.ui.support.late import Late
from studio.ui.support.loupe_modes import LoupeModeName
from studio.ui.support.ports import LargeView, Messages, ShownPictures
from studio.ui.support.tasks import SpawnedTask, spawn
from studio.ui.support.tile_content import Item
from studio.ui.views.gallery.model import GalleryModel
from studio.ui.views.gallery.view import GalleryView
from studio.ui.window.top_bar import TopBar

if TYPE_CHECKING:
    from studio.ui.views.compare import CompareView
    from studio.ui.views.loupe import Loupe
    from studio.ui.views.tree import TreeView


class ViewSwitch(QObject):
    """Opens each view at the pictures of the previous view.

    Signals:
        flagged: a flag was set in the loupe (a list of ids, Flag).
        round_wanted: return to the round of pick mode.
        duel_wanted: return to the duel.
        drag_wanted: drag a picture out, within the mouse event: (view, (picture,), picture).
    """

    flagged = Signal(object, object)
    round_wanted = Signal()
    duel_wanted = Signal()
    drag_wanted = Signal(object, object, object)

    def __init__(
        self,
        core: Core,
        shown: ShownPictures,
        messages: Messages,
        stack: ViewStack,
        pictures: CurrentPictures,
        *,
        views: QStackedWidget,
        gallery: GalleryView,
        model: GalleryModel,
        loupe: Late[Loupe],
        compare: Late[CompareView],
        tree: Late[TreeView],
        top_bar: TopBar,
        inspector: Inspector,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._core = core
        self._shown = shown
        self._messages = messages
        self._stack = stack
        self._pictures = pictures
        self._views = views
        self._gallery = gallery
        self._model = model
        self._loupe = loupe
        self._compare = compare
        self._tree = tree
        self._top_bar = top_bar
        self._inspector = inspector
        self._opening: SpawnedTask | None = None
        # A compared parent that the grid does not show.
        self._beside: tuple[int, ...] = ()

    @property
    def in_loupe(self) -> bool:
        return self._stack.current is ViewName.LOUPE

    @property
    def in_compare(self) -> bool:
        return self._stack.current is ViewName.COMPARE

    @property
    def in_pick(self) -> bool:
        return self._stack.current is ViewName.PICK

    @property
    def in_duel(self) -> bool:
        return self._stack.current is ViewName.DUEL

    @property
    def in_tree(self) -> bool:
        return self._stack.current is ViewName.TREE

    @property
    def loupe_mode(self) -> LoupeModeName:
        """The mode of the loupe."""
        return self._stack.mode

    @property
    def large(self) -> LargeView | None:
        """The large view that is shown; None for the grid."""
        return self._stack.large

    @property
    def compared(self) -> Sequence[int]:
        """Index rows of the compared pictures, A first; empty in the other views."""
        if self._stack.current is not ViewName.COMPARE:
            return ()
        return self._compare.get().comparison.sides

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
        if chosen is None:
            self._stack.reset_switch()
            return
        index = _place(order, chosen.row)
        if index is None and self._stack.current in FULL_SCREEN:
            self._messages.show_message(_("This picture is hidden here"))
            return
        if index is None:
            self._opening = spawn(self._open_hidden(chosen))
            return
        self._stack.enter(ViewName.LOUPE)
        self._loupe.get().show_pictures(order, index)
        self._loupe.get().focus_view()

    async def reach_loupe(self, picture: Picture | None = None) -> bool:
        """Show a picture in the loupe, unless it is there already; None for the current one.

        False if it cannot be shown.
        """
        if not self.in_loupe or not self._is_in_loupe(picture):
            self.open_loupe(picture)
            if (opening := self._opening) is not None:
                await opening.wait_until_ended()
        return self.in_loupe and self._is_in_loupe(picture)

    def _is_in_loupe(self, picture: Picture | None) -> bool:
        return picture is None or self._loupe.get().row == picture.row

    async def _open_hidden(self, picture: Picture) -> None:
        """Show a picture that is not in the grid in the loupe, among all pictures."""
        before = self._stack.current
        await self._show_place_of(picture)
        if self._stack.current is not before:
            return  # the user went elsewhere
        if _place(self._shown.order, picture.row) is not None:
            self.open_loupe(picture)
        else:
            self._messages.show_message(_("This picture is hidden here"))

    def open_tree(self) -> None:
        """Show the family of the selected picture."""
        spawn(self._open_tree())

    async def _open_tree(self) -> None:
        found = await self._core.library.pictures(self._chosen_rows()[:1])
        if not found:
            self._stack.reset_switch()
            self._messages.show_message(_("Select a picture to see its family"))
            return
        tree = await self._core.library.choosing.family(found[0].id)
        self._stack.enter(ViewName.TREE)
        view = self._tree.get()
        view.show_tree(tree, found[0].id)
        view.focus_view()

    def open_compare(self) -> None:
        """Compare the selected pictures, or the only one with its neighbour."""
        self.compare_these(self._chosen_rows())

    def compare_these(self, rows: Sequence[int]) -> None:
        """Compare these pictures (index rows), at most four of them."""
        self._beside = ()
        made = Comparison.of(self._shown.order, rows)
        if made is None:
            self._stack.reset_switch()
            self._messages.show_message(
                _("Select a picture to compare")
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
            self._messages.show_message(_("Select a picture to compare"))
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
        self._stack.enter(ViewName.COMPARE)
        view = self._compare.get()
        view.show_comparison(comparison)
        view.focus_view()

    def leave_view(self) -> None:
        """Return from loupe or comparison to where it was opened: tree, round, duel or grid."""
        if self._stack.origin is ViewName.TREE:
            self._return_to_tree()
        elif self._stack.origin is ViewName.PICK:
            self.round_wanted.emit()
        elif self._stack.origin is ViewName.DUEL:
            self.duel_wanted.emit()
        else:
            self.show_grid()

    def _return_to_tree(self) -> None:
        """Show the tree as it was left, at the current picture if the tree has it."""
        large, view = self.large, self._tree.get()
        picture = None if large is None else large.picture
        there = picture is not None and picture.id in view.tree.nodes
        self._stack.enter(ViewName.TREE)
        view.canvas.select(picture.id if picture is not None and there else view.canvas.selected)
        view.outdated.emit()
        view.focus_view()

    def show_grid(self) -> None:
        """Return to the grid, at the pictures of the large view."""
        if self.large is None:
            self._stack.reset_switch()
            return
        if self.in_compare:
            rows = [row for row in self._compare.get().comparison.sides if row in self._shown.order]
        else:
            picture = self.large.picture
            rows = [] if picture is None else [picture.row]
            if not self.in_loupe:
                rows = [row for row in rows if row in self._shown.order]
        self._stack.enter(ViewName.GRID)
        if rows:
            self._gallery.show_item(rows[0])
            self._gallery.select_keys(rows)
        self._pictures.show_items(self._gallery.selected_items())
        self._gallery.setFocus(Qt.FocusReason.OtherFocusReason)

    def on_comparison_ended(self) -> None:
        """Say that there is no further picture to compare with."""
        view = self._compare.get()
        comparison, n = view.comparison, len(view.comparison.beaten)
        text = _("That was the last of {all}").format(all=number(comparison.challengers))
        if comparison.locked and n and view.pictures:
            # Translators: {name} is a picture, {n} the number of those it was preferred to.
            won = ngettext("{name} has won against {n}.", "{name} has won against {n}.", n)
            last = _("That was the last of {all}.").format(all=number(comparison.challengers))
            text = sentences(last, won.format(name=view.pictures[0].name, n=number(n)))
        self._messages.show_message(text)

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
        """Select the pictures that undo or redo moved to or from the trash."""
        assert isinstance(ids, tuple)
        spawn(self._select_back(ids))

    async def _select_back(self, ids: Sequence[str]) -> None:
        found = await self._core.library.find(ids)
        wanted = View.TRASH if self._shown.query.view is View.TRASH else View.ALL
        rows = [one.row for one in found if one.trashed is (wanted is View.TRASH)]
        await self._shown.settled()
        # Cached pictures may still have their former trash state.
        self._model.know(found[:KNOWN])
        shown = [row for row in rows if self._model.row_of(row) is not None]
        if not shown:
            return
        if self.in_compare:
            self._compare.get().show_row(shown[0])
        elif self.in_loupe:
            order = self._shown.order
            self._loupe.get().show_pictures(order, _place(order, shown[0]) or 0)
        elif self.large is None and self._gallery.show_item(shown[0]):
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
            self.drag_wanted.emit(self._views.currentWidget() or self._views, (picture,), picture)


def _place(order: array[int], row: int) -> int | None:
    """Index of a row in an order, None if it is not in it."""
    try:
        return order.index(row)
    except ValueError:
        return None
