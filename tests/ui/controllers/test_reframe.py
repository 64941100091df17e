"""Reframe mode in the window: W, the draft, generating, crops, undo, the narrow window."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from studio.domain.derivation import Operation
from studio.domain.entities import Picture
from studio.domain.markup import Markup
from studio.domain.pixel_frames import Handle, PixelFrame
from studio.ui.controllers.reframe import ReframeController
from studio.ui.panels.composer.quote import ButtonState
from studio.ui.support.frame_editor import FREE
from studio.ui.support.loupe_modes import LoupeModeName
from tests.ui import loupe_modes
from tests.ui.windows import OpenedWindow, make, opened, until

_Key, _Mod = Qt.Key, Qt.KeyboardModifier
LEFT = Qt.MouseButton.LeftButton


def reframing_of(window: OpenedWindow) -> ReframeController:
    return window.built._loupe_parts.get().reframing.get()


def in_draft(window: OpenedWindow) -> list[str]:
    return [one.aspect for one in window.composer.draft().markup.frames]


async def reframe(window: OpenedWindow, picture: Picture) -> ReframeController:
    """Select a picture in the grid and press W."""
    await loupe_modes.enter_mode(window, picture, LoupeModeName.REFRAME)
    return reframing_of(window)


async def tick(window: OpenedWindow, aspect: str) -> None:
    """Click the tick of a format, and wait until the draft has it."""
    row = reframing_of(window).mode.row
    chip = next(one for one in row.chips if one.aspect == aspect)
    QTest.mouseClick(chip, LEFT, pos=QPoint(16, chip.height() // 2))
    await until(window.core, lambda: aspect in in_draft(window), f"{aspect} in the draft")


async def made_of(window: OpenedWindow, picture: Picture, count: int) -> list[Picture]:
    """What was made of a picture, once there is so much."""
    await until(window.core, lambda: len(window.library_view.order) == 1 + count, "pictures")
    found = await window.core.library.pictures(window.library_view.order)
    return [one for one in found if one.id != picture.id]


async def test_w_reframes_a_picture_and_the_draft_has_what_is_ticked(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        controller = await reframe(window, picture)
        assert window.composer.compact
        assert window.loupe.film.isHidden()
        assert controller.page.isVisible()
        assert window.composer.draft().references == (), "looking changes nothing"
        quiet = window.composer.line.generate.quote
        assert (quiet.mood, quiet.price) == (ButtonState.QUIET, "tick a format")
        window.composer.line.generate.click()
        assert controller.mode.row.has_keyboard
        await tick(window, "16:9")
        await tick(window, "9:16")
        (source,) = window.composer.draft().sources
        assert source.picture == picture.id
        slot = window.composer.card.slots.slots()[0]
        assert slot.accessibleName() == f"Editing {picture.name} in 2 formats"
        window.composer.set_prompt("Open sea on both sides")
        assert window.composer.line.generate.quote.title == "Generate 2"
        names = [line.accessibleName().split(",")[0] for line in controller.page.lines]
        assert names == ["16 to 9", "9 to 16"]
        QTest.keyClick(window.loupe.canvas, _Key.Key_Escape)
        assert window.loupe.mode is LoupeModeName.LOOK
        assert in_draft(window) == ["16:9", "9:16"], "the frames stay"


async def test_ctrl_z_after_centre_undoes_that_and_nothing_in_the_library(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        controller = await reframe(window, picture)
        editor, button = controller.editor, controller.page.centre_button
        editor.set_room(Handle.LEFT, 0)
        aside = editor.box
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        assert editor.box != aside
        assert not button.hasFocus(), "the keys stay with the frame"
        button.setFocus()
        QTest.keyClick(button, _Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        assert editor.box == aside
        (now,) = await window.core.library.find([picture.id])
        assert not now.trashed


async def test_each_tick_is_a_picture_of_one_run_with_the_centre_untouched(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        await reframe(window, picture)
        await tick(window, "16:9")
        await tick(window, "9:16")
        window.composer.set_prompt("Open sea")
        window.composer.generate_now()
        found = await made_of(window, picture, 2)
        assert len({one.run for one in found}) == 1
        titles = {f"Reframe of {picture.name}, {aspect}" for aspect in ("16:9", "9:16")}
        assert {one.name for one in found} == titles
        parent = Image.open(window.core.library.path(picture)).convert("RGB")
        for one in found:
            assert one.derivation is not None
            assert one.derivation.operation is Operation.REFRAME
            assert one.derivation.outside == picture.width * picture.height
            whole = Image.open(window.core.library.path(one)).convert("RGB")
            left = (whole.width - parent.width) // 2
            top = (whole.height - parent.height) // 2
            box = (left, top, left + parent.width, top + parent.height)
            assert whole.crop(box).tobytes() == parent.tobytes()


async def test_a_frame_inside_the_picture_is_cut_out_free_and_can_be_undone(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        controller = await reframe(window, picture)
        controller.editor.show_format(FREE)
        half = PixelFrame(0, 0, picture.width // 2, picture.height)
        controller.editor.change(half)
        await until(window.core, lambda: in_draft(window) == [FREE], "in the draft")
        button = window.composer.line.generate
        assert (button.quote.title, button.quote.price) == ("Crop", "free")
        button.click()

        def shown() -> bool:
            return window.toast.isVisible() and "cropped to" in window.toast.text

        await until(window.core, shown, "the toast")
        assert window.core.queue.jobs == {}
        (crop,) = await made_of(window, picture, 1)
        assert crop.derivation is not None
        assert crop.derivation.operation is Operation.CROP
        assert crop.cost_usd == 0
        with Image.open(window.core.library.path(picture)) as parent:
            wanted = parent.convert("RGB").crop((0, 0, half.right, half.bottom))
        with Image.open(window.core.library.path(crop)) as cut:
            assert cut.convert("RGB").tobytes() == wanted.tobytes()
        button.click()

        def exists() -> bool:
            return window.toast.button.text() == "Show it"

        await until(window.core, exists, "the crop is not made twice")
        assert len(window.library_view.order) == 2
        window.pictures.undo()
        await until(window.core, lambda: len(window.library_view.order) == 1, "undone")
        await until(window.core, lambda: window.toast.text.startswith("Undone"), "said")
        assert window.toast.text == "Undone: 1 picture made"
        (now,) = await window.core.library.find([crop.id])
        assert now.trashed


@pytest.mark.parametrize("mode", ["CMYK", "I;16"])
async def test_what_cannot_be_reframed_is_said_at_once(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "picture.tif"
    Image.new(mode, (64, 64)).save(path)
    async with opened(tmp_path / "home") as window:
        picture = await loupe_modes.imported(window, path)
        controller = await reframe(window, picture)
        expected = "CMYK" if mode == "CMYK" else "This picture has 16 bits"
        await until(window.core, lambda: expected in controller.mode.hint.text(), "refused")


async def test_crops_and_requests_are_made_together(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        controller = await reframe(window, picture)
        await tick(window, "16:9")
        controller.editor.show_format(FREE)
        controller.editor.change(PixelFrame(0, 0, picture.width // 2, picture.height))
        await until(window.core, lambda: FREE in in_draft(window), "both")
        window.composer.set_prompt("Sea")
        quote = window.composer.line.generate.quote
        assert quote.title == "Generate"
        window.composer.generate_now()
        found = await made_of(window, picture, 2)
        kinds = {one.derivation.operation for one in found if one.derivation is not None}
        assert kinds == {Operation.REFRAME, Operation.CROP}


async def test_a_frame_the_model_cannot_fill_is_said_and_not_sent(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        controller = await reframe(window, picture)
        controller.editor.show_format(FREE)
        width, height = picture.width, picture.height
        controller.editor.change(PixelFrame(-10 * width, 0, 2 * width, height))
        await until(window.core, lambda: in_draft(window) == [FREE], "in the draft")
        assert "too small in the new frame" in controller.mode.hint.text()
        window.composer.set_prompt("Sea")
        window.composer.generate_now()

        def said() -> bool:
            notices = (window.composer.bar.notice, window.messages.notice)
            return any(
                one is not None and "too small in the new frame" in one.text for one in notices
            )

        await until(window.core, said, "the reason")
        assert window.core.queue.jobs == {}


async def test_ctrl_z_undoes_frames_and_the_composer_follows(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        controller = await reframe(window, picture)
        chip = controller.mode.row.chips[0]
        chip.setFocus()
        QTest.keyClick(chip, _Key.Key_Space)
        await until(window.core, lambda: in_draft(window) == ["16:9"], "ticked by Space")
        window.loupe.focus_view()
        before = window.composer.draft().markup
        canvas = window.loupe.canvas
        QTest.keyClick(canvas, _Key.Key_Tab)
        handle = next(one for one in controller.mode.handles if one.hasFocus())
        assert handle.handle is Handle.TOP_LEFT
        QTest.keyClick(handle, _Key.Key_Left)
        assert window.composer.draft().markup != before
        QTest.keyClick(handle, _Key.Key_Z, _Mod.ControlModifier)
        assert window.composer.draft().markup == before
        QTest.keyClick(handle, _Key.Key_Z, _Mod.ControlModifier)
        assert in_draft(window) == []
        QTest.keyClick(handle, _Key.Key_Z, _Mod.ControlModifier | _Mod.ShiftModifier)
        assert window.composer.draft().markup == before
        window.composer.undo()
        assert controller.editor.markup == window.composer.draft().markup


async def test_the_cross_of_the_slot_drops_the_frames_and_a_click_on_it_shows_them(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        controller = await reframe(window, picture)
        await tick(window, "4:3" if picture.width == picture.height else "1:1")
        window.view_switch.show_grid()
        assert window.loupe.mode is LoupeModeName.LOOK
        slot = window.composer.card.slots.slots()[0]
        QTest.mouseClick(slot, LEFT, pos=QPoint(16, 16))
        await loupe_modes.mode_begun(window, picture, LoupeModeName.REFRAME)
        assert len(controller.editor.ticked) == 1
        window.composer.card.slots.slots()[0].close_button.click()
        assert window.composer.draft().markup == Markup()
        assert not controller.editor.ticked


async def test_size_seam_and_safe_area_are_where_they_are_kept(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        controller = await reframe(window, picture)
        await tick(window, "16:9")
        controller.page.seam.setValue(64)
        controller.page.keep.click()
        (frame,) = window.composer.draft().markup.frames
        assert round(frame.seam * max(picture.width, picture.height)) == 64
        assert not frame.keep_centre
        sizes = controller.page.sizes
        assert sizes is not None
        sizes.segment("1K").click()
        assert window.composer.draft().size == "1K"
        controller.mode.row.safe_area_chosen.emit("stories")
        assert window.core.settings.value.safe_area == "stories"
        assert controller.mode.overlay.safe_area == "stories"
        (line,) = controller.page.lines
        menu = line.open_menu(QPoint(10, 10))
        assert [entry.text().partition("\t")[0] for entry in menu.actions()] == [
            "Show this frame",
            "Remove",
        ]
        menu.actions()[1].trigger()
        menu.close()
        assert in_draft(window) == []
        controller.editor.undo()
        field = controller.page.fields[Handle.LEFT]
        field.setText("0")
        QTest.keyClick(field, _Key.Key_Return)
        assert controller.editor.box.left == 0
        QTest.keyClick(field, _Key.Key_Up)
        assert controller.editor.box.left == -8


async def test_in_a_narrow_window_the_page_is_a_drawer_and_the_formats_scroll(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, width=1024) as window:
        window.resize(1024, 640)
        (picture,) = await make(window)
        controller = await reframe(window, picture)
        await tick(window, "16:9")
        row = controller.mode.row
        assert row.width() <= window.loupe.canvas.width() - 24
        assert window.width() == 1024
        frame = controller.mode.overlay.frame_rect()
        assert frame.left() > 0
        assert frame.right() < window.loupe.canvas.width()
        assert frame.bottom() < window.loupe.canvas.height()
