"""The message bar and the toast."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from studio.ui.style import qt_style
from studio.ui.widgets import Button, IconButton, MessageBar, Notice, Toast
from tests.ui.widgets.pointer import enter, leave, shown, spoken


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


def test_long_words_take_several_lines_and_are_never_cut(bar: MessageBar) -> None:
    bar.resize(420, bar.height())
    path = "/home/someone/Pictures" + "/a-folder-with-a-name" * 6
    bar.show_notice(Notice(key="far", text=f"Picture file not found. There is no {path}."))
    (label,) = (one for one in bar.findChildren(QLabel) if one.isVisible() and one.text())
    assert bar.height() > 60
    assert label.height() >= label.heightForWidth(label.width())
    assert label.fontMetrics().boundingRect("a-folder-with-a-name/").width() < label.width()
    bar.resize(2000, bar.height())
    assert bar.height() == 36
    assert spoken(bar)[1].endswith(f"{path}.")


def test_of_many_notices_the_oldest_go_but_none_that_cannot_be_closed(bar: MessageBar) -> None:
    bar.show_notice(Notice(key="work", text="Importing", closable=False))
    for number in range(30):
        bar.show_notice(Notice(key=str(number), text=f"message {number}"))
    for number in range(29, 20, -1):
        assert seen(bar)[0] == f"message {number}"
        bar.on_close()
    assert seen(bar) == ["Importing"]


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
    assert QTest.qWaitForWindowActive(ground, 60_000)
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
    qt_style.reduce_motion(True)
    try:
        toast.show_toast("moved")
        ground = toast.parentWidget()
        assert ground is not None
        assert toast.geometry().bottomLeft() == QPoint(12, ground.height() - 12 - 1)
        assert qt_style.duration(160) == 0
    finally:
        qt_style.reduce_motion(False)
    assert qt_style.duration(160) == 160
    toast.show_toast("moved again")
    assert toast.geometry().bottom() > ground.height() - 12 - 1


def test_a_toast_lies_bottom_left_and_follows(toast: Toast) -> None:
    toast.show_toast("moved")
    ground = toast.parentWidget()
    assert ground is not None
    ground.resize(500, 300)
    assert toast.geometry().bottomLeft() == QPoint(12, 300 - 12 - 1)
