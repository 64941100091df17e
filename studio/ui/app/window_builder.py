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
from studio.ui.controllers.budget import Budgeting
from studio.ui.controllers.change_progress import ChangeProgress
from studio.ui.controllers.collections import Shelving
from studio.ui.controllers.draft import Composing, first_draft
from studio.ui.controllers.event_router import Hearing
from studio.ui.controllers.go_to_date import DateNavigation
from studio.ui.controllers.import_ import Bringing
from studio.ui.controllers.item_actions import Offers
from studio.ui.controllers.jobs import Running
from studio.ui.controllers.library_commands import LibraryCommands
from studio.ui.controllers.library_navigation import LibraryNavigation
from studio.ui.controllers.library_view import Browsing
from studio.ui.controllers.messages import Talking
from studio.ui.controllers.notifications import Notifier
from studio.ui.controllers.pages import Pages
from studio.ui.controllers.panel_layout import PanelLayout
from studio.ui.controllers.pictures import PictureActions
from studio.ui.controllers.reindex_progress import ReindexProgress
from studio.ui.controllers.retry import FailedJobs
from studio.ui.controllers.selection import Selected
from studio.ui.controllers.updates import UpdateNotice
from studio.ui.controllers.variations import Variations
from studio.ui.controllers.view_options import Choices
from studio.ui.controllers.view_switch import Looking
from studio.ui.dialogs.launcher import Dialogs
from studio.ui.dialogs.missing_file import MissingFiles
from studio.ui.dialogs.quit import Leaving
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
from studio.ui.window.alt_key import MenuKey
from studio.ui.window.grid_bar import GridBar
from studio.ui.window.main_window import StudioWindow
from studio.ui.window.top_bar import TopBar

if TYPE_CHECKING:
    from studio.ui.views.empty_state import Nothing
    from studio.ui.views.loupe import Loupe
    from studio.ui.views.welcome import Welcome


class WindowBuilder:
    """Panels and controllers of one window.

    Attributes:
        loupe, welcome, nothing: views that are made when they are first shown.
        leaving: made when the window is first closed over work.
    """

    def __init__(self, core: Core, window: StudioWindow, browsing: Browsing) -> None:
        """The window has its first screen, which `browsing` fills."""
        self.core = core
        self.window = window
        self.browsing = browsing
        self.loupe: Late[Loupe] = Late(self._make_loupe)
        self.welcome: Late[Welcome] = Late(self._make_welcome)
        self.nothing: Late[Nothing] = Late(self._make_nothing)
        self.leaving = Late(self._make_leaving)

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
        self.menu_key = MenuKey(window)
        key_repeat.watch()
        panels = (self.top_bar, self.sidebar, self.rail, window.views, self.inspector)
        self.actions_of = Actions(window, self._action, panels=panels, gallery=window.gallery)
        self.talking = Talking(self.toast, self.messages, window)
        self.dialogs = Dialogs(self.core, self.actions_of, self.talking, window)

    def _make_views(self) -> None:
        window = self.window
        self.looking = Looking(
            self.core,
            self.browsing,
            self.talking,
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
            self.browsing, self.looking, gallery=window.gallery, sides=self._sides, parent=window
        )
        self.choices = Choices(
            self.core,
            self.browsing,
            self.looking,
            gallery=window.gallery,
            grid_bar=self.grid_bar,
            top_bar=self.top_bar,
            messages=self.messages,
            actions=self.actions_of,
            parent=window,
        )
        self.panel_layout = PanelLayout(
            self.looking,
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
            self.browsing,
            self.looking,
            self.talking,
            gallery=window.gallery,
            views=window.views,
        )

    def _make_pictures(self) -> None:
        core, window = self.core, self.window
        self.selection = Selected(core, window.gallery, self.loupe, self.looking)
        self.pictures = PictureActions(core, self.selection, window)
        self.missing_files = MissingFiles(core, self.talking, self.messages, window)
        self.shelving = Shelving(
            core,
            self.browsing,
            self.selection,
            self.talking,
            sidebar=self.sidebar,
            rail=self.rail,
            inspector=self.inspector,
            top_bar=self.top_bar,
            views=window.views,
            parent=window,
        )
        self.pages = Pages(
            self.browsing,
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
            collection_name=self.shelving.name_of,
            parent=window,
        )

    def _make_work(self) -> None:
        """What makes pictures, and the draft it begins with."""
        core, window = self.core, self.window
        self.running = Running(core, window)
        self.budgeting = Budgeting(
            core,
            self.talking,
            self.looking,
            composer=self.composer,
            bar=self.messages,
            sides=self._sides,
            parent=window,
        )
        self.variations = Variations(
            self.running,
            self.budgeting,
            self.talking,
            composer=self.composer,
            toast=self.toast,
            parent=window,
        )
        self.failed_jobs = FailedJobs(
            core, self.budgeting, self.looking, self.talking, self.messages, window
        )
        self.composing = Composing(
            core,
            self.looking,
            composer=self.composer,
            gallery=window.gallery,
            loupe=self.loupe,
            inspector=self.inspector,
            zones=window.zones,
            bar=self.messages,
            parent=window,
        )
        self.offers = Offers(
            self.browsing,
            self.selection,
            self.pictures,
            self.running,
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
            self.looking,
            self.talking,
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
        self.bringing = Bringing(
            core,
            self.talking,
            views=window.views,
            composer=self.composer,
            bar=self.messages,
            welcoming=self.pages.welcoming,
            parent=window,
        )
        self.library_commands = LibraryCommands(
            core, self.talking, self.messages, importing=self.bringing.is_under_way, parent=window
        )

    def _make_listeners(self) -> None:
        core, window = self.core, self.window
        self.notifier = Notifier(core, window)
        self.change_progress = ChangeProgress(core, self.talking, self.messages, window)
        self.reindex_progress = ReindexProgress(core, self.messages, window)
        self.updates = UpdateNotice(core, self.messages, window)
        self.hearing = Hearing(
            core,
            self.browsing,
            self.talking,
            first=(
                self.browsing.hear,
                self.shelving.hear,
                self.notifier.hear,
                self.change_progress.hear,
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
            "import_files": partial(self.bringing.choose, folder=False),
            "import_folder": partial(self.bringing.choose, folder=True),
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
            "quick_look": self.looking.toggle_loupe,
            "edit": handlers.edit,
            "vary": handlers.vary,
            "remix": handlers.remix,
            "pick": self.pictures.pick,
            "reject": self.pictures.reject,
            "rename": handlers.rename,
            "tag": self.shelving.ask_tags,
            "collect": self.shelving.on_collect_wanted,
            "before": handlers.show_before,
            "trash": self.pictures.trash,
            "restore": self.pictures.restore,
            # View
            "grid": self.looking.close_loupe,
            "loupe": self.looking.open_loupe,
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
            "new_collection": self.shelving.on_new,
            "save_search": self.shelving.on_save_search,
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
        self.menu_key.pressed.connect(every["menu"].trigger)
        top.searched.connect(self.choices.on_searched)
        top.search_left.connect(self.composing.on_composer_left)
        top.view_chosen.connect(self.choices.on_view_chosen)
        top.sidebar_toggled.connect(self.window.zones.open_sidebar)
        top.inspector_toggled.connect(self.window.zones.open_inspector)
        bar.sort_chosen.connect(self.choices.on_sort_chosen)
        bar.captions_toggled.connect(self.choices.on_captions_toggled)
        bar.hide_rejected_toggled.connect(self.choices.on_hide_rejected_toggled)
        bar.emptying_wanted.connect(every["empty_trash"].trigger)
        bar.tile_size_chosen.connect(self.choices.on_tile_size_chosen)
        status.unlock_requested.connect(self.dialogs.on_unlock_requested)
        status.keys_requested.connect(self.dialogs.on_keys_requested)
        status.cancel_requested.connect(self.core.queue.cancel)
        status.cancel_all_requested.connect(self.core.queue.cancel_all)
        status.move_requested.connect(self.core.queue.move)
        status.pause_requested.connect(every["pause_queue"].trigger)
        status.retry_requested.connect(every["retry_failed"].trigger)
        status.job_chosen.connect(self.looking.on_job_chosen)
        self.window.full_screen_changed.connect(every["full_screen"].setChecked)

    def _connect_sides(self) -> None:
        for side in self._sides:
            side.view_chosen.connect(self.library_navigation.show_shelf)
            side.history_requested.connect(self.composer.on_history_wanted)
            side.dropped.connect(self.offers.on_dropped_on_shelf)
            side.collect_wanted.connect(self.shelving.on_collect_wanted)
            self.browsing.spent.connect(side.show_spend)
        self.rail.collections_wanted.connect(self.shelving.on_list_wanted)
        self.sidebar.collection_chosen.connect(self.shelving.on_chosen)
        self.sidebar.collection_wanted.connect(self.shelving.on_new)
        self.sidebar.collection_asked.connect(self.shelving.on_asked)
        self.sidebar.collected.connect(self.shelving.on_dropped)
        self.shelving.changed.connect(self.pages.on_counted)
        self.shelving.shelf_wanted.connect(self.library_navigation.show_shelf)
        self.shelving.collection_wanted.connect(self.library_navigation.show_collection)
        self.shelving.search_wanted.connect(self.choices.on_searched)
        self.library_navigation.failures_seen.connect(self.hearing.on_failures_seen)

    def _connect_views(self) -> None:
        gallery, zones = self.window.gallery, self.window.zones
        gallery.opened.connect(self.looking.on_opened)
        gallery.action.connect(self.offers.on_tile_action)
        gallery.selection_changed.connect(self.looking.follow)
        gallery.context_menu.connect(self.offers.on_context_menu)
        gallery.tile_size_changed.connect(self.choices.on_tile_size_chosen)
        self.looking.flagged.connect(self.pictures.flag_these)
        self.browsing.summing.connect(self.budgeting.on_summing)
        self.browsing.summing.connect(self.composer.on_summing)
        self.browsing.spent.connect(self.budgeting.on_spent)
        self.browsing.counted.connect(self.pages.on_counted)
        self.browsing.index_read.connect(self.reindex_progress.hear)
        self.browsing.order_changed.connect(self.pages.choose_page)
        self.browsing.order_changed.connect(self.looking.on_order_changed)
        self.reindex_progress.ended.connect(self.browsing.reload)
        self.reindex_progress.ended.connect(self.browsing.recount)
        self.reindex_progress.ended.connect(self.shelving.refresh)
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
        inspector.tagged.connect(self.shelving.on_tagged)
        inspector.tag_chosen.connect(self.shelving.on_tag_chosen)
        inspector.tags_wanted.connect(self.shelving.on_tags_wanted)
        inspector.selected.connect(self.looking.on_relative_chosen)
        inspector.action.connect(self.offers.on_inspector_action)
        inspector.toast.connect(self.talking.tell)
        composer.changed.connect(self.composing.on_draft_changed)
        composer.generate.connect(self.running.start)
        composer.wants_key.connect(self.dialogs.on_wants_key)
        composer.show_picture.connect(self.looking.on_relative_chosen)
        composer.toast.connect(self.talking.on_composer_toast)
        composer.kept.connect(self.talking.on_prompt_kept)
        composer.left.connect(self.composing.on_composer_left)
        composer.forget_wanted.connect(self.dialogs.on_forget_wanted)
        self.pictures.said.connect(self.talking.on_said)
        self.pictures.told.connect(self.talking.tell)
        self.pictures.stepped.connect(self.looking.on_stepped)
        self.running.refused.connect(composer.show_error)
        self.running.wants_key.connect(self.dialogs.on_wants_key)
        self.running.wants_prompt.connect(self.composing.on_wants_prompt)
        self.running.wants_model.connect(composer.focus_prompt)
        self.running.wants_details.connect(self.composing.on_wants_details)
        self.running.again.connect(self.budgeting.on_again)
        self.running.said.connect(self.talking.on_said)
        self.running.told.connect(self.talking.tell)
        self.budgeting.approved.connect(self.running.start)
        self.budgeting.limit_wanted.connect(self.dialogs.on_limit_wanted)

    def _connect_messages(self) -> None:
        self.hearing.settings_changed.connect(self.choices.show_settings)
        self.hearing.keys_changed.connect(self.composer.refresh_keys)
        self.hearing.jobs_shown.connect(self.pages.choose_page)
        self.dialogs.unlocked.connect(self.hearing.show_key)
        self.dialogs.prompt_chosen.connect(self.composing.on_prompt_chosen)
        self.dialogs.undo_wanted.connect(self.pictures.undo)
        self.dialogs.redo_wanted.connect(self.pictures.redo)
        self.dialogs.mended.connect(self.browsing.reload)
        self.toast.undone.connect(self.composing.on_toast_undone)
        self.toast.undone.connect(self.pictures.on_toast_undone)
        self.toast.gone.connect(self.variations.on_toast_gone)
        # The last to hear of a button: it takes the message away.
        self.messages.acted.connect(self.talking.on_message_acted)
        self.window.may_close = self._may_close

    def _may_close(self) -> bool:
        """Whether nothing is under way; asks the user where something is."""
        return not self.core.queue.jobs or self.leaving.get().may_leave()

    # What is made when it is first wanted

    def _make_loupe(self) -> Loupe:
        # 2.4 MB together with the next two.
        from studio.ui.views.loupe import Loupe

        core = self.core
        loupe = Loupe(core.library, core.decoder, surround=core.settings.value.surround)
        loupe.picture_changed.connect(self.looking.on_loupe_picture)
        loupe.closed.connect(self.looking.close_loupe)
        loupe.rated.connect(self.pictures.rate)
        loupe.flagged.connect(self.looking.on_loupe_flagged)
        loupe.action.connect(self.looking.on_loupe_action)
        loupe.menu_requested.connect(self.offers.on_context_menu)
        loupe.job_chosen.connect(self.looking.on_job_chosen)
        loupe.surround_changed.connect(self.choices.on_surround_changed)
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
        welcome.prompt_chosen.connect(self.composing.on_prompt_chosen)
        welcome.import_requested.connect(self.actions_of.every["import_folder"].trigger)
        welcome.shortcuts_requested.connect(self.dialogs.open_shortcuts)
        self.window.pages.addWidget(welcome)
        return welcome

    def _make_nothing(self) -> Nothing:
        # As above.
        from studio.ui.views.empty_state import Nothing

        nothing = Nothing(self.window.gallery, self.window.grid)
        nothing.wanted.connect(self.choices.on_more_wanted)
        return nothing

    def _make_leaving(self) -> Leaving:
        leaving = Leaving(self.core, self.messages, self.window)
        leaving.left.connect(self.window.leave)
        return leaving
