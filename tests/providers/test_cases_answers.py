"""The numbered cases of answers: bodies with a picture (S) and without one (N)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from studio.common.errors import (
    Billed,
    KeyRefused,
    ModelError,
    NoPicture,
    PictureRefused,
    ServiceError,
    StudioError,
)
from studio.config.settings import built_in
from studio.domain.entities import CostBasis, GenerationRequest
from studio.domain.pricing import cost
from studio.providers.base import Answer, AnswerSource
from studio.providers.catalogue import Catalogue
from studio.providers.gemini import GeminiProvider
from tests import canary

KEY = canary.KEY

CATALOGUE = Catalogue(today=lambda: "2026-11-23")
DGRID = GeminiProvider(built_in()[0], lambda id: CATALOGUE.find("dgrid", id))
BEST = "gemini-nano-banana-2.1"
A, B = b"\x89PNG\r\n\x1a\nAAAA", b"\xff\xd8\xffB" * 3000
"""One is kept in the parsed answer, the other is long enough to stay in its file."""


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def image(data: bytes, **more: Any) -> dict[str, Any]:
    return {"inlineData": {"mimeType": "image/png", "data": b64(data)}, **more}


def parts(*found: Any, finish: Any = "STOP", **more: Any) -> dict[str, Any]:
    content = {"role": "model", "parts": list(found)}
    return {"candidates": [{"content": content, "finishReason": finish}], **more}


Read = Callable[..., Answer]


@pytest.fixture
def body(tmp_path: Path) -> Path:
    return tmp_path / "body"


@pytest.fixture
def read(body: Path) -> Read:
    """Read an answer (JSON or bytes) as it was kept."""
    return reader(body)


def reader(body: Path) -> Read:
    """A reader of answers that are kept in this file."""

    def read_it(answer: Any, *, size: str = "1K", **headers: str) -> Answer:
        body.write_bytes(answer if isinstance(answer, bytes) else json.dumps(answer).encode())
        request = GenerationRequest(profile="dgrid", model=BEST, prompt="p", size=size)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return DGRID.read(
            AnswerSource(status=200, headers=named, body=body, request=request, key=KEY)
        )

    return read_it


@dataclass
class Want:
    """What is made of an answer; of pictures their bytes, drafts marked by a pair."""

    pictures: list[bytes] = field(default_factory=lambda: [A])
    drafts: list[bytes] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    words: str = ""
    warns: str = ""


URL = f"data:image/png;base64,{b64(B)}"
DIRTY = b64(B)
THOUGHT = {"thought": True}
SPACED = "\r\n ".join(DIRTY[n : n + 76] for n in range(0, len(DIRTY), 76))
URLSAFE = base64.urlsafe_b64encode(B).decode().rstrip("=")

SUCCESSES: dict[str, tuple[Any, Want]] = {
    "S01 one picture": (parts(image(A)), Want()),
    "S02 words beside it": (parts({"text": "Here you go"}, image(A)), Want(words="Here you go")),
    "S03 a plan, a draft, the result": (
        parts({"text": "plan", **THOUGHT}, image(B, **THOUGHT), image(A, thoughtSignature="sig")),
        Want([B, A], drafts=[B]),
    ),
    "S04 only a draft": (parts(image(A, **THOUGHT)), Want(warns="only a draft")),
    "S05 two results": (parts(image(A), image(B)), Want([A, B])),
    "S06 null words on the picture's part": (parts({"text": None, **image(A)}), Want()),
    "S07 the other spelling": (
        {
            "candidates": [
                {
                    "content": {
                        "parts": [{"inline_data": {"mime_type": "image/png", "data": b64(A)}}]
                    },
                    "finish_reason": "STOP",
                }
            ],
            "usage_metadata": {"prompt_token_count": 4, "total_token_count": 4},
        },
        Want(),
    ),
    "S08 no media type": (parts({"inlineData": {"data": b64(B)}}), Want([B])),
    "S08 a general media type": (
        parts({"inlineData": {"mimeType": "application/octet-stream", "data": b64(B)}}),
        Want([B]),
    ),
    "S08 a media type that is none": (
        parts({"inlineData": {"mimeType": "image/jpg; x=1", "data": b64(B)}}),
        Want([B]),
    ),
    "S09 lines and spaces in the base64": (parts({"inlineData": {"data": SPACED}}), Want([B])),
    "S09 the alphabet of addresses, no padding": (
        parts({"inlineData": {"data": URLSAFE}}),
        Want([B]),
    ),
    "S10 an address of data in the data": (parts({"inlineData": {"data": URL}}), Want([B])),
    "S11 a picture's address in the words": (
        parts({"text": "![i](https://h.org/x.png)"}),
        Want([], urls=["https://h.org/x.png"]),
    ),
    "S11 nothing but an address": (
        parts({"text": "https://h.org/made?id=7"}),
        Want([], urls=["https://h.org/made?id=7"]),
    ),
    "S12 a file's address": (
        parts({"fileData": {"mimeType": "image/png", "fileUri": "https://h.org/y"}}),
        Want([], urls=["https://h.org/y"]),
    ),
    "S13 markdown with bytes": (parts({"text": f"![i]({URL})"}), Want([B])),
    "S14 the chat family": (
        {"choices": [{"message": {"content": "..", "images": [{"image_url": {"url": URL}}]}}]},
        Want([B], words=".."),
    ),
    "S15 the images family": ({"created": 1, "data": [{"b64_json": b64(A)}]}, Want()),
    "S15 the images family with an address": (
        {"data": [{"url": "https://h.org/z.png"}]},
        Want([], urls=["https://h.org/z.png"]),
    ),
    "S16 a list around": ([parts(image(A))], Want()),
    "S16 an envelope around": ({"code": 0, "data": parts(image(A))}, Want()),
    "S17 nulls and strangers": (
        parts({}, None, {"text": None, "inlineData": None}, {"odd": {"x": 1}}, image(A)),
        Want(),
    ),
    "S23 another model": (
        parts(image(A), modelVersion="gemini-3-pro-image"),
        Want(warns="Made by gemini-3-pro-image instead of gemini-nano-banana-2.1"),
    ),
    "S23 the same model under another spelling": (
        parts(image(A), modelVersion="models/gemini-nano-banana-2.1-preview"),
        Want(),
    ),
    "N11 one blocked, one made": (
        {"candidates": [{"finishReason": "IMAGE_SAFETY"}, parts(image(A))["candidates"][0]]},
        Want(warns="Incomplete result"),
    ),
}


@pytest.mark.parametrize("name", SUCCESSES)
def test_what_can_be_rescued_is(read: Read, body: Path, name: str) -> None:
    answer, want = SUCCESSES[name]
    found = read(answer)
    made = {one: b"".join(one.chunks(body)) for one in found.pictures if not one.url}
    assert list(made.values()) == want.pictures
    assert [data for one, data in made.items() if one.draft] == want.drafts
    assert [one.url for one in found.pictures if one.url] == want.urls
    assert found.results
    assert found.words == want.words
    assert bool(found.warnings) is bool(want.warns)
    assert want.warns in " ".join(found.warnings)


def usage(**counted: Any) -> dict[str, Any]:
    return parts(image(A), usageMetadata=counted)


def test_s18_an_uncounted_picture_is_not_free(read: Read) -> None:
    found = read(usage(promptTokenCount=14, candidatesTokenCount=0, totalTokenCount=14))
    unknown, known = CATALOGUE.find("dgrid", "acme-image"), CATALOGUE.find("dgrid", BEST)
    assert cost(found.usage, unknown, "1K") == (None, CostBasis.UNKNOWN)
    assert cost(found.usage, known, "1K") == (0.0336, CostBasis.TABLE)


def test_s19_the_delivered_tier_is_detected_by_its_tokens(read: Read) -> None:
    detail = [{"modality": "IMAGE", "tokenCount": 1120}]
    answer = usage(candidatesTokenCount=1120, candidatesTokensDetails=detail)
    assert read(answer, size="4K").warnings == ("Requested 4K, received 1K.",)
    assert read(answer, size="1K").warnings == ()


def test_s21_drafts_come_in_any_number(read: Read) -> None:
    found = read(parts(*[image(A, **THOUGHT)] * 9, image(B)))
    assert len(found.pictures) == 10
    assert len(found.results) == 1


def test_s24_what_was_looked_up_is_kept(read: Read) -> None:
    answer = parts(image(A))
    answer["candidates"][0]["groundingMetadata"] = {
        "webSearchQueries": ["q"],
        "groundingChunks": [{"web": {"uri": "https://h.org/", "title": "H"}}],
        "searchEntryPoint": {
            "renderedContent": "<style>" + "x" * 9000 + "</style>"
            '<div onclick="x()"><a href="https://g.org/?q=q">q</a><script>y()</script></div>'
        },
    }
    found = read(answer).grounding
    assert found is not None
    assert found.queries == ("q",)
    assert [(one.url, one.title) for one in found.sources] == [("https://h.org/", "H")]
    assert [(one.url, one.title) for one in found.searches] == [("https://g.org/?q=q", "q")]


FREE = "Unable to show the generated image. You will not be charged for it."
RATINGS = [{"category": "HARM_CATEGORY_HARASSMENT", "probability": "HIGH", "blocked": True}]


def ended(reason: Any, content: Any = None, **more: Any) -> dict[str, Any]:
    return {"candidates": [{"content": content or {}, "finishReason": reason, **more}]}


Failure = tuple[Any, type[StudioError], str, str]
MAYBE, NO = "maybe", "no"

FAILURES: dict[str, Failure] = {
    "N01 the prompt is blocked": (
        {
            "promptFeedback": {"blockReason": "PROHIBITED_CONTENT"},
            "usageMetadata": {"promptTokenCount": 5},
        },
        PictureRefused, MAYBE, "The prompt was refused",
    ),
    "N02 blocked, with ratings": (
        {"candidates": [], "promptFeedback": {"blockReason": "SAFETY", "safetyRatings": RATINGS}},
        PictureRefused, MAYBE, "harassment",
    ),
    "N03 blocked, in the service's words": (
        {"promptFeedback": {"blockReason": "MODEL_ARMOR", "blockReasonMessage": "Not here."}},
        PictureRefused, MAYBE, "Not here.",
    ),
    "N04 the picture is blocked": (
        {"candidates": [{"finishReason": "IMAGE_SAFETY", "finishMessage": FREE, "index": 0}]},
        PictureRefused, NO, "Unable to show the generated image",
    ),
    "N05 null parts": (
        ended("IMAGE_PROHIBITED_CONTENT", {"parts": None}), PictureRefused, MAYBE, "not allow",
    ),
    "N06 NO_IMAGE": (ended("NO_IMAGE"), NoPicture, MAYBE, "The model made no picture"),
    "N06 IMAGE_RECITATION": (ended("IMAGE_RECITATION"), PictureRefused, MAYBE, "existing work"),
    "N06 RECITATION": (ended("RECITATION"), PictureRefused, MAYBE, "existing work"),
    "N06 IMAGE_OTHER": (ended("IMAGE_OTHER"), NoPicture, MAYBE, "IMAGE_OTHER"),
    "N06 OTHER": (ended("OTHER"), NoPicture, MAYBE, "OTHER"),
    "N06 SPII": (ended("SPII"), PictureRefused, MAYBE, "personal data"),
    "N06 BLOCKLIST": (ended("BLOCKLIST"), PictureRefused, MAYBE, "not allow"),
    "N06 LANGUAGE": (ended("LANGUAGE"), NoPicture, MAYBE, "LANGUAGE"),
    "N07 words instead": (
        parts({"text": "I can't create that."}), NoPicture, MAYBE, "I can't create that.",
    ),
    "N07 a notice instead": (
        parts({"text": f"{BEST} has been retired. Please use another model."}), ModelError, MAYBE,
        "retired",
    ),
    "N07 a notice of a date": (
        parts({"text": "This model was due to be switched off on 2026-10-01."}), ModelError, MAYBE,
        "switched off",
    ),
    "N07 a notice of a chat": (
        {"choices": [{"message": {"content": "This model is no longer available."}}]},
        ModelError, MAYBE, "no longer available",
    ),
    "N07 words about a discontinued car": (
        parts({"text": "I can't paint the Model T, it was discontinued in 1927."}), NoPicture,
        MAYBE, "1927",
    ),
    "N08 ended well, with nothing": (
        ended("STOP", {"role": "model", "parts": []}), NoPicture, MAYBE, "no reason",
    ),
    "N09 out of room": (
        {**ended("MAX_TOKENS", {"role": "model"}), "usageMetadata": {"thoughtsTokenCount": 299}},
        NoPicture, MAYBE, "output limit",
    ),
    "N10 only thoughts": (
        parts({"text": "hm", **THOUGHT}), NoPicture, MAYBE, "no reason",
    ),
    "N10 only a function call": (
        parts({"functionCall": {"name": "f"}}), NoPicture, MAYBE, "no reason",
    ),
    "N10 an unknown reason": (ended("IMAGE_FOO"), NoPicture, MAYBE, "IMAGE_FOO"),
    "N10 no reason": (ended(None), NoPicture, MAYBE, "no reason"),
    "N10 a reason in small letters": (ended("image_safety"), PictureRefused, MAYBE, "filter"),
    "N12 an error as a success": (
        {"error": {"message": "Invalid token (request id: r2026)", "type": "new_api_error"}},
        KeyRefused, NO, "key was not accepted",
    ),
    "N12 no success as a success": (
        {"success": False, "message": "busy"}, ServiceError, MAYBE, "busy",
    ),
}  # fmt: skip


def refused(
    read: Read, answer: Any, kind: type[StudioError], billed: str, says: str
) -> StudioError:
    """The error an answer is read as: of that kind, with those words, and never sent again."""
    with pytest.raises(kind) as caught:
        read(answer)
    error = caught.value
    assert says in f"{error.title} {error.message}"
    assert error.billed == billed
    assert not error.retryable
    return error


@pytest.mark.parametrize("name", FAILURES)
def test_an_answer_without_a_picture_says_why_and_costs_at_most_once(read: Read, name: str) -> None:
    answer, kind, billed, says = FAILURES[name]
    error = refused(read, answer, kind, billed, says)
    assert error.hint
    if error.billed is Billed.MAYBE and not isinstance(error, PictureRefused):
        assert error.hint


def test_n13_a_web_page_is_no_api(read: Read) -> None:
    page = b"<!doctype html><html><title>Hotel WLAN</title><body>sign in</body></html>"
    with pytest.raises(ServiceError) as caught:
        read(page, content_type="text/html; charset=utf-8")
    error = caught.value
    assert "Not an image service's answer" in error.title
    assert "provider's address" in error.hint
    assert error.billed is Billed.NO
    assert "<" not in f"{error.title}{error.message}{error.hint}{error.details}"
