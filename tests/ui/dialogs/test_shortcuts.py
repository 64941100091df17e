"""The sheet of shortcuts and the command palette, both made from the table of actions."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from studio.library.query import PromptUse
from studio.ui.app import action_table
from studio.ui.dialogs.command_palette import CommandPalette
from studio.ui.dialogs.shortcuts_sheet import ShortcutsSheet
from studio.ui.style.theme import install
from studio.ui.support import key_names
from studio.ui.window.actions import Action, ActionMenu, Actions
from tests.ui.scripted_core import until

PROMPT = "A lighthouse at {dusk|dawn},\ngouache"


class NotingWindow(QMainWindow):
    """A window that notes which actions were done."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[str] = []
        self.resize(1024, 640)
        inside = QWidget()
        self.setCentralWidget(inside)
        noting = [
            ActionMenu(menu.title, (tuple(map(noted, menu.rows)),), menu.name)
            for menu in action_table.menus()
        ]
        self.actions_of = Actions(self, noting, self.done, panels=[inside], gallery=inside)


def noted(row: Action[Any]) -> Action[list[str]]:
    """The action, which only notes that it was done."""

    def do(done: list[str]) -> None:
        done.append(row.name)

    return replace(row, do=do)


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> NotingWindow:
    install(qapp, "dark", scale=1.0)
    made = NotingWindow()
    qtbot.addWidget(made)
    made.show()
    return made


async def prompts() -> list[PromptUse]:
    await asyncio.sleep(0)
    return [PromptUse(PROMPT, 1.0, 2)]


def test_every_action_with_a_key_is_on_the_sheet(window: NotingWindow, qtbot: QtBot) -> None:
    sheet = ShortcutsSheet(window.actions_of, window)
    sheet.show()
    with_keys = {row.text for row in window.actions_of.rows if row.keys}
    assert with_keys <= {row.words for row in sheet.rows}
    spoken = {row.accessibleName() for row in sheet.rows}
    assert "Generate, Ctrl+Enter" in spoken
    assert "Vary, V" in spoken


def test_the_sheet_is_filtered_by_name_and_key(window: NotingWindow) -> None:
    sheet = ShortcutsSheet(window.actions_of, window)
    sheet.show()
    QTest.keyClicks(sheet.filter.field, "ctrl+e")
    shown = [row.words for row in sheet.rows if row.isVisible()]
    assert "Edit this picture" in shown
    assert "Vary" not in shown
    QTest.keyClicks(sheet.filter.field, "zzz")
    assert not [row for row in sheet.rows if row.isVisible()]
    assert sheet._none.isVisible()


def test_escape_clears_the_filter_and_then_closes_the_sheet(window: NotingWindow) -> None:
    sheet = ShortcutsSheet(window.actions_of, window)
    sheet.show()
    QTest.keyClicks(sheet.filter.field, "fog")
    QTest.keyClick(sheet.filter.field, Qt.Key.Key_Escape)
    assert sheet.isVisible()
    QTest.keyClick(sheet.filter.field, Qt.Key.Key_Escape)
    assert not sheet.isVisible()


async def test_an_action_is_found_by_some_letters_and_done(window: NotingWindow) -> None:
    palette = CommandPalette(window.actions_of, prompts, window)
    palette.open()
    QTest.keyClicks(palette.words.field, "sett")
    assert palette.list.item(0).text() == "Settings…"
    QTest.keyClick(palette.words.field, Qt.Key.Key_Return)
    assert window.done == ["settings"]
    assert not palette.isVisible()


async def test_a_prompt_of_the_history_is_found_and_emitted_as_written(
    window: NotingWindow,
) -> None:
    palette = CommandPalette(window.actions_of, prompts, window)
    chosen: list[str] = []
    palette.prompt_chosen.connect(chosen.append)
    palette.open()
    QTest.keyClicks(palette.words.field, "lighthouse gouache")
    await until(lambda: palette.list.count() == 1)
    QTest.keyClick(palette.words.field, Qt.Key.Key_Return)
    assert chosen == [PROMPT]


async def test_arrows_move_in_the_palette_and_go_round(window: NotingWindow) -> None:
    palette = CommandPalette(window.actions_of, prompts, window)
    palette.open()
    QTest.keyClick(palette.words.field, Qt.Key.Key_Down)
    assert palette.list.currentRow() == 1
    QTest.keyClick(palette.words.field, Qt.Key.Key_Up)
    QTest.keyClick(palette.words.field, Qt.Key.Key_Up)
    assert palette.list.currentRow() == palette.list.count() - 1


async def test_what_cannot_be_done_now_is_not_offered(window: NotingWindow) -> None:
    window.actions_of.every["vary"].setEnabled(False)
    palette = CommandPalette(window.actions_of, prompts, window)
    palette.open()
    QTest.keyClicks(palette.words.field, "vary")
    found = [palette.list.item(n).text() for n in range(palette.list.count())]
    assert "Vary" not in found


async def test_escape_leaves_the_palette_and_fits_a_narrow_window(window: NotingWindow) -> None:
    palette = CommandPalette(window.actions_of, prompts, window)
    window.resize(400, 300)
    palette.open()
    assert window.rect().contains(palette.geometry())
    QTest.keyClick(palette.words.field, Qt.Key.Key_Escape)
    assert not palette.isVisible()


def test_keys_are_written_as_people_read_them() -> None:
    assert key_names.cap("Ctrl+F") == "Ctrl F"
    assert key_names.cap("Ctrl++") == "Ctrl +"
    assert key_names.cap("?") == "?"
