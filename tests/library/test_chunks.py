"""What goes through all pictures holds some of them at a time, however many there are."""

from __future__ import annotations

import gc
from argparse import Namespace
from pathlib import Path

import pytest

from studio.cli.library import _stats
from studio.core import Core, Options
from studio.domain import Picture
from studio.library import forgetting, index, library, portions
from studio.library.check import check
from studio.library.repair import repair
from studio.library.stored import picture_of
from studio.paths import find
from tests.core.shelves import opened, take

PICTURES = 40
PORTION = 5


def _alive() -> int:
    return sum(type(one) is Picture for one in gc.get_objects())


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many pictures there were at once, with each that was made."""
    before = _alive()
    held: list[int] = []

    def watched(*args: object) -> Picture:
        made = picture_of(*args)  # type: ignore[arg-type]
        held.append(_alive() - before)
        return made

    monkeypatch.setattr(index, "picture_of", watched)
    monkeypatch.setattr(library, "PORTION", PORTION)
    monkeypatch.setattr(portions, "_MOST", PORTION)
    return held


async def fill(home: Path) -> None:
    async with opened(home) as shelf:
        for number in range(PICTURES):
            await take(shelf, prompt="Heron" if number % 2 else "Kelp")


async def test_a_check_holds_a_portion_of_the_pictures(tmp_path: Path, held: list[int]) -> None:
    await fill(tmp_path)
    async with opened(tmp_path) as shelf:
        read: list[int] = []
        report = await check(shelf, read.append)
    assert (report.checked, report.sound, report.orphans) == (PICTURES, PICTURES, ())
    assert read == [*range(1, PICTURES + 1)]
    assert 0 < max(held) <= 2 * PORTION


async def test_a_repair_holds_a_portion_of_what_is_lost(tmp_path: Path, held: list[int]) -> None:
    await fill(tmp_path)
    async with opened(tmp_path) as shelf:
        folder, away = shelf.folder / "2026-11", tmp_path / "away"
        folder.rename(away)
        assert (await repair(shelf, await check(shelf))).lost == PICTURES
        away.rename(folder)
        await repair(shelf, await check(shelf))
        assert await shelf.ask(lambda found: found.state.missing()) == []
    assert 0 < max(held) <= 2 * PORTION


async def test_forgetting_holds_what_has_the_prompt_and_a_portion(
    tmp_path: Path, held: list[int]
) -> None:
    await fill(tmp_path)
    async with opened(tmp_path) as shelf:
        await take(shelf, prompt="Lighthouse")
        assert await forgetting.forget(shelf, "Lighthouse") == 1
    assert 0 < max(held) <= 2 * PORTION + 1


async def test_figures_of_a_library_hold_no_picture(
    tmp_path: Path, held: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    await fill(tmp_path)
    held.clear()
    core = await Core.open(find(tmp_path), Options(), environ={})
    try:
        assert await _stats(core, Namespace(json=False)) == 0
    finally:
        await core.close()
    said = capsys.readouterr().out
    assert "Bytes: 4000\nCost in US dollars: 0.0000\nPictures of unknown cost: 40" in said
    assert not held
