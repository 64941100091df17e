"""What every action of the table does."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from studio.library.query import View
from studio.ui.app.window_parts import WindowParts
from studio.ui.window import window_state


def bindings(parts: WindowParts) -> dict[str, Callable[[], object]]:
    """What every action of the table does, by its name; stars are beside it."""
    window, handlers, shelf = parts.window, parts.handlers, parts.library_navigation.show_shelf
    return {
        # File
        "generate": parts.composer.generate_now,
        "composer": parts.composer.focus_prompt,
        "import_files": partial(parts.import_controller.choose, folder=False),
        "import_folder": partial(parts.import_controller.choose, folder=True),
        "save_as": parts.pictures.save_as,
        "show_in_folder": parts.pictures.show_in_folder,
        "settings": partial(parts.dialogs.open_settings, "keys"),
        "quit": window.close,
        # Edit
        "undo": handlers.undo,
        "redo": handlers.redo,
        "changes": parts.dialogs.open_changes,
        "copy": handlers.copy,
        "select_all": window.gallery.select_everything,
        "search": parts.top_bar.focus_search,
        # Image
        "open": window.gallery.activate_current,
        "quick_look": parts.view_switch.toggle_loupe,
        "edit": handlers.edit,
        "vary": handlers.vary,
        "remix": handlers.remix,
        "pick": parts.pictures.pick,
        "reject": parts.pictures.reject,
        "rename": handlers.rename,
        "tag": parts.collections_controller.ask_tags,
        "collect": parts.collections_controller.on_collect_wanted,
        "before": handlers.show_before,
        "trash": parts.pictures.trash,
        "restore": parts.pictures.restore,
        # View
        "grid": parts.view_switch.close_loupe,
        "loupe": parts.view_switch.open_loupe,
        "sidebar": handlers.toggle_sidebar,
        "inspector": handlers.toggle_inspector,
        "captions": handlers.toggle_captions,
        "hide_rejected": handlers.toggle_rejected,
        "larger_tiles": handlers.enlarge,
        "smaller_tiles": handlers.reduce,
        "go_to_date": parts.dates.choose,
        "full_screen": partial(window_state.turn_full_screen, window),
        "next_zone": parts.panel_layout.focus_next,
        "menu": parts.panel_layout.open_menu,
        # Library
        "all_images": partial(shelf, View.ALL),
        "this_session": partial(shelf, View.SESSION),
        "picks": partial(shelf, View.PICKS),
        "failed": partial(shelf, View.FAILED),
        "trash_shelf": partial(shelf, View.TRASH),
        "new_collection": parts.collections_controller.on_new,
        "save_search": parts.collections_controller.on_save_search,
        "history": parts.composer.on_history_wanted,
        "pause_queue": handlers.toggle_pause,
        "retry_failed": parts.failed_jobs.ask_or_retry,
        "cancel_all": handlers.cancel_all,
        "open_library": parts.library_commands.open_another,
        "move_library": parts.library_commands.move,
        "open_library_folder": handlers.open_library_folder,
        "check_library": parts.dialogs.check_library,
        "back_up": parts.dialogs.back_up,
        "empty_trash": parts.library_commands.empty_trash,
        # Help
        "palette": parts.dialogs.open_palette,
        "shortcuts": parts.dialogs.open_shortcuts,
        "log_folder": handlers.open_log_folder,
        "about": partial(parts.dialogs.open_settings, "about"),
    }
