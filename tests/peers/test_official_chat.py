"""The official client's chat as an oracle: the history it sends is the history we send."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.domain.entities import GenerationRequest, Role
from studio.providers.base import AnswerSource
from studio.providers.gemini import conversation
from studio.providers.history import ConversationTurn
from tests.any_text import any_text
from tests.fake_service import FakeService, Reply, tiny_png
from tests.generation.harness import MODEL, inline, parts, studio
from tests.peers.official import genai
from tests.providers.test_answer import DGRID

pytestmark = pytest.mark.filterwarnings("ignore")

GIVEN, FIRST, DRAFT, SECOND = (tiny_png(8 * n, 16) for n in range(1, 5))


def signature(length: int) -> str:
    return base64.b64encode(bytes(n % 251 for n in range(length))).decode()


ANSWERS = [
    [
        {"text": "thinking about lamps", "thought": True},
        inline(DRAFT, thought=True, thoughtSignature=signature(5000)),
        {"text": 'Ü "quoted" \\ 灯', "thoughtSignature": signature(9)},
        inline(FIRST, thoughtSignature=signature(120_000)),
    ],
    [inline(SECOND, thoughtSignature=signature(70)), {"text": "There you go."}],
    [inline(FIRST)],
]
ASKED = ["a lamp like this", "now at night", "and in the rain\n«fort»"]
_BYTES = ("data", "thoughtSignature")


def meaning(value: Any, name: str = "") -> Any:
    """Without spellings: names in camelCase, bytes in the place of either base64."""
    if isinstance(value, dict):
        camel = {re.sub(r"_(\w)", lambda found: found[1].upper(), key): key for key in value}
        return {key: meaning(value[old], key) for key, old in camel.items()}
    if isinstance(value, list):
        return [meaning(one) for one in value]
    if name in _BYTES:
        return base64.urlsafe_b64decode(value.replace("+", "-").replace("/", "_"))
    return value


@contextlib.contextmanager
def official_client(service: FakeService) -> Iterator[Any]:
    options = genai().types.HttpOptions(base_url=service.url, api_version="v1beta")
    client = genai().Client(api_key="k", http_options=options)
    try:
        yield client
    finally:
        client.close()


def new_chat(client: Any) -> Any:
    config = genai().types.GenerateContentConfig(response_modalities=["TEXT", "IMAGE"])
    return client.chats.create(model=MODEL, config=config)


def theirs() -> list[Any]:
    """The contents of each request of the official chat."""
    with FakeService() as service, official_client(service) as client:
        chat = new_chat(client)
        for number, (asked, said) in enumerate(zip(ASKED, ANSWERS, strict=True)):
            service.script(Reply(body=parts(*said)))
            given = [genai().types.Part.from_bytes(data=GIVEN, mime_type="image/png"), asked]
            chat.send_message(asked if number else given)
        return [meaning(one.json["contents"]) for one in service.requests]


async def ours(home: Path) -> list[Any]:
    """The contents of each request this program sends for the same three turns."""
    with FakeService() as service:
        async with studio(home, service, provider="google") as here:
            library = here.core.library
            source = await library.keep_input(GIVEN, role=Role.FREE, name="given")
            for asked, said in zip(ASKED, ANSWERS, strict=True):
                service.script(Reply(body=parts(*said)))
                (job,) = await here.submit(
                    asked, profile="google", references=(source,), aspect="match", size=""
                )
                await here.gone(job)
                made = next(p for p in await here.pictures() if not p.draft)
                kept = await library.keep_input(
                    library.path(made), role=Role.EDIT, name="it", picture=made.id
                )
                source = replace(kept, talk=made.talk)
        return [meaning(one.json["contents"]) for one in service.requests]


def test_three_turns_with_pictures_are_replayed_as_by_the_official_chat(
    tmp_path: Path,
) -> None:
    sent = asyncio.run(ours(tmp_path))
    assert [len(contents) for contents in sent] == [1, 3, 5]
    assert sent == theirs()


PART = st.one_of(
    st.builds(lambda text: {"text": text}, any_text(min_size=1, max_size=40)),
    st.builds(lambda n: {"text": "x", "thoughtSignature": signature(n)}, st.integers(1, 9000)),
    st.builds(lambda n: inline(SECOND, thoughtSignature=signature(n)), st.integers(1, 9000)),
    st.just({"text": "a thought", "thought": True}),
    st.just(inline(DRAFT, thought=True)),
    st.just({"executableCode": {"code": "1", "language": "PYTHON"}}),
)


@pytest.fixture(scope="module")
def service() -> Any:
    with FakeService() as one:
        yield one


@pytest.fixture(scope="module")
def client(service: FakeService) -> Iterator[Any]:
    """The official client, which loads all authorities of certificates when it is made."""
    with official_client(service) as one:
        yield one


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PART, max_size=5))
def test_whatever_a_turn_is_made_of_it_is_replayed_alike(
    tmp_path_factory: pytest.TempPathFactory,
    service: FakeService,
    client: Any,
    said: list[dict[str, Any]],
) -> None:
    said = [*said, inline(FIRST, thoughtSignature=signature(12))]
    service.script(Reply(body=parts(*said)), Reply(body=parts(inline(FIRST))))
    chat = new_chat(client)
    chat.send_message("a lamp")
    chat.send_message("now at night")
    expected = service.requests[-1].json["contents"][:2]
    body = tmp_path_factory.getbasetemp() / "answer"
    service.requests.clear()

    body.write_text(json.dumps(parts(*said)), encoding="utf-8")
    request = GenerationRequest(profile="dgrid", model=MODEL, prompt="a lamp")
    answer = DGRID.read(AnswerSource(status=200, headers={}, body=body, request=request))
    kept = conversation.extract_turn(answer, body)
    assert kept is not None
    turn = ConversationTurn(
        profile="dgrid",
        model=MODEL,
        prompt="a lamp",
        parts=conversation.kept_parts(kept),
        pictures={n: b"".join(one.chunks(body)) for n, one in enumerate(answer.pictures)},
        result=len(answer.pictures) - 1,
    )
    told = conversation.replay([turn], 1 << 20)
    assert told is not None
    assert meaning(list(told.contents)) == meaning(expected)
