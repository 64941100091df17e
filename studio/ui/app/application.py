"""The window's process, up to the loading of Qt."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from typing import Any

from studio.common import i18n, logs, paths
from studio.common.errors import StudioError
from studio.common.i18n import _
from studio.ui.app.startup import Startup, print_line

_NEEDED = ("libGL.so.1", "libEGL.so.1", "libxcb-cursor.so.0")

TURN = 0.0001
"""Longest time in seconds that a thread may hold the interpreter while the window waits for it.

With the default of 5 ms the window freezes for up to 80 ms while a thread reads a hostile response:
the window releases the interpreter at almost every Qt call, and then waits for the thread's turn to
end. With 0.5 ms it still froze for 50 ms on a slow machine.
"""


def run(options: Any) -> int:
    """Open the window and run until it is closed; returns the exit code."""
    # Startup creates about 100,000 long-lived objects; collecting garbage among them is useless.
    # `GcTimer` takes over once the window is shown.
    gc.disable()
    # The window alternates with a thread that reads the first screen and needs only short turns.
    sys.setswitchinterval(TURN)
    i18n.install(paths.resources() / "locale")
    if not _can_show():
        return 1
    # qasync uses the binding it finds.
    os.environ["QT_API"] = "pyside6"
    # Load Qt only now: it aborts without a display, and during its loading a thread reads the first
    # screen (docs/decisions/start.md).
    if options.probe_window:
        # This import loads Qt.
        from studio.ui.app import probe

        return probe.run()
    try:
        where = paths.find(options.home)
    except StudioError as error:
        print_line(f"{error} {error.hint}".strip())
        return error.exit_code
    logs.buffer_logs()
    startup = Startup(options, where)
    # This import loads Qt, in parallel with the thread that reads the first pictures.
    from studio.ui.app import first_window

    return first_window.run(startup)


def _can_show() -> bool:
    """Whether Qt can open a window here; prints the reason if not, instead of letting Qt abort."""
    asked = sys.platform == "linux" and not os.environ.get("QT_QPA_PLATFORM")
    return not asked or _has_display()


def _has_display() -> bool:
    if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        print_line(_("No display found. `gridbrush generate PROMPT` works without one."))
        return False
    for library in _NEEDED:
        try:
            ctypes.CDLL(library)
        except OSError:
            print_line(
                # Translators: {name} is a library such as libEGL.so.1.
                _(
                    "The system library {name} is missing. "
                    "Install it with your package manager; in a checkout, `make run` installs it."
                ).format(name=library)
            )
            return False
    return True
