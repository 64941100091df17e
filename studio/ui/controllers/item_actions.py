"""Actions of tiles, panels and shelves."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QWidget

from studio.domain.entities import Flag, Job, Picture
from studio.library.query import View
from studio.ui.dialogs.missing_file import MissingFiles
from studio.ui.panels.composer.composer import Composer
from studio.ui.support.ports import JobOffers, PictureChanges, ShownPictures
from studio.ui.support.tasks import spawn
from studio.ui.support.tile_content import Item
from studio.ui.views.gallery.view import GalleryView
from studio.ui.widgets.menu import Menu
from studio.ui.window import menus
from studio.ui.window.actions import Actions


class ItemActions(QObject):
    """Performs the actions of a tile, the inspector or a shelf."""

    def __init__(
        self,
        shown: ShownPictures,
        pictures: PictureChanges,
        jobs: JobOffers,
        *,
        missing: MissingFiles,
        gallery: GalleryView,
        composer: Composer,
        actions: Actions,
        fill_open_with: Callable[[Menu], object],
        parent: QWidget,
    ) -> None:
        """`fill_open_with` adds the programs that open the selected pictures to a menu."""
        super().__init__(parent)
        self._shown = shown
        self._pictures = pictures
        self._jobs = jobs
        self._missing = missing
        self._gallery = gallery
        self._composer = composer
        self._actions = actions
        self._fill_open_with = fill_open_with
        self._parent = parent

    def on_tile_action(self, name: str, item: Item) -> None:
        """Run the action of a zone of a tile."""
        if isinstance(item, Job):
            self._jobs.run_tile_action(name, item)
        elif name == "pick":
            self._pictures.flag_these([item.id], _toggled(item, Flag.PICK))
        elif name == "reject":
            self._pictures.flag_these([item.id], _toggled(item, Flag.REJECT))
        elif name == "edit":
            self._composer.edit(item)
        elif name == "more":
            self.on_context_menu(item, self._parent.cursor().pos())
        elif name == "show_in_folder":
            self._pictures.show_this(item)
        elif name == "locate":
            spawn(self._missing.locate(item))
        elif name == "forget":
            # Move it to the trash, from which it can be restored.
            self._pictures.trash_these([item.id])

    def on_inspector_action(self, name: str, items: object) -> None:
        """Run a button of the inspector; `items` are the pictures or the job it shows."""
        shown = items if isinstance(items, tuple) else ()
        if shown and isinstance(shown[0], Job):
            self._jobs.run_tile_action(name, shown[0])
        elif name == "drag" and shown:
            self._gallery.begin_drag(self._gallery.rows.row_of(shown[0].row))
        elif name == "restore" and self._shown.query.view is View.TRASH:
            self._pictures.restore()
        elif name == "restore":
            # Not through the action, which is enabled in the trash only.
            self._pictures.restore_these([one.id for one in shown])
        elif name == "more":
            self.on_context_menu(shown[0] if shown else None, self._parent.cursor().pos())
        elif (action := self._actions.every.get({"save": "save_as"}.get(name, name))) is not None:
            action.trigger()

    def on_tree_menu(self, picture: Picture, where: QPoint) -> None:
        """Open the menu of a picture of a tree."""
        self._open_menu(picture, where, branch=True)

    def on_context_menu(self, item: Item | None, where: QPoint) -> None:
        """Open the menu of a tile, or of the background for None."""
        self._open_menu(item, where)

    def _open_menu(self, item: Item | None, where: QPoint, *, branch: bool = False) -> None:
        if isinstance(item, Picture):
            trashed = self._shown.query.view is View.TRASH
            menu = menus.tile_menu(
                self._actions,
                self._parent,
                trashed=trashed,
                fill_open_with=self._fill_open_with,
                branch=branch,
            )
        elif isinstance(item, Job):
            run = self._gallery.jobs_beside(item.id)
            menu = menus.job_menu(self._jobs, item, self._parent, run)
        else:
            menu = menus.mat_menu(self._actions, self._parent)
        menu.popup_once(where)

    def on_empty_menu(self, where: QPoint) -> None:
        """Open the background's menu on a page in place of the gallery."""
        page = self.sender()
        assert isinstance(page, QWidget)
        self.on_context_menu(None, page.mapToGlobal(where))

    def on_dropped_on_shelf(self, view: View, ids: tuple[str, ...]) -> None:
        """Pick or trash pictures dropped on a shelf of the sidebar."""
        if view is View.PICKS:
            self._pictures.flag_these(ids, Flag.PICK)
        elif view is View.TRASH:
            self._pictures.trash_these(ids)


def _toggled(picture: Picture, flag: Flag) -> Flag:
    return Flag.NONE if picture.flag is flag else flag
