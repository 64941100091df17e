"""Panels and actions for the current pictures, and which pictures were seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from studio.app.core import Core
from studio.domain.entities import Job, Picture
from studio.library.query import View
from studio.ui.controllers.view_stack import FULL_SCREEN, ViewName, ViewStack
from studio.ui.panels.composer.composer import Composer
from studio.ui.panels.inspector import Inspector
from studio.ui.panels.status_bar.activity import StatusBar
from studio.ui.support import stack_content
from studio.ui.support.late import Late
from studio.ui.support.ports import ShownPictures
from studio.ui.support.tasks import spawn
from studio.ui.support.tile_content import Item
from studio.ui.views.gallery.view import GalleryView
from studio.ui.window.actions import Actions

if TYPE_CHECKING:
    from studio.ui.views.compare import CompareView
    from studio.ui.views.tree import TreeView

_SEEN_PAUSE = 1000
"""Milliseconds in view after which a picture is no longer new."""


class CurrentPictures(QObject):
    """Updates panels and actions for the pictures of the current view."""

    def __init__(
        self,
        core: Core,
        shown: ShownPictures,
        stack: ViewStack,
        *,
        gallery: GalleryView,
        compare: Late[CompareView],
        tree: Late[TreeView],
        composer: Composer,
        inspector: Inspector,
        status_bar: StatusBar,
        actions: Actions,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._core = core
        self._shown = shown
        self._stack = stack
        self._gallery = gallery
        self._compare = compare
        self._tree = tree
        self._composer = composer
        self._inspector = inspector
        self._status_bar = status_bar
        self._actions = actions
        self._unseen: set[str] = set()
        self._seen_timer = QTimer(self, singleShot=True, interval=_SEEN_PAUSE)
        self._seen_timer.timeout.connect(self.on_seen_pause)

    def show_items(self, items: tuple[Item, ...]) -> None:
        """Show a new selection of the grid."""
        if self._stack.current is ViewName.LOUPE:
            # The tile selected in the grid may be a closed stack, with another picture as its key.
            if (large := self._stack.large) is not None and large.picture is not None:
                self._show_in_loupe(large.picture)
            return
        if self._stack.current is not ViewName.GRID:
            return  # the view shows its own pictures; the grid's selection is shown later
        pictures = [item for item in items if isinstance(item, Picture)]
        jobs = [item for item in items if isinstance(item, Job)]
        total = self._gallery.selected_count()
        counted = max(total - len(jobs), len(pictures))
        trashed = self._shown.query.view is View.TRASH
        tile = self._gallery.selected_stack()
        self._actions.update_enabled(
            pictures=counted,
            jobs=len(jobs),
            trashed=trashed,
            items=pictures,
            stack=0 if tile is None else tile.size,
            cover=tile is not None and tile.cover,
            note=stack_content.note(counted, *self._gallery.closed_stacks()),
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

    def on_loupe_picture(self, picture: Picture) -> None:
        """Select the loupe's new picture."""
        self._gallery.select_keys([picture.row])
        self._show_in_loupe(picture)

    def _show_in_loupe(self, picture: Picture) -> None:
        trashed = self._shown.query.view is View.TRASH
        self._actions.update_enabled(pictures=1, jobs=0, trashed=trashed, items=[picture])
        self._status_bar.show_selection(1, 0)
        self._composer.suggest([picture])
        self._inspector.show_pictures([picture])
        self._looked_at([picture])

    def on_compared(self) -> None:
        """Show the compared pictures in the inspector, and enable actions for the active one."""
        view = self._compare.get()
        if self._stack.current is not ViewName.COMPARE:
            return
        pictures = view.pictures
        self._inspector.show_comparison(pictures, view.comparison)
        trashed = self._shown.query.view is View.TRASH
        items = [view.picture] if view.picture is not None else []
        self._actions.update_enabled(
            pictures=1,
            jobs=0,
            trashed=trashed,
            items=items,
            compared=len(view.comparison.sides),
        )
        self._status_bar.show_selection(1, 0)
        self._looked_at(pictures)

    def on_full_screen_shown(self) -> None:
        """Enable the actions for the current picture of a view without panels."""
        large = self._stack.large
        if large is None or self._stack.current not in FULL_SCREEN:
            return
        items = [] if large.picture is None else [large.picture]
        self._actions.update_enabled(pictures=len(items), jobs=0, trashed=False, items=items)
        self._looked_at(items)

    def on_tree_selection(self) -> None:
        """Show the selected picture of the tree in the inspector, and enable its actions."""
        if self._stack.current is not ViewName.TREE:
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

    def _looked_at(self, pictures: Sequence[Picture]) -> None:
        unseen = [picture.id for picture in pictures if not picture.seen]
        if unseen:
            self._unseen.update(unseen)
            self._seen_timer.start()

    def on_seen_pause(self) -> None:
        """Mark the pictures as seen."""
        ids, self._unseen = sorted(self._unseen), set()
        if ids:
            spawn(self._mark_seen(ids), records=True)

    async def _mark_seen(self, ids: list[str]) -> None:
        await self._core.library.mark_seen(ids)
