"""Buttons, labels and segments: signals, keys, screen readers."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from studio.ui.style.theme import Theme
from studio.ui.widgets import tips
from studio.ui.widgets.buttons import Button, CheckBox, IconButton
from studio.ui.widgets.menu import Menu
from studio.ui.widgets.plain_text import describe, plain_tip, set_tip
from studio.ui.widgets.segmented import Segmented
from studio.ui.widgets.text import ElidedLabel, Text
from tests.ui.widgets.pointer import shown, spoken


def test_an_icon_button_says_its_name_and_key(qtbot: QtBot) -> None:
    button = IconButton("panel-right", "Inspector", "I", checkable=True)
    qtbot.addWidget(button)
    assert button.toolTip() == "Inspector (I)"
    assert spoken(button)[1] == "Inspector"
    assert min(button.width(), button.height()) >= 24
    assert not button.icon().isNull()


@pytest.mark.parametrize("size", [26, 30, 32])
@pytest.mark.parametrize("kind", ["", "primary", "quiet", "danger"])
def test_buttons_have_the_heights_of_the_design(kind: str, size: int, qtbot: QtBot) -> None:
    button = Button("Save", kind, size=size)  # type: ignore[arg-type]
    shown(button, qtbot)
    assert button.sizeHint().height() == size
    assert spoken(button)[:2] == (QAccessible.Role.Button, "Save")


def test_controls_grow_with_the_text_scale(look: Theme, qtbot: QtBot) -> None:
    look.scale = 1.5
    try:
        button = IconButton("gear", "Settings")
        qtbot.addWidget(button)
        assert button.width() == 38
    finally:
        look.scale = 1.0


def test_a_tick_is_drawn_in_a_checked_box(qtbot: QtBot) -> None:
    box = CheckBox("Hide rejected")
    shown(box, qtbot)
    box.setChecked(True)
    image = box.grab().toImage()
    colours = {image.pixelColor(x, image.height() // 2).name() for x in range(20)}
    assert "#ffffff" in {
        image.pixelColor(x, y).name() for x in range(20) for y in range(image.height())
    }, colours


# --- words ------------------------------------------------------------------------------------


def test_labels_never_read_markup() -> None:
    assert Text("<b>bold</b>").textFormat() == Qt.TextFormat.PlainText
    assert ElidedLabel("<img src=x>").textFormat() == Qt.TextFormat.PlainText


def test_a_label_takes_another_colour(look: Theme, qtbot: QtBot) -> None:
    label = Text("2 new", "micro", "bad")
    shown(label, qtbot)
    label.recolour("ok")
    assert label.palette().windowText().color() == look.color("ok")


def test_tool_tips_never_read_markup() -> None:
    assert plain_tip("lighthouse & dusk") == "lighthouse & dusk"
    assert plain_tip("<b>x</b>") == "<span>&lt;b&gt;x&lt;/b&gt;</span>"


def test_a_tool_tip_describes_a_widget_without_its_name(qtbot: QtBot) -> None:
    button = Button("Fit")
    qtbot.addWidget(button)

    def said(tip: str) -> str:
        set_tip(button, tip)
        interface = QAccessible.queryAccessibleInterface(button)
        assert interface is not None
        return interface.text(QAccessible.Text.Description).strip()

    assert said("Fit") == ""
    assert said("Fit (F)") == "F"
    assert said("The whole picture") == "The whole picture"
    assert said("<b>not markup</b>") == "<b>not markup</b>"
    describe(button, "2 pictures")
    assert said("Fit (F)") == "2 pictures", "its own description stays"


def test_a_shortened_label_keeps_its_whole_text(qtbot: QtBot) -> None:
    whole = "lighthouse dusk 07, gouache, muted palette"
    label = ElidedLabel(whole)
    shown(label, qtbot)
    label.resize(80, 20)
    label.grab()
    assert label.shown_text().endswith("…")
    assert label.toolTip() == whole
    assert spoken(label)[1] == whole
    label.resize(600, 20)
    label.grab()
    assert label.shown_text() == whole
    assert label.toolTip() == ""


# --- segments ---------------------------------------------------------------------------------


@pytest.fixture
def views(qtbot: QtBot) -> Segmented:
    made = Segmented(
        [("grid", "Grid", "grid"), ("loupe", "Loupe", "loupe"), ("tree", "Tree", "tree")],
        name="View",
    )
    shown(made, qtbot)
    return made


def test_segments_are_radio_buttons_in_a_named_group(views: Segmented) -> None:
    assert spoken(views)[:2] == (QAccessible.Role.Grouping, "View")
    assert spoken(views.segment("loupe"))[:2] == (QAccessible.Role.RadioButton, "Loupe")


def test_arrows_choose_a_segment(views: Segmented) -> None:
    told: list[object] = []
    views.changed.connect(told.append)
    views.segment("grid").setFocus()
    QTest.keyClick(views.segment("grid"), Qt.Key.Key_Right)
    assert (views.value, told) == ("loupe", ["loupe"])
    QTest.keyClick(views.segment("loupe"), Qt.Key.Key_Left)
    assert told == ["loupe", "grid"]


@pytest.mark.parametrize("backwards", [False, True])
def test_tab_comes_to_the_chosen_segment(qtbot: QtBot, *, backwards: bool) -> None:
    box = QWidget()
    column = QVBoxLayout(box)
    before = Button("before", parent=box)
    views = Segmented([(one, one, "") for one in ("Grid", "Loupe", "Compare", "Tree")], box)
    after = Button("after", parent=box)
    for part in (before, views, after):
        column.addWidget(part)
    shown(box, qtbot)
    views.set_value("Loupe")
    start = after if backwards else before
    start.setFocus()
    QTest.keyClick(start, Qt.Key.Key_Backtab if backwards else Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is views.segment("Loupe")


def test_a_click_chooses_and_tells_once(views: Segmented) -> None:
    told: list[object] = []
    views.changed.connect(told.append)
    for _again in range(2):
        QTest.mouseClick(views.segment("tree"), Qt.MouseButton.LeftButton)
    assert told == ["tree"]


def test_setting_a_segment_emits_nothing(views: Segmented) -> None:
    told: list[object] = []
    views.changed.connect(told.append)
    views.set_value("tree")
    assert (views.value, told) == ("tree", [])
    with pytest.raises(ValueError, match="nowhere"):
        views.set_value("nowhere")


def test_choosing_a_segment_moves_nothing(views: Segmented) -> None:
    before = [views.segment(value).sizeHint() for value in ("grid", "loupe", "tree")]
    views.set_value("tree")
    assert [views.segment(value).sizeHint() for value in ("grid", "loupe", "tree")] == before


def test_narrow_segments_keep_their_names(views: Segmented) -> None:
    wide = views.sizeHint().width()
    views.set_compact(compact=True)
    assert views.sizeHint().width() < wide
    assert views.segment("loupe").toolTip() == "Loupe"
    assert spoken(views.segment("loupe"))[1] == "Loupe"


def test_enter_presses_the_button_with_the_ring_and_not_the_default_one(qtbot: QtBot) -> None:
    dialog = QDialog()
    qtbot.addWidget(dialog)
    keep, delete = Button("Keep it", "primary", dialog), Button("Delete", parent=dialog)
    keep.setDefault(True)
    pressed: list[str] = []
    keep.clicked.connect(partial(pressed.append, "keep"))
    delete.clicked.connect(partial(pressed.append, "delete"))
    dialog.show()
    dialog.activateWindow()
    assert QTest.qWaitForWindowActive(dialog, 60_000)
    delete.setFocus()
    QTest.keyClick(delete, Qt.Key.Key_Return)
    assert pressed == ["delete"]
    QTest.keyClick(delete, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert "delete" not in pressed[1:]


def test_a_button_whose_menu_was_closed_is_not_lit_any_more(qtbot: QtBot) -> None:
    button = Button("Menu")
    window = shown(button, qtbot)
    menu = Menu("", window)
    menu.addAction("File")
    menu.popup(window.mapToGlobal(window.rect().bottomRight()))
    before = QCursor.pos()
    QCursor.setPos(window.mapToGlobal(window.rect().center()))
    # As it is where the menu took the pointer, and the button never heard that it left.
    button.setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
    menu.hide()
    assert not button.underMouse()
    QCursor.setPos(before)


def test_a_pressed_button_shows_no_tip_over_what_it_opens(qtbot: QtBot) -> None:
    button = IconButton("sliders", "Advanced")
    shown(button, qtbot)
    tips.expect(button)
    clock = tips._clock
    assert clock is not None
    assert clock.timer.isActive()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not clock.timer.isActive()
    assert clock.widget is None
