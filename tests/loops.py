"""Core tests: every coroutine test runs on plain asyncio and once more on the window's loop."""

from __future__ import annotations

import asyncio
import inspect
import os
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


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
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

    kind = str(pyfuncitem.callspec.params["loop_kind"])
    with asyncio.Runner(loop_factory=LOOPS[kind]) as runner:
        runner.run(run())
    return True
