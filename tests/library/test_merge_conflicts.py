"""Two computers wrote into one synced folder: nothing either of them wrote is lost."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from studio.library.query import Query, View
from studio.remote import server
from tests.generation.harness import replies, studio

NAMES = (
    "2026-11 (conflicted copy 2026-11-23).jsonl",
    "2026-11.sync-conflict-20261123-074500-ABCDEFG.jsonl",
    "2026-11-attic.jsonl",
    "2026-11 2.jsonl",
)


@pytest.mark.parametrize("name", NAMES)
async def test_a_conflict_copy_is_taken_over_once(tmp_path: Path, name: str) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    with replies() as service:
        async with studio(here, service) as one:
            (job,) = await one.submit("Lamp")
            await one.gone(job)
            (first,) = await one.pictures()
        shutil.copytree(here, there)
        async with studio(there, service) as one:
            (job,) = await one.submit("Made there")
            await one.gone(job)
            await one.core.library.rate([first.id], 4)
        async with studio(here, service) as one:
            (job,) = await one.submit("Made here")
            await one.gone(job)
            await one.core.library.trash([first.id])
        records = here / "library/.gridbrush/records"
        (theirs,) = (there / "library/.gridbrush/records").iterdir()
        shutil.copy(theirs, records / name)
        for month in (there / "library").glob("20*"):
            shutil.copytree(month, here / "library" / month.name, dirs_exist_ok=True)
        for _start in range(2):
            async with studio(here, service) as one:
                assert {p.prompt for p in await one.pictures()} == {"Made here", "Made there"}
                (found,) = await one.core.library.find([first.id])
                assert (found.rating, found.trashed) == (4, True)
                assert len(await one.core.library.rows(Query(view=View.TRASH))) == 1
                report = await server.check(one.core)
                assert not report.missing
                assert not report.changed
                assert report.damaged_records == 0
                assert len(list(records.iterdir())) == 1
        (kept,) = (here / "library/.gridbrush/copies/.conflicts").iterdir()
        assert kept.name == name


async def test_a_reader_takes_no_notice_of_a_copy_and_leaves_it(tmp_path: Path) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit("Lamp")
            await one.gone(job)
            records = tmp_path / "library/.gridbrush/records"
            (month,) = records.iterdir()
            shutil.copy(month, records / NAMES[0])
            assert (await server.check(one.core)).whole
            await one.core.library.rate([(await one.pictures())[0].id], 2)
            assert (records / NAMES[0]).read_bytes() != month.read_bytes()
