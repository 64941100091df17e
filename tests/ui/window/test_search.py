"""The search field of a whole window: leaving it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.ui.windows import make, opened, until


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Escape])
async def test_leaving_the_search_gives_the_keyboard_to_the_pictures(
    tmp_path: Path, key: Qt.Key
) -> None:
    async with opened(tmp_path) as window:
        await make(window)
        window.activateWindow()
        window.top_bar.focus_search()
        field = window.top_bar.search.field
        await until(window.core, field.hasFocus, "in the search")
        QTest.keyClick(field, key)
        await until(window.core, window.gallery.hasFocus, "among the pictures")
