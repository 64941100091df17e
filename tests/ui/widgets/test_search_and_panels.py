"""The search field, the splitter and menus."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from studio.ui.widgets.buttons import IconButton
from studio.ui.widgets.menu import Menu
from studio.ui.widgets.search_field import SearchField
from studio.ui.widgets.splitter import Splitter, SplitterHandle
from tests.ui.widgets.pointer import enter, leave, shown, spoken


@pytest.fixture
def search(qtbot: QtBot) -> SearchField:
    made = SearchField("Search 12 pictures", "Ctrl F")
    shown(made, qtbot)
    made.resize(400, 30)
    made.field.clearFocus()
    return made


def caps(search: SearchField) -> list[str]:
    return [label.text() for label in search.findChildren(QLabel) if label.isVisible()]


def test_the_key_cap_hides_while_one_searches(search: SearchField) -> None:
    assert "Ctrl F" in caps(search)
    search.field.setFocus()
    assert "Ctrl F" not in caps(search)
    search.field.clearFocus()
    assert "Ctrl F" in caps(search)


def test_typing_and_enter_are_reported(search: SearchField) -> None:
    edited: list[object] = []
    submitted: list[object] = []
    search.edited.connect(edited.append)
    search.submitted.connect(submitted.append)
    search.field.setFocus()
    QTest.keyClicks(search.field, "sea")
    QTest.keyClick(search.field, Qt.Key.Key_Return)
    assert (edited, submitted) == (["s", "se", "sea"], ["sea"])
    search.set_text("set by the program")
    assert edited[-1] == "sea"


def test_escape_empties_first_and_leaves_then(search: SearchField) -> None:
    left: list[bool] = []
    search.left.connect(lambda: left.append(True))
    search.set_text("sea")
    QTest.keyClick(search.field, Qt.Key.Key_Escape)
    assert (search.text, left) == ("", [])
    QTest.keyClick(search.field, Qt.Key.Key_Escape)
    assert left == [True]


def test_backspace_at_the_start_removes_the_last_token(search: SearchField) -> None:
    removed: list[object] = []
    search.token_removed.connect(removed.append)
    search.set_tokens([("after", "16 Nov"), ("stars", "4")])
    search.set_text("x")
    search.field.setCursorPosition(1)
    QTest.keyClick(search.field, Qt.Key.Key_Backspace)
    assert (search.text, removed) == ("", [])
    QTest.keyClick(search.field, Qt.Key.Key_Backspace)
    assert removed == [1]


def test_the_cross_of_a_token_removes_it(search: SearchField) -> None:
    removed: list[object] = []
    search.token_removed.connect(removed.append)
    search.set_tokens([("after", "16 Nov"), ("stars", "4")])
    crosses = [b for b in search.findChildren(IconButton) if b.accessibleName() == "Remove stars 4"]
    crosses[0].click()
    assert removed == [1]


def test_the_search_field_is_named(search: SearchField) -> None:
    assert spoken(search.field)[:2] == (QAccessible.Role.EditableText, "Search")


# --- splitter and menu ------------------------------------------------------------------------


@pytest.fixture
def splitter(qtbot: QtBot) -> Splitter:
    made = Splitter()
    qtbot.addWidget(made)
    for _panel in range(3):
        made.addWidget(QWidget())
    made.resize(1002, 200)
    made.show()
    made.set_usual([224, -1, 296])
    return made


def handle(splitter: Splitter) -> SplitterHandle:
    found = splitter.handle(1)
    assert isinstance(found, SplitterHandle)
    return found


def test_a_splitter_is_thin_to_see_and_wide_to_grip(splitter: Splitter) -> None:
    assert splitter.handleWidth() == 1
    assert handle(splitter).width() == 7


def test_a_double_click_restores_the_usual_widths(splitter: Splitter, qtbot: QtBot) -> None:
    splitter.setSizes([400, 300, 300])
    with qtbot.waitSignal(splitter.restored, timeout=60_000):
        QTest.mouseDClick(handle(splitter), Qt.MouseButton.LeftButton)
    assert splitter.sizes() == [224, 480, 296]


def test_a_splitter_lights_up_once_the_pointer_rests(splitter: Splitter) -> None:
    enter(handle(splitter))
    assert handle(splitter).rest.interval() == 150
    assert not handle(splitter).lit
    handle(splitter).rest.timeout.emit()
    assert handle(splitter).lit
    leave(handle(splitter))
    assert not handle(splitter).lit


def test_a_menu_is_read_as_a_menu(qtbot: QtBot) -> None:
    menu = Menu("Image")
    qtbot.addWidget(menu)
    menu.addAction("Open\tEnter")
    rating = menu.submenu("Rating")
    rating.addAction("1")
    assert spoken(menu)[0] == QAccessible.Role.PopupMenu
    assert menu.actions()[1].menu() is rating
    assert menu.sizeHint().height() >= 2 * 26
    assert menu.grab().size() != QSize()
