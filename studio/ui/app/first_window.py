"""Show the window's first screen before the loop runs, then load everything else.

Until the loop runs, spawned coroutines wait (`tasks.hold`).
"""

from __future__ import annotations

import importlib
import linecache
import os
import sys
import time

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from studio.common import i18n
from studio.ui.app import end_signals
from studio.ui.app.first_screen import FirstScreen
from studio.ui.app.startup import Startup
from studio.ui.app.window_session import WindowSession, begin_window_session
from studio.ui.style.qt_style import STYLE
from studio.ui.support import formatting, monitor_profile, tasks
from studio.ui.widgets import focus_ring
from studio.ui.widgets.accessible import ListEntryTeller

_PAINT = 1.0
"""Timeout for painting the first screen, in seconds; the start then continues anyway."""

_LOOK = 0.001
"""Seconds between two checks for whether the first screen is painted."""

_FURNITURE = (
    "studio.ui.style.icons", "studio.ui.widgets.accessible", "studio.ui.widgets.buttons",
    "studio.ui.widgets.menu", "studio.ui.widgets.chip", "studio.ui.widgets.message_bar",
    "studio.ui.widgets.number_controls", "studio.ui.widgets.toast",
    "studio.ui.support.drag_and_drop",
    "studio.ui.views.gallery.new_items", "studio.domain.models",
    "studio.ui.panels.composer.prompt_colours",
    "studio.ui.panels.composer.slots", "studio.ui.panels.composer.aspect_picker",
    "studio.ui.panels.composer.choices", "studio.ui.panels.composer.generate_button",
    "studio.ui.panels.composer.card", "studio.ui.panels.composer.dock",
    "studio.ui.panels.composer.composer", "studio.ui.widgets.search_field",
    "studio.ui.window.top_bar", "studio.ui.panels.sidebar.sidebar", "studio.ui.panels.inspector",
    "studio.ui.controllers.pictures", "studio.ui.controllers.import_",
    "studio.ui.controllers.collections",
    "studio.ui.app.window_builder",
)  # fmt: skip
_AFTER = (
    "concurrent.futures.thread", "logging.handlers", "qasync",
    "studio.ui.app.main_loop",
)  # fmt: skip
"""Modules loaded one by one after the first screen; the window stays responsive in between."""


def run(startup: Startup) -> int:
    """Run until the window is closed; returns the exit code."""
    app = _application()
    end_signals.note(startup.asked_to_end)
    session = _show(app, startup, startup.first) if startup.first is not None else None
    _load_the_rest(app, session)
    # The loop comes last: nothing is awaited until the first screen is shown.
    from studio.ui.app import main_loop

    return main_loop.run(app, startup, session)


def _application() -> QApplication:
    # Wayland finds the icon by this name; in a sandbox the entry has the sandbox's name.
    QApplication.setDesktopFileName(os.environ.get("FLATPAK_ID", "gridbrush"))
    app = QApplication([sys.argv[0], *STYLE])
    formatting.use_program_language()
    translate_qt(app)
    app.setApplicationName("Gridbrush")
    app.setApplicationDisplayName("Gridbrush")
    # Closing the last window must not stop the loop: a coroutine would wait forever.
    app.setQuitOnLastWindowClosed(False)
    return app


def translate_qt(app: QApplication) -> None:
    """Translate Qt's own texts, such as those of file dialogs, to the program's language.

    English needs no catalogue; in a language without a catalogue from Qt they stay English. Windows
    are laid out in the direction of the language, which Qt would take from its catalogue alone.
    """
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    translator = QTranslator(app)
    if i18n.language() != "en" and translator.load(QLocale(), "qtbase", "_", folder):
        app.installTranslator(translator)
    app.setLayoutDirection(QLocale().textDirection())


def _show(app: QApplication, startup: Startup, first: FirstScreen) -> WindowSession:
    """Build the window and show it with its first pictures, if there are any."""
    first.decode(app.primaryScreen().devicePixelRatio(), monitor_profile.place_of(None))
    tasks.hold()
    session = begin_window_session(app, startup.core)
    session.show_first(first)
    window = session.window
    end = time.monotonic() + _PAINT
    while window.isVisible() and not window.painted and time.monotonic() < end:
        app.processEvents()
        time.sleep(_LOOK)
    return session


def _load_the_rest(app: QApplication, session: WindowSession | None) -> None:
    """Load the remaining modules one by one, so that the window stays responsive."""
    linecache.clearcache()
    for name in _FURNITURE:
        _load(app, name)
    focus_ring.install(app)
    ListEntryTeller(app)
    if session is not None:
        for _step in session.furnish():
            app.processEvents()
    for name in _AFTER:
        _load(app, name)


def _load(app: QApplication, name: str) -> None:
    importlib.import_module(name)
    # PySide6 searches the source of each module for its own name, and Python would cache all
    # sources. Cleared after each module: memory freed only at the end would stay with the process.
    linecache.clearcache()
    app.processEvents()
