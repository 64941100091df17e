"""The file with the user's presets for export."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from studio.common import files
from studio.common.errors import InputError, StorageError
from studio.config.export_presets import ExportPresetStore, free_id
from studio.domain.export import BUILT_IN, ORIGINALS, ExportFormat, ExportPreset, ExportSize

MINE = ExportPreset(
    id="preset-1", title="Shop", format=ExportFormat.JPEG, size=ExportSize.parse("50%"), quality=70
)


def loaded(path: Path) -> tuple[ExportPreset, ...]:
    return ExportPresetStore(path).load()


def test_presets_are_kept_in_order(tmp_path: Path) -> None:
    path = tmp_path / "config" / "presets.json"
    assert loaded(path) == BUILT_IN
    changed = replace(BUILT_IN[1], quality=50)
    every = (MINE, ORIGINALS, changed, *BUILT_IN[3:])
    store = ExportPresetStore(path)
    store.load()
    store.save(every)
    assert loaded(path) == every
    assert store.presets == every


def test_a_removed_preset_stays_removed_and_the_originals_stay(tmp_path: Path) -> None:
    path = tmp_path / "presets.json"
    store = ExportPresetStore(path)
    store.save((MINE,))
    assert loaded(path) == (ORIGINALS, MINE)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 5000, b'{"presets": "x"}', b"null"]
)
def test_a_damaged_file_gives_the_built_in_presets(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "presets.json"
    path.write_bytes(body)
    store = ExportPresetStore(path)
    assert store.load() == BUILT_IN
    if store.trouble is not None:
        assert (tmp_path / "presets.broken.json").read_bytes() == body
    store.save((*BUILT_IN, MINE))
    assert loaded(path)[-1] == MINE


def test_entries_are_read_by_themselves_and_unknown_ones_stay(tmp_path: Path) -> None:
    path = tmp_path / "presets.json"
    later = {"id": "later", "title": "Later", "format": "jxl", "quality": 90}
    odd = [
        {"id": "bad", "title": "Bad", "format": "jpeg", "quality": 0},
        {"id": "pattern", "format": "jpeg", "pattern": "{nothing}"},
        {"id": "../x", "format": "jpeg"},
        later,
        7,
    ]
    mine = {"id": "preset-1", "title": " Shop ", "format": "jpeg", "shine": 3}
    path.write_text(
        json.dumps({"version": 1, "new": True, "presets": [*odd, mine], "order": ["preset-1", 5]})
    )
    store = ExportPresetStore(path)
    presets = store.load()
    assert presets[0].title == "Shop"
    assert presets[1:] == BUILT_IN
    store.save((replace(presets[0], quality=33), *presets[1:]))
    raw = json.loads(path.read_text())
    assert raw["new"] is True
    assert later in raw["presets"]
    (saved,) = [one for one in raw["presets"] if one["id"] == "preset-1"]
    assert (saved["quality"], saved["shine"]) == (33, 3)


def test_nothing_takes_the_place_of_bit_for_bit(tmp_path: Path) -> None:
    path = tmp_path / "presets.json"
    path.write_text(json.dumps({"presets": [{"id": "originals", "format": "jpeg"}]}))
    assert loaded(path) == BUILT_IN


def test_a_file_of_a_newer_version_is_used_and_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "presets.json"
    path.write_text(json.dumps({"version": 9, "presets": [{"id": "a", "format": "png"}]}))
    before = path.read_bytes()
    store = ExportPresetStore(path)
    assert store.load()[-1].id == "a"
    with pytest.raises(StorageError):
        store.save(BUILT_IN)
    assert path.read_bytes() == before


def test_a_full_disk_leaves_the_presets_before(tmp_path: Path) -> None:
    path = tmp_path / "presets.json"
    store = ExportPresetStore(path)
    store.save((*BUILT_IN, MINE))

    def full(kind: str, _path: Path) -> None:
        if kind == "sync":
            raise OSError(28, "No space left on device")

    end = files.watch(full)
    try:
        with pytest.raises(StorageError, match="disk is full"):
            store.save(BUILT_IN)
    finally:
        end()
    assert loaded(path) == (*BUILT_IN, MINE)


def test_a_new_preset_has_a_free_id_and_a_title_of_its_own() -> None:
    assert free_id((*BUILT_IN, MINE), "Other") == "preset-2"
    for title in ("", "  ", "shop", "Web JPEG 2048"):
        with pytest.raises(InputError):
            free_id((*BUILT_IN, MINE), title)
