"""Contact sheets and hand-off pages from the window, with real pictures and real processes."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog, QFileDialog

from studio.common import files
from studio.domain.contact_sheet import SheetCaption, SheetPaper
from studio.imaging.sheet_drawer import SheetDrawer
from studio.ui.controllers.handouts import HandoutController
from studio.ui.dialogs.handouts.dialog import HandoutDialog
from studio.ui.dialogs.handouts.page_dialog import PageDialog
from studio.ui.dialogs.handouts.sheet_dialog import SheetDialog
from studio.ui.support import sidebar_items
from tests.ui.answers import Answering
from tests.ui.windows import OpenedWindow, make, opened, until

PROMPT = "Lighthouse in {blue hour|heavy fog|first snow}"
KINDS = ["contact_sheet", "handoff_page"]


def controller(window: OpenedWindow, action: str) -> HandoutController:
    made = window.built.handouts.get()
    return made.sheets if action == "contact_sheet" else made.pages


async def shown(window: OpenedWindow, action: str, out: Path) -> HandoutDialog:
    """The dialog, ready to begin."""
    one = controller(window, action)
    one.folder = out
    window.actions_of.every[action].trigger()
    dialog = one.dialog
    assert dialog is not None
    await until(window.core, dialog.make.isEnabled, "ready")
    return dialog


async def finished(window: OpenedWindow, dialog: HandoutDialog, one: HandoutController) -> None:
    await until(window.core, dialog.make.isEnabled, "ready")
    dialog.make.click()
    await until(window.core, lambda: not one.works, "made")


@pytest.mark.parametrize("action", KINDS)
async def test_what_the_dialog_shows_is_made(tmp_path: Path, action: str) -> None:
    out = tmp_path / "out"
    async with opened(tmp_path / "home") as window:
        await make(window, PROMPT, tiles=3)
        dialog = await shown(window, action, out)
        one = controller(window, action)
        ending = ".pdf" if action == "contact_sheet" else ".html"
        await finished(window, dialog, one)
        (path,) = out.iterdir()
        assert path.suffix == ending
        head = path.read_bytes()[:15]
        assert head.startswith(b"%PDF" if ending == ".pdf" else b"<!doctype html>")
        assert dialog.words.text().startswith("1 page, " if ending == ".pdf" else "3 pictures, ")
        assert not dialog.folder_button.isHidden()
        # The name is taken now, which is said before it gets a number.
        await until(window.core, lambda: "already exists" in dialog.note.text(), "note")
        await finished(window, dialog, one)
        assert sorted(each.name for each in out.iterdir()) == sorted(
            [path.name, f"{path.stem}-2{ending}"]
        )


async def test_the_selection_is_taken_and_the_scope_can_be_chosen(tmp_path: Path) -> None:
    async with opened(tmp_path / "home") as window:
        pictures = await make(window, PROMPT, tiles=3)
        window.gallery.select_keys([pictures[0].row])
        dialog = await shown(window, "handoff_page", tmp_path / "out")
        await until(window.core, lambda: dialog.count == 1, "one")
        dialog.scope.segment("all").click()
        await until(window.core, lambda: dialog.count == 3, "all")
        await finished(window, dialog, controller(window, "handoff_page"))
        (path,) = (tmp_path / "out").iterdir()
        assert path.read_text("utf-8").count("<img ") == 3


async def test_a_collection_is_opened_from_its_menu(tmp_path: Path) -> None:
    async with opened(tmp_path / "home") as window:
        pictures = await make(window, PROMPT, tiles=3)
        collections = window.core.library.collections
        await collections.make_of([one.id for one in pictures[:2]], "Harbour")
        await until(
            window.core,
            lambda: [one.name for one in window.built.collections_controller.every] == ["Harbour"],
            "sidebar",
        )
        place = sidebar_items.collection(window.built.collections_controller.every[0])
        menu = window.built.place_menus.make(place)
        (row,) = [each for each in menu.actions() if each.text().startswith("Contact sheet")]
        row.trigger()
        dialog = controller(window, "contact_sheet").dialog
        assert isinstance(dialog, SheetDialog)
        await until(
            window.core,
            lambda: dialog.count == 2 and dialog.name.text() == "Harbour",
            "the collection",
        )
        assert dialog.heading.text() == "Harbour"


async def test_a_typed_name_and_heading_stay(tmp_path: Path) -> None:
    async with opened(tmp_path / "home") as window:
        pictures = await make(window, PROMPT, tiles=3)
        dialog = await shown(window, "contact_sheet", tmp_path / "out")
        assert isinstance(dialog, SheetDialog)
        dialog.name.setText("../My: sheet?")
        dialog.name.textEdited.emit("../My: sheet?")
        dialog.heading.setText("Mine")
        dialog.heading.textEdited.emit("Mine")
        window.gallery.select_keys([pictures[0].row])
        await until(window.core, lambda: dialog.count == 1, "one")
        assert dialog.heading.text() == "Mine"
        await finished(window, dialog, controller(window, "contact_sheet"))
        (path,) = (tmp_path / "out").iterdir()
        assert path.parent == tmp_path / "out"
        assert "My" in path.name


@pytest.mark.parametrize("action", KINDS)
async def test_a_full_disk_is_shown_in_the_dialog(tmp_path: Path, action: str) -> None:
    out = tmp_path / "out"

    def full(kind: str, path: Path) -> None:
        if kind == "append" and out in path.parents:
            raise OSError(28, "No space left on device", str(path))

    async with opened(tmp_path / "home") as window:
        await make(window)
        dialog = await shown(window, action, out)
        end = files.watch(full)
        try:
            await finished(window, dialog, controller(window, action))
        finally:
            end()
        assert dialog.notices.notice is not None
        assert "disk is full" in dialog.notices.notice.text
        assert list(out.iterdir()) == []
        await until(window.core, dialog.make.isEnabled, "ready again")


async def test_stop_leaves_nothing_and_closing_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    async with opened(tmp_path / "home") as window:
        await make(window)
        dialog = await shown(window, "contact_sheet", out)
        one = controller(window, "contact_sheet")
        draw = SheetDrawer.draw
        held: list[SheetDrawer] = []

        async def hold(drawer: SheetDrawer, *_args: object) -> bytes:
            held.append(drawer)
            await asyncio.Event().wait()
            return b""

        monkeypatch.setattr(SheetDrawer, "draw", hold)
        dialog.make.click()
        await until(window.core, lambda: bool(held), "drawing")
        assert not dialog.make.isEnabled()
        dialog.stop.click()
        await until(window.core, lambda: not one.works, "stopped")
        assert dialog.words.text() == "Stopped"
        assert list(out.iterdir()) == []
        monkeypatch.setattr(SheetDrawer, "draw", draw)
        await until(window.core, dialog.make.isEnabled, "ready again")
        dialog.make.click()
        dialog.reject()
        await until(window.core, lambda: not one.works, "made")
        assert len(list(out.iterdir())) == 1


async def test_a_window_is_closed_while_a_sheet_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answering: Answering
) -> None:
    out = tmp_path / "out"
    answers = [0, 1]
    asked: list[str] = []

    async def answered(dialog: QDialog) -> int:
        asked.append(dialog.windowTitle())
        return answers.pop(0)

    async with opened(tmp_path / "home") as window:
        await make(window)
        dialog = await shown(window, "contact_sheet", out)
        one = controller(window, "contact_sheet")
        held: list[SheetDrawer] = []

        async def hold(drawer: SheetDrawer, *_args: object) -> bytes:
            held.append(drawer)
            await asyncio.Event().wait()
            return b""

        monkeypatch.setattr(SheetDrawer, "draw", hold)
        answering(answered)
        await until(window.core, dialog.make.isEnabled, "ready")
        dialog.make.click()
        await until(window.core, lambda: bool(held), "drawing")
        window.close()
        await until(window.core, lambda: len(answers) == 1, "asked")
        assert not window.closing
        assert not dialog.stop.isHidden()
        window.close()
        await until(window.core, lambda: window.closing, "left")
        assert asked == ["Quit Gridbrush?"] * 2
        assert not one.works
        assert list(out.iterdir()) == []


async def test_another_folder_is_chosen(tmp_path: Path, answering: Answering) -> None:
    other = tmp_path / "other"
    other.mkdir()

    async def finished_with_other(dialog: QDialog) -> int:
        assert isinstance(dialog, QFileDialog)
        dialog.setDirectory(str(other))
        dialog.selectFile(str(other))
        return 1

    answering(finished_with_other)
    async with opened(tmp_path / "home") as window:
        await make(window)
        dialog = await shown(window, "handoff_page", tmp_path / "out")
        one = controller(window, "handoff_page")
        dialog.choose.click()
        await until(window.core, lambda: one.folder == other, "chosen")
        await until(window.core, dialog.make.isEnabled, "ready")
        await finished(window, dialog, one)
        assert len(list(other.iterdir())) == 1


async def test_choices_are_kept_for_the_next_start(tmp_path: Path) -> None:
    out = tmp_path / "out"
    logo = tmp_path / "logo.png"
    async with opened(tmp_path / "home") as window:
        (picture,) = await make(window)
        logo.write_bytes((window.core.library.path(picture)).read_bytes())
        sheet = await shown(window, "contact_sheet", out)
        assert isinstance(sheet, SheetDialog)
        sheet.paper.segment(SheetPaper.A3).click()
        sheet.captions[SheetCaption.PRICE].click()
        sheet.show_logo(logo)
        await until(window.core, sheet.make.isEnabled, "ready")
        await finished(window, sheet, controller(window, "contact_sheet"))
        page = await shown(window, "handoff_page", out)
        assert isinstance(page, PageDialog)
        page.place.segment(True).click()
        chosen = page.preset
        await until(window.core, lambda: chosen.value is not None, "presets")
        chosen.set_value("web-jpeg")
        await until(window.core, page.make.isEnabled, "ready")
        await finished(window, page, controller(window, "handoff_page"))
        assert len(list(out.glob("*-files/*.jpg"))) == 1
    async with opened(tmp_path / "home") as window:
        for action in KINDS:
            window.actions_of.every[action].trigger()
            assert controller(window, action).folder == out
        again = controller(window, "contact_sheet").dialog
        assert isinstance(again, SheetDialog)
        assert again.sheet.paper is SheetPaper.A3
        assert SheetCaption.PRICE in again.sheet.captions
        assert again.logo == logo
        kept = controller(window, "handoff_page").dialog
        assert isinstance(kept, PageDialog)
        assert kept.page.beside
        shown_again = kept.preset
        await until(window.core, lambda: shown_again.value == "web-jpeg", "presets")


async def test_odd_choices_in_the_settings_are_not_used(tmp_path: Path) -> None:
    async with opened(tmp_path / "home") as window:
        for odd in ("{", "[]", '{"paper": "a0"}', '{"columns": "many"}', "\0"):
            window.core.settings.change(contact_sheet=odd, handoff_page=odd, handout_folder="a")
            window.built.handouts.made = None
            for action in KINDS:
                one = controller(window, action)
                one.open()
                assert one.dialog is not None
                assert one.folder.is_absolute()
                one.dialog.reject()
