"""Damaged files of a library: it opens, reports them, and is repaired."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import apsw
import pytest

from studio.common.errors import StorageError
from studio.domain.entities import JobState, Picture
from studio.domain.events import InfoPosted, ProblemOccurred
from studio.library.facade import Library
from studio.library.log import daily_copies, records
from studio.library.operations.repair import repair
from studio.library.operations.verify import check
from studio.library.query import Query
from tests.library import odd_records
from tests.library.builders import a_job, heard, opened, take


def run(work: Callable[[Library], Coroutine[Any, Any, Any]], home: Path) -> Any:
    """What it comes to in a library that is opened for it."""

    async def inside() -> Any:
        async with opened(home) as library:
            return await work(library)

    return asyncio.run(inside())


async def filled(library: Library) -> list[Picture]:
    pictures = [await take(library, prompt=f"Harbour {n}") for n in range(4)]
    ids = [one.id for one in pictures]
    await library.rate(ids[:2], 4)
    await library.tag(ids, add=["sea"])
    collection = await library.collections.make("Harbours")
    await library.collections.add(ids[1:3], collection.id)
    await library.trash(ids[3:])
    await library.add_job_pictures(a_job(state=JobState.FAILED), [])
    return sorted(await library.every(), key=lambda one: one.id)


async def everything(library: Library) -> list[Picture]:
    return sorted(await library.every(), key=lambda one: one.id)


def said(library: Library) -> list[str]:
    library.troubles.publish_problems()
    return [e.error.title for e in heard(library) if isinstance(e, ProblemOccurred)]


async def what_is_said(library: Library) -> list[str]:
    return said(library)


def the_log(home: Path) -> Path:
    (path,) = (home / "library/.gridbrush/records").glob("*.jsonl")
    return path


def the_index(home: Path) -> Path:
    (path,) = (home / "data").glob("*/index.sqlite")
    return path


def without_rows(pictures: list[Picture]) -> list[tuple[Any, ...]]:
    names = ("id", "path", "sha256", "prompt", "rating", "tags", "collections", "trashed")
    return [tuple(getattr(one, name) for name in names) for one in pictures]


def test_an_emptied_log_is_filled_again_with_what_the_index_knows(tmp_path: Path) -> None:
    before = run(filled, tmp_path)
    log = the_log(tmp_path)
    log.write_bytes(b"")

    async def look(library: Library) -> None:
        assert said(library) == [f"The records file {log.name} was empty"]
        assert without_rows(await everything(library)) == without_rows(before)
        assert [one.name for one in await library.collections.every()] == ["Harbours"]
        await library.rebuild()
        assert without_rows(await everything(library)) == without_rows(before)

    run(look, tmp_path)

    async def again(library: Library) -> None:
        assert said(library) == []
        assert without_rows(await everything(library)) == without_rows(before)

    run(again, tmp_path)


def test_an_emptied_log_of_an_earlier_month_is_filled_again_too(tmp_path: Path) -> None:
    before = run(filled, tmp_path)
    log = the_log(tmp_path)
    early = log.rename(log.with_name("2020-01.jsonl"))
    the_index(tmp_path).unlink()
    later = run(take, tmp_path)
    early.write_bytes(b"")

    async def look(library: Library) -> None:
        assert said(library) == ["The records file 2020-01.jsonl was empty"]
        found = await everything(library)
        expected = [*before, later]
        assert without_rows(found) == without_rows(sorted(expected, key=lambda one: one.id))

    run(look, tmp_path)
    assert run(what_is_said, tmp_path) == []


def test_records_that_are_gone_are_said_and_come_back_from_the_copies(tmp_path: Path) -> None:
    before = run(filled, tmp_path)
    daily_copies.make(tmp_path / "library")
    log = the_log(tmp_path)
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:2]))

    async def look(library: Library) -> None:
        assert said(library) == ["The records of 2 pictures are missing"]
        assert len(await everything(library)) == 2
        mended = await repair(library.store, await check(library.store))
        assert mended.records == 3
        assert [one.id for one in await everything(library)] == [one.id for one in before]

    run(look, tmp_path)


def flipped(path: Path, seed: int, number: int) -> None:
    chance = random.Random(seed)
    data = bytearray(path.read_bytes())
    for _time in range(number):
        # The head tells of another version: that is another case.
        at = chance.randrange(100, len(data))
        data[at] ^= 1 << chance.randrange(8)
    path.write_bytes(data)


@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_index_answers_or_is_made_anew(tmp_path: Path, seed: int) -> None:
    before = run(filled, tmp_path)
    flipped(the_index(tmp_path), seed, 400)

    async def look(library: Library) -> None:
        with contextlib.suppress(StorageError):
            await library.rate([before[0].id], 1)
        await library.collections.history()
        await library.count(Query(words="harbour"))
        found = await everything(library)
        await library.rebuild()
        assert [one.id for one in await everything(library)] == [one.id for one in before]
        assert len(found) <= len(before)

    run(look, tmp_path)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE pictures SET body = x'00'",
        "UPDATE pictures SET body = cast('{\"id\":' as blob)",
        "UPDATE facts SET flag = 'dreaming'",
        "UPDATE pictures SET tags = x'35'",
        "DROP TABLE facts",
        "DELETE FROM applied; INSERT INTO applied VALUES (x'00', 'far')",
        "UPDATE applied SET offset = offset - 3",
    ],
)
def test_a_part_of_the_index_that_makes_no_sense_is_made_anew_and_said(
    tmp_path: Path, statement: str
) -> None:
    before = run(filled, tmp_path)
    db = apsw.Connection(str(the_index(tmp_path)))
    db.execute(statement)
    db.close()

    async def look(library: Library) -> None:
        assert without_rows(await everything(library)) == without_rows(before)
        news = [e.title for e in heard(library) if isinstance(e, InfoPosted)]
        if "offset" not in statement:
            assert [*said(library), *news] == ["The library index was damaged"]
        await library.rate([before[0].id], 1)

    run(look, tmp_path)
    assert run(what_is_said, tmp_path) == []


def test_a_damage_met_while_something_is_written_is_mended_for_the_next_try(
    tmp_path: Path,
) -> None:
    before = run(filled, tmp_path)
    db = apsw.Connection(str(the_index(tmp_path)))
    db.execute("DROP TABLE history")
    db.close()

    async def look(library: Library) -> None:
        with pytest.raises(StorageError, match="index was damaged"):
            await library.undo()
        while not any(isinstance(event, InfoPosted) for event in heard(library)):
            await asyncio.sleep(0)
        assert await library.undo()
        assert not (await library.find([before[3].id]))[0].trashed

    run(look, tmp_path)


def test_a_reader_that_finds_the_index_damaged_asks_the_records(tmp_path: Path) -> None:
    before = run(filled, tmp_path)
    db = apsw.Connection(str(the_index(tmp_path)))
    db.execute("UPDATE pictures SET body = x'00'")
    db.close()
    damaged = the_index(tmp_path).read_bytes()

    async def look() -> None:
        async with opened(tmp_path, write=False) as library:
            assert without_rows(await everything(library)) == without_rows(before)

    asyncio.run(look())
    assert the_index(tmp_path).read_bytes() == damaged


NASTY = [b"", b"{", b"[" * 100_000, b'[{"id":"../x"}]']


@pytest.mark.parametrize("text", NASTY, ids=lambda text: repr(text[:8]))
def test_plans_that_make_no_sense_are_set_aside_and_said(tmp_path: Path, text: bytes) -> None:
    before = run(filled, tmp_path)
    hidden = tmp_path / "library/.gridbrush"
    (hidden / "importing/one").mkdir(parents=True)
    (hidden / "importing/one/pictures.json").write_bytes(text)
    (hidden / "importing/one/abc").write_bytes(b"a picture")
    (hidden / "emptying").mkdir()
    (hidden / "emptying/two.json").write_bytes(text)

    async def look(library: Library) -> None:
        assert len(said(library)) == 2
        assert without_rows(await everything(library)) == without_rows(before)

    run(look, tmp_path)
    assert (hidden / "damaged/one/pictures.json").read_bytes() == text
    assert (hidden / "damaged/one/abc").read_bytes() == b"a picture"
    assert (hidden / "damaged/two.json").read_bytes() == text
    assert run(what_is_said, tmp_path) == []


def test_a_list_of_what_goes_never_deletes_outside_the_library(tmp_path: Path) -> None:
    before = run(filled, tmp_path)
    kept = tmp_path / "mine.txt"
    kept.write_text("mine")
    folder = tmp_path / "library/.gridbrush/emptying"

    async def record(library: Library) -> None:
        line = records.change("purged", [(True, [before[3].id])], [(False, [before[3].id])])
        library.store.append(line)

    run(record, tmp_path)
    folder.mkdir()
    (folder / "a.json").write_text(
        json.dumps({"ids": [before[3].id], "files": [["../../../mine.txt", "0" * 64]]})
    )
    run(what_is_said, tmp_path)
    assert kept.read_text() == "mine"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes among files")
@pytest.mark.parametrize(
    "name", ["id", "lock", "records/2026-10.jsonl", "emptying/x.json", "importing/y/pictures.json"]
)
@pytest.mark.parametrize("what", ["pipe", "folder"])
def test_a_pipe_or_a_folder_in_the_place_of_a_file_holds_nothing_up(
    tmp_path: Path, name: str, what: str
) -> None:
    before = run(filled, tmp_path)
    path = tmp_path / "library/.gridbrush" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    if what == "pipe":
        odd_records.pipe(path)
    else:
        path.mkdir()
    if what == "pipe" and path.parent.name in (".gridbrush", "records"):
        # A device may stand for anything: the library is not opened over it, and says so.
        with pytest.raises(StorageError, match=path.name):
            run(everything, tmp_path)
        path.unlink()
    assert without_rows(run(everything, tmp_path)) == without_rows(before)
