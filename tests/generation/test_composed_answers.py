"""Answers to a region or a frame: put into their parent, proved, recorded, and recovered."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from studio.common import files
from studio.common.errors import InputError, PictureUnreadable
from studio.domain.derivation import SEAM, Operation
from studio.domain.drafts import MATCH
from studio.domain.entities import Picture, Role
from studio.domain.markup import Frame, Markup, Point, Region, Stroke, StrokeKind
from studio.imaging.comparer import Comparer
from studio.imaging.composition import Proof
from studio.library.facade import Library
from studio.library.operations import backup, trash
from studio.library.operations.verify import check
from studio.library.query import Query, View
from tests.fake_service import FakeService, Reply, answer_with
from tests.generation.harness import Studio, studio
from tests.imaging.png_pixels import read_png
from tests.imaging.scenes import WaveScene
from tests.library.backups import read_back

SIZE = (160, 120)
SCENE, OTHER = WaveScene(31), WaveScene(32)
REGION = Markup(
    region=Region(strokes=(Stroke(kind=StrokeKind.BOX, points=(Point(0.1, 0.2), Point(0.7, 0.8))),))
)
FRAME = Markup(frames=(Frame(left=-0.25, top=0.0, right=1.25, bottom=1.0, seam=0.02),))
OUTSIDE = 160 * 120 - 96 * 72


def png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="module")
def pictures() -> dict[str, bytes]:
    def changed(x: float, y: float) -> bool:
        return 20 < x < 108 and 28 < y < 92

    return {
        "parent": png(SCENE.picture(SIZE)),
        "answer": png(SCENE.picture((320, 240), scale=2.0, x=2.0, other=OTHER, where=changed)),
        "other": png(OTHER.picture(SIZE)),
        "wide": png(SCENE.picture((480, 240), scale=2.0, x=80.0)),
    }


def service_of(*answers: bytes) -> FakeService:
    found = FakeService(fallback=lambda _request: Reply(body=answer_with(answers[0])))
    found.script(*(Reply(body=answer_with(one)) for one in answers))
    return found


async def ask(here: Studio, parent: bytes, markup: Markup, **more: Any) -> list[Picture]:
    """Send a request with a markup; what the library shows then, newest first."""
    source = await here.core.library.keep_input(parent, role=Role.EDIT, name="harbour")
    (job,) = await here.submit(
        prompt="Another sky", references=(source,), markup=markup, aspect=MATCH, **more
    )
    await here.gone(job)
    return await here.pictures()


async def found(library: Library, words: str, view: View = View.ALL) -> list[Picture]:
    return await library.pictures(await library.rows(Query(words=words, view=view)))


def equal_outside(parent: bytes, saved: bytes, box: tuple[int, int, int, int]) -> bool:
    one, other = read_png(parent), read_png(saved)
    left, top, right, bottom = box
    return all(
        one.rgba(x, y) == other.rgba(x, y)
        for y in range(one.height)
        for x in range(one.width)
        if not (left <= x < right and top <= y < bottom)
    )


async def test_an_answer_to_a_region_becomes_a_proved_picture_with_the_answer_behind_it(
    tmp_path: Path, pictures: dict[str, bytes]
) -> None:
    with service_of(pictures["answer"]) as service:
        async with studio(tmp_path, service) as here:
            library = here.core.library
            (shown,) = await ask(here, pictures["parent"], REGION)
            made = shown.derivation
            assert made is not None
            assert (made.operation, made.outside, made.seam) == (
                Operation.ONLY_HERE,
                OUTSIDE,
                SEAM,
            )
            assert await _markup_of(library, shown) == REGION
            assert made.shift_x == pytest.approx(1.0, abs=0.2)
            saved = library.path(shown).read_bytes()
            assert equal_outside(pictures["parent"], saved, (16, 24, 112, 96))
            assert saved != pictures["parent"]

            (answer,) = await found(library, "is:answer")
            assert [(p.role, p.picture) for p in shown.parents] == [
                (Role.EDIT, None),
                (Role.ANSWER, answer.id),
            ]
            assert library.path(answer).read_bytes() == pictures["answer"]
            assert await found(library, "-is:answer") == [shown]
            counts, outlay = await library.counts(0.0), await library.spend()
            assert (counts.all, counts.session) == (1, 1)
            assert shown.cost_usd == 0.0
            assert answer.cost_usd is not None
            assert outlay.month == pytest.approx(answer.cost_usd)
            assert shown.run is not None
            run = await library.choosing.run_outlay(shown.run)
            assert run.made == 1
            assert run.usd == pytest.approx(answer.cost_usd)
            assert (await check(library.store)).whole


async def _markup_of(library: Library, picture: Picture) -> Markup:
    assert picture.derivation is not None
    return library.originals.markup(picture.derivation.markup)


async def test_an_answer_to_a_frame_has_the_picture_in_its_middle(
    tmp_path: Path, pictures: dict[str, bytes]
) -> None:
    with service_of(pictures["wide"]) as service:
        async with studio(tmp_path, service) as here:
            (shown,) = await ask(here, pictures["parent"], FRAME)
            assert shown.derivation is not None
            assert shown.derivation.operation is Operation.REFRAME
            assert (shown.width, shown.height) == (240, 120)
            saved = read_png(here.core.library.path(shown).read_bytes())
            parent = read_png(pictures["parent"])
            assert all(
                saved.rgba(x + 40, y) == parent.rgba(x, y) for y in range(120) for x in range(160)
            )
            assert shown.derivation.outside == 160 * 120


async def test_colours_of_the_new_part_are_left_alone_where_the_user_says_so(
    tmp_path: Path, pictures: dict[str, bytes]
) -> None:
    unmatched = Markup(frames=(replace(FRAME.frames[0], match=False),))
    with service_of(pictures["wide"]) as service:
        async with studio(tmp_path, service) as here:
            (shown,) = await ask(here, pictures["parent"], unmatched)
            assert shown.derivation is not None
            assert not shown.derivation.match


async def test_an_answer_that_does_not_line_up_is_a_picture_of_its_own(
    tmp_path: Path, pictures: dict[str, bytes]
) -> None:
    with service_of(pictures["other"]) as service:
        async with studio(tmp_path, service) as here:
            (shown,) = await ask(here, pictures["parent"], REGION)
            assert shown.derivation is None
            assert not shown.answer
            assert shown.warnings[-1] == (
                "The answer does not line up. It is kept as its own picture."
            )
            assert here.core.library.path(shown).read_bytes() == pictures["other"]
            assert await found(here.core.library, "is:answer") == []


def of_print() -> bytes:
    file = io.BytesIO()
    SCENE.picture(SIZE).convert("CMYK").save(file, "JPEG")
    return file.getvalue()


def of_sixteen_bits() -> bytes:
    file = io.BytesIO()
    Image.new("I;16", SIZE, 40_000).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize("markup", [REGION, FRAME])
@pytest.mark.parametrize(
    ("parent", "sentence"),
    [(of_print, "harbour is in CMYK"), (of_sixteen_bits, "This picture has 16 bits")],
)
async def test_what_could_not_be_composed_is_refused_before_it_is_sent(
    tmp_path: Path, markup: Markup, parent: Callable[[], bytes], sentence: str
) -> None:
    with service_of() as service:
        async with studio(tmp_path, service) as here:
            with pytest.raises(PictureUnreadable, match=sentence):
                await ask(here, parent(), markup)
            assert here.journal == []
        assert service.requests == []


async def test_a_picture_of_print_is_called_by_its_name(
    tmp_path: Path, pictures: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request of an earlier version, which did not look."""

    async def draw(*_given: object, **_more: object) -> bytes:
        return pictures["parent"]

    monkeypatch.setattr(Comparer, "draw", draw)
    with service_of(pictures["answer"]) as service:
        async with studio(tmp_path, service) as here:
            (shown,) = await ask(here, of_print(), REGION)
    assert shown.warnings[-1] == (
        "harbour is in CMYK, the colours of print. Only RGB can be changed here. "
        "It is kept as its own picture."
    )


async def test_a_changed_pixel_outside_is_never_called_proof(
    tmp_path: Path,
    pictures: dict[str, bytes],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def prove(*_given: object, **_more: object) -> Proof:
        return Proof(outside=OUTSIDE, changed=12)

    monkeypatch.setattr(Comparer, "prove", prove)
    with service_of(pictures["answer"]) as service:
        async with studio(tmp_path, service) as here:
            (shown,) = await ask(here, pictures["parent"], REGION)
            assert shown.derivation is None
            assert shown.warnings[-1] == "12 pixels outside changed. It is kept as its own picture."
            assert f"12 of {OUTSIDE} pixels outside changed" in caplog.text
            assert [one.name for one in here.core.library.folder.glob("2*/*")] == [
                Path(shown.path).name
            ]


async def test_another_seam_takes_the_place_of_the_picture_and_can_be_undone(
    tmp_path: Path, pictures: dict[str, bytes]
) -> None:
    with service_of(pictures["answer"]) as service:
        async with studio(tmp_path, service) as here:
            library = here.core.library
            (shown,) = await ask(here, pictures["parent"], REGION)
            best = await library.collections.make("Best")
            await library.collections.add([shown.id], best.id)
            await library.rate([shown.id], 4)
            (shown,) = await here.pictures()
            composer = (await here.core.making()).composer
            new = await composer.recompose(shown, seam=0.1, match=False)
            assert new.derivation == replace(shown.derivation, seam=0.1, match=False)  # type: ignore[type-var]
            (only,) = await here.pictures()
            assert (only.id, only.rating, only.collections) == (new.id, 4, (best.id,))
            assert equal_outside(
                pictures["parent"], library.path(only).read_bytes(), (16, 24, 112, 96)
            )
            assert only.sha256 != shown.sha256
            (answer,) = await found(library, "is:answer")

            assert await library.undo() == "Picture replaced"
            assert [one.id for one in await here.pictures()] == [shown.id]
            assert await library.redo() == "Picture replaced"
            assert [one.id for one in await here.pictures()] == [new.id]
            assert [one.id for one in await found(library, "is:answer")] == [answer.id]
            assert (await check(library.store)).whole


async def test_a_seam_wider_than_a_small_picture_is_as_wide_as_the_picture(
    tmp_path: Path, pictures: dict[str, bytes]
) -> None:
    with service_of(pictures["answer"]) as service:
        async with studio(tmp_path, service) as here:
            (shown,) = await ask(here, pictures["parent"], REGION)
            composer = (await here.core.making()).composer
            new = await composer.recompose(shown, seam=1.5, match=True)
            assert new.derivation is not None
            assert new.derivation.seam == 1.0, "its record can be read again"
            assert (await check(here.core.library.store)).whole


async def test_an_answer_goes_to_the_trash_and_is_deleted_with_the_last_of_its_pictures(
    tmp_path: Path, pictures: dict[str, bytes]
) -> None:
    with service_of(pictures["answer"]) as service:
        async with studio(tmp_path, service) as here:
            library = here.core.library
            (shown,) = await ask(here, pictures["parent"], REGION)
            new = await (await here.core.making()).composer.recompose(shown, seam=0.1, match=True)
            assert await trash.empty(library.store, [shown.id]) == "1 picture deleted permanently"
            (answer,) = await found(library, "is:answer")
            assert library.path(answer).read_bytes() == pictures["answer"]

            assert await library.trash([new.id]) == "1 picture moved to the trash"
            await library.store.wait_for_tasks()
            assert await found(library, "is:answer") == []
            (hidden,) = await found(library, "is:answer", View.TRASH)
            assert library.originals.trash in library.path(hidden).parents
            assert [one.id for one in await found(library, "", View.TRASH)] == [new.id]
            await library.restore([new.id])
            await library.store.wait_for_tasks()
            (answer,) = await found(library, "is:answer")
            assert library.originals.trash not in library.path(answer).parents

            spent = (await library.spend()).month
            await library.trash([new.id])
            await library.store.wait_for_tasks()
            contents = await trash.contents(library.store)
            assert contents.bytes == new.bytes + answer.bytes
            await trash.empty(library.store, contents.ids)
            assert await found(library, "is:answer", View.TRASH) == []
            left = [one.name for one in library.folder.rglob("*.png") if one.is_file()]
            assert sorted(left) == sorted(
                one.name for one in library.originals.inputs.glob("*.png")
            )
            assert (await library.spend()).month == pytest.approx(spent)
            assert (await check(library.store)).whole
            before = await library.counts(0.0)
            await library.rebuild()
            assert await library.counts(0.0) == before


async def test_an_answer_can_be_a_picture_of_its_own_and_be_hidden_again(
    tmp_path: Path, pictures: dict[str, bytes]
) -> None:
    with service_of(pictures["answer"]) as service:
        async with studio(tmp_path, service) as here:
            library = here.core.library
            (shown,) = await ask(here, pictures["parent"], REGION)
            composer = (await here.core.making()).composer
            assert await composer.use_whole(shown) == "The model's answer is a picture of its own"
            whole, composed = sorted(await here.pictures(), key=lambda one: one.row)
            assert (whole.answer, composed.id) == (False, shown.id)
            assert (await library.counts(0.0)).all == 2
            with pytest.raises(InputError):
                await composer.use_whole(composed)
            await library.trash([composed.id])
            assert [one.id for one in await here.pictures()] == [whole.id]
            await library.undo()
            assert await library.undo() == "1 answer hidden again"
            assert [one.id for one in await here.pictures()] == [shown.id]
            assert (await library.choosing.family(shown.id)).nodes.keys() == {shown.id}


async def test_a_crop_is_free_and_undone_into_the_trash(
    tmp_path: Path, pictures: dict[str, bytes]
) -> None:
    with service_of(pictures["other"]) as service:
        async with studio(tmp_path, service) as here:
            library = here.core.library
            (job,) = await here.submit()
            await here.gone(job)
            (parent,) = await here.pictures()
            spent = (await library.spend()).month
            composer = (await here.core.making()).composer
            made = await composer.crop(parent, Frame(left=0.25, top=0.25, right=0.75, bottom=0.5))
            assert (made.width, made.height, made.cost_usd) == (80, 30, 0.0)
            assert made.derivation is not None
            assert (made.derivation.operation, made.derivation.outside) == (Operation.CROP, 2400)
            family = await library.family(parent.id)
            assert [child.id for child in family.children] == [made.id]
            assert (await library.spend()).month == spent
            assert await library.undo() == "1 picture moved to the trash"
            assert [one.id for one in await here.pictures()] == [parent.id]
            with pytest.raises(InputError):
                await composer.crop(parent, Frame(left=0.25, top=0.25, right=1.5, bottom=0.5))


async def test_everything_survives_rebuild_backup_and_loss_of_the_records(
    tmp_path: Path, pictures: dict[str, bytes]
) -> None:
    with service_of(pictures["answer"]) as service:
        async with studio(tmp_path / "a", service) as here:
            library = here.core.library
            (shown,) = await ask(here, pictures["parent"], REGION)
            await (await here.core.making()).composer.recompose(shown, seam=0.1, match=True)
            expected = await _state(library)
            await library.rebuild()
            assert await _state(library) == expected
            folder = library.folder
        backup.write(folder, tmp_path / "copy.zip", {})
        read_back(tmp_path / "copy.zip", tmp_path / "b/library", {})
        async with studio(tmp_path / "b", service) as here:
            assert await _state(here.core.library) == expected
            assert (await check(here.core.library.store)).whole
        (month,) = (folder / ".gridbrush/records").glob("*.jsonl")
        month.write_bytes(b"")
        async with studio(tmp_path / "a", service) as here:
            assert await _state(here.core.library) == expected


async def _state(library: Library) -> list[object]:
    shown, answers = await found(library, ""), await found(library, "is:answer")
    binned = await found(library, "", View.TRASH)
    return [
        [(one.id, one.derivation, one.parents, one.answer) for one in (*shown, *answers, *binned)],
        (await library.counts(0.0)).all,
        (await library.spend()).month,
    ]


async def test_inputs_of_a_region_that_are_gone_are_found_by_verify(
    tmp_path: Path, pictures: dict[str, bytes]
) -> None:
    with service_of(pictures["answer"]) as service:
        async with studio(tmp_path, service) as here:
            library = here.core.library
            (shown,) = await ask(here, pictures["parent"], REGION)
            assert shown.derivation is not None
            (path,) = library.originals.kept_inputs(shown.derivation.markup)
            path.unlink()
            report = await check(library.store)
            assert report.damaged_inputs == (shown.derivation.markup,)
            assert not report.whole


Snapshots = list[Path]


def snapshots(home: Path, folder: Path, wanted: Callable[[str, Path], bool]) -> Callable[[], None]:
    """Copy the whole home before each durable step that is wanted: what a kill would leave."""

    def step(kind: str, path: Path) -> None:
        if wanted(kind, path):
            number = len(list(folder.iterdir())) if folder.is_dir() else 0
            shutil.copytree(home, folder / f"{number:03}", symlinks=True)

    return files.watch(step)


async def test_a_kill_at_every_step_of_composing_leaves_both_pictures_or_an_answer_to_read(
    tmp_path: Path, pictures: dict[str, bytes]
) -> None:
    home, killed = tmp_path / "home", tmp_path / "killed"
    begun: list[Path] = []

    def ingesting(_kind: str, path: Path) -> bool:
        if path.name == "composed.part":
            begun.append(path)
        return bool(begun)

    with service_of(pictures["answer"]) as service:
        async with studio(home, service) as here:
            end = snapshots(home, killed, ingesting)
            try:
                (shown,) = await ask(here, pictures["parent"], REGION)
            finally:
                end()
            expected = [shown.sha256, shown.id, shown.derivation]
        every = sorted(killed.iterdir())
        assert len(every) > 8
        for place in every:
            async with studio(place, service) as here:
                library = here.core.library
                await here.core.recover()
                (one,) = await here.pictures()
                assert [one.sha256, one.id, one.derivation] == expected, place.name
                assert len(await found(library, "is:answer")) == 1, place.name
                report = await check(library.store)
                assert report.whole, place.name
                assert report.orphans == (), place.name


async def test_a_kill_at_every_step_of_a_new_seam_leaves_the_old_picture_or_the_new_one(
    tmp_path: Path, pictures: dict[str, bytes]
) -> None:
    home, killed = tmp_path / "home", tmp_path / "killed"
    with service_of(pictures["answer"]) as service:
        async with studio(home, service) as here:
            (shown,) = await ask(here, pictures["parent"], REGION)
            composer = (await here.core.making()).composer
            end = snapshots(home, killed, lambda _kind, _path: True)
            try:
                new = await composer.recompose(shown, seam=0.1, match=True)
                await here.core.library.store.wait_for_tasks()
            finally:
                end()
        outcomes: list[str] = []
        for place in sorted(killed.iterdir()):
            async with studio(place, service) as here:
                library = here.core.library
                (one,) = await here.pictures()
                outcomes.append("new" if one.id == new.id else "old")
                assert one.id in (shown.id, new.id)
                assert len(await found(library, "is:answer")) == 1, place.name
                report = await check(library.store)
                assert report.whole, place.name
                assert report.orphans == (), place.name
                assert not (library.folder / ".gridbrush/composing").exists(), place.name
                assert not (library.folder / ".gridbrush/damaged").exists(), place.name
        assert outcomes == sorted(outcomes, reverse=True)
        assert set(outcomes) == {"old", "new"}
