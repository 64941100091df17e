"""The window's process: the first screen, then qasync, hooks, the stop event and the orderly end.

The only place that knows the loop. The window is built and shown before there is one, because
asyncio is as much to load as half the window: until it runs, what is started waits (`tasks.hold`).
Nothing may be awaited after the loop was stopped, so the window closes by setting an event that
`_stay` waits for, and everything is closed in its `finally`.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import logging
import os
import sys
import time
from collections.abc import Awaitable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from studio.common import i18n, logs, paths
from studio.common.errors import LibraryLocked, StudioError
from studio.common.i18n import _

if TYPE_CHECKING:
    import asyncio

    from studio.app.core import Core
    from studio.ui.app.first_screen import FirstScreen
    from studio.ui.window.main_window import StudioWindow

log = logging.getLogger(__name__)

_NEEDED = ("libGL.so.1", "libEGL.so.1", "libxcb-cursor.so.0")
_GRACE = 10.0
"""Seconds everything has to close in before the process ends all the same."""

_AT_REST = 2.0
"""Seconds after which a start is over, and what it did not need may be loaded."""

_PAINT = 1.0
"""Seconds the first screen may take to be painted before the start goes on all the same."""

_LOOK = 0.001
"""Seconds between two looks whether it is."""

TURN = 0.0001
"""Seconds a thread may keep Python to itself while the window waits for it.

The usual 5 ms make the window stand still for up to 80 ms while a hostile answer is read: each time
it needs Python back it waits for the reader's turn to end, and it lets go of Python at almost every
call of Qt. With 0.5 ms it still stood for 50 ms on a slow machine.
"""

_FURNITURE = (
    "studio.ui.widgets.focus_ring", "studio.ui.views.gallery.keyboard",
    "studio.ui.views.gallery.tips", "studio.ui.widgets.accessible", "studio.ui.widgets.text",
    "studio.ui.widgets.buttons", "studio.ui.widgets.menu", "studio.ui.widgets.chip",
    "studio.ui.widgets.message_bar", "studio.ui.widgets.stepper", "studio.ui.support.drag_and_drop",
    "studio.ui.panels.composer.slots", "studio.ui.panels.composer.aspect_picker",
    "studio.ui.panels.composer.choices", "studio.ui.panels.composer.generate_button",
    "studio.ui.panels.composer.card", "studio.ui.panels.composer.dock",
    "studio.ui.panels.composer.composer", "studio.ui.widgets.search_field",
    "studio.ui.window.top_bar", "studio.ui.panels.sidebar.sidebar", "studio.ui.panels.inspector",
    "studio.ui.controllers.pictures", "studio.ui.controllers.action_handlers",
    "studio.ui.app.window_builder",
)  # fmt: skip
_AFTER = (
    "subprocess", "socket", "ssl", "concurrent.futures.thread", "logging.handlers", "asyncio",
    "qasync", "studio.common.log_files", "studio.app.instance", "studio.ui.app.exception_hooks",
    "studio.ui.app.gc_timer",
)  # fmt: skip
"""Loaded one by one once the first screen stands; in between the window answers."""


def run(options: Any) -> int:
    """Open the window and stay until it is closed; the exit code."""
    # A start makes a hundred thousand objects that stay: looking for garbage among them is in vain.
    # `Garbage` takes over once the window is there.
    gc.disable()
    # Two threads take turns: the one that reads the first screen only ever needs a moment.
    sys.setswitchinterval(TURN)
    i18n.install(paths.resources() / "locale")
    if not _can_show():
        return 1
    if options.probe_window:
        return _probe()
    try:
        where = paths.find(options.home)
    except StudioError as error:
        _say(f"{error} {error.hint}".strip())
        return error.exit_code
    logs.keep()
    return _Start(options, where).run()


class _Start:
    """One start: what is prepared, shown, made live and closed again."""

    def __init__(self, options: Any, where: paths.Paths) -> None:
        from studio.app.core import Core
        from studio.app.core import Options as CoreOptions
        from studio.config.environment import own_environment
        from studio.ui.app.first_screen import FirstScreen

        self._options = options
        self._where = where
        self._environ = own_environment()
        self._chosen = CoreOptions(
            provider=options.provider,
            base_url=options.base_url,
            anyway=options.anyway,
            trusted=options.trust,
        )
        self._window: StudioWindow | None = None
        self._trouble: StudioError | None = None
        self._first: FirstScreen | None = None
        self._asked_to_end: list[int] = []
        self._core = Core(where, self._chosen, self._environ)
        if self._prepare():
            self._first = FirstScreen(self._core)

    def _prepare(self) -> bool:
        try:
            self._core.prepare()
        except StudioError as error:
            self._trouble = error
        else:
            self._trouble = None
        return self._trouble is None

    def run(self) -> int:
        """Until the window is closed; the exit code."""
        # PySide6 must be imported before qasync, which takes the binding it finds.
        os.environ["QT_API"] = "pyside6"
        from PySide6.QtWidgets import QApplication

        from studio.ui.style.qt_style import STYLE

        # Wayland finds the icon by it; in a sandbox the entry has the sandbox's name.
        QApplication.setDesktopFileName(os.environ.get("FLATPAK_ID", "gridbrush"))
        app = QApplication([sys.argv[0], *STYLE])
        app.setApplicationName("Gridbrush")
        app.setApplicationDisplayName("Gridbrush")
        # Closing the last window must not stop the loop: a coroutine would wait for ever.
        app.setQuitOnLastWindowClosed(False)
        _note_the_end(self._asked_to_end)
        if self._first is not None:
            self._show(app, self._first)
        _load_the_rest(app, self._window)
        from studio.common import terminal

        terminal.guard()
        from studio.common import log_files

        end_logs = log_files.install(self._where, self._options.log_level.upper())
        import asyncio

        from PySide6.QtCore import qInstallMessageHandler

        from studio.ui.app.event_loop import WindowLoop

        # What Qt says may hold the name of a file: it goes where our own words go.
        qInstallMessageHandler(_pass_on)
        try:
            with asyncio.Runner(loop_factory=lambda: WindowLoop(app)) as runner:
                return runner.run(self._live(app))
        except KeyboardInterrupt:
            return 130
        finally:
            qInstallMessageHandler(None)
            end_logs()

    def _show(self, app: Any, first: FirstScreen) -> None:
        """Build the window and show it with its first pictures, if there are any."""
        from studio.ui.support import tasks

        first.decode(app.primaryScreen().devicePixelRatio())
        tasks.hold()
        window = self._build(app)
        window.show_first(first)
        end = time.monotonic() + _PAINT
        while window.isVisible() and not window.painted and time.monotonic() < end:
            app.processEvents()
            time.sleep(_LOOK)

    def _build(self, app: Any) -> StudioWindow:
        from studio.ui.style import theme
        from studio.ui.window.main_window import StudioWindow

        theme.install(app, theme.choice_of(self._core.settings.value.theme))
        self._window = StudioWindow(self._core)
        self._window.restore()
        return self._window

    async def _live(self, app: Any) -> int:
        import asyncio

        from studio.ui.support import tasks

        stop = asyncio.Event()
        _listen_for_the_end(stop)
        if self._asked_to_end:
            stop.set()
        while self._trouble is not None:
            error = self._trouble
            await self._core.close()
            if isinstance(error, LibraryLocked) and await self._raised():
                return 0
            if not await _open_anyway(app, error, stop):
                return error.exit_code
            self._begin_again(anyway=True)
        try:
            await self._core.begin()
        except StudioError as error:
            await self._core.close()
            # The draft was not what ended it.
            await asyncio.to_thread(self._core.draft.restored)
            tasks.drop()
            if self._window is not None:
                self._window.hide()
            await _open_anyway(app, error, stop)
            return error.exit_code
        window = self._window or self._build(app)
        for _step in window.furnish():
            pass
        window.given_files = self._options.files
        return await _watched(self._core, _stay(app, self._core, window, stop))

    def _begin_again(self, *, anyway: bool) -> None:
        from studio.app.core import Core

        self._chosen = replace(self._chosen, anyway=anyway)
        self._core = Core(self._where, self._chosen, self._environ)
        self._prepare()

    async def _raised(self) -> bool:
        """Whether another Gridbrush on this machine has the library, and showed its window."""
        from studio.app import instance

        return await instance.ask_to_raise(self._core.library_folder, files=self._options.files)


def _load_the_rest(app: Any, window: StudioWindow | None) -> None:
    """Step by step, so that the window answers in between."""
    for name in _FURNITURE:
        importlib.import_module(name)
        app.processEvents()
    from studio.ui.support import key_repeat
    from studio.ui.widgets import focus_ring

    focus_ring.install(app)
    key_repeat.watch()
    if window is not None:
        for _step in window.furnish():
            app.processEvents()
    for name in _AFTER:
        importlib.import_module(name)
        app.processEvents()


def _can_show() -> bool:
    """Whether Qt can open a window here; says what is missing, for it would abort instead."""
    asked = sys.platform == "linux" and not os.environ.get("QT_QPA_PLATFORM")
    return not asked or _has_display()


def _has_display() -> bool:
    if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        _say(_("There is no display. `gridbrush generate PROMPT` works without one."))
        return False
    import ctypes

    for library in _NEEDED:
        try:
            ctypes.CDLL(library)
        except OSError:
            _say(
                _(
                    "The system library {name} is missing. "
                    "Install it with your package manager; in a checkout, `make run` does."
                ).format(name=library)
            )
            return False
    return True


def _pass_on(_kind: object, _context: object, text: str) -> None:
    _say(text)


def _say(text: str) -> None:
    from studio.common.terminal import harmless

    sys.stderr.write(harmless(text) + "\n")


def _probe() -> int:
    """Make a hidden window, for the self-test: says which platform plugin served."""
    from PySide6.QtGui import QGuiApplication
    from PySide6.QtWidgets import QApplication, QWidget

    app = QApplication([sys.argv[0]])
    window = QWidget()
    window.winId()
    sys.stdout.write(f"{QGuiApplication.platformName()}, {app.primaryScreen().name()}\n")
    return 0


async def _stay(app: Any, core: Core, window: StudioWindow, stop: asyncio.Event) -> int:
    """The window on an open core, until it is closed."""
    import asyncio
    from functools import partial

    from studio.app import instance
    from studio.ui.app.exception_hooks import Hooks
    from studio.ui.app.gc_timer import Garbage
    from studio.ui.support import tasks

    hooks = Hooks(window.talking.on_error)
    hooks.install()
    window.closed.connect(stop.set)
    if window.closing:
        stop.set()
    app.commitDataRequest.connect(window.on_session_ends)
    bell = None
    try:
        tasks.begin()
        await window.open()
        tasks.spawn(_later(window))
        garbage = Garbage(app)
        try:
            with contextlib.suppress(OSError, StudioError):
                bell = await instance.serve(
                    core.library.folder,
                    window.raise_window,
                    on_files=window.take_files,
                    work=partial(_take_work, core),
                )
            await stop.wait()
        finally:
            garbage.stop()
        return 0
    finally:
        hooks.remove()
        window.save_state_now()
        # Nothing is begun any more: a tile that comes late must not ask a library that is closed.
        tasks.hold()
        for task in tasks.running():
            task.cancel()
        if bell is not None:
            await bell.close()
        try:
            async with asyncio.timeout(_GRACE):
                await window.settle()
                await core.close()
        except TimeoutError:
            log.error("Closing took too long; the journal has what was under way")
        tasks.drop()
        window.hide()
        window.deleteLater()


async def _watched(core: Core, staying: Awaitable[int]) -> int:
    """Until the window is closed; what ends the program otherwise is told at the next start."""
    import asyncio

    from studio.app.crash_reports import CrashFile

    making = asyncio.create_task(asyncio.to_thread(CrashFile, core.paths.log_folder))
    try:
        code = await staying
    except Exception as error:
        with contextlib.suppress(OSError):
            (await making).note(error)
        raise
    from studio.app import session

    with contextlib.suppress(OSError):
        (await making).close()
        await asyncio.to_thread(session.end, core.paths.window_file.parent)
    return code


async def _later(window: StudioWindow) -> None:
    """What nobody waits for, once the window is at rest."""
    import asyncio

    await asyncio.sleep(_AT_REST)
    from studio.ui.dialogs.maintenance import after_start

    await after_start(window)


async def _take_work(
    core: Core, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """A command line of this user has work for the library's owner."""
    from studio.remote.server import Handover

    await Handover(core).answer(reader, writer)


async def _open_anyway(app: Any, error: StudioError, stop: asyncio.Event) -> bool:
    """The program cannot open its library: say so in a window; whether the user insists."""
    from studio.ui.dialogs.start_error import StartTrouble
    from studio.ui.style import theme

    _say(str(error))
    theme.install(app, "system")
    dialog = StartTrouble(error)
    dialog.finished.connect(stop.set)
    dialog.open()
    await stop.wait()
    if dialog.anyway:
        stop.clear()
    return dialog.anyway


def _ends() -> list[int]:
    """The signals that ask for an orderly end."""
    import signal

    numbers = [signal.SIGINT, signal.SIGTERM]
    # The terminal it was started from is closed; who asked that to be ignored (nohup) has it so.
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    return [int(number) for number in numbers]


def _note_the_end(asked: list[int]) -> None:
    """As long as no loop listens: the window stands already, so it has something to save.

    Who asks twice gets the end at once.
    """
    import signal

    def note(number: int, _frame: object) -> None:
        asked.append(number)
        signal.signal(number, signal.SIG_DFL)

    for number in _ends():
        signal.signal(number, note)


def _listen_for_the_end(stop: asyncio.Event) -> None:
    import asyncio
    import signal

    loop = asyncio.get_running_loop()
    for number in _ends():
        try:
            loop.add_signal_handler(number, stop.set)
        except (NotImplementedError, RuntimeError):
            # Windows has no such handlers; closing the console ends the program there.
            signal.signal(number, lambda *_args: loop.call_soon_threadsafe(stop.set))
