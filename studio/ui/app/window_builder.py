"""Builds what the window has beside its first screen: panels, controllers, and who hears whom.

Nothing else knows all of them. It goes step by step: between two steps the window answers, and
nothing here is needed to look at the first pictures or to write on the prompt. What most sessions
never show is loaded when it is first wanted: loupe, first page and empty page are 2.4 MB.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from studio.app.core import Core
from studio.domain.drafts import Draft
from studio.library.query import View
from studio.ui.controllers.action_handlers import ActionHandlers
from studio.ui.controllers.budget import BudgetController
from studio.ui.controllers.change_progress import ChangeProgress
from studio.ui.controllers.collections import CollectionsController
from studio.ui.controllers.draft import DraftController, first_draft
from studio.ui.controllers.event_router import EventRouter
from studio.ui.controllers.go_to_date import DateNavigation
from studio.ui.controllers.import_ import ImportController
from studio.ui.controllers.item_actions import ItemActions
from studio.ui.controllers.jobs import JobsController
from studio.ui.controllers.library_commands import LibraryCommands
from studio.ui.controllers.library_navigation import LibraryNavigation
from studio.ui.controllers.library_view import LibraryViewController
from studio.ui.controllers.messages import MessagesController
from studio.ui.controllers.notifications import Notifier
from studio.ui.controllers.pages import Pages
from studio.ui.controllers.panel_layout import PanelLayout
from studio.ui.controllers.pictures import PicturesController
from studio.ui.controllers.reindex_progress import ReindexProgress
from studio.ui.controllers.retry import FailedJobs
from studio.ui.controllers.selection import SelectionController
from studio.ui.controllers.updates import UpdateNotice
from studio.ui.controllers.variations import Variations
from studio.ui.controllers.view_options import ViewOptionsController
from studio.ui.controllers.view_switch import ViewSwitch
from studio.ui.dialogs.launcher import DialogLauncher
from studio.ui.dialogs.missing_file import MissingFiles
from studio.ui.dialogs.quit import QuitSequence
from studio.ui.panels.composer.composer import Composer
from studio.ui.panels.inspector import Inspector
from studio.ui.panels.sidebar.rail import Rail
from studio.ui.panels.sidebar.sidebar import Sidebar
from studio.ui.panels.status_bar.activity import StatusBar
from studio.ui.support import key_repeat
from studio.ui.support.late import Late
from studio.ui.widgets import MessageBar, Toast
from studio.ui.window import window_state
from studio.ui.window.actions import Actions
from studio.ui.window.alt_key import AltKeyFilter
from studio.ui.window.grid_bar import GridBar
from studio.ui.window.main_window import StudioWindow
from studio.ui.window.top_bar import TopBar

if TYPE_CHECKING:
    from studio.ui.views.empty_state import EmptyState
    from studio.ui.views.loupe import Loupe
    from studio.ui.views.welcome import Welcome


class WindowBuilder:
    """Panels and controllers of one window.

    Attributes:
        loupe, welcome, nothing: views that are made when they are first shown.
        leaving: made when the window is first closed over work.
    """

    def __init__(self, core: Core, window: StudioWindow, browsing: LibraryViewController) -> None:
        """The window has its first screen, which `browsing` fills."""
        self.core = core
        self.window = window
        self.library_view = browsing
        self.loupe: Late[Loupe] = Late(self._make_loupe)
        self.welcome: Late[Welcome] = Late(self._make_welcome)
        self.nothing: Late[EmptyState] = Late(self._make_nothing)
        self.quit_sequence = Late(self._make_leaving)

    def build(self, left: Draft | None) -> Iterator[None]:
        """Make everything, put it in its place and connect it; `left` is the composer as it was."""
        core, window = self.core, self.window
        window.gallery.draw_icons(True)
        editor = window.first_card.editor
        window.first_card.hand_over()
        draft = first_draft(core, left, editor.text())
        self.composer = Composer(core, editor=editor, draft=draft)
        window.take_composer(self.composer)
        yield
        self.top_bar = TopBar(window)
        self.grid_bar = GridBar(window)
        yield
        self.messages = MessageBar(window)
        self.inspector = Inspector(core.library, core.decoder)
        self.sidebar = Sidebar(window)
        yield
        self.rail = Rail(window)
        self.status_bar = StatusBar(window)
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
        yield
        self._connect_bars()
        self._connect_sides()
        self._connect_views()
        self._connect_panels()
        self._connect_messages()

    # Controllers

    def _make_actions(self) -> None:
        window = self.window
        self.alt_key_filter = AltKeyFilter(window)
        key_repeat.watch()
        panels = (self.top_bar, self.sidebar, self.rail, window.views, self.inspector)
        self.actions_of = Actions(window, self._action, panels=panels, gallery=window.gallery)
        self.messages_controller = MessagesController(self.toast, self.messages, window)
        self.dialogs = DialogLauncher(self.core, self.actions_of, self.messages_controller, window)

    def _make_views(self) -> None:
        window = self.window
        self.view_switch = ViewSwitch(
            self.core,
            self.library_view,
            self.messages_controller,
            views=window.views,
            grid=window.grid,
            gallery=window.gallery,
            model=window.model,
            loupe=self.loupe,
            top_bar=self.top_bar,
            zones=window.zones,
            composer=self.composer,
            inspector=self.inspector,
            status_bar=self.status_bar,
            actions=self.actions_of,
            parent=window,
        )
        self.library_navigation = LibraryNavigation(
            self.library_view,
            self.view_switch,
            gallery=window.gallery,
            sides=self._sides,
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
            pages=window.pages,
            loupe=self.loupe,
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
        self.selection = SelectionController(core, window.gallery, self.loupe, self.view_switch)
        self.pictures = PicturesController(core, self.selection, window)
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
            sides=self._sides,
            collection_name=self.collections_controller.name_of,
            parent=window,
        )

    def _make_work(self) -> None:
        """What makes pictures, and the draft it begins with."""
        core, window = self.core, self.window
        self.jobs_controller = JobsController(core, window)
        self.budget_controller = BudgetController(
            core,
            self.messages_controller,
            self.view_switch,
            composer=self.composer,
            bar=self.messages,
            sides=self._sides,
            parent=window,
        )
        self.variations = Variations(
            self.jobs_controller,
            self.budget_controller,
            self.messages_controller,
            composer=self.composer,
            toast=self.toast,
            parent=window,
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
            composer=self.composer,
            gallery=window.gallery,
            loupe=self.loupe,
            inspector=self.inspector,
            zones=window.zones,
            bar=self.messages,
            parent=window,
        )
        self.item_actions = ItemActions(
            self.library_view,
            self.selection,
            self.pictures,
            self.jobs_controller,
            missing=self.missing_files,
            gallery=window.gallery,
            composer=self.composer,
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
            composer=self.composer,
            gallery=window.gallery,
            loupe=self.loupe,
            inspector=self.inspector,
            zones=window.zones,
        )

    def _make_library(self) -> None:
        """What is done to the library as a whole."""
        core, window = self.core, self.window
        self.import_controller = ImportController(
            core,
            self.messages_controller,
            views=window.views,
            composer=self.composer,
            bar=self.messages,
            welcoming=self.pages.welcoming,
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
        self.change_progress = ChangeProgress(core, self.messages_controller, self.messages, window)
        self.reindex_progress = ReindexProgress(core, self.messages, window)
        self.updates = UpdateNotice(core, self.messages, window)
        self.event_router = EventRouter(
            core,
            self.library_view,
            self.messages_controller,
            first=(
                self.library_view.on_core_event,
                self.collections_controller.on_core_event,
                self.notifier.on_core_event,
                self.change_progress.on_core_event,
            ),
            gallery=window.gallery,
            loupe=self.loupe,
            welcome=self.welcome,
            inspector=self.inspector,
            sides=self._sides,
            status_bar=self.status_bar,
            actions=self.actions_of,
            parent=window,
        )

    @property
    def _sides(self) -> tuple[Sidebar, Rail]:
        return (self.sidebar, self.rail)

    # Actions

    def _action(self, name: str) -> Callable[[], None]:
        """What does the action of that name, looked up when it is triggered."""
        return partial(self._run_action, name)

    def _run_action(self, name: str) -> None:
        if name.startswith("rate_"):
            self.pictures.rate(int(name[-1]))
        else:
            self._handlers()[name]()

    def _handlers(self) -> dict[str, Callable[[], object]]:
        """What every action of the table does, by its name; stars are beside it."""
        window, handlers, shelf = self.window, self.handlers, self.library_navigation.show_shelf
        return {
            # File
            "generate": self.composer.generate_now,
            "composer": self.composer.focus_prompt,
            "import_files": partial(self.import_controller.choose, folder=False),
            "import_folder": partial(self.import_controller.choose, folder=True),
            "save_as": self.pictures.save_as,
            "show_in_folder": self.pictures.show_in_folder,
            "settings": partial(self.dialogs.open_settings, "keys"),
            "quit": window.close,
            # Edit
            "undo": handlers.undo,
            "redo": handlers.redo,
            "changes": self.dialogs.open_changes,
            "copy": handlers.copy,
            "select_all": window.gallery.select_everything,
            "search": self.top_bar.focus_search,
            # Image
            "open": window.gallery.activate_current,
            "quick_look": self.view_switch.toggle_loupe,
            "edit": handlers.edit,
            "vary": handlers.vary,
            "remix": handlers.remix,
            "pick": self.pictures.pick,
            "reject": self.pictures.reject,
            "rename": handlers.rename,
            "tag": self.collections_controller.ask_tags,
            "collect": self.collections_controller.on_collect_wanted,
            "before": handlers.show_before,
            "trash": self.pictures.trash,
            "restore": self.pictures.restore,
            # View
            "grid": self.view_switch.close_loupe,
            "loupe": self.view_switch.open_loupe,
            "sidebar": handlers.toggle_sidebar,
            "inspector": handlers.toggle_inspector,
            "captions": handlers.toggle_captions,
            "hide_rejected": handlers.toggle_rejected,
            "larger_tiles": handlers.enlarge,
            "smaller_tiles": handlers.reduce,
            "go_to_date": self.dates.choose,
            "full_screen": partial(window_state.turn_full_screen, window),
            "next_zone": self.panel_layout.focus_next,
            "menu": self.panel_layout.open_menu,
            # Library
            "all_images": partial(shelf, View.ALL),
            "this_session": partial(shelf, View.SESSION),
            "picks": partial(shelf, View.PICKS),
            "failed": partial(shelf, View.FAILED),
            "trash_shelf": partial(shelf, View.TRASH),
            "new_collection": self.collections_controller.on_new,
            "save_search": self.collections_controller.on_save_search,
            "history": self.composer.on_history_wanted,
            "pause_queue": handlers.toggle_pause,
            "retry_failed": self.failed_jobs.ask_or_retry,
            "cancel_all": handlers.cancel_all,
            "open_library": self.library_commands.open_another,
            "move_library": self.library_commands.move,
            "open_library_folder": handlers.open_library_folder,
            "check_library": self.dialogs.check_library,
            "back_up": self.dialogs.back_up,
            "empty_trash": self.library_commands.empty_trash,
            # Help
            "palette": self.dialogs.open_palette,
            "shortcuts": self.dialogs.open_shortcuts,
            "log_folder": handlers.open_log_folder,
            "about": partial(self.dialogs.open_settings, "about"),
        }

    # Who hears whom

    def _connect_bars(self) -> None:
        top, bar, status = self.top_bar, self.grid_bar, self.status_bar
        every = self.actions_of.every
        top.menu_requested.connect(self.panel_layout.on_menu_requested)
        self.alt_key_filter.pressed.connect(every["menu"].trigger)
        top.searched.connect(self.view_options.on_searched)
        top.search_left.connect(self.draft_controller.on_composer_left)
        top.view_chosen.connect(self.view_options.on_view_chosen)
        top.sidebar_toggled.connect(self.window.zones.open_sidebar)
        top.inspector_toggled.connect(self.window.zones.open_inspector)
        bar.sort_chosen.connect(self.view_options.on_sort_chosen)
        bar.captions_toggled.connect(self.view_options.on_captions_toggled)
        bar.hide_rejected_toggled.connect(self.view_options.on_hide_rejected_toggled)
        bar.emptying_wanted.connect(every["empty_trash"].trigger)
        bar.tile_size_chosen.connect(self.view_options.on_tile_size_chosen)
        status.unlock_requested.connect(self.dialogs.on_unlock_requested)
        status.keys_requested.connect(self.dialogs.on_keys_requested)
        status.cancel_requested.connect(self.core.queue.cancel)
        status.cancel_all_requested.connect(self.core.queue.cancel_all)
        status.move_requested.connect(self.core.queue.move)
        status.pause_requested.connect(every["pause_queue"].trigger)
        status.retry_requested.connect(every["retry_failed"].trigger)
        status.job_chosen.connect(self.view_switch.on_job_chosen)
        self.window.full_screen_changed.connect(every["full_screen"].setChecked)

    def _connect_sides(self) -> None:
        for side in self._sides:
            side.view_chosen.connect(self.library_navigation.show_shelf)
            side.history_requested.connect(self.composer.on_history_wanted)
            side.dropped.connect(self.item_actions.on_dropped_on_shelf)
            side.collect_wanted.connect(self.collections_controller.on_collect_wanted)
            self.library_view.spent.connect(side.show_spend)
        self.rail.collections_wanted.connect(self.collections_controller.on_list_wanted)
        self.sidebar.collection_chosen.connect(self.collections_controller.on_chosen)
        self.sidebar.collection_wanted.connect(self.collections_controller.on_new)
        self.sidebar.collection_asked.connect(self.collections_controller.on_asked)
        self.sidebar.collected.connect(self.collections_controller.on_dropped)
        self.collections_controller.changed.connect(self.pages.on_counted)
        self.collections_controller.shelf_wanted.connect(self.library_navigation.show_shelf)
        self.collections_controller.collection_wanted.connect(
            self.library_navigation.show_collection
        )
        self.collections_controller.search_wanted.connect(self.view_options.on_searched)
        self.library_navigation.failures_seen.connect(self.event_router.on_failures_seen)

    def _connect_views(self) -> None:
        gallery, zones = self.window.gallery, self.window.zones
        gallery.opened.connect(self.view_switch.on_opened)
        gallery.action.connect(self.item_actions.on_tile_action)
        gallery.selection_changed.connect(self.view_switch.show_items)
        gallery.context_menu.connect(self.item_actions.on_context_menu)
        gallery.tile_size_changed.connect(self.view_options.on_tile_size_chosen)
        self.view_switch.flagged.connect(self.pictures.flag_these)
        self.library_view.summing.connect(self.budget_controller.on_summing)
        self.library_view.summing.connect(self.composer.on_summing)
        self.library_view.spent.connect(self.budget_controller.on_spent)
        self.library_view.counted.connect(self.pages.on_counted)
        self.library_view.index_read.connect(self.reindex_progress.on_index_progress)
        self.library_view.order_changed.connect(self.pages.choose_page)
        self.library_view.order_changed.connect(self.view_switch.on_order_changed)
        self.reindex_progress.ended.connect(self.library_view.reload)
        self.reindex_progress.ended.connect(self.library_view.recount)
        self.reindex_progress.ended.connect(self.collections_controller.refresh)
        zones.panels_changed.connect(self.panel_layout.on_panels_changed)
        zones.narrowed.connect(self.panel_layout.on_narrowed)
        self.panel_layout.on_narrowed(zones.narrow)
        self.panel_layout.on_panels_changed()

    def _connect_panels(self) -> None:
        inspector, composer = self.inspector, self.composer
        inspector.rated.connect(self.pictures.rate_these)
        inspector.flagged.connect(self.pictures.flag_these)
        inspector.retitled.connect(self.pictures.entitle)
        inspector.noted.connect(self.pictures.annotate)
        inspector.tagged.connect(self.collections_controller.on_tagged)
        inspector.tag_chosen.connect(self.collections_controller.on_tag_chosen)
        inspector.tags_wanted.connect(self.collections_controller.on_tags_wanted)
        inspector.selected.connect(self.view_switch.on_relative_chosen)
        inspector.action.connect(self.item_actions.on_inspector_action)
        inspector.toast.connect(self.messages_controller.show_message)
        composer.changed.connect(self.draft_controller.on_draft_changed)
        composer.generate.connect(self.jobs_controller.start)
        composer.wants_key.connect(self.dialogs.on_wants_key)
        composer.show_picture.connect(self.view_switch.on_relative_chosen)
        composer.toast.connect(self.messages_controller.on_composer_toast)
        composer.kept.connect(self.messages_controller.on_prompt_kept)
        composer.left.connect(self.draft_controller.on_composer_left)
        composer.forget_wanted.connect(self.dialogs.on_forget_wanted)
        self.pictures.said.connect(self.messages_controller.on_said)
        self.pictures.told.connect(self.messages_controller.show_message)
        self.pictures.stepped.connect(self.view_switch.on_stepped)
        self.jobs_controller.refused.connect(composer.show_error)
        self.jobs_controller.wants_key.connect(self.dialogs.on_wants_key)
        self.jobs_controller.wants_prompt.connect(self.draft_controller.on_wants_prompt)
        self.jobs_controller.wants_model.connect(composer.focus_prompt)
        self.jobs_controller.wants_details.connect(self.draft_controller.on_wants_details)
        self.jobs_controller.again.connect(self.budget_controller.on_again)
        self.jobs_controller.said.connect(self.messages_controller.on_said)
        self.jobs_controller.told.connect(self.messages_controller.show_message)
        self.budget_controller.approved.connect(self.jobs_controller.start)
        self.budget_controller.limit_wanted.connect(self.dialogs.on_limit_wanted)

    def _connect_messages(self) -> None:
        self.event_router.settings_changed.connect(self.view_options.show_settings)
        self.event_router.keys_changed.connect(self.composer.refresh_keys)
        self.event_router.jobs_shown.connect(self.pages.choose_page)
        self.dialogs.unlocked.connect(self.event_router.show_key)
        self.dialogs.prompt_chosen.connect(self.draft_controller.on_prompt_chosen)
        self.dialogs.undo_wanted.connect(self.pictures.undo)
        self.dialogs.redo_wanted.connect(self.pictures.redo)
        self.dialogs.mended.connect(self.library_view.reload)
        self.toast.undone.connect(self.draft_controller.on_toast_undone)
        self.toast.undone.connect(self.pictures.on_toast_undone)
        self.toast.gone.connect(self.variations.on_toast_gone)
        # The last to hear of a button: it takes the message away.
        self.messages.acted.connect(self.messages_controller.on_message_acted)
        self.window.may_close = self._may_close

    def _may_close(self) -> bool:
        """Whether nothing is under way; asks the user where something is."""
        return not self.core.queue.jobs or self.quit_sequence.get().may_leave()

    # What is made when it is first wanted

    def _make_loupe(self) -> Loupe:
        # 2.4 MB together with the next two.
        from studio.ui.views.loupe import Loupe

        core = self.core
        loupe = Loupe(core.library, core.decoder, surround=core.settings.value.surround)
        loupe.picture_changed.connect(self.view_switch.on_loupe_picture)
        loupe.closed.connect(self.view_switch.close_loupe)
        loupe.rated.connect(self.pictures.rate)
        loupe.flagged.connect(self.view_switch.on_loupe_flagged)
        loupe.action.connect(self.view_switch.on_loupe_action)
        loupe.menu_requested.connect(self.item_actions.on_context_menu)
        loupe.job_chosen.connect(self.view_switch.on_job_chosen)
        loupe.surround_changed.connect(self.view_options.on_surround_changed)
        self.window.views.addWidget(loupe)
        return loupe

    def _make_welcome(self) -> Welcome:
        # As above.
        from studio.ui.panels.key_card import KeyCard
        from studio.ui.views.welcome import Welcome

        key_card = KeyCard(self.core)  # without a parent: the page puts it into its tab order
        welcome = Welcome(self.core, key_card, self.window)
        welcome.profile_shown.connect(key_card.show_default)
        welcome.show_profile(self.core.default_profile)
        welcome.prompt_chosen.connect(self.draft_controller.on_prompt_chosen)
        welcome.import_requested.connect(self.actions_of.every["import_folder"].trigger)
        welcome.shortcuts_requested.connect(self.dialogs.open_shortcuts)
        self.window.pages.addWidget(welcome)
        return welcome

    def _make_nothing(self) -> EmptyState:
        # As above.
        from studio.ui.views.empty_state import EmptyState

        nothing = EmptyState(self.window.gallery, self.window.grid)
        nothing.wanted.connect(self.view_options.on_more_wanted)
        return nothing

    def _make_leaving(self) -> QuitSequence:
        leaving = QuitSequence(self.core, self.messages, self.window)
        leaving.left.connect(self.window.leave)
        return leaving
