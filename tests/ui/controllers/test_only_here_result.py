"""A picture composed here in the loupe: its proof, another seam, and the model's answer."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from msgspec import structs
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.domain import prompt_variants, runs
from studio.domain.derivation import SEAM, Operation
from studio.domain.drafts import MATCH, Draft
from studio.domain.entities import Flag, Picture, Role
from studio.domain.markup import Frame, Markup, Point, Region, Stroke, StrokeKind
from studio.imaging.comparer import Comparer
from studio.imaging.composition import Proof
from studio.library.operations import edits
from studio.library.query import View
from studio.ui.controllers.only_here_result import OnlyHereResult
from studio.ui.style.theme import theme
from studio.ui.support.loupe_modes import LoupeModeName
from studio.ui.views.loupe.before import ParentPreview
from tests.ui.windows import OpenedWindow, make, opened, until

REGION = Markup(
    region=Region(strokes=(Stroke(kind=StrokeKind.BOX, points=(Point(0.2, 0.2), Point(0.7, 0.7))),))
)
FRAME = Markup(frames=(Frame(left=-0.25, top=0.0, right=1.25, bottom=1.0, seam=0.02),))
USUAL = round(SEAM * 512)


async def compose(window: OpenedWindow, markup: Markup = REGION) -> tuple[Picture, Picture]:
    """A sketch and a picture composed from it; or the answer, kept as its own picture."""
    core = window.core
    (parent,) = await make(window)
    source = await core.library.keep_input(
        core.library.path(parent), role=Role.EDIT, name=parent.name, picture=parent.id
    )
    draft = Draft(
        prompt="A red boat", size="512", seed=2, references=(source,), markup=markup, aspect=MATCH
    )
    model = core.catalogue.find("sketch", "sketch")
    await core.submit(runs.plan(draft, model, prompt_variants.expand(draft.prompt)))
    await core.queue.idle()
    await until(core, lambda: window.model.rowCount() == 2, "tiles")
    shown = await core.library.pictures(window.library_view.order)
    return parent, next(one for one in shown if one.id != parent.id)


def result_of(window: OpenedWindow) -> OnlyHereResult:
    found = window.loupe.findChild(OnlyHereResult)
    assert isinstance(found, OnlyHereResult)
    return found


async def look(
    window: OpenedWindow, picture: Picture, mode: LoupeModeName = LoupeModeName.LOOK
) -> OnlyHereResult:
    """Open a composed picture in the loupe, with all its pixels."""
    window.show()
    window.view_switch.open_loupe(picture)
    result = result_of(window)
    await until(window.core, lambda: shown_id(window) == picture.id, "open")
    await until(window.core, lambda: sharp(window), "pixels")
    if mode is not LoupeModeName.LOOK:
        await enter(window, mode)
    return result


async def enter(window: OpenedWindow, mode: LoupeModeName) -> None:
    modes = window.built.loupe_modes.get()
    if mode is LoupeModeName.LOOK:
        modes.leave()
    else:
        modes.toggle(mode)
    await until(window.core, lambda: window.loupe.mode is mode, "the mode")


def shown_id(window: OpenedWindow) -> str:
    picture = window.loupe.picture
    return "" if picture is None else picture.id


def sharp(window: OpenedWindow) -> bool:
    plate = window.loupe.canvas.plate
    return plate is not None and plate.raster is not None


async def move_seam(window: OpenedWindow, pixels: int) -> OnlyHereResult:
    """Move the slider as the user does, and wait for what it shows."""
    result = result_of(window)
    await until(window.core, result.bar.slider.isEnabled, "usable")
    before = result.layer.shown
    result.bar.slider.setValue(pixels)
    await until(
        window.core,
        lambda: result.layer.shown is not None and result.layer.shown is not before,
        "preview",
    )
    return result


async def ids(window: OpenedWindow, view: View = View.ALL) -> set[str]:
    query = structs.replace(window.library_view.query, view=view)
    library = window.core.library
    return {one.id for one in await library.pictures(await library.rows(query))}


async def saved(window: OpenedWindow, old: Picture) -> Picture:
    """The picture that took the place of an old one."""
    library, rows = window.core.library, window.library_view

    def replaced() -> bool:
        return old.row not in rows.order and not result_of(window).saving

    await until(window.core, replaced, "saved")
    await library.store.wait_for_tasks()
    found = await library.pictures(rows.order)
    (new,) = [one for one in found if one.derivation is not None]
    return new


def files_of(window: OpenedWindow) -> set[str]:
    folder = window.core.library.folder
    return {str(one.relative_to(folder)) for one in folder.rglob("*.png")}


def up_to_date(result: OnlyHereResult) -> bool:
    shown = result.layer.shown
    return shown is not None and shown.view == result.layer.view()


def picture_of(window: OpenedWindow) -> QImage:
    return window.loupe.canvas.grab().toImage()


async def test_the_proof_is_seen_while_one_looks_and_no_other_picture_has_it(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as window:
        parent, made = await compose(window)
        assert made.derivation is not None
        assert made.derivation.operation is Operation.ONLY_HERE
        result = await look(window, made)
        bar = result.bar
        assert bar.isVisible()
        assert not result.answer.column.isVisible(), "it belongs to the modes"
        outside = f"{made.derivation.outside:,}"
        assert bar.accessibleName() == f"Only here. 0 of {outside} pixels outside changed."
        await until(window.core, bar.slider.isEnabled, "usable")
        assert (bar.slider.value(), bar.match.isChecked()) == (USUAL, True)
        assert not window.core.comparer.running or result.preview.asked == 0
        window.loupe.go_to_index(window.library_view.order.index(parent.row))
        await until(window.core, lambda: shown_id(window) == parent.id, "parent")
        assert not bar.isVisible()


@pytest.mark.parametrize("mode", [LoupeModeName.LOOK, LoupeModeName.ONLY_HERE])
async def test_a_toast_does_not_cover_the_proof(tmp_path: Path, mode: LoupeModeName) -> None:
    async with opened(tmp_path) as window:
        _parent, made = await compose(window)
        await look(window, made, mode)
        bar, loupe = result_of(window).bar, window.loupe

        def clear() -> bool:
            top = bar.mapTo(loupe, QPoint(0, 0)).y()
            return bar.isVisible() and loupe.foot_height == loupe.height() - top

        await until(window.core, clear, "the foot from the bar down")


async def test_another_seam_is_seen_in_the_same_view_and_nothing_is_saved(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        parent, made = await compose(window)
        result = await look(window, made)
        await until(window.core, result.bar.slider.isEnabled, "usable")
        view, before, names = window.loupe.canvas.view, picture_of(window), files_of(window)
        result = await move_seam(window, 100)
        assert window.loupe.canvas.view == view
        assert picture_of(window) != before
        assert "Preview." in result.bar.accessibleName(), "nothing is proved of it"
        result.bar.slider.setValue(USUAL)
        assert result.layer.shown is None, "as it was"
        assert "0 of " in result.bar.accessibleName()
        assert picture_of(window) == before
        await move_seam(window, 60)
        window.loupe.canvas.actual()
        await until(window.core, lambda: up_to_date(result), "the visible part")
        result.bar.slider.setValue(USUAL)
        window.loupe.step(1)
        window.view_switch.show_grid()
        assert await ids(window) == {parent.id, made.id}
        assert files_of(window) == names
        assert await window.core.library.undo() is None or await ids(window) == {parent.id}


async def test_leaving_the_picture_saves_once_and_undo_brings_the_old_one_back(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as window:
        parent, made = await compose(window)
        await window.core.library.rate([made.id], 4)
        await look(window, made)
        result = await move_seam(window, 100)
        result.bar.match.click()
        window.loupe.go_to_index(window.library_view.order.index(parent.row))
        new = await saved(window, made)
        assert new.derivation is not None
        assert new.derivation.seam == pytest.approx(100 / 512)
        assert (new.derivation.match, new.rating) == (False, 4)
        assert shown_id(window) == parent.id, "the user went there"
        assert await ids(window) == {parent.id, new.id}
        assert await ids(window, View.TRASH) == {made.id}
        await until(window.core, window.toast.isVisible, "told")
        assert window.toast.text == "Seam changed"
        window.toast.on_undo()
        await until(window.core, lambda: made.row in window.library_view.order, "undone")
        assert await ids(window) == {parent.id, made.id}


async def test_leaving_the_loupe_saves(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        _parent, made = await compose(window)
        await look(window, made)
        await move_seam(window, 100)
        QTest.keyClick(window.loupe.canvas, Qt.Key.Key_Escape)
        new = await saved(window, made)
        assert await ids(window, View.TRASH) == {made.id}
        assert new.derivation is not None
        assert new.derivation.match
        selected = window.gallery.selected_rows
        await until(window.core, lambda: list(selected()) == [new.row], "selected")


async def test_comparing_goes_on_with_what_took_the_place_of_the_picture(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        parent, made = await compose(window)
        await make(window)
        await until(window.core, lambda: window.model.rowCount() == 3, "tiles")
        await look(window, made)
        await move_seam(window, 100)
        window.view_switch.open_compare()
        assert list(window.view_switch.compared) == [made.row, parent.row]
        new = await saved(window, made)
        assert list(window.view_switch.compared) == [new.row, parent.row]


async def test_the_tree_selects_what_took_the_place_of_the_picture(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        _parent, made = await compose(window)
        await look(window, made)
        await move_seam(window, 100)
        window.view_switch.open_tree()
        await until(window.core, lambda: window.view_switch.in_tree, "the tree")
        new = await saved(window, made)
        canvas = window.built.tree.get().canvas
        await until(window.core, lambda: canvas.selected == new.id, "selected")


async def test_keep_picks_and_saves_and_the_loupe_shows_no_other_picture_in_between(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as window:
        _parent, made = await compose(window)
        result = await look(window, made, LoupeModeName.ONLY_HERE)
        await move_seam(window, 100)
        shown: list[str] = []
        window.loupe.picture_changed.connect(lambda picture: shown.append(picture.id))
        result.answer.column.keep.click()
        new = await saved(window, made)
        await until(window.core, lambda: shown_id(window) == new.id, "in its place")
        assert shown == [new.id]
        (now,) = await window.core.library.find([new.id])
        assert now.flag is Flag.PICK
        await until(window.core, lambda: result.layer.shown is None, "its own pixels")
        await until(window.core, result.bar.slider.isEnabled, "usable")
        assert result.bar.slider.value() == 100
        result.answer.column.keep.click()
        await move_seam(window, 50)
        assert await ids(window, View.TRASH) == {made.id}


async def test_leaving_a_mode_saves_and_stays_at_the_picture(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        _parent, made = await compose(window)
        await look(window, made, LoupeModeName.ONLY_HERE)
        await move_seam(window, 100)
        await enter(window, LoupeModeName.LOOK)
        # Another mode, while it is being saved.
        await enter(window, LoupeModeName.MARK)
        new = await saved(window, made)
        await until(window.core, lambda: shown_id(window) == new.id, "in its place")
        assert await ids(window, View.TRASH) == {made.id}


async def test_quitting_loses_only_the_preview(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        parent, made = await compose(window)
        await look(window, made)
        await move_seam(window, 100)
    async with opened(tmp_path) as window:
        assert await ids(window) == {parent.id, made.id}
        assert await ids(window, View.TRASH) == set()
        result = await look(window, made)
        await until(window.core, result.bar.slider.isEnabled, "usable")
        assert result.bar.slider.value() == USUAL


async def test_a_picture_in_the_trash_is_not_made_again(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        parent, made = await compose(window)
        await look(window, made)
        await move_seam(window, 100)
        await window.core.library.trash([made.id])
        await until(window.core, lambda: shown_id(window) == parent.id, "its neighbour")
        await until(window.core, lambda: not result_of(window).saving, "looked")
        await window.core.library.store.wait_for_tasks()
        assert notices(window) == "", "that is no error"
        assert await ids(window) == {parent.id}
        assert await ids(window, View.TRASH) == {made.id}


async def test_a_killed_process_shows_the_next_seam_all_the_same(tmp_path: Path) -> None:
    async with opened(tmp_path, shared=None) as window:
        _parent, made = await compose(window)
        await look(window, made)
        await move_seam(window, 100)
        pid = window.core.comparer.pid
        assert pid is not None
        os.kill(pid, signal.SIGTERM)
        await move_seam(window, 60)
        assert window.core.comparer.pid != pid


async def test_an_error_keeps_the_old_picture_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path) as window:
        parent, made = await compose(window)
        result = await look(window, made, LoupeModeName.ONLY_HERE)
        await move_seam(window, 100)

        async def prove(*_given: object, **_more: object) -> Proof:
            return Proof(outside=5, changed=2)

        monkeypatch.setattr(Comparer, "prove", prove)
        result.answer.column.keep.click()
        await until(window.core, lambda: "2 pixels outside" in notices(window), "said")
        await until(window.core, result.bar.slider.isEnabled, "usable")
        assert result.bar.slider.value() == USUAL
        assert result.layer.shown is None
        assert shown_id(window) == made.id
        assert await ids(window) == {parent.id, made.id}


def notices(window: OpenedWindow) -> str:
    notice = window.built.messages.notice
    return "" if notice is None else notice.text


async def test_a_missing_answer_is_said_and_can_be_restored(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        _parent, made = await compose(window)
        result = await look(window, made, LoupeModeName.ONLY_HERE)
        await until(window.core, result.answer.column.whole.isEnabled, "usable")
        answer = next(one.picture for one in made.parents if one.role is Role.ANSWER)
        assert answer is not None
        # As an earlier version could.
        await edits.set_field(window.core.library.store, "trashed", [answer], True)
        await until(window.core, lambda: not result.bar.slider.isEnabled(), "looked")
        why = "The model's answer it was made from is in the trash. Restore it first."
        assert result.bar.slider.accessibleDescription() == why
        await until(window.core, lambda: result.answer.column.words == why, "said")
        assert not result.answer.column.whole.isEnabled()
        await window.core.library.restore([answer])
        await until(window.core, result.bar.slider.isEnabled, "usable again")
        assert result.answer.column.whole.isEnabled()


async def test_the_answer_is_measured_shown_and_can_be_used_whole(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        parent, made = await compose(window)
        result = await look(window, made, LoupeModeName.ONLY_HERE)
        column = result.answer.column
        assert column.isVisible()
        (before,) = window.loupe.findChildren(ParentPreview)
        await until(window.core, before.isVisible, "what it was, at the left")
        rect = window.loupe.canvas.picture_rect().toAlignedRect()
        for one in (before, column):
            assert not one.geometry().intersects(rect)
        page = window.built.only_here.get()
        assert page.page.proof.isVisible()
        assert not page.bar.isVisible(), "the result is in its place"
        await until(window.core, lambda: result.answer.facts is not None, "measured")
        assert column.words.startswith("The model ")
        await until(window.core, column.whole.isEnabled, "usable")
        column.whole.click()
        await until(window.core, lambda: window.model.rowCount() == 3, "a picture")
        await until(window.core, lambda: not column.whole.isEnabled(), "used")
        assert column.whole.accessibleDescription() == "It is a picture of its own already."
        await window.core.library.undo()
        await until(window.core, column.whole.isEnabled, "undone")
        assert await ids(window) == {parent.id, made.id}


async def test_words_beside_the_picture_are_never_on_the_picture(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        window.resize(1440, 900)
        _parent, made = await compose(window)
        result = await look(window, made, LoupeModeName.ONLY_HERE)
        canvas, column = window.loupe.canvas, result.answer.column
        await until(window.core, column.isVisible, "the column")
        canvas.set_surround("bright")
        canvas.set_zoom(16.0)
        inside = column.geometry().center()
        inside.setX(column.x() + 4)
        ground = theme().color("mat")
        await until(
            window.core, lambda: picture_of(window).pixelColor(inside) == ground, "its ground"
        )


async def test_try_again_sends_the_same_request_with_a_new_seed(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        _parent, made = await compose(window)
        result = await look(window, made, LoupeModeName.ONLY_HERE)
        column = result.answer.column
        await until(window.core, column.again.isVisible, "offered")
        column.again.click()
        await until(window.core, lambda: window.model.rowCount() == 3, "another one")
        await window.core.queue.idle()
        found = await window.core.library.pictures(window.library_view.order)
        (new,) = [one for one in found if one.derivation is not None and one.id != made.id]
        assert (new.markup, new.prompt) == (made.markup, made.prompt)
        assert new.seed != made.seed


async def test_an_answer_that_was_not_composed_is_never_called_proof(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def prove(*_given: object, **_more: object) -> Proof:
        return Proof(outside=5, changed=12)

    monkeypatch.setattr(Comparer, "prove", prove)
    async with opened(tmp_path) as window:
        _parent, answer = await compose(window)
        assert answer.derivation is None
        result = await look(window, answer)
        assert result.bar.isVisible()
        assert result.picture is None
        assert "12 pixels outside changed." in result.bar.accessibleName()
        assert "Verified" not in result.bar.accessibleName()
        assert not result.bar.slider.isVisible()


async def test_a_reframed_picture_has_its_own_words_and_seam(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        _parent, made = await compose(window, FRAME)
        assert made.derivation is not None
        assert made.derivation.operation is Operation.REFRAME
        result = await look(window, made)
        original = f"{512 * 512:,}"
        assert result.bar.accessibleName() == (
            f"Reframe. 0 of {original} pixels of the original changed."
        )
        await move_seam(window, 90)
        window.view_switch.show_grid()
        new = await saved(window, made)
        assert new.derivation is not None
        assert new.derivation.seam == pytest.approx(90 / 512)


async def test_formats_and_frame_of_a_reframed_picture_are_not_covered(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        _parent, made = await compose(window, FRAME)
        result = await look(window, made, LoupeModeName.ONLY_HERE)
        await until(window.core, result.answer.column.isVisible, "the column beside the picture")
        result = await look(window, made, LoupeModeName.REFRAME)
        await until(window.core, result.bar.whole.isVisible, "offered in the bar instead")
        assert not result.answer.column.isVisible()


async def test_a_narrow_window_has_two_lines_and_no_column(tmp_path: Path) -> None:
    async with opened(tmp_path, width=1024) as window:
        _parent, made = await compose(window)
        result = await look(window, made, LoupeModeName.ONLY_HERE)
        await until(window.core, lambda: result.bar.narrow, "two lines")
        assert result.bar.slider.isVisible()
        QApplication.processEvents()
        assert result.bar.width() <= window.loupe.width()
        assert not result.answer.column.isVisible()
        await until(window.core, result.bar.whole.isVisible, "offered in the bar instead")
        result.bar.whole.click()
        await until(window.core, lambda: window.model.rowCount() == 3, "a picture of its own")
        await until(window.core, lambda: not result.bar.whole.isVisible(), "used")
