"""A toast about copying appears only if the clipboard has the content."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

from studio.common.errors import StorageError
from studio.ui.support import clipboard
from tests.source_files import nodes, parsed, texts_with


class BusyClipboard:
    """A clipboard that another program does not let go of for the first few tries."""

    def __init__(self, tries: int) -> None:
        self.tries = tries
        self.offered: list[QMimeData] = []

    def __call__(self, data: QMimeData) -> bool:
        self.offered.append(data)
        return len(self.offered) > self.tries


async def test_a_clipboard_that_is_held_is_tried_again_with_new_data() -> None:
    held = BusyClipboard(2)
    await clipboard.set_clipboard(QMimeData, hold=held)
    assert len(held.offered) == 3
    assert len({id(one) for one in held.offered}) == 3, "Qt deletes what it was given before"


async def test_a_clipboard_that_cannot_be_had_is_reported() -> None:
    held = BusyClipboard(1000)
    with pytest.raises(StorageError) as caught:
        await clipboard.set_clipboard(QMimeData, hold=held)
    assert caught.value.title == "Nothing was copied"
    assert len(held.offered) > 2


def test_a_text_is_reported_when_it_is_there() -> None:
    told: list[str] = []

    def done() -> None:
        told.append(QGuiApplication.clipboard().text())

    clipboard.put_text("#101d42", done)
    assert told == ["#101d42"]


def believed(time: int, news: int) -> int:
    """What Qt takes for the time of the server: the later one, on a circle of 2^32."""
    return news if 0 < (news - time) % 2**32 < 2**31 else time


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**31 - 2))
def test_a_time_that_is_to_come_is_put_right_in_three_steps(now: int, ahead: int) -> None:
    time = (now + ahead) % 2**32
    for step in clipboard.STEPS:
        time = believed(time, (now + step) % 2**32)
    assert time == now


@given(st.integers(0, 2**32 - 1), st.integers(1, 2**30))
def test_a_time_that_is_right_stays_right(now: int, since: int) -> None:
    time = (now - since) % 2**32
    for step in clipboard.STEPS:
        time = believed(time, (now + step) % 2**32)
    assert time == now


def at_the_clipboard(source: str) -> bool:
    """Whether something in a source takes hold of the clipboard."""
    return any(
        isinstance(node, ast.Attribute) and node.attr in ("clipboard", "QClipboard")
        for node in nodes(parsed(source))
        if not isinstance(node, ast.ImportFrom)
    )


def test_the_clipboard_is_reached_through_one_door() -> None:
    found = {name for name, source in texts_with("lipboard") if at_the_clipboard(source)}
    assert found == {"ui/support/clipboard.py"}


@pytest.mark.parametrize(
    "line",
    ["QGuiApplication.clipboard().setText(a)", "app.clipboard()", "QtGui.QClipboard.Mode"],
)
def test_what_goes_past_the_door_is_found(line: str) -> None:
    assert at_the_clipboard(line)
