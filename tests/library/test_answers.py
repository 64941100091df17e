"""Answers that pictures were made from: hidden, searchable, and protected from older programs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from studio.common.errors import InputError, StorageError
from studio.domain.derivation import Derivation, Operation
from studio.domain.entities import Flag, Parent, Picture, Role, new_id
from studio.domain.markup import Frame, Markup
from studio.domain.stacks import StackBy
from studio.library.facade import Library
from studio.library.files import originals as inside
from studio.library.log import lenient_records, records
from studio.library.log.record_log import RecordLog
from studio.library.operations import derived_pictures
from studio.library.operations.verify import check
from studio.library.query import Query, View
from tests.library.builders import a_job, a_picture, opened, take

MADE = Derivation(operation=Operation.REFRAME, markup="a" * 64, outside=9)


async def take_composed(library: Library, parent: Picture) -> tuple[Picture, Picture]:
    """Let it take in an answer and the picture that was made of it, as one job."""
    edit = (Parent(sha256=parent.sha256, role=Role.EDIT, picture=parent.id),)
    job = a_job()
    answer = a_picture(
        path="2026-11/answer.png", job=job.id, run=job.run, parents=edit, answer=True, cost_usd=0.2
    )
    made = a_picture(
        path="2026-11/made.png",
        job=job.id,
        run=job.run,
        parents=(*edit, Parent(sha256="1" * 64, role=Role.ANSWER, picture=answer.id)),
        derivation=replace(
            MADE,
            markup=library.originals.keep_markup(
                Markup(frames=(Frame(left=-1, top=0, right=2, bottom=1),))
            ),
        ),
        cost_usd=0.0,
    )
    parts = []
    for name, one in (("a", answer), ("b", made)):
        part = library.folder / f"{name}.part"
        part.write_bytes(one.id.encode())
        digest = library.originals.sha256_of(part)
        parts.append((replace(one, sha256=digest), part))
    (shown,) = await library.add_job_pictures(job, parts)
    assert shown.id == made.id
    (found,) = await library.find([answer.id])
    return found, shown


async def ids(library: Library, words: str = "", **more: object) -> list[str]:
    rows = await library.rows(Query(words=words, **more))  # type: ignore[arg-type]
    return [one.id for one in await library.pictures(rows)]


async def test_no_view_stack_or_family_shows_an_answer(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        parent = await take(library)
        answer, made = await take_composed(library, parent)
        assert (answer.answer, made.answer) == (True, False)
        assert await ids(library) == [made.id, parent.id]
        assert await ids(library, view=View.SESSION) == [made.id, parent.id]
        assert await library.filter_rows(Query(), [answer.row, made.row]) == {made.row}
        assert await library.count(Query()) == (await library.counts(0.0)).all == 2
        assert await ids(library, "is:edited") == [made.id]
        assert await ids(library, f"ref:{parent.id}") == [made.id]
        tree = await library.choosing.family(parent.id)
        assert tree.nodes.keys() == {parent.id, made.id}
        assert tree.nodes[made.id].references == ()
        (key,) = await library.query_index(lambda i: i.stacks.keys([made.row], StackBy.RUN))
        members = await library.query_index(lambda i: i.stacks.members(key, StackBy.RUN))
        assert list(members) == [made.row]


async def test_an_answer_is_found_by_its_word_and_by_a_saved_search_for_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        answer, made = await take_composed(library, await take(library))
        assert await ids(library, "is:answer") == [answer.id]
        assert made.id not in await ids(library, "is:answer lighthouse")
        saved = await library.collections.make("Answers", "is:answer")
        assert await ids(library, collection=saved.id) == [answer.id]
        assert answer.id not in await ids(library, "-is:answer")


async def test_what_an_answer_cost_counts_once_with_what_was_made_of_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        parent = await take(library, cost_usd=0.1)
        answer, made = await take_composed(library, parent)
        again = replace(made, id=new_id(), path="2026-11/again.png", run=None, job=None)
        folder = derived_pictures.begin_picture(library.store)
        derived_pictures.file_in(folder).write_bytes(b"again")
        digest = library.originals.sha256_of(derived_pictures.file_in(folder))
        new = await derived_pictures.add(
            library.store, folder, replace(again, sha256=digest), replaced=made.id
        )
        cost = await library.cost([made.id, new.id])
        assert cost.usd == pytest.approx(0.2)
        assert cost.unknown == 0
        outlay = await library.choosing.outlay_of([made.row, new.row, parent.row])
        assert outlay.usd == pytest.approx(0.3)
        assert outlay.made == 3
        assert (await library.choosing.outlay_of([new.row])).usd == pytest.approx(0.2)
        tree = await library.choosing.family(parent.id)
        assert [tree.nodes[id].cost_usd for id in (parent.id, made.id, new.id)] == [
            0.1,
            pytest.approx(0.2),
            0.0,
        ]
        assert answer.cost_usd == 0.2


async def test_judging_an_answer_does_not_bring_it_into_a_view(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        answer, _made = await take_composed(library, await take(library))
        await library.flag([answer.id], Flag.PICK)
        await library.rate([answer.id], 5)
        assert await ids(library, view=View.PICKS) == []
        assert await ids(library, "rating:5") == []
        assert (await library.counts(0.0)).picks == 0


async def test_a_picture_made_here_raises_the_version_and_older_programs_know_it(
    tmp_path: Path,
) -> None:
    plain, made = a_picture(), a_picture(derivation=MADE)
    assert records.finished(a_job(), [plain]).v == records.imported([plain]).v == records.FIRST
    for record in (
        records.finished(a_job(), [plain, made]),
        records.finished(a_job(), [a_picture(answer=True)]),
        records.imported([made]),
        records.derived(made),
        records.change("answer", [], []),
    ):
        assert record.v == 3
        assert lenient_records.is_newer({"v": record.v}, 2)
    async with opened(tmp_path) as library:
        parent = await take(library)
        identity = tmp_path / "library/.gridbrush/id"
        assert b'"version":3' not in identity.read_bytes()
        await take_composed(library, parent)
        assert b'"version":3' in identity.read_bytes()


@pytest.mark.parametrize(
    "odd", [{"markup": "../x"}, {"seam": -1.0}, {"outside": -1}, {"crop": (0.0, 0.0, 9.0, 1.0)}]
)
async def test_an_odd_derivation_is_left_out_and_the_picture_kept(
    tmp_path: Path, odd: dict[str, object]
) -> None:
    made = a_picture(derivation=replace(MADE, **odd))  # type: ignore[arg-type]
    async with opened(tmp_path):
        pass
    log = RecordLog(tmp_path / "library/.gridbrush/records")
    log.append(records.derived(made))
    log.close()
    async with opened(tmp_path) as library:
        (kept,) = await library.find([made.id])
        assert (kept.derivation, library.store.damaged) == (None, 1)


async def test_an_unfinished_picture_that_names_another_place_is_put_away(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        folder = derived_pictures.begin_picture(library.store)
        derived_pictures.file_in(folder).write_bytes(b"x")
        (folder / "record").write_bytes(b'{"v":3,"kind":"derived"}\n')
        empty = derived_pictures.begin_picture(library.store)
    async with opened(tmp_path) as library:
        assert not folder.exists()
        assert not empty.exists()
        assert await ids(library) == []
        assert list((tmp_path / "library/.gridbrush/damaged").iterdir())
        assert (await check(library.store)).whole


async def test_a_derived_picture_is_recorded_with_its_file_or_not_at_all(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        folder = derived_pictures.begin_picture(library.store)
        made = a_picture(path="2026-11/x.png", derivation=MADE)
        with pytest.raises(StorageError):
            # Its file is missing.
            await derived_pictures.add(library.store, folder, made)
        assert await ids(library) == []
        assert inside.UNFINISHED.index("composing") >= 0


async def test_an_answer_goes_to_the_trash_and_comes_back_with_its_picture_only(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as library:
        parent = await take(library)
        answer, made = await take_composed(library, parent)
        with pytest.raises(InputError, match="made from this answer"):
            await library.trash([answer.id])
        assert await ids(library, "is:answer") == [answer.id]
        assert await library.trash([answer.id, parent.id]) == "1 picture moved to the trash"
        assert await ids(library, view=View.TRASH) == [parent.id]
        assert await ids(library, "is:answer") == [answer.id]
        await library.trash([made.id])
        assert await ids(library, "is:answer", view=View.TRASH) == [answer.id]
        with pytest.raises(InputError, match="made from this answer"):
            await library.restore([answer.id])
        await library.restore([answer.id, made.id])
        assert await ids(library, "is:answer") == [answer.id]
