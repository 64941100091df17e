"""Drag recipes: what leaves by a drag or the clipboard is by the recipe, or the drag waits."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.app import maintenance
from studio.app.export.copy_cache import CopyCache
from studio.domain.export import (
    BUILT_IN,
    ORIGINALS,
    ExportFormat,
    ExportPreset,
    ExportSize,
    SizeRule,
)
from studio.imaging.exporter import ExportedPicture, Exporter, ExportTexts
from studio.ui.app import main_loop
from studio.ui.controllers.drag_recipes import DragRecipes
from studio.ui.panels.tray import Tray
from studio.ui.support import clipboard
from studio.ui.support.drag_and_drop import DraggedPicture
from tests.ui.windows import OpenedWindow, make, opened, until

LEFT, NONE, CTRL = (
    Qt.MouseButton.LeftButton,
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
)
SMALL = ExportPreset(
    id="preset-1",
    title="Small JPEG",
    format=ExportFormat.JPEG,
    size=ExportSize(SizeRule.LONGEST, 64),
    pattern="{collection}-{title}-{n}",
)


class CopyGate:
    """Holds copies back while it is closed."""

    def __init__(self) -> None:
        self.event = asyncio.Event()
        self.event.set()
        self.waiting = 0

    async def passed(self) -> None:
        self.waiting += 1
        await self.event.wait()
        self.waiting -= 1


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> CopyGate:
    """Every copy passes through it."""
    made = CopyGate()
    export = Exporter.export

    async def held(
        exporter: Exporter, path: Path, preset: ExportPreset, texts: ExportTexts | None = None
    ) -> ExportedPicture:
        await made.passed()
        return await export(exporter, path, preset, texts)

    monkeypatch.setattr(Exporter, "export", held)
    return made


@pytest.fixture(autouse=True)
def _no_keys_held() -> Iterator[None]:
    yield
    for widget in QApplication.topLevelWidgets():
        if (handle := widget.windowHandle()) is not None:
            QTest.mouseRelease(handle, LEFT, NONE, QPoint(1, 1))


def recipes_of(window: OpenedWindow) -> DragRecipes:
    return window.built.outgoing.get().recipes


async def with_preset(window: OpenedWindow, preset: ExportPreset = SMALL) -> DragRecipes:
    """A window whose library has this recipe."""
    core = window.core
    await core.exports.change_presets(lambda every: (*every, preset))
    core.settings.change(drag_recipes={core.library.id: preset.id})
    found = recipes_of(window)
    await found.load_presets()
    return found


def press(window: OpenedWindow, row: int = 0, keys: Qt.KeyboardModifier = NONE) -> None:
    """Press on a tile and move so far that a drag begins; the button stays down."""
    viewport = window.gallery.viewport()
    at = window.gallery.cell(row).center()
    QTest.mousePress(window.windowHandle(), LEFT, keys, viewport.mapTo(window, at))
    # QTest moves the mouse without keys.
    end = QPointF(at + QPoint(40, 30))
    above = viewport.mapToGlobal(end)
    move = QMouseEvent(QEvent.Type.MouseMove, end, above, Qt.MouseButton.NoButton, LEFT, keys)
    QApplication.sendEvent(viewport, move)


def release(window: OpenedWindow) -> None:
    QTest.mouseRelease(window.windowHandle(), LEFT, NONE, QPoint(2, 2))


def content(carried: Sequence[DraggedPicture]) -> list[tuple[str, int]]:
    """Names and longest sides of the files."""
    found = []
    for one in carried:
        image = QImage(str(one.path))
        found.append((one.path.name, max(image.width(), image.height())))
    return found


async def ready(window: OpenedWindow, recipes: DragRecipes) -> None:
    """Wait until copies of the selection are made."""

    def complete() -> bool:
        made, total = recipes.prepared
        return made == total > 0

    await until(window.core, complete, "copies")


# --- drags ---------------------------------------------------------------------------------


async def test_without_a_recipe_the_original_leaves_and_no_engine_is_loaded(
    tmp_path: Path, dragged: list[list[DraggedPicture]]
) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        press(window)
        assert [one.path for one in dragged[0]] == [window.core.library.path(picture)]
        assert window.built.outgoing.made is None
        assert "exports" not in vars(window.core)


async def test_copies_of_a_selection_that_stands_leave_at_once(
    tmp_path: Path, dragged: list[list[DraggedPicture]]
) -> None:
    async with opened(tmp_path) as window:
        one, two = await make(window, "a {fox|hare}", tiles=2)
        recipes = await with_preset(window)
        window.gallery.select_keys([one.row, two.row])
        await ready(window, recipes)
        press(window)
        [carried] = dragged
        assert [each.picture.id for each in carried] == [one.id, two.id]
        assert [side for _name, side in content(carried)] == [64, 64]
        assert carried[0].path.name.endswith("-001.jpg")
        assert carried[1].path.name.endswith("-002.jpg")
        assert not carried[0].is_png
        # The originals are where and what they were.
        for each in (one, two):
            data = window.core.library.path(each).read_bytes()
            assert hashlib.sha256(data).hexdigest() == each.sha256


async def test_ctrl_at_the_start_gives_the_original(
    tmp_path: Path, dragged: list[list[DraggedPicture]]
) -> None:
    async with opened(tmp_path) as window:
        one, two = await make(window, "a {fox|hare}", tiles=2)
        recipes = await with_preset(window)
        window.gallery.select_keys([one.row, two.row])
        await ready(window, recipes)
        press(window, keys=CTRL)
        path = window.core.library.path
        assert [each.path for each in dragged[0]] == [path(one), path(two)]
        assert len(window.gallery.selected_rows()) == 2


async def test_a_drag_waits_for_its_copies_and_begins_by_itself(
    tmp_path: Path, dragged: list[list[DraggedPicture]], gate: CopyGate
) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        recipes = await with_preset(window)
        gate.event.clear()
        press(window)
        assert recipes.waits
        assert dragged == []
        await until(window.core, lambda: gate.waiting, "a copy is being made")
        assert window.status_bar.recipe.text() == "Preparing 1 of 1"
        gate.event.set()
        await until(window.core, lambda: dragged, "the drag begins")
        assert [one.picture.id for one in dragged[0]] == [picture.id]
        assert content(dragged[0])[0][1] == 64
        assert not recipes_of(window).waits
        assert window.status_bar.recipe.text() == "Drag as Small JPEG"


async def test_a_drag_that_is_given_up_begins_no_more(
    tmp_path: Path,
    dragged: list[list[DraggedPicture]],
    gate: CopyGate,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with opened(tmp_path) as window:
        await make(window)
        recipes = await with_preset(window)
        said: list[str] = []
        monkeypatch.setattr(window.messages_controller, "show_message", said.append)
        gate.event.clear()
        press(window)
        await until(window.core, lambda: gate.waiting, "a copy is being made")
        release(window)
        assert not recipes.waits
        gate.event.set()
        await until(window.core, lambda: said, "it says that the copy is ready")
        assert said == ["1 copy is ready to be dragged"]
        assert dragged == []
        press(window)
        assert content(dragged[0])[0][1] == 64


async def test_a_drag_that_waits_is_dropped_within_the_window(
    tmp_path: Path, dragged: list[list[DraggedPicture]], gate: CopyGate
) -> None:
    """The sidebar and the shelf need no files, so nobody waits for them there."""
    async with opened(tmp_path) as window:
        core = window.core
        one, two = await make(window, "a {fox|hare}", tiles=2)
        await with_preset(window)
        tray = window.built.outgoing.get().tray.get()
        tray.toggle()
        (view,) = window.findChildren(Tray)
        QApplication.sendPostedEvents()
        gate.event.clear()
        press(window)
        await until(core, lambda: gate.waiting, "a copy is being made")
        inside = view.mapTo(window, view.rect().center())
        QTest.mouseRelease(window.windowHandle(), LEFT, NONE, inside)
        await until(core, lambda: view.pictures, "dropped")
        assert len(view.pictures) == 1
        assert view.pictures[0].id in (one.id, two.id)
        gate.event.set()
        assert dragged == []


@pytest.mark.parametrize("change", ["preset", "title", "recipe"])
async def test_what_was_changed_while_a_drag_waits_leaves_as_it_is_now(
    tmp_path: Path, dragged: list[list[DraggedPicture]], gate: CopyGate, change: str
) -> None:
    async with opened(tmp_path) as window:
        core = window.core
        (picture,) = await make(window)
        await with_preset(window)
        gate.event.clear()
        press(window)
        await until(core, lambda: gate.waiting, "a copy is being made")
        if change == "preset":
            larger = ExportSize(SizeRule.LONGEST, 96)
            await core.exports.change_presets(
                lambda every: tuple(
                    one if one.id != SMALL.id else replace(one, size=larger) for one in every
                )
            )
        elif change == "title":
            await core.library.entitle([picture.id], "Quay at night")
        else:
            core.settings.change(drag_recipes={core.library.id: "client-png"})
        gate.event.set()
        await until(core, lambda: dragged, "the drag begins")
        ((name, side),) = content(dragged[0])
        assert side == {"preset": 96, "title": 64, "recipe": 512}[change]
        assert name.endswith(".png" if change == "recipe" else ".jpg")
        assert (change == "title") == name.startswith("quay-at-night")


async def test_a_picture_trashed_while_the_drag_waits_does_not_leave(
    tmp_path: Path, dragged: list[list[DraggedPicture]], gate: CopyGate
) -> None:
    async with opened(tmp_path) as window:
        core = window.core
        (picture,) = await make(window)
        recipes = await with_preset(window)
        gate.event.clear()
        press(window)
        await until(core, lambda: gate.waiting, "a copy is being made")
        await core.library.trash([picture.id])
        gate.event.set()
        await until(core, lambda: not recipes.waits, "given up")
        assert dragged == []


async def test_a_file_of_the_cache_that_was_changed_is_made_anew(
    tmp_path: Path, dragged: list[list[DraggedPicture]]
) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        recipes = await with_preset(window)
        window.gallery.select_keys([picture.row])
        await ready(window, recipes)
        press(window)
        release(window)
        dragged[0][0].path.write_bytes(b"RETOUCHED IN PLACE")
        press(window)
        assert len(dragged) == 1
        await until(window.core, lambda: len(dragged) == 2, "the drag begins")
        assert content(dragged[1])[0][1] == 64
        assert dragged[0][0].path.read_bytes() == b"RETOUCHED IN PLACE"


async def test_what_cannot_be_copied_is_told_and_nothing_leaves(
    tmp_path: Path, dragged: list[list[DraggedPicture]]
) -> None:
    async with opened(tmp_path) as window:
        core = window.core
        (picture,) = await make(window)
        recipes = await with_preset(window)
        core.library.path(picture).write_bytes(b"no picture")
        press(window)
        assert recipes.waits
        await until(core, lambda: not recipes.waits, "given up")
        text = window.messages.notice.text if window.messages.notice else ""
        assert "Hold Ctrl as you start dragging to get the original." in text
        assert dragged == []


# --- choosing ------------------------------------------------------------------------------


async def test_a_collection_has_a_recipe_of_its_own(
    tmp_path: Path, dragged: list[list[DraggedPicture]]
) -> None:
    async with opened(tmp_path) as window:
        core = window.core
        (picture,) = await make(window)
        await core.library.collections.collect([picture.id], "Harbour campaign")
        (made,) = await core.library.collections.every()
        await until(core, lambda: window.collections_controller.name_of(made.id), "named")
        chooser = window.built.outgoing.get().chooser
        chooser.toggle()
        await until(core, chooser.popover.isVisible, "the list")
        titles = [row.choice.title for row in chooser.popover.rows]
        assert titles[:2] == ["Originals", "Web JPEG 2048"]
        chooser.popover.rows[1].click()
        assert window.status_bar.recipe.text() == "Drag as Web JPEG 2048"
        window.built.library_navigation.show_collection(made.id)
        await until(core, lambda: window.library_view.query.collection == made.id, "shown")
        chooser.toggle()
        await until(core, chooser.popover.isVisible, "the list")
        first = chooser.popover.rows[0].choice
        assert (first.title, first.line, first.chosen) == (
            "Same as everywhere else", "Web JPEG 2048", True,
        )  # fmt: skip
        next(row for row in chooser.popover.rows if row.choice.id == "client-png").click()
        assert window.status_bar.recipe.text() == "Drag as Client PNG"
        assert core.settings.value.drag_recipes == {
            core.library.id: "web-jpeg",
            made.id: "client-png",
        }
        press(window)
        await until(core, lambda: dragged, "the drag")
        assert dragged[0][0].path.name.startswith("harbour-campaign-")
        release(window)
        chooser.toggle()
        await until(core, chooser.popover.isVisible, "the list")
        row = next(row for row in chooser.popover.rows if row.choice.chosen)
        assert row.choice.line == "default of Harbour campaign"
        chooser.popover.rows[0].click()
        assert core.settings.value.drag_recipes == {core.library.id: "web-jpeg"}


async def test_the_list_is_used_by_keyboard(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        core = window.core
        await make(window)
        window.actions_of.every["drag_recipe"].trigger()
        chooser = window.built.outgoing.get().chooser
        await until(core, chooser.popover.isVisible, "the list")
        first = QApplication.focusWidget()
        assert first is chooser.popover.rows[0]
        QTest.keyClick(first, Qt.Key.Key_Down)
        assert core.settings.value.drag_recipes == {}
        second = QApplication.focusWidget()
        assert second is chooser.popover.rows[1]
        QTest.keyClick(second, Qt.Key.Key_Return)
        assert core.settings.value.drag_recipes == {core.library.id: BUILT_IN[1].id}
        assert not chooser.popover.isVisible()


async def test_a_recipe_survives_a_restart_and_a_deleted_preset_gives_originals(
    tmp_path: Path, dragged: list[list[DraggedPicture]]
) -> None:
    async with opened(tmp_path) as window:
        await make(window)
        await with_preset(window)
    async with opened(tmp_path) as window:
        core = window.core
        bar = window.status_bar
        await until(core, lambda: bar.recipe.text() == "Drag as Small JPEG", "the chip")
        await core.exports.change_presets(
            lambda every: tuple(one for one in every if one.id != SMALL.id)
        )
        assert bar.recipe.text() == "Drag as Originals"
        press(window)
        assert dragged[0][0].path.is_relative_to(core.library.folder)


async def test_an_old_settings_file_has_no_recipe_and_unknown_ones_stay(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        assert window.core.settings.value.drag_recipes == {}
        assert window.built.drags.recipe == ORIGINALS.id


# --- the clipboard -------------------------------------------------------------------------


async def test_the_clipboard_follows_the_recipe_and_has_the_original_too(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        core = window.core
        (picture,) = await make(window)
        await with_preset(window)
        # Elsewhere the key copies text.
        window.gallery.setFocus()
        window.gallery.select_keys([picture.row])
        said: list[str] = []
        window.pictures.told.connect(said.append)
        for name, side in (("copy", 64), ("copy_original", 512)):
            said.clear()
            action = window.actions_of.every[name]
            await until(core, action.isEnabled, "the selection is told")
            action.trigger()
            await until(core, lambda: said, "copied")
            mime = clipboard.contents()
            assert mime is not None
            (url,) = mime.urls()
            assert QImage(url.toLocalFile()).width() == side
            image = mime.imageData()
            assert isinstance(image, QImage)
            assert image.width() == side


# --- the cache -----------------------------------------------------------------------------


async def test_a_start_of_the_window_removes_what_is_older_than_the_last_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(_core: object) -> None:
        return None

    monkeypatch.setattr(maintenance, "run", nothing)
    for start in range(3):
        async with opened(tmp_path) as window:
            root = window.core.paths.copies_folder
            if start == 0:
                cache = CopyCache(root)
                (cache.new_folder() / "copy.jpg").write_bytes(b"COPY")
                cache.close()
            else:
                await main_loop.look_after(window.session)
            there = [one.name for one in root.rglob("*.jpg")]
            assert there == ([] if start == 2 else ["copy.jpg"])
