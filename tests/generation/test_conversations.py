"""An edit continues its conversation, as far as service and library allow."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from studio.domain.entities import (
    GenerationRequest,
    HistoryUse,
    Job,
    Picture,
    Reference,
    Role,
    new_id,
)
from studio.generation.journal import Journal
from studio.library.log.record_log import decode
from studio.library.log.records import Record, encode
from tests.fake_service import FakeService, Reply, tiny_png
from tests.generation.harness import MODEL, Studio, inline, parts, replies, studio

FIRST, SECOND, THIRD = tiny_png(16, 16), tiny_png(24, 16), tiny_png(16, 24)
SIGNATURE = base64.b64encode(b"signature" * 900).decode()
SAID: list[dict[str, Any]] = [
    {"text": "a plan", "thought": True},
    {"text": "Here it is", "thoughtSignature": "c2hvcnQ="},
    inline(FIRST, thoughtSignature=SIGNATURE),
]
OBJECTION = Reply(
    400,
    {"error": {"code": 400, "message": "Image part is missing a thought_signature in content 2"}},
)


def answer(data: bytes, **more: Any) -> Reply:
    return Reply(body=parts(inline(data, **more)))


async def made(here: Studio, prompt: str, reply: Reply, service: FakeService, **draft: Any) -> Any:
    """The picture a prompt brings when the service answers so."""
    service.script(reply)
    (job,) = await here.submit(prompt, **draft)
    await here.gone(job)
    return (await here.pictures())[0]


async def source(here: Studio, picture: Picture, **more: Any) -> Reference:
    """The picture as the source of an edit."""
    kept = await here.core.library.keep_input(
        here.core.library.path(picture), role=Role.EDIT, name="it", picture=picture.id
    )
    return replace(kept, talk=picture.talk, **more)


async def edited(
    here: Studio, service: FakeService, picture: Picture, reply: Reply, **draft: Any
) -> Picture:
    reference = await source(here, picture)
    asked = {"aspect": "match", "references": (reference,), **draft}
    found = await made(here, "now at night", reply, service, **asked)
    assert isinstance(found, Picture)
    return found


def alone(picture: Picture) -> bool:
    """Whether it is said that a conversation could not go on."""
    return any("only the picture was sent" in warning for warning in picture.warnings)


def told(service: FakeService, number: int) -> Any:
    return service.requests[number].json["contents"]


async def test_an_edit_tells_everything_that_was_said_before(tmp_path: Path) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as here:
            first = await made(here, "a lamp", Reply(body=parts(*SAID)), service)
            second = await edited(here, service, first, answer(SECOND, thoughtSignature="two"))
            third = await edited(here, service, second, answer(THIRD))
            assert [p.talk.turns for p in (first, second, third) if p.talk] == [1, 2, 3]
            assert told(service, 1) == [
                {"role": "user", "parts": [{"text": "a lamp"}]},
                {"role": "model", "parts": SAID},
                {"role": "user", "parts": [{"text": "now at night"}]},
            ]
            assert told(service, 2)[:3] == told(service, 1)
            assert told(service, 2)[3]["parts"] == [inline(SECOND, thoughtSignature="two")]
            # One edge, to the picture that was edited.
            assert [p.picture for p in third.parents] == [second.id]
            assert not alone(third)
        async with studio(tmp_path, service) as here:
            found = {p.id: p for p in await here.pictures()}
            fourth = await edited(here, service, found[third.id], answer(FIRST))
            assert told(service, 3)[:5] == told(service, 2)
            assert fourth.talk is not None
            assert fourth.talk.turns == 4


async def test_inputs_of_earlier_turns_are_replayed_as_they_were_sent(tmp_path: Path) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as here:
            outside = await here.core.library.keep_input(SECOND, role=Role.STYLE, name="style")
            first = await made(
                here, "a lamp", Reply(body=parts(*SAID)), service, references=(outside,)
            )
            await edited(here, service, first, answer(SECOND))
            assert told(service, 1)[0] == told(service, 0)[0]
            assert len(told(service, 1)[0]["parts"]) == 2


async def test_the_picture_alone_when_the_user_the_model_or_the_profile_says_so(
    tmp_path: Path,
) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as here:
            first = await made(here, "a lamp", Reply(body=parts(*SAID)), service)
            second = await edited(here, service, first, answer(SECOND), continues=False)
            third = await edited(here, service, first, answer(THIRD), model="gemini-3-pro-image")
            for number in (1, 2):
                (only,) = told(service, number)
                assert [*only["parts"][0]] == ["inlineData"]
            # Each begins a conversation of its own.
            assert [p.conversation.after for p in (second, third) if p.conversation] == [None, None]
            assert not alone(second)
            assert not alone(third)


async def test_when_the_service_objects_the_picture_goes_alone_once_and_says_so(
    tmp_path: Path,
) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as here:
            first = await made(here, "a lamp", Reply(body=parts(*SAID)), service)
            service.script(OBJECTION)
            second = await edited(here, service, first, answer(SECOND))
            assert len(service.requests) == 3
            assert len(told(service, 1)) == 3
            (only,) = told(service, 2)
            assert only["parts"][0]["inlineData"]["data"] == base64.b64encode(FIRST).decode()
            assert alone(second)
            assert second.conversation is not None
            assert (second.conversation.after, second.conversation.turns) == (None, 1)
            # The next one goes on from there.
            await edited(here, service, second, answer(THIRD))
            assert told(service, 3)[:1] == [only]
            assert len(told(service, 3)) == 3


async def test_a_refused_picture_is_no_turn(tmp_path: Path) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as here:
            first = await made(here, "a lamp", Reply(body=parts(*SAID)), service)
            refused = {"candidates": [{"finishReason": "IMAGE_SAFETY"}]}
            service.script(Reply(body=refused))
            reference = await source(here, first)
            (job,) = await here.submit("worse", references=(reference,), aspect="match")
            await here.until(lambda: here.last[job.id].failure is not None)
            await edited(here, service, first, answer(SECOND))
            assert told(service, 2)[0]["parts"] == [{"text": "a lamp"}]
            assert len(told(service, 2)) == 3


@pytest.mark.parametrize("harm", ["turn gone", "turn damaged", "original changed"])
async def test_what_is_lost_or_changed_is_not_told_and_said(tmp_path: Path, harm: str) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as here:
            first = await made(here, "a lamp", Reply(body=parts(*SAID)), service)
            reference = await source(here, first)
            (kept,) = (tmp_path / "library/.gridbrush/turns").iterdir()
            if harm == "turn gone":
                kept.unlink()
            elif harm == "turn damaged":
                kept.write_bytes(kept.read_bytes()[:-20])
            else:
                here.core.library.path(first).write_bytes(SECOND)
            second = await made(
                here, "at night", answer(THIRD), service, references=(reference,), aspect="match"
            )
            assert len(told(service, 1)) == 1
            assert any("conversation is missing" in warning for warning in second.warnings)


async def test_a_trashed_picture_can_be_gone_on_with(tmp_path: Path) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as here:
            first = await made(here, "a lamp", Reply(body=parts(*SAID)), service)
            reference = await source(here, first)
            await here.core.library.trash([first.id])
            await made(
                here, "at night", answer(THIRD), service, references=(reference,), aspect="match"
            )
            assert len(told(service, 1)) == 3


async def test_what_there_is_no_room_for_is_left_out_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.providers.gemini._ROOM_FOR_WORDS", 1000)
    with replies() as service:
        async with studio(tmp_path, service) as here:
            long = [*SAID[:-1], inline(FIRST, thoughtSignature="s" * 40_000)]
            first = await made(here, "a lamp", Reply(body=parts(*long)), service)
            second = await edited(here, service, first, answer(SECOND))
            monkeypatch.setattr("studio.providers.gemini.request.MAX_BODY", 30_000)
            third = await edited(here, service, second, answer(THIRD))
            assert len(told(service, 2)) == 3
            assert told(service, 2)[1]["parts"] == [inline(SECOND)]
            assert len(service.requests[2].body) < 30_000
            assert any("not sent" in warning for warning in third.warnings)
            assert third.talk is not None
            assert third.talk.turns == 3


async def test_a_picture_too_large_to_be_told_again_promises_no_conversation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.providers.gemini.request.MAX_PICTURE", len(FIRST) - 1)
    with replies() as service:
        async with studio(tmp_path, service) as here:
            first = await made(here, "a lamp", answer(FIRST), service)
            assert first.talk is None
            assert not (tmp_path / "library/.gridbrush/turns").exists()


async def test_equal_words_are_kept_once_and_pictures_are_not_kept_twice(tmp_path: Path) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as here:
            for data in (FIRST, SECOND, THIRD):
                await made(here, "a lamp", answer(data), service)
            (kept,) = (tmp_path / "library/.gridbrush/turns").iterdir()
            assert kept.stat().st_size < 100


async def test_a_picture_among_several_can_be_edited_and_only_the_last_one_goes_on(
    tmp_path: Path,
) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as here:
            service.script(Reply(body=parts(inline(FIRST), inline(SECOND))))
            (job,) = await here.submit("two lamps")
            await here.gone(job)
            by_width = {p.width: p for p in await here.pictures()}
            assert by_width[16].talk is None
            await edited(here, service, by_width[24], answer(THIRD))
            assert told(service, 1)[1]["parts"] == [inline(FIRST), inline(SECOND)]


async def test_an_answer_that_went_on_is_recovered_with_its_past(tmp_path: Path) -> None:
    """Whole in the journal, the process gone: the next start knows how it was told."""
    with replies() as service:
        async with studio(tmp_path, service) as here:
            first = await made(here, "a lamp", Reply(body=parts(*SAID)), service)
            reference = await source(here, first)
    jobs = [("objected", HistoryUse(), None, 1), ("went on", HistoryUse(turns=1), first.id, 2)]
    for name, how, after, turns in jobs:
        home = tmp_path / "library"
        journal = Journal(home / ".gridbrush/journal")
        job = _continuing(reference, first.id, name)
        entry = journal.queue(job)
        journal.write_history_use(entry, how)
        journal.sent(entry)
        body = journal.begin_answer(entry, 200, {})
        body.append(json.dumps(parts(inline(THIRD, thoughtSignature=name))).encode())
        journal.whole(entry, body, 1.0)
        async with studio(tmp_path, None) as here:
            await here.core.recover()
            (found,) = [p for p in await here.pictures() if p.job == job.id]
            assert found.conversation is not None
            assert (found.conversation.after, found.conversation.turns) == (after, turns)


def _continuing(reference: Reference, picture: str, prompt: str) -> Job:
    request = GenerationRequest(
        profile="dgrid",
        model=MODEL,
        prompt=prompt,
        references=(reference,),
        continues=picture,
    )
    return Job(id=new_id(), run=new_id(), request=request, created=1.7e9)


async def test_pictures_of_earlier_versions_have_no_conversation_and_load(tmp_path: Path) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as here:
            first = await made(here, "a lamp", answer(FIRST), service)
        (log,) = (tmp_path / "library/.gridbrush/records").glob("*.jsonl")
        line = json.loads(log.read_bytes())
        del line["pictures"][0]["conversation"], line["sum"]
        record = msgspec.convert(line, Record)
        log.write_bytes(encode(record))
        assert decode(log.read_bytes()).pictures[0].talk is None
        assert first.talk is not None
