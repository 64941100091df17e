"""Every element that Tab reaches, in every view, mode, dialog and popover."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QWidget

from studio.library.query import View
from studio.ui.window.actions import ActionNeeds
from tests.ui import accessible_tree
from tests.ui.controllers.test_every_action import (
    opened as over,
)
from tests.ui.controllers.test_every_action import (
    put_away,
    select_some,
    settle,
    studio,
)
from tests.ui.windows import OpenedWindow, opened, until

SHOWN = (
    "loupe", "compare", "tree", "mark", "only_here", "reframe", "pick_mode", "duel",
    "what_is_sent", "stack_toggle",
    "settings", "shortcuts", "about", "palette", "changes", "tag", "collect", "new_collection",
    "empty_trash", "go_to_date", "check_library",
)  # fmt: skip
"""Actions that show something else."""


@pytest.fixture(autouse=True)
def listening() -> Iterator[None]:
    QAccessible.setActive(True)
    yield
    QAccessible.setActive(False)


def windows(window: OpenedWindow) -> list[QWidget]:
    return [window, *over(window)]


def check(window: OpenedWindow, where: str) -> list[str]:
    return [f"{where}: {fault}" for one in windows(window) for fault in accessible_tree.faults(one)]


async def test_every_element_in_every_view_and_dialog_has_name_role_and_state(
    tmp_path: Path,
) -> None:
    found: list[str] = []
    async with studio(tmp_path) as window:
        found += check(window, "grid")
        known = {row.name: row for row in window.actions_of.rows}
        for name in SHOWN:
            number = 2 if known[name].needs is ActionNeeds.TWO else 1
            await select_some(window, View.ALL, name, number)
            window.actions_of.every[name].trigger()
            await settle()
            found += check(window, name)
            put_away(window)
            await settle()
            window.view_switch.show_grid()
            await settle()
        window.resize(1000, 700)
        await settle()
        found += check(window, "narrow")
    assert not found, "\n".join(sorted(set(found)))


async def test_every_element_of_the_first_page_has_name_role_and_state(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await until(window.core, window.welcome.isVisible, "first page")
        assert check(window, "first page") == []


async def test_no_two_buttons_of_composer_and_inspector_have_one_name(tmp_path: Path) -> None:
    async with studio(tmp_path) as window:
        await select_some(window, View.ALL, "edit")
        await settle()
        assert accessible_tree.twins(window.composer) == []
        assert accessible_tree.twins(window.inspector) == []
        names = {one.accessibleName() for one in accessible_tree.reached(window)}
        assert "More" not in names
