"""What the window is furnished with once its first screen stands: panels, and what they do.

Step by step: between two steps the window answers, and nothing here is needed to look at the first
pictures or to write on the prompt.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from studio.ui.controllers.action_handlers import Doings
from studio.ui.controllers.budget import Budgeting
from studio.ui.controllers.collections import Shelving
from studio.ui.controllers.draft import Composing
from studio.ui.controllers.event_router import Hearing
from studio.ui.controllers.import_ import Bringing
from studio.ui.controllers.item_actions import Offers
from studio.ui.controllers.jobs import Running
from studio.ui.controllers.messages import Talking
from studio.ui.controllers.notifications import Notifier
from studio.ui.controllers.pictures import PictureActions
from studio.ui.controllers.selection import Selected
from studio.ui.controllers.view_options import Choices
from studio.ui.controllers.view_switch import Looking
from studio.ui.dialogs.launcher import Dialogs
from studio.ui.panels.composer.composer import Composer
from studio.ui.panels.inspector import Inspector
from studio.ui.panels.sidebar.rail import Rail
from studio.ui.panels.sidebar.sidebar import Sidebar
from studio.ui.panels.status_bar.activity import StatusBar
from studio.ui.support import key_repeat
from studio.ui.widgets import MessageBar, Toast
from studio.ui.window.actions import Actions
from studio.ui.window.alt_key import MenuKey
from studio.ui.window.grid_bar import GridBar
from studio.ui.window.top_bar import TopBar

if TYPE_CHECKING:
    from studio.domain.events import IndexRead
    from studio.ui.views.loupe import Loupe
    from studio.ui.views.welcome import Welcome
    from studio.ui.window.main_window import StudioWindow


def furnish(window: StudioWindow) -> Iterator[None]:
    """Make what is not there yet, put it in its place and connect it."""
    core = window.core
    window.gallery.draw_icons(True)
    editor = window.first_card.editor
    window.composing = Composing(window)
    window.first_card.hand_over()
    draft = window.composing.first_draft(window.left_draft, editor.text())
    window.take_composer(Composer(core, editor=editor, draft=draft))
    yield
    window.top_bar = TopBar(window)
    window.grid_bar = GridBar(window)
    yield
    window.messages = MessageBar(window)
    window.inspector = Inspector(core.library, core.decoder)
    window.sidebar = Sidebar(window)
    yield
    window.rail = Rail(window)
    window.status_bar = StatusBar(window)
    yield
    window.take_places()
    window.toast = Toast(window.views)
    _make_rooms(window)
    yield
    _connect_bars(window)
    _connect_views(window)
    _connect_panels(window)


def _make_rooms(window: StudioWindow) -> None:
    core = window.core
    window.menu_key = MenuKey(window)
    key_repeat.watch()
    window.selection = Selected(window)
    window.pictures = PictureActions(core, window.selection, window)
    window.running = Running(core, window)
    window.notifier = Notifier(core, window)
    window.hearing = Hearing(window)
    window.looking = Looking(window)
    window.talking = Talking(window)
    window.dialogs = Dialogs(window)
    window.offers = Offers(window)
    window.shelving = Shelving(window)
    window.bringing = Bringing(window)
    window.choices = Choices(window)
    window.budgeting = Budgeting(window)
    panels = (window.top_bar, window.sidebar, window.rail, window.views, window.inspector)
    doings = Doings(window)
    window.actions_of = Actions(window, doings.find, panels=panels, gallery=window.gallery)


def _connect_bars(window: StudioWindow) -> None:
    top, bar, status = window.top_bar, window.grid_bar, window.status_bar
    top.menu_requested.connect(window.on_menu_requested)
    window.menu_key.pressed.connect(window.on_menu_key)
    top.searched.connect(window.choices.on_searched)
    top.search_left.connect(window.composing.on_composer_left)
    top.view_chosen.connect(window.choices.on_view_chosen)
    top.sidebar_toggled.connect(window.zones.open_sidebar)
    top.inspector_toggled.connect(window.zones.open_inspector)
    bar.sort_chosen.connect(window.choices.on_sort_chosen)
    bar.captions_toggled.connect(window.choices.on_captions_toggled)
    bar.hide_rejected_toggled.connect(window.choices.on_hide_rejected_toggled)
    bar.emptying_wanted.connect(window.actions_of.every["empty_trash"].trigger)
    bar.tile_size_chosen.connect(window.choices.on_tile_size_chosen)
    for side in (window.sidebar, window.rail):
        side.view_chosen.connect(window.show_shelf)
        side.history_requested.connect(window.dialogs.on_history_requested)
    window.sidebar.dropped.connect(window.offers.on_dropped_on_shelf)
    window.rail.dropped.connect(window.offers.on_dropped_on_shelf)
    window.rail.collections_wanted.connect(window.shelving.on_list_wanted)
    window.rail.collect_wanted.connect(window.shelving.on_collect_wanted)
    window.sidebar.collection_chosen.connect(window.shelving.on_chosen)
    window.sidebar.collection_wanted.connect(window.shelving.on_new)
    window.sidebar.collection_asked.connect(window.shelving.on_asked)
    window.sidebar.collect_wanted.connect(window.shelving.on_collect_wanted)
    window.sidebar.collected.connect(window.shelving.on_dropped)
    status.unlock_requested.connect(window.dialogs.on_unlock_requested)
    status.keys_requested.connect(window.dialogs.on_keys_requested)
    status.cancel_requested.connect(window.core.queue.cancel)
    status.cancel_all_requested.connect(window.core.queue.cancel_all)
    status.move_requested.connect(window.core.queue.move)
    status.pause_requested.connect(window.actions_of.every["pause_queue"].trigger)
    status.retry_requested.connect(window.actions_of.every["retry_failed"].trigger)
    status.job_chosen.connect(window.looking.on_job_chosen)
    window.messages.acted.connect(window.talking.on_message_acted)
    window.toast.undone.connect(window.talking.on_toast_undone)
    window.toast.gone.connect(window.talking.on_toast_gone)


def _connect_views(window: StudioWindow) -> None:
    gallery = window.gallery
    gallery.opened.connect(window.looking.on_opened)
    gallery.action.connect(window.offers.on_tile_action)
    gallery.selection_changed.connect(window.looking.follow)
    gallery.context_menu.connect(window.offers.on_context_menu)
    gallery.tile_size_changed.connect(window.choices.on_tile_size_chosen)
    window.browsing.counted.connect(window.on_counted)
    window.browsing.spent.connect(window.sidebar.show_spend)
    window.browsing.spent.connect(window.rail.show_spend)
    window.browsing.index_read.connect(partial(_hear_of_index, window))
    window.browsing.order_changed.connect(window.looking.on_order_changed)
    window.zones.panels_changed.connect(window.on_panels_changed)
    window.zones.narrowed.connect(window.on_narrowed)
    window.on_narrowed(window.zones.narrow)
    window.on_panels_changed()


def _connect_panels(window: StudioWindow) -> None:
    inspector, composer = window.inspector, window.composer
    inspector.rated.connect(window.pictures.rate_these)
    inspector.flagged.connect(window.pictures.flag_these)
    inspector.retitled.connect(window.pictures.entitle)
    inspector.noted.connect(window.pictures.annotate)
    inspector.tagged.connect(window.shelving.on_tagged)
    inspector.tag_chosen.connect(window.shelving.on_tag_chosen)
    inspector.tags_wanted.connect(window.shelving.on_tags_wanted)
    inspector.selected.connect(window.looking.on_relative_chosen)
    inspector.action.connect(window.offers.on_inspector_action)
    inspector.toast.connect(window.talking.tell)
    composer.changed.connect(window.composing.on_draft_changed)
    composer.generate.connect(window.running.start)
    composer.wants_key.connect(window.dialogs.on_wants_key)
    composer.forget_wanted.connect(window.dialogs.on_forget_wanted)
    composer.show_picture.connect(window.looking.on_relative_chosen)
    composer.toast.connect(window.talking.on_composer_toast)
    composer.kept.connect(window.talking.on_prompt_kept)
    composer.left.connect(window.composing.on_composer_left)
    window.pictures.said.connect(window.talking.on_said)
    window.pictures.told.connect(window.talking.tell)
    window.pictures.stepped.connect(window.looking.on_stepped)
    window.running.refused.connect(window.composer.show_error)
    window.running.wants_key.connect(window.dialogs.on_wants_key)
    window.running.wants_prompt.connect(window.composing.on_wants_prompt)
    window.running.wants_model.connect(window.composer.focus_prompt)
    window.running.wants_details.connect(window.composing.on_wants_details)
    window.running.said.connect(window.talking.on_said)
    window.running.told.connect(window.talking.tell)


def _hear_of_index(window: StudioWindow, event: IndexRead) -> None:
    from studio.ui.controllers import reindex_progress

    reindex_progress.hear(window, event)


def make_loupe(window: StudioWindow) -> Loupe:
    """The loupe, connected, when it is first opened."""
    from studio.ui.views.loupe import Loupe

    core = window.core
    loupe = Loupe(core.library, core.decoder, surround=core.settings.value.surround)
    loupe.picture_changed.connect(window.looking.on_loupe_picture)
    loupe.closed.connect(window.looking.close_loupe)
    loupe.rated.connect(window.pictures.rate)
    loupe.flagged.connect(window.looking.on_loupe_flagged)
    loupe.action.connect(window.looking.on_loupe_action)
    loupe.menu_requested.connect(window.offers.on_context_menu)
    loupe.job_chosen.connect(window.looking.on_job_chosen)
    loupe.surround_changed.connect(window.choices.on_surround_changed)
    return loupe


def make_welcome(window: StudioWindow) -> Welcome:
    """The page of the first start, connected, when there is nothing else to show."""
    from studio.ui.panels.key_card import KeyCard
    from studio.ui.views.welcome import Welcome

    key_card = KeyCard(window.core)  # without a parent: the page puts it into its tab order
    welcome = Welcome(window.core, key_card, window)
    welcome.profile_shown.connect(key_card.show_default)
    welcome.show_profile(window.core.default_profile)
    welcome.prompt_chosen.connect(window.composing.on_prompt_chosen)
    welcome.import_requested.connect(window.actions_of.every["import_folder"].trigger)
    welcome.shortcuts_requested.connect(window.dialogs.open_shortcuts)
    return welcome
