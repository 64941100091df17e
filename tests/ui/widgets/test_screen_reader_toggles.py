"""A screen reader toggles boxes and radio buttons; it does not click them."""

from __future__ import annotations

import re

from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from studio.ui.views.loupe.bar import Swatches
from studio.ui.widgets import Segmented
from tests.desktop.session import ROOT

SOURCES = sorted((ROOT / "studio" / "ui").rglob("*.py"))


def toggle(button: QAbstractButton) -> None:
    """Do what a screen reader does with it."""
    action = QAccessible.queryAccessibleInterface(button).actionInterface()
    assert action.toggleAction() in action.actionNames()
    action.doAction(action.toggleAction())


def test_a_segment_that_is_toggled_is_chosen(qtbot: QtBot) -> None:
    made = Segmented([("dark", "Dark", ""), ("light", "Light", "")])
    qtbot.addWidget(made)
    told: list[object] = []
    made.changed.connect(told.append)
    toggle(made.segment("light"))
    toggle(made.segment("light"))
    assert told == ["light"]
    made.set_value("dark")
    assert told == ["light"]
    toggle(made.segment("light"))
    assert told == ["light", "light"]


def test_a_surround_that_is_toggled_is_chosen(qtbot: QtBot) -> None:
    made = Swatches("mat")
    qtbot.addWidget(made)
    told: list[object] = []
    made.changed.connect(told.append)
    by_name = {button.accessibleName(): button for button in made.findChildren(QAbstractButton)}
    toggle(by_name["Black background"])
    assert told == ["black"]


def test_no_box_and_no_group_is_heard_by_its_clicks() -> None:
    found: list[str] = []
    boxes = 0
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        ticked = re.findall(r"(self\.\w+) = CheckBox\(", text)
        groups = re.findall(r"(self\.\w+) = QButtonGroup\(", text)
        boxes += len(ticked) + len(groups)
        heard = [f"{name}.clicked.connect" for name in ticked]
        heard += [f"{name}.{kind}Clicked.connect" for name in groups for kind in ("id", "button")]
        found += [f"{path.name}: {words}" for words in heard if words in text]
    assert boxes > 6
    assert found == []
