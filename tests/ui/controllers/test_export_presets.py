"""Editing of export presets: saved at once, with undo."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QObject

from studio.app.export.service import ExportService
from studio.common.errors import InputError, StorageError
from studio.domain.events import EventBus
from studio.domain.export import BUILT_IN, ORIGINALS
from studio.imaging.decoder import Decoder
from studio.library.facade import Library
from studio.ui.controllers.export_presets import PresetEditor

JPEG = BUILT_IN[1]


def a_service(home: Path, file: Path) -> ExportService:
    events = EventBus()
    library = Library(home / "library", lambda _id: home / "computed", Decoder(), events)
    return ExportService(library, file, events)


async def an_editor(home: Path, current: str = JPEG.id) -> tuple[PresetEditor, QObject]:
    owner = QObject()
    service = a_service(home, home / "presets.json")
    editor = PresetEditor(lambda: service, owner)
    await editor.load(current)
    return editor, owner


async def kept(home: Path) -> tuple[str, ...]:
    presets = await a_service(home, home / "presets.json").presets()
    return tuple(f"{one.id} {one.quality}" for one in presets)


async def test_changes_are_saved_and_read_again(tmp_path: Path) -> None:
    editor, _owner = await an_editor(tmp_path)
    assert editor.preset == JPEG
    editor.change(replace(JPEG, quality=70))
    await editor.save()
    again, _other = await an_editor(tmp_path)
    assert again.preset.quality == 70
    assert again.presets == editor.presets


async def test_a_drag_of_a_slider_is_one_step_of_undo(tmp_path: Path) -> None:
    editor, _owner = await an_editor(tmp_path)
    for quality in range(87, 59, -1):
        editor.change(replace(editor.preset, quality=quality))
    editor.change(replace(editor.preset, enlarge=True))
    editor.undo()
    assert (editor.preset.quality, editor.preset.enlarge) == (60, False)
    editor.undo()
    assert editor.preset == JPEG
    assert editor.undo() == "Nothing to undo"
    editor.redo()
    editor.redo()
    assert (editor.preset.quality, editor.preset.enlarge) == (60, True)
    assert editor.redo() == "Nothing to redo"
    await editor.save()
    assert "web-jpeg 60" in await kept(tmp_path)


async def test_a_deleted_preset_comes_back_to_its_place(tmp_path: Path) -> None:
    editor, _owner = await an_editor(tmp_path)
    told: list[str] = []
    editor.deleted.connect(told.append)
    before = editor.presets
    editor.delete("web-jpeg")
    await editor.save()
    assert told == ["Web JPEG 2048"]
    assert editor.current == "web-webp"
    assert not [one for one in await kept(tmp_path) if one.startswith("web-jpeg")]
    editor.undo()
    await editor.save()
    assert editor.presets == before
    assert await a_service(tmp_path, tmp_path / "presets.json").presets() == before
    editor.delete(ORIGINALS.id)
    assert editor.presets == before


async def test_a_new_preset_is_the_current_one_and_is_named(tmp_path: Path) -> None:
    editor, _owner = await an_editor(tmp_path)
    editor.add()
    made = editor.preset
    assert made.title == "Web JPEG 2048 copy"
    editor.rename(made.id, "Shop")
    with pytest.raises(InputError):
        editor.rename(made.id, "Originals")
    editor.order((made.id, *[one.id for one in editor.presets if one.id != made.id]))
    await editor.save()
    again = await a_service(tmp_path, tmp_path / "presets.json").presets()
    assert again[0].title == "Shop"
    assert again == editor.presets


async def test_presets_that_cannot_be_saved_are_used_and_saved_later(tmp_path: Path) -> None:
    editor, _owner = await an_editor(tmp_path)
    troubles: list[StorageError] = []
    editor.failed.connect(troubles.append)
    (tmp_path / "presets.json").mkdir()
    editor.change(replace(JPEG, quality=70))
    await editor.save()
    assert len(troubles) == 1
    assert editor.preset.quality == 70
    (tmp_path / "presets.json").rmdir()
    await editor.save()
    assert "web-jpeg 70" in await kept(tmp_path)


async def test_presets_of_another_window_are_taken_over(tmp_path: Path) -> None:
    editor, _owner = await an_editor(tmp_path)
    editor.show_others(BUILT_IN[:2])
    assert editor.presets == BUILT_IN[:2]
    editor.change(replace(JPEG, quality=70))
    editor.show_others(BUILT_IN)
    assert editor.preset.quality == 70, "newer changes here stay"
