"""The library: records are the truth, the index follows, undo is a record too."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path

import apsw
import pytest
from PIL import Image

from studio.common.errors import InputError, PictureUnreadable, StorageError
from studio.domain.entities import Flag, JobState, Parent, Picture, Role, new_id
from studio.domain.events import ChangeRecorded, PicturesAdded, ProblemOccurred, RecordsChanged
from studio.library.index.index import Index
from studio.library.index.writer import IndexWriter
from studio.library.operations.verify import check
from studio.library.query import Query, Sort, View
from tests.library.builders import a_job, a_picture, heard, opened, take


async def test_a_picture_is_in_its_place_and_announced(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        picture = await take(library)
        assert library.path(picture).read_bytes() == picture.id.encode()
        (event,) = heard(library)
        assert isinstance(event, PicturesAdded)
        assert event.rows == (picture.row,)


async def test_a_thumbnail_is_made_once_and_outlives_its_original(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        picture = await take(library)
        Image.new("RGB", (40, 30), "teal").save(library.path(picture))
        made = await library.thumbnail(picture, 256)
        assert made.startswith(b"\xff\xd8")
        library.path(picture).unlink()
        assert await library.thumbnail(picture, 256) == made
        assert library.kept_thumbnail(picture, 256) is not None


async def test_everything_is_there_after_the_index_was_lost(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        pictures = [await take(library, prompt=f"number {n}") for n in range(3)]
        await library.rate([pictures[0].id], 4)
        await library.tag([pictures[1].id], add=["Harbour", "gouache"])
        await library.trash([pictures[2].id])
        before = await library.find([p.id for p in pictures])
    shutil.rmtree(tmp_path / "data")
    async with opened(tmp_path) as library:
        assert await library.find([p.id for p in pictures]) == before
        assert before[0].rating == 4
        assert before[1].tags == ("Harbour", "gouache")
        assert before[2].trashed


async def test_a_damaged_index_is_made_anew(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        picture = await take(library)
    (index,) = (tmp_path / "data").glob("*/index.sqlite")
    index.write_bytes(b"not a database" * 100)
    async with opened(tmp_path) as library:
        assert [one.title for one in library.troubles] == ["The library index was damaged"]
        assert [p.id for p in await library.find([picture.id])] == [picture.id]


async def test_an_index_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    with pytest.raises(StorageError, match="data"):
        async with opened(tmp_path):
            pass


async def test_an_index_that_cannot_be_made_anew_is_a_sentence(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        id = library.id
    index = tmp_path / "data" / id / "index.sqlite"
    index.unlink()
    index.mkdir()
    with pytest.raises(StorageError):
        Index.open(index, write=True)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"id": 5}', '{"id": "../../elsewhere", "version": 1}', "\udcff"]
)
async def test_a_damaged_identity_is_set_aside_and_said_and_every_picture_is_there(
    tmp_path: Path, text: str
) -> None:
    async with opened(tmp_path) as library:
        picture = await take(library)
    path = tmp_path / "library" / ".gridbrush" / "id"
    damaged = text.encode("utf-8", "surrogateescape")
    path.write_bytes(damaged)
    async with opened(tmp_path, write=False) as library:
        assert await library.find([picture.id])
    assert path.read_bytes() == damaged, "who does not own it leaves it"
    async with opened(tmp_path) as library:
        assert await library.find([picture.id])
        (trouble,) = library.troubles
        assert "id could not be read" in trouble.title
    assert path.with_name("id.broken").read_bytes() == damaged
    async with opened(tmp_path) as library:
        assert not library.troubles
        assert await library.find([picture.id])


async def test_a_reader_sees_everything_without_the_lock_or_an_index(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        picture = await take(library)
    shutil.rmtree(tmp_path / "data")
    async with opened(tmp_path, write=False) as library:
        assert [p.id for p in await library.find([picture.id])] == [picture.id]
        with pytest.raises(StorageError, match="read-only"):
            await library.rate([picture.id], 3)
    assert not (tmp_path / "data").exists()


async def test_undo_and_redo_walk_the_history_and_survive_a_restart(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        picture = await take(library)
        await library.rate([picture.id], 2)
        await library.flag([picture.id], Flag.PICK)
        assert await library.undo() == "Flag of 1 picture cleared"
    async with opened(tmp_path) as library:
        assert await library.undo() is not None
        assert (await library.find([picture.id]))[0].rating == 0
        assert await library.undo() is None
        await library.redo()
        await library.redo()
        (now,) = await library.find([picture.id])
        assert (now.rating, now.flag) == (2, Flag.PICK)
        assert await library.redo() is None


async def test_a_new_change_after_undo_ends_redo(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        picture = await take(library)
        await library.rate([picture.id], 2)
        await library.undo()
        await library.rate([picture.id], 5)
        assert await library.redo() is None
        await library.undo()
        assert (await library.find([picture.id]))[0].rating == 0


async def test_undo_gives_each_picture_its_own_former_value(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        first, second = await take(library), await take(library)
        await library.rate([first.id], 1)
        await library.rate([first.id, second.id], 5)
        await library.undo()
        assert [p.rating for p in await library.find([first.id, second.id])] == [1, 0]


async def test_a_change_that_changes_nothing_is_no_step_of_undo(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        picture = await take(library)
        await library.rate([picture.id], 3)
        assert await library.rate([picture.id], 3) == ""
        await library.undo()
        assert (await library.find([picture.id]))[0].rating == 0


async def test_trash_moves_the_file_and_restore_brings_it_back(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        picture = await take(library)
        place = library.path(picture)
        assert await library.trash([picture.id]) == "1 picture moved to the trash"
        assert list(await library.rows(Query())) == []
        assert list(await library.rows(Query(view=View.TRASH))) == [picture.row]
    assert not place.exists()
    async with opened(tmp_path) as library:
        await library.restore([picture.id])
    assert place.read_bytes() == picture.id.encode()


async def test_a_change_is_reported_with_its_ids_and_field(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        picture = await take(library)
        await library.annotate([picture.id], "a note")
        changed, recorded = heard(library)[-2:]
        assert changed == RecordsChanged((picture.id,), ("note",))
        assert isinstance(recorded, ChangeRecorded)
        assert recorded.sentence == "Note of 1 picture changed"


async def test_rows_come_in_the_order_asked_for(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        a = await take(library, prompt="beta", cost_usd=0.1)
        b = await take(library, prompt="Alpha", cost_usd=0.3)
        await library.rate([a.id], 5)
        assert list(await library.rows(Query())) == [b.row, a.row]
        assert list(await library.rows(Query(sort=Sort.OLDEST))) == [a.row, b.row]
        assert list(await library.rows(Query(sort=Sort.RATING))) == [a.row, b.row]
        assert list(await library.rows(Query(sort=Sort.NAME))) == [b.row, a.row]
        assert list(await library.rows(Query(sort=Sort.COST))) == [b.row, a.row]


async def test_words_are_found_by_their_beginning_in_prompt_title_note_and_tags(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as library:
        picture = await take(library, prompt="A Löwe in the fog")
        other = await take(library, prompt="a city")
        await library.entitle([other.id], "Harbour poster")
        await library.tag([other.id], add=["gouache"])
        for words in ("lowe", "fog lö", "FOG"):
            assert list(await library.rows(Query(words=words))) == [picture.row]
        for words in ("harb", "gouache city"):
            assert list(await library.rows(Query(words=words))) == [other.row]
        assert list(await library.rows(Query(words="poster"))) == [other.row]


async def test_counts_and_money_are_those_of_the_records(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        import time

        a = await take(library, created=time.time(), cost_usd=0.25)
        await take(library, created=1.0, cost_usd=1.0)
        await take(library, created=time.time(), cost_usd=None)
        await library.flag([a.id], Flag.PICK)
        counts = await library.counts(time.time() - 60)
        assert (counts.all, counts.session, counts.picks, counts.trash) == (3, 2, 1, 0)
        spend = await library.spend()
        assert (spend.today, spend.month, spend.unknown) == (0.25, 0.25, 1)


async def test_failed_jobs_are_kept_counted_and_put_away(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        job = a_job(state=JobState.FAILED)
        await library.add_job_pictures(job, [])
        assert [one.id for one in await library.failed()] == [job.id]
        await library.dismiss([job.id])
        assert await library.failed() == []
        await library.undo()
        assert (await library.counts(0)).failed == 1


async def test_a_family_is_followed_up_and_down(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        first = await take(library, prompt="first")
        second = await take(library, parents=(edit_of(first),))
        third = await take(library, parents=(edit_of(second),))
        family = await library.family(second.id)
        assert [p.id for p in family.ancestors] == [first.id]
        assert [p.id for p in family.children] == [third.id]
        assert [p.id for p in (await library.family(third.id)).ancestors] == [first.id, second.id]


def edit_of(picture: Picture) -> Parent:
    return Parent(sha256=picture.sha256, role=Role.EDIT, picture=picture.id, name=picture.name)


async def test_prompts_are_remembered_once_per_run(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        job = a_job(state=JobState.DONE)
        await library.add_job_pictures(job, [])
        await library.add_job_pictures(replace(job, id=new_id()), [])
        await library.add_job_pictures(a_job(state=JobState.FAILED), [])
        (use,) = await library.prompts()
        assert (use.prompt, use.times) == ("A lighthouse", 2)
        assert await library.prompts("no such words") == []


async def test_an_input_is_kept_once_and_must_be_a_picture(tmp_path: Path) -> None:
    png = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
    async with opened(tmp_path) as library:
        one = await library.keep_input(png, role=Role.STYLE, name="kelp")
        two = await library.keep_input(png, role=Role.EDIT, name="kelp")
        assert one.sha256 == two.sha256
        assert library.input_path(one).read_bytes() == png
        with pytest.raises(PictureUnreadable, match="not a picture"):
            await library.keep_input(b"<svg/>", role=Role.FREE, name="x")
        with pytest.raises(InputError, match="not found"):
            await library.keep_input(tmp_path / "gone.png", role=Role.FREE, name="x")


async def test_a_short_id_must_be_unique_and_known(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        picture = await take(library)
        await take(library)
        assert (await library.resolve(picture.id[-8:])).id == picture.id
        with pytest.raises(InputError, match="more than one"):
            await library.resolve(picture.id[:6])
        with pytest.raises(InputError, match="not found"):
            await library.resolve("ffffffff")


async def test_verify_names_what_is_missing_changed_and_unknown(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        gone, spoilt, fine = [await take(library) for _ in range(3)]
        library.path(gone).unlink()
        library.path(spoilt).write_bytes(b"other bytes")
        (library.path(fine).parent / "stray.png").write_bytes(b"x")
        report = await check(library.store)
        assert report.missing == (gone.id,)
        assert report.changed == (spoilt.id,)
        assert report.orphans == ("2026-11/stray.png",)
        assert (report.checked, report.sound, report.whole) == (3, 1, False)


async def test_taking_the_same_answer_twice_gives_one_picture(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        picture = await take(library)
        part = tmp_path / "again.part"
        part.write_bytes(picture.id.encode())
        job = a_job(id=picture.job, state=JobState.DONE)
        await library.add_job_pictures(job, [(replace(picture, row=0), part)])
        assert len(await library.rows(Query())) == 1
        assert len(list((library.folder / "2026-11").iterdir())) == 1


async def test_rebuild_makes_the_same_index_again(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        pictures = [await take(library) for _ in range(3)]
        await library.rate([pictures[1].id], 4)
        before = await library.every()
        assert await library.rebuild() == 3
        assert await library.every() == before
        await library.undo()
        assert (await library.find([pictures[1].id]))[0].rating == 0


async def test_records_put_back_from_a_copy_are_read_anew(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        kept = await take(library)
        (log,) = (library.folder / ".gridbrush/records").iterdir()
        copy = log.read_bytes()
        lost = await take(library)
    log.write_bytes(copy)
    async with opened(tmp_path) as library:
        assert [p.id for p in await library.find([kept.id, lost.id])] == [kept.id]


async def test_a_record_stands_when_the_index_cannot_follow_and_comes_with_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_taking: IndexWriter, _pictures: object) -> None:
        raise apsw.FullError("database or disk is full")

    async with opened(tmp_path) as library:
        with monkeypatch.context() as patch:
            patch.setattr(IndexWriter, "_take_pictures", full)
            id = new_id()
            part = library.folder / "x.part"
            part.write_bytes(b"x")
            picture = a_picture(id=id, path=f"{id}.png", sha256=hashlib.sha256(b"x").hexdigest())
            assert (
                await library.add_job_pictures(a_job(state=JobState.DONE), [(picture, part)]) == []
            )
        (event,) = heard(library)
        assert isinstance(event, ProblemOccurred)
        assert "saved but cannot be shown yet" in str(event.error)
        await take(library)
        assert [p.id for p in await library.find([id])] == [id]


async def test_rows_of_ids_are_those_of_their_pictures(tmp_path: Path) -> None:
    """Rows without the pictures themselves: an import tells ten thousand of them at once."""
    async with opened(tmp_path) as library:
        pictures = [await take(library, prompt=f"lamp {n}") for n in range(6)]
        await library.trash([pictures[1].id, pictures[4].id])
        ids = [one.id for one in reversed(pictures)]
        ids.insert(2, new_id())
        found = await library.rows_of(ids)
        assert list(found.items()) == [(p.row, p.trashed) for p in await library.find(ids)]
        assert list(found.values()) == [False, True, False, False, True, False]
        assert await library.rows_of([]) == {}
