"""Fixtures for tests of small widgets: the theme, and a recorder of signals."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication

from studio.ui.style.theme import Theme, install


@pytest.fixture(autouse=True)
def look(qapp: QApplication) -> Theme:
    return install(qapp, "dark")


@pytest.fixture(autouse=True)
def heard_by_screen_readers() -> Iterator[None]:
    QAccessible.setActive(True)
    yield
    QAccessible.setActive(False)
