"""Drag recipes and the shelf: created when one of them is first used."""

from __future__ import annotations

from functools import partial
from typing import Protocol

from studio.app.core import Core
from studio.common.i18n import _
from studio.ui.controllers.collections import CollectionsController
from studio.ui.controllers.drag_recipes import DragRecipes
from studio.ui.controllers.drags import DragsController
from studio.ui.controllers.export import ExportController
from studio.ui.controllers.library_view import LibraryViewController
from studio.ui.controllers.messages import MessagesController
from studio.ui.controllers.pictures import PicturesController
from studio.ui.controllers.presentation import Presentation
from studio.ui.controllers.recipe_chooser import RecipeChooser
from studio.ui.controllers.selection import SelectionController
from studio.ui.controllers.tray import TrayController
from studio.ui.controllers.view_switch import ViewSwitch
from studio.ui.panels.status_bar.activity import StatusBar
from studio.ui.panels.tray import SIDE, Tray
from studio.ui.support.late import Late
from studio.ui.support.row_thumbnails import RowThumbnails
from studio.ui.window.actions import Actions
from studio.ui.window.main_window import StudioWindow


class OutgoingNeighbours(Protocol):
    """The parts of a window that recipes and shelf are connected to."""

    core: Core
    window: StudioWindow
    actions_of: Actions
    collections_controller: CollectionsController
    drags: DragsController
    exports: Late[ExportController]
    library_view: LibraryViewController
    messages_controller: MessagesController
    pictures: PicturesController
    presentation: Presentation
    selection: SelectionController
    status_bar: StatusBar
    view_switch: ViewSwitch


class OutgoingParts:
    """Parts of a window through which pictures leave it: recipes, their list, and the shelf.

    Attributes:
        recipes: copies for drags and the clipboard.
        chooser: the list of recipes.
        tray: the shelf; created when it is first shown.
    """

    def __init__(self, parts: OutgoingNeighbours) -> None:
        self._parts = parts
        window = parts.window
        self.recipes = DragRecipes(
            parts.core,
            parts.library_view,
            parts.selection,
            parts.messages_controller,
            parts.drags,
            collection_name=parts.collections_controller.name_of,
            parent=window,
        )
        self.chooser = RecipeChooser(self.recipes, parts.status_bar, window)
        self.tray: Late[TrayController] = Late(self._make_tray)
        window.gallery.selection_changed.connect(self.recipes.on_selection_changed)
        parts.library_view.place_changed.connect(self.recipes.on_place_changed)
        parts.collections_controller.changed.connect(self.recipes.on_place_changed)

    def _make_tray(self) -> TrayController:
        parts = self._parts
        window = parts.window
        thumbnails = RowThumbnails(parts.core.library, window, side=2 * SIDE)
        view = Tray(thumbnails, window)
        window.take_tray(view)
        made = TrayController(
            parts.core,
            parts.selection,
            parts.messages_controller,
            view=view,
            show_bar=partial(parts.presentation.show_bar, view),
            parent=window,
        )
        made.shown_changed.connect(parts.actions_of.every["shelf"].setChecked)
        view.drag_wanted.connect(parts.drags.on_drag_wanted)
        view.export.clicked.connect(partial(self._export, view))
        view.list.opened.connect(parts.view_switch.open_loupe)
        view.list.copy_wanted.connect(parts.pictures.copy_these)
        return made

    def _export(self, view: Tray) -> None:
        self._parts.exports.get().open_for(lambda: [one.row for one in view.pictures], _("Shelf"))
