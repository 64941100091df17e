"""Panels and controllers of one window, and their construction.

Parts unused in most sessions are loaded on first use: loupe, welcome page and empty state are 2.4
MB.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from studio.app.core import Core
from studio.domain.drafts import Draft
from studio.ui.controllers.action_handlers import ActionHandlers
from studio.ui.controllers.budget import BudgetController
from studio.ui.controllers.cancel_notice import CancelNotice
from studio.ui.controllers.change_progress import ChangeProgress
from studio.ui.controllers.collections import CollectionsController
from studio.ui.controllers.current_pictures import CurrentPictures
from studio.ui.controllers.default_provider import DefaultProvider
from studio.ui.controllers.draft import DraftController, first_draft
from studio.ui.controllers.drags import DragsController
from studio.ui.controllers.event_router import EventRouter
from studio.ui.controllers.go_to_date import DateNavigation
from studio.ui.controllers.import_ import ImportController
from studio.ui.controllers.item_actions import ItemActions
from studio.ui.controllers.jobs import JobsController
from studio.ui.controllers.layout_saver import LayoutSaver
from studio.ui.controllers.library_commands import LibraryCommands
from studio.ui.controllers.library_navigation import LibraryNavigation
from studio.ui.controllers.library_view import LibraryViewController
from studio.ui.controllers.messages import MessagesController
from studio.ui.controllers.monitor_colours import MonitorColours
from studio.ui.controllers.newest_run import NewestRun
from studio.ui.controllers.notifications import Notifier
from studio.ui.controllers.pages import Pages
from studio.ui.controllers.panel_layout import PanelLayout
from studio.ui.controllers.pick import PickRounds
from studio.ui.controllers.pictures import PicturesController
from studio.ui.controllers.place_menus import PlaceMenus
from studio.ui.controllers.presentation import Presentation
from studio.ui.controllers.queue_facts import QueueFacts
from studio.ui.controllers.reindex_progress import ReindexProgress
from studio.ui.controllers.retry import FailedJobs
from studio.ui.controllers.selection import SelectionController
from studio.ui.controllers.stacks import StacksController
from studio.ui.controllers.updates import UpdateNotice
from studio.ui.controllers.variations import Variations
from studio.ui.controllers.view_options import ViewOptionsController
from studio.ui.controllers.view_stack import ViewName, ViewStack
from studio.ui.controllers.view_switch import ViewSwitch
from studio.ui.dialogs.launcher import DialogLauncher
from studio.ui.dialogs.missing_file import MissingFiles
from studio.ui.dialogs.quit import QuitSequence
from studio.ui.panels.composer.composer import Composer
from studio.ui.panels.inspector import Inspector
from studio.ui.panels.sidebar.rail import Rail
from studio.ui.panels.sidebar.sidebar import Sidebar
from studio.ui.panels.sidebar.sidebar_model import SidebarModel
from studio.ui.panels.status_bar.activity import StatusBar
from studio.ui.support import key_repeat
from studio.ui.support.late import Late
from studio.ui.support.loupe_modes import LoupeModeName
from studio.ui.views.gallery.new_items import NewItemsBadge
from studio.ui.widgets.message_bar import MessageBar
from studio.ui.widgets.toast import Toast
from studio.ui.window.actions import ActionMenu, Actions
from studio.ui.window.alt_key import AltKeyFilter
from studio.ui.window.grid_bar import GridBar
from studio.ui.window.main_window import StudioWindow
from studio.ui.window.top_bar import TopBar

if TYPE_CHECKING:
    from studio.domain.markup import Frame
    from studio.ui.app.choosing_parts import ChoosingParts
    from studio.ui.app.comparing_parts import ComparingParts
    from studio.ui.app.exchange_parts import ExchangeParts
    from studio.ui.app.export_parts import ExportParts
    from studio.ui.app.loupe_parts import LoupeParts
    from studio.ui.app.outgoing_parts import OutgoingParts
    from studio.ui.app.page_parts import PageParts
    from studio.ui.controllers.duel import DuelController
    from studio.ui.controllers.export import ExportController
    from studio.ui.controllers.handouts import Handouts
    from studio.ui.controllers.live_messages import LiveMessages
    from studio.ui.controllers.loupe_modes import LoupeModes
    from studio.ui.controllers.mark import MarkController
    from studio.ui.controllers.only_here import OnlyHereController
    from studio.ui.controllers.original_peek import OriginalPeek
    from studio.ui.controllers.spreadsheet import SpreadsheetController
    from studio.ui.views.compare import CompareView
    from studio.ui.views.duel import DuelView
    from studio.ui.views.empty_state import EmptyState
    from studio.ui.views.loupe import Loupe
    from studio.ui.views.pick import PickView
    from studio.ui.views.tree import TreeView
    from studio.ui.views.welcome import Welcome


class WindowParts:
    """Panels and controllers of one window.

    Attributes:
        loupe, compare, pick, duel, tree, welcome, nothing: views created when first shown.
        duels: controller of the duel view, created with it.
        loupe_modes: modes of the loupe; created when first used.
        marks: controller of mark mode; created when first used.
        only_here: controller of the mode Only here; created when first used.
        exchange: copying to other programs and opening in them; created when first used.
        outgoing: recipes of drags, and the shelf; created when one of them is first used.
        exports, spreadsheets, handouts: make files of pictures; created when first used.
        live_messages: announces runs and changes; created when a screen reader listens.
        original_peek: shows the original over a view; created when the key is first pressed.
        quit_sequence: created when the window is first closed with jobs in progress.
    """

    def __init__(
        self,
        core: Core,
        window: StudioWindow,
        browsing: LibraryViewController,
        menus: Callable[[], Sequence[ActionMenu[WindowParts]]],
    ) -> None:
        """The window shows its first screen, filled by `browsing`; `menus` creates the actions."""
        self.core = core
        self._menus = menus
        self.window = window
        self.library_view = browsing
        choosing: Late[ChoosingParts] = Late(self._make_choosing)
        exports: Late[ExportParts] = Late(self._make_export_parts)
        pages: Late[PageParts] = Late(self._make_pages)
        self._comparing: Late[ComparingParts] = Late(self._make_comparing)
        self._loupe_parts: Late[LoupeParts] = Late(self._make_loupe_parts)
        comparing, loupe = self._comparing, self._loupe_parts
        self.loupe: Late[Loupe] = Late(lambda: loupe.get().make_loupe())
        self.loupe_modes: Late[LoupeModes] = Late(lambda: loupe.get().make_loupe_modes())
        self.marks: Late[MarkController] = Late(lambda: loupe.get().make_mark_controller())
        self.only_here: Late[OnlyHereController] = Late(
            lambda: loupe.get().make_only_here_controller()
        )
        self.compare: Late[CompareView] = Late(lambda: comparing.get().make_compare_view())
        self.tree: Late[TreeView] = Late(lambda: comparing.get().make_tree_view())
        self.pick: Late[PickView] = Late(lambda: choosing.get().make_pick_view())
        self.duel: Late[DuelView] = Late(lambda: choosing.get().make_duel_view())
        self.duels: Late[DuelController] = Late(lambda: choosing.get().make_duel_controller())
        self.welcome: Late[Welcome] = Late(lambda: pages.get().make_welcome())
        self.nothing: Late[EmptyState] = Late(lambda: pages.get().make_nothing())
        self.exports: Late[ExportController] = Late(lambda: exports.get().make_export_controller())
        self.spreadsheets: Late[SpreadsheetController] = Late(
            lambda: exports.get().make_spreadsheet_controller()
        )
        self.handouts: Late[Handouts] = Late(lambda: exports.get().make_handouts())
        self.live_messages: Late[LiveMessages] = Late(self._make_live_messages)
        self.outgoing: Late[OutgoingParts] = Late(self._make_outgoing)
        self.quit_sequence = Late(self._make_leaving)

    def make(self, left: Draft | None) -> Iterator[None]:
        """Create and place all parts; `left` is the saved draft of the composer."""
        core, window = self.core, self.window
        window.gallery.draw_icons(True)
        NewItemsBadge(window.gallery)
        editor = window.first_card.editor
        window.first_card.hand_over()
        draft = first_draft(core, left, editor.text())
        self.composer = Composer(core, window.first_card.parentWidget(), editor=editor, draft=draft)
        window.take_composer(self.composer)
        yield
        self.top_bar = TopBar(window)
        self.grid_bar = GridBar(window.grid)
        yield
        self.messages = MessageBar(window.grid)
        self.inspector = Inspector(core.library, core.decoder)
        self.places = SidebarModel(window)
        self.sidebar = Sidebar(self.places, window)
        yield
        self.rail = Rail(self.places, window.zones)
        self.status_bar = StatusBar(window, source=QueueFacts(core, window))
        yield
        window.take_panels(
            top_bar=self.top_bar,
            grid_bar=self.grid_bar,
            status_bar=self.status_bar,
            messages=self.messages,
            sidebar=self.sidebar,
            rail=self.rail,
            inspector=self.inspector,
        )
        self.toast = Toast(window.views)
        self._make_actions()
        self._make_views()
        self._make_pictures()
        self._make_work()
        self._make_library()
        self._make_listeners()

    # Controllers

    def _make_actions(self) -> None:
        window = self.window
        self.alt_key_filter = AltKeyFilter(window)
        key_repeat.watch()
        panels = (self.top_bar, self.sidebar, self.rail, window.views, self.inspector)
        self.actions_of = Actions(
            window, self._menus(), self, panels=panels, gallery=window.gallery
        )
        self.actions_of.set_button("sidebar", self.top_bar.sidebar)
        self.actions_of.set_button("inspector", self.top_bar.inspector)
        self.actions_of.set_button("captions", self.grid_bar.captions)
        self.messages_controller = MessagesController(self.toast, self.messages, window)
        self.dialogs = DialogLauncher(self.core, self.actions_of, self.messages_controller, window)

    def _make_views(self) -> None:
        window = self.window
        self.view_stack = ViewStack(
            self.library_view,
            views=window.views,
            grid=window.grid,
            large_views={
                ViewName.LOUPE: self.loupe.get,
                ViewName.COMPARE: self.compare.get,
                ViewName.PICK: self.pick.get,
                ViewName.DUEL: self.duel.get,
                ViewName.TREE: self.tree.get,
            },
            top_bar=self.top_bar,
            zones=window.zones,
            composer=self.composer,
            inspector=self.inspector,
            messages_bar=self.messages,
            parent=window,
        )
        self.current_pictures = CurrentPictures(
            self.core,
            self.library_view,
            self.view_stack,
            gallery=window.gallery,
            compare=self.compare,
            tree=self.tree,
            composer=self.composer,
            inspector=self.inspector,
            status_bar=self.status_bar,
            actions=self.actions_of,
            parent=window,
        )
        self.view_switch = ViewSwitch(
            self.core,
            self.library_view,
            self.messages_controller,
            self.view_stack,
            self.current_pictures,
            views=window.views,
            gallery=window.gallery,
            model=window.model,
            loupe=self.loupe,
            compare=self.compare,
            tree=self.tree,
            top_bar=self.top_bar,
            inspector=self.inspector,
            parent=window,
        )
        self.library_navigation = LibraryNavigation(
            self.core,
            self.library_view,
            self.view_switch,
            self.messages_controller,
            gallery=window.gallery,
            places=self.places,
            top_bar=self.top_bar,
            parent=window,
        )
        self.view_options = ViewOptionsController(
            self.core,
            self.library_view,
            self.view_switch,
            gallery=window.gallery,
            grid_bar=self.grid_bar,
            top_bar=self.top_bar,
            messages=self.messages,
            actions=self.actions_of,
            parent=window,
        )
        self.panel_layout = PanelLayout(
            self.view_switch,
            views=window.views,
            pages=window.pages,
            zones=window.zones,
            top_bar=self.top_bar,
            grid_bar=self.grid_bar,
            status_bar=self.status_bar,
            sidebar=self.sidebar,
            rail=self.rail,
            composer=self.composer,
            inspector=self.inspector,
            actions=self.actions_of,
            parent=window,
        )
        self.dates = DateNavigation(
            self.core,
            self.library_view,
            self.view_switch,
            self.messages_controller,
            gallery=window.gallery,
            views=window.views,
        )

    def _make_pictures(self) -> None:
        core, window = self.core, self.window
        self.selection = SelectionController(core, window.gallery, self.view_switch)
        self.drags = DragsController(
            core,
            self.library_view,
            self.messages_controller,
            thumbnails=window.gallery.thumbnails,
            recipes=lambda: self.outgoing.get().recipes,
            parent=window,
        )
        self.pictures = PicturesController(core, self.selection, self.drags, window)
        self.stacks = StacksController(
            core,
            self.library_view,
            self.selection,
            self.view_switch,
            gallery=window.gallery,
            inspector=self.inspector,
            parent=window,
        )
        self.missing_files = MissingFiles(core, self.messages_controller, self.messages, window)
        self.collections_controller = CollectionsController(
            core,
            self.library_view,
            self.selection,
            self.messages_controller,
            sidebar=self.sidebar,
            rail=self.rail,
            inspector=self.inspector,
            top_bar=self.top_bar,
            views=window.views,
            parent=window,
        )
        self.pages = Pages(
            self.library_view,
            pages=window.pages,
            gallery=window.gallery,
            model=window.model,
            welcome=self.welcome,
            nothing=self.nothing,
            zones=window.zones,
            grid_bar=self.grid_bar,
            top_bar=self.top_bar,
            status_bar=self.status_bar,
            places=self.places,
            collection_name=self.collections_controller.name_of,
            parent=window,
        )

        self.presentation = Presentation(
            window,
            views=window.views,
            zones=window.zones,
            bars=(self.top_bar, self.grid_bar, self.status_bar),
            composer=self.composer,
            loupe=self.loupe,
            compare=self.compare,
            tree=self.tree,
            focus_view=self.panel_layout.focus_view,
            choose_page=self.pages.choose_page,
        )
        self.pick_rounds = PickRounds(
            core,
            self.library_view,
            self.selection,
            self.messages_controller,
            self.view_stack,
            view=self.pick,
            place_name=self.collections_controller.place_name,
            parent=window,
        )

    def _make_work(self) -> None:
        """Create the controllers of jobs, and the initial draft."""
        core, window = self.core, self.window
        self.jobs_controller = JobsController(core, window)
        self.newest_run = NewestRun(window.gallery, self.view_switch, self.inspector, window)
        self.budget_controller = BudgetController(
            core,
            self.view_switch,
            composer=self.composer,
            bar=self.messages,
            places=self.places,
            parent=window,
        )
        self.variations = Variations(
            self.jobs_controller,
            self.budget_controller,
            self.messages_controller,
            paused=lambda: core.queue.paused,
            composer=self.composer,
            toast=self.toast,
            parent=window,
        )
        self.default_provider = DefaultProvider(
            core, self.messages_controller, composer=self.composer, parent=window
        )
        self.failed_jobs = FailedJobs(
            core,
            self.budget_controller,
            self.view_switch,
            self.messages_controller,
            self.messages,
            window,
        )
        self.draft_controller = DraftController(
            core,
            self.view_switch,
            self.messages_controller,
            composer=self.composer,
            gallery=window.gallery,
            inspector=self.inspector,
            zones=window.zones,
            bar=self.messages,
            parent=window,
        )
        self.exchange: Late[ExchangeParts] = Late(self._make_exchange)
        self.original_peek: Late[OriginalPeek] = Late(
            lambda: self._comparing.get().make_original_peek()
        )
        self.item_actions = ItemActions(
            self.library_view,
            self.pictures,
            self.jobs_controller,
            missing=self.missing_files,
            gallery=window.gallery,
            composer=self.composer,
            actions=self.actions_of,
            fill_open_with=lambda menu: self.exchange.get().fill_open_with(menu),
            parent=window,
        )
        self.place_menus = PlaceMenus(
            core,
            self.collections_controller,
            self.view_switch,
            self.messages_controller,
            places=self.places,
            actions=self.actions_of,
            parent=window,
        )
        self.handlers = ActionHandlers(
            core,
            self.selection,
            self.pictures,
            self.view_switch,
            self.messages_controller,
            vary=self.variations.vary,
            peek=lambda: self.original_peek.get().begin_peek(),
            composer=self.composer,
            gallery=window.gallery,
            loupe=self.loupe,
            inspector=self.inspector,
            zones=window.zones,
        )

    def _make_library(self) -> None:
        """Create the controllers of the library as a whole."""
        core, window = self.core, self.window
        self.import_controller = ImportController(
            core,
            self.messages_controller,
            views=window.views,
            composer=self.composer,
            bar=self.messages,
            welcoming=self.pages.welcoming,
            attention=self.library_navigation.attention,
            brought=lambda one: self.exchange.get().offer_settings(one),
            select=self.library_navigation.select_imported,
            parent=window,
        )
        self.library_commands = LibraryCommands(
            core,
            self.messages_controller,
            self.messages,
            importing=self.import_controller.is_under_way,
            parent=window,
        )

    def _make_listeners(self) -> None:
        core, window = self.core, self.window
        self.notifier = Notifier(core, window)
        self.monitor_colours = MonitorColours(core, window)
        self.cancel_notice = CancelNotice(self.messages_controller, window)
        self.change_progress = ChangeProgress(core, self.messages_controller, self.messages, window)
        self.reindex_progress = ReindexProgress(core, self.messages, window)
        self.updates = UpdateNotice(core, self.messages, window)
        self.event_router = EventRouter(
            core,
            self.library_view,
            self.messages_controller,
            first=(
                self.messages_controller.on_core_event,
                self.library_view.on_core_event,
                self.collections_controller.on_core_event,
                self.notifier.on_core_event,
                self.change_progress.on_core_event,
                self.monitor_colours.on_core_event,
                self.cancel_notice.on_core_event,
                self.pick_rounds.on_core_event,
            ),
            gallery=window.gallery,
            loupe=self.loupe,
            compare=self.compare,
            pick=self.pick,
            duel=self.duel,
            tree=self.tree,
            welcome=self.welcome,
            inspector=self.inspector,
            places=self.places,
            status_bar=self.status_bar,
            live_messages=self.live_messages,
            actions=self.actions_of,
            parent=window,
        )

    def watch_layout(self) -> LayoutSaver:
        """Save the window's layout from now on, after each change."""
        window = self.window
        return LayoutSaver(window, self.core.paths.window_file, zones=window.zones, parent=window)

    def may_close(self) -> bool:
        """Whether the window may close; asks the user while something is in progress."""
        for ways_out in (self.exports, self.handouts):
            if ways_out.made is not None and not ways_out.made.may_leave():
                return False
        return not self.core.queue.jobs or self.quit_sequence.get().may_leave()

    # Created on first use

    def _make_loupe_parts(self) -> LoupeParts:
        # 2.4 MB together with the first page and the empty one.
        from studio.ui.app.loupe_parts import LoupeParts

        return LoupeParts(self)

    def _make_comparing(self) -> ComparingParts:
        # Loaded when one of its views is first shown.
        from studio.ui.app.comparing_parts import ComparingParts

        return ComparingParts(self)

    def _make_choosing(self) -> ChoosingParts:
        # As above.
        from studio.ui.app.choosing_parts import ChoosingParts

        return ChoosingParts(self)

    def on_drawing_wanted(self, mode: LoupeModeName, picture: str) -> None:
        """Open the marks, region or frame drawn on the composer's source (its id) in their mode."""
        self.loupe_modes.get().show_mode_of(mode, picture)

    def on_crops_wanted(self, picture: str, frames: tuple[Frame, ...]) -> None:
        """Cut frames out of the composer's source (its id)."""
        self._loupe_parts.get().reframing.get().make_crops(picture, frames)

    def _make_pages(self) -> PageParts:
        # As above.
        from studio.ui.app.page_parts import PageParts

        return PageParts(self)

    def _make_outgoing(self) -> OutgoingParts:
        # This import loads the engine of exports.
        from studio.ui.app.outgoing_parts import OutgoingParts

        return OutgoingParts(self)

    def _make_export_parts(self) -> ExportParts:
        # As above.
        from studio.ui.app.export_parts import ExportParts

        return ExportParts(self)

    def _make_live_messages(self) -> LiveMessages:
        # Loaded when a screen reader listens.
        from studio.ui.controllers.live_messages import LiveMessages

        return LiveMessages(self.core, self.window)

    def _make_exchange(self) -> ExchangeParts:
        # This import loads the parser of desktop entries and the readers of other programs' texts.
        from studio.ui.app.exchange_parts import ExchangeParts

        return ExchangeParts(self)

    def _make_leaving(self) -> QuitSequence:
        leaving = QuitSequence(self.core, self.messages, self.window)
        leaving.left.connect(self.window.leave)
        return leaving
