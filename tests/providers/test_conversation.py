"""A model's turns are replayed unchanged; otherwise the last picture is sent alone."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.common.errors import RequestRefused
from studio.config.settings import Profile, built_in
from studio.domain.entities import GenerationRequest, HistoryUse, NoHistoryReason, Reference, Role
from studio.providers.base import AnswerSource, InputPicture
from studio.providers.catalogue import Catalogue
from studio.providers.gemini import GeminiProvider, conversation
from studio.providers.history import ConversationTurn
from studio.providers.transport import HttpClient
from tests.fake_service import FakeService, Reply, answer_with, tiny_png

MODEL = "gemini-3-pro-image"
CATALOGUE = Catalogue()
DGRID = GeminiProvider(built_in()[0], lambda id: CATALOGUE.find("dgrid", id))
PNG, DRAFT = tiny_png(16, 9) + b"\0" * 9000, tiny_png(8, 8)
SIGNATURE = base64.b64encode(b"s" * 9000).decode()


def b64(data):
    return base64.b64encode(data).decode()


PARTS: list[dict[str, Any]] = [
    {"text": "plan", "thought": True},
    {"inlineData": {"mimeType": "image/jpeg", "data": b64(DRAFT)}, "thought": True},
    {"text": 'Here \\ it "is"', "thoughtSignature": "short"},
    {"inlineData": {"mimeType": "image/png", "data": b64(PNG)}, "thoughtSignature": SIGNATURE},
    {"functionCall": {"name": "f", "args": {"deep": [1, None, "x" * 5000]}}},
]


def kept(tmp_path, parts, **more):
    """The parts of an answer as they are kept, after a way through the scanner and the reader."""
    body = tmp_path / "body"
    content = {"role": "model", "parts": parts}
    answer = {"candidates": [{"content": content, "finishReason": "STOP"}], **more}
    body.write_text(json.dumps(answer), encoding="utf-8")
    request = GenerationRequest(profile="dgrid", model=MODEL, prompt="p")
    found = DGRID.read(AnswerSource(status=200, headers={}, body=body, request=request))
    return conversation.extract_turn(found, body)


def turn(parts, *, model=MODEL, pictures=None, result=1, inputs=(), profile="dgrid"):
    return ConversationTurn(
        profile=profile,
        model=model,
        prompt="a lamp",
        inputs=inputs,
        parts=conversation.kept_parts(parts) if isinstance(parts, bytes) else parts,
        pictures=pictures or {0: DRAFT, 1: PNG},
        result=result,
    )


def told_again(turns, budget):
    told = conversation.replay(turns, budget)
    assert told is not None
    return told


def test_every_part_comes_back_equal_with_its_signature(tmp_path):
    data = kept(tmp_path, PARTS)
    assert b64(PNG).encode()[:200] not in data
    told = told_again([turn(data)], 1 << 20)
    assert told.turns == 1
    asked, said = told.contents
    assert asked == {"role": "user", "parts": [{"text": "a lamp"}]}
    assert said == {"role": "model", "parts": PARTS}


def test_the_other_spelling_is_replayed_in_the_one_every_gateway_takes(tmp_path):
    parts = [
        {"inline_data": {"mime_type": "image/png", "data": b64(PNG)}, "thought_signature": "s"}
    ]
    told = told_again([turn(kept(tmp_path, parts), pictures={0: PNG}, result=0)], 1 << 20)
    assert told.contents[1]["parts"] == [
        {"inlineData": {"mimeType": "image/png", "data": b64(PNG)}, "thoughtSignature": "s"}
    ]


@pytest.mark.parametrize(
    "part",
    [
        {"text": f"![i](data:image/png;base64,{b64(PNG)})"},
        {"fileData": {"fileUri": "https://h.org/x.png"}},
    ],
)
def test_a_picture_in_another_place_is_replayed_as_a_picture(tmp_path, part):
    data = kept(tmp_path, [{**part, "thoughtSignature": "s"}])
    told = told_again([turn(data, pictures={0: PNG}, result=0)], 1 << 20)
    assert told.contents[1]["parts"] == [
        {"inlineData": {"mimeType": "image/png", "data": b64(PNG)}, "thoughtSignature": "s"}
    ]


def test_what_another_family_or_too_much_said_is_not_gone_on_with(tmp_path):
    enormous = {**PARTS[3], "thoughtSignature": "A" * (conversation.MOST_KEPT + 1)}
    assert kept(tmp_path, [enormous]) is None
    words = [{"text": "x"}] * (conversation.MOST_PARTS - 1)
    assert kept(tmp_path, [*words, PARTS[3]]) is not None
    assert kept(tmp_path, [*words, {"text": "x"}, PARTS[3]]) is None
    body = tmp_path / "body"
    body.write_text(json.dumps({"data": [{"b64_json": b64(PNG)}]}), encoding="utf-8")
    request = GenerationRequest(profile="dgrid", model=MODEL, prompt="p")
    found = DGRID.read(AnswerSource(status=200, headers={}, body=body, request=request))
    assert conversation.extract_turn(found, body) is None


@pytest.mark.parametrize("data", [b"{}", b"[1]", b"", b"\xff"])
def test_what_is_no_kept_turn_is_refused(data):
    with pytest.raises(ValueError):
        conversation.kept_parts(data)


@pytest.mark.parametrize(
    ("change", "can"),
    [
        ({}, True),
        ({"model": "google/gemini-3-pro-image-preview"}, True),
        ({"model": "gemini-nano-banana-2.1"}, False),
        ({"profile": "google"}, False),
        ({"pictures": {1: PNG}}, False),
    ],
)
def test_only_the_same_model_of_the_same_service_hears_its_turns_again(tmp_path, change, can):
    data = kept(tmp_path, PARTS)
    assert conversation.replayable(turn(data, **change), "dgrid", MODEL) is can


def test_the_oldest_turns_make_room_whole_and_the_newest_stays(tmp_path):
    data = kept(tmp_path, PARTS)
    turns = [turn(data, inputs=((PNG, "image/png"),)), turn(data), turn(data)]
    whole = len(json.dumps(told_again(turns, 1 << 20).contents))
    told = told_again(turns, whole - 2000)
    assert told.turns == 2
    assert [one["role"] for one in told.contents] == ["user", "model"] * 2
    assert all(one["parts"] == PARTS for one in told.contents[1::2])
    assert told_again(turns, whole // 2).turns == 1
    assert conversation.replay(turns, 5000) is None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 9000), min_size=1, max_size=6), st.integers(0, 60_000))
def test_a_replay_is_never_larger_than_its_budget(sizes, budget):
    part = {"inlineData": {"picture": 0}, "thoughtSignature": "s"}
    turns = [turn((part,), pictures={0: PNG[:8] + b"x" * size}, result=0) for size in sizes]
    told = conversation.replay(turns, budget)
    if told is None:
        return
    assert len(json.dumps(told.contents, separators=(",", ":"))) <= budget
    assert len(told.contents) == 2 * told.turns


def test_a_picture_larger_than_a_service_takes_is_not_told_again(monkeypatch, tmp_path):
    monkeypatch.setattr(conversation, "MAX_PICTURE", len(PNG) - 1)
    assert conversation.replay([turn(kept(tmp_path, PARTS))], 1 << 20) is None


OBJECTIONS = [
    "Image part is missing a thought_signature in content position 2, part position 1.",
    "Invalid thought signature",
    "Corrupted thought signature.",
    "Invalid value at 'contents[1].parts[0]'",
    "Request contains an invalid argument.",
]


class Past:
    """A conversation in memory, which remembers how its question was told."""

    def __init__(self, turns, length=None):
        self._turns = turns
        self.length = len(turns) if length is None else length
        self.ways = []

    async def turns(self):
        return self._turns

    async def record_history_use(self, told):
        self.ways.append(told)


SOURCE = Reference(sha256="0", media_type="image/png", role=Role.EDIT, picture="before")


async def load():
    return PNG, "image/png"


async def sent(turns, *replies, model=MODEL, prompt="now at night", length=None):
    """Ask with these turns before; what the service got, its statuses, how it was told."""
    done, past = ConversationSink(), Past(turns, length)
    client = HttpClient()
    with FakeService() as service:
        service.script(*replies)
        profile = Profile(name="dgrid", title="D", base_url=service.url)
        provider = GeminiProvider(profile, lambda id: CATALOGUE.find("dgrid", id))
        request = GenerationRequest(
            profile="dgrid", model=model, prompt=prompt, references=(SOURCE,), continues="before"
        )
        try:
            await provider.send(
                request, [InputPicture(SOURCE, load)], "sk-1", client, done, past=past
            )
        finally:
            await client.close()
    return [one.json["contents"] for one in service.requests], done, past.ways


class ConversationSink:
    whole = False
    promising = False

    def __init__(self):
        self.codes = []
        self.body = b""

    async def status(self, code, headers):
        self.codes.append(code)

    async def chunk(self, data):
        self.body += data


GOOD = Reply(body=answer_with(tiny_png()))
ALONE = [
    {
        "role": "user",
        "parts": [
            {"inlineData": {"mimeType": "image/png", "data": b64(PNG)}},
            {"text": "now at night"},
        ],
    }
]


async def test_a_question_goes_out_with_what_was_said_before(tmp_path):
    (contents,), done, ways = await sent([turn(kept(tmp_path, PARTS))], GOOD)
    assert [one["role"] for one in contents] == ["user", "model", "user"]
    assert contents[1]["parts"] == PARTS
    assert contents[2]["parts"] == [{"text": "now at night"}]
    assert done.codes == [200]
    assert ways == [HistoryUse(turns=1)]


@pytest.mark.parametrize("message", OBJECTIONS)
async def test_when_the_service_objects_the_last_picture_goes_alone(tmp_path, message):
    refused = Reply(400, {"error": {"code": 400, "message": message}})
    asked, done, ways = await sent([turn(kept(tmp_path, PARTS))], refused, GOOD)
    assert len(asked) == 2
    assert asked[1] == ALONE
    assert done.codes == [200]
    assert ways == [HistoryUse(turns=1), HistoryUse(alone=NoHistoryReason.OBJECTED)]


async def test_what_is_too_large_for_a_gateway_goes_without_its_past(tmp_path):
    refused = Reply(413, b"<html>Request Entity Too Large</html>")
    asked, done, ways = await sent([turn(kept(tmp_path, PARTS))], refused, GOOD)
    assert asked[1] == ALONE
    assert done.codes == [200]
    assert ways[-1] == HistoryUse(alone=NoHistoryReason.TOO_LARGE)
    asked, done, _ways = await sent([], refused, GOOD)
    assert len(asked) == 1
    assert done.codes == [413]


async def test_a_service_that_objects_to_everything_is_asked_twice_and_no_more(tmp_path):
    refused = Reply(400, {"error": {"code": 400, "message": OBJECTIONS[0]}})
    asked, done, _ways = await sent([turn(kept(tmp_path, PARTS))], refused, refused, GOOD)
    assert len(asked) == 2
    assert done.codes == [400]


async def test_another_model_gets_the_last_picture_alone(tmp_path):
    asked, _done, _ways = await sent(
        [turn(kept(tmp_path, PARTS))], GOOD, model="gemini-nano-banana-2.1"
    )
    assert asked == [ALONE]


async def test_turns_without_room_make_way_for_the_last_picture(tmp_path, monkeypatch):
    monkeypatch.setattr("studio.providers.gemini.request.MAX_BODY", 270_000)
    asked, _done, ways = await sent([turn(kept(tmp_path, PARTS))], GOOD)
    assert asked == [ALONE]
    assert ways == [HistoryUse(alone=NoHistoryReason.TOO_LARGE)]


async def test_a_lost_conversation_is_reported_by_its_picture(tmp_path):
    asked, _done, ways = await sent([], GOOD, length=3)
    assert asked == [ALONE]
    assert ways == [HistoryUse(alone=NoHistoryReason.LOST)]


async def test_older_turns_that_are_lost_are_counted(tmp_path):
    _asked, _done, ways = await sent([turn(kept(tmp_path, PARTS))], GOOD, length=4)
    assert ways == [HistoryUse(turns=1, left_out=3)]


async def test_another_refusal_is_reported_and_not_asked_again(tmp_path):
    refused = Reply(400, {"error": {"code": 400, "message": "Bad prompt"}})
    asked, done, _ways = await sent([turn(kept(tmp_path, PARTS))], refused)
    assert len(asked) == 1
    assert done.codes == [400]
    assert json.loads(done.body)["error"]["message"] == "Bad prompt"


def test_a_refused_signature_says_what_helps():
    from studio.providers.gemini.errors import from_status

    body = json.dumps({"error": {"code": 400, "message": OBJECTIONS[0]}}).encode()
    error = from_status(400, {}, body)
    assert isinstance(error, RequestRefused)
    assert "picture alone" in error.hint
