"""Only here in the window: O, the draft, undo, generating, other pictures, the narrow window."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.domain.derivation import Operation
from studio.domain.drafts import DraftFile
from studio.domain.entities import Picture, Role
from studio.domain.markup import Frame, MarkKind, Markup, Point, Region, Stroke, StrokeKind
from studio.ui.controllers.only_here import OnlyHereController
from studio.ui.panels.composer.quote import ButtonState
from studio.ui.support.loupe_modes import LoupeModeName
from tests.ui import loupe_modes
from tests.ui.windows import OpenedWindow, make, opened, until

_Key, _Mod = Qt.Key, Qt.KeyboardModifier
LEFT = Qt.MouseButton.LeftButton
ONLY_HERE = LoupeModeName.ONLY_HERE

_BOX = Stroke(kind=StrokeKind.BOX, points=(Point(0.1, 0.6), Point(0.3, 0.9)))


def here_of(window: OpenedWindow) -> OnlyHereController:
    return window.built.only_here.get()


def region(window: OpenedWindow) -> Region | None:
    return window.composer.draft().markup.region


async def enter(window: OpenedWindow, picture: Picture) -> OnlyHereController:
    """Select a picture in the grid and press O."""
    await loupe_modes.enter_mode(window, picture, ONLY_HERE)
    return here_of(window)


def drag(window: OpenedWindow, *places: tuple[float, float]) -> None:
    loupe_modes.drag(window.loupe.canvas, *places)


async def painted(window: OpenedWindow, picture: Picture) -> None:
    """Until the region is in the draft, whose source the picture is."""

    def there() -> bool:
        sources = [one.picture for one in window.composer.draft().sources]
        return region(window) is not None and sources == [picture.id]

    await until(window.core, there, "in the draft")


async def test_o_paints_a_region_that_the_draft_has(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        here = await enter(window, picture)
        assert window.composer.compact
        assert window.loupe.film.isHidden()
        assert here.page.isVisible()
        assert here.bar.isVisible()
        assert here.bar.words == "Paint where it may change. Everything else stays untouched."
        assert here.mode.tool.chosen == StrokeKind.BRUSH
        assert window.composer.draft().references == (), "painting nothing changes nothing"
        here.mode.set_size(64)
        drag(window, (0.2, 0.7), (0.25, 0.75), (0.3, 0.7))
        await painted(window, picture)
        drawn = region(window)
        assert drawn is not None
        assert [stroke.kind for stroke in drawn.strokes] == [StrokeKind.BRUSH]
        assert drawn.strokes[0].width == 64 / max(picture.width, picture.height)
        assert drawn.feather == 24 / max(picture.width, picture.height)
        slot = window.composer.card.slots.slots()[0]
        assert slot.accessibleName() == f"Editing {picture.name} only here"
        facts = {fact.label: fact.value for fact in here.page.facts.facts}
        assert facts["Strokes"] == "1"
        assert facts["Region"] == f"{here.mode.share * 100:.1f} % of the picture"
        assert facts["Sent as"] == "the picture and a marked copy"
        here.page.clear_button.click()
        small = Stroke(kind=StrokeKind.BOX, points=(Point(0.1, 0.6), Point(0.2, 0.7)))
        here.editor.add(small)
        facts = {fact.label: fact.value for fact in here.page.facts.facts}
        assert facts["Sent as"] == "a crop of 256 × 256 px, and the picture with the crop framed"
        here.page.clear_button.click()
        assert region(window) is None
        assert here.page.facts.isHidden()


async def test_ctrl_z_undoes_strokes_and_never_a_change_of_the_library(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        await window.core.library.rate([picture.id], 4)
        here = await enter(window, picture)
        drag(window, (0.2, 0.7), (0.3, 0.7))
        await painted(window, picture)
        canvas = window.loupe.canvas
        for _n in range(4):
            QTest.keyClick(canvas, _Key.Key_Z, _Mod.ControlModifier)
        assert region(window) is None
        assert here.mode.share == 0
        QTest.keyClick(canvas, _Key.Key_Z, _Mod.ControlModifier | _Mod.ShiftModifier)
        assert region(window) is not None
        window.composer.undo()
        assert here.editor.region is None, "the composer's undo is seen in the loupe"
        window.composer.redo()
        assert here.mode.share > 0
        (now,) = await window.core.library.find([picture.id])
        assert (now.rating, now.trashed) == (4, False)


async def test_generate_asks_for_a_region_first_and_chooses_the_brush(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        here = await enter(window, picture)
        window.composer.set_prompt("A small sailing boat")
        here.mode.choose_tool(None)
        quote = window.composer.line.generate.quote
        assert (quote.mood, quote.detail) == (ButtonState.QUIET, "paint a region first")
        line = window.composer.line.generate
        assert line.word == "paint a region first", "one line has no room for price and reason"
        runs: list[object] = []
        window.composer.generate.connect(runs.append)
        window.composer.generate_now()
        assert runs == []
        assert here.mode.tool.chosen == StrokeKind.BRUSH
        assert QApplication.focusWidget() is window.loupe.canvas
        drag(window, (0.2, 0.7), (0.3, 0.7))
        await painted(window, picture)
        assert window.composer.line.generate.quote.mood is ButtonState.READY
        assert line.word == line.quote.price
        here.page.clear_button.click()
        assert window.composer.line.generate.quote.detail == "paint a region first"
        here._modes.leave()
        assert window.composer.line.generate.quote.mood is ButtonState.READY, "outside the mode"


async def test_the_result_differs_from_its_parent_in_the_region_only(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        here = await enter(window, picture)
        here.mode.choose_tool(StrokeKind.BOX)
        drag(window, (0.2, 0.6), (0.3, 0.7), (0.5, 0.8))
        await painted(window, picture)
        drawn = region(window)
        said: list[str] = []
        here._seconds.timeout.connect(lambda: said.append(here.bar.words))
        show = here.bar.show_waiting

        def note(seconds: float) -> None:
            show(seconds)
            said.append(here.bar.words)

        here.bar.show_waiting = note  # type: ignore[method-assign]
        window.composer.set_prompt("A small sailing boat")
        window.composer.generate_now()
        await until(window.core, lambda: window.model.rowCount() == 2, "made")
        await window.core.queue.idle()
        await until(window.core, lambda: here.bar.words.startswith("Paint"), "no more waiting")
        assert any(words.startswith("Waiting for the model, 0:") for words in said)
        rows = window.library_view.order
        made = next(one for one in await window.core.library.pictures(rows) if one.id != picture.id)
        assert made.derivation is not None
        assert made.derivation.operation is Operation.ONLY_HERE
        assert made.derivation.outside > 0
        assert made.markup is not None
        assert made.markup.region == drawn
        before, after = (
            Image.open(io.BytesIO(window.core.library.path(one).read_bytes())).convert("RGB")
            for one in (picture, made)
        )
        assert before.size == after.size
        # The smallest box with every pixel that differs.
        box = ImageChops.difference(before, after).getbbox()
        assert box is not None
        left, top, right, bottom = box
        assert 0.19 < left / before.width < (right - 1) / before.width < 0.51
        assert 0.59 < top / before.height < (bottom - 1) / before.height < 0.81
        assert region(window) == drawn, "the draft keeps it for the next one"
        window.composer.clear()
        window.built.handlers._remix(made)
        assert region(window) == drawn


async def test_most_of_the_picture_is_asked_about_and_inverted(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        here = await enter(window, picture)
        here.editor.add(Stroke(kind=StrokeKind.BOX, points=(Point(0.0, 0.0), Point(1.0, 0.7))))
        notice = window.messages.notice
        assert notice is not None
        assert notice.text == "Most of the picture is marked. Mark what should stay instead?"
        notice.actions[0].run()
        assert here.editor.region is not None
        assert here.editor.region.inverted
        assert here.mode.share == pytest.approx(0.3, abs=0.01)
        told = [window.messages.notice]
        here.editor.undo()
        told.append(window.messages.notice)
        here._modes.leave()
        told.append(window.messages.notice)
        assert told == [None, notice, None]


async def test_a_region_that_was_erased_is_none(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        here = await enter(window, picture)
        small = Stroke(kind=StrokeKind.BOX, points=(Point(0.3, 0.4), Point(0.6, 0.45)))
        here.editor.add(small)
        here.mode.set_size(64)
        here.mode.choose_tool(StrokeKind.ERASER)
        drag(window, (0.2, 0.425), (0.5, 0.425))
        assert len(here.editor.strokes) == 2
        drag(window, (0.5, 0.425), (0.7, 0.425))
        assert here.editor.region is None
        here.editor.undo()
        assert len(here.editor.strokes) == 2, "one step back"
        assert here.mode.share > 0


async def test_slot_link_and_cross_of_the_source(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        here = await enter(window, picture)
        drag(window, (0.2, 0.7), (0.3, 0.7))
        await painted(window, picture)
        window.view_switch.show_grid()
        assert not loupe_modes.is_in(window, ONLY_HERE)
        assert here.bar.isHidden()
        slot = window.composer.card.slots.slots()[0]
        QTest.mouseClick(slot, LEFT, pos=QPoint(16, 16))
        await loupe_modes.mode_begun(window, picture, ONLY_HERE)
        assert here.editor.strokes
        here._modes.leave()
        link = window.composer.line.region_link
        assert link is not None
        assert link.isVisible()
        link.click()
        await loupe_modes.mode_begun(window, picture, ONLY_HERE)
        window.composer.card.slots.slots()[0].close_button.click()
        assert window.composer.draft().references == ()
        assert window.composer.draft().markup == Markup()
        assert here.editor.region is None
        assert here.mode.share == 0
        assert link.isHidden()
        window.composer.undo()
        assert here.mode.share > 0


async def test_another_picture_has_its_own_region(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        one, other = (await make(window, count=2))[:2]
        here = await enter(window, one)
        drag(window, (0.2, 0.7), (0.3, 0.7))
        await painted(window, one)
        kept = region(window)
        here.mode.choose_tool(None)
        QTest.keyClick(window.loupe.canvas, _Key.Key_Right)
        await loupe_modes.mode_begun(window, other, ONLY_HERE)
        assert here.editor.region is None
        assert here.mode.share == 0
        assert region(window) == kept, "leafing changes nothing"
        assert window.composer.line.generate.quote.mood is ButtonState.QUIET
        QTest.keyClick(window.loupe.canvas, _Key.Key_Left)
        await loupe_modes.mode_begun(window, one, ONLY_HERE)
        assert here.editor.region == kept
        here.mode.choose_tool(None)
        QTest.keyClick(window.loupe.canvas, _Key.Key_Right)
        await loupe_modes.mode_begun(window, other, ONLY_HERE)
        here.editor.add(_BOX)
        await painted(window, other)
        drawn = region(window)
        assert drawn is not None
        assert drawn.strokes == (_BOX,)
        while region(window) is None or region(window) == drawn:
            window.composer.undo()
        assert region(window) == kept, "undo brings the first picture's back"


async def test_marks_and_a_region_lie_on_one_picture(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        here = await enter(window, picture)
        here.editor.add(_BOX)
        await painted(window, picture)
        QTest.keyClick(window.loupe.canvas, _Key.Key_K)
        await until(window.core, lambda: window.loupe.mode is LoupeModeName.MARK, "mark mode")
        assert here.bar.isHidden()
        window.built.marks.get().mode.choose_tool(MarkKind.PIN)
        loupe_modes.click(window.loupe.canvas, 0.2, 0.7)
        window.built.marks.get().editor.write(0, "Make it red")
        markup = window.composer.draft().markup
        assert len(markup.marks) == 1
        assert markup.region is not None
        assert markup.region.strokes == (_BOX,)
        slot = window.composer.card.slots.slots()[0]
        assert slot.accessibleName() == f"Editing {picture.name} with 1 mark, only here"


async def test_strokes_are_undone_after_a_mark_was_made(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        here = await enter(window, picture)
        here.editor.add(_BOX)
        await painted(window, picture)
        canvas = window.loupe.canvas
        QTest.keyClick(canvas, _Key.Key_K)
        await until(window.core, lambda: window.loupe.mode is LoupeModeName.MARK, "mark mode")
        loupe_modes.click(window.loupe.canvas, 0.2, 0.7)
        window.built.marks.get().editor.write(0, "Make it red")
        window.built.marks.get().mode.close_field()
        QTest.keyClick(canvas, _Key.Key_O)
        await loupe_modes.mode_begun(window, picture, ONLY_HERE)
        QTest.keyClick(canvas, _Key.Key_Z, _Mod.ControlModifier)
        assert region(window) is None
        assert len(window.composer.draft().markup.marks) == 1
        QTest.keyClick(canvas, _Key.Key_Z, _Mod.ControlModifier | _Mod.ShiftModifier)
        assert region(window) == here.editor.region is not None


async def test_the_page_says_how_many_strokes_were_undone(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        here = await enter(window, picture)

        def strokes() -> str:
            return {fact.label: fact.value for fact in here.page.facts.facts}["Strokes"]

        for _n in range(3):
            here.editor.add(_BOX)
        assert strokes() == "3"
        here.editor.undo()
        assert strokes() == "2, last one undone"
        here.editor.undo()
        assert strokes() == "1, last 2 undone"


async def test_a_region_beside_frames_is_refused_before_generate(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        here = await enter(window, picture)
        here.editor.add(_BOX)
        await painted(window, picture)
        window.composer.set_prompt("A small sailing boat")
        draft = window.composer.draft()
        frame = Frame(left=-0.5, top=0.0, right=1.5, bottom=1.0)
        window.composer.change_draft(replace(draft, markup=replace(draft.markup, frames=(frame,))))
        quote = window.composer.line.generate.quote
        assert (quote.mood, quote.detail) == (ButtonState.QUIET, "remove region or frames")
        words = "A region and frames cannot be sent together. Remove one of them."
        assert here.bar.words == words
        window.loupe.focus_view()
        QTest.keyClick(window.loupe.canvas, _Key.Key_W)
        await until(window.core, lambda: window.loupe.mode is LoupeModeName.REFRAME, "reframe")
        reframing = window.built._loupe_parts.get().reframing.get()
        assert reframing.mode.hint.text() == words
        reframing.editor.set_ticked(frame.aspect, ticked=False)
        assert reframing.mode.hint.text() != words
        QTest.keyClick(window.loupe.canvas, _Key.Key_O)
        await loupe_modes.mode_begun(window, picture, ONLY_HERE)
        assert window.composer.line.generate.quote.mood is ButtonState.READY
        assert here.bar.words != words


async def test_a_result_is_offered_in_the_loupe(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        here = await enter(window, picture)
        here.editor.add(_BOX)
        await painted(window, picture)
        window.composer.set_prompt("A small sailing boat")
        window.composer.generate_now()
        button = window.toast.button
        await until(window.core, lambda: button.text() == "Show it", "the offer")
        assert window.toast.text.endswith(" is ready")
        assert window.loupe.picture is not None
        assert window.loupe.picture.id == picture.id, "the user's place is kept"
        button.click()

        def shown() -> bool:
            return window.loupe.picture is not None and window.loupe.picture.id != picture.id

        await until(window.core, shown, "the result")
        assert loupe_modes.is_in(window, ONLY_HERE)


async def test_the_region_survives_the_end_of_the_program(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        await enter(window, picture)
        drag(window, (0.2, 0.7), (0.3, 0.7))
        await painted(window, picture)
        kept = window.composer.draft().markup
        path = window.core.draft.path
    left = DraftFile(path).load()
    assert left is not None
    assert left.markup == kept
    async with opened(tmp_path) as window:
        assert window.composer.draft().markup == kept
        here = await enter(window, picture)
        assert here.editor.markup == kept
        assert here.mode.share > 0


async def test_esc_leads_from_the_tool_to_the_grid(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        here = await enter(window, picture)
        canvas, seen = window.loupe.canvas, []
        for _n in range(3):
            QTest.keyClick(canvas, _Key.Key_Escape)
            chosen = here.mode.tool.chosen
            seen.append((chosen, loupe_modes.is_in(window, ONLY_HERE), window.view_switch.in_loupe))
        assert seen == [(None, True, True), (None, False, True), (None, False, False)]


async def test_rating_and_views_keep_their_keys(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        await enter(window, picture)
        QTest.keyClick(window.loupe.canvas, _Key.Key_4)

        def rated() -> bool:
            shown = window.loupe.picture
            return shown is not None and shown.rating == 4

        await until(window.core, rated, "rated")
        QTest.keyClick(window.loupe.canvas, _Key.Key_G)
        assert not window.view_switch.in_loupe
        assert not loupe_modes.is_in(window, ONLY_HERE)


async def test_feather_and_keys_of_the_page(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        here = await enter(window, picture)
        assert here.page.feather.value() == 24
        here.editor.add(_BOX)
        here.page.feather.setValue(64)
        await painted(window, picture)
        drawn = region(window)
        assert drawn is not None
        assert drawn.feather == 64 / max(picture.width, picture.height)
        page_keys = here.page._keys
        menu = page_keys.open_menu(QPoint())
        menu.actions()[0].trigger()
        menu.close()
        assert not page_keys.isVisible()
        assert not window.core.settings.value.region_keys
        here.page.clear_button.setFocus()
        QTest.keyClick(here.page.clear_button, _Key.Key_Z, _Mod.ControlModifier)
        assert here.editor.region != drawn, "the keys of the mode act in the page too"


async def test_in_a_narrow_window_the_page_is_a_drawer(tmp_path: Path) -> None:
    async with opened(tmp_path, width=1024) as window:
        (picture,) = await make(window)
        window.resize(1024, 640)
        here = await enter(window, picture)
        assert not here.page.isVisible()
        button = window.loupe.bar._list
        assert button.isVisible()
        assert button.text() == "Region"
        here.editor.add(_BOX)
        assert button.text().startswith("Region 6.")
        button.click()
        assert here.page.isVisible()
        button.click()
        assert not here.page.isVisible()
        canvas = window.loupe.canvas.rect()
        assert canvas.contains(here.mode.strip.geometry())


@pytest.mark.parametrize("mode", ["CMYK", "I;16"])
async def test_what_cannot_be_changed_here_is_said_at_once(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "picture.tif"
    Image.new(mode, (64, 64)).save(path)
    async with opened(tmp_path / "home") as window:
        picture = await loupe_modes.imported(window, path)
        here = await enter(window, picture)
        await until(window.core, lambda: not here.bar.words.startswith("Paint"), "refused")
        expected = "CMYK" if mode == "CMYK" else "This picture has 16 bits"
        assert expected in here.bar.words


async def test_what_is_sent_shows_the_region(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        here = await enter(window, picture)
        small = Stroke(kind=StrokeKind.BOX, points=(Point(0.1, 0.6), Point(0.2, 0.7)))
        here.editor.add(small)
        await painted(window, picture)
        window.composer.set_prompt("A small sailing boat")
        sent = window.composer.card.sent
        if not window.composer.sent.unfolded:
            window.composer.sent.toggle()

        def drawn() -> bool:
            window.composer.sent.fill()
            request = window.composer.sent._first(*window.composer.sent_now())
            return window.core.guides.known_preview(request) is not None

        await until(window.core, drawn, "the pictures are drawn")
        request = window.composer.sent._first(*window.composer.sent_now())
        preview = window.core.guides.known_preview(request)
        assert preview is not None
        roles = [one.role for one in preview.request.references]
        assert roles.count(Role.MASK) == len(preview.data) == 3, "frame, marked crop, clean crop"
        assert sent.isVisible()
