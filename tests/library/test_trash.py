"""Emptying the trash: permanent and complete, whatever happens in between."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from studio.common import files
from studio.common.errors import StorageError
from studio.domain.entities import CostBasis, Picture
from studio.domain.events import ProblemOccurred, RecordsChanged
from studio.library.facade import Library
from studio.library.operations import trash
from studio.library.query import Query, View
from tests.library.builders import heard, opened, take


async def thrown_away(library: Library, number: int, **values: object) -> list[Picture]:
    """Pictures in the trash, their files with them."""
    pictures = [await take(library, prompt=f"lamp {n}", **values) for n in range(number)]
    await library.trash([one.id for one in pictures])
    await library.store.wait_for_tasks()
    return await library.find([one.id for one in pictures])


async def emptied(library: Library, discard: trash.Discard | None = None) -> str:
    return await trash.empty(library.store, (await trash.contents(library.store)).ids, discard)


def left_in(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.rglob("*") if one.is_file())


async def test_what_is_in_the_trash_is_reported_before_it_goes(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        assert await trash.contents(library.store) == trash.TrashContents()
        kept = await take(library)
        one, two = await thrown_away(library, 2, bytes=700)
        found = await trash.contents(library.store)
        assert found == trash.TrashContents(ids=(one.id, two.id), bytes=1400)
        assert kept.id not in found.ids


async def test_records_index_files_and_thumbnails_of_it_are_gone(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        kept = await take(library, prompt="lamp kept")
        pictures = await thrown_away(library, 3)
        library.store.thumbnails.store_thumbnail(pictures[0].sha256, 256, b"\xff\xd8x\xff\xd9")
        assert await emptied(library) == "3 pictures deleted permanently"
        assert left_in(library.originals.trash) == []
        assert library.store.thumbnails.get(pictures[0].sha256, 256) is None
        assert await library.find([p.id for p in pictures]) == []
        assert list(await library.rows(Query(words="lamp"))) == [kept.row]
        assert list(await library.rows(Query(view=View.TRASH))) == []
        assert library.path(kept).is_file()
        told = [one for one in heard(library) if isinstance(one, RecordsChanged)][-1]
        assert set(told.ids) == {p.id for p in pictures}
        # Views know pictures by their row: none is given twice.
        assert (await take(library)).row == 5
        before = await library.every()
        assert not (library.folder / ".gridbrush/emptying").exists()
    shutil.rmtree(tmp_path / "data")
    async with opened(tmp_path) as library:
        assert await library.every() == before


async def test_undo_goes_round_what_is_gone(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        kept = await take(library)
        await library.rate([kept.id], 4)
        (gone,) = await thrown_away(library, 1)
        await library.trash([kept.id])
        await library.restore([kept.id])
        await library.rate([kept.id, gone.id], 2)
        await emptied(library)
        said = [await library.undo() for _n in range(4)]
        assert said == [
            "1 picture rated",
            "1 picture moved to the trash",
            "1 picture restored",
            "Rating of 1 picture cleared",
        ]
        assert await library.undo() is None
        assert await library.find([gone.id]) == []
        again = [await library.redo() for _n in range(4)]
        assert None not in again
        (now,) = await library.find([kept.id])
        assert (now.rating, now.trashed) == (2, False)
        sentences = [one.sentence for one in await library.collections.history()]
        assert sentences[0] == "1 picture deleted permanently"
        assert not any(one.undone for one in await library.collections.history())


async def test_what_was_restored_since_the_question_stays(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        one, two = await thrown_away(library, 2)
        asked = await trash.contents(library.store)
        await library.restore([one.id])
        assert await trash.empty(library.store, asked.ids) == "1 picture deleted permanently"
        (left,) = await library.find([one.id, two.id])
        assert left.id == one.id
        await library.store.wait_for_tasks()
        assert library.path(left).is_file()
        assert await trash.empty(library.store, asked.ids) == ""


async def test_what_was_spent_on_it_stays_spent(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        values = {"cost_usd": 0.25, "cost_basis": CostBasis.USAGE, "created": time.time()}
        await thrown_away(library, 2, **values)
        before = await library.spend()
        assert before.month == 0.5
        days = await library.spend_by_day()
        await emptied(library)
        assert await library.spend() == before
        assert await library.spend_by_day() == days


async def test_files_go_through_the_systems_trash_where_there_is_one(tmp_path: Path) -> None:
    outside = tmp_path / "bin"
    outside.mkdir()

    def discard(paths: Sequence[Path]) -> None:
        for path in paths:
            path.rename(outside / path.name)

    async with opened(tmp_path) as library:
        pictures = await thrown_away(library, 2)
        said = await emptied(library, discard)
        assert said == "2 pictures moved to the system's trash"
        assert left_in(outside) == sorted(Path(p.path).name for p in pictures)
        assert left_in(library.originals.trash) == []


async def test_what_the_systems_trash_refuses_is_reported_and_tried_again(tmp_path: Path) -> None:
    def takes_one(paths: Sequence[Path]) -> None:
        paths[0].unlink()

    async with opened(tmp_path) as library:
        await thrown_away(library, 2)
        assert await emptied(library, takes_one) == "1 picture moved to the system's trash"
        (trouble,) = [one for one in heard(library) if isinstance(one, ProblemOccurred)]
        assert trouble.error.title == "1 file could not be moved to the system's trash"
        assert len(left_in(library.originals.trash)) == 1
    async with opened(tmp_path) as library:
        # Promised to the system's trash: a start alone does not delete it.
        assert len(left_in(library.originals.trash)) == 1
        await trash.resume(library.store, takes_one)
        assert left_in(library.originals.trash) == []
        assert not (library.folder / ".gridbrush/emptying").exists()


async def test_nothing_is_said_to_be_done_where_the_systems_trash_takes_nothing(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as library:
        await thrown_away(library, 2)
        assert await emptied(library, lambda _paths: None) == ""
        assert len(left_in(library.originals.trash)) == 2


class Ended(BaseException):
    """The process would have ended here."""


async def test_an_end_at_any_step_leaves_all_of_it_or_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path / "start") as library:
        await take(library)
        pictures = await thrown_away(library, 3)
    ends: set[int] = set()
    step = 0
    while True:
        step += 1
        home = tmp_path / str(step)
        shutil.copytree(tmp_path / "start", home)
        done = 0

        def end_there(_kind: str, _path: Path, at: int = step) -> None:
            nonlocal done
            done += 1
            if done >= at:
                raise Ended

        async with opened(home) as library:
            stop = files.watch(end_there)
            try:
                await emptied(library)
            except Ended:
                pass
            else:
                break
            finally:
                stop()
        async with opened(home) as library:
            left = (await trash.contents(library.store)).ids
            files_left = left_in(library.originals.trash)
            assert len(left) == len(files_left) in (0, len(pictures)), step
            assert not (library.folder / ".gridbrush/emptying").exists(), step
            await library.rebuild()
            assert (await trash.contents(library.store)).ids == left
            ends.add(len(left))
    assert ends == {0, 3}
    assert step > 8


async def test_a_full_disk_leaves_the_trash_as_it_was(tmp_path: Path) -> None:
    def full(kind: str, path: Path) -> None:
        if kind == "append":
            raise OSError(28, "No space left on device", str(path))

    async with opened(tmp_path) as library:
        pictures = await thrown_away(library, 2)
        stop = files.watch(full)
        try:
            with pytest.raises(StorageError):
                await emptied(library)
        finally:
            stop()
        assert len((await trash.contents(library.store)).ids) == len(pictures)
    async with opened(tmp_path) as library:
        assert len(left_in(library.originals.trash)) == len(pictures)


async def test_it_can_be_emptied_again_and_again(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        for _time in range(2):
            await thrown_away(library, 2)
            assert await emptied(library) == "2 pictures deleted permanently"
        assert await library.every() == []
