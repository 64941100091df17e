"""Bars and panels around the views: open state, focus, and the menu."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget

from studio.ui.panels.composer.composer import Composer
from studio.ui.panels.inspector import Inspector
from studio.ui.panels.sidebar.rail import Rail
from studio.ui.panels.sidebar.sidebar import Sidebar
from studio.ui.panels.status_bar.activity import StatusBar
from studio.ui.support.late import Late
from studio.ui.support.ports import Navigation
from studio.ui.widgets.focus_ring import focus_by_key
from studio.ui.widgets.menu import Menu
from studio.ui.window import layout, menus
from studio.ui.window.actions import Actions
from studio.ui.window.grid_bar import GridBar
from studio.ui.window.layout import WindowLayout
from studio.ui.window.top_bar import TopBar


class PanelLayout(QObject):
    """Keeps bars and actions consistent with the panels.

    Attributes:
        menu: the menu of the menu button.
    """

    def __init__(
        self,
        navigation: Navigation,
        *,
        views: QStackedWidget,
        pages: QStackedWidget,
        zones: WindowLayout,
        top_bar: TopBar,
        grid_bar: GridBar,
        status_bar: StatusBar,
        sidebar: Sidebar,
        rail: Rail,
        composer: Composer,
        inspector: Inspector,
        actions: Actions,
        parent: QWidget,
    ) -> None:
        """`pages` is the stack in place of the grid."""
        super().__init__(parent)
        self._navigation = navigation
        self._views = views
        self._pages = pages
        self._zones = zones
        self._top_bar = top_bar
        self._grid_bar = grid_bar
        self._status_bar = status_bar
        self._sidebar = sidebar
        self._rail = rail
        self._composer = composer
        self._inspector = inspector
        self._actions = actions
        self._parent = parent
        self.menu: Late[Menu] = Late(self._make_menu)

    def _make_menu(self) -> Menu:
        return menus.main_menu(self._actions, self._parent)

    def on_menu_requested(self, where: QPoint) -> None:
        menu = self.menu.get()
        if menu.isRightToLeft():
            where = where - QPoint(menu.sizeHint().width(), 0)
        menu.popup(where)

    def open_menu(self) -> None:
        """Open the menu at its button."""
        self.on_menu_requested(self._top_bar.menu_point())

    def open_submenu(self, place: int) -> None:
        """Open the menu with this submenu, counted from 0."""
        self.open_menu()
        menu = self.menu.get()
        menu.choose(menu.actions()[place])

    def on_panels_changed(self) -> None:
        """Update the actions for sidebar and inspector."""
        self._actions.every["sidebar"].setChecked(self._zones.sidebar_open)
        self._actions.every["inspector"].setChecked(self._zones.inspector_open)

    def on_narrowed(self, narrow: bool) -> None:  # noqa: FBT001 - a Qt signal's argument
        """Pass the narrow or wide layout on to the bars."""
        self._top_bar.set_narrow(narrow)
        self._grid_bar.set_narrow(narrow)
        self._status_bar.set_narrow(narrow)

    def focus_places(self) -> list[tuple[QWidget, Callable[[], None]]]:
        """Visible zones, each with a function that focuses it."""
        side = self._sidebar if self._sidebar.isVisible() else self._rail
        every: list[tuple[QWidget, Callable[[], None]]] = [
            (self._top_bar, self._top_bar.focus_search),
            (side, partial(_to_first, side)),
            self._view(),
            (self._composer, self._composer.focus_prompt),
            (self._inspector, partial(_to_first, self._inspector)),
        ]
        return [(zone, go) for zone, go in every if zone.isVisible()]

    def focus_next(self) -> None:
        """Focus the next visible zone."""
        places = self.focus_places()
        focus = QApplication.focusWidget()
        here = next((n for n, (zone, _go) in enumerate(places) if layout.inside(focus, zone)), -1)
        for step in range(1, len(places) + 1):
            zone, go = places[(here + step) % len(places)]
            go()
            # An empty inspector takes no focus: try the next zone.
            if layout.inside(QApplication.focusWidget(), zone):
                return

    def focus_view(self) -> None:
        """Focus the current view."""
        _view, go = self._view()
        go()

    def _view(self) -> tuple[QWidget, Callable[[], None]]:
        large, view = self._navigation.large, self._views.currentWidget()
        if large is not None and view is not None:
            return view, large.focus_view
        page = self._pages.currentWidget()
        assert page is not None, "the gallery is always there"
        return page, partial(_to_first, page)


def _to_first(zone: QWidget) -> None:
    """Focus a zone, or the first widget in it that accepts focus."""
    if zone.focusPolicy() & Qt.FocusPolicy.TabFocus:
        focus_by_key(zone)
        return
    for child in zone.findChildren(QWidget):
        if child.focusPolicy() & Qt.FocusPolicy.TabFocus and child.isVisibleTo(zone):
            focus_by_key(child)
            return
