"""A screen reader toggles boxes and radio buttons; it does not click them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from studio.library.query import View
from studio.ui.panels.sidebar.rail import Rail
from studio.ui.panels.sidebar.sidebar_model import SidebarModel
from studio.ui.views.loupe.bar import Swatches
from studio.ui.widgets.buttons import Button, IconButton
from studio.ui.widgets.segmented import Segmented
from studio.ui.widgets.switch import Switch
from tests.desktop.session import ROOT

SOURCES = sorted((ROOT / "studio" / "ui").rglob("*.py"))


def toggle(button: QAbstractButton) -> None:
    """Do what a screen reader does with it."""
    action = QAccessible.queryAccessibleInterface(button).actionInterface()
    assert action.toggleAction() in action.actionNames()
    action.doAction(action.toggleAction())


def made_tool_button() -> IconButton:
    return IconButton("caption", "Captions", checkable=True)


def made_button() -> Button:
    made = Button("Hide rejected")
    made.setCheckable(True)
    return made


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


def made_switch() -> Switch:
    return Switch("Advance after P or X")


@pytest.mark.parametrize("make", [made_tool_button, made_button, made_switch])
def test_a_switch_that_is_toggled_is_clicked_once(
    qtbot: QtBot, make: Callable[[], Button | IconButton | Switch]
) -> None:
    made = make()
    qtbot.addWidget(made)
    told: list[bool] = []
    made.clicked.connect(lambda on: told.append(bool(on)))
    toggle(made)
    made.click()
    assert told == [True, False]
    made.setChecked(True)
    assert told == [True, False], "the program's own change is no click"
    toggle(made)
    assert told == [True, False, False]


def test_a_switch_is_read_as_a_check_box_and_tells_changes_of_the_user_only(qtbot: QtBot) -> None:
    made = made_switch()
    qtbot.addWidget(made)
    told: list[object] = []
    made.changed.connect(told.append)
    made.setChecked(True)
    read = QAccessible.queryAccessibleInterface(made)
    assert read.role() == QAccessible.Role.CheckBox
    assert read.text(QAccessible.Text.Name) == "Advance after P or X"
    assert read.state().checked
    assert told == []
    toggle(made)
    assert told == [False]
    assert not read.state().checked
    QTest.keyClick(made, Qt.Key.Key_Return)
    QTest.keyClick(made, Qt.Key.Key_Space)
    assert told == [False, True, False]


def test_the_word_of_a_switch_is_part_of_its_target(qtbot: QtBot) -> None:
    made = made_switch()
    qtbot.addWidget(made)
    made.resize(made.sizeHint())
    QTest.mouseClick(
        made, Qt.MouseButton.LeftButton, pos=QPoint(made.width() - 4, made.height() // 2)
    )
    assert made.isChecked()


def test_a_place_of_the_rail_that_is_pressed_is_gone_to(qtbot: QtBot) -> None:
    model = SidebarModel()
    rail = Rail(model)
    qtbot.addWidget(rail)
    told: list[object] = []
    model.view_chosen.connect(told.append)
    interface = QAccessible.queryAccessibleInterface(rail.button(View.PICKS))
    assert interface is not None
    interface.actionInterface().doAction("Press")
    model.set_view(View.ALL)
    assert told == [View.PICKS]


def test_a_button_of_an_action_does_it_however_it_is_pressed(qtbot: QtBot) -> None:
    made = IconButton("", "")
    qtbot.addWidget(made)
    action = QAction("Sidebar", made, checkable=True)
    done: list[bool] = []
    action.triggered.connect(lambda on: done.append(bool(on)))
    made.set_action(action, "panel-left", "F9")
    assert (made.toolTip(), made.accessibleName()) == ("Sidebar (F9)", "Sidebar")
    made.click()
    toggle(made)
    toggle(made)
    assert done == [True, False, True]
    action.setChecked(False)
    assert (made.isChecked(), done) == (False, [True, False, True])
    action.setEnabled(False)
    assert not made.isEnabled()


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
