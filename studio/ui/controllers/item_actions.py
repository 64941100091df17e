"""What tiles and panels ask the window to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt

from studio.domain.entities import Flag, Job, Picture
from studio.library.query import View
from studio.ui.support.tasks import spawn
from studio.ui.support.tile_content import Item
from studio.ui.window import menus

if TYPE_CHECKING:
    from studio.ui.window.main_window import StudioWindow


class Offers(QObject):
    """Does what a tile, the inspector or a shelf offers."""

    def __init__(self, window: StudioWindow) -> None:
        super().__init__(window)
        self._window = window

    def on_tile_action(self, name: str, item: Item) -> None:
        """A zone of a tile was pressed."""
        if isinstance(item, Job):
            self._window.running.act(name, item)
        elif name == "pick":
            self._window.pictures.flag_these([item.id], _toggled(item, Flag.PICK))
        elif name == "reject":
            self._window.pictures.flag_these([item.id], _toggled(item, Flag.REJECT))
        elif name == "edit":
            self._window.composer.edit(item)
        elif name == "more":
            self.on_context_menu(item, self._window.cursor().pos())
        elif name == "show_in_folder":
            self._window.pictures.show_this(item)
        elif name in ("locate", "forget"):
            self._missing(name, item)

    def _missing(self, name: str, picture: Picture) -> None:
        from studio.ui.dialogs import missing_file

        if name == "locate":
            spawn(missing_file.locate(self._window, picture))
        else:
            missing_file.forget(self._window, picture)

    def on_inspector_action(self, name: str, items: object) -> None:
        """A button of the inspector was pressed; `items` are the pictures or the job it shows."""
        shown = items if isinstance(items, tuple) else ()
        if shown and isinstance(shown[0], Job):
            self._window.running.act(name, shown[0])
        elif name == "drag" and shown:
            self._window.gallery.begin_drag(self._window.gallery.rows.row_of(shown[0].row))
        elif name == "restore" and self._window.browsing.query.view is View.TRASH:
            self._window.pictures.restore()
        elif name == "restore":
            # Not by the action: that is offered in the trash only.
            self._window.pictures.restore_these([one.id for one in shown])
        elif name == "more":
            self.on_context_menu(shown[0] if shown else None, self._window.cursor().pos())
        elif (
            action := self._window.actions_of.every.get({"save": "save_as"}.get(name, name))
        ) is not None:
            action.trigger()

    def on_context_menu(self, item: Item | None, where: QPoint) -> None:
        """The menu of a tile."""
        if isinstance(item, Picture):
            trashed = self._window.browsing.query.view is View.TRASH
            menu = menus.tile_menu(self._window.actions_of, self._window, trashed=trashed)
        elif isinstance(item, Job):
            menu = menus.job_menu(self._window.running, item, self._window)
        else:
            menu = menus.mat_menu(self._window.actions_of, self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(where)

    def on_dropped_on_shelf(self, view: View, ids: tuple[str, ...]) -> None:
        """Pictures were dropped onto a shelf of the sidebar."""
        if view is View.PICKS:
            self._window.pictures.flag_these(ids, Flag.PICK)
        elif view is View.TRASH:
            self._window.pictures.trash_these(ids)


def _toggled(picture: Picture, flag: Flag) -> Flag:
    return Flag.NONE if picture.flag is flag else flag
