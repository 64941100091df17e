"""Body, address and headers of one request."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from studio.common.errors import InputError, KeyRefused
from studio.config.settings import Profile, built_in
from studio.domain.entities import AspectRatio, GenerationRequest, Role, SafetySetting
from studio.providers.catalogue import Catalogue
from studio.providers.gemini import request

CATALOGUE = Catalogue()
PNG = b"\x89PNG\r\n\x1a\n1"
JPEG = b"\xff\xd8\xff2"


def asked(model="gemini-nano-banana-2.1", prompt="p", **more):
    return GenerationRequest(profile="dgrid", model=model, prompt=prompt, **more)


def body(of=None, inputs=(), *, both=False):
    of = of or asked()
    model = CATALOGUE.find("dgrid", of.model)
    return json.loads(request.body(of, inputs, model, both_modalities=both))


def profile(base_url, **more):
    return Profile(name="own", title="Own", base_url=base_url, **more)


@pytest.mark.parametrize(
    ("both", "modalities"), [(True, ["TEXT", "IMAGE"]), (False, ["IMAGE"])], ids=["both", "image"]
)
def test_words_alone_make_the_smallest_body(both, modalities):
    assert body(both=both) == {
        "contents": [{"role": "user", "parts": [{"text": "p"}]}],
        "generationConfig": {"responseModalities": modalities},
    }


@pytest.mark.parametrize(
    ("aspect", "size", "expected"),
    [
        (None, "4K", {"imageSize": "4K"}),
        (AspectRatio(16, 9), None, {"aspectRatio": "16:9"}),
        (AspectRatio(16, 9), "2K", {"aspectRatio": "16:9", "imageSize": "2K"}),
        (None, "1024x1024", {"imageSize": "1024x1024"}),
        (None, None, None),
    ],
)
def test_each_choice_of_the_image_is_sent_on_its_own(aspect, size, expected):
    config = body(asked(aspect=aspect, size=size))["generationConfig"]
    assert config.get("imageConfig") == expected


def test_a_model_of_one_size_is_not_told_a_size():
    config = body(asked("gemini-2.5-flash-image", size="4K"))["generationConfig"]
    assert "imageConfig" not in config


@pytest.mark.parametrize(
    ("model", "aspect", "size", "sent"),
    [
        ("gemini-3-pro-image", None, "2K", "2K"),
        ("gemini-2.0-flash-preview-image-generation", None, "1K", "1024x1024"),
        ("gemini-2.0-flash-preview-image-generation", None, "2K", "2048x2048"),
        ("gemini-2.0-flash-preview-image-generation", None, "900x600", "900x600"),
        ("gemini-2.0-flash-preview-image-generation", AspectRatio(16, 9), "1K", "1360x768"),
    ],
)
def test_a_size_is_sent_as_the_model_is_marked(model, aspect, size, sent):
    config = body(asked(model, aspect=aspect, size=size))["generationConfig"]
    assert config["imageConfig"]["imageSize"] == sent


def test_pixels_follow_the_published_table():
    model = request.other_spelling(asked(size="2K"), CATALOGUE.find("dgrid", "gemini-3-pro-image"))
    assert model is not None
    assert model.spelled("2K", "16:9") == "2752x1536"
    assert model.spelled("1K") == "1024x1024"


@pytest.mark.parametrize(
    ("model", "size"),
    [("gemini-3-pro-image", "1024x1024"), ("gemini-3-pro-image", None),
     ("gemini-2.5-flash-image", "1K")],
)  # fmt: skip
def test_what_the_user_spelled_and_what_is_not_sent_has_no_other_spelling(model, size):
    assert request.other_spelling(asked(model, size=size), CATALOGUE.find("dgrid", model)) is None


FULL: dict[str, Any] = {
    "system": "Flat colours only.",
    "temperature": 0.0,
    "safety": (
        SafetySetting("harassment", "block_none"),
        SafetySetting("HARM_CATEGORY_HATE_SPEECH", "OFF"),
    ),
    "search": True,
    "thinking": "high",
}


def test_every_further_choice_is_sent_as_the_service_names_it():
    sent = body(asked("gemini-3.1-flash-image", **FULL))
    instruction = {"role": "user", "parts": [{"text": "Flat colours only."}]}
    assert sent["systemInstruction"] == instruction
    assert sent["generationConfig"]["temperature"] == 0.0
    assert sent["generationConfig"]["thinkingConfig"] == {"thinkingLevel": "HIGH"}
    assert sent["tools"] == [{"googleSearch": {}}]
    assert sent["safetySettings"] == [
        {"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"},
        {"category": "HARM_CATEGORY_HATE_SPEECH", "threshold": "OFF"},
    ]


@pytest.mark.parametrize(
    ("model", "missing"),
    [
        ("gemini-2.5-flash-image", {"tools", "thinkingConfig"}),
        ("gemini-3-pro-image", {"thinkingConfig"}),
        ("gemini-3.1-flash-lite-image", {"tools"}),
        ("gemini-2.0-flash-preview-image-generation",
         {"tools", "thinkingConfig", "systemInstruction"}),
        ("nobody-knows-this", set()),
    ],
)  # fmt: skip
def test_a_choice_the_model_does_not_have_is_left_out(model, missing):
    sent = body(asked(model, **FULL))
    every = {"tools", "thinkingConfig", "systemInstruction", "safetySettings"}
    assert every - ({*sent} | {*sent["generationConfig"]}) == missing


def test_an_unknown_thinking_level_is_left_out():
    assert "thinkingConfig" not in body(asked(thinking="enormous"))["generationConfig"]


def test_references_come_first_and_the_edited_picture_just_before_the_words():
    sent = body(inputs=[(PNG, "image/png", Role.EDIT), (JPEG, "image/jpeg", Role.STYLE)])
    parts = sent["contents"][0]["parts"]
    assert [part["inlineData"]["mimeType"] for part in parts[:2]] == ["image/jpeg", "image/png"]
    assert base64.b64decode(parts[1]["inlineData"]["data"]) == PNG
    assert parts[2] == {"text": "p"}


def test_a_seed_is_sent_only_when_there_is_one():
    other = "gemini-3-pro-image"
    assert "seed" not in body(asked(other))["generationConfig"]
    assert body(asked(other, seed=0))["generationConfig"]["seed"] == 0
    assert "seed" not in body(asked(seed=0))["generationConfig"], "this model takes none"


def test_a_prompt_of_any_script_and_length_arrives_as_it_is():
    prompt = 'Ü 灯台 🗼 "\\{' * 1500
    assert body(asked(prompt=prompt))["contents"][0]["parts"] == [{"text": prompt}]


@pytest.mark.parametrize(
    ("model", "sent"),
    [
        (
            "gemini-nano-banana-2.1",
            {"searchTypes": {"webSearch": {}, "imageSearch": {}}},
        ),
        ("gemini-3.1-flash-image", {"searchTypes": {"webSearch": {}, "imageSearch": {}}}),
        (
            "google/gemini-3.1-flash-image-preview",
            {"searchTypes": {"webSearch": {}, "imageSearch": {}}},
        ),
        ("nobody-knows-this", {"searchTypes": {"webSearch": {}, "imageSearch": {}}}),
        ("gemini-3-pro-image", {}),
        ("gemini-3.1-flash-lite-image", None),
        ("gemini-2.5-flash-image", None),
    ],
)
def test_images_are_searched_for_where_the_model_can(model, sent):
    tools = body(asked(model, search=True, image_search=True)).get("tools")
    assert tools == (None if sent is None else [{"googleSearch": sent}])
    web = body(asked(model, search=True)).get("tools")
    assert web == (None if sent is None else [{"googleSearch": {}}])
    assert "tools" not in body(asked(model, image_search=True))


@pytest.mark.parametrize(
    ("model", "asked_for", "level"),
    [
        ("gemini-nano-banana-2.1", "high", "MEDIA_RESOLUTION_HIGH"),
        ("gemini-3.1-flash-image", "ultra_high", "MEDIA_RESOLUTION_ULTRA_HIGH"),
        ("gemini-3.1-flash-image", " Ultra-High ", "MEDIA_RESOLUTION_ULTRA_HIGH"),
        ("gemini-nano-banana-2.1", "MEDIA_RESOLUTION_LOW", "MEDIA_RESOLUTION_LOW"),
        ("gemini-nano-banana-2.1", "unspecified", None),
        ("gemini-nano-banana-2.1", "enormous", None),
        ("gemini-nano-banana-2.1", "", None),
        ("gemini-3-pro-image", "high", None),
        ("gemini-2.5-flash-image", "high", None),
        ("nobody-knows-this", "high", None),
    ],
)
def test_the_detail_of_references_is_in_the_part_of_each(model, asked_for, level):
    pictures = [(PNG, "image/png", Role.EDIT), (JPEG, "image/jpeg", Role.FREE)]
    sent = body(asked(model, detail=asked_for), pictures)
    parts = sent["contents"][0]["parts"]
    expected = {"inlineData"} if level is None else {"inlineData", "mediaResolution"}
    assert [set(part) for part in parts] == [expected, expected, {"text"}]
    if level is not None:
        assert all(part["mediaResolution"] == {"level": level} for part in parts[:2])
    assert "mediaResolution" not in sent["generationConfig"]


@pytest.mark.parametrize("spelled", ["high", "HIGH", " High\n", "THINKING_LEVEL_HIGH"])
def test_a_level_of_thinking_is_understood_in_every_spelling(spelled):
    sent = body(asked(thinking=spelled))["generationConfig"]
    assert sent["thinkingConfig"] == {"thinkingLevel": "HIGH"}


def every_level():
    return [
        (model.id, level)
        for model in CATALOGUE.models("dgrid")
        for level in ("minimal", "low", "medium", "high")
    ]


@pytest.mark.parametrize(("model", "level"), every_level())
def test_every_level_a_model_has_is_sent_and_no_other(model, level):
    sent = body(asked(model, thinking=level))["generationConfig"].get("thinkingConfig")
    known = CATALOGUE.find("dgrid", model).thinking
    assert sent == ({"thinkingLevel": level.upper()} if level in known else None)


def test_extra_fields_are_part_of_the_generation_config():
    extra = '{"topP": 0.9, "imageConfig": {"personGeneration": "ALLOW_ADULT"}}'
    config = body(asked("gemini-3-pro-image", size="2K", extra_fields=extra))["generationConfig"]
    assert config == {
        "responseModalities": ["IMAGE"],
        "imageConfig": {"imageSize": "2K", "personGeneration": "ALLOW_ADULT"},
        "topP": 0.9,
    }


def test_extra_fields_of_a_damaged_record_are_not_sent():
    with pytest.raises(InputError, match="extra fields"):
        body(asked(extra_fields='{"candidateCount": 4}'))


def test_pictures_too_large_together_are_refused_before_sending():
    with pytest.raises(InputError, match="too large"):
        body(inputs=[(PNG * 700_000, "image/png", Role.FREE)] * 3)


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("https://api.dgrid.ai", "https://api.dgrid.ai/v1"),
        ("https://api.dgrid.ai/", "https://api.dgrid.ai/v1"),
        ("api.dgrid.ai", "https://api.dgrid.ai/v1"),
        (" https://api.dgrid.ai/v1/ ", "https://api.dgrid.ai/v1"),
        ("https://api.dgrid.ai/v1beta", "https://api.dgrid.ai/v1beta"),
        ("https://x.org/v1/v1beta", "https://x.org/v1/v1beta"),
        ("https://x.org/proxy", "https://x.org/proxy/v1"),
        ("https://x.org/v1/models", "https://x.org/v1"),
        ("https://x.org/v1/models/m:generateContent", "https://x.org/v1"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/v1"),
        ("sketch://local", "sketch://local/v1"),
    ],
)
def test_a_base_address_is_understood_in_every_spelling(base, expected):
    address = request.url(profile(base), "google/gemini-3-pro-image")
    assert address == f"{expected}/models/google/gemini-3-pro-image:generateContent"


def test_google_is_asked_under_its_own_version():
    google = next(one for one in built_in() if one.name == "google")
    assert request.url(google, "models/m").endswith(
        "googleapis.com/v1beta/models/m:generateContent"
    )
    assert request.headers(google, "AIza1")["x-goog-api-key"] == "AIza1"
    assert "?key=" not in request.url(google, "m")


@pytest.mark.parametrize(
    ("path", "listed"),
    [
        ("/v2/publishers/acme/models/{model}:generateContent", "/v2/publishers/acme/models"),
        ("/v1/images/{model}", "/v1/models"),
    ],
)
def test_models_are_listed_beside_where_they_are_asked(path, listed):
    own = profile("https://x.org", path=path)
    assert request.list_url(own) == f"https://x.org{listed}"


def test_strange_signs_in_a_model_are_encoded_but_slashes_stay():
    assert request.url(profile("https://x.org"), "a/b c:free?x").endswith(
        "/models/a/b%20c%3Afree%3Fx:generateContent"
    )


@pytest.mark.parametrize(
    "base",
    ["", "https://", "https://u:p@x.org", "https://x.org/v1?key=1", "https://x:y", "https://["],
)
def test_an_address_that_is_none_is_refused(base):
    with pytest.raises(InputError):
        request.base_url(profile(base))


@pytest.mark.parametrize(
    "pasted",
    ["sk-1", " sk-1\n", "Bearer sk-1", "authorization: bearer sk-1", '"sk-1"', "sk-\u200b1"],
)
def test_a_key_is_cleaned_of_what_was_copied_with_it(pasted):
    headers = request.headers(profile("https://x.org"), pasted)
    assert headers["Authorization"] == "Bearer sk-1"
    assert headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("pasted", ["", "  ", "schlüssel", "sk-\x001"])
def test_a_key_no_header_can_carry_is_refused(pasted):
    with pytest.raises(KeyRefused):
        request.headers(profile("https://x.org"), pasted)
