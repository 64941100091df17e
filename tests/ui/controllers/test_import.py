"""Import by a drop on the gallery, and then tags, collections and history."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QFileDialog, QListWidgetItem

from studio.domain.entities import Picture
from studio.library.query import View
from studio.ui.controllers.import_ import ImportTarget
from studio.ui.dialogs.history import HistoryDialog
from studio.ui.dialogs.import_pictures import ImportDialog
from studio.ui.dialogs.name_popover import NamePopover
from studio.ui.support import drop_contents, file_dialogs
from studio.ui.widgets.buttons import Button
from tests.ui.answers import Answering
from tests.ui.user_actions import drop
from tests.ui.windows import PROMPT, OpenedWindow, make, opened, until


def png(path: Path, **texts: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    info = PngInfo()
    for name, words in texts.items():
        info.add_itxt(name, words)
    Image.new("RGB", (40, 30), "teal").save(path, pnginfo=info)
    return path


def files(*paths: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def written(window: OpenedWindow, text: str) -> None:
    asked = window.collections_controller.naming
    assert isinstance(asked, NamePopover)
    asked.field.setText(text)
    QTest.keyClick(asked.field, Qt.Key.Key_Return)


async def test_files_and_folders_dropped_on_the_gallery_are_imported(tmp_path: Path) -> None:
    source = png(tmp_path / "in" / "a.png", parameters="kelp\nSteps: 1, Seed: 2")
    async with opened(tmp_path / "home") as window:
        await make(window)
        mime = files(source.parent)
        window.import_controller.show_target(mime)
        target = window.views.findChild(ImportTarget)
        assert target is not None
        assert target.isVisible()
        assert target.geometry() == window.views.rect()
        assert drop(target, QPoint(50, 50), mime)
        assert not target.isVisible()
        await until(window.core, lambda: window.library_view.shown == 2, "imported")
        await until(window.core, partial(idle, window), "selected")
        shown = await window.core.library.pictures(window.library_view.order)
        assert ("kelp", "a.png") in [(one.prompt, one.imported) for one in shown]
        await until(window.core, window.toast.isVisible, "told")
        window.import_controller.import_paths([source, tmp_path / "nowhere.png"])
        await until(window.core, lambda: not window.import_controller.is_under_way(), "again")
        assert window.library_view.shown == 2


async def test_what_was_brought_in_stands_first_and_stays_there(tmp_path: Path) -> None:
    source = png(tmp_path / "in" / "a.png", parameters="kelp\nSteps: 1, Seed: 2")
    home = tmp_path / "home"
    async with opened(home) as window:
        await make(window)
        window.import_controller.import_paths([source])
        await until(window.core, lambda: window.library_view.shown == 2, "imported")
        assert await prompts(window) == ["kelp", PROMPT]
        window.library_view.reload()
        await until(window.core, lambda: window.library_view.shown == 2, "read again")
        assert await prompts(window) == ["kelp", PROMPT]
    async with opened(home) as window:
        await until(window.core, lambda: window.library_view.shown == 2, "read")
        assert await prompts(window) == ["kelp", PROMPT]
        await make(window, "a fox")
        assert await prompts(window) == ["a fox", "kelp", PROMPT]


async def prompts(window: OpenedWindow) -> list[str]:
    """The prompts of the pictures, in the order in which the gallery shows them."""
    model = window.model
    pictures = await model.read(model.every_picture())
    return [picture.prompt for picture in pictures]


async def test_broken_files_are_reported(tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(png(tmp_path / "in" / "a.png").read_bytes()[:60])
    async with opened(tmp_path / "home") as window:
        await make(window)
        window.import_controller.import_paths([broken])
        await until(window.core, lambda: "broken.png" in said(window), "told")


def said(window: OpenedWindow) -> str:
    """What the message bar says; while it works, how far it is."""
    return window.messages.notice.text if window.messages.notice else ""


def test_pictures_of_the_gallery_are_not_imported_again(tmp_path: Path) -> None:
    mime = files(tmp_path / "a.png")
    assert drop_contents.number_in(mime) == 1
    mime.setData(drop_contents.IDS, b"x")
    assert drop_contents.number_in(mime) == 0


async def test_tags_are_set_for_all_that_is_selected(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=2, tiles=2)
        ids = [picture.id for picture in pictures]
        library = window.core.library
        await library.tag(ids, add=["kelp", "old"])
        await library.tag(ids[:1], add=["alone"])
        window.gallery.select_everything()
        action = window.actions_of.every["tag"]
        await until(window.core, action.isEnabled, "offered")
        action.trigger()
        await until(window.core, lambda: window.collections_controller.naming is not None, "asked")
        asked = window.collections_controller.naming
        assert asked is not None
        assert asked.field.text() == "kelp, old"
        closed: list[bool] = []
        asked.closed.connect(lambda: closed.append(True))
        written(window, "kelp,  new town ")
        await until(window.core, lambda: bool(closed), "set")
        found = await library.find(ids)
        assert found[0].tags == ("alone", "kelp", "new town")
        assert found[1].tags == ("kelp", "new town")


async def test_a_selection_is_put_into_a_collection_by_name(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        window.gallery.select_everything()
        action = window.actions_of.every["collect"]
        await until(window.core, action.isEnabled, "offered")
        action.trigger()
        await until(window.core, lambda: window.collections_controller.naming is not None, "asked")
        written(window, "Best")
        await until(window.core, lambda: bool(window.collections_controller.every), "made")
        (best,) = window.collections_controller.every
        await until(
            window.core, lambda: window.collections_controller.every[0].pictures == 1, "put in"
        )
        (found,) = await window.core.library.find([picture.id])
        assert found.collections == (best.id,)


async def test_the_history_is_walked_in_its_dialog(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        await window.core.library.rate([picture.id], 3)
        window.dialogs.open_changes()
        (dialog,) = [each for each in window.findChildren(QDialog) if each.isVisible()]
        assert isinstance(dialog, HistoryDialog)
        await until(window.core, lambda: dialog.list.count() == 1, "read")
        assert dialog.list.item(0).text().endswith("1 picture rated")
        assert (dialog.undo.isEnabled(), dialog.redo.isEnabled()) == (True, False)
        dialog.undo.click()
        await until(window.core, dialog.redo.isEnabled, "undone")
        assert "(undone)" in dialog.list.item(0).data(Qt.ItemDataRole.AccessibleTextRole)
        assert (await window.core.library.find([picture.id]))[0].rating == 0
        dialog.reject()


async def test_an_import_begins_where_pictures_are_and_then_where_it_was_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answering: Answering
) -> None:
    usual, source = tmp_path / "Pictures", png(tmp_path / "shoot" / "a.png")
    usual.mkdir()
    begun: list[Path] = []

    async def answered(dialog: QDialog) -> bool:
        if not isinstance(dialog, QFileDialog):
            return True
        begun.append(Path(dialog.directory().absolutePath()))
        if dialog.fileMode() is QFileDialog.FileMode.ExistingFiles:
            assert "*.png" in dialog.nameFilters()[0]
        dialog.setDirectory(str(source.parent))
        dialog.selectFile(source.name)
        return True

    answering(answered)
    monkeypatch.setattr(file_dialogs, "usual_folder", lambda: usual)
    async with opened(tmp_path / "home") as window:
        window.import_controller.choose(folder=False)
        await until(window.core, lambda: window.library_view.shown == 1, "imported")
        window.import_controller.choose(folder=True)
        await until(window.core, lambda: len(begun) == 2, "asked again")
        assert begun == [usual, source.parent]


def stands(window: OpenedWindow, picture: Picture) -> bool:
    return [one.id for one in window.inspector.pictures] == [picture.id]


async def test_what_came_without_a_prompt_is_not_varied_or_remixed(tmp_path: Path) -> None:
    bare = png(tmp_path / "in" / "a.png")
    told = png(tmp_path / "in" / "b.png", parameters="kelp forest\nSteps: 1, Seed: 2")
    async with opened(tmp_path / "home") as window:
        await make(window)
        window.composer.set_prompt("written by hand")
        window.import_controller.import_paths([bare, told])
        await until(window.core, lambda: window.library_view.shown == 3, "imported")
        await until(window.core, partial(idle, window), "selected")
        shown = {one.imported: one for one in await window.core.library.every()}
        able = {"": True, "a.png": False, "b.png": True}
        for name, wanted in able.items():
            window.gallery.select_keys([shown[name].row])
            await until(window.core, partial(stands, window, shown[name]), "shown")
            buttons = {
                button.property("action"): button.isEnabled()
                for button in window.inspector.findChildren(Button)
                if button.isVisible() and button.property("action") in ("edit", "vary", "remix")
            }
            assert buttons == {"edit": True, "vary": wanted, "remix": wanted}
        window.gallery.select_keys([shown["a.png"].row])
        for name in ("vary", "remix"):
            window.messages.clear()
            window.actions_of.every[name].trigger()
            await until(window.core, lambda: window.messages.notice is not None, "said why")
            assert window.messages.notice is not None
            assert "has no prompt" in window.messages.notice.text
        assert window.composer.draft().prompt == "written by hand"


async def test_a_picture_made_elsewhere_is_repeated_with_the_model_that_is_chosen(
    tmp_path: Path,
) -> None:
    told = png(tmp_path / "in" / "b.png", parameters="kelp forest\nSteps: 1, Seed: 2")
    async with opened(tmp_path / "home") as window:
        await make(window)
        chosen = window.composer.draft()
        window.import_controller.import_paths([told])
        await until(window.core, lambda: window.library_view.shown == 2, "imported")
        await until(window.core, partial(idle, window), "selected")
        (kelp,) = [one for one in await window.core.library.every() if one.imported]
        window.gallery.select_keys([kelp.row])
        await until(window.core, partial(stands, window, kelp), "shown")
        run = window.jobs_controller.variations(kelp, chosen)
        assert {one.prompt for one in run.requests} == {"kelp forest"}
        assert {(one.profile, one.model) for one in run.requests} == {
            (chosen.profile, chosen.model)
        }
        window.actions_of.every["remix"].trigger()
        await until(
            window.core, lambda: window.composer.draft().prompt == "kelp forest", "taken over"
        )
        now = window.composer.draft()
        assert (now.profile, now.model) == (chosen.profile, chosen.model)
        assert chosen.profile


def tells_of(window: OpenedWindow, number: int) -> bool:
    return len(window.inspector.pictures) == number


async def test_more_pictures_than_a_model_takes_are_not_offered_as_references(
    tmp_path: Path,
) -> None:
    every = [png(tmp_path / "in" / f"{n}.png", parameters=f"kelp {n}") for n in range(17)]
    async with opened(tmp_path / "home") as window:
        await make(window)
        window.import_controller.import_paths(every)
        await until(window.core, lambda: window.library_view.shown == 18, "imported")
        # What was imported is selected at the end, after it is shown.
        await until(window.core, partial(tells_of, window, 17), "imported pictures selected")
        rows = sorted(one.row for one in await window.core.library.every())
        also = window.composer.card.slots.also
        for number, wanted in ((16, True), (17, False)):
            window.gallery.select_keys(rows[:number])
            await until(window.core, partial(tells_of, window, number), "selected")
            assert also.isVisible() is wanted
            (button,) = [
                one
                for one in window.inspector.findChildren(Button)
                if one.property("action") == "references"
            ]
            assert button.isEnabled() is wanted


async def test_a_saved_search_is_named_by_its_words_at_first(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await make(window)
        window.top_bar.search.set_text("kelp")
        window.view_options.on_searched("kelp")
        window.collections_controller.on_save_search()
        asked = window.collections_controller.naming
        assert isinstance(asked, NamePopover)
        assert asked.field.text() == asked.field.selectedText() == "kelp"


async def test_the_first_page_leads_to_an_import(tmp_path: Path, answering: Answering) -> None:
    source = png(tmp_path / "shoot" / "a.png")
    modes: list[QFileDialog.FileMode] = []

    async def answered(dialog: QDialog) -> bool:
        if not isinstance(dialog, QFileDialog):
            return True
        modes.append(dialog.fileMode())
        dialog.setDirectory(str(source.parent.parent))
        dialog.selectFile(source.parent.name)
        return True

    answering(answered)
    async with opened(tmp_path / "home") as window:
        await until(window.core, window.welcome.isVisible, "first page")
        window.welcome.bring.click()
        await until(window.core, lambda: window.library_view.shown == 1, "imported")
        assert modes == [QFileDialog.FileMode.Directory]
        await until(window.core, lambda: not window.welcoming, "the picture is there")


def idle(window: OpenedWindow) -> bool:
    return not window.import_controller.is_under_way()


def chosen(window: OpenedWindow) -> set[str]:
    return {one.imported for one in window.gallery.selected_items() if isinstance(one, Picture)}


async def test_imported_pictures_are_selected_and_undone_into_the_trash(tmp_path: Path) -> None:
    sources = [png(tmp_path / "in" / "a.png"), tmp_path / "in" / "b.png"]
    Image.new("RGB", (50, 30), "orange").save(sources[1])
    broken = tmp_path / "broken.png"
    broken.write_bytes(sources[0].read_bytes()[:60])
    async with opened(tmp_path / "home") as window:
        await make(window)
        made = await window.core.library.collections.make("Best")
        window.built.library_navigation.show_collection(made.id)
        await until(window.core, lambda: window.library_view.shown == 0, "an empty collection")
        window.import_controller.import_paths([*sources, broken], ["client a"])
        await until(window.core, partial(idle, window), "imported")
        await until(window.core, lambda: chosen(window) == {"a.png", "b.png"}, "selected")
        assert window.library_view.query.collection == ""
        assert window.sidebar.model.collection == ""
        assert {one.tags for one in window.gallery.selected_items()} == {("client a",)}  # type: ignore[union-attr]
        assert "broken.png" in said(window), "the refusal is shown where the pictures are"
        assert window.toast.text.startswith("Imported 2")
        assert window.toast.button.text() == "Undo"
        window.toast.on_undo()
        await until(window.core, lambda: window.library_view.counts.trash == 2, "undone")
        assert window.library_view.counts.all == 1
        window.pictures.redo()
        await until(window.core, lambda: window.library_view.counts.trash == 0, "redone")


async def test_many_imported_pictures_are_not_looked_up_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {f"{number}.png" for number in range(20)}
    (tmp_path / "in").mkdir()
    for number, name in enumerate(names):
        Image.new("RGB", (8, 8), (number, 0, 0)).save(tmp_path / "in" / name)
    async with opened(tmp_path / "home") as window:
        rows = window.gallery.rows
        row_of, asked = rows.row_of, []

        def counted(key: int | str) -> int | None:
            asked.append(key)
            return row_of(key)

        monkeypatch.setattr(rows, "row_of", counted)
        window.import_controller.import_paths([tmp_path / "in"])
        await until(window.core, lambda: chosen(window) == names, "selected")
        assert len(asked) < len(names), asked


async def test_an_import_does_not_disturb_who_works_on(tmp_path: Path) -> None:
    source = png(tmp_path / "in" / "a.png")
    async with opened(tmp_path / "home") as window:
        (picture,) = await make(window)
        window.import_controller.import_paths([source])
        window.gallery.select_keys([picture.row])
        await until(window.core, partial(idle, window), "imported")
        assert picked(window) == [picture.id]
        window.view_switch.open_loupe(picture)
        window.import_controller.import_paths([png(tmp_path / "in2" / "c.png", parameters="x")])
        await until(window.core, partial(idle, window), "imported")
        assert window.view_switch.in_loupe


async def test_tags_for_all_are_asked_before_an_import(
    tmp_path: Path, answering: Answering
) -> None:
    source = png(tmp_path / "shoot" / "a.png")
    answers = [False, True]
    asked: list[str] = []

    async def answered(dialog: QDialog) -> bool:
        if isinstance(dialog, QFileDialog):
            dialog.setDirectory(str(source.parent))
            dialog.selectFile(source.name)
            return True
        assert isinstance(dialog, ImportDialog)
        asked.append(dialog.title.text())
        dialog.field.setText("client  a, kelp, client a,")
        return answers.pop(0)

    answering(answered)
    async with opened(tmp_path / "home") as window:
        window.import_controller.choose(folder=False)
        await until(window.core, lambda: asked == ["Import 1 item"], "asked")
        await tasks_over()
        assert window.library_view.counts.all == 0, "cancelled"
        window.import_controller.choose(folder=False)
        await until(window.core, lambda: window.library_view.shown == 1, "imported")
        (picture,) = await window.core.library.every()
        assert picture.tags == ("client a", "kelp")


async def tasks_over() -> None:
    for _round in range(20):
        await asyncio.sleep(0)


async def test_a_change_of_the_history_selects_its_pictures(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        first, second = await make(window, count=2, tiles=2)
        await window.core.library.rate([second.id], 3)
        await window.core.library.trash([first.id])
        window.show_shelf(View.PICKS)
        window.dialogs.open_changes()
        (dialog,) = [each for each in window.findChildren(HistoryDialog) if each.isVisible()]
        await until(window.core, lambda: dialog.list.count() == 2, "read")
        trashed, rated = dialog.list.item(0), dialog.list.item(1)
        assert PROMPT in rated.data(Qt.ItemDataRole.AccessibleTextRole)
        click(dialog, rated)
        await until(window.core, lambda: picked(window) == [second.id], "selected")
        assert shelf(window) is View.ALL
        click(dialog, trashed)
        await until(window.core, lambda: picked(window) == [first.id], "in the trash")
        assert shelf(window) is View.TRASH
        await until(
            window.core, lambda: dialog._thumbnails.picture(first.id) is not None, "thumbnail"
        )
        dialog.reject()


def click(dialog: HistoryDialog, item: QListWidgetItem) -> None:
    at = dialog.list.visualItemRect(item).center()
    QTest.mouseClick(dialog.list.viewport(), Qt.MouseButton.LeftButton, pos=at)


def shelf(window: OpenedWindow) -> View:
    return window.library_view.query.view


def picked(window: OpenedWindow) -> list[str]:
    return [one.id for one in window.gallery.selected_items()]
