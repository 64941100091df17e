"""Core tests: every coroutine test runs on plain asyncio and once more on the window's loop.

Where the rows of a table differ in their data alone, `one_loop` marks the test: each of its rows
runs on one of the loops, and each loop has about half of them.
"""

from __future__ import annotations

import asyncio
import inspect
import os
import zlib
from collections.abc import Callable

import pytest

HANG_SECONDS = 120.0
"""How long a coroutine test may take before it counts as hung; a limit, never a wait."""


def _plain() -> asyncio.AbstractEventLoop:
    return asyncio.new_event_loop()


def _window() -> asyncio.AbstractEventLoop:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from studio.ui.app.event_loop import WindowLoop

    app = QApplication.instance() or QApplication(["gridbrush-tests"])
    loop: asyncio.AbstractEventLoop = WindowLoop(app)
    return loop


LOOPS: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {"asyncio": _plain, "qasync": _window}


def loop_of(row: str) -> str:
    """Loop on which a row runs, the same in every run."""
    return sorted(LOOPS)[zlib.crc32(row.encode()) % len(LOOPS)]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.definition.get_closest_marker("one_loop"):
        return
    if inspect.iscoroutinefunction(metafunc.function):
        metafunc.fixturenames.append("loop_kind")
        metafunc.parametrize("loop_kind", sorted(LOOPS))


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    arguments = {name: pyfuncitem.funcargs[name] for name in names}

    async def run() -> None:
        async with asyncio.timeout(HANG_SECONDS):
            await pyfuncitem.obj(**arguments)

    if pyfuncitem.get_closest_marker("one_loop"):
        kind = loop_of(pyfuncitem.name)
    else:
        kind = str(pyfuncitem.callspec.params["loop_kind"])
    with asyncio.Runner(loop_factory=LOOPS[kind]) as runner:
        runner.run(run())
    return True
