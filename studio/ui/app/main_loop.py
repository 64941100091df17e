"""Main loop: core, window, exception hooks, stop event and shutdown.

The only module that runs the loop. Nothing may be awaited after it was stopped, so closing the
window sets an event that `_stay` waits for, and its `finally` closes everything.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable
from functools import partial

from PySide6.QtCore import qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from studio.app import drift, instance, maintenance
from studio.app import session as sessions
from studio.app.core import Core
from studio.app.crash_reports import CrashFile
from studio.app.export import copy_cache
from studio.common import log_files, terminal
from studio.common.errors import LibraryLocked, StudioError
from studio.ui.app import end_signals
from studio.ui.app.event_loop import WindowLoop
from studio.ui.app.exception_hooks import ExceptionHooks
from studio.ui.app.gc_timer import GcTimer
from studio.ui.app.startup import Startup, print_line
from studio.ui.app.system_motion import SystemMotion
from studio.ui.app.window_session import WindowSession, begin_window_session
from studio.ui.dialogs.start_error import StartErrorDialog
from studio.ui.style import theme
from studio.ui.support import tasks

log = logging.getLogger(__name__)

_GRACE = 10.0
"""Seconds for an orderly shutdown before the process ends anyway."""

_AT_REST = 2.0
"""Seconds until a start counts as complete, and optional modules may be loaded."""


def run(app: QApplication, startup: Startup, shown: WindowSession | None) -> int:
    """Run until the window is closed; returns the exit code. `shown` is None without a window."""
    terminal.guard()
    end_logs = log_files.install(startup.where, startup.options.log_level.upper())
    # Qt's messages may contain file names, so they go where our own messages go.
    qInstallMessageHandler(_pass_on)
    try:
        with asyncio.Runner(loop_factory=lambda: WindowLoop(app)) as runner:
            return runner.run(_live(app, startup, shown))
    except KeyboardInterrupt:
        return 130
    finally:
        qInstallMessageHandler(None)
        end_logs()


def _pass_on(_kind: object, _context: object, text: str) -> None:
    print_line(text)


async def _live(app: QApplication, startup: Startup, shown: WindowSession | None) -> int:
    stop = asyncio.Event()
    end_signals.listen(stop)
    if startup.asked_to_end:
        stop.set()
    while startup.trouble is not None:
        error = startup.trouble
        await startup.core.close()
        if isinstance(error, LibraryLocked) and await _raised(startup):
            return 0
        if not await _open_anyway(app, error, stop):
            return error.exit_code
        startup.begin_again(anyway=True)
    try:
        await startup.core.open_library()
    except StudioError as error:
        await startup.core.close()
        # The draft did not cause the failure: the next start may restore it.
        await asyncio.to_thread(startup.core.draft.restored)
        tasks.drop()
        if shown is not None:
            shown.window.hide()
        await _open_anyway(app, error, stop)
        return error.exit_code
    session = shown or begin_window_session(app, startup.core)
    for _step in session.furnish():
        pass
    session.given_files = startup.options.files
    return await _watched(startup.core, _stay(app, startup.core, session, stop))


async def _raised(startup: Startup) -> bool:
    """Whether another Gridbrush on this machine has the library open, and showed its window."""
    return await instance.ask_to_raise(startup.core.library_folder, files=startup.options.files)


async def _stay(app: QApplication, core: Core, session: WindowSession, stop: asyncio.Event) -> int:
    """Run the window on an open core, until it is closed."""
    window = session.window
    hooks = ExceptionHooks(session.built.messages_controller.on_error)
    hooks.install()
    window.closed.connect(stop.set)
    if window.closing:
        stop.set()
    app.commitDataRequest.connect(window.on_session_ends)
    bell = None
    try:
        tasks.start_waiting()
        await session.open()
        SystemMotion(app).start()
        tasks.spawn(_later(session))
        garbage = GcTimer(app)
        try:
            with contextlib.suppress(OSError, StudioError):
                bell = await instance.serve(
                    core.library.folder,
                    window.raise_window,
                    on_files=session.take_files,
                    work=partial(_take_work, core),
                )
            await stop.wait()
        finally:
            garbage.stop()
        return 0
    finally:
        hooks.remove()
        session.save_state_now()
        # Start nothing new: a late tile must not query a closed library.
        tasks.hold()
        tasks.cancel_all()
        if bell is not None:
            await bell.close()
        try:
            async with asyncio.timeout(_GRACE):
                await tasks.wait_for_records(_GRACE / 2)
                await session.save_state()
                await core.close()
        except TimeoutError:
            log.error("Closing took too long; the journal has what was under way")
        tasks.drop()
        window.hide()
        window.deleteLater()


async def _watched(core: Core, staying: Awaitable[int]) -> int:
    """Run until the window is closed; record any other end for the next start."""
    making = asyncio.create_task(asyncio.to_thread(CrashFile, core.paths.log_folder))
    try:
        code = await staying
    except Exception as error:
        with contextlib.suppress(OSError):
            (await making).note(error)
        raise
    with contextlib.suppress(OSError):
        (await making).close()
        await asyncio.to_thread(sessions.end_session, core.paths.window_file.parent)
    return code


async def _later(session: WindowSession) -> None:
    """Run background work once the start is complete."""
    await asyncio.sleep(_AT_REST)
    await look_after(session)


async def look_after(session: WindowSession) -> None:
    """Report a crash, resume emptying the trash, remove old copies, then maintain the library."""
    await go_on(session)
    await session.built.dialogs.tell_of_crash()
    await session.built.library_commands.emptier.resume()
    await asyncio.to_thread(copy_cache.remove_old, session.core.paths.copies_folder)
    tasks.spawn(drift.keep_measuring(session.core))
    await maintenance.run(session.core)


async def go_on(session: WindowSession) -> None:
    """After a crash, continue the crashed session as "This session", with its pictures."""
    core = session.core
    try:
        folder = core.paths.window_file.parent
        began = await asyncio.to_thread(sessions.begin_session, folder, core.session_start)
    except StudioError as error:
        log.warning("No note could be taken of this session: %s", error)
        return
    if began < core.session_start:
        core.session_start = began
        session.browsing.begin_earlier()


async def _take_work(
    core: Core, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Serve a command line of this user, for which this process owns the library."""
    # Imported late: half of all modules of the main loop, used in few sessions.
    from studio.remote.server import RemoteServer

    await RemoteServer(core).answer(reader, writer)


async def _open_anyway(app: QApplication, error: StudioError, stop: asyncio.Event) -> bool:
    """Show that the library cannot be opened; returns whether the user opens it anyway."""
    print_line(str(error))
    theme.install(app, "system")
    dialog = StartErrorDialog(error)
    dialog.finished.connect(stop.set)
    dialog.open()
    await stop.wait()
    if dialog.anyway:
        stop.clear()
    return dialog.anyway
