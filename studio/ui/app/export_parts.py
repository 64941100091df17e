"""Export of pictures: connected to the other parts when first used."""

from __future__ import annotations

from typing import Protocol

from studio.app.core import Core
from studio.ui.controllers.collections import CollectionsController
from studio.ui.controllers.export import ExportController
from studio.ui.controllers.handout_types import HandoutKind, PageKind, SheetKind
from studio.ui.controllers.handouts import HandoutController, Handouts
from studio.ui.controllers.library_navigation import LibraryNavigation
from studio.ui.controllers.library_view import LibraryViewController
from studio.ui.controllers.messages import MessagesController
from studio.ui.controllers.outgoing_pictures import OutgoingPictures
from studio.ui.controllers.selection import SelectionController
from studio.ui.controllers.spreadsheet import SpreadsheetController
from studio.ui.panels.status_bar.activity import StatusBar
from studio.ui.panels.status_bar.export_progress import ExportProgress
from studio.ui.widgets.message_bar import MessageBar
from studio.ui.window.main_window import StudioWindow


class ExportNeighbours(Protocol):
    """The parts of a window that export is connected to."""

    core: Core
    window: StudioWindow
    collections_controller: CollectionsController
    library_navigation: LibraryNavigation
    library_view: LibraryViewController
    messages: MessageBar
    messages_controller: MessagesController
    selection: SelectionController
    status_bar: StatusBar


class ExportParts:
    """Creates the controllers of exports, spreadsheets and handouts for a window."""

    def __init__(self, parts: ExportNeighbours) -> None:
        self._parts = parts

    def make_export_controller(self) -> ExportController:
        """Create the controller of exports, with the progress in the status bar."""
        parts = self._parts
        progress = ExportProgress(parts.status_bar)
        parts.status_bar.add_activity(progress)
        exports = ExportController(
            parts.core,
            parts.selection,
            parts.library_view,
            parts.messages_controller,
            bar=parts.messages,
            progress=progress,
            place_name=parts.collections_controller.place_name,
            current=parts.window.gallery.current_item,
            parent=parts.window,
        )
        exports.pictures_wanted.connect(parts.library_navigation.select_pictures)
        exports.left.connect(parts.window.close)
        parts.window.closed.connect(exports.on_window_closed)
        parts.window.gallery.selection_changed.connect(exports.refresh)
        parts.library_view.loaded.connect(exports.refresh)
        parts.library_view.order_changed.connect(exports.refresh)
        parts.collections_controller.changed.connect(exports.refresh)
        return exports

    def make_spreadsheet_controller(self) -> SpreadsheetController:
        """Create the controller of spreadsheets."""
        parts = self._parts
        return SpreadsheetController(
            parts.core,
            parts.selection,
            parts.library_view,
            parts.messages_controller,
            place_name=parts.collections_controller.place_name,
            parent=parts.window,
        )

    def make_handouts(self) -> Handouts:
        """Create the controllers of contact sheets and hand-off pages."""
        parts = self._parts
        sheets = self._make_handout(SheetKind(parts.core))
        pages = self._make_handout(PageKind(parts.core))
        for one in (sheets, pages):
            parts.window.gallery.selection_changed.connect(one.refresh)
            parts.library_view.loaded.connect(one.refresh)
            parts.library_view.order_changed.connect(one.refresh)
            parts.collections_controller.changed.connect(one.refresh)
        made = Handouts(sheets, pages, parts.window)
        made.left.connect(parts.window.close)
        return made

    def _make_handout(self, kind: HandoutKind) -> HandoutController:
        parts = self._parts
        pictures = OutgoingPictures(
            parts.core,
            parts.selection,
            parts.library_view,
            place_name=parts.collections_controller.place_name,
        )
        return HandoutController(
            parts.core, kind, pictures, parts.messages_controller, parent=parts.window
        )
