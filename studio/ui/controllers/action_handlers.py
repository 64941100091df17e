"""What every action of the table does: one short method each, `on_<name>`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit

from studio.common.errors import InputError
from studio.domain import runs
from studio.domain.drafts import MOST_EDITED
from studio.domain.entities import Picture
from studio.library.query import View
from studio.ui.controllers.pictures import show_files
from studio.ui.support.tasks import spawn
from studio.ui.window import layout, window_state

if TYPE_CHECKING:
    from studio.ui.window.main_window import StudioWindow

TILE_STEP = 32


class Doings:
    """Does actions for one window."""

    def __init__(self, window: StudioWindow) -> None:
        self._window = window

    def find(self, name: str) -> Callable[[], None]:
        """What does the action of that name."""
        if name.startswith("rate_"):
            return partial(self._window.pictures.rate, int(name[-1]))
        found: Callable[[], None] = getattr(self, f"on_{name}")
        return found

    # File

    def on_generate(self) -> None:
        """Generate with what the composer has."""
        self._window.composer.generate_now()

    def on_composer(self) -> None:
        """The keyboard to the prompt."""
        self._window.composer.focus_prompt()

    def on_import_files(self) -> None:
        """Copy pictures from elsewhere into the library."""
        self._window.bringing.choose(folder=False)

    def on_import_folder(self) -> None:
        """Copy a folder of pictures into the library."""
        self._window.bringing.choose(folder=True)

    def on_save_as(self) -> None:
        """Copy the selection where the user says."""
        self._window.pictures.save_as()

    def on_show_in_folder(self) -> None:
        """Show the selection in the file manager."""
        self._window.pictures.show_in_folder()

    def on_settings(self) -> None:
        """Open the settings."""
        self._window.dialogs.open_settings("keys")

    def on_quit(self) -> None:
        """Close the window, and with it the program."""
        self._window.close()

    # Edit

    def on_undo(self) -> None:
        """Undo in the prompt while it has the keyboard, else in the library."""
        if layout.inside(QApplication.focusWidget(), self._window.composer):
            self._window.composer.undo()
        else:
            self._window.pictures.undo()

    def on_redo(self) -> None:
        """Redo where undo would act."""
        if layout.inside(QApplication.focusWidget(), self._window.composer):
            self._window.composer.redo()
        else:
            self._window.pictures.redo()

    def on_changes(self) -> None:
        """Show what was done to the library."""
        self._window.dialogs.open_changes()

    def on_copy(self) -> None:
        """Copy the selection, or the words selected in a text."""
        focus = QApplication.focusWidget()
        if isinstance(focus, (QLineEdit, QPlainTextEdit, QTextEdit)):
            focus.copy()
        else:
            self._window.pictures.copy()

    def on_select_all(self) -> None:
        """Select every picture on show."""
        self._window.gallery.select_everything()

    def on_search(self) -> None:
        """The keyboard to the search field."""
        self._window.top_bar.focus_search()

    # Image

    def on_open(self) -> None:
        """Open the picture in the loupe, or do what a job's tile offers."""
        self._window.gallery.activate_current()

    def on_quick_look(self) -> None:
        """Look at the picture large; the same key goes back."""
        self._window.looking.toggle_loupe()

    def on_edit(self) -> None:
        """Edit from the selected pictures."""
        spawn(self._edit())

    async def _edit(self) -> None:
        # One more than are edited together is enough to say so.
        pictures = await self._window.selection.pictures(MOST_EDITED + 1)
        if len(pictures) == 1:
            self._window.composer.edit(pictures[0])
        elif pictures:
            self._window.composer.edit_many(pictures)

    def on_vary(self) -> None:
        """Make variations of the selected picture."""
        spawn(self._with_one(self._window.talking.vary))

    def on_remix(self) -> None:
        """Everything of the selected picture into the composer."""
        spawn(self._with_one(self._remix))

    def _remix(self, picture: Picture) -> None:
        try:
            draft = runs.again(picture, self._window.composer.draft())
        except InputError as error:
            self._window.talking.on_error(error)
            return
        self._window.composer.remix(draft)

    async def _with_one(self, do: Callable[[Picture], None]) -> None:
        pictures = await self._window.selection.pictures(1)
        if pictures:
            do(pictures[0])

    def on_pick(self) -> None:
        """Pick or unpick."""
        self._window.pictures.pick()

    def on_reject(self) -> None:
        """Reject or take the mark away."""
        self._window.pictures.reject()

    def on_rename(self) -> None:
        """Give the picture a title."""
        self._window.zones.open_inspector(True)
        self._window.inspector.edit_title()

    def on_tag(self) -> None:
        """Set the tags of the selection."""
        from studio.ui.dialogs import tag_popover

        spawn(tag_popover.tag(self._window))

    def on_collect(self) -> None:
        """Put the selection into a collection."""
        from studio.ui.dialogs import tag_popover

        spawn(tag_popover.collect(self._window))

    def on_before(self) -> None:
        """Show what the picture was made from, in the loupe."""
        if not self._window.looking.in_loupe:
            self._window.looking.open_loupe()
        self._window.loupe.show_before(True)

    def on_trash(self) -> None:
        """Move the selection to the trash, put failed jobs away."""
        self._window.pictures.trash()

    def on_restore(self) -> None:
        """Bring the selection back from the trash."""
        self._window.pictures.restore()

    # View

    def on_grid(self) -> None:
        """Show the grid."""
        self._window.looking.close_loupe()

    def on_loupe(self) -> None:
        """Show the loupe."""
        self._window.looking.open_loupe()

    def on_sidebar(self) -> None:
        """Open or close the sidebar."""
        self._window.zones.open_sidebar(not self._window.zones.sidebar_open)

    def on_inspector(self) -> None:
        """Open or close the inspector."""
        self._window.zones.open_inspector(not self._window.zones.inspector_open)

    def on_captions(self) -> None:
        """Captions under the tiles, or none."""
        settings = self._window.core.settings
        settings.change(captions=not settings.value.captions)

    def on_hide_rejected(self) -> None:
        """Hide rejected pictures, or show them."""
        settings = self._window.core.settings
        settings.change(hide_rejected=not settings.value.hide_rejected)

    def on_larger_tiles(self) -> None:
        """Larger tiles, or zoom in the loupe."""
        self._resize(TILE_STEP)

    def on_smaller_tiles(self) -> None:
        """Smaller tiles, or zoom out in the loupe."""
        self._resize(-TILE_STEP)

    def _resize(self, step: int) -> None:
        window = self._window
        if window.looking.in_loupe:
            (window.loupe.zoom_in if step > 0 else window.loupe.zoom_out)()
            return
        tile = min(512, max(96, window.gallery.tile_size + step))
        window.core.settings.change(tile=tile)

    def on_go_to_date(self) -> None:
        """Go to the pictures of a day, a month or a year."""
        from studio.ui.dialogs import date_popover

        spawn(date_popover.ask(self._window))

    def on_full_screen(self) -> None:
        """The whole screen, or back."""
        window_state.turn_full_screen(self._window)

    def on_next_zone(self) -> None:
        """The keyboard to the next zone that is in sight."""
        places = self._window.focus_places()
        focus = QApplication.focusWidget()
        here = next((n for n, (zone, _go) in enumerate(places) if layout.inside(focus, zone)), -1)
        for step in range(1, len(places) + 1):
            zone, go = places[(here + step) % len(places)]
            go()
            # An inspector with nothing to show takes no keyboard: on to the next.
            if layout.inside(QApplication.focusWidget(), zone):
                return

    # Library

    def on_all_images(self) -> None:
        """Show all images."""
        self._window.show_shelf(View.ALL)

    def on_this_session(self) -> None:
        """Show this session."""
        self._window.show_shelf(View.SESSION)

    def on_picks(self) -> None:
        """Show the picks."""
        self._window.show_shelf(View.PICKS)

    def on_failed(self) -> None:
        """Show what failed."""
        self._window.show_shelf(View.FAILED)

    def on_trash_shelf(self) -> None:
        """Show the trash."""
        self._window.show_shelf(View.TRASH)

    def on_new_collection(self) -> None:
        """Make a collection of the selection."""
        self._window.shelving.on_new()

    def on_save_search(self) -> None:
        """Keep what is looked for as a collection."""
        self._window.shelving.on_save_search()

    def on_history(self) -> None:
        """Choose an earlier prompt."""
        self._window.dialogs.on_history_requested()

    def on_pause_queue(self) -> None:
        """Send nothing new, or go on."""
        queue = self._window.core.queue
        queue.pause(on=not queue.paused)

    def on_retry_failed(self) -> None:
        """Try again everything that failed in this session; asks where that may cost much."""
        from studio.ui.controllers import retry

        retry.ask_or_retry(self._window)

    def on_cancel_all(self) -> None:
        """Stop every job."""
        self._window.core.queue.cancel_all()

    def on_open_library(self) -> None:
        """Choose another library; a new start opens it."""
        from studio.ui.dialogs import open_library

        spawn(open_library.choose(self._window))

    def on_move_library(self) -> None:
        """Choose where the library shall lie; asks, moves it and begins again there."""
        from studio.ui.dialogs import relocate_library

        spawn(relocate_library.choose(self._window))

    def on_open_library_folder(self) -> None:
        """Open the folder of the originals."""
        folder = self._window.core.library.folder
        from studio.ui.support import desktop_services

        desktop_services.open_folder(folder)

    # Help

    def on_menu(self) -> None:
        """Open the menu of the window."""
        self._window.on_menu_requested(self._window.top_bar.menu_point())

    def on_palette(self) -> None:
        """Find an action or a prompt by typing."""
        self._window.dialogs.open_palette()

    def on_shortcuts(self) -> None:
        """Show all shortcuts."""
        self._window.dialogs.open_shortcuts()

    def on_check_library(self) -> None:
        """Read every original again and say what was found."""
        self._window.dialogs.check_library()

    def on_empty_trash(self) -> None:
        """Delete what is in the trash for good; asks first."""
        from studio.ui.dialogs import empty_trash

        spawn(empty_trash.ask(self._window))

    def on_back_up(self) -> None:
        """Everything into one file."""
        self._window.dialogs.back_up()

    def on_log_folder(self) -> None:
        """Open the folder of the logs."""
        show_files([self._window.core.paths.log_folder / "gridbrush.log"])

    def on_about(self) -> None:
        """Version and licences."""
        self._window.dialogs.open_settings("about")
