"""The message bar and the toast."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from studio.ui.style import qt_style
from studio.ui.widgets.buttons import Button, IconButton
from studio.ui.widgets.message_action import MessageAction
from studio.ui.widgets.message_bar import MessageBar, Notice
from studio.ui.widgets.toast import Toast
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
    told: list[str] = []
    notice = Notice(
        key="budget",
        text="Over your $40.",
        tone="warn",
        actions=(
            MessageAction("Change limit", partial(told.append, "limit")),
            MessageAction("Generate anyway", partial(told.append, "go")),
        ),
    )
    bar.show_notice(notice)
    first, second = (button for button in bar.findChildren(Button) if button.isVisible())
    second.click()
    assert (told, bar.notice) == (["go"], None)
    bar.show_notice(notice)
    first.click()
    assert told == ["go", "limit"]
    with pytest.raises(ValueError, match="two buttons"):
        bar.show_notice(Notice(key="x", text="x", actions=(MessageAction("A"),) * 3))


def test_a_press_may_ask_the_next_question(bar: MessageBar) -> None:
    following = Notice(key="limit", text="Over your $50.")
    change = MessageAction("Change limit", partial(bar.show_notice, following))
    bar.show_notice(Notice(key="limit", text="Over your $40.", actions=(change,)))
    bar.on_first()
    assert bar.notice == following


def test_a_notice_changes_in_its_place_and_not_once_it_is_gone(bar: MessageBar) -> None:
    bar.show_notice(Notice(key="sum", text="$32 are spent."))
    bar.show_notice(Notice(key="other", text="No network."))
    bar.update_notice(Notice(key="sum", text="$33 are spent."))
    assert seen(bar) == ["No network.", "(1 more)"]
    bar.on_close()
    assert seen(bar) == ["$33 are spent."]
    bar.on_close()
    bar.update_notice(Notice(key="sum", text="$34 are spent."))
    assert bar.notice is None


def test_closing_tells_and_can_be_withheld(bar: MessageBar) -> None:
    told: list[object] = []
    bar.show_notice(Notice(key="x", text="stays", closable=False))
    assert not [button for button in bar.findChildren(IconButton) if button.isVisible()]
    bar.show_notice(Notice(key="y", text="goes", on_closed=partial(told.append, "y")))
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
    toast.show_toast("3 pictures moved to the trash", on_gone=partial(told.append, 7))
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
    toast.show_toast("moved", MessageAction("Undo"))
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
    undo = MessageAction("Undo", partial(told.append, "change 12"))
    toast.show_toast("moved", undo, on_gone=partial(gone.append, "change 12"))
    toast.findChildren(Button)[0].click()
    assert (told, gone, toast.isVisible()) == (["change 12"], [], False)
    assert not toast.timer.isActive()


def test_there_is_one_toast_at_a_time(toast: Toast) -> None:
    gone: list[object] = []
    toast.show_toast("first", on_gone=partial(gone.append, 1))
    toast.show_toast("second", on_gone=partial(gone.append, 2))
    assert gone == [1]
    assert [label.text() for label in toast.findChildren(QLabel)] == ["second"]


def test_a_toast_rises_only_where_motion_is_wanted(toast: Toast) -> None:
    qt_style.set_motion("reduced")
    try:
        toast.show_toast("moved")
        ground = toast.parentWidget()
        assert ground is not None
        assert toast.geometry().bottomLeft() == QPoint(12, ground.height() - 12 - 1)
        assert qt_style.duration(160) == 0
    finally:
        qt_style.set_motion("system")
    assert qt_style.duration(160) == 160
    toast.show_toast("moved again")
    assert toast.geometry().bottom() > ground.height() - 12 - 1


def test_a_toast_lies_bottom_left_and_follows(toast: Toast) -> None:
    toast.show_toast("moved")
    ground = toast.parentWidget()
    assert ground is not None
    ground.resize(500, 300)
    assert toast.geometry().bottomLeft() == QPoint(12, 300 - 12 - 1)
