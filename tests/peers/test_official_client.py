"""The official client as an oracle: what it sends we send, what it reads we read.

Both speak to the same service on loopback. The official client mixes the two spellings of names and
the two alphabets of base64, so bodies are compared as what they mean.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.common.errors import StudioError
from studio.config.settings import Profile
from studio.domain.entities import AspectRatio, GenerationRequest, Reference, Role, SafetySetting
from studio.providers.base import AnswerSource, InputPicture
from studio.providers.catalogue import Catalogue
from studio.providers.gemini import GeminiProvider
from studio.providers.transport import HttpClient
from tests.fake_service import FakeService, Reply, answer_with, tiny_png
from tests.peers.official import genai
from tests.providers.test_answer import DGRID, SHAPES, candidates, image

pytestmark = pytest.mark.filterwarnings("ignore")

PNG, JPEG = tiny_png(16, 9), b"\xff\xd8\xff\xfb\xfe" + b"\xfa" * 50
MODEL = "gemini-3.1-flash-image"


@pytest.fixture(scope="module")
def service():
    with FakeService() as one:
        yield one


@pytest.fixture(scope="module")
def official(service):
    options = genai().types.HttpOptions(base_url=service.url, api_version="v1beta")
    client = genai().Client(api_key="k", http_options=options)
    yield client
    client.close()


class Nowhere:
    whole = True
    promising = False

    async def status(self, code, headers):
        pass

    async def chunk(self, data):
        pass


async def ours(service, request, pictures):
    """The request this program sends on the profile of the service itself."""

    def loading(data, kind):
        async def load():
            return data, kind

        return InputPicture(Reference(sha256="0", media_type=kind, role=Role.FREE), load)

    service.fallback = lambda _request: Reply(body=answer_with(PNG))
    profile = Profile(
        name="google", title="G", base_url=service.url, auth="google", version="v1beta"
    )
    catalogue, client = Catalogue(), HttpClient()
    provider = GeminiProvider(profile, lambda id: catalogue.find("google", id))
    try:
        inputs = [loading(data, kind) for data, kind in pictures]
        await provider.send(request, inputs, "k", client, Nowhere())
    finally:
        await client.close()
    return service.requests[-1]


def theirs(service, official, request, pictures):
    """The request the official client sends for the same wishes."""
    types = genai().types
    service.fallback = lambda _request: Reply(body=answer_with(PNG))
    parts = [types.Part.from_bytes(data=data, mime_type=kind) for data, kind in pictures]
    if request.detail:
        level = types.PartMediaResolutionLevel(f"MEDIA_RESOLUTION_{request.detail.upper()}")
        for part in parts:
            part.media_resolution = types.PartMediaResolution(level=level)
    chosen: dict[str, Any] = {}
    if request.aspect or request.size:
        chosen["image_config"] = types.ImageConfig(
            aspect_ratio=str(request.aspect) if request.aspect else None, image_size=request.size
        )
    if request.system:
        chosen["system_instruction"] = request.system
    if request.thinking:
        chosen["thinking_config"] = types.ThinkingConfig(thinking_level=request.thinking)
    if request.search:
        kinds = (
            types.SearchTypes(web_search=types.WebSearch(), image_search=types.ImageSearch())
            if request.image_search
            else None
        )
        search = types.GoogleSearch(search_types=kinds)
        chosen["tools"] = [types.Tool(google_search=search)]
    if request.safety:
        chosen["safety_settings"] = [
            types.SafetySetting(
                category=types.HarmCategory(f"HARM_CATEGORY_{one.category}"),
                threshold=types.HarmBlockThreshold(one.threshold),
            )
            for one in request.safety
        ]
    config = types.GenerateContentConfig(
        response_modalities=["TEXT", "IMAGE"],
        seed=request.seed,
        temperature=request.temperature,
        **chosen,
    )
    official.models.generate_content(
        model=request.model, contents=[*parts, request.prompt], config=config
    )
    return service.requests[-1]


def meaning(value, name=""):
    """A body without spellings: names in camelCase, bytes in the place of base64."""
    if isinstance(value, dict):
        camel = {re.sub(r"_(\w)", lambda found: found[1].upper(), key): key for key in value}
        return {key: meaning(value[old], key) for key, old in camel.items()}
    if isinstance(value, list):
        return [meaning(one) for one in value]
    if name == "data":
        return base64.urlsafe_b64decode(value.replace("+", "-").replace("/", "_"))
    return value


WISHES: dict[str, tuple[dict[str, Any], list[tuple[bytes, str]]]] = {
    "words": ({}, []),
    "aspect": ({"aspect": AspectRatio(16, 9)}, []),
    "size": ({"size": "4K"}, []),
    "both": ({"aspect": AspectRatio(1, 8), "size": "2K"}, []),
    "seed": ({"seed": 0}, []),
    "a large seed": ({"seed": 2**31 - 1}, []),
    "system": ({"system": "Flat colours only."}, []),
    "temperature": ({"temperature": 0.0}, []),
    "thinking": ({"thinking": "high"}, []),
    "search": ({"search": True}, []),
    "image search": ({"search": True, "image_search": True}, []),
    "detail": ({"detail": "ultra_high"}, [(PNG, "image/png"), (JPEG, "image/jpeg")]),
    "safety": ({"safety": (SafetySetting("HARASSMENT", "BLOCK_NONE"),)}, []),
    "one picture": ({}, [(PNG, "image/png")]),
    "pictures": ({}, [(PNG, "image/png"), (JPEG, "image/jpeg")]),
    "script": ({"prompt": 'Ü 灯台 🗼 "\\{\u2028'}, []),
    "everything": (
        {"aspect": AspectRatio(3, 2), "size": "1K", "seed": 7, "system": "S", "temperature": 1.5,
         "thinking": "minimal", "search": True,
         "safety": (SafetySetting("HATE_SPEECH", "OFF"), SafetySetting("HARASSMENT", "OFF"))},
        [(JPEG, "image/jpeg")]),
}  # fmt: skip


@pytest.mark.parametrize("name", WISHES)
def test_the_same_wishes_make_the_same_body_and_address(service, official, name):
    wishes, pictures = WISHES[name]
    request = GenerationRequest(
        profile="google", model=MODEL, **{"prompt": "a lighthouse", **wishes}
    )
    sent = asyncio.run(ours(service, request, pictures))
    expected = theirs(service, official, request, pictures)
    assert sent.path == expected.path
    assert sent.headers["x-goog-api-key"] == expected.headers["x-goog-api-key"]
    assert meaning(sent.json) == meaning(expected.json)


def read_by_theirs(service, official, body):
    """The pictures the official client finds; None when it takes the answer for an error."""
    service.fallback = lambda _request: Reply(body=body)
    try:
        answer = official.models.generate_content(model=MODEL, contents="p")
        found = [
            part.inline_data.data
            for candidate in answer.candidates or []
            for part in (candidate.content and candidate.content.parts) or []
            if part.inline_data and part.inline_data.data
        ]
    except Exception:  # noqa: BLE001 - whatever it raises, it did not read the answer
        return None
    return found or None


def read_by_ours(folder, body):
    path = folder / "answer"
    path.write_bytes(body)
    request = GenerationRequest(profile="google", model=MODEL, prompt="p")
    answer = DGRID.read(AnswerSource(status=200, headers={}, body=path, request=request))
    return [b"".join(one.chunks(path)) for one in answer.pictures if not one.url]


def agree(service, official, folder, body):
    theirs_ = read_by_theirs(service, official, body)
    if theirs_ is not None:
        assert read_by_ours(folder, body) == theirs_
    return theirs_


IT_READS_WRONG = {"data prefix"}
"""The official client decodes the words before the base64 as well."""


@pytest.mark.parametrize("name", SHAPES)
def test_every_answer_it_reads_we_read_with_the_same_bytes(service, official, tmp_path, name):
    answer, expected = SHAPES[name]
    body = json.dumps(answer).encode()
    assert read_by_ours(tmp_path, body) == expected
    if name not in IT_READS_WRONG:
        agree(service, official, tmp_path, body)


def test_the_oracle_reads_the_service_s_own_shapes(service, official, tmp_path):
    own = ("plain", "long", "words beside", "two results", "only a draft", "snake case",
           "signature on the image", "one blocked, one made")  # fmt: skip
    for name in own:
        answer, expected = SHAPES[name]
        assert agree(service, official, tmp_path, json.dumps(answer).encode()) == expected


PART = st.sampled_from(
    [
        image(PNG),
        image(JPEG, thought=True),
        image(JPEG * 200, thoughtSignature="c2ln"),
        {"inline_data": {"mime_type": "image/png", "data": base64.b64encode(PNG).decode()}},
        {"inlineData": {"mimeType": "image/jpeg",
                        "data": base64.urlsafe_b64encode(JPEG).decode()}},
        {"text": "words"},
        {"text": "thoughts", "thought": True},
        {"text": None},
        {},
        {"executableCode": {"code": "1", "language": "PYTHON"}},
        {"fileData": {"mimeType": "image/png", "fileUri": "https://h.org/x.png"}},
    ]
)  # fmt: skip
FINISH = st.sampled_from(["STOP", "MAX_TOKENS", "NO_IMAGE", "IMAGE_SAFETY", "SOMETHING_NEW", None])
USAGE = st.sampled_from([{}, {"usageMetadata": {"promptTokenCount": 3}}, {"modelVersion": "m"}])


@settings(max_examples=120, deadline=None)
@given(st.lists(PART, max_size=5), FINISH, USAGE)
def test_any_order_of_parts_is_read_alike(tmp_path_factory, service, official, parts, end, more):
    body = json.dumps(candidates(*parts, finish=end, **more)).encode()
    folder = tmp_path_factory.getbasetemp()
    if agree(service, official, folder, body) is None:
        with contextlib.suppress(StudioError):
            read_by_ours(folder, body)
