"""How the tests are shared out between two processes (`pytest -n 2`, as `make test` does).

What opens windows stays in one process, one after the other: two programs on two virtual desktops
would fight for two processors. Everything else goes file by file to whoever is free, so that what a
file sets up once is set up once.
"""

from __future__ import annotations

from pathlib import Path

import pytest

_WINDOWS = ("ui", "e2e", "desktop", "test_keyring_desktop.py")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Say of every test where it belongs."""
    if not config.pluginmanager.hasplugin("xdist"):
        return
    home = Path(__file__).parent
    for item in items:
        place = item.path.relative_to(home).parts if item.path.is_relative_to(home) else ("?",)
        group = "windows" if place[0] in _WINDOWS else "/".join(place)
        item.add_marker(pytest.mark.xdist_group(group))
