"""Complete answers in the queue: every picture, drafts, and deviations from the request."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio.domain.entities import JobState
from tests.fake_service import Reply, answer_with, tiny_png
from tests.generation.harness import ANSWER, inline, jpeg, parts, replies, studio


async def test_a_line_that_breaks_after_the_last_byte_lost_nothing(tmp_path: Path) -> None:
    body = json.dumps(ANSWER).encode()
    with replies() as service:
        service.script(Reply(body=body, framing=len(body) + 100))
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit()
            await one.until(lambda: one.removed(job) or one.last[job.id].failure)
            assert one.last[job.id].failure is None
            assert len(await one.pictures()) == 1


async def test_every_picture_of_an_answer_is_kept_and_drafts_are_marked(tmp_path: Path) -> None:
    answer = parts(
        {"text": "First a plan.", "thought": True},
        inline(tiny_png(9, 9), thought=True),
        {"text": "Here they are."},
        inline(tiny_png(10, 10)),
        inline(tiny_png(11, 11), thoughtSignature="c2ln"),
    )
    answer["usageMetadata"] = ANSWER["usageMetadata"]
    with replies() as service:
        service.script(Reply(body=answer))
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit(seed=9, model="gemini-3.1-flash-lite-image")
            await one.gone(job)
            found = sorted(await one.pictures(), key=lambda picture: picture.width)
            assert [(p.width, p.draft) for p in found] == [(9, True), (10, False), (11, False)]
            assert {p.job for p in found} == {job.id}
            assert {p.seed for p in found} == {9}
            assert [p.cost_usd for p in found] == [0.0, 0.0, pytest.approx(0.0336, abs=1e-3)]
            assert "Here they are." in found[0].words


async def test_where_only_a_draft_can_be_read_it_is_the_result(tmp_path: Path) -> None:
    answer = parts(inline(tiny_png(9, 9), thought=True), inline(b"no picture at all"))
    with replies() as service:
        service.script(Reply(body=answer))
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit()
            await one.reaches(job, JobState.FAILED)
            await one.core.queue.idle()
            (picture,) = await one.pictures()
            assert (picture.width, picture.draft) == (9, False)
            assert "One picture in the answer cannot be read" in picture.warnings
            # The result itself was paid for, and may be read one day.
            assert one.failure(job).kept
            assert one.failure(job).title == "1 picture in the answer cannot be read"
            assert len(one.journal) == 1


async def test_bytes_decide_the_file_and_what_was_not_asked_is_reported(tmp_path: Path) -> None:
    data = jpeg(64, 64)
    with replies() as service:
        service.script(Reply(body=answer_with(data, "image/png")))
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit(aspect="16:9", size="512x512")
            await one.gone(job)
            (picture,) = await one.pictures()
            assert picture.media_type == "image/jpeg"
            assert picture.path.endswith(".jpg")
            assert one.core.library.path(picture).read_bytes() == data
            assert picture.warnings == ("Requested 16:9, received 1:1",)


async def test_a_reference_is_sent_as_it_lies(tmp_path: Path) -> None:
    from studio.domain.entities import Role

    with replies() as service:
        async with studio(tmp_path, service) as one:
            kept = await one.core.library.keep_input(jpeg(), role=Role.STYLE, name="swatch")
            (job,) = await one.submit(references=(kept,), aspect="match")
            await one.gone(job)
            sent = service.requests[0].json
            (inlined,) = [p for p in sent["contents"][0]["parts"] if "inlineData" in p]
            assert inlined["inlineData"]["mimeType"] == "image/jpeg"
            assert "aspectRatio" not in sent["generationConfig"].get("imageConfig", {})
            (picture,) = await one.pictures()
            assert [(p.sha256, p.role) for p in picture.parents] == [(kept.sha256, Role.STYLE)]
