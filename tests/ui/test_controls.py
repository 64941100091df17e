"""The small widgets: what they tell, how keys work them, what screen readers hear."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QAccessible, QEnterEvent, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from studio.ui import style
from studio.ui.controls import (
    Badge,
    Button,
    CheckBox,
    Choice,
    ElidedLabel,
    IconButton,
    Menu,
    MenuChip,
    MessageBar,
    Notice,
    SearchField,
    Segmented,
    SmallSlider,
    Splitter,
    Stars,
    Stepper,
    Text,
    Toast,
    plain_tip,
)
from studio.ui.controls.splitter import Handle
from studio.ui.theme import Theme, install


@pytest.fixture(autouse=True)
def look(qapp: QApplication) -> Theme:
    return install(qapp, "dark")


@pytest.fixture(autouse=True)
def heard_by_screen_readers() -> Iterator[None]:
    QAccessible.setActive(True)
    yield
    QAccessible.setActive(False)


def spoken(widget: QWidget) -> tuple[QAccessible.Role, str, str]:
    """Role, name and value as a screen reader gets them."""
    found = QAccessible.queryAccessibleInterface(widget)
    assert found is not None
    return (
        found.role(),
        found.text(QAccessible.Text.Name),
        found.text(QAccessible.Text.Value),
    )


def shown(widget: QWidget, qtbot: QtBot) -> QWidget:
    """The widget in an active window of its own."""
    window = QWidget()
    qtbot.addWidget(window)
    widget.setParent(window)
    window.resize(640, 200)
    window.show()
    widget.show()
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window)
    # Kept by the caller through the widget's parent; Python must not drop it first.
    vars(widget)["window_of_the_test"] = window
    return window


def enter(widget: QWidget) -> None:
    middle = QPointF(5, 5)
    QApplication.sendEvent(widget, QEnterEvent(middle, middle, middle))


def leave(widget: QWidget) -> None:
    QApplication.sendEvent(widget, QEvent(QEvent.Type.Leave))


def wheel(widget: QWidget, steps: int) -> bool:
    event = QWheelEvent(
        QPointF(5, 5),
        QPointF(widget.mapToGlobal(QPoint(5, 5))),
        QPoint(),
        QPoint(0, 120 * steps),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


# --- buttons ----------------------------------------------------------------------------------


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
    label = Badge("2 new")
    shown(label, qtbot)
    label.recolour("ok")
    assert label.palette().windowText().color() == look.color("ok")


def test_tool_tips_never_read_markup() -> None:
    assert plain_tip("lighthouse & dusk") == "lighthouse & dusk"
    assert plain_tip("<b>x</b>") == "<span>&lt;b&gt;x&lt;/b&gt;</span>"


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


def test_a_click_chooses_and_tells_once(views: Segmented) -> None:
    told: list[object] = []
    views.changed.connect(told.append)
    for _again in range(2):
        QTest.mouseClick(views.segment("tree"), Qt.MouseButton.LeftButton)
    assert told == ["tree"]


def test_setting_a_segment_tells_nobody(views: Segmented) -> None:
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


# --- chip -------------------------------------------------------------------------------------


@pytest.fixture
def model(qtbot: QtBot) -> MenuChip:
    chip = MenuChip("Model")
    chip.set_choices(
        [
            Choice(value="pro", text="gemini-3-pro-image"),
            Choice(value="nano", text="nano-banana"),
            Choice(value="locked", text="locked-model", note="needs a key", enabled=False),
            Choice(value="sketch", text="Offline sketch", supplement="not AI", icon="brush"),
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


def test_setting_a_chip_tells_nobody(model: MenuChip) -> None:
    told: list[object] = []
    model.changed.connect(told.append)
    model.set_value("sketch")
    model.set_choices([Choice(value="sketch", text="Offline sketch")])
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
    model.set_mark("2K is not offered here, 1K is used")
    assert model.toolTip() == "2K is not offered here, 1K is used"
    found = QAccessible.queryAccessibleInterface(model)
    assert found.text(QAccessible.Text.Description) == (
        "Offline sketch, 2K is not offered here, 1K is used"
    )


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
    count.set_range(1, 1)
    assert not more.isEnabled()


def test_setting_a_stepper_tells_nobody(count: Stepper) -> None:
    told: list[object] = []
    count.changed.connect(told.append)
    count.set_value(7)
    count.set_range(1, 4)
    assert (count.value(), told) == (4, [])


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


def test_showing_a_rating_tells_nobody_and_a_wheel_rates_nothing(stars: Stars) -> None:
    told: list[object] = []
    stars.changed.connect(told.append)
    stars.set_value(5)
    assert not wheel(stars, -1)
    assert (stars.value(), told) == (5, [])


# --- message bar ------------------------------------------------------------------------------


@pytest.fixture
def bar(qtbot: QtBot) -> MessageBar:
    made = MessageBar()
    shown(made, qtbot)
    made.clear()
    return made


def seen(bar: MessageBar) -> list[str]:
    """The words in sight, left to right."""
    words = [label for label in bar.findChildren(QLabel) if label.isVisible() and label.text()]
    words.sort(key=lambda label: label.x())
    return [label.text() for label in words]


def test_a_message_bar_never_stacks(bar: MessageBar) -> None:
    height = bar.height()
    for number in range(3):
        bar.show_notice(Notice(key=str(number), text=f"message {number}"))
    assert seen(bar) == ["message 2", "(2 more)"]
    assert bar.height() == height == 36
    bar.on_close()
    assert seen(bar) == ["message 1", "(1 more)"]
    bar.dismiss("0")
    assert seen(bar) == ["message 1"]
    bar.clear()
    assert not bar.isVisible()


def test_a_newer_notice_of_the_same_key_takes_its_place(bar: MessageBar) -> None:
    bar.show_notice(Notice(key="network", text="No network."))
    bar.show_notice(Notice(key="network", text="Still no network."))
    assert seen(bar) == ["Still no network."]


def test_a_notice_tells_what_was_pressed(bar: MessageBar) -> None:
    told: list[tuple[object, object]] = []
    bar.acted.connect(lambda key, action: told.append((key, action)))
    bar.show_notice(
        Notice(
            key="budget",
            text="Over your $40.",
            tone="warn",
            actions=(("limit", "Change limit"), ("go", "Generate anyway")),
        )
    )
    first, second = (button for button in bar.findChildren(Button) if button.isVisible())
    second.click()
    first.click()
    assert told == [("budget", "go"), ("budget", "limit")]
    with pytest.raises(ValueError, match="two buttons"):
        bar.show_notice(Notice(key="x", text="x", actions=(("a", "A"),) * 3))


def test_closing_tells_and_can_be_withheld(bar: MessageBar) -> None:
    told: list[object] = []
    bar.closed.connect(told.append)
    bar.show_notice(Notice(key="x", text="stays", closable=False))
    assert not [button for button in bar.findChildren(IconButton) if button.isVisible()]
    bar.show_notice(Notice(key="y", text="goes"))
    (cross,) = (button for button in bar.findChildren(IconButton) if button.isVisible())
    cross.click()
    assert told == ["y"]
    assert seen(bar) == ["stays"]


def test_a_failure_is_an_alert_and_the_rest_a_status(qtbot: QtBot) -> None:
    bad, plain = MessageBar(), MessageBar()
    for bar in (bad, plain):
        shown(bar, qtbot)
    bad.show_notice(Notice(key="disk", text="The disk is full.", tone="bad"))
    plain.show_notice(Notice(key="net", text="No network."))
    assert spoken(bad)[:2] == (QAccessible.Role.AlertMessage, "The disk is full.")
    assert spoken(plain)[:2] == (QAccessible.Role.StatusBar, "No network.")


# --- toast ------------------------------------------------------------------------------------


@pytest.fixture
def toast(qtbot: QtBot) -> Toast:
    ground = QWidget()
    qtbot.addWidget(ground)
    ground.resize(600, 400)
    made = Toast(ground)
    ground.show()
    ground.activateWindow()
    assert QTest.qWaitForWindowActive(ground)
    vars(made)["window_of_the_test"] = ground
    return made


def test_a_toast_goes_after_eight_seconds(toast: Toast) -> None:
    told: list[object] = []
    toast.gone.connect(told.append)
    toast.show_toast("3 pictures moved to the trash", key=7)
    assert (toast.timer.isActive(), toast.timer.interval()) == (True, 8000)
    toast.timer.timeout.emit()
    assert not toast.isVisible()
    assert told == [7]


def test_a_toast_stays_while_the_pointer_is_on_it(toast: Toast) -> None:
    toast.show_toast("moved")
    enter(toast)
    assert not toast.timer.isActive()
    leave(toast)
    assert toast.timer.isActive()


def test_a_toast_stays_while_the_keyboard_is_on_it(toast: Toast) -> None:
    toast.show_toast("moved")
    button = toast.findChildren(Button)[0]
    button.setFocus(Qt.FocusReason.TabFocusReason)
    assert not toast.timer.isActive()
    leave(toast)
    assert not toast.timer.isActive()
    button.clearFocus()
    assert toast.timer.isActive()


def test_undo_tells_what_to_undo(toast: Toast) -> None:
    told: list[object] = []
    gone: list[object] = []
    toast.undone.connect(told.append)
    toast.gone.connect(gone.append)
    toast.show_toast("moved", key="change 12")
    toast.findChildren(Button)[0].click()
    assert (told, gone, toast.isVisible()) == (["change 12"], [], False)
    assert not toast.timer.isActive()


def test_there_is_one_toast_at_a_time(toast: Toast) -> None:
    gone: list[object] = []
    toast.gone.connect(gone.append)
    toast.show_toast("first", key=1)
    toast.show_toast("second", key=2)
    assert gone == [1]
    assert [label.text() for label in toast.findChildren(QLabel)] == ["second"]


def test_a_toast_rises_only_where_motion_is_wanted(toast: Toast) -> None:
    style.reduce_motion(True)
    try:
        toast.show_toast("moved")
        ground = toast.parentWidget()
        assert ground is not None
        assert toast.geometry().bottomLeft() == QPoint(12, ground.height() - 12 - 1)
        assert style.duration(160) == 0
    finally:
        style.reduce_motion(False)
    assert style.duration(160) == 160
    toast.show_toast("moved again")
    assert toast.geometry().bottom() > ground.height() - 12 - 1


def test_a_toast_lies_bottom_left_and_follows(toast: Toast) -> None:
    toast.show_toast("moved")
    ground = toast.parentWidget()
    assert ground is not None
    ground.resize(500, 300)
    assert toast.geometry().bottomLeft() == QPoint(12, 300 - 12 - 1)


# --- search -----------------------------------------------------------------------------------


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


def test_typing_and_enter_are_told(search: SearchField) -> None:
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


def handle(splitter: Splitter) -> Handle:
    found = splitter.handle(1)
    assert isinstance(found, Handle)
    return found


def test_a_splitter_is_thin_to_see_and_wide_to_grip(splitter: Splitter) -> None:
    assert splitter.handleWidth() == 1
    assert handle(splitter).width() == 7


def test_a_double_click_restores_the_usual_widths(splitter: Splitter, qtbot: QtBot) -> None:
    splitter.setSizes([400, 300, 300])
    with qtbot.waitSignal(splitter.restored, timeout=1000):
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
