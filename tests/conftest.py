"""Fixtures of all tests."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

# Words, numbers and times of the tests are English, whatever their reader speaks.
os.environ.update(LANGUAGE="en", LC_ALL="C.UTF-8")

_MEMORY = Path("/dev/shm")
"""Where Linux keeps files in memory."""

_ROOM = 4 << 30
"""Bytes that must be free there."""


def _fits(folder: Path) -> bool:
    """Whether there is room for all that the tests write, and programs among it can be started."""
    if sys.platform == "linux":
        if not os.access(folder, os.W_OK):
            return False
        found = os.statvfs(folder)
        return found.f_bavail * found.f_frsize >= _ROOM and not found.f_flag & os.ST_NOEXEC
    else:
        return False


_ROOT = "PYTEST_DEBUG_TEMPROOT"

# Tests write hundreds of thousands of files, and the program waits for the disk after most of
# them. Where somebody names a folder for temporary files, it is that one. Each run has a root of
# its own: one that ends removes its folder, whose number another one may have taken meanwhile.
_own_root: Path | None = None
if not {"TMPDIR", _ROOT} & os.environ.keys() and _fits(_MEMORY):
    _own_root = Path(tempfile.mkdtemp(prefix="gb-", dir=_MEMORY))
    os.environ[_ROOT] = str(_own_root)

# How long an example takes says nothing on a busy machine.
hypothesis.settings.register_profile(
    "noisy", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("noisy")

pytest_plugins = [
    "pytester",
    "tests.desktop.fixtures",
    "tests.reports",
    "tests.leftovers",
    "tests.canary",
]

_COLLECT_EVERY = 10
"""Tests after which garbage is collected, if there are many new objects."""

_MANY = 50_000
"""Objects since the last collection."""

_COLLECT_ALWAYS = 50
"""Tests after which it is collected however few there are."""

# As in the program: garbage is collected on the main thread only. A Qt object that dies on another
# thread, because that thread happened to start the collection, takes the process with it.
gc.disable()


@pytest.fixture
def room() -> Iterator[Path]:
    """A private folder with a short name: paths of sockets must not be long."""
    with tempfile.TemporaryDirectory(prefix="gb-") as folder:
        yield Path(folder).resolve()


@pytest.fixture
def few_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs of their own that start soon: else each of their processes loads every plugin."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)


def pytest_unconfigure() -> None:
    """Remove the root of the temporary folders, unless files of a failed test are left in it."""
    if _own_root is not None:
        for folder in (*_own_root.glob("pytest-of-*"), _own_root):
            with contextlib.suppress(OSError):
                folder.rmdir()


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Leave the modules and the collected tests out of every later collection of garbage.

    There are more than half a million such objects, and looking at all of them takes as long as
    five tests; so does looking for the few among them that could go.
    """
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    item.config.stash[_COUNT] = count = item.config.stash.get(_COUNT, 0) + 1
    if nextitem is None or nextitem.path != item.path:
        # What a file leaves, such as the modules it was the first to import, stays to the end.
        _settle()
    elif count % _COLLECT_EVERY == 0 and (
        gc.get_count()[0] > _MANY or count % _COLLECT_ALWAYS == 0
    ):
        gc.collect()


def _settle() -> None:
    """Collect garbage, and never look at what is left again.

    Otherwise what the files leave adds up, and in the second half of the run collecting takes
    longer than the tests. A test about freezing thaws everything, until its file ends.
    """
    gc.collect()
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
    if shared := sys.modules.get("tests.shared_parts"):
        shared.close()
