"""Dialogs of contact sheets and hand-off pages: what they show, and what they describe."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from studio.domain.contact_sheet import SheetCaption, SheetFormat, SheetPaper
from studio.domain.export import BUILT_IN, title_of
from studio.ui.dialogs.handouts.page_dialog import PageDialog
from studio.ui.dialogs.handouts.sheet_dialog import SheetDialog
from tests.library.builders import a_picture

pytestmark = pytest.mark.usefixtures("dressed")


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(1440, 900)
    return made


@pytest.fixture
def sheet(window: QWidget) -> SheetDialog:
    dialog = SheetDialog(window)
    dialog.show()
    dialog.show_scope("all", selected=0, every=30, place="Harbour")
    return dialog


@pytest.fixture
def page(window: QWidget) -> PageDialog:
    dialog = PageDialog(window)
    dialog.show()
    dialog.show_scope("all", selected=0, every=30, place="Harbour")
    return dialog


def test_the_form_describes_a_sheet(sheet: SheetDialog) -> None:
    assert sheet.sheet.grid == (3, 4)
    sheet.kind.segment(SheetFormat.PNG).click()
    sheet.paper.segment(SheetPaper.A3).click()
    sheet.direction.segment(True).click()
    assert sheet.sheet.grid == (5, 4)
    sheet.columns.setValue(2)
    sheet.captions[SheetCaption.PRICE].click()
    sheet.captions[SheetCaption.PROMPT].click()
    QTest.keyClicks(sheet.heading, "Picks")
    made = sheet.sheet
    assert (made.format, made.paper, made.landscape) == (SheetFormat.PNG, SheetPaper.A3, True)
    assert made.grid == (2, 4)
    assert made.captions == (SheetCaption.TITLE, SheetCaption.PRICE)
    assert made.heading == "Picks"
    assert sheet.trouble is None


def test_a_screen_has_no_direction_and_pages_are_counted(sheet: SheetDialog) -> None:
    sheet.on_form_changed()
    assert sheet.page_words == "3 pages"
    sheet.paper.segment(SheetPaper.SCREEN).click()
    assert not sheet.direction.isEnabled()
    assert sheet.sheet.grid == (5, 2)


def test_too_small_pictures_are_told_in_the_preview(sheet: SheetDialog) -> None:
    sheet.show_pictures([a_picture(width=300, height=200)] * 30)
    before = sheet.preview.grab().toImage()
    sheet.rows.setValue(20)
    sheet.columns.setValue(12)
    assert sheet.trouble is not None
    assert sheet.preview.grab().toImage() != before


def test_the_preview_shows_pictures_in_their_colours(sheet: SheetDialog) -> None:
    colours = {0xFF0000, 0x00FF00}
    sheet.show_pictures([a_picture(width=300, height=200, colour=one) for one in colours])
    image = sheet.preview.grab().toImage()
    found = {
        image.pixelColor(x, y).rgb() & 0xFFFFFF
        for x in range(0, image.width(), 3)
        for y in range(0, image.height(), 3)
    }
    assert colours <= found


def test_a_logo_is_shown_and_removed(sheet: SheetDialog) -> None:
    assert sheet.no_logo.isHidden()
    sheet.show_logo(Path("/somewhere/logo.png"))
    assert not sheet.no_logo.isHidden()
    sheet.no_logo.click()
    assert sheet.logo is None


def test_the_form_describes_a_page(page: PageDialog) -> None:
    page.show_presets(BUILT_IN)
    QTest.keyClicks(page.heading, "Harbour")
    page.intro.setPlainText("For you")
    page.colours.click()
    page.edge.segment(0).click()
    page.captions[SheetCaption.PRICE].click()
    made = page.page
    assert (made.title, made.intro, made.palette, made.edge) == ("Harbour", "For you", False, 0)
    assert made.captions == tuple(SheetCaption)
    assert not made.beside
    assert page.preset.isHidden()
    page.place.segment(True).click()
    assert page.page.beside
    assert not page.preset.isHidden()
    assert page.edge.isHidden()
    assert page.preset.value == "originals"
    menu = page.preset.menu()
    assert [row.text() for row in menu.actions()] == [title_of(one) for one in BUILT_IN]
    menu.actions()[1].trigger()
    assert page.preset.value == BUILT_IN[1].id


@pytest.mark.parametrize("kind", [SheetDialog, PageDialog])
def test_enter_makes_it_and_escape_closes_the_dialog(
    window: QWidget, qtbot: QtBot, kind: type[SheetDialog | PageDialog]
) -> None:
    dialog = kind(window)
    dialog.show()
    asked: list[str] = []
    dialog.make_wanted.connect(lambda: asked.append("make"))
    dialog.set_ready(ready=True)
    QTest.keyClick(dialog.heading, Qt.Key.Key_Return)
    assert asked == [], "there are no pictures"
    dialog.show_scope("all", selected=0, every=1, place="Harbour")
    QTest.keyClick(dialog.heading, Qt.Key.Key_Return)
    QTest.keyClick(dialog, Qt.Key.Key_Enter, Qt.KeyboardModifier.KeypadModifier)
    assert asked == ["make", "make"]
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_progress_and_end_are_shown(sheet: SheetDialog) -> None:
    sheet.show_work("1 of 4", done=1, total=4)
    assert (sheet.bar.value(), sheet.bar.maximum()) == (1, 4)
    assert not sheet.stop.isHidden()
    assert sheet.folder_button.isHidden()
    sheet.show_work("4 pages, 1.2 MB", done=0, total=0, folder=True)
    assert sheet.stop.isHidden()
    assert not sheet.folder_button.isHidden()
    assert sheet.words.text() == "4 pages, 1.2 MB"


@pytest.mark.parametrize("kind", [SheetDialog, PageDialog])
def test_every_control_has_a_name(window: QWidget, kind: type[SheetDialog | PageDialog]) -> None:
    dialog = kind(window)
    dialog.show()
    reachable = [
        one
        for one in dialog.findChildren(QWidget)
        if one.focusPolicy() & Qt.FocusPolicy.TabFocus and one.isVisible()
    ]
    assert len(reachable) > 10
    named = {
        type(one).__name__: one.accessibleName() or getattr(one, "text", lambda: "")()
        for one in reachable
        if type(one).__name__ != "QScrollArea"
    }
    assert {name for name, words in named.items() if not words} <= {"QLineEdit"}
