"""The screen of a widget is asked for in one place, where nothing owns it."""

from __future__ import annotations

import ast

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from studio.ui.support.screens import available_area
from tests.source_files import nodes, parsed, texts_with

ASKS = {"ui/support/monitor_profile.py": "of a window of Qt's, which Python does not own"}
"""Where the method of that name may be called, and why."""


def test_no_widget_becomes_the_owner_of_its_screen() -> None:
    found = {
        name
        for name, source in texts_with("screen")
        for node in nodes(parsed(source))
        if isinstance(node, ast.Call)
        if isinstance(node.func, ast.Attribute) and node.func.attr == "screen"
    }
    assert found == set(ASKS)


def test_the_area_is_that_of_the_screen(qapp: QApplication) -> None:
    widget = QWidget()
    assert available_area(widget) == QGuiApplication.primaryScreen().availableGeometry()
    widget.move(-50_000, 0)
    assert not available_area(widget).isEmpty(), "beside all screens"
