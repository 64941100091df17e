"""Signal connections between the parts of a window."""

from __future__ import annotations

from studio.ui.app.window_parts import WindowParts


def connect(parts: WindowParts) -> None:
    """Connect all parts, once they are created."""
    _connect_bars(parts)
    _connect_sides(parts)
    _connect_views(parts)
    _connect_panels(parts)
    _connect_messages(parts)


def _connect_bars(parts: WindowParts) -> None:
    top, bar, status = parts.top_bar, parts.grid_bar, parts.status_bar
    every = parts.actions_of.every
    top.menu_requested.connect(parts.panel_layout.on_menu_requested)
    parts.alt_key_filter.pressed.connect(every["menu"].trigger)
    for action in every.values():
        action.triggered.connect(parts.alt_key_filter.on_shortcut)
    top.searched.connect(parts.view_options.on_searched)
    top.search_left.connect(parts.draft_controller.on_composer_left)
    top.view_chosen.connect(parts.view_options.on_view_chosen)
    bar.sort_chosen.connect(parts.view_options.on_sort_chosen)
    bar.hide_rejected_toggled.connect(parts.view_options.on_hide_rejected_toggled)
    bar.stars_chosen.connect(parts.view_options.on_stars_chosen)
    bar.emptying_wanted.connect(every["empty_trash"].trigger)
    bar.dismissal_wanted.connect(every["dismiss_all"].trigger)
    bar.tile_size_chosen.connect(parts.view_options.on_tile_size_chosen)
    status.unlock_requested.connect(parts.dialogs.on_unlock_requested)
    status.keys_requested.connect(parts.dialogs.on_keys_requested)
    status.cancel_requested.connect(parts.core.queue.cancel)
    status.cancel_all_requested.connect(parts.core.queue.cancel_all)
    status.move_requested.connect(parts.core.queue.move)
    status.pause_requested.connect(every["pause_queue"].trigger)
    status.retry_requested.connect(every["retry_failed"].trigger)
    status.job_chosen.connect(parts.view_switch.on_job_chosen)
    parts.window.full_screen_changed.connect(every["full_screen"].setChecked)
    parts.window.full_screen_changed.connect(parts.presentation.on_full_screen_changed)
    parts.window.escaped.connect(parts.presentation.leave)


def _connect_sides(parts: WindowParts) -> None:
    places = parts.places
    places.view_chosen.connect(parts.library_navigation.show_shelf)
    places.history_requested.connect(parts.composer.on_history_wanted)
    places.dropped.connect(parts.item_actions.on_dropped_on_shelf)
    places.collect_wanted.connect(parts.collections_controller.on_collect_wanted)
    places.collection_chosen.connect(parts.collections_controller.on_chosen)
    places.collection_asked.connect(parts.collections_controller.on_asked)
    places.menu_wanted.connect(parts.place_menus.open_menu)
    places.collection_moved.connect(parts.collections_controller.on_moved)
    places.collected.connect(parts.collections_controller.on_dropped)
    parts.library_view.spent.connect(places.show_spend)
    parts.rail.collections_wanted.connect(parts.collections_controller.on_list_wanted)
    parts.sidebar.collection_wanted.connect(parts.collections_controller.on_new)
    parts.collections_controller.changed.connect(parts.pages.on_counted)
    parts.collections_controller.shelf_wanted.connect(parts.library_navigation.show_shelf)
    parts.collections_controller.collection_wanted.connect(parts.library_navigation.show_collection)
    parts.collections_controller.search_wanted.connect(parts.view_options.on_searched)
    parts.library_navigation.failures_seen.connect(parts.event_router.on_failures_seen)


def _connect_views(parts: WindowParts) -> None:
    gallery, zones = parts.window.gallery, parts.window.zones
    parts.window.model.replaced.connect(parts.newest_run.on_picture_arrived)
    gallery.opened.connect(parts.view_switch.on_opened)
    gallery.action.connect(parts.item_actions.on_tile_action)
    gallery.selection_changed.connect(parts.view_switch.show_items)
    gallery.context_menu.connect(parts.item_actions.on_context_menu)
    gallery.tile_size_changed.connect(parts.view_options.on_tile_size_chosen)
    parts.dialogs.pictures_chosen.connect(parts.library_navigation.select_pictures)
    parts.view_switch.flagged.connect(parts.pictures.flag_these)
    parts.library_view.spent.connect(parts.budget_controller.on_spent)
    parts.library_view.spent.connect(parts.composer.on_spent)
    parts.library_view.counted.connect(parts.pages.on_counted)
    parts.library_view.place_changed.connect(parts.view_switch.on_place_changed)
    parts.library_view.place_changed.connect(parts.library_navigation.on_place_changed)
    parts.library_view.index_read.connect(parts.reindex_progress.on_index_progress)
    parts.library_view.order_changed.connect(parts.pages.choose_page)
    parts.library_view.order_changed.connect(parts.view_switch.on_order_changed)
    parts.reindex_progress.ended.connect(parts.library_view.reload)
    parts.reindex_progress.ended.connect(parts.library_view.recount)
    parts.reindex_progress.ended.connect(parts.collections_controller.refresh)
    parts.pick_rounds.opened.connect(parts.view_switch.open_pick)
    parts.pick_rounds.left.connect(parts.view_switch.show_grid)
    parts.pick_rounds.said.connect(parts.messages_controller.on_said)
    parts.pick_rounds.collect_wanted.connect(parts.collections_controller.on_collect_wanted)
    parts.view_switch.pick_opened.connect(parts.presentation.begin_for_view)
    parts.view_switch.pick_left.connect(parts.presentation.end_for_view)
    parts.view_switch.pick_left.connect(parts.pick_rounds.on_closed)
    parts.presentation.view_ended.connect(parts.view_switch.show_grid)
    parts.view_switch.on_place_changed()
    zones.panels_changed.connect(parts.panel_layout.on_panels_changed)
    zones.narrowed.connect(parts.panel_layout.on_narrowed)
    parts.panel_layout.on_narrowed(zones.narrow)
    parts.panel_layout.on_panels_changed()


def _connect_panels(parts: WindowParts) -> None:
    inspector, composer = parts.inspector, parts.composer
    inspector.rated.connect(parts.pictures.rate_these)
    inspector.flagged.connect(parts.pictures.flag_these)
    inspector.retitled.connect(parts.pictures.entitle)
    inspector.noted.connect(parts.pictures.annotate)
    inspector.tagged.connect(parts.collections_controller.on_tagged)
    inspector.tag_chosen.connect(parts.collections_controller.on_tag_chosen)
    inspector.tags_wanted.connect(parts.collections_controller.on_tags_wanted)
    inspector.selected.connect(parts.view_switch.on_relative_chosen)
    inspector.action.connect(parts.item_actions.on_inspector_action)
    inspector.toast.connect(parts.messages_controller.show_message)
    composer.changed.connect(parts.draft_controller.on_draft_changed)
    composer.generate.connect(parts.jobs_controller.start)
    composer.wants_key.connect(parts.dialogs.on_wants_key)
    composer.wants_words.connect(parts.dialogs.on_wants_words)
    composer.sent.toggled.connect(parts.actions_of.every["what_is_sent"].setChecked)
    composer.show_picture.connect(parts.view_switch.on_relative_chosen)
    composer.markup.wanted.connect(parts.on_marks_wanted)
    composer.toast.connect(parts.draft_controller.on_replaced)
    composer.kept.connect(parts.draft_controller.on_prompt_kept)
    composer.left.connect(parts.draft_controller.on_composer_left)
    composer.forget_wanted.connect(parts.dialogs.on_forget_wanted)
    parts.pictures.said.connect(parts.messages_controller.on_said)
    parts.pictures.told.connect(parts.messages_controller.show_message)
    parts.pictures.stepped.connect(parts.view_switch.on_stepped)
    parts.jobs_controller.started.connect(parts.newest_run.on_run_started)
    parts.jobs_controller.refused.connect(composer.show_error)
    parts.jobs_controller.wants_key.connect(parts.dialogs.on_wants_key)
    parts.jobs_controller.wants_prompt.connect(parts.draft_controller.on_wants_prompt)
    parts.jobs_controller.wants_model.connect(composer.focus_prompt)
    parts.jobs_controller.wants_details.connect(parts.draft_controller.on_wants_details)
    parts.jobs_controller.again.connect(parts.budget_controller.on_again)
    parts.jobs_controller.all_dismissed.connect(parts.actions_of.every["dismiss_all"].trigger)
    parts.jobs_controller.queued.connect(parts.variations.on_queued)
    parts.jobs_controller.said.connect(parts.messages_controller.on_said)
    parts.jobs_controller.told.connect(parts.messages_controller.show_message)
    parts.budget_controller.approved.connect(parts.jobs_controller.start)
    parts.budget_controller.limit_wanted.connect(parts.dialogs.on_limit_wanted)


def _connect_messages(parts: WindowParts) -> None:
    parts.event_router.settings_changed.connect(parts.view_options.show_settings)
    parts.event_router.settings_changed.connect(parts.default_provider.on_settings_changed)
    parts.event_router.keys_changed.connect(parts.composer.refresh_keys)
    parts.event_router.jobs_shown.connect(parts.pages.choose_page)
    parts.dialogs.unlocked.connect(parts.event_router.show_key)
    parts.dialogs.prompt_chosen.connect(parts.draft_controller.on_prompt_chosen)
    parts.dialogs.undo_wanted.connect(parts.pictures.undo)
    parts.dialogs.redo_wanted.connect(parts.pictures.redo)
    parts.dialogs.mended.connect(parts.library_view.reload)
    parts.messages_controller.undo_wanted.connect(parts.pictures.undo)
    parts.cancel_notice.wanted.connect(parts.view_options.show_cancelled)
    parts.window.key_unused.connect(parts.actions_of.on_key_unused)
    parts.actions_of.refused.connect(parts.messages_controller.show_message)
    parts.window.may_close = parts.may_close
