"""Widget tests: one application for all of them, coroutine tests on the window's own loop."""

from __future__ import annotations

import asyncio
import importlib.util
import inspect
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

# Set before Qt is imported, so that no test opens a real window by accident.
if not os.environ.get("GRIDBRUSH_TEST_PLATFORM"):
    os.environ["QT_QPA_PLATFORM"] = "offscreen"

import pytest
from PySide6.QtWidgets import QApplication

from studio.ui import tasks
from studio.ui.rounds import WindowLoop
from studio.ui.style import STYLE

HANG_SECONDS = 20.0
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


@pytest.fixture(autouse=True)
def application(qapp: QApplication) -> QApplication:
    """Every test here has an application, whether it asks for one or not."""
    return qapp


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


@pytest.fixture(scope="session")
def scripted() -> ModuleType:
    """Stand-ins for the core; a fixture because tests are no package."""
    spec = importlib.util.spec_from_file_location("scripted", Path(__file__).parent / "scripted.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["scripted"] = module
    spec.loader.exec_module(module)
    return module


def _ends(item: pytest.Function) -> list[Callable[[], object]]:
    found = item.funcargs.get("at_end", [])
    assert isinstance(found, list)
    return found
