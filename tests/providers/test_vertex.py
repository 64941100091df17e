"""Addresses of Vertex AI and of proxies with its paths: pasted in any form, asked and listed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.common.errors import InputError, KeyMissing, StudioError
from studio.config import profiles
from studio.config.settings import Profile, Settings
from studio.domain.entities import AspectRatio, GenerationRequest, Reference, Role
from studio.domain.models import ListedModel
from studio.providers.base import InputPicture
from studio.providers.catalogue import Catalogue
from studio.providers.gemini import GeminiProvider, model_list, request
from studio.providers.transport import HttpClient
from tests.fake_service import FakeService, Reply, tiny_png
from tests.fake_service import Request as Received

MODEL = "gemini-3-pro-image"
CATALOGUE = Catalogue()
VERTEX = "https://us-central1-aiplatform.googleapis.com"
INSIDE = "/projects/my-p/locations/us-central1"


def profile(base_url: str, **more: Any) -> Profile:
    return Profile(name="own", title="Own", base_url=base_url, **more)


def addresses(base_url: str, model: str = MODEL, **more: Any) -> tuple[str, str]:
    """Where a picture is asked for and where models are listed, without the constant endings."""
    own = profile(base_url, **more)
    asked = request.url(own, model).removesuffix(f"/models/{MODEL}:generateContent")
    return asked, request.list_url(own).partition("?")[0].removesuffix("/models")


@pytest.mark.parametrize(
    ("pasted", "asked", "listed"),
    [
        (f"{VERTEX}/v1beta1{INSIDE}/publishers/google",
         f"{VERTEX}/v1beta1{INSIDE}/publishers/google", f"{VERTEX}/v1beta1/publishers/google"),
        (f"{VERTEX}/v1{INSIDE}",
         f"{VERTEX}/v1{INSIDE}/publishers/google", f"{VERTEX}/v1beta1/publishers/google"),
        (f"{VERTEX}/v1{INSIDE}/publishers/",
         f"{VERTEX}/v1{INSIDE}/publishers/google", f"{VERTEX}/v1beta1/publishers/google"),
        (f"{VERTEX}{INSIDE}",
         f"{VERTEX}/v1{INSIDE}/publishers/google", f"{VERTEX}/v1beta1/publishers/google"),
        (f"{VERTEX}/v1{INSIDE}/endpoints/openapi/chat/completions",
         f"{VERTEX}/v1{INSIDE}/publishers/google", f"{VERTEX}/v1beta1/publishers/google"),
        ("https://aiplatform.googleapis.com",
         "https://aiplatform.googleapis.com/v1/publishers/google",
         "https://aiplatform.googleapis.com/v1beta1/publishers/google"),
        ("aiplatform.googleapis.com/v1/publishers/google/models/",
         "https://aiplatform.googleapis.com/v1/publishers/google",
         "https://aiplatform.googleapis.com/v1beta1/publishers/google"),
        ("https://aiplatform.eu.rep.googleapis.com/v1/projects/p/locations/eu",
         "https://aiplatform.eu.rep.googleapis.com/v1/projects/p/locations/eu/publishers/google",
         "https://aiplatform.eu.rep.googleapis.com/v1beta1/publishers/google"),
        (f"https://proxy.corp:8443/vertex/v1beta1{INSIDE}/publishers/google",
         f"https://proxy.corp:8443/vertex/v1beta1{INSIDE}/publishers/google",
         "https://proxy.corp:8443/vertex/v1beta1/publishers/google"),
        (f"https://gw.example.com/v1/account/gw/vertex/v1{INSIDE}/publishers/google",
         f"https://gw.example.com/v1/account/gw/vertex/v1{INSIDE}/publishers/google",
         "https://gw.example.com/v1/account/gw/vertex/v1/publishers/google"),
        # The last version counts: an earlier one belongs to the gateway.
        ("https://gw.example.com/v1/account/gw/google-ai-studio",
         "https://gw.example.com/v1/account/gw/google-ai-studio/v1",
         "https://gw.example.com/v1/account/gw/google-ai-studio/v1"),
        ("https://proxy.corp/vertex/v1beta1/", "https://proxy.corp/vertex/v1beta1",
         "https://proxy.corp/vertex/v1beta1"),
        ("http://[::1]:8080/v1beta1/projects/p/locations/l/publishers/google",
         "http://[::1]:8080/v1beta1/projects/p/locations/l/publishers/google",
         "http://[::1]:8080/v1beta1/publishers/google"),
    ],
)  # fmt: skip
def test_an_address_leads_to_the_models_of_its_publisher(
    pasted: str, asked: str, listed: str
) -> None:
    assert addresses(pasted) == (asked, listed)
    saved = profiles.checked(profile(pasted), Settings()).base_url
    assert addresses(saved) == (asked, listed)


BASES = st.tuples(
    st.sampled_from(
        ["https://aiplatform.googleapis.com", VERTEX, "https://proxy.corp", "https://x.org:8443",
         "http://127.0.0.1:9", "http://[::1]:9"]
    ),
    st.sampled_from(["", "/proxy", "/proxy/vertex", "/v1/account/gw"]),
    st.sampled_from(["/v1", "/v1beta", "/v1beta1", "/v2alpha1", "/v1p1beta1"]),
    st.sampled_from(["", INSIDE, "/projects/1234/locations/global"]),
    st.sampled_from(["/publishers/google", "/publishers/acme"]),
)  # fmt: skip
ENDINGS = st.sampled_from(
    ["", "/", "/models", "/models/", f"/models/{MODEL}", f"/models/{MODEL}:generateContent",
     f"/models/{MODEL}:streamGenerateContent", f"/models/{MODEL}:streamGenerateContent?alt=sse",
     f"/models/{MODEL}:generateContent?$alt=json&prettyPrint=false", f"/models/{MODEL}:countTokens",
     "/models?pageSize=50"]
)  # fmt: skip
AROUND = st.sampled_from(["{}", "  {}\n", "<{}>", '"{}"', "`{}`"])
MODELS = st.sampled_from(
    [MODEL, f"models/{MODEL}", f" {MODEL} ", f"publishers/google/models/{MODEL}",
     f"projects/p/locations/l/publishers/google/models/{MODEL}"]
)  # fmt: skip


@given(BASES, ENDINGS, AROUND, MODELS, st.booleans())
def test_every_spelling_of_an_address_and_a_model_is_one_call(
    parts: tuple[str, ...], ending: str, around: str, model: str, doubled: bool
) -> None:
    host, before, version, project, publisher = parts
    base = f"{host}{before}{version}{project}{publisher}"
    path = base.removeprefix(host)
    pasted = around.format(host + (path.replace("/", "//") if doubled else path) + ending)
    own = profile(pasted, version="v1beta", auth="bearer")
    assert request.url(own, model) == f"{base}/models/{MODEL}:generateContent"
    saved = profiles.checked(own, Settings())
    assert saved.base_url == base
    assert request.url(saved, model) == f"{base}/models/{MODEL}:generateContent"
    listed = urlsplit(request.list_url(saved))
    assert listed.path.endswith(f"{publisher}/models")
    assert "/projects/" not in listed.path
    assert profiles.host_of(pasted) == urlsplit(host).hostname


@pytest.mark.parametrize(
    ("pasted", "says"),
    [
        (f"{VERTEX}/v1{INSIDE}/publishers/google/models/m:generateContent?key=AIzaSecret",
         "maybe a key"),
        (f"{VERTEX}/v1{INSIDE}?alt=sse&key=AIzaSecret", "maybe a key"),
        (f"{VERTEX}/v1{INSIDE}?alt={'AIzaSecret' * 4}", "maybe a key"),
        (f"{VERTEX}/v1{INSIDE}?AIzaSecret", "maybe a key"),
        (f"{VERTEX}/v1{INSIDE}?access_token=AIzaSecret", "maybe a key"),
        (f"{VERTEX}/v1/projects/${{PROJECT_ID}}/locations/us", "placeholder ${PROJECT_ID}"),
        (f"{VERTEX}/v1/projects/$PROJECT_ID/locations/us", "placeholder $PROJECT_ID"),
        (f"{VERTEX}/v1/projects/{{project}}/locations/us", "placeholder {project}"),
        (f"{VERTEX}/v1/projects/<project>/locations/us", "placeholder <project>"),
        (f"{VERTEX}/v1{INSIDE}/endpoints/1234:generateContent", "single call"),
        ("https://x.org/generate:streamGenerateContent?alt=sse", "single call"),
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_used_is_explained_and_no_key_is_repeated(
    pasted: str, says: str
) -> None:
    with pytest.raises(InputError) as caught:
        profiles.checked(profile(pasted), Settings())
    error = caught.value
    assert says in error.message
    assert error.hint
    assert "AIzaSecret" not in f"{error.title} {error.message} {error.hint} {error}"


def test_a_whole_address_is_no_path() -> None:
    with pytest.raises(InputError, match="whole address"):
        profiles.checked(
            profile("https://x.org", path="https://x.org/v1/models/{model}:generateContent"),
            Settings(),
        )


def test_a_name_with_the_publisher_before_it_is_the_same_model() -> None:
    own = profile(f"{VERTEX}/v1{INSIDE}/publishers/google")
    assert request.url(own, f"google/{MODEL}") == request.url(own, MODEL)
    gateway = profile("https://x.org/v1")
    assert request.url(gateway, f"google/{MODEL}").endswith(
        f"/v1/models/google/{MODEL}:generateContent"
    )


def test_a_name_that_has_models_within_it_stays_whole() -> None:
    gateway = profile("https://x.org/v1")
    assert request.url(gateway, "acme/models/m").endswith(
        "/v1/models/acme/models/m:generateContent"
    )
    assert request.url(gateway, "models/m").endswith("/v1/models/m:generateContent")


def test_pages_of_a_list_are_asked_for_one_after_the_other() -> None:
    own = profile(f"{VERTEX}/v1{INSIDE}")
    assert request.list_url(own).endswith("/v1beta1/publishers/google/models?pageSize=100")
    assert request.list_url(own, "t/2").endswith("?pageSize=100&pageToken=t%2F2")
    assert request.list_url(profile("https://x.org"), "2") == "https://x.org/v1/models?pageToken=2"


def test_a_publishers_list_is_read() -> None:
    body = {
        "publisherModels": [
            {"name": f"publishers/google/models/{MODEL}", "versionId": "default"},
            {"name": "publishers/google/models/text-embedding-005"},
            {"name": f"publishers/google/models/{MODEL}"},
        ],
        "nextPageToken": "2",
    }
    assert model_list.parse(json.dumps(body).encode(), {}) == ((ListedModel(MODEL),), "2")


PATH = "/vertex/v1beta1/projects/p/locations/l/publishers/google"


def provider_at(service: FakeService, **more: Any) -> GeminiProvider:
    own = profiles.checked(
        profile(f"{service.url}{PATH}/models/x:generateContent", **more), Settings()
    )
    return GeminiProvider(own, lambda id: CATALOGUE.find("own", id))


class Ignored:
    whole = True
    promising = False

    async def status(self, code: int, headers: Any) -> None:
        """Not looked at."""

    async def chunk(self, data: bytes) -> None:
        """Not looked at."""


@pytest.mark.parametrize(
    ("auth", "header"),
    [("bearer", ("authorization", "Bearer ya29.x")), ("google", ("x-goog-api-key", "ya29.x"))],
)
async def test_the_whole_request_arrives_as_vertex_expects_it(
    auth: str, header: tuple[str, str]
) -> None:
    async def load() -> tuple[bytes, str]:
        return tiny_png(), "image/png"

    asked = GenerationRequest(
        profile="own",
        model="google/gemini-3.1-flash-image",
        prompt="a lamp",
        aspect=AspectRatio(16, 9),
        search=True,
        image_search=True,
        detail="high",
        thinking="minimal",
        extra_fields='{"topP": 0.9, "image_config": {"personGeneration": "ALLOW_ALL"}}',
    )
    picture = InputPicture(Reference(sha256="0" * 64, media_type="image/png", role=Role.FREE), load)
    client = HttpClient()
    try:
        with FakeService() as service:
            await provider_at(service, auth=auth).send(
                asked, [picture], "ya29.x", client, Ignored()
            )
            (received,) = service.requests
    finally:
        await client.close()
    assert received.path == f"{PATH}/models/gemini-3.1-flash-image:generateContent"
    assert received.headers[header[0]] == header[1]
    reference, words = received.json["contents"][0]["parts"]
    assert set(reference) == {"inlineData", "mediaResolution"}
    assert reference["mediaResolution"] == {"level": "MEDIA_RESOLUTION_HIGH"}
    assert words == {"text": "a lamp"}
    assert {name: value for name, value in received.json.items() if name != "contents"} == {
        "generationConfig": {
            "responseModalities": ["TEXT", "IMAGE"],
            "imageConfig": {"aspectRatio": "16:9", "personGeneration": "ALLOW_ALL"},
            "thinkingConfig": {"thinkingLevel": "MINIMAL"},
            "topP": 0.9,
        },
        "tools": [{"googleSearch": {"searchTypes": {"webSearch": {}, "imageSearch": {}}}}],
    }


async def key_test(
    answers: dict[str, Reply], **more: Any
) -> tuple[tuple[ListedModel, ...] | StudioError, list[Received]]:
    """The result of a key's test, by the last part of the path, and what was asked."""

    def answer(received: Received) -> Reply:
        path = received.path.partition("?")[0]
        return next(reply for ending, reply in answers.items() if path.endswith(ending))

    client = HttpClient()
    try:
        with FakeService(fallback=answer) as service:
            try:
                result: Any = await provider_at(service, **more).listed("ya29.x", client)
            except StudioError as error:
                result = error
            return result, list(service.requests)
    finally:
        await client.close()


NO_LIST = Reply(404, body={"error": {"code": 404, "message": "Method not found."}})


async def test_a_key_is_tested_with_the_list_of_the_publisher() -> None:
    listed = Reply(body={"publisherModels": [{"name": f"publishers/google/models/{MODEL}"}]})
    result, received = await key_test({"/models": listed})
    assert result == (ListedModel(MODEL),)
    assert [one.path for one in received] == ["/vertex/v1beta1/publishers/google/models"]


@pytest.mark.parametrize("status", [403, 404, 405, 501])
async def test_where_no_models_are_listed_tokens_are_counted_for_free(status: int) -> None:
    refused = replace(NO_LIST, status=status)
    result, received = await key_test(
        {":countTokens": Reply(body={"totalTokens": 1}), "/models": refused}
    )
    assert result == ()
    assert [one.method for one in received] == ["GET", "POST"]
    assert received[1].path == f"{PATH}/models/{MODEL}:countTokens"
    assert received[1].json == {"contents": [{"role": "user", "parts": [{"text": "."}]}]}
    assert received[1].headers["authorization"] == "Bearer ya29.x"
    _result, named = await key_test(
        {":countTokens": Reply(body={"totalTokens": 1}), "/models": refused}, model="acme-image"
    )
    assert named[1].path == f"{PATH}/models/acme-image:countTokens"


async def test_a_key_that_may_not_even_count_is_refused() -> None:
    denied = Reply(
        401, body={"error": {"code": 401, "message": "Invalid token", "status": "UNAUTHENTICATED"}}
    )
    result, received = await key_test({":countTokens": denied, "/models": NO_LIST})
    assert isinstance(result, KeyMissing)
    assert len(received) == 2


async def test_a_wrong_key_is_not_tried_twice() -> None:
    denied = Reply(401, body={"error": {"code": 401, "message": "Invalid token"}})
    result, received = await key_test({"/models": denied})
    assert isinstance(result, KeyMissing)
    assert len(received) == 1


async def test_other_services_are_never_asked_to_count() -> None:
    client = HttpClient()
    try:
        with FakeService(fallback=lambda _received: NO_LIST) as service:
            provider = GeminiProvider(profile(service.url), lambda id: CATALOGUE.find("own", id))
            with pytest.raises(StudioError):
                await provider.listed("sk-1", client)
            assert [one.method for one in service.requests] == ["GET"]
    finally:
        await client.close()
