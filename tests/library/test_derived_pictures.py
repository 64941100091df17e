"""Pictures made here, their answers and inputs: recovery, merging, verification and trash."""

from __future__ import annotations

import asyncio
import contextlib
import io
import shutil
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from studio.domain.drafts import MATCH, Draft, DraftFile
from studio.domain.entities import Picture, Reference, Role
from studio.domain.markup import Mark, MarkKind, Markup, Point, Region
from studio.library.facade import Library
from studio.library.log import daily_copies
from studio.library.operations import scrub, trash
from studio.library.query import Query, View
from studio.remote import server
from studio.remote.protocol import ChangeLibrary
from studio.remote.server import carry_out
from tests.fake_service import FakeService, Reply, answer_with
from tests.generation.harness import Studio, studio
from tests.imaging.scenes import WaveScene

SIZE = (160, 120)
SCENE, OTHER = WaveScene(31), WaveScene(32)
MARK = Mark(kind=MarkKind.PIN, points=(Point(0.3, 0.5),), sentence="Another sky")


def png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="module")
def pictures() -> dict[str, bytes]:
    def changed(x: float, y: float) -> bool:
        return 20 < x < 108 and 28 < y < 92

    mask = Image.new("L", SIZE)
    mask.paste(255, (16, 24, 112, 96))
    return {
        "parent": png(SCENE.picture(SIZE)),
        "answer": png(SCENE.picture((320, 240), scale=2.0, x=2.0, other=OTHER, where=changed)),
        "mask": png(mask),
    }


@pytest.fixture
def service(pictures: dict[str, bytes]) -> FakeService:
    answer = answer_with(pictures["answer"])
    return FakeService(fallback=lambda _request: Reply(body=answer))


async def compose(here: Studio, pictures: dict[str, bytes]) -> tuple[Picture, Picture]:
    """A picture made of an answer, with a mask and a mark, and the answer."""
    library = here.core.library
    source = await library.keep_input(pictures["parent"], role=Role.EDIT, name="harbour")
    mask = await library.keep_input(pictures["mask"], role=Role.MASK, name="mask")
    markup = Markup(marks=(MARK,), region=Region(mask=mask.sha256))
    (job,) = await here.submit(
        prompt="Another sky", references=(source,), markup=markup, aspect=MATCH
    )
    await here.gone(job)
    (shown,) = await here.pictures()
    assert shown.derivation is not None, shown.warnings
    (answer,) = await found(library, "is:answer")
    return shown, answer


@contextlib.asynccontextmanager
async def composed(
    tmp_path: Path, service: FakeService, pictures: dict[str, bytes]
) -> AsyncIterator[tuple[Studio, Picture, Picture]]:
    """A studio with a picture made of an answer, and that answer."""
    with service:
        async with studio(tmp_path, service) as here:
            yield (here, *await compose(here, pictures))


async def found(library: Library, words: str = "", view: View = View.ALL) -> list[Picture]:
    return await library.pictures(await library.rows(Query(words=words, view=view)))


def without_row(*pictures: Picture) -> list[Picture]:
    return [replace(one, row=0) for one in pictures]


async def test_lost_records_of_a_picture_made_here_come_back_with_its_answer(
    tmp_path: Path, pictures: dict[str, bytes], service: FakeService
) -> None:
    with service:
        async with studio(tmp_path, service) as here:
            shown, answer = await compose(here, pictures)
            composer = (await here.core.making()).composer
            new = await composer.recompose(shown, seam=0.1, match=False)
            month = (await here.core.library.spend()).month
            assert daily_copies.make(here.core.library.folder) is not None
        (log,) = (tmp_path / "library/.gridbrush/records").iterdir()
        lines = log.read_bytes().splitlines(keepends=True)
        log.write_bytes(b"".join(one[:50] + b"#" + one[51:] for one in lines))
        (index,) = (tmp_path / "data/libraries").glob("*/index.sqlite")
        for path in index.parent.glob("index*"):
            path.unlink()
        async with studio(tmp_path, service) as here:
            library = here.core.library
            assert await here.pictures() == []
            facts = (await carry_out(here.core, ChangeLibrary(action="fix"))).facts
            assert facts["fixed"]["records"] == len(lines)
            assert without_row(*await here.pictures()) == without_row(new)
            (old,) = await found(library, view=View.TRASH)
            assert old.id == shown.id
            assert without_row(*await found(library, "is:answer")) == without_row(answer)
            assert (await library.spend()).month == pytest.approx(month)
            assert facts["orphans"] == []
            assert (await server.check(here.core)).damaged_inputs == ()


async def test_a_picture_made_on_another_computer_comes_with_its_answer(
    tmp_path: Path, pictures: dict[str, bytes], service: FakeService
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    with service:
        async with studio(here, service):
            version = (here / "library/.gridbrush/id").read_text()
        shutil.copytree(here, there)
        async with studio(there, service) as one:
            shown, answer = await compose(one, pictures)
            new = await (await one.core.making()).composer.recompose(shown, seam=0.1, match=True)
        (theirs,) = (there / "library/.gridbrush/records").iterdir()
        records = here / "library/.gridbrush/records"
        records.mkdir(exist_ok=True)
        shutil.copy(theirs, records / f"{theirs.stem} (conflicted copy 2026-11-23).jsonl")
        for folder in ("inputs", "trash"):
            shutil.copytree(
                there / "library/.gridbrush" / folder, here / "library/.gridbrush" / folder,
                dirs_exist_ok=True,
            )  # fmt: skip
        for month in (there / "library").glob("20*"):
            shutil.copytree(month, here / "library" / month.name, dirs_exist_ok=True)
        for _start in range(2):
            async with studio(here, service) as one:
                assert without_row(*await one.pictures()) == without_row(new)
                assert without_row(*await found(one.core.library, "is:answer")) == without_row(
                    answer
                )
                assert (await server.check(one.core)).whole
        assert (here / "library/.gridbrush/id").read_text() != version, "older programs only read"


async def test_inputs_survive_an_emptied_trash_and_are_checked(
    tmp_path: Path, pictures: dict[str, bytes], service: FakeService
) -> None:
    async with composed(tmp_path, service, pictures) as (here, shown, _answer):
        library = here.core.library
        mask = shown.markup.region.mask if shown.markup and shown.markup.region else None
        assert mask is not None
        assert shown.derivation is not None
        source = Reference(sha256=shown.parents[0].sha256, media_type="image/png", role=Role.EDIT)
        draft = DraftFile(tmp_path / "draft.json")
        markup = Markup(region=Region(mask=mask), marks=(MARK,))
        draft.save(Draft(prompt="again", references=(source,), markup=markup))
        inputs = {path.name for path in library.originals.inputs.iterdir()}
        await library.trash([shown.id])
        await library.store.wait_for_tasks()
        await trash.empty(library.store, [shown.id])
        assert not any(library.folder.glob("2*/*")), "the answer is gone with its picture"
        assert {path.name for path in library.originals.inputs.iterdir()} == inputs
        assert (await server.check(here.core)).whole
        kept = draft.load()
        assert kept is not None
        assert library.input_path(kept.references[0]).is_file()
        assert library.originals.kept_inputs(mask)
        # What is there and changed is found without a picture that needs it.
        (path,) = library.originals.kept_inputs(shown.derivation.markup)
        path.write_bytes(path.read_bytes() + b" ")
        assert (await server.check(here.core)).damaged_inputs == (path.name,)


async def test_each_missing_input_of_a_picture_made_here_is_found(
    tmp_path: Path, pictures: dict[str, bytes], service: FakeService
) -> None:
    async with composed(tmp_path, service, pictures) as (here, shown, _answer):
        library = here.core.library
        assert shown.derivation is not None
        assert shown.markup is not None
        assert shown.markup.region is not None
        edited = next(one.sha256 for one in shown.parents if one.role is Role.EDIT)
        for needed in (shown.derivation.markup, str(shown.markup.region.mask), edited):
            (path,) = library.originals.kept_inputs(needed)
            data = path.read_bytes()
            path.unlink()
            report = await server.check(here.core)
            assert report.damaged_inputs == (needed,)
            assert not report.whole
            path.write_bytes(data)
        assert (await server.check(here.core)).whole


async def test_a_picture_of_the_library_stands_in_for_the_copy_of_it_that_was_sent(
    tmp_path: Path, pictures: dict[str, bytes], service: FakeService
) -> None:
    (tmp_path / "harbour.png").write_bytes(pictures["parent"])
    with service:
        async with studio(tmp_path / "home", service) as here:
            library = here.core.library
            await carry_out(
                here.core, ChangeLibrary(action="import", paths=[str(tmp_path / "harbour.png")])
            )
            (parent,) = await here.pictures()
            mask = await library.keep_input(pictures["mask"], role=Role.MASK, name="mask")
            source = await library.keep_input(
                library.path(parent), role=Role.EDIT, name="harbour", picture=parent.id
            )
            markup = Markup(region=Region(mask=mask.sha256))
            (job,) = await here.submit(references=(source,), markup=markup, aspect=MATCH)
            await here.gone(job)
            shown = (await here.pictures())[0]
            assert shown.derivation is not None, shown.warnings
            (copy,) = library.originals.kept_inputs(parent.sha256)
            copy.unlink()
            assert (await server.check(here.core)).whole
            new = await (await here.core.making()).composer.recompose(shown, seam=0.1, match=True)
            assert new.derivation is not None


async def test_a_damaged_or_missing_answer_is_found_and_its_picture_stays(
    tmp_path: Path, pictures: dict[str, bytes], service: FakeService
) -> None:
    async with composed(tmp_path, service, pictures) as (here, shown, answer):
        library = here.core.library
        path, memory = library.path(answer), tmp_path / "round"
        data = path.read_bytes()
        for change, kind in ((b"no picture", "changed"), (None, "missing")):
            path.unlink()
            if change is not None:
                path.write_bytes(change)
            chosen = await scrub.choose(library.store, memory)
            assert {one.id for one in chosen} == {shown.id, answer.id}
            result = await asyncio.to_thread(
                scrub.scrub, library.originals, chosen, memory, rest=lambda _seconds: None
            )
            report = await server.check(here.core)
            assert getattr(result, kind) == getattr(report, kind) == (answer.id,)
            memory.unlink()
        facts = (await carry_out(here.core, ChangeLibrary(action="fix"))).facts
        assert facts["fixed"]["lost"] == 1
        assert [one.id for one in await here.pictures()] == [shown.id]
        path.write_bytes(data)
        await carry_out(here.core, ChangeLibrary(action="fix"))
        (back,) = await found(library, "is:answer")
        assert not back.missing


async def test_the_systems_trash_gets_the_answer_with_its_picture(
    tmp_path: Path, pictures: dict[str, bytes], service: FakeService
) -> None:
    async with composed(tmp_path, service, pictures) as (here, shown, answer):
        library = here.core.library
        gone: list[Path] = []

        def discard(paths: Sequence[Path]) -> None:
            gone.extend(paths)
            for path in paths:
                path.unlink()

        await library.trash([shown.id])
        await library.store.wait_for_tasks()
        said = await trash.empty(library.store, [shown.id], discard)
        assert said == "1 picture moved to the system's trash"
        assert {path.name for path in gone} == {Path(shown.path).name, Path(answer.path).name}
        assert (await server.check(here.core)).whole
