"""Session of one window, from its saved state to its end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QApplication

from studio.app.core import Core
from studio.common.errors import StudioError
from studio.domain.drafts import Draft
from studio.ui.app.first_screen import FIRST_PICTURES, FirstScreen
from studio.ui.controllers.library_view import LibraryViewController
from studio.ui.style import qt_style, theme
from studio.ui.support.screen_colours import screen_colours
from studio.ui.support.tasks import spawn
from studio.ui.window import layout, window_state
from studio.ui.window.main_window import StudioWindow

if TYPE_CHECKING:
    from studio.ui.app.window_builder import WindowBuilder
    from studio.ui.controllers.layout_saver import LayoutSaver

log = logging.getLogger(__name__)

_PATIENCE = 0.3
"""Seconds the window waits for its first tiles."""


def begin_window_session(app: QApplication, core: Core) -> WindowSession:
    """Create a window on a prepared core, with its saved state."""
    settings = core.settings.value
    theme.install(app, theme.choice_of(settings.theme), theme.contrast_of(settings.contrast))
    qt_style.set_motion(qt_style.motion_of(settings.motion))
    session = WindowSession(core, StudioWindow(core))
    session.restore()
    return session


class WindowSession:
    """Opens a window on a core, and closes it.

    Construction has two steps, so that pictures and prompt are shown before the rest is loaded: the
    window with its first screen at once, everything else by `furnish`.

    Attributes:
        left_draft: saved draft of the composer; None if there is none.
        given_files: pictures from the command line.
        built: panels and controllers; set once `furnish` has begun.
    """

    built: WindowBuilder

    def __init__(self, core: Core, window: StudioWindow) -> None:
        self.core = core
        self.window = window
        self.browsing = LibraryViewController(core, window.model, window.gallery, window)
        self.left_draft: Draft | None = None
        self.given_files: Sequence[Path] = ()
        self._place_known = False
        self._broken: StudioError | None = None
        self._furnished = False
        self._unsubscribe: Callable[[], None] | None = None
        self._layout_saving: LayoutSaver | None = None

    # The first screen

    def restore(self) -> None:
        """Restore the saved window and draft, before the window is shown. Blocking."""
        window = self.window
        state, self._broken = window_state.load(self.core.paths.window_file)
        self.left_draft = self.core.draft.begin_restore()
        if self.left_draft is not None:
            window.first_card.editor.replace_text(self.left_draft.prompt)
        window.restore(state)
        narrow = window.width() < layout.RAIL_BELOW
        self._place_known = window.first_card.show_at(state.prompt, narrow=narrow)

    def show_first(self, screen: FirstScreen) -> None:
        """Show pictures and prompt, if known, before the rest is loaded."""
        window = self.window
        pictures = screen.read() if self._place_known else []
        if not pictures:
            return
        self.browsing.begin_with(pictures, whole=not screen.limited, stacks=screen.stacks)
        window.gallery.draw_icons(False)
        window.show()
        # The splitter sets its sizes once shown; the visible tiles are known only then.
        QCoreApplication.sendPostedEvents()
        images = screen.images()
        if screen.screen is not None:
            screen_colours().show_through(screen.screen)
        window.gallery.put_thumbnails(images)
        window.first_card.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def furnish(self) -> Iterator[None]:
        """Create the remaining parts step by step; does nothing on a second call."""
        if self._furnished:
            return
        self._furnished = True
        # Imported after the first paint (docs/decisions/start.md).
        from studio.ui.app.window_builder import WindowBuilder

        self.built = WindowBuilder(self.core, self.window, self.browsing)
        yield from self.built.build(self.left_draft)
        events = self.built.event_router
        self._unsubscribe = self.core.events.subscribe(events.on_core_event)
        self.built.view_options.show_settings()
        events.show_key()
        self.built.current_pictures.show_items(self.window.gallery.selected_items())

    # Running

    async def open(self) -> None:
        """Load the tiles, and show the window if necessary; the core must be open."""
        for _step in self.furnish():
            pass
        tiles = spawn(self.browsing.fill(FIRST_PICTURES))
        if not self.window.isVisible():
            # The window opens with its tiles; a huge library may take a moment longer.
            await tiles.wait_until_ended(_PATIENCE)
            self.window.show()
            self.built.composer.focus_prompt()
        self.window.gallery.on_wishes()
        self.built.event_router.show_key()
        spawn(self._after_start())

    async def _after_start(self) -> None:
        built, core = self.built, self.core
        built.alt_key_filter.watch(self.window.windowHandle())
        built.monitor_colours.start()
        for trouble in (self._broken, core.draft.trouble, core.settings.trouble):
            if trouble is not None:
                built.messages_controller.on_problem(trouble)
        core.library.troubles.publish_problems()
        spawn(built.draft_controller.restored())
        self.take_files(self.given_files)
        built.collections_controller.refresh()
        built.view_options.offer_completion()
        self._layout_saving = built.watch_layout()
        await core.recover()
        await core.keys.check_keyring(core.default_profile)
        built.event_router.show_key()
        if core.settings.value.updates:
            await built.updates.check_for_update()

    def take_files(self, files: Sequence[Path]) -> None:
        """Add files from outside as references, for instance files opened with this program."""
        if files:
            self.built.composer.add_references(files)
            self.built.composer.focus_prompt()

    # Closing

    def save_state_now(self) -> None:
        """Capture the state of the window; `save_state` writes it."""
        self._left = self.window.layout_now()
        self.built.draft_controller.stop()
        self.built.monitor_colours.stop()
        if self._unsubscribe is not None:
            self._unsubscribe()

    async def save_state(self) -> None:
        """Write unsaved data: the draft and the window's state."""
        draft = self.built.composer.draft()
        if self._layout_saving is not None:
            await self._layout_saving.stop_saving()
        try:
            await asyncio.to_thread(self.core.draft.save, draft)
            await asyncio.to_thread(self.core.draft.restored)
            await asyncio.to_thread(window_state.save, self.core.paths.window_file, self._left)
        except StudioError as error:
            log.warning("The window's state was not kept: %s", error)
