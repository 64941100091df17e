"""What all tests share."""

from __future__ import annotations

import gc
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest_plugins = [
    "pytester",
    "tests.desktop.fixtures",
    "tests.reports",
    "tests.leftovers",
    "tests.canary",
]

_COLLECT_EVERY = 10

# As in the program: garbage is collected on the main thread only. A Qt object that dies on another
# thread, because that thread happened to start the collection, takes the process with it.
gc.disable()


@pytest.fixture
def room() -> Iterator[Path]:
    """A private folder with a short name: paths of sockets must not be long."""
    with tempfile.TemporaryDirectory(prefix="gb-") as folder:
        yield Path(folder).resolve()


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Leave the modules and the collected tests out of every later collection of garbage.

    There are more than half a million such objects, and looking at all of them takes as long as
    five tests.
    """
    gc.collect()
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    item.config.stash[_COUNT] = count = item.config.stash.get(_COUNT, 0) + 1
    if count % _COLLECT_EVERY == 0:
        gc.collect()
        # A test about freezing thaws everything, and all later collections would pay for it. To
        # count what is frozen takes milliseconds itself, so it is not done after every test.
        if gc.get_freeze_count() == 0:
            gc.freeze()


_COUNT = pytest.StashKey[int]()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Leave the clipboard empty.

    Without a display Qt keeps its clipboard until the process ends, after Python: what was copied
    from Python then takes the process with it.
    """
    widgets = sys.modules.get("PySide6.QtGui")
    app = widgets and widgets.QGuiApplication.instance()
    if app:
        app.clipboard().clear()
