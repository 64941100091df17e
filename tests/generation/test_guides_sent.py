"""What is drawn on a picture: sent in order, durable before, recorded, and replayed."""

from __future__ import annotations

import base64
import hashlib
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from studio.common.errors import InputError, StorageError
from studio.domain import runs, sentences
from studio.domain.drafts import MATCH, Draft
from studio.domain.entities import AspectRatio, JobState, Picture, Reference, Role
from studio.domain.markup import (
    Frame,
    Mark,
    MarkKind,
    Markup,
    Point,
    Region,
    Stroke,
    StrokeKind,
)
from studio.domain.sentences import GUIDES, GuideWords
from tests.fake_service import FakeService, Reply, Request, answer_with, tiny_png
from tests.generation.harness import ANSWER, MODEL, Studio, error, replies, studio

SIZE = (640, 400)
GREEN = (30, 120, 60)
PIN = Mark(kind=MarkKind.PIN, points=(Point(0.25, 0.75),), sentence="Make this\n boat red")
SILENT = Mark(kind=MarkKind.PIN, points=(Point(0.5, 0.5),))
BOX = Mark(kind=MarkKind.BOX, points=(Point(0.6, 0.2), Point(0.9, 0.5)), sentence="No buoy")
MARKED = Markup(marks=(PIN, SILENT, BOX))
LARGE = Region(strokes=(Stroke(kind=StrokeKind.BOX, points=(Point(0.1, 0.1), Point(0.9, 0.9))),))
SMALL = Region(
    strokes=(Stroke(kind=StrokeKind.BOX, points=(Point(0.70, 0.70), Point(0.74, 0.75))),)
)
WIDE = Frame(left=-0.5, top=0, right=1.5, bottom=1, aspect="16:9")
LINES = "1: Make this boat red\n3: No buoy"


def flat(size: tuple[int, int] = SIZE) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, GREEN).save(file, "PNG")
    return file.getvalue()


async def source(here: Studio, data: bytes | None = None) -> Reference:
    return await here.core.library.keep_input(data or flat(), role=Role.EDIT, name="harbour")


async def style(here: Studio) -> Reference:
    return await here.core.library.keep_input(tiny_png(), role=Role.STYLE, name="kelp")


async def sent(
    here: Studio, references: tuple[Reference, ...], markup: Markup, **more: Any
) -> Picture:
    choices: dict[str, Any] = {"prompt": "Keep the rest.", "aspect": MATCH, **more}
    (job,) = await here.submit(references=references, markup=markup, **choices)
    await here.gone(job)
    return (await here.pictures())[0]


def parts(request: Request) -> tuple[list[bytes], list[str]]:
    """Pictures and texts of the newest turn; all pictures come first."""
    found = request.json["contents"][-1]["parts"]
    pictures = [base64.b64decode(one["inlineData"]["data"]) for one in found if "inlineData" in one]
    texts = [one["text"] for one in found if "text" in one]
    assert ["inlineData" in one for one in found] == [True] * len(pictures) + [False] * len(texts)
    return pictures, texts


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


def near(pixel: Any, colour: tuple[int, int, int]) -> bool:
    return all(abs(one - other) < 24 for one, other in zip(pixel, colour, strict=True))


RED, GREY, FLAT = (0xDD, 0x33, 0x28), (0x80, 0x80, 0x80), (0xFF, 0x44, 0x38)


async def test_the_marked_copy_is_first_and_the_clean_picture_last(tmp_path: Path) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as here:
            clean = flat()
            made = await sent(here, (await source(here), await style(here)), MARKED)
    pictures, (text,) = parts(service.requests[0])
    assert pictures[1:] == [tiny_png(), clean]
    marked = opened(pictures[0])
    assert marked.size == SIZE
    # The disc of the pin, the edge of the box, nothing for the mark without words.
    assert near(marked.getpixel((153, 300)), RED)
    assert near(marked.getpixel((480, 80)), RED)
    assert near(marked.getpixel((320, 200)), GREEN)
    assert text == (
        f"Picture [1]: {GUIDES[GuideWords.MARKS]}\n"
        f"Picture [2]: {sentences.DEFAULTS[Role.STYLE]}\n\n{LINES}\n\nKeep the rest."
    )
    assert made.markup == MARKED
    assert [one.role for one in made.parents] == [Role.EDIT, Role.STYLE, Role.MASK]


async def test_without_the_clean_picture_the_marked_copy_goes_alone(tmp_path: Path) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as here:
            await sent(here, (await source(here),), replace(MARKED, send_clean=False))
    (marked,), (text,) = parts(service.requests[0])
    assert near(opened(marked).getpixel((153, 300)), RED)
    assert text == f"Picture [1]: {GUIDES[GuideWords.MARKS_ALONE]}\n\n{LINES}\n\nKeep the rest."


async def test_marks_without_words_change_nothing_of_the_request(tmp_path: Path) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as here:
            made = await sent(here, (await source(here),), Markup(marks=(SILENT,)))
    assert parts(service.requests[0]) == ([flat()], ["Keep the rest."])
    assert made.markup == Markup(marks=(SILENT,))


@pytest.mark.parametrize(
    "region", [LARGE, replace(SMALL, inverted=True)], ids=["large", "inverted"]
)
async def test_a_large_region_goes_as_a_copy_in_flat_colour(tmp_path: Path, region: Region) -> None:
    whole = flat((640, 480))
    with replies() as service:
        async with studio(tmp_path, service) as here:
            edited = await source(here, whole)
            await sent(here, (edited, await style(here)), Markup(region=region))
    pictures, (text,) = parts(service.requests[0])
    assert pictures[1:] == [tiny_png(), whole]
    assert near(opened(pictures[0]).getpixel((320, 200)), FLAT)
    assert text.startswith(f"Picture [1]: {GUIDES[GuideWords.REGION]}\nPicture [2]: ")
    assert "aspectRatio" not in str(service.requests[0].json["generationConfig"])


async def test_a_small_region_goes_as_a_crop_in_a_ratio_of_the_model(tmp_path: Path) -> None:
    big = flat((1600, 1000))
    with replies() as service:
        async with studio(tmp_path, service) as here:
            references = (await source(here, big), await style(here))
            await sent(here, references, Markup(region=SMALL, marks=()))
    pictures, (text,) = parts(service.requests[0])
    whole, beside, marked, clean = pictures
    assert beside == tiny_png()
    assert opened(whole).size == (1600, 1000)
    asked = AspectRatio.parse(
        service.requests[0].json["generationConfig"]["imageConfig"]["aspectRatio"]
    )
    assert opened(marked).size == opened(clean).size
    assert asked.near(*opened(clean).size)
    assert max(opened(clean).size) <= 800
    width, height = opened(marked).size
    assert near(opened(marked).getpixel((width // 2, height // 2)), FLAT)
    assert near(opened(marked).getpixel((4, 4)), GREEN)
    assert near(opened(clean).getpixel((width // 2, height // 2)), GREEN)
    assert text == (
        f"Picture [1]: {GUIDES[GuideWords.CROP]}\n"
        f"Picture [2]: {sentences.DEFAULTS[Role.STYLE]}\n"
        f"Picture [3]: {GUIDES[GuideWords.REGION]}\n\nKeep the rest."
    )


async def test_a_frame_goes_as_a_padded_picture_last_one_request_each(tmp_path: Path) -> None:
    free = Frame(left=0, top=-1, right=1, bottom=2)
    with replies() as service:
        async with studio(tmp_path, service) as here:
            references = (await source(here), await style(here))
            jobs = await here.submit(
                "Wider.", references=references, markup=Markup(frames=(WIDE, free)), aspect=MATCH
            )
            for job in jobs:
                await here.gone(job)
            made = await here.pictures()
    assert {one.markup for one in made} == {Markup(frames=(WIDE,)), Markup(frames=(free,))}
    by_ratio = {
        one.json["generationConfig"]["imageConfig"]["aspectRatio"]: parts(one)
        for one in service.requests
    }
    assert [*sorted(by_ratio)] == ["16:9", "9:16"]
    for ratio, (pictures, (text,)) in by_ratio.items():
        beside, padded = pictures
        assert beside == tiny_png()
        picture = opened(padded)
        assert AspectRatio.parse(ratio).near(*picture.size)
        middle = picture.width // 2, picture.height // 2
        assert near(picture.getpixel(middle), GREEN)
        assert near(picture.getpixel((2, 2)), GREY)
        assert text.endswith(f"Picture [2]: {GUIDES[GuideWords.FRAME]}\n\nWider.")


async def test_a_large_region_of_a_shape_that_the_model_lacks_goes_as_a_crop(
    tmp_path: Path,
) -> None:
    """The whole picture would come back in another shape, and could not be put into it."""
    with replies() as service:
        async with studio(tmp_path, service) as here:
            await sent(here, (await source(here),), Markup(region=LARGE))
            await sent(here, (await source(here),), Markup(region=replace(LARGE, inverted=True)))
    (whole, marked, clean), _texts = parts(service.requests[0])
    assert opened(whole).size == SIZE
    ratio = service.requests[0].json["generationConfig"]["imageConfig"]["aspectRatio"]
    for data in (marked, clean):
        width, height = opened(data).size
        assert AspectRatio.parse(ratio).near(width, height)
        # All of the region.
        assert width >= 0.8 * SIZE[0]
        assert height >= 0.8 * SIZE[1]
    # What is not known from the strokes alone is sent whole, as the service may follow its shape.
    pictures, _texts = parts(service.requests[1])
    assert len(pictures) == 2


async def test_a_frame_that_the_model_cannot_fill_is_refused_before_anything_is_sent(
    tmp_path: Path,
) -> None:
    far = Frame(left=-9, top=0, right=10, bottom=1)
    with replies() as service:
        async with studio(tmp_path, service) as here:
            references = (await source(here),)
            with pytest.raises(InputError, match="cannot draw"):
                await here.submit(
                    "Wider.", references=references, markup=Markup(frames=(WIDE, far)), aspect=MATCH
                )
            assert here.core.queue.jobs == {}
    assert service.requests == []


async def test_a_frame_of_the_pictures_own_shape_is_sent_without_a_ratio(tmp_path: Path) -> None:
    own = Frame(left=-0.25, top=-0.25, right=1.25, bottom=1.25)
    with replies() as service:
        async with studio(tmp_path, service) as here:
            await sent(here, (await source(here),), Markup(frames=(own,)))
    (request,) = service.requests
    assert "aspectRatio" not in str(request.json["generationConfig"])
    ((padded,), _texts) = parts(request)
    width, height = opened(padded).size
    first = opened(flat()).size
    assert width / height == pytest.approx(first[0] / first[1], abs=0.01)
    assert near(opened(padded).getpixel((2, 2)), GREY)


async def test_the_pictures_are_durable_before_a_request_and_sent_again_unchanged(
    tmp_path: Path,
) -> None:
    answers = iter([error(400), Reply(body=ANSWER)])
    there: list[bool] = []

    def reply(request: Request) -> Reply:
        digest = hashlib.sha256(parts(request)[0][0]).hexdigest()
        there.append(any(inputs.glob(f"{digest}.*")))
        return next(answers)

    with FakeService(fallback=reply) as service:
        async with studio(tmp_path, service) as here:
            inputs = here.core.library.folder / ".gridbrush" / "inputs"
            references = (await source(here),)
            (job,) = await here.submit("p", references=references, markup=MARKED, aspect=MATCH)
            failed = await here.reaches(job, JobState.FAILED)
            again = runs.draft_of(failed.request)
            assert (again.references, again.markup) == (references, MARKED)
            here.core.queue.retry(failed)
            await here.core.queue.idle()
    assert there == [True, True]
    first, second = service.requests
    assert parts(first) == parts(second)


async def test_copies_and_variants_share_one_marked_copy(tmp_path: Path) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as here:
            jobs = await here.submit(
                "{a|b}", references=(await source(here),), markup=MARKED, count=2, aspect=MATCH
            )
            for job in jobs:
                await here.gone(job)
            kept = [*(here.core.library.folder / ".gridbrush" / "inputs").iterdir()]
    assert len({parts(one)[0][0] for one in service.requests}) == 1
    assert len(kept) == 2


@pytest.mark.parametrize("own", ["See the numbers.", ""])
async def test_the_users_own_words_go_with_the_marks(tmp_path: Path, own: str) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as here:
            here.core.settings.change(role_sentences={"marks": own})
            references = (await source(here),)
            draft = Draft(
                prompt="p", profile="dgrid", model=MODEL, references=references, markup=MARKED
            )
            model = here.core.catalogue.find("dgrid", MODEL)
            words = here.core.settings.value.guide_sentences
            await here.core.submit(runs.plan(draft, model, ("p",), guide_words=words))
            await here.core.submit(runs.plan(draft, model, ("p",)))
            await here.core.queue.idle()
    first, second = sorted((parts(one)[1][0] for one in service.requests), key=len)
    assert first == (f"Picture [1]: {own}\n\n{LINES}\n\np" if own else f"{LINES}\n\np")
    assert second.startswith(f"Picture [1]: {GUIDES[GuideWords.MARKS]}")


async def test_a_conversation_replays_the_turn_with_its_marks(tmp_path: Path) -> None:
    png = tiny_png(16, 16)
    with FakeService(fallback=lambda _request: Reply(body=answer_with(png))) as service:
        async with studio(tmp_path, service) as here:
            first = await sent(here, (await source(here), await style(here)), MARKED, model=MODEL)
            kept = await here.core.library.keep_input(
                png, role=Role.EDIT, name="lamp", picture=first.id
            )
            await sent(here, (replace(kept, talk=first.talk),), Markup(), prompt="darker")
    asked = service.requests[1].json["contents"]
    assert asked[0]["parts"] == service.requests[0].json["contents"][0]["parts"]
    assert parts(service.requests[1]) == ([], ["darker"])


async def test_a_picture_that_is_gone_is_an_error_before_anything_is_queued(
    tmp_path: Path,
) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as here:
            lost = Reference(sha256="0" * 64, media_type="image/png", role=Role.EDIT)
            with pytest.raises(StorageError, match="missing"):
                await here.submit("p", references=(lost,), markup=MARKED)
            assert not here.core.queue.jobs
    assert not service.requests
