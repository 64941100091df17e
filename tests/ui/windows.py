"""The program's window in a test: on a real core, built completely and closed again."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication, QWidget

from studio.app.core import Core
from studio.app.core_options import CoreOptions, SharedParts
from studio.common import paths
from studio.domain import prompt_variants, runs
from studio.domain.drafts import Draft
from studio.domain.entities import Picture
from studio.domain.events import Event
from studio.library.query import View
from studio.ui.app.first_screen import FirstScreen
from studio.ui.app.window_builder import WindowBuilder
from studio.ui.app.window_session import WindowSession
from studio.ui.controllers.budget import BudgetController
from studio.ui.controllers.collections import CollectionsController
from studio.ui.controllers.draft import DraftController
from studio.ui.controllers.event_router import EventRouter
from studio.ui.controllers.go_to_date import DateNavigation
from studio.ui.controllers.import_ import ImportController
from studio.ui.controllers.item_actions import ItemActions
from studio.ui.controllers.jobs import JobsController
from studio.ui.controllers.messages import MessagesController
from studio.ui.controllers.notifications import Notifier
from studio.ui.controllers.pictures import PicturesController
from studio.ui.controllers.selection import SelectionController
from studio.ui.controllers.variations import Variations
from studio.ui.controllers.view_options import ViewOptionsController
from studio.ui.controllers.view_switch import ViewSwitch
from studio.ui.dialogs.launcher import DialogLauncher
from studio.ui.dialogs.missing_file import MissingFiles
from studio.ui.dialogs.open_library import LibraryOpener
from studio.ui.dialogs.quit import QuitSequence
from studio.ui.dialogs.relocate_library import LibraryMover
from studio.ui.style import theme
from studio.ui.support import tasks
from studio.ui.views.compare import CompareView
from studio.ui.views.duel import DuelView
from studio.ui.views.empty_state import EmptyState
from studio.ui.views.loupe import Loupe
from studio.ui.views.pick import PickView
from studio.ui.views.tree import TreeView
from studio.ui.views.welcome import Welcome
from studio.ui.widgets.menu import Menu
from studio.ui.widgets.toast import Toast
from studio.ui.window.actions import Actions
from studio.ui.window.alt_key import AltKeyFilter
from studio.ui.window.main_window import StudioWindow
from tests.shared_parts import SHARED

PROMPT = "Lighthouse in first snow"

PATIENCE = 60.0
"""Seconds after which what is waited for will not come; less than a test may take."""

LOOK_AGAIN = 0.02
"""Seconds between two looks at what no event tells."""

DELAYED = {"Looking._mark_seen"}
"""Coroutines that wait for a time: they change tiles of the grid, and nothing that is looked at."""


class OpenedWindow(StudioWindow):
    """The program's window with all that is behind it at hand."""

    actions_of: Actions
    import_controller: ImportController
    budget_controller: BudgetController
    view_options: ViewOptionsController
    draft_controller: DraftController
    dates: DateNavigation
    dialogs: DialogLauncher
    event_router: EventRouter
    view_switch: ViewSwitch
    alt_key_filter: AltKeyFilter
    missing_files: MissingFiles
    notifier: Notifier
    item_actions: ItemActions
    pictures: PicturesController
    jobs_controller: JobsController
    selection: SelectionController
    collections_controller: CollectionsController
    messages_controller: MessagesController
    toast: Toast
    variations: Variations

    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self.core = core
        self.session = WindowSession(core, self)
        self.library_view = self.session.browsing

    # The session

    def show_first(self, screen: FirstScreen) -> None:
        self.session.show_first(screen)

    def furnish(self) -> Iterator[None]:
        yield from self.session.furnish()
        for name in OpenedWindow.__annotations__:
            setattr(self, name, getattr(self.session.built, name))

    async def open(self) -> None:
        for _step in self.furnish():
            pass
        await self.session.open()

    def save_state_now(self) -> None:
        self.session.save_state_now()

    async def settle(self) -> None:
        await self.session.save_state()

    # What was built

    @property
    def built(self) -> WindowBuilder:
        return self.session.built

    def show_shelf(self, view: View) -> None:
        self.built.library_navigation.show_shelf(view)

    def focus_places(self) -> list[tuple[QWidget, Callable[[], None]]]:
        return self.built.panel_layout.focus_places()

    @property
    def welcoming(self) -> bool:
        return self.built.pages.welcoming()

    @property
    def loupe(self) -> Loupe:
        return self.built.loupe.get()

    @property
    def compare(self) -> CompareView:
        return self.built.compare.get()

    @property
    def pick(self) -> PickView:
        return self.built.pick.get()

    @property
    def duel(self) -> DuelView:
        return self.built.duel.get()

    @property
    def tree(self) -> TreeView:
        return self.built.tree.get()

    @property
    def welcome(self) -> Welcome:
        return self.built.welcome.get()

    @property
    def nothing(self) -> EmptyState:
        return self.built.nothing.get()

    @property
    def menu(self) -> Menu:
        return self.built.panel_layout.menu.get()

    @property
    def library_opener(self) -> LibraryOpener:
        return self.built.library_commands.opener.get()

    @property
    def library_mover(self) -> LibraryMover:
        return self.built.library_commands.mover.get()

    @property
    def quit_sequence(self) -> QuitSequence | None:
        return self.built.quit_sequence.made


@contextlib.asynccontextmanager
async def opened(
    home: Path,
    *,
    width: int = 1440,
    options: CoreOptions | None = None,
    key: str | None = None,
    files: tuple[Path, ...] = (),
    shared: SharedParts | None = SHARED,
) -> AsyncIterator[OpenedWindow]:
    """A window whose first rows are read; without `options` the offline painter is behind it.

    `key` is what the environment has, `files` are what the program was started with.
    """
    environ = {"GRIDBRUSH_API_KEY": key} if key else {}
    core = await Core.open(paths.find(home), options, environ=environ, shared=shared)
    # Views act on what is under the pointer, which is where an earlier test left it.
    QCursor.setPos(QPoint(0, 0))
    window = built(core)
    window.session.restore()
    for _step in window.furnish():
        pass
    window.session.given_files = [*files]
    window.resize(width, 900)
    try:
        await window.open()
        window.resize(width, 900)
        await until(core, lambda: window.library_view.order is not None, "rows")
        yield window
    finally:
        await put_away(window)


def built(core: Core) -> OpenedWindow:
    """The window as its constructor leaves it, in the dark theme."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.install(app, "dark")
    return OpenedWindow(core)


async def put_away(window: OpenedWindow) -> None:
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
            async with asyncio.timeout(LOOK_AGAIN):
                await heard.wait()
        except TimeoutError:
            QApplication.sendPostedEvents()
        finally:
            end()


async def settle() -> None:
    """Let what was started come to its end, and everything be laid out and painted."""
    quiet = 0
    while quiet < 2:
        await asyncio.sleep(0)
        QApplication.sendPostedEvents()
        running = [
            one
            for one in tasks.running()
            if getattr(one.get_coro(), "__qualname__", "") not in DELAYED
        ]
        quiet = 0 if running else quiet + 1
        if running:
            await asyncio.wait(running)


async def make(
    window: OpenedWindow,
    prompt: str = PROMPT,
    count: int = 1,
    tiles: int = 0,
    *,
    size: str = "512",
) -> list[Picture]:
    """Pictures made as the user does, as they stand in the grid: `tiles`, or `count` of them."""
    core = window.core
    before = window.model.rowCount()
    model = core.catalogue.find("sketch", "sketch")
    draft = Draft(prompt=prompt, size=size, count=count, seed=1)
    await core.submit(runs.plan(draft, model, prompt_variants.expand(prompt)))
    await core.queue.idle()
    wanted = before + (tiles or count)
    await until(core, lambda: window.model.rowCount() == wanted, "tiles")
    return await core.library.pictures(window.library_view.order)
