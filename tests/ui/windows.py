"""The program's window in a test: on a real core, furnished, and put away again."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QApplication

from studio.app.core import Core, Options
from studio.common import paths
from studio.domain import prompt_variants, runs
from studio.domain.drafts import Draft
from studio.domain.entities import Picture
from studio.domain.events import Event
from studio.ui.style import theme
from studio.ui.support import tasks
from studio.ui.window.main_window import StudioWindow

PROMPT = "Lighthouse in first snow"

PATIENCE = 60.0
"""Seconds after which what is waited for will not come; less than a test may take."""


@contextlib.asynccontextmanager
async def opened(
    home: Path,
    *,
    width: int = 1440,
    options: Options | None = None,
    key: str | None = None,
    files: tuple[Path, ...] = (),
) -> AsyncIterator[StudioWindow]:
    """A window whose first rows are read; without `options` the offline painter is behind it.

    `key` is what the environment has, `files` are what the program was started with.
    """
    environ = {"GRIDBRUSH_API_KEY": key} if key else {}
    core = await Core.open(paths.find(home), options, environ=environ)
    window = built(core)
    window.restore()
    for _step in window.furnish():
        pass
    window.given_files = [*files]
    window.resize(width, 900)
    try:
        await window.open()
        window.resize(width, 900)
        await until(core, lambda: window.browsing.order is not None, "rows")
        yield window
    finally:
        await put_away(window)


def built(core: Core) -> StudioWindow:
    """The window as its constructor leaves it, in the dark theme."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.install(app, "dark")
    return StudioWindow(core)


async def put_away(window: StudioWindow) -> None:
    """End it as the program does, and the core behind it."""
    window.save_state_now()
    # As in the program: what comes late asks nothing of a library that is closed.
    tasks.hold()
    await window.settle()
    await window.core.close()
    tasks.drop()
    window.hide()
    window.deleteLater()
    await asyncio.sleep(0)


def _ring(bell: asyncio.Event, _event: Event) -> None:
    bell.set()


async def until(core: Core, condition: Callable[[], object], what: str) -> None:
    """Wait until events have made the condition true; fails with `what` when they never do."""
    loop = asyncio.get_running_loop()
    end_by = loop.time() + PATIENCE
    while not condition():
        assert loop.time() < end_by, what
        heard = asyncio.Event()
        end = core.events.subscribe(partial(_ring, heard))
        try:
            async with asyncio.timeout(0.05):
                await heard.wait()
        except TimeoutError:
            QApplication.sendPostedEvents()
        finally:
            end()


async def make(
    window: StudioWindow, prompt: str = PROMPT, count: int = 1, tiles: int = 0
) -> list[Picture]:
    """Pictures made as the user does, as they stand in the grid: `tiles`, or `count` of them."""
    core = window.core
    before = window.model.rowCount()
    model = core.catalogue.find("sketch", "sketch")
    draft = Draft(prompt=prompt, size="512", count=count, seed=1)
    await core.submit(runs.plan(draft, model, prompt_variants.expand(prompt)))
    await core.queue.idle()
    wanted = before + (tiles or count)
    await until(core, lambda: window.model.rowCount() == wanted, "tiles")
    return await core.library.pictures(window.browsing.order)
