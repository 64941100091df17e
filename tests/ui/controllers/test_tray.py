"""The shelf: collected from anywhere, kept in order over a restart, and undone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, QItemSelectionModel, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QAction, QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.app.export.runner import ExportState
from studio.domain.entities import Picture
from studio.library.query import View
from studio.ui.controllers.tray import TrayController
from studio.ui.panels.tray import SIDE, Tray, TrayModel
from studio.ui.support import clipboard
from studio.ui.support.drag_and_drop import DraggedPicture
from studio.ui.support.drop_contents import IDS
from studio.ui.widgets.menu import Menu
from tests.ui.windows import OpenedWindow, make, opened, until

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


def parts_of(window: OpenedWindow) -> tuple[TrayController, Tray]:
    controller = window.built.outgoing.get().tray.get()
    (view,) = window.findChildren(Tray)
    return controller, view


def names(view: Tray) -> list[str]:
    return [one.id for one in view.pictures]


async def press_key(window: OpenedWindow, *pictures: Picture) -> None:
    """Select pictures and do what the key J does, once the window knows of the selection."""
    window.gallery.select_keys([one.row for one in pictures])
    action = window.actions_of.every["put_on_shelf"]
    await until(window.core, action.isEnabled, "the selection is told")
    action.trigger()


async def put(window: OpenedWindow, *pictures: Picture) -> Tray:
    """Put pictures on the shelf, as the key does."""
    await press_key(window, *pictures)
    _controller, view = parts_of(window)
    wanted = {one.id for one in pictures}
    await until(window.core, lambda: wanted <= set(names(view)), "on the shelf")
    return view


async def test_what_is_put_there_keeps_its_order_over_a_restart(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        one, two, three = await make(window, "a {fox|hare|owl}", tiles=3)
        await put(window, two)
        view = await put(window, three, one)
        assert names(view)[0] == two.id
        before = names(view)
        assert sorted(before) == sorted(each.id for each in (one, two, three))
        assert not view.isHidden()
        assert window.actions_of.every["shelf"].isChecked()
        await until(window.core, lambda: list(_shelves(window)), "saved")
    async with opened(tmp_path) as window:
        _controller, view = parts_of(window)
        await until(window.core, lambda: view.pictures, "read")
        assert names(view) == before
        assert not view.isHidden()


def _shelves(window: OpenedWindow) -> Sequence[Path]:
    return list((window.core.paths.state / "shelves").glob("*.json"))


async def test_the_key_takes_off_what_is_there(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        one, two = await make(window, "a {fox|hare}", tiles=2)
        view = await put(window, one, two)
        await press_key(window, one)
        await until(window.core, lambda: names(view) == [two.id], "taken off")


def said(window: OpenedWindow) -> str:
    """What stands in the toast."""
    return window.toast.text if window.toast.isVisible() else ""


async def test_clearing_is_undone_by_the_toast_and_by_the_key(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        one, two = await make(window, "a {fox|hare}", tiles=2)
        view = await put(window, one, two)
        before = names(view)
        view.clear.click()
        await until(window.core, lambda: "taken off" in said(window), "cleared")
        assert not view.pictures
        window.toast.on_undo()
        await until(window.core, lambda: names(view) == before, "undone")
        view.list.setFocus()
        QTest.keyClick(view.list, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClick(view.list, Qt.Key.Key_Delete)
        await until(window.core, lambda: not view.pictures, "taken off")
        view.list.undo_wanted.emit()
        await until(window.core, lambda: names(view) == before, "undone")
        view.list.redo_wanted.emit()
        await until(window.core, lambda: not view.pictures, "redone")
        # Nothing of this is a change of the library.
        assert await window.core.library.collections.history() == []


async def test_all_or_the_selected_are_dragged_and_copied(
    tmp_path: Path, dragged: list[list[DraggedPicture]]
) -> None:
    def gone() -> list[list[str]]:
        return [[one.picture.id for one in carried] for carried in dragged]

    async with opened(tmp_path) as window:
        pictures = await make(window, "a {fox|hare|owl}", tiles=3)
        view = await put(window, *pictures)
        QApplication.sendPostedEvents()
        QTest.mousePress(view.handle, LEFT, NONE, QPoint(5, 5))
        QTest.mouseMove(view.handle, QPoint(60, 5))
        assert gone() == [names(view)]
        middle = view.list.visualRect(view.list.model().index(1, 0)).center()
        QTest.mouseClick(view.list.viewport(), LEFT, NONE, middle)
        view.list.startDrag(Qt.DropAction.CopyAction)
        assert gone()[1:] == [[names(view)[1]]]
        said: list[str] = []
        window.pictures.told.connect(said.append)
        QTest.keyClick(view.list, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        await until(window.core, lambda: said, "copied")
        mime = clipboard.contents()
        assert mime is not None
        path = window.core.library.path(view.pictures[1])
        assert [Path(url.toLocalFile()) for url in mime.urls()] == [path]


async def test_what_is_on_it_is_exported_from_any_place(tmp_path: Path) -> None:
    """In its order, also while the gallery shows none of it."""
    async with opened(tmp_path / "home") as window:
        core = window.core
        one, two, three = await make(window, "a {fox|hare|owl}", tiles=3)
        core.settings.change(export_folder=str(tmp_path / "out"), export_preset="originals")
        await put(window, three)
        view = await put(window, one)
        window.show_shelf(View.PICKS)
        await until(core, lambda: window.model.rowCount() == 0, "no picks")
        view.export.click()
        dialog = window.built.exports.get().dialog
        assert dialog is not None
        await until(core, lambda: dialog.foot.export.text() == "Export 2", "two of three")
        dialog.foot.export.click()
        await until(core, lambda: dialog.foot.run, "begun")
        run = dialog.foot.run
        assert run is not None
        await until(core, lambda: run.state is ExportState.DONE, "done")
        assert [copy.picture.id for copy in run.plan.copies] == [three.id, one.id]
        # Two processes write: which is done first is no matter.
        found = {hashlib.sha256(copy.path.read_bytes()).hexdigest() for copy in run.written}
        assert found == {three.sha256, one.sha256}
        assert not (tmp_path / "out" / two.path).exists()


async def test_pictures_of_the_library_are_dropped_on_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        one, two = await make(window, "a {fox|hare}", tiles=2)
        view = await put(window, one)
        mime = QMimeData()
        mime.setData(IDS, QByteArray(f"{two.id}\n{one.id}".encode()))
        copying, at = Qt.DropAction.CopyAction, QPoint(200, 20)
        QApplication.sendEvent(view, QDragEnterEvent(at, copying, mime, LEFT, NONE))
        QApplication.sendEvent(view, QDropEvent(QPointF(at), copying, mime, LEFT, NONE))
        await until(window.core, lambda: names(view) == [one.id, two.id], "dropped")
        assert window.toast.isVisible()


async def test_a_trashed_picture_leaves_it_until_it_is_restored(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        one, two = await make(window, "a {fox|hare}", tiles=2)
        view = await put(window, one, two)
        before = names(view)
        await window.core.library.trash([one.id])
        await until(window.core, lambda: names(view) == [two.id], "gone")
        await window.core.library.undo()
        await until(window.core, lambda: names(view) == before, "back")


async def test_it_is_read_as_a_list_of_named_pictures(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        view = await put(window, picture)
        about = QAccessible.queryAccessibleInterface(view.list)
        assert about.text(QAccessible.Text.Name) == "Shelf"
        assert about.role() == QAccessible.Role.List
        assert about.child(0).text(QAccessible.Text.Name) == picture.name
        assert view.close_button.accessibleName() == "Hide the shelf"
        assert view.handle.accessibleName() == "Drag all pictures of the shelf"


async def test_a_picture_on_it_is_a_square_whatever_the_room(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        view = await put(window, picture)
        model = view.list.model()
        assert isinstance(model, TrayModel)
        await until(window.core, lambda: model.pixmap(0), "the thumbnail")
        QApplication.sendPostedEvents()
        pixmap = model.pixmap(0)
        assert pixmap is not None
        assert pixmap.width() >= 2 * SIDE
        seen = view.list.viewport().grab().toImage()
        ground = seen.pixel(seen.width() - 1, 1)
        painted = [
            (x, y) for x in range(80) for y in range(seen.height()) if seen.pixel(x, y) != ground
        ]
        across, down = ({one[at] for one in painted} for at in (0, 1))
        assert max(across) - min(across) == max(down) - min(down) >= SIDE - 1


async def test_its_menu_opens_copies_and_takes_off(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        one, two = await make(window, "a {fox|hare}", tiles=2)
        view = await put(window, one, two)
        told: list[str] = []
        window.pictures.told.connect(told.append)

        def entries() -> dict[str, QAction]:
            view.list.selectionModel().select(
                view.list.model().index(0, 0), QItemSelectionModel.SelectionFlag.ClearAndSelect
            )
            view.list.menu_wanted.emit(view.list.mapToGlobal(QPoint(20, 20)))
            menu = next(one for one in window.findChildren(Menu) if one.isVisible())
            menu.hide()
            return {action.text().replace("&", ""): action for action in menu.actions()}

        assert list(entries()) == ["Open in the loupe", "Copy", "Take off the shelf"]
        entries()["Copy"].trigger()
        await until(window.core, lambda: told, "copied")
        entries()["Take off the shelf"].trigger()
        await until(window.core, lambda: names(view) == [two.id], "taken off")
        entries()["Open in the loupe"].trigger()
        await until(window.core, lambda: window.view_switch.in_loupe, "open")


async def test_it_is_hidden_and_shown_with_its_pictures(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        view = await put(window, picture)
        every = window.actions_of.every
        view.close_button.click()
        assert view.isHidden()
        assert not every["shelf"].isChecked()
        every["shelf"].trigger()
        assert not view.isHidden()
        assert names(view) == [picture.id]
        assert every["shelf"].isChecked()


async def test_full_screen_hides_it_and_brings_it_back(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        one, two = await make(window, "a {fox|hare}", tiles=2)
        view = await put(window, one)
        window.built.presentation.toggle()
        assert view.isHidden()
        await put(window, two)
        assert view.isHidden()
        window.built.presentation.toggle()
        assert not view.isHidden()


async def test_too_many_are_refused_in_words(
    tmp_path: Path, task_errors: list[BaseException]
) -> None:
    async with opened(tmp_path) as window:
        controller, _view = parts_of(window)
        controller.most = 1
        one, two = await make(window, "a {fox|hare}", tiles=2)
        view = await put(window, one)
        await press_key(window, two)
        await until(window.core, lambda: task_errors, "refused")
        assert str(task_errors[0]) == "Too many pictures for the shelf. The limit is 1."
        assert names(view) == [one.id]
