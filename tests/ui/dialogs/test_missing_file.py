"""A picture whose file is missing says so, and offers to locate or remove it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog

from studio.domain.entities import Picture
from studio.library.operations import relink
from studio.ui.support import tasks, tile_content
from tests.ui.windows import OpenedWindow, make, opened, until


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relink, "PAUSE", 0.0)


async def told(window: OpenedWindow, id: str) -> Picture:
    (found,) = await window.core.library.find([id])
    return found


def shown(window: OpenedWindow, row: int) -> Picture | None:
    """The picture as the gallery has it."""
    place = window.model.row_of(row)
    return None if place is None else window.model.picture_at(place)


def is_missing(window: OpenedWindow, row: int) -> bool:
    found = shown(window, row)
    return found is not None and found.missing


async def test_a_missing_file_is_noticed_in_the_loupe_and_located(tmp_path: Path) -> None:
    async with opened(tmp_path / "home") as window:
        one, *_others = await make(window, count=2, tiles=2)
        core, library = window.core, window.core.library
        away = tmp_path / "away.png"
        await until(core, lambda: window.gallery.thumbnails.idle, "their thumbnails")
        shutil.move(library.path(one), away)
        window.view_switch.open_loupe(one)
        await until(core, lambda: is_missing(window, one.row), "noticed")
        window.view_switch.show_grid()
        missing = await told(window, one.id)
        tile = tile_content.describe(missing, 0.0)
        assert [offer.label for offer in tile.offers] == ["Locate…", "Forget"]
        # The last thumbnail stays behind the words.
        gallery, row = window.gallery, window.model.row_of(one.row)
        assert row is not None
        await until(core, lambda: gallery.state_of(row).pixmap is not None, "its last thumbnail")

        window.item_actions.on_tile_action("locate", missing)
        await until(core, dialogs, "asked")
        (dialog,) = dialogs()
        dialog.reject()
        wrong = library.path(_others[0])
        await window.missing_files.relink_file(missing, wrong)
        assert window.messages.notice is not None
        assert "a different picture" in window.messages.notice.text
        await window.missing_files.relink_file(missing, away)
        await until(core, lambda: not is_missing(window, one.row), "found")
        assert window.messages.isHidden()
        assert window.toast.text == "1 missing file found"
        assert library.path(one).read_bytes() == away.read_bytes()


def dialogs() -> list[QFileDialog]:
    return [w for w in QApplication.topLevelWidgets() if isinstance(w, QFileDialog)]


async def test_a_renamed_file_is_found_without_a_word(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (one,) = await make(window)
        core, library = window.core, window.core.library
        library.path(one).rename(library.path(one).with_name("renamed.png"))
        window.view_switch.open_loupe(one)

        def followed() -> bool:
            found = shown(window, one.row)
            return found is not None and found.path.endswith("renamed.png")

        await until(core, followed, "found")
        assert not is_missing(window, one.row)

        def seen() -> bool:
            plate = window.loupe.canvas.plate
            return plate is not None and plate.raster is not None and not plate.trouble

        await until(core, seen, "shown")


async def test_what_is_let_go_can_be_taken_back(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        one, two = await make(window, count=2, tiles=2)
        core, library = window.core, window.core.library
        library.path(one).unlink()
        await relink.relink_pictures(library.store, [one.id])
        await until(core, lambda: is_missing(window, one.row), "noticed")
        window.item_actions.on_tile_action("forget", await told(window, one.id))
        await until(core, lambda: list(window.library_view.order) == [two.row], "gone")
        window.pictures.undo()
        await until(core, lambda: len(window.library_view.order) == 2, "back")
        assert (await told(window, one.id)).missing


async def test_what_lies_in_the_trash_already_cannot_be_forgotten_once_more(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (one,) = await make(window)
        missing = replace(await told(window, one.id), missing=True, trashed=True)
        assert [offer.action for offer in tile_content.describe(missing, 0.0).offers] == ["locate"]


async def test_a_file_that_is_gone_is_neither_copied_nor_saved(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        one, two = await make(window, count=2, tiles=2)
        core, clipboard = window.core, QGuiApplication.clipboard()
        core.library.path(one).unlink()
        await relink.sweep(core.library.store)
        await until(core, lambda: is_missing(window, one.row), "noticed")
        clipboard.setText("what was there")
        tasks.on_error(window.messages_controller.on_error)
        window.gallery.select_keys([one.row])
        await until(core, window.actions_of.every["copy"].isEnabled, "selected")
        for act in (window.pictures.copy, window.pictures.save_as):
            window.messages.clear()
            act()
            await until(core, lambda: window.messages.notice is not None, "told")
            assert window.messages.accessibleName().startswith(
                "The file of this picture is missing."
            )
        assert clipboard.text() == "what was there"
        window.gallery.select_keys([one.row, two.row])
        window.pictures.copy()
        await until(core, lambda: window.toast.text == "1 picture copied", "copied")
        assert [Path(url.toLocalFile()) for url in clipboard.mimeData().urls()] == [
            core.library.path(two)
        ]
