"""Pick mode in the window, by its keys."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from studio.domain import runs
from studio.domain.choices import Verdict
from studio.domain.drafts import Draft
from studio.domain.entities import Flag, Picture
from studio.domain.pick_round import PickRound
from studio.library.query import Query
from studio.ui.dialogs.name_popover import NamePopover
from studio.ui.support import tasks
from studio.ui.widgets.switch import Switch
from tests.ui.heard import Heard
from tests.ui.windows import OpenedWindow, make, opened, until


async def picking(window: OpenedWindow, *pictures: Picture) -> None:
    """Select these pictures and press Shift+P."""
    window.gallery.setFocus()
    window.gallery.select_keys([one.row for one in pictures])
    window.actions_of.every["pick_mode"].trigger()
    await until(window.core, lambda: window.view_switch.in_pick, "open")
    await shown(window)


async def shown(window: OpenedWindow) -> None:
    """Wait until the current picture is read and sharp."""

    def sharp() -> bool:
        plate, picture = window.pick.canvas.plate, window.pick.picture
        return (
            plate is not None
            and picture is not None
            and plate.key == picture.id
            and plate.raster is not None
        )

    await until(window.core, sharp, "pixels")


def press(window: OpenedWindow, key: Qt.Key, mods: Qt.KeyboardModifier | None = None) -> None:
    target = QApplication.focusWidget() or window.pick.canvas
    QTest.keyClick(target, key, mods or Qt.KeyboardModifier.NoModifier)


async def settled(window: OpenedWindow) -> None:
    """Wait until every decision is recorded."""
    rounds = window.built.pick_rounds
    await until(window.core, lambda: rounds.idle, "recorded")


async def saved(window: OpenedWindow) -> PickRound:
    """The round that is shown, as the library has it."""
    await settled(window)
    return await window.core.library.choosing.round(window.pick.round.id)


async def edited(window: OpenedWindow, parent: Picture) -> Picture:
    """A picture made from another one."""
    window.composer.edit(parent)
    window.composer.set_prompt("Lighthouse in heavy fog")
    before = len(window.library_view.order)
    window.composer.generate_now()
    await until(window.core, lambda: len(window.library_view.order) == before + 1, "edited")
    await window.core.queue.idle()
    found = await window.core.library.pictures(window.library_view.order)
    return next(one for one in found if one.parents)


async def flags(window: OpenedWindow, pictures: list[Picture]) -> list[Flag]:
    found = {one.id: one.flag for one in await window.core.library.find([p.id for p in pictures])}
    return [found[one.id] for one in pictures]


async def test_one_key_decides_one_picture(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=8)
        await picking(window, *pictures)
        keys = [Qt.Key.Key_P, Qt.Key.Key_X] * 4
        for key in keys:
            press(window, key)
        assert window.pick.round.finished
        assert not window.pick.card.isHidden()
        await settled(window)
        shown_order = window.pick.round.pictures
        wanted = {
            id: Flag.PICK if key is Qt.Key.Key_P else Flag.REJECT
            for id, key in zip(shown_order, keys, strict=True)
        }
        assert await flags(window, pictures) == [wanted[one.id] for one in pictures]


async def test_undo_returns_the_picture_and_the_place(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=4)
        await picking(window, *pictures)
        first, second = window.pick.round.pictures[:2]
        press(window, Qt.Key.Key_P)
        press(window, Qt.Key.Key_X)
        press(window, Qt.Key.Key_End)
        press(window, Qt.Key.Key_U)
        assert window.pick.round.current == second
        press(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        assert window.pick.round.current == first
        await settled(window)
        assert await flags(window, pictures) == [Flag.NONE] * 4
        assert not (await saved(window)).decisions
        press(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        await settled(window)
        assert {one.id for one in await window.core.library.find([p.id for p in pictures])}


async def test_a_round_goes_on_after_a_restart(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=5)
        await picking(window, *pictures)
        press(window, Qt.Key.Key_P)
        press(window, Qt.Key.Key_Right)
        await settled(window)
        left = window.pick.round
        press(window, Qt.Key.Key_Escape)
        assert not window.view_switch.in_pick
        await settled(window)
    async with opened(tmp_path) as window:
        await until(window.core, lambda: window.model.rowCount() == 5, "tiles")
        await picking(window)
        assert window.pick.round.id == left.id
        assert window.pick.round.current == left.current
        assert window.pick.round.verdicts == left.verdicts


async def test_picks_become_a_collection(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=3)
        await picking(window, *pictures)
        press(window, Qt.Key.Key_P)
        press(window, Qt.Key.Key_Return)
        assert window.pick.card.isVisible()
        picked = window.pick.round.with_verdict(Verdict.PICK)
        await settled(window)
        press(window, Qt.Key.Key_Return)
        await until(window.core, lambda: window.findChildren(NamePopover), "asked")
        field = window.findChildren(NamePopover)[0].field
        field.setText("Short list")
        QTest.keyClick(field, Qt.Key.Key_Return)

        async def found() -> list[str]:
            every = await window.core.library.collections.every()
            ids = [one.id for one in every if one.name == "Short list"]
            if not ids:
                return []
            rows = await window.core.library.rows(Query(collection=ids[0]))
            return await window.core.library.ids(rows)

        await until(window.core, window.toast.isVisible, "said")
        assert await found() == picked


async def test_bars_and_panels_are_hidden_until_it_is_left(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=2)
        bars = (window.top_bar, window.status_bar, window.composer, window.inspector)
        before = [bar.isVisible() for bar in bars]
        await picking(window, *pictures)
        assert not any(bar.isVisible() for bar in bars)
        press(window, Qt.Key.Key_Escape)
        assert not window.isFullScreen()
        assert window.gallery.hasFocus()
        await until(window.core, lambda: [bar.isVisible() for bar in bars] == before, "as before")


async def test_f11_leaves_it_and_a_presentation_before_it_stays(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=2)
        await picking(window, *pictures)
        window.actions_of.every["full_screen"].trigger()
        assert not window.view_switch.in_pick
        assert window.composer.isVisible()
        QApplication.sync()
        window.actions_of.every["full_screen"].trigger()
        await picking(window)
        press(window, Qt.Key.Key_Escape)
        assert not window.view_switch.in_pick
        assert window.isFullScreen()
        assert not window.composer.isVisible()


async def test_full_screen_is_not_kept_for_the_next_start(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=2)
        before = window.layout_now()
        await picking(window, *pictures)
        assert window.isFullScreen()
        assert window.layout_now().geometry == before.geometry
        window.actions_of.every["full_screen"].trigger()
        QApplication.sync()
        window.actions_of.every["full_screen"].trigger()
        await picking(window)
        press(window, Qt.Key.Key_Escape)
        assert window.layout_now().geometry != before.geometry, "the user's own is kept"


async def test_a_toast_keeps_clear_of_the_film_strip(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=2)
        window.messages_controller.show_message("Said in the grid")
        await picking(window, *pictures)
        foot = window.pick.strip.mapTo(window, QPoint(0, 0)).y()
        assert bottom_of(window, window.toast) <= foot
        press(window, Qt.Key.Key_U)
        assert bottom_of(window, window.toast) <= foot


def bottom_of(window: OpenedWindow, widget: QWidget) -> int:
    return widget.mapTo(window, QPoint(0, widget.height())).y()


def texts(widget: QWidget) -> list[str]:
    return [one.text() for one in widget.findChildren(QLabel)]


async def test_undo_in_the_grid_leaves_the_round(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=3)
        await picking(window, *pictures)
        press(window, Qt.Key.Key_P)
        press(window, Qt.Key.Key_U)
        left = window.pick.round
        press(window, Qt.Key.Key_Escape)
        await settled(window)
        window.pictures.undo()
        await until(window.core, window.toast.isVisible, "nothing to undo")
        assert await window.core.library.choosing.round(left.id)


async def test_one_picture_is_no_round(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await make(window)
        window.actions_of.every["pick_mode"].trigger()
        await until(window.core, window.toast.isVisible, "said")
        assert not window.view_switch.in_pick


async def test_staying_stars_and_words_for_a_screen_reader(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=3)
        await picking(window, *pictures)
        view = window.pick
        view.advance = False
        first = view.round.current
        press(window, Qt.Key.Key_4)
        press(window, Qt.Key.Key_P)
        assert view.round.current == first

        def rated() -> bool:
            return view.picture is not None and view.picture.rating == 4

        await until(window.core, rated, "rated")
        assert view.picture is not None
        assert view.canvas.accessibleName() == f"{view.picture.name}, 1 of 3, 4 stars, picked"


async def test_held_z_shows_every_pixel_at_the_same_spot(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=2, size="2K")
        await picking(window, *pictures)
        canvas = window.pick.canvas
        assert canvas.fitted
        QTest.keyPress(canvas, Qt.Key.Key_Z)
        assert canvas.zoom == 1.0
        spot = canvas.view.focus()
        press(window, Qt.Key.Key_Right)
        await shown(window)
        assert canvas.zoom == 1.0
        assert canvas.view.focus() == spot
        QTest.keyRelease(canvas, Qt.Key.Key_Z)
        assert canvas.fitted
        QTest.keyPress(canvas, Qt.Key.Key_Z)
        assert canvas.zoom == 1.0
        canvas.clearFocus()
        assert canvas.fitted, "the release would not arrive"


async def test_the_detail_follows_the_pointer(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=2, size="1K")
        await picking(window, *pictures)
        canvas, detail = window.pick.canvas, window.pick.keys.detail
        assert detail.source().center() == QPointF(512, 512)
        assert detail.source().size() == detail.size().toSizeF()
        corner = canvas.picture_rect().topLeft().toPoint() + QPoint(2, 2)
        QTest.mouseMove(canvas, corner)
        await until(window.core, lambda: detail.source().topLeft() == QPointF(0, 0), "moved")


async def test_neighbours_are_decoded_ahead_and_given_up_at_the_end(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=4)
        await picking(window, *pictures)
        view = window.pick
        await until(window.core, lambda: len(view.prepared) == 4, "decoded ahead")
        press(window, Qt.Key.Key_Right)
        plate = view.canvas.plate
        assert plate is not None
        assert plate.raster is not None
        press(window, Qt.Key.Key_Escape)
        assert not view.prepared


async def test_the_rejected_go_to_the_trash_and_the_round_passes_them_over(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=4)
        await picking(window, *pictures)
        press(window, Qt.Key.Key_X)
        await settled(window)
        window.pick.open_card()
        window.pick.card.button("trash").click()
        await until(window.core, lambda: window.pick.round.counts.total == 3, "trashed")
        press(window, Qt.Key.Key_Escape)
        press(window, Qt.Key.Key_Home)
        assert window.pick.round.counts.number == 1


async def test_the_open_ones_are_the_next_round(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=4)
        await picking(window, *pictures)
        before = window.pick.round
        press(window, Qt.Key.Key_P)
        press(window, Qt.Key.Key_X)
        press(window, Qt.Key.Key_Return)
        window.pick.card.button("open").click()
        await until(window.core, lambda: window.pick.round.id != before.id, "next round")
        assert window.pick.round.pictures == before.pictures[2:]
        assert "round 2" in texts(window.pick.facts)
        await settled(window)
        assert (await window.core.library.choosing.round(before.id)).finished


async def test_what_arrives_meanwhile_waits_for_the_next_round(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=3)
        await picking(window, *pictures)
        before = window.pick.round
        press(window, Qt.Key.Key_P)
        core = window.core
        draft = Draft(prompt="Harbour", size="512", count=2, seed=2)
        await core.submit(runs.plan(draft, core.catalogue.find("sketch", "sketch"), ("Harbour",)))
        await core.queue.idle()
        card = window.pick.card
        press(window, Qt.Key.Key_Return)
        words = "Next round with the 2 undecided and the 2 new"
        await until(core, lambda: card.button("open").text() == words, "offered")
        assert window.pick.round.pictures == before.pictures
        card.button("open").click()
        await until(core, lambda: window.pick.round.id != before.id, "next round")
        assert len(window.pick.round.pictures) == 4
        assert set(before.pictures[1:]) < set(window.pick.round.pictures)
        press(window, Qt.Key.Key_Return)
        assert not card.button("open").isVisible()


async def test_next_by_itself_is_remembered(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=3)
        await picking(window, *pictures)
        assert window.pick.advance
        window.pick.keys.findChildren(Switch)[0].click()
        assert not window.core.settings.value.pick_advance
    async with opened(tmp_path) as window:
        await until(window.core, lambda: window.model.rowCount() == 3, "tiles")
        await picking(window)
        first = window.pick.round.current
        press(window, Qt.Key.Key_P)
        assert window.pick.round.current == first


async def test_a_missing_file_is_said_and_can_be_decided(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=3)
        window.core.library.path(pictures[0]).unlink()
        await picking_unsharp(window, *pictures)
        view = window.pick
        if view.round.current != pictures[0].id:
            view.went_to.emit(pictures[0].id)

        def troubled() -> bool:
            plate = view.canvas.plate
            return plate is not None and bool(plate.trouble)

        await until(window.core, troubled, "said")
        press(window, Qt.Key.Key_X)
        await settled(window)
        assert (await flags(window, pictures))[0] is Flag.REJECT


async def picking_unsharp(window: OpenedWindow, *pictures: Picture) -> None:
    """As `picking`, with pictures that cannot be decoded."""
    window.gallery.select_keys([one.row for one in pictures])
    window.actions_of.every["pick_mode"].trigger()
    await until(window.core, lambda: window.view_switch.in_pick, "open")
    await until(window.core, lambda: window.pick.picture is not None, "read")


async def test_the_original_is_shown_while_backslash_is_held(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (parent,) = await make(window)
        child = await edited(window, parent)
        await picking(window, child, parent)
        view = window.pick
        if view.round.current != child.id:
            press(window, Qt.Key.Key_Right)
            await shown(window)
        await until(window.core, lambda: view.original is not None, "found")
        QTest.keyPress(view.canvas, Qt.Key.Key_Backslash)
        assert view.canvas.plate is not None
        assert view.canvas.plate.key == parent.id
        QTest.keyRelease(view.canvas, Qt.Key.Key_Backslash)
        assert view.canvas.plate.key == child.id
        # Nothing is decided, or lost, by a look.
        assert not view.round.decisions


async def test_undo_says_what_it_undid(tmp_path: Path, heard: Heard) -> None:
    async with opened(tmp_path) as window:
        await picking(window, *await make(window, count=3))
        for key, said in ((Qt.Key.Key_P, "picked"), (Qt.Key.Key_X, "rejected")):
            press(window, key)
            heard.clear()
            press(window, Qt.Key.Key_U)
            assert heard.said == [f"Undone: {said}, 1 of 3"]
        await settled(window)


async def test_decisions_are_recorded_when_the_program_ends_at_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await picking(window, *await make(window, count=3))
        await settled(window)
        press(window, Qt.Key.Key_P)
        press(window, Qt.Key.Key_X)
        # What the end of the program does.
        tasks.cancel_all()
        await tasks.wait_for_records(60)
        found = await window.core.library.choosing.round(window.pick.round.id)
        verdicts = [decision.verdict for decision in found.decisions]
        assert verdicts == [Verdict.PICK, Verdict.REJECT]


async def test_rejects_are_trashed_when_the_program_ends_at_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=2)
        await picking(window, *pictures)
        press(window, Qt.Key.Key_X)
        await settled(window)
        rejected = window.pick.round.with_verdict(Verdict.REJECT)
        window.pick.finish_chosen.emit("trash")
        # What the end of the program does.
        tasks.cancel_all()
        await tasks.wait_for_records(60)
        found = await window.core.library.find([one.id for one in pictures])
        assert [one.id for one in found if one.trashed] == rejected


async def test_letters_of_other_modes_and_held_keys_do_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=4)
        await picking(window, *pictures)
        before = window.pick.round
        for key in (Qt.Key.Key_V, Qt.Key.Key_R, Qt.Key.Key_I, Qt.Key.Key_Delete):
            press(window, key)
        for key in (Qt.Key.Key_P, Qt.Key.Key_X, Qt.Key.Key_E):
            press(window, key, Qt.KeyboardModifier.ShiftModifier)
        assert window.pick.round == before
        assert not window.core.queue.jobs
        assert not window.inspector.isVisible()
        held = QKeyEvent(
            QEvent.Type.KeyPress,
            Qt.Key.Key_P,
            Qt.KeyboardModifier.NoModifier,
            "p",
            autorep=True,
        )
        QApplication.sendEvent(window.pick.canvas, held)
        assert window.pick.round == before


async def test_keys_of_the_views_leave_for_them(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=3)
        await picking(window, *pictures)
        press(window, Qt.Key.Key_Right)
        await shown(window)
        current = window.pick.picture
        assert current is not None
        window.actions_of.every["loupe"].trigger()
        assert window.view_switch.in_loupe
        assert not window.view_switch.in_pick
        await until(window.core, lambda: window.loupe.picture is not None, "read")
        assert window.loupe.picture is not None
        assert window.loupe.picture.id == current.id
        assert window.top_bar.isVisible()
        await settled(window)
        await picking_unsharp(window)
        assert window.pick.round.current == current.id
