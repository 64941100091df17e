"""The numbered cases of models and keys: a service's list, and the models read from it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from studio.common.errors import ServiceError, StudioError
from studio.config.settings import Profile
from studio.domain.models import ModelState
from studio.providers.catalogue import Catalogue
from studio.providers.gemini import GeminiProvider, model_list
from studio.providers.transport import HttpClient
from tests.fake_service import FakeService, Reply

TODAY = "2026-11-23"
BEST = "gemini-nano-banana-2.1"
OPENAI = {"object": "model", "created": 1, "owned_by": "custom"}


def ids(*names: str, **more: Any) -> dict[str, Any]:
    return {"object": "list", "success": True, "data": [{"id": n, **OPENAI, **more} for n in names]}


def catalogue(*listed: Any) -> Catalogue:
    made = Catalogue(today=lambda: TODAY)
    for body in listed:
        found, _page = model_list.parse(json.dumps(body).encode(), {})
        made.learn("dgrid", found)
    return made


@pytest.mark.parametrize(
    ("listed", "first"),
    [
        pytest.param(
            ids("google/gemini-3-pro-image", supported_endpoint_types=["openai"]),
            "google/gemini-3-pro-image",
            id="M01 the only one",
        ),
        pytest.param(
            ids("gemini-3-pro-image", f"google/{BEST}-preview", "openai/gpt-4o"),
            f"google/{BEST}-preview",
            id="M01 the best, under the gateway's spelling",
        ),
        pytest.param(
            {"models": [{"name": "models/gemini-3-pro-image",
                         "supportedGenerationMethods": ["generateContent"]}],
             "nextPageToken": "t"},
            "gemini-3-pro-image",
            id="M02 Google's shape",
        ),
        pytest.param(
            {"models": [{"name": "gemini-3-pro-image", "displayName": "P"}], "nextPageToken": None},
            "gemini-3-pro-image",
            id="M02 a gateway's shape of it",
        ),
        pytest.param(
            {"models": [{"name": "models/imagen-4.0-generate-001",
                         "supportedGenerationMethods": ["predict"]},
                        {"name": "models/gemini-3.1-flash-lite-image"}]},
            "gemini-3.1-flash-lite-image",
            id="M02 what another call is for is left out",
        ),
        pytest.param(
            ids("gemini-2.5-flash-image", "gemini-3.1-flash-image", "acme/image-9"),
            "acme/image-9",
            id="M03 never a retired one",
        ),
        pytest.param(ids("gemini-2.5-flash-image"), BEST, id="M03 nothing but retired ones"),
        pytest.param({"data": []}, BEST, id="M04 an empty list"),
        pytest.param(ids("gpt-4o", "text-embedding-3"), BEST, id="M04 no image model"),
        pytest.param(
            ids(*["gemini-3-pro-image"] * 3, *[f"acme/image:{n}" for n in range(500)]),
            "gemini-3-pro-image",
            id="M05 many, and some twice",
        ),
    ],
)  # fmt: skip
def test_the_model_to_begin_with_is_the_best_that_is_listed(listed: Any, first: str) -> None:
    made = catalogue(listed)
    assert made.default("dgrid") == first
    assert made.find("dgrid", first).state is not ModelState.RETIRED
    offered = [one.id for one in made.models("dgrid")]
    retired = all(one.state is ModelState.RETIRED for one in made.models("dgrid"))
    assert first in offered or retired
    assert len(offered) == len(set(offered))


@pytest.mark.parametrize(
    "body",
    [
        {"success": False, "message": "get user group failed"},
        {"error": {"code": "model_not_found", "message": "x"}},
    ],
)
def test_m04_an_error_in_the_place_of_a_list_leaves_the_built_in_one(body: Any) -> None:
    with pytest.raises(StudioError):
        model_list.parse(json.dumps(body).encode(), {})
    assert catalogue().default("dgrid") == BEST


def test_m04_a_web_page_in_the_place_of_a_list_is_said() -> None:
    with pytest.raises(ServiceError, match="could not be read"):
        model_list.parse(b"<html>sign in</html>", {})


@pytest.mark.parametrize("id", ["acme/image-9", "a:b/c:d", "my model", "модель", "x" * 200])
def test_m05_an_unknown_name_is_kept_unchanged(id: str) -> None:
    model = catalogue(ids("gemini-3-pro-image")).find("dgrid", id)
    assert model.id == id
    assert model.state is ModelState.UNKNOWN
    assert model.price("1K") is None
    assert model.search
    assert model.references == 14
    assert "16:9" in model.aspects
    assert model.thinking


@pytest.mark.parametrize(
    ("spelled", "known"),
    [
        ("google/gemini-3-pro-image", "Gemini 3 Pro Image"),
        ("models/gemini-3-pro-image-preview", "Gemini 3 Pro Image"),
        ("GEMINI-3-PRO-IMAGE@20260528", "Gemini 3 Pro Image"),
        ("nano-banana-pro", "Gemini 3 Pro Image"),
        ("provider/nano-banana-2.1:free", "Nano Banana 2.1"),
        ("gemini-2.0-flash-exp-image-generation", "Gemini 2.0 Flash"),
    ],
)
def test_m05_other_spellings_of_a_model_are_known(spelled: str, known: str) -> None:
    model = catalogue().find("dgrid", spelled)
    assert (model.id, model.title) == (spelled, known)


@pytest.mark.parametrize("status", [200, 404])
async def test_m06_a_key_is_tried_with_the_list_and_never_with_a_picture(status: int) -> None:
    reply = Reply(status, ids(BEST) if status == 200 else {"error": {"message": "no"}})
    with FakeService(fallback=lambda _request: reply) as service:
        client = HttpClient()
        provider = GeminiProvider(
            Profile(name="own", title="Own", base_url=service.url),
            catalogue().find,  # type: ignore[arg-type]
        )
        try:
            if status == 200:
                assert [one.id for one in await provider.listed("K", client)] == [BEST]
            else:
                with pytest.raises(StudioError):
                    await provider.listed("K", client)
        finally:
            await client.close()
        assert [one.method for one in service.requests] == ["GET"]
        assert service.requests[0].headers["authorization"] == "Bearer K"


async def test_m02_pages_are_read_to_their_end() -> None:
    def page(request: Any) -> Reply:
        later = "pageToken=t" in request.path
        name = "models/gemini-3-pro-image" if later else f"models/{BEST}"
        more = {} if later else {"nextPageToken": "t"}
        return Reply(body={"models": [{"name": name}], **more})

    with FakeService(fallback=page) as service:
        client = HttpClient()
        profile = Profile(name="own", title="Own", base_url=service.url, auth="google")
        provider = GeminiProvider(profile, catalogue().find)  # type: ignore[arg-type]
        try:
            found = await provider.listed("K", client)
        finally:
            await client.close()
    assert [one.id for one in found] == [BEST, "gemini-3-pro-image"]
