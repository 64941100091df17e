"""Exporting as part of a core: made when wanted, closed with it, presets kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from studio.app.core import Core
from studio.app.export.plan import ExportItem, make_plan
from studio.app.export.runner import ExportState
from studio.app.export.service import (
    ExportChanged,
    ExportPresetsChanged,
    ExportService,
    Presets,
)
from studio.common import paths
from studio.common.errors import StorageError
from studio.domain.events import Event, EventBus, ProblemOccurred
from studio.domain.export import BUILT_IN, ORIGINALS, ExportFormat, ExportPreset
from studio.imaging.decoder import Decoder
from studio.library.facade import Library
from tests.fake_service import tiny_png
from tests.library.builders import a_picture

JPEG = ExportPreset(id="t", format=ExportFormat.JPEG, pattern="{title}")
SHOP = ExportPreset(id="preset-1", title="Shop", format=ExportFormat.WEBP)


def a_service(home: Path, file: Path) -> tuple[ExportService, list[Event]]:
    events, heard = EventBus(), list[Event]()
    events.subscribe(heard.append)
    library = Library(home / "library", lambda _id: home / "computed", Decoder(), events)
    return ExportService(library, file, events), heard


def added(preset: ExportPreset) -> Callable[[Presets], Presets]:
    return lambda before: (*before, preset)


async def test_a_core_makes_its_exports_when_they_are_wanted_and_closes_them(
    tmp_path: Path,
) -> None:
    core = await Core.open(paths.find(tmp_path), environ={})
    heard: list[Event] = []
    try:
        assert "exports" not in vars(core)
        core.events.subscribe(heard.append)
        source = core.library.folder / "2026-11" / "a.png"
        source.parent.mkdir(parents=True)
        source.write_bytes(tiny_png())
        item = ExportItem(picture=a_picture(title="a", path="2026-11/a.png"))
        exports, out = core.exports, tmp_path / "out"
        run = exports.queue.add(make_plan((item,), JPEG), out)
        assert exports.queue.active == (run,)
        await exports.queue.idle()
        assert [one.path.name for one in run.written] == ["a.jpg"], run.failed or run.error
        assert exports.exporter.running == 1
    finally:
        await core.close()
    assert exports.exporter.running == 0
    runs = [one.run for one in heard if isinstance(one, ExportChanged)]
    assert runs == [run, run, run, run]  # waiting, running, written, done
    assert not exports.queue.active


async def test_closing_a_core_stops_an_export_and_keeps_what_is_written(tmp_path: Path) -> None:
    core = await Core.open(paths.find(tmp_path), environ={})
    item = ExportItem(picture=a_picture(title="a", path="2026-11/a.png"))
    run = core.exports.queue.add(make_plan((item,) * 50, JPEG), tmp_path / "out")
    await core.close()
    assert run.state is ExportState.STOPPED


async def test_presets_of_two_windows_are_both_kept(tmp_path: Path) -> None:
    file = tmp_path / "presets.json"
    mine, heard = a_service(tmp_path, file)
    theirs, _heard = a_service(tmp_path, file)
    assert await mine.presets() == await theirs.presets() == BUILT_IN
    await theirs.change_presets(added(replace(SHOP, id="preset-2", title="Press")))
    every = await mine.change_presets(added(SHOP))
    assert [one.title for one in every[-2:]] == ["Press", "Shop"]
    assert await mine.presets() == every
    again, _heard = a_service(tmp_path, file)
    assert await again.presets() == every
    assert heard == [ExportPresetsChanged(every)]


async def test_a_damaged_file_of_presets_is_reported_once(tmp_path: Path) -> None:
    file = tmp_path / "presets.json"
    file.write_bytes(b"{")
    service, heard = a_service(tmp_path, file)
    assert await service.presets() == await service.presets() == BUILT_IN
    assert [type(one) for one in heard] == [ProblemOccurred]


async def test_presets_that_cannot_be_saved_are_as_before(tmp_path: Path) -> None:
    service, heard = a_service(tmp_path, tmp_path / "a file" / "presets.json")
    (tmp_path / "a file").write_bytes(b"")
    with pytest.raises(StorageError):
        await service.change_presets(added(SHOP))
    assert await service.presets() == BUILT_IN
    assert not [one for one in heard if isinstance(one, ExportPresetsChanged)]


async def test_changes_at_once_are_made_one_after_another(tmp_path: Path) -> None:
    service, _heard = a_service(tmp_path, tmp_path / "presets.json")
    many = [replace(SHOP, id=f"preset-{n}", title=f"Shop {n}") for n in range(1, 6)]
    await asyncio.gather(*(service.change_presets(added(one)) for one in many))
    every = await service.presets()
    assert every[: len(BUILT_IN)] == BUILT_IN
    assert {one.title for one in every[len(BUILT_IN) :]} == {one.title for one in many}
    assert every[0] == ORIGINALS
