"""Every action of the table is triggered once, in a window with pictures in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QFileDialog,
    QMenu,
    QWidget,
)

from studio.domain.events import Event, RecordsChanged
from studio.library.query import View
from studio.ui.support import tasks
from studio.ui.widgets import dialog_mnemonics
from studio.ui.widgets.popover import Popover
from studio.ui.window.actions import ActionNeeds
from tests.ui import windows
from tests.ui.windows import OpenedWindow, until

PROMPT = "Lighthouse in {blue hour|heavy fog|first snow}"
DIALOGS = {
    "settings",
    "palette",
    "open_with",
    "history",
    "shortcuts",
    "change_shortcuts",
    "about",
    "save_as",
    "drag_recipe",
    "export",
    "spreadsheet",
    "contact_sheet",
    "handoff_page",
    "menu",
    "check_library",
    "back_up",
    "import_files",
    "import_folder",
    "changes",
    "tag",
    "collect",
    "new_collection",
    "empty_trash",
    "go_to_date",
}
STACKED = {"stack_toggle", "unstack", "stack_cover", "stack_reject_rest", "stack_compare"}
FOLDERS = {"show_in_folder", "open_library_folder", "log_folder"}
SETTLED = 0.3
"""Seconds a step may need until its coroutines are over; what waits for a dialog goes on."""


class Visits(QObject):
    """Takes the addresses that would open other programs."""

    def __init__(self) -> None:
        super().__init__()
        self.urls: list[QUrl] = []

    @Slot(QUrl)
    def visit(self, url: QUrl) -> None:
        self.urls.append(url)


class Shown(QObject):
    """Notes what is opened over the window, even if it goes again by itself."""

    def __init__(self, window: OpenedWindow) -> None:
        super().__init__(window)
        self._window = window
        self.names: list[str] = []
        app = QApplication.instance()
        assert app is not None
        app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 Qt's own name
        if (
            event.type() is QEvent.Type.Show
            and isinstance(watched, QWidget)
            and (watched.isWindow() or isinstance(watched, Popover))
            and watched is not self._window
            # A tip comes by where the pointer happens to lie.
            and watched.windowType() is not Qt.WindowType.ToolTip
        ):
            self.names.append(type(watched).__name__)
        return False


@pytest.fixture
def visits(monkeypatch: pytest.MonkeyPatch) -> Iterator[Visits]:
    # No file manager of the desktop the tests run on is asked.
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    made = Visits()
    for scheme in ("file", "https"):
        # Its stub wants bytes, the function itself takes none.
        QDesktopServices.setUrlHandler(scheme, made, "visit")  # type: ignore[arg-type]
    yield made
    for scheme in ("file", "https"):
        QDesktopServices.unsetUrlHandler(scheme)


@asynccontextmanager
async def studio(home: Path) -> AsyncIterator[OpenedWindow]:
    """A window with three pictures."""
    async with windows.opened(home) as window:
        await windows.make(window, PROMPT, tiles=3)
        yield window


async def settle() -> None:
    """Let what was started come to its end, except for what waits for the user."""
    if running := tasks.running():
        await asyncio.wait(running, timeout=SETTLED)
    QApplication.sendPostedEvents()


def opened(window: OpenedWindow) -> list[QWidget]:
    """What lies over the window and is in sight."""
    found = [*QApplication.topLevelWidgets(), *window.findChildren(Popover)]
    return [widget for widget in found if widget.isVisible() and widget is not window]


def put_away(window: OpenedWindow) -> None:
    """Close what an action has opened."""
    for widget in opened(window):
        if isinstance(widget, QDialog):
            widget.reject()
        else:
            widget.close()


def check_letters(window: OpenedWindow) -> None:
    """Each button of an open dialog has a letter of its own with Alt."""
    for root in opened(window):
        if isinstance(root, QDialog | Popover) and not isinstance(root, QFileDialog):
            dialog_mnemonics.give_letters(root)
            buttons = [
                one
                for one in dialog_mnemonics.lettered(root)
                if isinstance(one, QAbstractButton) and not one.visibleRegion().isEmpty()
            ]
            keys = [one.shortcut().toString() for one in buttons]
            assert "" not in keys, (root, [one.text() for one in buttons])
            assert len(set(keys)) == len(keys), root


def selected(window: OpenedWindow) -> list[int]:
    return list(window.gallery.selected_rows())


async def select_some(window: OpenedWindow, view: View, name: str, number: int = 1) -> None:
    """So many pictures of a shelf are selected, in the grid, and this action can be done."""
    # The pictures are of one run.
    stacked = {view.value: "run"} if name in STACKED else {}
    window.core.settings.change(least_stars=0, stacks=stacked)
    window.show_shelf(view)
    rows = await window.core.library.rows(window.library_view.query)
    assert len(rows)
    if name in STACKED:
        # One of these actions takes the stack apart.
        library = window.core.library
        await library.choosing.stack_by_rule(await library.ids(rows))
    # More may have arrived meanwhile.
    await until(window.core, lambda: set(rows) <= set(window.library_view.order), "listed")

    await settle()

    # A closed stack shows its cover, and so does the first tile of an open one.
    member = name == "stack_cover"
    wanted = list(rows[-1:] if member else rows[:number])

    def ready() -> bool:
        # What the last action changed may still make the rows anew.
        gallery = window.gallery
        if member and not gallery.rows.has_open_stacks:
            gallery.toggle_all_stacks()
            return False
        # The comparison leaves two selected.
        if len(gallery.selected_items()) != number or (member and wanted != selected(window)):
            gallery.select_keys(wanted)
            return False
        return window.actions_of.every[name].isEnabled()

    await until(window.core, ready, name)


@pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)
async def test_every_action_does_its_work_without_an_error(
    tmp_path: Path, visits: Visits, task_errors: list[BaseException], caplog
) -> None:
    async with studio(tmp_path) as window:
        shown = Shown(window)
        heard: list[Event] = []
        window.core.events.subscribe(heard.append)
        for row in window.actions_of.rows:
            if row.name == "quit":
                continue  # the last one, below
            view = View.TRASH if row.name == "restore" else View.ALL
            if view is View.TRASH:
                await window.core.library.trash([(await first(window)).id])
            number = 2 if row.needs is ActionNeeds.TWO else 1
            await select_some(window, view, row.name, number)
            action = window.actions_of.every[row.name]
            visits.urls.clear()
            shown.names.clear()
            action.trigger()
            await settle()
            if row.name in DIALOGS:
                await until(window.core, lambda: shown.names, row.name)
            if row.name in FOLDERS:
                await until(window.core, lambda: visits.urls, row.name)
            assert bool(shown.names) == (row.name in DIALOGS), (row.name, shown.names)
            assert bool(visits.urls) == (row.name in FOLDERS), row.name
            check_letters(window)
            put_away(window)
            await settle()
            assert task_errors == [], row.name
            bar = window.messages.notice
            assert bar is None, (row.name, bar)
            assert window.core.library.id, row.name
            errors = [each for each in caplog.records if each.levelname in ("ERROR", "CRITICAL")]
            assert errors == [], row.name
        changed = [event.fields for event in heard if isinstance(event, RecordsChanged)]
        # Six ratings, a pick, a rejection, the trash, a restore: whatever was looked at meanwhile.
        assert len([fields for fields in changed if "seen" not in fields]) >= 9, changed
        assert {"rating", "flag", "trashed"} <= {field for fields in changed for field in fields}
        closed: list[bool] = []
        window.closed.connect(lambda: closed.append(True))
        busy = any(job.alive for job in window.core.queue.jobs.values())
        window.actions_of.every["quit"].trigger()
        await settle()
        put_away(window)
        assert bool(closed) != busy, "over pictures that are being made it asks first"


async def test_every_action_stands_in_a_menu(tmp_path: Path) -> None:
    async with studio(tmp_path) as window:

        def entries(menu: QMenu) -> set[str]:
            names = set()
            for action in menu.actions():
                inner = action.menu()
                names |= entries(inner) if isinstance(inner, QMenu) else {action.objectName()}
            return names

        assert {row.name for row in window.actions_of.rows} <= entries(window.menu)


async def first(window: OpenedWindow):
    """The first picture on show."""
    return (await window.core.library.pictures(window.library_view.order[:1]))[0]
