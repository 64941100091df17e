"""Duels in the window, by their keys."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from studio.domain.choices import Verdict
from studio.domain.duel import Duel
from studio.domain.entities import Flag, Picture
from studio.library.query import Query
from studio.ui.dialogs.name_popover import NamePopover
from studio.ui.views.duel.pane import DuelPane
from studio.ui.views.duel.result_card import kept
from tests.ui.heard import Heard
from tests.ui.steps import Journey
from tests.ui.windows import LOOK_AGAIN, PATIENCE, OpenedWindow, make, opened, until

DUELING = Journey()

Read = TypeVar("Read")

LEFT, RIGHT, UP, DOWN = Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down


async def dueling(window: OpenedWindow, *pictures: Picture) -> None:
    """Select these pictures and press Shift+D."""
    window.gallery.setFocus()
    window.gallery.select_keys([one.row for one in pictures])
    window.actions_of.every["duel"].trigger()
    await until(window.core, lambda: window.view_switch.in_duel, "open")
    await shown(window)


async def shown(window: OpenedWindow) -> None:
    """Wait until both pictures are read and sharp."""

    def sharp(pane: DuelPane, id: str) -> bool:
        plate = pane.canvas.plate
        return plate is not None and plate.key == id and plate.raster is not None

    view = window.duel
    await until(
        window.core,
        lambda: all(sharp(pane, id) for pane, id in zip(view.panes, view.pair, strict=True)),
        "pixels",
    )


def press(window: OpenedWindow, key: Qt.Key, mods: Qt.KeyboardModifier | None = None) -> None:
    target = QApplication.focusWidget() or window.duel.panes[0].canvas
    QTest.keyClick(target, key, mods or Qt.KeyboardModifier.NoModifier)


async def settled(window: OpenedWindow) -> None:
    """Wait until every decision is recorded."""
    duels = window.built.duels.get()
    await until(window.core, lambda: duels.idle, "recorded")


async def saved(window: OpenedWindow) -> Duel:
    """The duel that is shown, as the library has it."""
    await settled(window)
    return await window.core.library.choosing.duel(window.duel.duel.id)


async def until_is(read: Callable[[], Awaitable[Read]], wanted: Read) -> None:
    """Read until this is found."""
    async with asyncio.timeout(PATIENCE):
        while await read() != wanted:
            await asyncio.sleep(LOOK_AGAIN)


async def test_undo_says_which_result_it_undid(tmp_path: Path, heard: Heard) -> None:
    async with opened(tmp_path) as window:
        await dueling(window, *await make(window, count=3))
        press(window, LEFT)
        heard.clear()
        press(window, Qt.Key.Key_U)
        assert [words.split(",")[0] for words in heard.said] == ["Undone: left won"]


@DUELING.step
async def one_key_decides_one_pair(window: OpenedWindow, pictures: list[Picture]) -> None:
    pictures = pictures[:4]
    await dueling(window, *pictures)
    first, second = window.duel.duel.definition.pictures[:2]
    assert window.duel.pair == (first, second)
    press(window, RIGHT)
    press(window, LEFT)
    press(window, LEFT)
    duel = window.duel.duel
    assert duel.finished
    assert duel.order[0].pictures == (second,)
    assert not window.duel.card.isHidden()
    assert await saved(window) == duel
    assert [one.verdict for one in duel.decisions] == [
        Verdict.SECOND,
        Verdict.FIRST,
        Verdict.FIRST,
    ]


@DUELING.step
async def both_and_neither_and_undo(window: OpenedWindow, pictures: list[Picture]) -> None:
    pictures = pictures[:4]
    await dueling(window, *pictures)
    before = window.duel.pair
    press(window, UP)
    press(window, DOWN)
    assert [one.verdict for one in window.duel.duel.decisions] == [
        Verdict.BOTH,
        Verdict.NEITHER,
    ]
    press(window, Qt.Key.Key_U)
    press(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.duel.pair == before
    assert not (await saved(window)).decisions
    press(window, Qt.Key.Key_U)
    await until(window.core, window.toast.isVisible, "nothing to undo")
    assert {one.id for one in await window.core.library.find([p.id for p in pictures])}


async def test_a_duel_goes_on_after_a_restart(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=5)
        await dueling(window, *pictures)
        press(window, RIGHT)
        press(window, LEFT)
        await settled(window)
        left = window.duel.duel
        press(window, Qt.Key.Key_Escape)
        assert not window.view_switch.in_duel
    async with opened(tmp_path) as window:
        await until(window.core, lambda: window.model.rowCount() == 5, "tiles")
        await dueling(window)
        assert window.duel.duel == left
        assert window.duel.pair == left.pair


@DUELING.step
async def the_picks_are_the_duel_where_nothing_is_selected(
    window: OpenedWindow, pictures: list[Picture]
) -> None:
    pictures = pictures[:4]
    window.gallery.select_keys([])
    window.actions_of.every["duel"].trigger()
    await until(window.core, window.toast.isVisible, "a duel needs two")
    assert not window.view_switch.in_duel
    picks = [one.id for one in pictures[:3]]
    await window.core.library.flag(picks, Flag.PICK)
    await dueling(window)
    assert sorted(window.duel.duel.present) == sorted(picks)
    assert window.duel.duel.name == "3 picks of All pictures"


@DUELING.step
async def the_picks_of_a_round_duel_and_esc_returns_to_it(
    window: OpenedWindow, pictures: list[Picture]
) -> None:
    pictures = pictures[:4]
    window.gallery.select_keys([one.row for one in pictures])
    window.actions_of.every["pick_mode"].trigger()
    await until(window.core, lambda: window.pick.picture is not None, "round")
    for key in (Qt.Key.Key_P, Qt.Key.Key_P, Qt.Key.Key_X):
        QTest.keyClick(window.pick.canvas, key)
    picked = window.pick.round.with_verdict(Verdict.PICK)
    QTest.keyClick(window.pick.canvas, Qt.Key.Key_D, Qt.KeyboardModifier.ShiftModifier)
    await until(window.core, lambda: window.view_switch.in_duel, "duel")
    await shown(window)
    assert sorted(window.duel.duel.present) == sorted(picked)
    assert not window.composer.isVisible()
    press(window, Qt.Key.Key_Escape)
    await until(window.core, lambda: window.view_switch.in_pick, "back")
    assert window.pick.round.current == window.pick.round.pictures[3]
    assert not window.composer.isVisible()


async def test_zoom_and_place_are_shared_and_z_shows_every_pixel(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=2, size="1K")
        await dueling(window, *pictures)
        first, second = (pane.canvas for pane in window.duel.panes)
        first.set_zoom(0.8, QPointF(20, 20))
        assert second.zoom == 0.8
        assert second.view.focus() == first.view.focus()
        before = first.zoom
        QTest.keyPress(first, Qt.Key.Key_Z)
        assert first.zoom == second.zoom == 1.0
        assert second.view.focus() == first.view.focus()
        QTest.keyRelease(first, Qt.Key.Key_Z)
        assert first.zoom == second.zoom == before


@DUELING.step
async def tab_swaps_the_sides_and_the_keys_with_them(
    window: OpenedWindow, pictures: list[Picture]
) -> None:
    pictures = pictures[:2]
    await dueling(window, *pictures)
    first, second = window.duel.pair
    press(window, Qt.Key.Key_Tab)
    assert [pane.picture.id for pane in window.duel.sides if pane.picture] == [second, first]
    press(window, LEFT)
    assert window.duel.duel.order[0].pictures == (second,)


@DUELING.step
async def a_past_pair_is_decided_again(window: OpenedWindow, pictures: list[Picture]) -> None:
    pictures = pictures[:4]
    await dueling(window, *pictures)
    first, second = window.duel.pair
    press(window, LEFT)
    current = window.duel.pair
    bracket = window.duel.foot.bracket
    match = next(one for one in window.duel.duel.matches if one.decided)
    QTest.mouseClick(
        bracket,
        Qt.MouseButton.LeftButton,
        pos=bracket.place(match.begin, match.end).toPoint(),
    )
    past = window.duel.past
    assert past == match
    assert window.duel.pair == (first, second)
    press(window, Qt.Key.Key_Escape)
    assert window.duel.pair == current
    window.duel.show_match(match)
    press(window, RIGHT)
    assert window.duel.past is None
    assert window.duel.pair == current
    press(window, LEFT)
    press(window, LEFT)
    assert (await saved(window)).order[0].pictures == (second,)


@DUELING.step
async def more_places_can_be_sought_and_are_kept_as_stars_picks_and_collection(
    window: OpenedWindow, pictures: list[Picture]
) -> None:
    pictures = pictures[:4]
    await window.core.library.flag([one.id for one in pictures], Flag.PICK)
    await dueling(window, *pictures)
    for _pair in range(3):
        press(window, LEFT)
    window.duel.card.button("more").click()
    assert window.duel.duel.definition.best == 2
    while not window.duel.duel.finished:
        press(window, LEFT)
    duel = await saved(window)
    best = [id for place in duel.order for id in place.pictures]
    assert len(best) == 2
    card = window.duel.card
    card.button("stars").click()

    library, ids = window.core.library, [one.id for one in pictures]

    async def stars() -> list[int]:
        found = {one.id: one.rating for one in await library.find(best)}
        return [found[id] for id in best]

    async def picked() -> list[str]:
        return sorted(one.id for one in await library.find(ids) if one.flag is Flag.PICK)

    async def collected() -> list[str]:
        every = await library.collections.every()
        found = [one.id for one in every if one.name == "Best two"]
        return sorted(
            await library.ids(await library.rows(Query(collection=found[0]))) if found else []
        )

    await until_is(stars, [5, 4])
    card.button("flags").click()
    await until_is(picked, sorted(best))
    assert await library.undo()
    assert await picked() == sorted(ids)
    card.button("collect").click()
    await until(window.core, lambda: window.findChildren(NamePopover), "asked")
    field = window.findChildren(NamePopover)[0].field
    field.setText("Best two")
    QTest.keyClick(field, Qt.Key.Key_Return)
    await until_is(collected, sorted(best))


async def test_trashed_and_missing_pictures_in_the_middle(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=4)
        await dueling(window, *pictures)
        first, second = window.duel.pair
        await window.core.library.trash([first])
        await until(window.core, lambda: first not in window.duel.duel.present, "trashed")
        assert first not in window.duel.pair
        await window.core.library.restore([first])
        await until(window.core, lambda: window.duel.pair == (first, second), "restored")
        (gone,) = await window.core.library.find([second])
        window.core.library.path(gone).unlink()
        press(window, Qt.Key.Key_Escape)
        await dueling_unsharp(window)
        pane = window.duel.panes[1]
        await until(
            window.core,
            lambda: pane.canvas.plate is not None and pane.canvas.plate.trouble,
            "missing",
        )
        press(window, LEFT)
        assert (await saved(window)).losers_to(first) == [second]


async def dueling_unsharp(window: OpenedWindow) -> None:
    """As `dueling`, with pictures that cannot be decoded."""
    window.gallery.select_keys([])
    window.actions_of.every["duel"].trigger()
    await until(window.core, lambda: window.view_switch.in_duel, "open")


@DUELING.step
async def the_next_pair_is_decoded_ahead_and_given_up_at_the_end(
    window: OpenedWindow, pictures: list[Picture]
) -> None:
    pictures = pictures[:4]
    await dueling(window, *pictures)
    panes = window.duel.panes
    await until(window.core, lambda: all(len(p.prepared) == 2 for p in panes), "ahead")
    press(window, LEFT)
    assert all(pane.canvas.plate and pane.canvas.plate.raster for pane in panes)
    press(window, Qt.Key.Key_Escape)
    assert not any(pane.prepared for pane in panes)


@DUELING.step
async def the_end_of_a_quick_duel_shows_sharp_pictures_and_centred_words(
    window: OpenedWindow, pictures: list[Picture]
) -> None:
    pictures = pictures[:4]
    await dueling(window, *pictures)
    for key in (LEFT, RIGHT, LEFT):
        press(window, key)
    assert window.duel.finished
    await shown(window)
    previews = [one for one in window.duel.findChildren(QLabel) if one.text() == "preview"]
    assert previews == []
    for button in window.duel.foot.buttons.values():
        assert not button.isEnabled()
        assert _middle_of_words(button) == pytest.approx(button.height() / 2, abs=3)


def _middle_of_words(button: QWidget) -> float:
    """Middle of what is written on a button beside its key, in logical pixels."""
    shown = button.grab().toImage()
    scale = shown.width() / button.width()
    ground = shown.pixelColor(round(50 * scale), shown.height() // 2)
    columns = range(round(56 * scale), shown.width() - round(12 * scale))
    inked = [
        row
        for row in range(round(4 * scale), shown.height() - round(4 * scale))
        if any(shown.pixelColor(column, row) != ground for column in columns)
    ]
    return (inked[0] + inked[-1] + 1) / 2 / scale


@DUELING.step
async def words_for_a_screen_reader(window: OpenedWindow, pictures: list[Picture]) -> None:
    pictures = pictures[:4]
    await window.core.library.entitle([pictures[0].id], "dusk 07")
    await window.core.library.entitle([pictures[1].id], "dawn 02")
    await dueling(window, pictures[0], pictures[1])
    view = window.duel
    left, right = (pane.picture for pane in view.sides)
    assert left is not None
    assert right is not None
    buttons = view.foot.buttons
    assert buttons[Verdict.FIRST].accessibleName() == f"Left wins, {left.name}"
    assert buttons[Verdict.SECOND].accessibleName() == f"Right wins, {right.name}"
    assert view.sides[0].canvas.accessibleName() == f"{left.name}, left"
    assert view.place == "Round 1, pair 1 of 1"


@DUELING.step
async def letters_of_other_modes_and_held_keys_do_nothing(
    window: OpenedWindow, pictures: list[Picture]
) -> None:
    pictures = pictures[:4]
    await dueling(window, *pictures)
    before = window.duel.duel
    for key in (Qt.Key.Key_V, Qt.Key.Key_P, Qt.Key.Key_X, Qt.Key.Key_Delete, Qt.Key.Key_1):
        press(window, key)
    held = QKeyEvent(QEvent.Type.KeyPress, LEFT, Qt.KeyboardModifier.NoModifier, autorep=True)
    QApplication.sendEvent(window.duel.panes[0].canvas, held)
    assert window.duel.duel == before
    found = await window.core.library.find([one.id for one in pictures])
    assert {(one.flag, one.rating) for one in found} == {(Flag.NONE, 0)}


async def test_earlier_pairs_are_reached_by_keys_and_by_a_screen_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QAccessible, "isActive", lambda: True)
    async with opened(tmp_path) as window:
        pictures = await make(window, count=4)
        for number, one in enumerate(pictures):
            await window.core.library.entitle([one.id], f"dusk {number}")
        await dueling(window, *pictures)
        view = window.duel
        pairs = [view.pair]
        press(window, LEFT)
        pairs.append(view.pair)
        press(window, RIGHT)
        current = view.pair
        press(window, Qt.Key.Key_PageUp)
        assert view.pair == pairs[1]
        press(window, Qt.Key.Key_PageUp)
        press(window, Qt.Key.Key_PageUp)
        assert view.pair == pairs[0]
        press(window, Qt.Key.Key_PageDown)
        press(window, Qt.Key.Key_PageDown)
        assert (view.pair, view.past) == (current, None)
        names = {one.id: one.name for one in await window.core.library.find([*pairs[0], *pairs[1]])}
        said = [
            f"Round 1: {names[pairs[0][0]]} won against {names[pairs[0][1]]}",
            f"Round 1: {names[pairs[1][1]]} won against {names[pairs[1][0]]}",
        ]
        # The screen of tests is too narrow for the tree.
        every = view.foot.bracket.findChildren(QAbstractButton)
        knots = [one for one in every if not one.isHidden()]
        assert sorted(one.accessibleName() for one in knots) == sorted(said)
        knot = next(one for one in knots if one.accessibleName() == said[1])
        action = QAccessible.queryAccessibleInterface(knot).actionInterface()
        action.doAction(action.pressAction())
        await until(window.core, lambda: view.pair == pairs[1], "Qt clicks a moment later")


async def test_a_closed_stack_and_compared_pictures_are_the_duel(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=3)
        window.core.settings.change(stacks={"all": "run"})
        window.library_view.follow_stacks()
        gallery = window.gallery
        await until(window.core, lambda: gallery.rows.stack_counts == (1, 0), "stacked")
        await dueling(window, pictures[0])
        assert set(window.duel.duel.definition.pictures) == {one.id for one in pictures}
        window.duel.open_card()
        window.duel.card.button("end").click()
        await settled(window)
        await until(window.core, lambda: not window.view_switch.in_duel, "given up")
        window.view_switch.compare_these([one.row for one in pictures[1:]])
        await until(window.core, lambda: len(window.compare.pictures) == 2, "compared")
        window.actions_of.every["duel"].trigger()
        await until(window.core, lambda: window.view_switch.in_duel, "open")
        assert set(window.duel.duel.definition.pictures) == {one.id for one in pictures[1:]}


@DUELING.step
async def of_two_only_the_best_one_is_offered_for_a_collection(
    window: OpenedWindow, pictures: list[Picture]
) -> None:
    await dueling(window, *pictures[:2])
    press(window, LEFT)
    assert window.duel.card.button("collect").text() == "Add the best one to a collection…"
    assert kept(window.duel.duel) == [window.duel.duel.order[0].pictures[0]]


async def test_a_toast_keeps_clear_of_the_results(tmp_path: Path) -> None:
    async with opened(tmp_path, width=900) as window:
        await dueling(window, *(await make(window, count=3)))
        press(window, Qt.Key.Key_U)
        toast = window.toast
        assert toast.isVisible()
        foot = window.duel.foot.mapTo(window, QPoint(0, 0)).y()
        bottom = toast.mapTo(window, QPoint(0, toast.height())).y()
        assert bottom <= foot - window.duel.panes[0].caption_height


async def test_dueling_in_one_window(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await DUELING.walk(window, await make(window, count=4))
