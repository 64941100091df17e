"""Letters in the window: they open menus and choose entries, and press buttons of dialogs."""

from __future__ import annotations

import gettext
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from studio.common import i18n, paths
from studio.ui.app.action_table import menus
from studio.ui.dialogs.question import Question
from studio.ui.support.key_positions import code_of
from studio.ui.support.mnemonics import letters
from studio.ui.support.shortcuts import menu_keys
from studio.ui.widgets import dialog_mnemonics
from studio.ui.widgets.buttons import Button, CheckBox
from studio.ui.widgets.menu import Menu
from studio.ui.widgets.text import Text
from tests.ui import windows

ALT = Qt.KeyboardModifier.AltModifier
LOCALES = paths.resources() / "locale"


@pytest.fixture(params=["en", *i18n.languages(LOCALES)])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param != "en":
        i18n.use(gettext.translation(i18n.DOMAIN, LOCALES, [request.param]))
    yield request.param
    i18n.use(gettext.NullTranslations())


def test_every_menu_has_letters_of_its_own(language: str) -> None:
    table = menus()
    opening = menu_keys(table)
    assert "" not in opening
    assert len(set(opening)) == len(opening), language
    for menu in table:
        given = letters([row.text for row in menu.rows], [row.name for row in menu.rows])
        used = [letter for letter in given if letter]
        assert len(set(used)) == len(used)
        assert len(used) >= min(len(given), 20), (language, menu.name)


@pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)
async def test_alt_and_letters_lead_to_an_action(tmp_path: Path) -> None:
    async with windows.opened(tmp_path) as window:
        done: list[bool] = []
        window.actions_of.every["about"].triggered.connect(lambda: done.append(True))
        window.activateWindow()
        QTest.keyClick(window.windowHandle(), Qt.Key.Key_H, ALT)
        shown = QApplication.activePopupWidget()
        assert isinstance(shown, Menu)
        assert window.actions_of.every["about"] in shown.actions()
        letter = shown.mnemonics()[window.actions_of.every["about"]]
        QTest.keyClicks(shown, letter)
        assert done == [True]
        assert QApplication.activePopupWidget() is None
        for dialog in QApplication.topLevelWidgets():
            if dialog is not window:
                dialog.close()


@pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)
def test_a_letter_counts_by_position_on_another_layout(qtbot: QtBot, dressed: None) -> None:
    menu = Menu()
    qtbot.addWidget(menu)
    chosen: list[str] = []
    for text in ("Grid", "Loupe", "Disabled"):
        menu.entry(text).triggered.connect(lambda _on=False, text=text: chosen.append(text))
    menu.actions()[2].setEnabled(False)
    for position, typed in (("d", "в"), ("g", "п")):
        menu.popup(menu.pos())
        event = QKeyEvent(
            QEvent.Type.KeyPress,
            ord(typed.upper()),
            Qt.KeyboardModifier.NoModifier,
            code_of(position),
            0,
            0,
            typed,
        )
        QApplication.sendEvent(menu, event)
    assert chosen == ["Grid"]


def test_a_submenu_opens_by_its_letter(qtbot: QtBot, dressed: None) -> None:
    menu = Menu()
    qtbot.addWidget(menu)
    inner = menu.submenu("Rating")
    inner.entry("5 stars")
    menu.popup(menu.pos())
    QTest.keyClicks(menu, "r")
    assert inner.isVisible()
    assert inner.activeAction() is inner.actions()[0]
    inner.hide()
    menu.hide()


def test_alt_shows_letters_that_press_the_buttons_of_a_dialog(
    qtbot: QtBot, qapp: QApplication, dressed: None
) -> None:
    dialog = Question("Move the library & its trash?")
    qtbot.addWidget(dialog)
    pressed: list[str] = []
    for text in ("Cancel", "Copy & keep", "キャンセル"):
        dialog.add_button(text, partial(pressed.append, text))
    dialog.column.addWidget(CheckBox("Copy also the trash"))
    dialog_mnemonics.watch()
    dialog.show()
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    window = dialog.windowHandle()

    def was_pressed(after: int) -> bool:
        return len(pressed) > after

    QTest.keyPress(window, Qt.Key.Key_Alt, ALT)
    buttons = dialog.findChildren(Button)
    keys = [button.shortcut().toString() for button in buttons]
    assert len(set(keys)) == 3
    assert "" not in keys
    assert [button.text() for button in buttons] == ["Cancel", "Copy & keep", "キャンセル"]
    for key in keys:
        count = len(pressed)
        QTest.keyClick(window, Qt.Key(ord(key[-1])), ALT)
        # Qt shows the button pressed for a moment.
        qtbot.waitUntil(partial(was_pressed, count))
    assert pressed == ["Cancel", "Copy & keep", "キャンセル"]


def test_the_letter_of_a_label_focuses_its_field(qtbot: QtBot, dressed: None) -> None:
    dialog = Question("Budget")
    qtbot.addWidget(dialog)
    box = QWidget()
    column = QVBoxLayout(box)
    label, field = Text("Monthly budget"), Button("Amount")
    label.setBuddy(field)
    column.addWidget(label)
    column.addWidget(field)
    dialog.column.addWidget(box)
    dialog.show()
    qtbot.waitUntil(dialog.isActiveWindow)
    dialog_mnemonics.give_letters(dialog)
    assert label.text() == "Monthly budget"
    QTest.keyClick(dialog.windowHandle(), Qt.Key.Key_M, ALT)
    assert field.hasFocus()
