"""The window: where the panels meet. They never know each other; everything passes through here."""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QCoreApplication, QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QGuiApplication,
    QPaintEvent,
    QSessionManager,
    QWindowStateChangeEvent,
)
from PySide6.QtWidgets import QStackedWidget, QWidget

from studio.common.errors import StudioError
from studio.library.query import View
from studio.ui.app.first_screen import FIRST_PICTURES, FirstScreen
from studio.ui.controllers.library_view import Browsing, shelf_name
from studio.ui.panels.composer.first_card import FirstCard
from studio.ui.style.metrics import HEIGHTS
from studio.ui.support.tasks import spawn
from studio.ui.views.gallery.model import GalleryModel
from studio.ui.views.gallery.view import GalleryView
from studio.ui.window import layout, window_state

if TYPE_CHECKING:
    from studio.app.core import Core
    from studio.domain.drafts import Draft
    from studio.ui.controllers.budget import Budgeting
    from studio.ui.controllers.collections import Shelving
    from studio.ui.controllers.draft import Composing
    from studio.ui.controllers.event_router import Hearing
    from studio.ui.controllers.import_ import Bringing
    from studio.ui.controllers.item_actions import Offers
    from studio.ui.controllers.jobs import Running
    from studio.ui.controllers.layout_saver import LayoutSaving
    from studio.ui.controllers.messages import Talking
    from studio.ui.controllers.notifications import Notifier
    from studio.ui.controllers.pictures import PictureActions
    from studio.ui.controllers.selection import Selected
    from studio.ui.controllers.view_options import Choices
    from studio.ui.controllers.view_switch import Looking
    from studio.ui.dialogs.launcher import Dialogs
    from studio.ui.dialogs.quit import Leaving
    from studio.ui.panels.composer.composer import Composer
    from studio.ui.panels.inspector import Inspector
    from studio.ui.panels.sidebar.rail import Rail
    from studio.ui.panels.sidebar.sidebar import Sidebar
    from studio.ui.panels.status_bar.activity import StatusBar
    from studio.ui.views.empty_state import Nothing
    from studio.ui.views.loupe import Loupe
    from studio.ui.views.welcome import Welcome
    from studio.ui.widgets import Menu, MessageBar, Toast
    from studio.ui.window.actions import Actions
    from studio.ui.window.alt_key import MenuKey
    from studio.ui.window.grid_bar import GridBar
    from studio.ui.window.top_bar import TopBar

log = logging.getLogger(__name__)

_PATIENCE = 0.3  # seconds
_SMALLEST = QSize(720, 480)
_USUAL = QSize(1440, 900)
_FRAME = QSize(8, 40)


class StudioWindow(QWidget):
    """The one window.

    It is made in two steps, so that a start shows pictures and prompt before it has loaded the
    rest: gallery and prompt at once, everything else by `furnish` (ui/app/window_builder.py).

    Attributes:
        core: everything behind it.
        left_draft: the composer as it was left, None when nothing was.
        painted: it stood on the screen once.
        closing: it was closed, and nothing stands in the way.
        leaving: asks before it is closed over pictures that are being made; None until then.
        made_loupe, made_welcome: the loupe and the first start's page, once they were shown.
        given_files: pictures the program was started with.
        looking, talking, hearing, dialogs, composing: what it does, each in a room of its own.

    Signals:
        closed: the user closed it, and nothing stands in the way.
    """

    closed = Signal()

    # Made by `furnish`
    top_bar: TopBar
    grid_bar: GridBar
    messages: MessageBar
    inspector: Inspector
    composer: Composer
    sidebar: Sidebar
    rail: Rail
    status_bar: StatusBar
    toast: Toast
    menu_key: MenuKey
    selection: Selected
    pictures: PictureActions
    running: Running
    notifier: Notifier
    hearing: Hearing
    looking: Looking
    talking: Talking
    dialogs: Dialogs
    composing: Composing
    offers: Offers
    shelving: Shelving
    bringing: Bringing
    choices: Choices
    budgeting: Budgeting
    actions_of: Actions

    def __init__(self, core: Core) -> None:
        super().__init__()
        self.core = core
        self.closing = False
        self.given_files: Sequence[Path] = ()
        self.painted = False
        self.left_draft: Draft | None = None
        self._place_known = False
        self._broken: StudioError | None = None
        self._furnished = False
        self.made_loupe: Loupe | None = None
        self.made_welcome: Welcome | None = None
        self._nothing: Nothing | None = None
        self._menu: Menu | None = None
        self.leaving: Leaving | None = None
        self._unsubscribe: Callable[[], None] | None = None
        self._layout_saving: LayoutSaving | None = None
        self.setWindowTitle("Gridbrush")
        self.setMinimumSize(_SMALLEST)
        self.model = GalleryModel(core.library, self)
        self.gallery = GalleryView(core, self.model)
        self.gallery.set_tile_size(core.settings.value.tile)
        self.gallery.set_captions(core.settings.value.captions)
        self._lay_out()
        self.browsing = Browsing(core, self.model, self.gallery, self)

    # Furnishing

    def _lay_out(self) -> None:
        """Where everything will stand; bare widgets keep the places of what comes later."""
        middle = QWidget(self)
        self.views = QStackedWidget(middle)
        self.grid = grid = QWidget(self.views)
        self._grid_or_welcome = QStackedWidget(grid)
        self._grid_or_welcome.addWidget(self.gallery)
        keep = self._kept = {zone: layout.Keeper(zone, self) for zone in HEIGHTS}
        self.first_card = FirstCard(middle)
        columns = [
            layout.column(
                keep["view"], self._grid_or_welcome, parent=grid, stretch=self._grid_or_welcome
            ),
            layout.column(self.views, self.first_card, parent=middle, stretch=self.views),
        ]
        self.views.addWidget(grid)
        self.zones = layout.Zones(middle=middle, parent=self)
        columns.append(
            layout.column(keep["top"], self.zones, keep["status"], parent=self, stretch=self.zones)
        )
        self._columns = columns

    def take_composer(self, composer: Composer) -> None:
        """The composer takes over the prompt, with what is being written on it."""
        editor = self.first_card.editor
        focused = self.first_card.writing
        self.composer = composer
        layout.replace(self._columns[1], self.first_card, composer)
        composer.show()
        if focused:
            editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def take_places(self) -> None:
        """Put the panels where their places were kept."""
        grid, _middle, whole = self._columns
        keep = self._kept
        for column, old, new in (
            (whole, keep["top"], self.top_bar),
            (whole, keep["status"], self.status_bar),
            (grid, keep["view"], self.grid_bar),
        ):
            layout.replace(column, old, new)
        grid.insertWidget(1, self.messages)
        self.zones.take(sidebar=self.sidebar, rail=self.rail, inspector=self.inspector)
        self.zones.keep_clear(self.composer)

    def furnish(self) -> Iterator[None]:
        """Make everything that is not there yet, step by step; nothing the second time."""
        if self._furnished:
            return
        self._furnished = True
        from studio.ui.app import window_builder

        yield from window_builder.furnish(self)
        self._unsubscribe = self.core.events.subscribe(self.hearing.hear)
        self.hearing.show_settings()
        self.looking.follow(self.gallery.selected_items())

    # Parts that are made when they are first shown: a start does not wait for them

    @property
    def loupe(self) -> Loupe:
        """The loupe."""
        if self.made_loupe is None:
            from studio.ui.app.window_builder import make_loupe

            self.made_loupe = make_loupe(self)
            self.views.addWidget(self.made_loupe)
        return self.made_loupe

    @property
    def welcome(self) -> Welcome:
        """The page of the first start."""
        if self.made_welcome is None:
            from studio.ui.app.window_builder import make_welcome

            self.made_welcome = make_welcome(self)
            self._grid_or_welcome.addWidget(self.made_welcome)
        return self.made_welcome

    @property
    def nothing(self) -> Nothing:
        """What the gallery says where it is empty."""
        if self._nothing is None:
            from studio.ui.views.empty_state import Nothing

            self._nothing = Nothing(self.gallery, self.grid)
            self._nothing.wanted.connect(self.choices.on_more_wanted)
        return self._nothing

    @property
    def menu(self) -> Menu:
        """What the menu button opens."""
        if self._menu is None:
            from studio.ui.window import menus

            self._menu = menus.main_menu(self.actions_of, self)
        return self._menu

    # Opening and closing

    def restore(self) -> None:
        """Be as the window was left, with what was being written; before it is shown. Blocking."""
        state, self._broken = window_state.load(self.core.paths.window_file)
        self.left_draft = self.core.draft.begin()
        if self.left_draft is not None:
            self.first_card.editor.replace_text(self.left_draft.prompt)
        self._restore(state)
        narrow = self.width() < layout.RAIL_BELOW
        self._place_known = self.first_card.show_at(state.prompt, narrow=narrow)

    def show_first(self, screen: FirstScreen) -> None:
        """Show pictures and prompt, where both are known, while the rest is still to come."""
        pictures = screen.read() if self._place_known else []
        if not pictures:
            return
        self.browsing.begin_with(pictures, whole=not screen.limited)
        self.gallery.draw_icons(False)
        self.show()
        # The splitter shares its room out once it is shown; only then it is known what is in view.
        QCoreApplication.sendPostedEvents()
        self.gallery.put_thumbnails(screen.images())
        self.first_card.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    async def open(self) -> None:
        """The core is open: bring in what waits, and show the window if it is not there yet."""
        for _step in self.furnish():
            pass
        tiles = spawn(self.browsing.fill(FIRST_PICTURES))
        if not self.isVisible():
            # The window opens with its tiles; a huge library may come a moment later.
            await tiles.settle(_PATIENCE)
            self.show()
            self.composer.focus_prompt()
        self.gallery.on_wishes()
        self.hearing.show_key()
        spawn(self._after_start())

    def _restore(self, state: window_state.WindowState) -> None:
        if not state.geometry or not self.restoreGeometry(
            QByteArray(base64.b64decode(state.geometry))
        ):
            screen = QGuiApplication.primaryScreen().availableSize()
            # Room for the frame that a window manager adds, so that the status bar is in sight.
            self.resize(_USUAL.boundedTo(screen - _FRAME))
        window_state.note_maximised(self, was=state.maximised)
        self.zones.set_widths(state.sidebar_width, state.inspector_width)
        self.zones.open_sidebar(state.sidebar)
        self.zones.want_inspector(state.inspector)

    async def _after_start(self) -> None:
        self.menu_key.watch(self.windowHandle())
        core = self.core
        for trouble in (self._broken, core.draft.trouble, core.settings.trouble):
            if trouble is not None:
                self.talking.on_error(trouble)
        core.library.troubles.tell()
        spawn(self.composing.restored())
        self.take_files(self.given_files)
        self.shelving.refresh()
        self.choices.offer_completion()
        from studio.ui.controllers.layout_saver import LayoutSaving

        self._layout_saving = LayoutSaving(self)
        await self.core.recover()
        await self.core.keys.look(self.core.default_profile)
        self.hearing.show_key()
        if self.core.settings.value.updates:
            from studio.ui.controllers import updates

            await updates.look(self)

    def layout_now(self) -> window_state.WindowState:
        """How the window and its panels are."""
        sidebar, inspector = self.zones.wished
        return window_state.WindowState(
            geometry=base64.b64encode(self.saveGeometry().data()).decode(),
            sidebar=self.zones.sidebar_wanted,
            inspector=self.zones.inspector_wanted,
            sidebar_width=sidebar,
            inspector_width=inspector,
            prompt=self.composer.place(),
            maximised=window_state.was_maximised(self),
        )

    def save_state_now(self) -> None:
        """Take note of how the window is left; written by `settle`."""
        self._left = self.layout_now()
        self.composing.stop()
        if self._unsubscribe is not None:
            self._unsubscribe()

    async def settle(self) -> None:
        """Write what is not yet on disk: the draft and the window's state."""
        draft = self.composer.draft()
        if self._layout_saving is not None:
            await self._layout_saving.end()
        try:
            await asyncio.to_thread(self.core.draft.save, draft)
            await asyncio.to_thread(self.core.draft.restored)
            await asyncio.to_thread(window_state.save, self.core.paths.window_file, self._left)
        except StudioError as error:
            log.warning("The window's state was not kept: %s", error)

    def raise_window(self) -> None:
        """Bring the window to the front: a second start asked for it."""
        window_state.open_again(self)
        self.raise_()
        self.activateWindow()

    def take_files(self, files: Sequence[Path]) -> None:
        """Take pictures from outside as references, as when they are opened with this program."""
        if files:
            self.composer.add_references(files)
            self.composer.focus_prompt()

    def on_session_ends(self, manager: QSessionManager) -> None:
        """The user logs out: nothing is asked, everything is kept."""
        manager.setRestartHint(QSessionManager.RestartHint.RestartNever)
        self.closing = True
        self.closed.emit()

    def leave(self) -> None:
        """The user knows what is under way and leaves."""
        self.closing = True
        self.close()

    # Shelves and views

    def show_shelf(self, view: View) -> None:
        """Show a shelf of the sidebar in the grid."""
        for side in (self.sidebar, self.rail):
            side.set_view(view)
        if view is View.FAILED:
            self.hearing.on_failures_seen()
        self.looking.close_loupe()
        self.browsing.show(view=view, collection="")
        self.gallery.scroll_to_top()

    def show_collection(self, id: str) -> None:
        """Show a collection or a saved search in the grid."""
        self.sidebar.set_view(View.ALL, id)
        self.rail.set_view(View.ALL, id)
        self.looking.close_loupe()
        self.browsing.show(view=View.ALL, collection=id)
        self.gallery.scroll_to_top()

    def on_counted(self) -> None:
        """Numbers are new: bars, sidebar, and whether there is anything to see."""
        counts, query = self.browsing.counts, self.browsing.query
        for side in (self.sidebar, self.rail):
            side.show_counts(counts)
        total = {
            View.TRASH: counts.trash,
            View.FAILED: counts.failed,
        }.get(query.view, counts.all)
        shown = counts.failed if query.view is View.FAILED else self.browsing.shown
        name = self.shelving.name_of(query.collection) or shelf_name(query.view)
        self.grid_bar.show_counts(name, shown, total)
        self.grid_bar.offer_emptying(wanted=query.view is View.TRASH and counts.trash > 0)
        self.top_bar.set_total(counts.all)
        self.status_bar.show_empty(counts.all == 0)
        self.choose_page()

    def choose_page(self) -> None:
        """The first start's page while there is nothing at all to show."""
        counts = self.browsing.counts
        empty = (
            counts.all == 0
            and self.browsing.query.view is View.ALL
            and not self.browsing.query.words
            and not self.browsing.query.collection
            and self.model.rowCount() == 0
        )
        self._grid_or_welcome.setCurrentWidget(self.welcome if empty else self.gallery)
        self.zones.set_bare(bare=empty)
        self.grid_bar.setVisible(not empty)
        bare = not empty and self.model.rowCount() == 0
        if bare or self._nothing is not None:
            self.nothing.follow(self.browsing.query, empty=bare)

    @property
    def welcoming(self) -> bool:
        """Whether the page of the first start is shown."""
        return (
            self.made_welcome is not None
            and self._grid_or_welcome.currentWidget() is self.made_welcome
        )

    def focus_places(self) -> list[tuple[QWidget, Callable[[], None]]]:
        """Zones that are in sight, each with what gives it the keyboard."""
        side = self.sidebar if self.sidebar.isVisible() else self.rail
        page = self._grid_or_welcome.currentWidget() or self.gallery
        view = self.loupe if self.looking.in_loupe else page
        every: list[tuple[QWidget, Callable[[], None]]] = [
            (self.top_bar, self.top_bar.focus_search),
            (side, partial(_to_first, side)),
            (view, self.loupe.focus_view if self.looking.in_loupe else partial(_to_first, page)),
            (self.composer, self.composer.focus_prompt),
            (self.inspector, partial(_to_first, self.inspector)),
        ]
        return [(zone, go) for zone, go in every if zone.isVisible()]

    # Bars

    def on_menu_requested(self, where: QPoint) -> None:
        """The menu button was pressed."""
        self.menu.popup(where)

    def on_menu_key(self) -> None:
        """Alt alone was pressed."""
        self.actions_of.every["menu"].trigger()

    def on_panels_changed(self) -> None:
        """Sidebar or inspector was opened or closed."""
        sidebar, inspector = self.zones.sidebar_open, self.zones.inspector_open
        self.top_bar.set_panels(sidebar=sidebar, inspector=inspector)
        if hasattr(self, "actions_of"):
            self.actions_of.every["sidebar"].setChecked(sidebar)
            self.actions_of.every["inspector"].setChecked(inspector)

    def on_narrowed(self, narrow: bool) -> None:  # noqa: FBT001 - a Qt signal's argument
        """The window became narrow, or wide again."""
        self.top_bar.set_narrow(narrow)
        self.grid_bar.set_narrow(narrow)
        self.status_bar.set_narrow(narrow)

    # Qt

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if isinstance(event, QWindowStateChangeEvent):
            window_state.note_change(self, event.oldState())
        if event.type() is QEvent.Type.WindowStateChange and hasattr(self, "actions_of"):
            self.actions_of.every["full_screen"].setChecked(self.isFullScreen())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        self.painted = True

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.closing and self.core.queue.jobs:
            from studio.ui.dialogs.quit import may_leave

            if not may_leave(self):
                event.ignore()
                return
        self.closing = True
        event.accept()
        self.closed.emit()


def _to_first(zone: QWidget) -> None:
    """The keyboard to a zone, or to the first widget in it that takes it."""
    from studio.ui.widgets.focus_ring import focus_by_key

    if zone.focusPolicy() & Qt.FocusPolicy.TabFocus:
        focus_by_key(zone)
        return
    for child in zone.findChildren(QWidget):
        if child.focusPolicy() & Qt.FocusPolicy.TabFocus and child.isVisibleTo(zone):
            focus_by_key(child)
            return
