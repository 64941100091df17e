"""A window in a process of its own, for measurements: opened and closed as the program does it."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import io
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from PySide6.QtWidgets import QApplication

from studio.app.core import Core
from studio.common import paths
from studio.ui.app.event_loop import WindowLoop
from studio.ui.app.window_session import WindowSession
from studio.ui.style import theme
from studio.ui.style.qt_style import STYLE
from studio.ui.window.main_window import StudioWindow
from tests.desktop.session import Session

SIZE = 1440, 900


@dataclass(frozen=True, slots=True)
class OwnWindow:
    """The window and what is behind it."""

    core: Core
    window: StudioWindow
    session: WindowSession


def measured(module: str, folder: Path, pictures: Path, *, patience: float) -> dict[str, Any]:
    """What a module prints as JSON, run on a display of its own with a home and these pictures.

    `patience`: seconds until it has to be over.
    """
    with Session(folder / "session") as session:
        session.start_display(f"{SIZE[0]}x{SIZE[1]}")
        words: list[str | Path] = [sys.executable, "-m", module, folder / "home", pictures]
        process = session.start(words, stdout=subprocess.PIPE)
        assert process.stdout is not None
        found: dict[str, Any] = json.loads(process.stdout.readline())
        process.wait(patience)
    return found


def run(measure: Callable[[QApplication], Coroutine[Any, Any, None]]) -> int:
    """Run a measurement on the loop of a window."""
    # As the program does it.
    gc.disable()
    app = QApplication([sys.argv[0], *STYLE])
    app.setQuitOnLastWindowClosed(False)
    with asyncio.Runner(loop_factory=lambda: WindowLoop(app)) as runner:
        runner.run(measure(app))
    return 0


@contextlib.asynccontextmanager
async def opened(app: QApplication, home: Path, pictures: Path) -> AsyncIterator[OwnWindow]:
    """The window, which begins to import these pictures."""
    core = await Core.open(paths.find(home), environ={})
    theme.install(app, "dark")
    window = StudioWindow(core)
    session = WindowSession(core, window)
    session.restore()
    for _step in session.furnish():
        pass
    await session.open()
    window.resize(*SIZE)
    session.built.import_controller.import_paths(sorted(pictures.iterdir()))
    yield OwnWindow(core, window, session)
    session.save_state_now()
    await session.save_state()
    await core.close()
    window.hide()


async def until(condition: Callable[[], bool], patience: float) -> None:
    """Wait until it holds. Raises TimeoutError after `patience` seconds."""
    began = time.perf_counter()
    while not condition():
        if time.perf_counter() - began > patience:
            raise TimeoutError(condition)
        await asyncio.sleep(0.01)


def write_distinct(folder: Path, side: int, number: int, *, grain: int = 1) -> None:
    """Write JPEGs with the same pixels, and a number in a comment of each.

    `grain`: pixels of a speck of the noise.
    """
    noise = Image.effect_noise((side // grain, side // grain), 60).resize((side, side))
    made = io.BytesIO()
    Image.merge("RGB", (noise, noise.rotate(90), noise.rotate(180))).save(made, "JPEG", quality=88)
    data = made.getvalue()
    for each in range(number):
        comment = f"{each:04}".encode()
        marker = b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment
        (folder / f"{each:04}.jpg").write_bytes(data[:2] + marker + data[2:])
