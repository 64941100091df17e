"""Edit with both: two pictures become the source and its style reference; nothing is sent."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from studio.domain.entities import Picture, Role
from studio.ui.widgets.menu import reason_of
from tests.ui.controllers.test_compare import compared, press
from tests.ui.steps import Journey
from tests.ui.windows import OpenedWindow, make, opened, until

BOTH = Journey()

Used = list[tuple[str | None, Role]]


def references(window: OpenedWindow) -> Used:
    return [(one.picture, one.role) for one in window.composer.draft().references]


def uses(window: OpenedWindow, wanted: Used) -> bool:
    return references(window) == wanted


async def select(window: OpenedWindow, *pictures: Picture) -> None:
    """Select pictures as with Ctrl and the mouse, in this order."""
    window.gallery.setFocus()
    rows = [window.gallery.rows.row_of(one.row) for one in pictures]
    assert rows[0] is not None
    window.gallery.go_to_row(rows[0])
    for row in rows[1:]:
        assert row is not None
        window.gallery.toggle(row)
    action = window.actions_of.every["compare"]
    await until(window.core, action.isEnabled, "selected")


@BOTH.step
async def the_first_selected_is_edited_in_the_style_of_the_second(
    window: OpenedWindow, pictures: list[Picture]
) -> None:
    for first in (0, 1):
        edited, style = pictures[first], pictures[1 - first]
        await select(window, edited, style)
        before = window.composer.draft()
        QTest.keyClick(window.gallery, Qt.Key.Key_Y)
        wanted: Used = [(edited.id, Role.EDIT), (style.id, Role.STYLE)]
        await until(window.core, partial(uses, window, wanted), f"used, from {first}")
        assert not window.core.queue.jobs
        assert window.composer.draft().prompt == before.prompt
        window.composer.undo()
        assert references(window) == [], f"one step, from {first}"


@BOTH.step
async def a_range_begins_with_the_picture_that_is_edited(
    window: OpenedWindow, pictures: list[Picture]
) -> None:
    pictures = pictures[:2]
    await select(window, pictures[1])
    QTest.keyClick(window.gallery, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    every = window.actions_of.every
    await until(window.core, every["edit_both"].isEnabled, "two selected")
    QTest.keyClick(window.gallery, Qt.Key.Key_Y)
    wanted = [(pictures[1].id, Role.EDIT), (pictures[0].id, Role.STYLE)]
    await until(window.core, lambda: references(window) == wanted, "used")


@BOTH.step
async def of_compared_pictures_a_is_edited(window: OpenedWindow, pictures: list[Picture]) -> None:
    pictures = pictures[:3]
    await compared(window, *pictures[:2])
    press(window, Qt.Key.Key_S)
    press(window, Qt.Key.Key_Y)
    a, b = (pictures[n] for n in (1, 2))
    wanted = [(a.id, Role.EDIT), (b.id, Role.STYLE)]
    await until(window.core, lambda: references(window) == wanted, "used")


@BOTH.step
async def another_number_of_pictures_is_a_reason(
    window: OpenedWindow, pictures: list[Picture]
) -> None:
    pictures = pictures[:3]
    action = window.actions_of.every["edit_both"]
    for number in (1, 3):
        await select(window, *pictures[:number])
        await until(window.core, lambda: reason_of(action), "disabled")
        assert reason_of(action) == "Select exactly two pictures first"
    await compared(window, *pictures)
    assert reason_of(action) == "Select exactly two pictures first"


async def test_esc_leads_out_of_the_prompt_and_then_out_of_the_comparison(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        window.activateWindow()
        pictures = await make(window, count=2)
        await compared(window, *pictures)
        window.compare.focus_view()
        press(window, Qt.Key.Key_Y)
        await until(window.core, lambda: len(references(window)) == 2, "used")
        assert focused() is window.composer.card.editor
        QTest.keyClicks(focused(), "At noon")
        QTest.keyClick(focused(), Qt.Key.Key_Escape)
        assert window.compare.isAncestorOf(focused())
        QTest.keyClick(focused(), Qt.Key.Key_Escape)
        assert not window.view_switch.in_compare


def focused() -> QWidget:
    found = QApplication.focusWidget()
    assert found is not None
    return found


async def test_edit_with_both_in_one_window(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await BOTH.walk(window, await make(window, count=3))
