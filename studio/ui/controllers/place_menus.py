"""Context menus of the sidebar's places."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QWidget

from studio.app.core import Core
from studio.common.i18n import _
from studio.library.query import Query, View
from studio.ui.controllers.collections import CollectionsController
from studio.ui.panels.sidebar.sidebar_model import SidebarModel
from studio.ui.support import sidebar_items
from studio.ui.support.ports import Messages, Navigation
from studio.ui.support.sidebar_items import SidebarItem
from studio.ui.support.tasks import spawn
from studio.ui.widgets.menu import Menu, set_reason
from studio.ui.window.actions import Actions


class PlaceMenus(QObject):
    """Opens the menu of a shelf, a collection, or the background of the collections."""

    def __init__(
        self,
        core: Core,
        collections: CollectionsController,
        navigation: Navigation,
        messages: Messages,
        *,
        places: SidebarModel,
        actions: Actions,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._core = core
        self._collections = collections
        self._navigation = navigation
        self._messages = messages
        self._places = places
        self._actions = actions
        self._parent = parent

    def open_menu(self, place: SidebarItem | None, where: QPoint) -> None:
        """Open the menu of a place at a global point; None is the background."""
        menu = self.make(place)
        menu.popup_once(where)

    def make(self, place: SidebarItem | None) -> Menu:
        """The menu of a place."""
        self._actions.dress()
        menu = Menu("", self._parent)
        if place is not None and (place.view is not None or place == sidebar_items.history()):
            here = self._places.is_shown(place) and self._navigation.large is None
            opened = _("Already open") if here and place.view is not None else ""
            self._add(menu, _("Open"), partial(self._places.choose, place), opened)
            menu.addSeparator()
        if place is not None and place.collection:
            self._fill_collection(menu, place)
        elif place is not None and place.view is not None:
            self._fill_shelf(menu, place.view)
        elif place != sidebar_items.history():
            for name in ("new_collection", "save_search"):
                menu.addAction(self._actions.every[name])
        return menu

    def _fill_collection(self, menu: Menu, place: SidebarItem) -> None:
        rows = [row.collection for row in self._places.collections]
        at = rows.index(place.collection) if place.collection in rows else 0
        asked = self._collections.on_asked
        self._add(menu, _("Rename…"), partial(asked, place, "rename"), key="F2")
        first = _("Already first") if at == 0 else ""
        last = _("Already last") if at >= len(rows) - 1 else ""
        move = self._places.move_by
        self._add(menu, _("Move up"), partial(move, place.collection, -1), first, key="Alt+Up")
        self._add(menu, _("Move down"), partial(move, place.collection, 1), last, key="Alt+Down")
        menu.addSeparator()
        empty = _("No pictures") if place.count == 0 else ""
        for name, words in (
            ("contact_sheet", _("Contact sheet…")),
            ("handoff_page", _("Hand-off page…")),
        ):
            self._add(menu, words, partial(self._open_and_run, place, name), empty)
        menu.addSeparator()
        words = _("Delete collection") if place.takes else _("Delete saved search")
        self._add(menu, words, partial(asked, place, "delete"), key="Del")

    def _open_and_run(self, place: SidebarItem, name: str) -> None:
        """Show a collection, and act on all its pictures."""
        self._places.choose(place)
        self._actions.every[name].trigger()

    def _fill_shelf(self, menu: Menu, view: View) -> None:
        every = self._actions.every
        if view is View.TRASH:
            empty = "" if self._places.counts.trash else _("The trash is empty")
            self._add(menu, _("Restore all pictures"), self._restore_all, empty)
            self._add(menu, every["empty_trash"].text(), every["empty_trash"].trigger, empty)
        elif view is View.FAILED:
            nothing = "" if self._places.counts.failed else _("Nothing failed")
            self._add(menu, every["retry_failed"].text(), every["retry_failed"].trigger, nothing)
        elif view is View.ALL:
            for name in ("import_files", "import_folder"):
                menu.addAction(every[name])

    def _add(
        self, menu: Menu, text: str, act: Callable[[], object], why: str = "", *, key: str = ""
    ) -> None:
        action = menu.entry(text, key)
        set_reason(action, why)
        action.triggered.connect(partial(_run, act))

    def _restore_all(self) -> None:
        spawn(self._restore(), records=True)

    async def _restore(self) -> None:
        library = self._core.library
        ids = await library.ids(await library.rows(Query(view=View.TRASH)))
        if said := await library.restore(ids):
            self._messages.on_said(said)


def _run(act: Callable[[], object], _checked: object = None) -> None:
    act()
