"""Stacks in the window, with real keys."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from studio.domain import prompt_variants, runs
from studio.domain.drafts import Draft
from studio.domain.entities import Flag, Job, Picture
from studio.domain.stacks import StackBy
from studio.library.query import View
from studio.ui.support.drag_and_drop import DraggedPicture
from studio.ui.widgets.buttons import Button
from studio.ui.window import menus
from tests.ui.windows import OpenedWindow, make, opened, until

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier


class StackUser:
    """Works with the stacks of a window by keys."""

    def __init__(self, window: OpenedWindow) -> None:
        self.window = window
        self.gallery = window.gallery

    async def focus(self) -> None:
        self.window.activateWindow()
        await until(self.window.core, self.window.isActiveWindow, "active")
        self.gallery.setFocus()

    def press(self, key: Qt.Key, mods: Qt.KeyboardModifier = NONE) -> None:
        focus: QWidget = QApplication.focusWidget() or self.window
        QTest.keyClick(focus, key, mods)

    async def stack_by(self, by: StackBy) -> None:
        bar = self.window.built.grid_bar
        bar.stacks.set_value(by)
        bar.stacks_chosen.emit(by)
        await self.until(
            lambda: (self.gallery.rows.stack_counts is not None) is (by is not StackBy.OFF),
            "stacks",
        )
        await self.window.library_view.settled()

    async def until(self, condition: object, what: str) -> None:
        assert callable(condition)
        await until(self.window.core, condition, what)

    async def go(self, row: int) -> None:
        self.gallery.go_to_row(row)
        await self.until(lambda: isinstance(self.gallery.current_item(), Picture), "read")
        many = self.tiles[row][0] > 1
        toggle = self.window.actions_of.every["stack_toggle"]
        await self.until(lambda: toggle.isEnabled() is many, "told")

    @property
    def tiles(self) -> list[tuple[int, bool]]:
        """Number of pictures of the stack of each tile, and whether it is open."""
        rows = self.gallery.rows
        tiles = [rows.tile_at(row) for row in range(rows.rowCount())]
        return [(1, False) if one is None else (one.size, one.open) for one in tiles]

    def spoken(self, row: int) -> str:
        index = self.gallery.rows.index(row)
        return str(index.data(Qt.ItemDataRole.AccessibleTextRole))


async def three_runs(window: OpenedWindow) -> StackUser:
    """Runs of three, one and four pictures, newest first; stacked."""
    await make(window, "pier", 4)
    await make(window, "reef", 1)
    await make(window, "isle", 3)
    user = StackUser(window)
    await user.focus()
    await user.stack_by(StackBy.RUN)
    return user


async def test_stacks_open_and_close_by_key_and_are_remembered_for_the_place(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as window:
        user = await three_runs(window)
        assert user.tiles == [(3, False), (1, False), (4, False)]
        counts = "8 of 8, in 2 stacks and 1 single"
        assert counts in window.built.grid_bar.accessibleDescription()
        await user.go(0)
        assert user.spoken(0).startswith("Stack, isle")
        assert user.spoken(0).endswith(", 3 pictures, closed")
        cover = user.gallery.current_item()
        user.press(Qt.Key.Key_S)
        assert user.tiles == [(3, True)] * 3 + [(1, False), (4, False)]
        assert user.gallery.current_item() == cover
        await user.until(lambda: user.spoken(0).endswith(", 3 pictures, open"), "read")
        user.press(Qt.Key.Key_End, CTRL)
        assert user.gallery.current_row() == 2
        assert user.spoken(2).endswith(", 3 of 3 in this stack")
        user.press(Qt.Key.Key_Right)
        assert user.gallery.current_row() == 3
        user.press(Qt.Key.Key_Left)
        user.press(Qt.Key.Key_Home, CTRL)
        assert user.gallery.current_row() == 0
        user.press(Qt.Key.Key_S)
        assert user.tiles == [(3, False), (1, False), (4, False)]
        assert user.gallery.selection.spans() == [(0, 0)]
        user.press(Qt.Key.Key_S, SHIFT)
        assert len(user.tiles) == 8
        user.press(Qt.Key.Key_S, SHIFT)
        assert len(user.tiles) == 3
        window.show_shelf(View.PICKS)
        await window.library_view.settled()
        assert user.gallery.rows.stack_counts is None
        window.show_shelf(View.ALL)
        await window.library_view.settled()
        assert user.tiles == [(3, False), (1, False), (4, False)]
    async with opened(tmp_path) as window:
        user = StackUser(window)
        await user.until(lambda: user.tiles == [(3, False), (1, False), (4, False)], "stacks")


async def test_a_closed_stack_stands_for_its_key_and_says_so(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        user = await three_runs(window)
        core, library = window.core, window.core.library
        await user.go(2)
        every = await library.pictures(list(user.gallery.rows.stack_pictures(2)))
        # The newest is the key.
        key = max(every, key=lambda one: one.row)
        assert user.gallery.current_item() == key
        trash = window.actions_of.every["trash"]
        await user.until(lambda: "1 picture of a stack of 4" in trash.text(), "its number")
        told: list[str] = []
        window.pictures.said.connect(told.append)
        window.pictures.told.connect(told.append)
        user.press(Qt.Key.Key_P)
        assert told == ["Applied to 1 picture of a stack of 4"]
        await user.until(lambda: user.gallery.current_item().flag is Flag.PICK, "picked")  # type: ignore[union-attr]
        user.press(Qt.Key.Key_Delete)
        await user.until(lambda: user.tiles[2] == (3, False), "in the trash")
        assert told[1:] == ["1 picture of a stack of 4 moved to the trash"]
        # The next one becomes the key.
        rest = [one for one in every if one.id != key.id]
        assert user.gallery.rows.key_at(2) == max(one.row for one in rest)
        window.pictures.undo()
        await user.until(lambda: user.tiles[2] == (4, False), "undone")
        assert user.gallery.rows.key_at(2) == key.row
        await core.queue.idle()


async def test_the_key_is_chosen_the_rest_rejected_and_a_stack_taken_apart(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        user = await three_runs(window)
        library, every = window.core.library, window.actions_of.every
        await user.go(2)
        user.press(Qt.Key.Key_S)
        await user.go(4)
        chosen = user.gallery.current_item()
        assert isinstance(chosen, Picture)
        await user.until(every["stack_cover"].isEnabled, "one of a stack")
        button = next(
            one for one in window.inspector.findChildren(Button) if one.text() == "Set as cover"
        )
        assert button.isEnabled()
        assert every["stack_reject_rest"].text() == "Reject the other 3 pictures of the stack"
        stack = window.inspector.page.stack
        await user.until(lambda: "This stack cost" in stack.spend.text(), "spend")
        assert stack.place.text() == "3 of 4 in this stack"
        every["stack_cover"].trigger()
        await user.until(lambda: not every["stack_cover"].isEnabled(), "it is the cover now")
        await user.until(lambda: not button.isEnabled(), "in the inspector too")
        every["stack_reject_rest"].trigger()
        rows = list(user.gallery.rows.stack_pictures(4))

        async def flags() -> list[Flag]:
            return [one.flag for one in await library.pictures(rows)]

        wanted = [Flag.NONE if row == chosen.row else Flag.REJECT for row in rows]
        while await flags() != wanted:
            await user.until(lambda: True, "rejected")
        await user.go(2)
        user.press(Qt.Key.Key_S)
        await user.until(lambda: user.gallery.rows.key_at(2) == chosen.row, "the key")
        user.press(Qt.Key.Key_G, CTRL | SHIFT)
        await user.until(lambda: user.tiles == [(3, False)] + [(1, False)] * 5, "apart")
        window.pictures.undo()
        await user.until(lambda: user.tiles[2:] == [(4, False)], "one undo step")


async def test_pictures_are_stacked_by_hand_and_the_stacks_are_shown(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        user = await three_runs(window)
        await user.stack_by(StackBy.OFF)
        await user.go(0)
        user.press(Qt.Key.Key_Right, SHIFT)
        await user.until(window.actions_of.every["stack"].isEnabled, "told")
        user.press(Qt.Key.Key_G, CTRL)
        await user.until(lambda: user.tiles[:1] == [(2, False)], "stacked")
        assert window.library_view.stack_by is StackBy.HAND
        assert len(user.tiles) == 7


async def test_a_filter_looks_at_the_members(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        user = await three_runs(window)
        rows = user.gallery.rows
        (first, *_rest) = await window.core.library.pictures(list(rows.stack_pictures(2)))
        await window.core.library.rate([first.id], 5)
        window.view_options.on_stars_chosen(4)
        await user.until(lambda: user.tiles == [(1, False)], "filtered")
        await user.until(lambda: user.gallery.stack_look(0).pill == "1 of 4", "facts")
        assert not user.gallery.stack_look(0).closed
        assert rows.key_at(0) == first.row


async def test_a_run_under_way_is_a_stack(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        user = await three_runs(window)
        core = window.core
        core.queue.pause()
        await submit(window)
        await user.until(lambda: user.tiles[0] == (5, False), "a stack")
        content = user.gallery.content_at(0, user.gallery.rows.item_at(0))
        assert (content.big, content.line) == ("0 of 5", "5 queued")
        assert content.cancel == "Cancel all 5 jobs"
        job = user.gallery.rows.item_at(0)
        assert isinstance(job, Job)
        beside = user.gallery.jobs_beside(job.id)
        menu = menus.job_menu(window.jobs_controller, job, window, beside)
        assert [one.text() for one in menu.actions()] == ["Cancel all 5 jobs"]
        menu.actions()[0].trigger()
        await user.until(lambda: not any(one.alive for one in core.queue.jobs.values()), "ended")
        await submit(window)
        await user.until(lambda: len(user.gallery.rows.jobs_at(0)) == 5, "another run")
        core.queue.pause(on=False)
        await core.queue.idle()
        await user.until(lambda: user.gallery.rows.jobs_at(0) == [], "done")
        assert user.tiles[0] == (5, False)
        await user.until(lambda: user.gallery.stack_look(0).pill == "5", "facts")
        assert user.gallery.stack_look(0).fresh


async def test_a_closed_stack_is_dragged_by_its_cover_and_with_shift_as_a_whole(
    tmp_path: Path, dragged: list[list[DraggedPicture]]
) -> None:
    async with opened(tmp_path) as window:
        user = await three_runs(window)
        gallery = user.gallery
        start, rows = gallery.cell(2).center(), gallery.rows.stack_pictures(2)
        for mods in (NONE, SHIFT):
            await user.go(0)
            QTest.mousePress(gallery.viewport(), Qt.MouseButton.LeftButton, mods, start)
            await user.until(lambda: gallery.rows.pictures_at_hand(rows) is not None, "read")
            end = QPointF(start + QPoint(60, 20))
            move = QMouseEvent(
                QEvent.Type.MouseMove,
                end,
                gallery.viewport().mapToGlobal(end),
                Qt.MouseButton.NoButton,
                Qt.MouseButton.LeftButton,
                mods,
            )
            QApplication.sendEvent(gallery.viewport(), move)
            QTest.mouseRelease(gallery.viewport(), Qt.MouseButton.LeftButton, mods, start)
        assert [len(carried) for carried in dragged] == [1, 4]


async def submit(window: OpenedWindow) -> None:
    """Five jobs."""
    model = window.core.catalogue.find("sketch", "sketch")
    draft = Draft(prompt="quay", size="512", count=5, seed=1)
    await window.core.submit(runs.plan(draft, model, prompt_variants.expand("quay")))
