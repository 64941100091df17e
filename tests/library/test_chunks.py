"""Iteration over all pictures holds a bounded number of them at a time."""

from __future__ import annotations

import gc
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.app.core import Core
from studio.app.core_options import CoreOptions
from studio.cli.library import _stats
from studio.common.paths import find
from studio.domain.entities import Picture
from studio.library import store
from studio.library.index import chunks, index
from studio.library.index.rows import picture_of
from studio.library.operations import forget_prompt
from studio.library.operations.repair import repair
from studio.library.operations.verify import check
from tests.library.builders import opened, take

PICTURES = 40
PORTION = 5
MOST = 3 * PORTION
"""One portion that is worked on, one that is read beside it, one whose last name goes late."""


def _alive() -> int:
    # The error of a file that is gone and its frames hold each other until they are collected.
    gc.collect()
    return sum(type(one) is Picture for one in gc.get_objects())


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many pictures there were at once, with each that was made."""
    held: list[int] = []
    # What earlier tests left is not looked through each time: that took minutes late in a run.
    gc.freeze()

    def watched(*args: object) -> Picture:
        made = picture_of(*args)  # type: ignore[arg-type]
        held.append(_alive())
        return made

    monkeypatch.setattr(index, "picture_of", watched)
    monkeypatch.setattr(store, "PORTION", PORTION)
    monkeypatch.setattr(chunks, "_MOST", PORTION)
    yield held
    gc.unfreeze()


async def fill(home: Path, held: list[int]) -> None:
    async with opened(home) as shelf:
        for number in range(PICTURES):
            await take(shelf, prompt="Heron" if number % 2 else "Kelp")
    # What filling left is no part of the work that is measured, nor when it is collected.
    gc.collect()
    held.clear()


async def test_a_check_holds_a_portion_of_the_pictures(tmp_path: Path, held: list[int]) -> None:
    await fill(tmp_path, held)
    async with opened(tmp_path) as shelf:
        read: list[int] = []
        report = await check(shelf.store, read.append)
    assert (report.checked, report.sound, report.orphans) == (PICTURES, PICTURES, ())
    assert read == [*range(1, PICTURES + 1)]
    assert 0 < max(held) <= MOST


async def test_a_repair_holds_a_portion_of_what_is_lost(tmp_path: Path, held: list[int]) -> None:
    await fill(tmp_path, held)
    async with opened(tmp_path) as shelf:
        folder, away = shelf.folder / "2026-11", tmp_path / "away"
        folder.rename(away)
        assert (await repair(shelf.store, await check(shelf.store))).lost == PICTURES
        away.rename(folder)
        await repair(shelf.store, await check(shelf.store))
        assert await shelf.query_index(lambda found: found.state.missing()) == []
    assert 0 < max(held) <= MOST


async def test_forgetting_holds_what_has_the_prompt_and_a_portion(
    tmp_path: Path, held: list[int]
) -> None:
    await fill(tmp_path, held)
    async with opened(tmp_path) as shelf:
        await take(shelf, prompt="Lighthouse")
        assert await forget_prompt.forget_prompt(shelf.store, "Lighthouse") == 1
    assert 0 < max(held) <= MOST + 1


async def test_figures_of_a_library_hold_no_picture(
    tmp_path: Path, held: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    await fill(tmp_path, held)
    held.clear()
    core = await Core.open(find(tmp_path), CoreOptions(), environ={})
    try:
        assert await _stats(core, Namespace(json=False)) == 0
    finally:
        await core.close()
    said = capsys.readouterr().out
    assert "Bytes: 4000\nCost in USD: 0.0000\nPictures of unknown cost: 40" in said
    assert not held
