"""Originals that another program renamed, moved or deleted: found again, or reported missing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from studio.common.errors import InputError, PictureUnreadable
from studio.domain.entities import Picture
from studio.domain.events import RecordsChanged
from studio.library.facade import Library
from studio.library.operations import relink
from studio.library.operations.import_ import Import
from studio.library.operations.relink import RelinkResult, locate, relink_pictures, sweep
from studio.library.query import Query
from tests.library.builders import heard, opened
from tests.library.test_import import png


async def brought(library: Library, home: Path, number: int = 3) -> list[Picture]:
    """Pictures whose files have the bytes their records say."""
    files = [png(home / "in" / f"{n}.png", n) for n in range(number)]
    result = await Import(library.store, library.decoder).run(files)
    return await library.find(result.ids)


async def now(library: Library, picture: Picture) -> Picture:
    (found,) = await library.find([picture.id])
    return found


async def test_a_renamed_and_a_moved_file_are_found_by_content(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        one, two, three = await brought(library, tmp_path)
        library.path(one).rename(library.path(one).with_name("my favourite.png"))
        (library.folder / "for the client/final").mkdir(parents=True)
        library.path(two).rename(library.folder / "for the client/final/Ü.png")
        # Of the same size, and another picture.
        aside = library.folder / "aside.png"
        aside.write_bytes(bytes(one.bytes))
        assert await sweep(library.store) == RelinkResult(moved=(one.id, two.id))
        first, second = await now(library, one), await now(library, two)
        assert library.path(first).name == "my favourite.png"
        assert second.path == "for the client/final/Ü.png"
        assert library.path(second).read_bytes() == (tmp_path / "in/1.png").read_bytes()
        assert await now(library, three) == three
        assert await sweep(library.store) == RelinkResult()
        # It is nobody's step of undo, and the log knows it.
        assert await library.undo() is None
    shutil.rmtree(tmp_path / "data")
    async with opened(tmp_path) as library:
        assert (await now(library, two)).path == second.path


async def test_a_deleted_file_is_marked_and_unmarked_when_it_is_back(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        one, _two, _three = await brought(library, tmp_path)
        path = library.path(one)
        path.rename(tmp_path / "kept.png")
        assert await sweep(library.store) == RelinkResult(lost=(one.id,))
        assert (await now(library, one)).missing
        assert list(await library.rows(Query(words="is:missing"))) == [one.row]
        assert await sweep(library.store) == RelinkResult()
        (tmp_path / "kept.png").rename(path)
        assert await sweep(library.store) == RelinkResult(back=(one.id,))
        assert not (await now(library, one)).missing


async def test_what_is_in_the_trash_is_not_taken_for_lost(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        one, two, _three = await brought(library, tmp_path)
        await library.trash([one.id, two.id])
        await library.store.wait_for_tasks()
        # As if the program had ended before the file followed.
        library.path(await now(library, two)).rename(library.path(two))
        assert await sweep(library.store) == RelinkResult()


async def test_the_file_of_another_picture_with_the_same_content_is_left_to_it(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as library:
        one, two, _three = await brought(library, tmp_path)
        library.path(one).unlink()
        twin = library.path(two)
        assert await relink._taken(library.store, two, two.path)
        assert await relink_pictures(library.store, [one.id, two.id]) == RelinkResult(
            lost=(one.id,)
        )
        assert twin.is_file()


async def test_one_file_is_found_for_one_picture_alone(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        one, two, _three = await brought(library, tmp_path)
        originals = library.originals
        library.path(one).rename(library.folder / "here.png")
        library.path(two).unlink()
        # Two records of one content, as two equal answers make them.
        from dataclasses import replace

        alike = replace(two, sha256=one.sha256, bytes=one.bytes)
        assert relink._search(originals, [one, alike]) == {one.id: "here.png"}


async def test_a_thumbnail_that_cannot_be_made_sets_off_the_search(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        library.missing_files.pause = 0.0
        one, two, _three = await brought(library, tmp_path)
        library.path(one).rename(library.folder / "elsewhere.png")
        library.path(two).unlink()
        for picture in (one, two):
            with pytest.raises(PictureUnreadable):
                await library.thumbnail(picture, 256)
        assert await library.missing_files.wait()
        assert (await now(library, one)).path == "elsewhere.png"
        assert (await library.thumbnail(await now(library, one), 256))[:2] == b"\xff\xd8"
        assert (await now(library, two)).missing
        told = [event for event in heard(library) if isinstance(event, RecordsChanged)]
        assert {event.fields for event in told} == {("path",), ("missing",)}


async def test_who_only_reads_looks_for_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        (one,) = await brought(library, tmp_path, 1)
        library.path(one).unlink()
    async with opened(tmp_path, write=False) as library:
        with pytest.raises(PictureUnreadable):
            await library.thumbnail(one, 256)
        assert not await library.missing_files.wait()
        assert await relink_pictures(library.store, [one.id]) == RelinkResult()


async def test_a_located_file_is_copied_back_with_its_neighbours(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        one, two, three = await brought(library, tmp_path)
        outside = tmp_path / "moved away"
        outside.mkdir()
        for picture in (one, two):
            library.path(picture).rename(outside / f"{picture.id[-4:]}.png")
        (outside / "else.png").write_bytes((tmp_path / "in/2.png").read_bytes())
        await sweep(library.store)
        with pytest.raises(InputError, match="a different picture"):
            await locate(library.store, one, outside / "else.png")
        found = await locate(library.store, one, outside / f"{one.id[-4:]}.png")
        assert set(found.back) == {one.id, two.id}
        for picture in (one, two):
            again = await now(library, picture)
            assert not again.missing
            assert again.path == picture.path
            assert (
                library.path(again).read_bytes()
                == (outside / f"{picture.id[-4:]}.png").read_bytes()
            )
        assert await now(library, three) == three


async def test_a_file_located_within_the_library_is_used_where_it_lies(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        (one,) = await brought(library, tmp_path, 1)
        hidden = tmp_path / "hidden.png"
        library.path(one).rename(hidden)
        await sweep(library.store)
        within = library.folder / "found" / "x.png"
        within.parent.mkdir()
        hidden.rename(within)
        found = await locate(library.store, one, within)
        assert found == RelinkResult(moved=(one.id,), back=(one.id,))
        assert (await now(library, one)).path == "found/x.png"
        assert len(list(library.folder.glob("*/*.png"))) == 1
