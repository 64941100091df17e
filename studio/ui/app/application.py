"""The window's process, up to where Qt is loaded."""

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
"""Seconds a thread may keep Python to itself while the window waits for it.

The usual 5 ms make the window stand still for up to 80 ms while a hostile answer is read: each time
it needs Python back it waits for the reader's turn to end, and it lets go of Python at almost every
call of Qt. With 0.5 ms it still stood for 50 ms on a slow machine.
"""


def run(options: Any) -> int:
    """Open the window and stay until it is closed; the exit code."""
    # A start makes a hundred thousand objects that stay: looking for garbage among them is in vain.
    # `GcTimer` takes over once the window is there.
    gc.disable()
    # Two threads take turns: the one that reads the first screen only ever needs a moment.
    sys.setswitchinterval(TURN)
    i18n.install(paths.resources() / "locale")
    if not _can_show():
        return 1
    # qasync takes the binding it finds.
    os.environ["QT_API"] = "pyside6"
    # Qt is loaded now, and not before: it aborts where there is no display, and while it is being
    # loaded a thread reads the first screen (docs/decisions/start.md).
    if options.probe_window:
        # It loads Qt.
        from studio.ui.app import probe

        return probe.run()
    try:
        where = paths.find(options.home)
    except StudioError as error:
        print_line(f"{error} {error.hint}".strip())
        return error.exit_code
    logs.buffer_logs()
    startup = Startup(options, where)
    # It loads Qt, beside the thread that reads the first pictures.
    from studio.ui.app import first_window

    return first_window.run(startup)


def _can_show() -> bool:
    """Whether Qt can open a window here; says what is missing, for it would abort instead."""
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
                    "Install it with your package manager; in a checkout, `make run` does."
                ).format(name=library)
            )
            return False
    return True
