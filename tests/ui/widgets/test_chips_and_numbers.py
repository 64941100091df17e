"""Chips, steppers, sliders and stars."""

from __future__ import annotations

import gc

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.ui.widgets.buttons import IconButton
from studio.ui.widgets.chip import ChipChoice, MenuChip
from studio.ui.widgets.menu import Menu
from studio.ui.widgets.number_controls import SmallSlider, Stars, Stepper
from tests.ui.widgets.pointer import shown, spoken, wheel


@pytest.fixture
def model(qtbot: QtBot) -> MenuChip:
    chip = MenuChip("Model")
    chip.set_choices(
        [
            ChipChoice(value="pro", text="gemini-3-pro-image"),
            ChipChoice(value="nano", text="nano-banana"),
            ChipChoice(value="locked", text="locked-model", note="needs a key", enabled=False),
            ChipChoice(value="sketch", text="Offline sketch", supplement="not AI", icon="brush"),
        ]
    )
    shown(chip, qtbot)
    chip.setFocus()
    return chip


def test_a_chip_is_a_combo_box_with_name_and_value(model: MenuChip) -> None:
    assert spoken(model) == (QAccessible.Role.ComboBox, "Model", "gemini-3-pro-image")
    assert model.height() == 30


def test_up_and_down_change_a_chip_without_opening_it(model: MenuChip) -> None:
    told: list[object] = []
    model.changed.connect(told.append)
    QTest.keyClick(model, Qt.Key.Key_Down)
    QTest.keyClick(model, Qt.Key.Key_Down)
    assert told == ["nano", "sketch"], "what cannot be chosen is passed over"
    QTest.keyClick(model, Qt.Key.Key_Up)
    assert model.value == "nano"
    assert QApplication.activePopupWidget() is None


def test_a_letter_jumps_in_a_chip(model: MenuChip) -> None:
    told: list[object] = []
    model.changed.connect(told.append)
    QTest.keyClick(model, Qt.Key.Key_O)
    assert (model.value, told) == ("sketch", ["sketch"])


def test_setting_a_chip_emits_nothing(model: MenuChip) -> None:
    told: list[object] = []
    model.changed.connect(told.append)
    model.set_value("sketch")
    model.set_choices([ChipChoice(value="sketch", text="Offline sketch")])
    assert (model.value, told) == ("sketch", [])


def test_the_menu_of_a_chip_offers_all_and_marks_the_chosen(model: MenuChip) -> None:
    told: list[object] = []
    model.changed.connect(told.append)
    rows = model.menu().actions()
    assert [row.text() for row in rows][2:] == [
        "locked-model\tneeds a key",
        "Offline sketch\tnot AI",
    ]
    assert [row.isChecked() for row in rows] == [True, False, False, False]
    assert not rows[2].isEnabled()
    rows[3].trigger()
    assert (model.value, told) == ("sketch", ["sketch"])


def test_a_chip_gives_its_supplement_away_and_says_why_it_is_marked(model: MenuChip) -> None:
    model.set_value("sketch")
    wide = model.sizeHint().width()
    model.set_supplement_visible(False)
    assert model.sizeHint().width() < wide
    assert model.toolTip() == "Model: not AI", "what has no room is told on hover"
    model.set_supplement_visible(True)
    assert model.toolTip() == "Model"
    model.set_supplement_visible(False)
    model.set_mark("2K not available, using 1K")
    assert model.toolTip() == "2K not available, using 1K"
    found = QAccessible.queryAccessibleInterface(model)
    assert found.text(QAccessible.Text.Description) == (
        "Offline sketch, 2K not available, using 1K"
    )


def test_the_same_mark_again_is_no_new_description(
    model: MenuChip, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    describe = model.setAccessibleDescription

    def tell(words: str) -> None:
        told.append(words)
        describe(words)

    monkeypatch.setattr(model, "setAccessibleDescription", tell)
    model.set_mark("")
    assert told == []
    model.set_mark("2K not available, using 1K")
    model.set_mark("2K not available, using 1K")
    assert told == ["2K not available, using 1K"]


@pytest.mark.qt_log_ignore("does not support grabbing the keyboard", extend=True)
def test_a_screen_reader_can_open_a_chip(model: MenuChip) -> None:
    found = QAccessible.queryAccessibleInterface(model)
    action = found.actionInterface()
    assert action.showMenuAction() in action.actionNames()
    action.doAction(action.showMenuAction())
    popup = QApplication.activePopupWidget()
    assert isinstance(popup, Menu)
    popup.close()


@pytest.mark.qt_log_ignore("does not support grabbing the keyboard", extend=True)
def test_a_click_or_space_opens_the_menu_of_a_chip_and_enter_chooses(model: MenuChip) -> None:
    told: list[object] = []
    model.changed.connect(told.append)
    QTest.mouseClick(model, Qt.MouseButton.LeftButton)
    popup = QApplication.activePopupWidget()
    assert isinstance(popup, Menu)
    popup.close()
    QTest.keyClick(model, Qt.Key.Key_Space)
    popup = QApplication.activePopupWidget()
    assert isinstance(popup, Menu)
    QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Return)
    assert told == ["nano"]
    assert QApplication.activePopupWidget() is None


def test_a_wheel_over_a_chip_changes_nothing(model: MenuChip) -> None:
    assert not wheel(model, -1)
    assert model.value == "pro"


# --- numbers ----------------------------------------------------------------------------------


@pytest.fixture
def count(qtbot: QtBot) -> Stepper:
    made = Stepper("Count", 1, 8, 2)
    shown(made, qtbot)
    made.setFocus()
    return made


def test_a_stepper_is_a_spin_box_with_name_and_value(count: Stepper) -> None:
    role, name, value = spoken(count)
    assert (role, name, value) == (QAccessible.Role.SpinBox, "Count", "2")


def test_a_stepper_steps_by_arrows_wheel_and_buttons(count: Stepper) -> None:
    told: list[object] = []
    count.changed.connect(told.append)
    QTest.keyClick(count, Qt.Key.Key_Up)
    QTest.keyClick(count, Qt.Key.Key_Right)
    wheel(count, 1)
    less, more = count.findChildren(IconButton)
    QTest.mouseClick(more, Qt.MouseButton.LeftButton)
    QTest.mouseClick(less, Qt.MouseButton.LeftButton)
    assert told == [3, 4, 5, 6, 5]


def test_a_stepper_stops_at_its_bounds(count: Stepper) -> None:
    less, more = count.findChildren(IconButton)
    count.set_value(1)
    assert (less.isEnabled(), more.isEnabled()) == (False, True)
    count.set_value(count.maximum())
    assert (less.isEnabled(), more.isEnabled()) == (True, False)


def test_a_stepper_has_room_for_a_word_in_place_of_its_least(count: Stepper) -> None:
    count.setSpecialValueText("selbsttätig")
    word = count.fontMetrics().horizontalAdvance("selbsttätig")
    assert count.lineEdit().width() >= word


def test_setting_a_stepper_emits_nothing(count: Stepper) -> None:
    told: list[object] = []
    count.changed.connect(told.append)
    count.set_value(7)
    assert (count.value(), told) == (7, [])


def test_a_slider_has_its_name(qtbot: QtBot) -> None:
    slider = SmallSlider("Tile size", 96, 512, 240)
    qtbot.addWidget(slider)
    assert spoken(slider) == (QAccessible.Role.Slider, "Tile size", "240")


@pytest.fixture
def stars(qtbot: QtBot) -> Stars:
    made = Stars()
    shown(made, qtbot)
    made.setFocus()
    return made


def test_stars_are_given_by_click_and_taken_by_the_same(stars: Stars) -> None:
    told: list[object] = []
    stars.changed.connect(told.append)
    fourth = QPoint(3 * 15 + 7, stars.height() // 2)
    QTest.mouseClick(stars, Qt.MouseButton.LeftButton, pos=fourth)
    QTest.mouseClick(stars, Qt.MouseButton.LeftButton, pos=fourth)
    assert told == [4, 0]


def test_stars_are_given_by_digits_and_arrows(stars: Stars) -> None:
    QTest.keyClick(stars, Qt.Key.Key_3)
    QTest.keyClick(stars, Qt.Key.Key_Right)
    assert spoken(stars)[:2] == (QAccessible.Role.Slider, "Rating")
    found = QAccessible.queryAccessibleInterface(stars)
    assert found.valueInterface().currentValue() == 4
    QTest.keyClick(stars, Qt.Key.Key_0)
    assert stars.value() == 0


def test_showing_a_rating_emits_nothing_and_a_wheel_rates_nothing(stars: Stars) -> None:
    told: list[object] = []
    stars.changed.connect(told.append)
    stars.set_value(5)
    assert not wheel(stars, -1)
    assert (stars.value(), told) == (5, [])


def test_hovering_a_star_previews_without_rating(stars: Stars) -> None:
    before = stars.grab().toImage()
    place = QPointF(70, 12)
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        place,
        place,
        Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(stars, event)
    assert stars.grab().toImage() != before
    assert stars.value() == 0


def test_a_chip_goes_quietly_with_a_parent_that_is_garbage(
    application: QApplication, qtbot: QtBot
) -> None:
    parent = QWidget()
    chip = MenuChip("Model", parent)
    parent.show()
    around = [parent, chip]
    for widget in around:
        widget.around = around  # type: ignore[attr-defined]
    with qtbot.capture_exceptions() as caught:
        del parent, chip, around, widget
        gc.collect()
    assert caught == []
