"""Widget tests: one application for all of them, coroutine tests on the window's own loop."""

from __future__ import annotations

import asyncio
import inspect
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

# Set before Qt is imported, so that no test opens a real window by accident.
if not os.environ.get("GRIDBRUSH_TEST_PLATFORM"):
    os.environ["QT_QPA_PLATFORM"] = "offscreen"

import pytest
import shiboken6
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QAccessible, QDesktopServices
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from studio.ui.app.event_loop import WindowLoop
from studio.ui.dialogs.settings import SettingsDialog
from studio.ui.panels.status_bar.activity import StatusBar
from studio.ui.style import qt_style
from studio.ui.style.qt_style import STYLE
from studio.ui.style.theme import install
from studio.ui.support import drag_and_drop, key_repeat, shortcuts, tasks
from studio.ui.support.drag_and_drop import DraggedPicture
from tests.ui import scripted_core
from tests.ui.answers import Answering
from tests.ui.heard import Heard

HANG_SECONDS = 120.0
"""How long a coroutine test may take before it counts as hung; a limit, never a wait."""


@pytest.fixture(scope="session")
def qapp_args() -> list[str]:
    """What the one application of the whole session is called with."""
    return ["gridbrush-tests", *STYLE]


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a coroutine test on the loop the program itself uses.

    pytest-qt knows no asyncio loop, and its waiting functions start a nested Qt loop, which would
    swallow steps of running tasks: coroutine tests await events instead.
    """
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    app = QApplication.instance() or QApplication(["gridbrush-tests", *STYLE])
    # As in the program: closing the only dialog must not end the loop under the test.
    QApplication.setQuitOnLastWindowClosed(False)
    names = pyfuncitem._fixtureinfo.argnames
    arguments = {name: pyfuncitem.funcargs[name] for name in names}

    async def run() -> None:
        try:
            async with asyncio.timeout(HANG_SECONDS):
                await pyfuncitem.obj(**arguments)
        finally:
            for end in _ends(pyfuncitem):
                end()
            for task in tasks.running():
                task.cancel()
            await asyncio.gather(*tasks.running(), return_exceptions=True)

    with asyncio.Runner(loop_factory=lambda: WindowLoop(app)) as runner:
        runner.run(run())
    return True


@dataclass(frozen=True, slots=True)
class ApplicationState:
    """What all windows of the process share, and a test must leave as it was."""

    caret_flash: int
    direction: Qt.LayoutDirection
    animates: bool
    listened_to: bool

    @classmethod
    def now(cls) -> ApplicationState:
        """How it stands."""
        return cls(
            QApplication.cursorFlashTime(),
            QApplication.layoutDirection(),
            qt_style.animates(),
            QAccessible.isActive(),
        )

    def restore(self) -> None:
        """Set it as it was."""
        qt_style.set_motion("system")
        qt_style.set_system_motion(reduced=False)
        QApplication.setCursorFlashTime(self.caret_flash)
        QApplication.setLayoutDirection(self.direction)
        QAccessible.setActive(self.listened_to)


@pytest.fixture(autouse=True)
def application(qapp: QApplication) -> Iterator[QApplication]:
    """Application for every test, whether it asks for one or not, with the filter of held keys.

    As at the start of the program: what an earlier test pressed is forgotten, and the shortcuts it
    changed. A test that leaves the application otherwise than it found it fails, not the next one.
    """
    key_repeat.watch().keyboard_used = False
    shortcuts.use((), {})
    before = ApplicationState.now()
    yield qapp
    if (left := ApplicationState.now()) != before:
        before.restore()
        pytest.fail(f"the application is left as {left}, not as {before}")


@pytest.fixture
def at_end() -> list[Callable[[], object]]:
    """What is called after a coroutine test while its loop still runs."""
    return []


@pytest.fixture
def task_errors() -> Iterator[list[BaseException]]:
    """What spawned coroutines raised during the test."""
    heard: list[BaseException] = []
    tasks.on_error(heard.append)
    yield heard
    tasks.on_error(None)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[Heard]:
    """A screen reader listens; what it is told."""
    made = Heard()
    monkeypatch.setattr(QAccessible, "updateAccessibility", made.take)
    QAccessible.setActive(True)
    yield made
    QAccessible.setActive(False)


class _Links(QObject):
    """Takes the place of the programs that open addresses."""

    SCHEMES = ("http", "https", "file", "javascript", "data", "ms-msdt", "smb", "ftp", "c")

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    @Slot(QUrl)
    def open_link(self, url: QUrl) -> None:
        self.opened.append(url.toString())


@pytest.fixture
def links() -> Iterator[list[str]]:
    """The addresses the system was asked to open."""
    taker = _Links()
    for scheme in taker.SCHEMES:
        QDesktopServices.setUrlHandler(scheme, taker, "open_link")  # type: ignore[arg-type]  # it takes text
    yield taker.opened
    for scheme in taker.SCHEMES:
        QDesktopServices.unsetUrlHandler(scheme)


@pytest.fixture
def dragged(monkeypatch: pytest.MonkeyPatch) -> list[list[DraggedPicture]]:
    """What each drag out of the window carried; the system sees none of them."""
    gone: list[list[DraggedPicture]] = []

    def drag_out(_source: object, carried: Sequence[DraggedPicture], *_rest: object) -> bool:
        gone.append(list(carried))
        return True

    monkeypatch.setattr(drag_and_drop, "drag_out", drag_out)
    return gone


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Answering:
    """Has somebody else than the user answer the dialogs from now on.

    The answer is a coroutine function that gets the dialog and returns its result code.
    """
    return partial(monkeypatch.setattr, tasks, "finished")


@pytest.fixture
def dressed(qapp: QApplication) -> Iterator[None]:
    """The dark theme at its own size; afterwards English again, whatever the test spoke."""
    install(qapp, "dark", scale=1.0)
    yield
    scripted_core.speak_english()


@pytest.fixture
def desk(tmp_path: Path) -> scripted_core.ScriptedDesk:
    """A stand-in for the core with settings and keys of its own."""
    return scripted_core.ScriptedDesk(tmp_path)


@pytest.fixture
def dialog(
    dressed: None, qapp: QApplication, desk: scripted_core.ScriptedDesk
) -> Iterator[SettingsDialog]:
    """The settings, not yet shown."""
    made = SettingsDialog(desk)
    yield made
    if shiboken6.isValid(made):
        made.close()
        shiboken6.delete(made)
    install(qapp, "dark", "system")


@pytest.fixture
def status(dressed: None, qtbot: QtBot) -> Iterator[StatusBar]:
    """The status bar, in a window large enough for what it opens."""
    window = QMainWindow()
    qtbot.addWidget(window)
    window.resize(1024, 640)
    bar = StatusBar()
    window.setMenuWidget(bar)
    window.setCentralWidget(QWidget())
    window.show()
    yield bar
    window.close()


def _ends(item: pytest.Function) -> list[Callable[[], object]]:
    found = item.funcargs.get("at_end", [])
    assert isinstance(found, list)
    return found
