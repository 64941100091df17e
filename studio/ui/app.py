"""The window's process: QApplication, qasync, hooks, the stop event and the orderly end.

The only place that knows the loop. Nothing may be awaited after the loop was stopped, so the window
closes by setting an event that `_live` waits for, and everything is closed in its `finally`.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import linecache
import logging
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from studio import logs, paths, words
from studio.errors import LibraryLocked, StudioError
from studio.words import _

if TYPE_CHECKING:
    from studio.core import Core

log = logging.getLogger(__name__)

_NEEDED = ("libGL.so.1", "libEGL.so.1", "libxcb-cursor.so.0")
_GRACE = 10.0
"""Seconds everything has to close in before the process ends all the same."""


def run(options: Any) -> int:
    """Open the window and stay until it is closed; the exit code."""
    # A start makes a hundred thousand objects that stay: looking for garbage among them is in vain.
    # `Garbage` takes over once the window is there.
    gc.disable()
    words.install(paths.resources() / "locale")
    if not _can_show():
        return 1
    _load_core()
    # PySide6 must be imported before qasync, which takes the binding it finds.
    os.environ["QT_API"] = "pyside6"
    from PySide6.QtWidgets import QApplication

    _no_features()
    if options.probe_window:
        return _probe()
    try:
        where = paths.find(options.home)
    except StudioError as error:
        _say(str(error))
        return error.exit_code
    end_logs = logs.install(where, options.log_level.upper())
    QApplication.setDesktopFileName("gridbrush")
    app = QApplication([sys.argv[0]])
    app.setApplicationName("Gridbrush")
    app.setApplicationDisplayName("Gridbrush")
    # Closing the last window must not stop the loop: a coroutine would wait for ever.
    app.setQuitOnLastWindowClosed(False)
    from qasync import QEventLoop

    try:
        with asyncio.Runner(loop_factory=lambda: QEventLoop(app)) as runner:
            return runner.run(_live(app, options, where))
    except KeyboardInterrupt:
        return 130
    finally:
        end_logs()


def _load_core() -> None:
    """Import what is free of Qt first: every import that comes after PySide6 costs more.

    PySide6 reads the source of each module imported after it, to see whether that module asks for
    one of its features (docs/decisions/start.md).
    """
    importlib.import_module("studio.core")


def _no_features() -> None:
    """Tell PySide6 that no module here uses its features, so that it need not read them."""
    known = getattr(sys.modules.get("PySide6.support.feature"), "pyside_feature_dict", {})
    for name in list(sys.modules):
        known.setdefault(name, 0)
    here = Path(__file__).parents[1]
    for folder, _folders, names in os.walk(here):
        package = ".".join(("studio", *Path(folder).relative_to(here).parts))
        known[package] = 0
        known.update((f"{package}.{name[:-3]}", 0) for name in names if name.endswith(".py"))
    # What it read before would stay in memory.
    linecache.clearcache()


def _can_show() -> bool:
    """Whether Qt can open a window here; says what is missing, for it would abort instead."""
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM"):
        return True
    if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        _say(_("There is no display. `gridbrush generate PROMPT` works without one."))
        return False
    import ctypes

    for library in _NEEDED:
        try:
            ctypes.CDLL(library)
        except OSError:
            _say(
                _("The system library {name} is missing; `make run` says how to get it.").format(
                    name=library
                )
            )
            return False
    return True


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


def _probe() -> int:
    """Make a hidden window, for the self-test: says which platform plugin served."""
    from PySide6.QtGui import QGuiApplication
    from PySide6.QtWidgets import QApplication, QWidget

    app = QApplication([sys.argv[0]])
    window = QWidget()
    window.winId()
    sys.stdout.write(f"{QGuiApplication.platformName()}, {app.primaryScreen().name()}\n")
    return 0


async def _live(app: Any, options: Any, where: paths.Paths) -> int:
    from studio.core import Core
    from studio.core import Options as CoreOptions
    from studio.credentials import own_environment

    stop = asyncio.Event()
    _listen_for_the_end(stop)
    chosen = CoreOptions(
        provider=options.provider, base_url=options.base_url, anyway=options.anyway
    )
    environ = own_environment()
    while True:
        try:
            core = await Core.open(where, chosen, environ=environ)
            break
        except StudioError as error:
            if isinstance(error, LibraryLocked) and await _raised(where):
                return 0
            if not await _open_anyway(app, error, stop):
                return error.exit_code
            chosen = replace(chosen, anyway=True)
    return await _window(app, core, stop)


async def _raised(where: paths.Paths) -> bool:
    from studio import instance

    return await instance.ask_to_raise(_library_folder(where))


def _library_folder(where: paths.Paths) -> Any:
    from studio.core import Core
    from studio.core import Options as CoreOptions

    core = Core(where, CoreOptions())
    core.settings.load()
    return core.library_folder


async def _window(app: Any, core: Core, stop: asyncio.Event) -> int:
    from studio import instance
    from studio.ui import tasks, theme
    from studio.ui.garbage import Garbage
    from studio.ui.main_window import StudioWindow

    theme.install(app, theme.choice_of(core.settings.value.theme))
    window = StudioWindow(core)
    hooks = _Hooks(window)
    hooks.install()
    window.closed.connect(stop.set)
    app.commitDataRequest.connect(window.on_session_ends)
    bell = None
    try:
        await window.open()
        garbage = Garbage(app)
        try:
            with contextlib.suppress(OSError, StudioError):
                bell = await instance.serve(core.library.folder, window.raise_window)
            await stop.wait()
        finally:
            garbage.stop()
        return 0
    finally:
        hooks.remove()
        window.save_state_now()
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
        window.hide()
        window.deleteLater()


async def _open_anyway(app: Any, error: StudioError, stop: asyncio.Event) -> bool:
    """The program cannot open its library: say so in a window; whether the user insists."""
    from studio.ui import theme
    from studio.ui.start_trouble import StartTrouble

    _say(str(error))
    theme.install(app, "system")
    dialog = StartTrouble(error)
    dialog.finished.connect(stop.set)
    dialog.open()
    await stop.wait()
    if dialog.anyway:
        stop.clear()
    return dialog.anyway


def _listen_for_the_end(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop.set)
        except (NotImplementedError, RuntimeError):
            # Windows has no such handlers; closing the console ends the program there.
            signal.signal(number, lambda *_args: loop.call_soon_threadsafe(stop.set))


class _Hooks:
    """Whatever nobody expected goes to one place: the log, and a sentence in the window."""

    def __init__(self, window: Any) -> None:
        self._window = window
        self._former = sys.excepthook

    def install(self) -> None:
        from studio.ui import tasks

        sys.excepthook = self._on_exception
        tasks.on_error(self._window.talking.on_error)
        asyncio.get_running_loop().set_exception_handler(self._on_loop)

    def remove(self) -> None:
        from studio.ui import tasks

        sys.excepthook = self._former
        tasks.on_error(None)

    def _on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._former(kind, error, trace)
            return
        log.error("An unforeseen error", exc_info=(kind, error, trace))
        self._window.talking.on_error(error)

    def _on_loop(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        log.error("The loop reports: %s", context.get("message"), exc_info=error)
        if error is not None:
            self._window.talking.on_error(error)
