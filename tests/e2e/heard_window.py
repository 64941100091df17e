"""A window that is alive when its process ends, as after an error, while a reader listens.

python -m tests.e2e.heard_window HOME
"""

from __future__ import annotations

import asyncio
import gc
import sys
from pathlib import Path

from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QApplication

from studio.app.core import Core
from studio.common import paths
from studio.ui.app.event_loop import WindowLoop
from studio.ui.app.window_session import WindowSession
from studio.ui.style import theme
from studio.ui.style.qt_style import STYLE
from studio.ui.window.main_window import StudioWindow


async def _show(app: QApplication, home: Path) -> None:
    """Show it, and let Qt ask for the interface of every widget."""
    core = await Core.open(paths.find(str(home)), environ={})
    theme.install(app, "dark")
    session = WindowSession(core, StudioWindow(core))
    session.restore()
    await session.open()
    assert QAccessible.isActive()
    for widget in app.allWidgets():
        QAccessibleEvent(widget, QAccessible.Event.NameChanged).uniqueId()
    session.save_state_now()
    await session.save_state()
    await core.close()
    session.window.hide()


if __name__ == "__main__":
    # As in the program.
    gc.disable()
    app = QApplication([sys.argv[0], *STYLE])
    app.setQuitOnLastWindowClosed(False)
    with asyncio.Runner(loop_factory=lambda: WindowLoop(app)) as runner:
        runner.run(_show(app, Path(sys.argv[1])))
