"""The window: where the panels meet. They never know each other; everything passes through here."""

from __future__ import annotations

import asyncio
import base64
import logging
import traceback
from dataclasses import replace

from PySide6.QtCore import QByteArray, QEvent, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QSessionManager,
)
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget

from studio import logs
from studio.core import Core
from studio.domain import Flag, Job, JobState, Picture, Role
from studio.drafts import Draft
from studio.errors import StudioError
from studio.events import Event, JobChanged, KeyChanged, RecordsChanged, SettingsChanged, Trouble
from studio.library.query import Sort, View
from studio.runs import Run
from studio.ui import dragging, menus, window_state, zones
from studio.ui.actions import Actions
from studio.ui.activity import StatusBar
from studio.ui.browsing import Browsing, shelf_name
from studio.ui.command_palette import CommandPalette
from studio.ui.composer import Composer
from studio.ui.controls import MessageBar, Notice, Toast
from studio.ui.doings import Doings
from studio.ui.gallery.model import GalleryModel
from studio.ui.gallery.states import Item
from studio.ui.gallery.view import GalleryView
from studio.ui.grid_bar import GridBar
from studio.ui.inspector import Inspector
from studio.ui.loupe import Loupe
from studio.ui.notify import Notifier
from studio.ui.picture_actions import PictureActions
from studio.ui.quitting import Quitting
from studio.ui.running import Running
from studio.ui.selected import Selected
from studio.ui.settings_dialog import SettingsDialog
from studio.ui.shortcuts_sheet import ShortcutsSheet
from studio.ui.sidebar import Rail, Sidebar
from studio.ui.tasks import spawn
from studio.ui.theme import theme
from studio.ui.top_bar import TopBar
from studio.ui.welcome import Welcome
from studio.words import _, ngettext

log = logging.getLogger(__name__)

_DRAFT_PAUSE = 300
_SEEN_PAUSE = 1000
_VARY_SECONDS = 3
_SMALLEST = QSize(720, 480)
_USUAL = QSize(1440, 900)


class StudioWindow(QWidget):
    """The one window.

    Attributes:
        core: everything behind it.
        in_loupe: whether the loupe is shown instead of the grid.

    Signals:
        closed: the user closed it, and nothing stands in the way.
    """

    closed = Signal()

    def __init__(self, core: Core) -> None:
        super().__init__()
        self.core = core
        self.in_loupe = False
        self._closing = False
        self._failed_new = 0
        self._unsaved: Draft | None = None
        self._unseen: set[str] = set()
        self.setWindowTitle("Gridbrush")
        self.setMinimumSize(_SMALLEST)
        self.setAcceptDrops(True)
        self._build()
        self._connect()
        self._timers()
        self._unsubscribe = core.events.subscribe(self._hear)
        self._show_settings()
        self._follow_selection(())

    # Building

    def _build(self) -> None:
        core = self.core
        self.top_bar = TopBar(self)
        self.model = GalleryModel(core.library, self)
        self.gallery = GalleryView(core, self.model)
        self.welcome = Welcome(core, self)
        self.grid_bar = GridBar(self)
        self.messages = MessageBar(self)
        self.inspector = Inspector(core.library, core.decoder, self.gallery.thumbnails)
        self.loupe = Loupe(
            core.library,
            core.decoder,
            self.gallery.thumbnails,
            surround=core.settings.value.surround,
        )
        self.composer = Composer(core)
        self.sidebar = Sidebar(self)
        self.rail = Rail(self)
        self.status_bar = StatusBar(self)
        self._lay_out()
        self.browsing = Browsing(core, self.model, self.gallery, self)
        self.selection = Selected(self)
        self.pictures = PictureActions(core, self.selection, self)
        self.running = Running(core, self)
        self.notifier = Notifier(core, self)
        panels = (self.top_bar, self.sidebar, self.rail, self.views, self.inspector)
        self.actions_of = Actions(self, Doings(self).find, panels=panels, gallery=self.gallery)
        self._menu = menus.main_menu(self.actions_of, self)

    def _lay_out(self) -> None:
        middle = QWidget(self)
        self.views = QStackedWidget(middle)
        grid = QWidget(self.views)
        self._grid_or_welcome = QStackedWidget(grid)
        self._grid_or_welcome.addWidget(self.gallery)
        self._grid_or_welcome.addWidget(self.welcome)
        zones.column(
            self.grid_bar,
            self.messages,
            self._grid_or_welcome,
            parent=grid,
            stretch=self._grid_or_welcome,
        )
        self.views.addWidget(grid)
        self.views.addWidget(self.loupe)
        zones.column(self.views, self.composer, parent=middle, stretch=self.views)
        self.zones = zones.Zones(
            sidebar=self.sidebar,
            rail=self.rail,
            middle=middle,
            inspector=self.inspector,
            parent=self,
        )
        zones.column(self.top_bar, self.zones, self.status_bar, parent=self, stretch=self.zones)
        self.toast = Toast(self.views)

    def _connect(self) -> None:
        self._connect_bars()
        self._connect_views()
        self._connect_panels()

    def _connect_bars(self) -> None:
        top, bar, status = self.top_bar, self.grid_bar, self.status_bar
        top.menu_requested.connect(self.on_menu_requested)
        top.searched.connect(self.on_searched)
        top.view_chosen.connect(self.on_view_chosen)
        top.sidebar_toggled.connect(self.zones.open_sidebar)
        top.inspector_toggled.connect(self.zones.open_inspector)
        bar.sort_chosen.connect(self.on_sort_chosen)
        bar.captions_toggled.connect(self.on_captions_toggled)
        bar.hide_rejected_toggled.connect(self.on_hide_rejected_toggled)
        bar.tile_size_chosen.connect(self.on_tile_size_chosen)
        for side in (self.sidebar, self.rail):
            side.view_chosen.connect(self.show_shelf)
            side.history_requested.connect(self.on_history_requested)
        self.sidebar.dropped.connect(self.on_dropped_on_shelf)
        self.rail.dropped.connect(self.on_dropped_on_shelf)
        status.unlock_requested.connect(self.on_unlock_requested)
        status.keys_requested.connect(self.on_keys_requested)
        status.cancel_requested.connect(self.core.queue.cancel)
        status.cancel_all_requested.connect(self.core.queue.cancel_all)
        status.job_chosen.connect(self.on_job_chosen)
        self.messages.acted.connect(self.on_message_acted)
        self.toast.undone.connect(self.on_toast_undone)
        self.toast.gone.connect(self.on_toast_gone)

    def _connect_views(self) -> None:
        gallery, loupe = self.gallery, self.loupe
        gallery.opened.connect(self.on_opened)
        gallery.action.connect(self.on_tile_action)
        gallery.selection_changed.connect(self._follow_selection)
        gallery.context_menu.connect(self.on_context_menu)
        gallery.tile_size_changed.connect(self.on_tile_size_chosen)
        loupe.picture_changed.connect(self.on_loupe_picture)
        loupe.closed.connect(self.close_loupe)
        loupe.rated.connect(self.pictures.rate)
        loupe.flagged.connect(self.on_loupe_flagged)
        loupe.action.connect(self.on_loupe_action)
        loupe.menu_requested.connect(self.on_loupe_menu)
        loupe.job_chosen.connect(self.on_job_chosen)
        loupe.surround_changed.connect(self.on_surround_changed)
        self.browsing.counted.connect(self.on_counted)
        self.browsing.spent.connect(self.sidebar.show_spend)
        self.browsing.order_changed.connect(self.on_order_changed)
        self.zones.panels_changed.connect(self.on_panels_changed)
        self.zones.narrowed.connect(self.on_narrowed)

    def _connect_panels(self) -> None:
        inspector, composer = self.inspector, self.composer
        inspector.rated.connect(self.pictures.rate_these)
        inspector.flagged.connect(self.pictures.flag_these)
        inspector.retitled.connect(self.pictures.entitle)
        inspector.noted.connect(self.pictures.annotate)
        inspector.selected.connect(self.on_relative_chosen)
        inspector.action.connect(self.on_inspector_action)
        inspector.toast.connect(self.tell)
        composer.changed.connect(self.on_draft_changed)
        composer.generate.connect(self.running.start)
        composer.wants_key.connect(self.on_wants_key)
        composer.show_picture.connect(self.on_relative_chosen)
        composer.toast.connect(self.on_composer_toast)
        composer.left.connect(self.on_composer_left)
        self.welcome.prompt_chosen.connect(self.on_prompt_chosen)
        self.welcome.shortcuts_requested.connect(self.open_shortcuts)
        self.pictures.said.connect(self.on_said)
        self.pictures.told.connect(self.tell)
        self.running.refused.connect(self.composer.show_error)
        self.running.wants_key.connect(self.on_wants_key)
        self.running.wants_prompt.connect(self.on_wants_prompt)
        self.running.wants_model.connect(self.composer.focus_prompt)
        self.running.wants_details.connect(self.on_wants_details)
        self.running.told.connect(self.tell)

    def _timers(self) -> None:
        self._draft_timer = QTimer(self)
        self._draft_timer.setSingleShot(True)
        self._draft_timer.setInterval(_DRAFT_PAUSE)
        self._draft_timer.timeout.connect(self.on_draft_pause)
        self._seen_timer = QTimer(self)
        self._seen_timer.setSingleShot(True)
        self._seen_timer.setInterval(_SEEN_PAUSE)
        self._seen_timer.timeout.connect(self.on_seen_pause)

    # Opening and closing

    async def open(self) -> None:
        """Show the window as it was left, then bring in what waits."""
        state, draft = await asyncio.gather(
            asyncio.to_thread(window_state.load, self.core.paths.window_file),
            asyncio.to_thread(self.core.draft.load),
        )
        self._restore(state)
        if draft is not None:
            self.composer.set_draft(draft, undoable=False)
        self.browsing.reload()
        self.show()
        self.composer.focus_prompt()
        self.show_key()
        spawn(self._after_start())

    def _restore(self, state: window_state.WindowState) -> None:
        if not state.geometry or not self.restoreGeometry(
            QByteArray(base64.b64decode(state.geometry))
        ):
            screen = QGuiApplication.primaryScreen().availableSize()
            self.resize(_USUAL.boundedTo(screen))
        self.zones.set_widths(state.sidebar_width, state.inspector_width)
        self.zones.open_sidebar(state.sidebar)
        if self.width() >= zones.DRAWER_BELOW:
            self.zones.open_inspector(state.inspector)

    async def _after_start(self) -> None:
        for trouble in (self.core.settings.trouble,):
            if trouble is not None:
                self.on_error(trouble)
        await self.core.recover()
        await self.core.keys.look(self.core.default_profile)
        self.show_key()

    def save_state_now(self) -> None:
        """Take note of how the window is left; written by `settle`."""
        sidebar, inspector = self.zones.widths
        self._left = window_state.WindowState(
            geometry=base64.b64encode(self.saveGeometry().data()).decode(),
            sidebar=self.zones.sidebar_open,
            inspector=self.zones.inspector_open,
            sidebar_width=sidebar,
            inspector_width=inspector,
        )
        self._draft_timer.stop()
        self._unsubscribe()

    async def settle(self) -> None:
        """Write what is not yet on disk: the draft and the window's state."""
        draft = self.composer.draft()
        try:
            await asyncio.to_thread(self.core.draft.save, draft)
            await asyncio.to_thread(window_state.save, self.core.paths.window_file, self._left)
        except StudioError as error:
            log.warning("The window's state was not kept: %s", error)

    def raise_window(self) -> None:
        """Bring the window to the front: a second start asked for it."""
        if self.isMinimized():
            self.showNormal()
        self.raise_()
        self.activateWindow()

    def on_session_ends(self, manager: QSessionManager) -> None:
        """The user logs out: nothing is asked, everything is kept."""
        manager.setRestartHint(QSessionManager.RestartHint.RestartNever)
        self._closing = True
        self.closed.emit()

    # What the core tells

    def _hear(self, event: Event) -> None:
        self.browsing.hear(event)
        self.notifier.hear(event)
        if isinstance(event, JobChanged):
            self._hear_job(event.job)
        elif isinstance(event, RecordsChanged):
            self.inspector.refresh(event.ids)
            self.loupe.refresh(event.ids)
        elif isinstance(event, KeyChanged):
            self.show_key()
            self.composer.refresh_keys()
        elif isinstance(event, SettingsChanged):
            self._show_settings()
        elif isinstance(event, Trouble):
            self.on_error(event.error)
        self._show_jobs()

    def _hear_job(self, job: Job) -> None:
        if job.state is JobState.FAILED and self.browsing.query.view is not View.FAILED:
            self._failed_new += 1
            for side in (self.sidebar, self.rail):
                side.set_failed_new(self._failed_new)
        items = self.gallery.selected_items()
        if len(items) == 1 and isinstance(items[0], Job) and items[0].id == job.id:
            self.inspector.show_job(job)

    def _show_jobs(self) -> None:
        jobs = list(self.core.queue.jobs.values())
        self.status_bar.show_jobs(jobs)
        self.loupe.set_jobs([job for job in jobs if job.alive])
        self._choose_welcome()

    def show_key(self) -> None:
        """Tell in the status bar who makes the pictures and with which key."""
        name = self.core.default_profile
        self.status_bar.show_key(self.core.keys.status(name), self.core.profile(name).title)

    def _show_settings(self) -> None:
        value = self.core.settings.value
        self.gallery.set_tile_size(value.tile)
        self.gallery.set_captions(value.captions)
        self.grid_bar.set_tile_size(value.tile)
        self.grid_bar.set_captions(value.captions)
        self.grid_bar.set_hide_rejected(value.hide_rejected)
        sort = Sort(value.sort) if value.sort in set(Sort) else Sort.NEWEST
        self.grid_bar.set_sort(sort)
        self.actions_of.every["captions"].setChecked(value.captions)
        self.actions_of.every["hide_rejected"].setChecked(value.hide_rejected)
        self.browsing.show(sort=sort, hide_rejected=value.hide_rejected)
        self.show_key()

    # Shelves and views

    def show_shelf(self, view: View) -> None:
        """Show a shelf of the sidebar in the grid."""
        if view is View.FAILED:
            self._failed_new = 0
        for side in (self.sidebar, self.rail):
            side.set_view(view)
            side.set_failed_new(self._failed_new)
        self.close_loupe()
        self.browsing.show(view=view)
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
        self.grid_bar.show_counts(shelf_name(query.view), shown, total)
        self.top_bar.set_total(counts.all)
        self.status_bar.show_empty(counts.all == 0)
        self._choose_welcome()

    def _choose_welcome(self) -> None:
        """The first start's page while there is nothing at all to show."""
        counts = self.browsing.counts
        empty = (
            counts.all == 0
            and self.browsing.query.view is View.ALL
            and not self.browsing.query.words
            and self.model.rowCount() == 0
        )
        self._grid_or_welcome.setCurrentWidget(self.welcome if empty else self.gallery)
        self.grid_bar.setVisible(not empty)

    def on_order_changed(self) -> None:
        """Other rows or other order: the loupe stays with its picture."""
        self._choose_welcome()
        if self.in_loupe and self.loupe.picture is not None:
            order = list(self.browsing.order)
            row = self.loupe.picture.row
            if order:
                self.loupe.set_order(order, order.index(row) if row in order else 0)
            else:
                self.close_loupe()

    def toggle_loupe(self) -> None:
        """Loupe to grid and back."""
        if self.in_loupe:
            self.close_loupe()
        else:
            self.open_loupe()

    def open_loupe(self, picture: Picture | None = None) -> None:
        """Show a picture in the loupe: this one, or the current of the grid."""
        chosen = picture
        if chosen is None:
            item = self.gallery.current_item()
            chosen = item if isinstance(item, Picture) else None
        if chosen is None:
            chosen = next(
                (i for i in self.gallery.selected_items() if isinstance(i, Picture)), None
            )
        order = list(self.browsing.order)
        if chosen is None or not order:
            self.top_bar.set_view("loupe" if self.in_loupe else "grid")
            return
        self.in_loupe = True
        index = order.index(chosen.row) if chosen.row in order else 0
        self._show_view()
        self.loupe.show_pictures(order, index)
        self.loupe.focus_view()

    def close_loupe(self) -> None:
        """Back to the grid, at the picture that was looked at."""
        if not self.in_loupe:
            self.top_bar.set_view("grid")
            return
        self.in_loupe = False
        picture = self.loupe.picture
        self._show_view()
        if picture is not None:
            self.gallery.show_item(picture.row)
            self.gallery.select_keys([picture.row])
        self.gallery.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_view(self) -> None:
        self.views.setCurrentIndex(1 if self.in_loupe else 0)
        self.top_bar.set_view("loupe" if self.in_loupe else "grid")
        self.zones.set_plain(self.in_loupe)
        self.composer.set_compact(self.in_loupe)
        self.inspector.set_preview_shown(not self.in_loupe)

    def focus_places(self) -> list[tuple[QWidget, QWidget]]:
        """Zones that are in sight, each with what takes its keyboard."""
        view = self.loupe if self.in_loupe else self._grid_or_welcome.currentWidget()
        side = self.sidebar if self.sidebar.isVisible() else self.rail
        every = [
            (self.top_bar, self.top_bar.focus_target()),
            (side, side.focus_target()),
            (view, self.loupe.canvas if self.in_loupe else view),
            (self.composer, self.composer.first_focus()),
            (self.inspector, self.inspector),
        ]
        return [(zone, target) for zone, target in every if zone.isVisible()]

    # The selection

    def _follow_selection(self, items: tuple[Item, ...]) -> None:
        pictures = [item for item in items if isinstance(item, Picture)]
        jobs = [item for item in items if isinstance(item, Job)]
        total = self.gallery.selected_count()
        counted = max(total - len(jobs), len(pictures))
        trashed = self.browsing.query.view is View.TRASH
        self.actions_of.offer(pictures=counted, jobs=len(jobs), trashed=trashed)
        self.status_bar.show_selection(counted, len(jobs))
        self.composer.suggest(pictures)
        if len(jobs) == 1 and not pictures:
            self.inspector.show_job(jobs[0])
        elif pictures:
            self.inspector.show_pictures(pictures)
            if len(pictures) == 1:
                self._looked_at(pictures[0])
        else:
            self.inspector.show_nothing()

    def _looked_at(self, picture: Picture) -> None:
        if not picture.seen:
            self._unseen.add(picture.id)
            self._seen_timer.start()

    def on_seen_pause(self) -> None:
        """The user has looked long enough: these are no longer new."""
        ids, self._unseen = sorted(self._unseen), set()
        if ids:
            spawn(self._mark_seen(ids))

    async def _mark_seen(self, ids: list[str]) -> None:
        await self.core.library.mark_seen(ids)

    def on_loupe_picture(self, picture: Picture) -> None:
        """Another picture in the loupe: the selection follows."""
        self.gallery.select_keys([picture.row])
        self.inspector.show_pictures([picture])
        self._looked_at(picture)

    def on_opened(self, item: Item) -> None:
        """A tile was opened."""
        if isinstance(item, Picture):
            self.open_loupe(item)

    def on_relative_chosen(self, id: str) -> None:
        """A parent or child was chosen: show it where the user is."""
        spawn(self._go_to(id))

    async def _go_to(self, id: str) -> None:
        found = await self.core.library.find([id])
        if not found:
            return
        row = found[0].row
        if row not in self.browsing.order:
            self.browsing.show(view=View.TRASH if found[0].trashed else View.ALL, words="")
            self.top_bar.set_search("")
        if self.in_loupe:
            order = list(self.browsing.order)
            if row in order:
                self.loupe.show_pictures(order, order.index(row))
            return
        if self.gallery.show_item(row):
            self.gallery.select_keys([row])
        self.inspector.show_pictures(found)

    def on_job_chosen(self, id: str) -> None:
        """A job was chosen from the list of what runs."""
        self.close_loupe()
        if self.gallery.show_item(id):
            self.gallery.select_keys([id])

    # What tiles and panels ask for

    def on_tile_action(self, name: str, item: Item) -> None:
        """A zone of a tile was pressed."""
        if isinstance(item, Job):
            self.running.act(name, item)
        elif name == "pick":
            self.pictures.flag_these([item.id], _toggled(item, Flag.PICK))
        elif name == "reject":
            self.pictures.flag_these([item.id], _toggled(item, Flag.REJECT))
        elif name == "edit":
            self.composer.edit(item)
        elif name == "more":
            self.on_context_menu(item, self.cursor().pos())
        elif name == "show_in_folder":
            self.pictures.show_in_folder()

    def on_inspector_action(self, name: str, items: object) -> None:
        """A button of the inspector was pressed."""
        if isinstance(items, Job):
            self.running.act(name, items)
        elif name == "more":
            pictures = items if isinstance(items, tuple) else ()
            self.on_context_menu(pictures[0] if pictures else None, self.cursor().pos())
        elif (action := self.actions_of.every.get({"save": "save_as"}.get(name, name))) is not None:
            action.trigger()

    def on_context_menu(self, item: Item | None, where: QPoint) -> None:
        """The menu of a tile."""
        if isinstance(item, Picture):
            trashed = self.browsing.query.view is View.TRASH
            menu = menus.tile_menu(self.actions_of, self, trashed=trashed)
        elif isinstance(item, Job):
            menu = menus.job_menu(self.running, item, self)
        else:
            menu = menus.mat_menu(self.actions_of, self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(where)

    def on_loupe_menu(self, picture: Picture, where: QPoint) -> None:
        """The menu of the picture in the loupe."""
        self.on_context_menu(picture, where)

    def on_loupe_flagged(self, flag: Flag) -> None:
        """Pick or reject in the loupe."""
        if self.loupe.picture is not None:
            self.pictures.flag_these([self.loupe.picture.id], flag)

    def on_loupe_action(self, name: str, picture: Picture) -> None:
        """The picture in the loupe is dragged out."""
        if name == "drag":
            self.gallery.drag_pictures([picture], self)

    def vary(self, picture: Picture) -> None:
        """Variations at once, with three seconds to think better of it."""
        try:
            run = self.running.variations(picture)
        except StudioError as error:
            self.on_error(error)
            return
        n = len(run.requests)
        price = self.composer.price_words(run)
        text = ngettext("{n} variation, {price}", "{n} variations, {price}", n)
        self.toast.show_toast(
            text.format(n=n, price=price), _("Cancel"), run, seconds=_VARY_SECONDS
        )

    def on_dropped_on_shelf(self, view: View, ids: tuple[str, ...]) -> None:
        """Pictures were dropped onto a shelf of the sidebar."""
        if view is View.PICKS:
            self.pictures.flag_these(ids, Flag.PICK)
        elif view is View.TRASH:
            self.pictures.trash_these(ids)

    # Bars

    def on_menu_requested(self, where: QPoint) -> None:
        """The menu button was pressed."""
        self._menu.popup(where)

    def on_searched(self, words: str) -> None:
        """Other words are looked for."""
        self.close_loupe()
        self.browsing.show(words=words)

    def on_view_chosen(self, view: str) -> None:
        """Grid or loupe was chosen in the top bar."""
        if view == "loupe":
            self.open_loupe()
        else:
            self.close_loupe()

    def on_sort_chosen(self, sort: Sort) -> None:
        """Another order was chosen; it is remembered."""
        self.core.settings.change(sort=sort.value)

    def on_captions_toggled(self, on: bool) -> None:  # noqa: FBT001 - a Qt signal's argument
        """Captions were switched; it is remembered."""
        self.core.settings.change(captions=on)

    def on_hide_rejected_toggled(self, on: bool) -> None:  # noqa: FBT001 - as above
        """Rejected pictures are hidden or shown; it is remembered."""
        self.core.settings.change(hide_rejected=on)

    def on_tile_size_chosen(self, size: int) -> None:
        """Tiles of another size; it is remembered."""
        self.core.settings.change(tile=size)

    def on_surround_changed(self, surround: str) -> None:
        """Another ground in the loupe; it is remembered."""
        self.core.settings.change(surround=surround)

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

    # Keys and settings

    def on_unlock_requested(self, profile: str) -> None:
        """Unlock the keyring: its own prompt appears."""
        spawn(self._unlock(profile))

    async def _unlock(self, profile: str) -> None:
        await self.core.keys.unlock(profile)
        self.show_key()

    def on_keys_requested(self) -> None:
        """The key's state was pressed."""
        self.open_settings("keys")

    def on_wants_key(self, profile: str) -> None:
        """A profile needs a key."""
        self.open_settings("keys", profile)

    def open_settings(self, section: str, profile: str = "") -> None:
        """Open the settings at a section."""
        dialog = SettingsDialog(self.core, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.show_folder.connect(self.on_show_folder)
        dialog.show_section(section, profile)
        dialog.open()

    def on_show_folder(self, folder: object) -> None:
        """A folder shall be opened in the file manager."""
        from PySide6.QtCore import QUrl
        from PySide6.QtGui import QDesktopServices

        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    def open_shortcuts(self) -> None:
        """Show the sheet of all shortcuts."""
        sheet = ShortcutsSheet(self.actions_of, self)
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet.open()

    def open_palette(self, *, prompts: bool = False) -> None:
        """Open the command palette, for actions or for prompts of the history."""
        palette = CommandPalette(
            self.actions_of, self.core.library.prompts, self, only_prompts=prompts
        )
        palette.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        palette.prompt_chosen.connect(self.on_prompt_chosen)
        palette.open()

    # The composer

    def on_history_requested(self) -> None:
        """The history was chosen in the sidebar."""
        self.open_palette(prompts=True)

    def on_prompt_chosen(self, prompt: str) -> None:
        """Words for the prompt, from an example or the history."""
        self.composer.set_prompt(prompt)
        self.composer.focus_prompt()

    def on_wants_prompt(self, job: Job) -> None:
        """The prompt of a failed job shall be edited."""
        request = job.request
        draft = replace(
            self.composer.draft(),
            prompt=request.source_prompt or request.prompt,
            references=request.references,
        )
        self.composer.set_draft(draft)
        self.composer.focus_prompt()

    def on_wants_details(self, job: Job) -> None:
        """A job shall be shown in full."""
        self.gallery.select_keys([job.id])
        self.inspector.show_job(job)
        self.zones.open_inspector(True)

    def on_composer_toast(self, text: str) -> None:
        """The composer was changed as a whole: that can be undone."""
        self.toast.show_toast(text, None, "composer")

    def on_composer_left(self) -> None:
        """Esc in the composer: the keyboard goes to the view."""
        target = self.loupe.canvas if self.in_loupe else self.gallery
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def on_draft_changed(self, draft: Draft) -> None:
        """The composer changed: save it at the next pause."""
        self._unsaved = draft
        self._draft_timer.start()

    def on_draft_pause(self) -> None:
        """A pause in typing."""
        if self._unsaved is not None:
            spawn(self._save_draft(self._unsaved))
            self._unsaved = None

    async def _save_draft(self, draft: Draft) -> None:
        await asyncio.to_thread(self.core.draft.save, draft)

    # Words to the user

    def on_said(self, sentence: str) -> None:
        """Something was done that can be undone."""
        self.toast.show_toast(sentence, None, "library")

    def tell(self, sentence: str) -> None:
        """Something was done, and that is all."""
        self.toast.show_toast(sentence, "", "told")

    def on_toast_undone(self, key: object) -> None:
        """The button of the toast was pressed."""
        if key == "composer":
            self.composer.undo()
        elif key == "library":
            self.pictures.undo()

    def on_toast_gone(self, key: object) -> None:
        """The toast went away unpressed: variations are sent now."""
        if isinstance(key, Run):
            self.running.start(key)

    def on_error(self, error: BaseException) -> None:
        """Whatever went wrong and belongs to no tile, in one sentence; bugs with their details."""
        if isinstance(error, asyncio.CancelledError):
            return
        if isinstance(error, StudioError):
            text = ". ".join(part.rstrip(".") for part in (error.title, error.message) if part)
            self.messages.show_notice(
                Notice(key="error", text=f"{text}.", tone="bad", icon="warning")
            )
            return
        log.error("An unforeseen error", exc_info=error)
        self._details = logs.clean("".join(traceback.format_exception(error)))
        self.messages.show_notice(
            Notice(
                key="bug",
                text=_("Something went wrong inside Gridbrush. Nothing that was saved is lost."),
                tone="bad",
                icon="warning",
                actions=(("copy", _("Copy details")),),
            )
        )

    def on_message_acted(self, key: object, action: object) -> None:
        """A button of the message bar was pressed."""
        if action == "copy":
            QGuiApplication.clipboard().setText(self._details)
            self.tell(_("Details copied"))
        self.messages.dismiss(key)

    # Qt

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.WindowStateChange and hasattr(self, "actions_of"):
            self.actions_of.every["full_screen"].setChecked(self.isFullScreen())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.source() is None and dragging.accepts(event.mimeData()):
            self.composer.show_drop_target(True)
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.composer.show_drop_target(False)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self.composer.show_drop_target(False)
        incoming = dragging.pictures_in(event.mimeData())
        role = Role.EDIT if self._grid_or_welcome.currentWidget() is self.welcome else Role.FREE
        for path in incoming.paths:
            self.composer.add_reference(path, name=path.stem, role=role)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()

    def closeEvent(self, event: QCloseEvent) -> None:
        alive = [job for job in self.core.queue.jobs.values() if job.alive]
        if self._closing or not alive:
            self._closing = True
            event.accept()
            self.closed.emit()
            return
        event.ignore()
        question = Quitting(alive, self)
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        question.accepted.connect(self.on_quit_anyway)
        question.open()

    def on_quit_anyway(self) -> None:
        """The user knows what is under way and leaves."""
        self._closing = True
        self.close()


def _toggled(picture: Picture, flag: Flag) -> Flag:
    return Flag.NONE if picture.flag is flag else flag


def focused() -> QWidget | None:
    """What has the keyboard; for tests."""
    return QApplication.focusWidget()
