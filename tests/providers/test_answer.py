"""Every shape of an answer becomes pictures, or a sentence that says why there are none."""

from __future__ import annotations

import base64
import json
import sys
import time
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.common.errors import (
    BalanceError,
    Billed,
    IncompleteAnswer,
    KeyRefused,
    ModelError,
    NoPicture,
    PictureRefused,
    ServiceError,
    StudioError,
)
from studio.config.settings import built_in
from studio.domain.entities import GenerationRequest
from studio.providers.base import AnswerSource
from studio.providers.catalogue import Catalogue
from studio.providers.gemini import GeminiProvider, answer
from tests.any_text import any_text
from tests.canary import KEY
from tests.providers.test_cases_answers import refused

CATALOGUE = Catalogue()
DGRID = GeminiProvider(built_in()[0], lambda id: CATALOGUE.find("dgrid", id))

A, B = b"\x89PNG\r\n\x1a\nA", b"\xff\xd8\xffB" * 3000


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def image(data: bytes, **more):
    return {"inlineData": {"mimeType": "image/png", "data": b64(data)}, **more}


def candidates(*parts, finish="STOP", **more):
    content = {"role": "model", "parts": list(parts)}
    return {"candidates": [{"content": content, "finishReason": finish}], **more}


@pytest.fixture
def read(tmp_path):
    """Read an answer (JSON or bytes) and decode its pictures."""

    def read_it(answer, *, status=200, headers=None, model="gemini-nano-banana-2.1", size="1K"):
        body = tmp_path / "body"
        body.write_bytes(answer if isinstance(answer, bytes) else json.dumps(answer).encode())
        source = AnswerSource(
            status=status,
            headers=headers or {},
            body=body,
            request=GenerationRequest(profile="dgrid", model=model, prompt="p", size=size),
            key=KEY,
        )
        found = DGRID.read(source)
        return found, [b"".join(one.chunks(body)) for one in found.pictures if not one.url]

    return read_it


THOUGHT = {"thought": True}
URL = "data:image/png;base64," + b64(B)
SHORT = "data:image/png;base64," + b64(A)

SHAPES = {
    "plain": (candidates(image(A)), [A]),
    "long": (candidates(image(B)), [B]),
    "words beside": (candidates({"text": "Here"}, image(A)), [A]),
    "two results": (candidates(image(A), image(B)), [A, B]),
    "only a draft": (candidates(image(A, **THOUGHT)), [A]),
    "snake case": (
        {"candidates": [{"content": {"parts": [
            {"inline_data": {"mime_type": "image/png", "data": b64(A)}}]},
            "finish_reason": "stop"}], "usage_metadata": {"prompt_token_count": 3}}, [A]),
    "nulls and strangers": (
        candidates({}, {"text": None, "inlineData": None}, {"functionCall": {}}, None, 7,
                   {"text": None, **image(A)}), [A]),
    "signature on the image": (candidates(image(A, thoughtSignature="sig")), [A]),
    "no media type": (candidates({"inlineData": {"data": b64(A)}}), [A]),
    "data prefix": (candidates({"inlineData": {"mimeType": "x", "data": URL}}), [B]),
    "list around": ([candidates(image(A))], [A]),
    "envelope around": ({"code": 0, "data": candidates(image(A))}, [A]),
    "one candidate not in a list": ({"candidates": candidates(image(A))["candidates"][0]}, [A]),
    "one blocked, one made": (
        {"candidates": [{"finishReason": "IMAGE_SAFETY"}, candidates(image(A))["candidates"][0]]},
        [A]),
    "ended for room, yet a picture": (candidates(image(A), finish="MAX_TOKENS"), [A]),
    "markdown with bytes": (candidates({"text": f"look ![i]({URL}) there"}), [B]),
    "markdown with few bytes": (
        candidates({"text": f"![i](data:image/png;base64,{b64(A)})"}), [A]),
    "chat": ({"choices": [{"message": {"content": "hi", "images": [
        {"image_url": {"url": URL}}]}}]}, [B]),
    "chat markdown": ({"choices": [{"message": {"content": f"![x]({URL})"}}]}, [B]),
    "images family": ({"created": 1, "data": [{"b64_json": b64(A)}]}, [A]),
    "an error beside a picture": (candidates(image(A), error={"message": "odd"}), [A]),
    "a list of pieces": ([candidates({"text": "a "}), candidates({"text": "b"}, image(A))], [A]),
    "several envelopes": ({"code": 0, "result": {"response": candidates(image(A))}}, [A]),
    "parts without content": ({"candidates": [{"content": [image(A)]}]}, [A]),
    "content as words": ({"candidates": [{"content": f"![i]({URL})"}]}, [B]),
    "a part as words": (candidates(f"![i]({URL})"), [B]),
    "two pictures in words": (candidates({"text": f"![i]({URL}) and ![j]({URL})"}), [B, B]),
    "two short pictures in words": (candidates({"text": f"({SHORT}) and <{SHORT}>"}), [A, A]),
    "bytes without an object": (candidates({"inlineData": b64(A)}), [A]),
    "bytes in a list": (candidates({"inlineData": [{"data": b64(A)}]}), [A]),
    "an address with the bytes": (candidates({"fileData": {"fileUri": URL}}), [B]),
    "a part of the chat": (candidates({"type": "image_url", "image_url": {"url": URL}}), [B]),
    "thought apart": (candidates({"thought": True, "text": URL}, image(A)), [A]),
    "chat in pieces": ([{"choices": [{"delta": {"content": "x"}}]},
                        {"choices": [{"delta": {"images": [{"image_url": {"url": URL}}]}}]}], [B]),
    "chat parts": ({"choices": [{"message": {"content": [
        {"type": "text", "text": "x"}, {"type": "image_url", "image_url": {"url": URL}}]}}]}, [B]),
    "responses family": ({"output": [{"type": "message", "content": [{"text": "x"}]},
                                     {"type": "image_generation_call", "result": b64(A)}]}, [A]),
    "predictions": ({"predictions": [{"bytesBase64Encoded": b64(A), "mimeType": "image/png"}]},
                    [A]),
    "generated images": ({"generatedImages": [{"image": {"imageBytes": b64(A)}}]}, [A]),
    "images as addresses": ({"images": [URL, {"url": URL}]}, [B, B]),
    "one image": ({"image": {"base64": b64(A)}}, [A]),
    "a page beside the bytes": (candidates({"text": "see https://h.org/a.png"}, image(A)), [A]),
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_a_picture_is_found_in_every_shape(read, name):
    answer, expected = SHAPES[name]
    found, pictures = read(answer)
    assert pictures == expected
    assert found.results


@pytest.mark.parametrize(
    "part",
    [
        {"fileData": {"mimeType": "image/png", "fileUri": "https://h.org/x.png"}},
        {"text": "![i](https://h.org/x.png)"},
        {"text": "https://h.org/x.png"},
        {"text": "Here it is: https://h.org/x.png."},
        {"text": "![i](https://h.org/x.png) or [open](https://h.org/x.png)"},
        {"text": "long " * 2000 + "https://h.org/x.png"},
        {"inlineData": {"mimeType": "image/png", "data": "https://h.org/x.png"}},
        {"image_url": "https://h.org/x.png"},
    ],
)
def test_an_address_instead_of_bytes_is_kept(read, part):
    found, _pictures = read(candidates(part))
    assert [one.url for one in found.pictures] == ["https://h.org/x.png"]
    with pytest.raises(NoPicture, match=r"https://h\.org/x\.png"):
        next(found.pictures[0].chunks(Path("unused")))


@pytest.mark.parametrize(
    "answer",
    [
        {"data": [{"url": "https://h.org/x?sig=1"}], "created": 1},
        {"data": {"url": "https://h.org/x?sig=1"}},
        {"images": ["https://h.org/x?sig=1"]},
        {"choices": [{"message": {"content": "![x](https://h.org/x?sig=1)"}}]},
        {"choices": [{"message": {"images": [{"image_url": "https://h.org/x?sig=1"}]}}]},
    ],
)
def test_an_address_of_another_family_is_kept(read, answer):
    found, _pictures = read(answer)
    assert [one.url for one in found.pictures] == ["https://h.org/x?sig=1"]


@pytest.mark.parametrize("url", ["http://h.org/x.png", "gs://bucket/x.png"])
def test_an_unsafe_address_is_reported_and_not_lost(read, url):
    found, _pictures = read(candidates({"fileData": {"fileUri": url}}))
    assert [one.url for one in found.pictures] == [url]


def test_a_page_in_the_words_is_no_picture(read):
    with pytest.raises(NoPicture, match=r"https://h\.org/about"):
        read(candidates({"text": "I cannot; see https://h.org/about for why."}))


def events(*values):
    return b"".join(b"data: " + json.dumps(value).encode() + b"\n\n" for value in values)


def test_a_stream_is_put_together(read):
    found, pictures = read(
        events(
            candidates({"text": "Here "}, finish=None),
            candidates({"text": "you go"}, finish=None),
            candidates(image(B)),
            {"usageMetadata": {"promptTokenCount": 3}, "modelVersion": "gemini-nano-banana-2.1"},
        )
    )
    assert pictures == [B]
    assert (found.words, found.usage.prompt_tokens) == ("Here you go", 3)
    assert not found.warnings


def test_an_error_within_a_stream_keeps_the_words_before_it(read):
    failed = {"error": {"code": 503, "message": "overloaded", "status": "UNAVAILABLE"}}
    with pytest.raises(ServiceError, match="overloaded") as caught:
        read(events(candidates({"text": "I will paint"}, finish=None), failed))
    assert "I will paint" in caught.value.details
    assert not caught.value.retryable


def test_a_stream_that_breaks_off_is_incomplete(read):
    with pytest.raises(IncompleteAnswer):
        read(events(candidates({"text": "a"}), candidates(image(B)))[:-9])


def test_a_prompt_blocked_in_a_stream_is_refused(read):
    with pytest.raises(PictureRefused):
        read(events({"promptFeedback": {"blockReason": "SAFETY"}}))


def test_more_pictures_than_any_answer_has_are_left(read):
    found, _pictures = read(candidates(*[image(A)] * 500))
    assert len(found.pictures) == 64


@pytest.mark.parametrize(
    "piece", ["data:;base64,x) ", "data:" * 40, "![](", "https://h.org/a.png "]
)
def test_words_made_to_keep_the_reader_busy_do_not(read, piece):
    """Eight times the words take eight times the work; reading them again and again takes 64."""

    def work(size: int) -> float:
        began = time.thread_time()
        try:
            found, _pictures = read(candidates({"text": piece * (size // len(piece))}))
        except NoPicture:
            pass
        else:
            assert len(found.pictures) <= 64
        return time.thread_time() - began

    assert work(2_000_000) < 24 * work(250_000)


@pytest.mark.parametrize("sign", ["a ", "ü", "x\n", '"', "\\", "😀"])
def test_many_words_are_read_from_the_file_and_cut(read, sign):
    with pytest.raises(NoPicture) as caught:
        read(candidates({"text": "No: " + sign * 30_000}))
    words = caught.value.message
    assert words.startswith("No: " + sign * 1000)
    assert set(words[4:]) <= {*sign, "…", "?"}
    assert len(words) <= 16 * 1024


def test_half_a_sign_is_kept_out_of_what_is_written_down(read):
    found, _pictures = read(
        candidates({"text": "a \ud83d b"}, image(A), modelVersion="\udc00", responseId="\ud800")
    )
    f"{found.words}{found.model_version}{found.request_id}{found.warnings}".encode()
    assert found.words == "a ? b"


def test_drafts_are_kept_apart_from_the_result(read):
    found, pictures = read(candidates({"text": "plan", **THOUGHT}, image(A, **THOUGHT), image(B)))
    assert [one.draft for one in found.pictures] == [True, False]
    assert pictures == [A, B]
    assert found.words == ""
    assert not found.warnings


def test_an_only_draft_is_the_result_with_a_warning(read):
    found, _pictures = read(candidates(image(A, **THOUGHT), image(B, **THOUGHT)))
    assert [one.draft for one in found.pictures] == [True, False]
    assert "draft" in found.warnings[0]


def test_words_model_usage_seed_and_request_id_are_read(read):
    found, _pictures = read(
        candidates(
            {"text": "one"},
            image(A),
            {"text": "two"},
            usageMetadata={
                "promptTokenCount": 14,
                "candidatesTokenCount": 1125,
                "thoughtsTokenCount": 30,
                "candidatesTokensDetails": [
                    {"modality": "IMAGE", "tokenCount": 1120},
                    {"modality": "TEXT", "tokenCount": 5},
                ],
            },
            modelVersion="gemini-nano-banana-2.1-001",
            responseId="r1",
            seed=7,
        )
    )
    assert (found.words, found.request_id, found.seed) == ("one\n\ntwo", "r1", 7)
    usage = found.usage
    assert (usage.prompt_tokens, usage.image_tokens, usage.text_tokens) == (14, 1120, 5)
    assert usage.thought_tokens == 30
    assert not found.warnings


def test_a_picture_without_counted_tokens_counts_as_not_counted(read):
    usage = {"promptTokenCount": 14, "candidatesTokenCount": 0, "totalTokenCount": 14}
    found, _pictures = read(candidates(image(A), usageMetadata=usage))
    assert found.usage.image_tokens is None


def test_another_model_and_a_smaller_tier_are_warned_of(read):
    usage = {"candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1120}]}
    found, _pictures = read(
        candidates(image(A), usageMetadata=usage, modelVersion="gemini-2.5-flash-image"),
        size="4K",
    )
    assert any("gemini-2.5-flash-image" in one for one in found.warnings)
    assert any("1K" in one and "4K" in one for one in found.warnings)


def test_the_same_model_under_another_spelling_is_no_warning(read):
    found, _pictures = read(
        candidates(image(A), modelVersion="models/gemini-3-pro-image-preview"),
        model="google/gemini-3-pro-image",
    )
    assert not found.warnings


BLOCKED = [{"category": "HARM_CATEGORY_HARASSMENT", "probability": "HIGH", "blocked": True}]
NOT_CHARGED = "Unable to show the generated image. You will not be charged."


@pytest.mark.parametrize(
    ("answer", "kind", "billed", "says"),
    [
        ({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}},
         PictureRefused, "maybe", "prompt"),
        ({"candidates": [], "promptFeedback": {"blockReason": "SAFETY", "safetyRatings": BLOCKED}},
         PictureRefused, "maybe", "harassment"),
        ({"candidates": None, "prompt_feedback": {"block_reason": "OTHER"}},
         PictureRefused, "maybe", "no reason"),
        ({"candidates": [{"finishReason": "IMAGE_SAFETY", "finishMessage": NOT_CHARGED}]},
         PictureRefused, "no", "Unable to show"),
        ({"candidates": [{"content": {"parts": None}, "finishReason": "IMAGE_PROHIBITED_CONTENT"}]},
         PictureRefused, "maybe", "does not allow"),
        ({"candidates": [{"content": {}, "finishReason": "NO_IMAGE"}]},
         NoPicture, "maybe", "no picture"),
        ({"candidates": [{"content": {}, "finishReason": "IMAGE_RECITATION"}]},
         PictureRefused, "maybe", "existing work"),
        ({"candidates": [{"finishReason": "SPII"}]}, PictureRefused, "maybe", "personal"),
        ({"candidates": [{"finishReason": "IMAGE_OTHER"}]}, NoPicture, "maybe", "IMAGE_OTHER"),
        ({"candidates": [{"finishReason": "IMAGE_FOO"}]}, NoPicture, "maybe", "IMAGE_FOO"),
        ({"candidates": [{"finishReason": None, "content": {"role": "model"}}]},
         NoPicture, "maybe", "no reason"),
        (candidates({"text": "I can't create that."}), NoPicture, "maybe", "I can't create that."),
        ({"candidates": [{"content": {"role": "model"}, "finishReason": "MAX_TOKENS"}]},
         NoPicture, "maybe", "output limit"),
        (candidates({"thought": True, "text": "hm"}), NoPicture, "maybe", "no reason"),
        (candidates({"functionCall": {"name": "x"}}), NoPicture, "maybe", "no reason"),
        ({}, NoPicture, "maybe", "no reason"),
        (17, NoPicture, "maybe", "no reason"),
        ({"error": {"code": 429, "message": "slow down", "status": "RESOURCE_EXHAUSTED"}},
         StudioError, "maybe", "slow down"),
        ({"candidates": None, "error": {"message": "broken pipe"}},
         ServiceError, "maybe", "broken pipe"),
        ({"success": False, "message": "get user group failed"},
         ServiceError, "maybe", "user group"),
        ({"error": {"code": "model_not_found", "message": "x"}}, ModelError, "no", "not available"),
        ({"error": {"code": "insufficient_user_quota", "message": "x"}},
         BalanceError, "no", "balance"),
        ({"error": {"message": "Invalid token", "type": "new_api_error"}}, KeyRefused, "no", "key"),
        ({"code": 40101, "message": "gone", "data": None}, KeyRefused, "no", "key"),
        ({"code": 0, "message": "ok", "data": {"promptFeedback": {"blockReason": "SAFETY"}}},
         PictureRefused, "maybe", "prompt"),
        ({"choices": [{"message": {"content": None, "refusal": "I will not."},
                       "finish_reason": "content_filter"}]},
         PictureRefused, "maybe", "I will not."),
        ({"choices": [{"message": {"content": "No."}}]}, NoPicture, "maybe", "No."),
        ({"predictions": [{"raiFilteredReason": "filtered: people"}]},
         NoPicture, "maybe", "filtered"),
        ({"candidates": [{"finishReason": "LANGUAGE"}]}, NoPicture, "maybe", "LANGUAGE"),
        ({"candidates": [{"finishReason": "BLOCKLIST"}]}, PictureRefused, "maybe", "not allow"),
        ({"candidates": [{"finishReason": "image_safety"}]}, PictureRefused, "maybe", "filter"),
    ],
)  # fmt: skip
def test_an_answer_without_a_picture_says_why_and_is_never_repeated(
    read, answer, kind, billed, says
):
    refused(read, answer, kind, billed, says)


@pytest.mark.parametrize("cut", [1, 40, 70, 5000, 15_000])
def test_a_cut_answer_is_incomplete_and_may_have_been_charged(read, cut):
    with pytest.raises(IncompleteAnswer) as caught:
        read(json.dumps(candidates(image(B))).encode()[:cut])
    assert caught.value.billed is Billed.MAYBE
    assert not caught.value.retryable


def test_a_web_page_is_not_taken_for_an_api(read):
    page = b"<!DOCTYPE html><html><title>Sign in</title><body>" + b"x" * 9000
    with pytest.raises(ServiceError) as caught:
        read(page, headers={"content-type": "text/html"})
    error = caught.value
    assert "Not an image service's answer" in error.title
    assert error.billed is Billed.NO
    assert "<" not in error.details


def test_an_empty_answer_is_named_so(read):
    with pytest.raises(ServiceError, match="empty"):
        read(b"")


def test_a_damaged_picture_is_no_picture(read):
    with pytest.raises(NoPicture, match="damaged"):
        read(candidates({"inlineData": {"data": "*not base64*" * 999}}))


def test_neither_key_nor_base64_reaches_any_text(read):
    with pytest.raises(NoPicture) as caught:
        read(candidates({"text": f"your key {KEY} and {b64(B)[:3000]}"}))
    error = caught.value
    everything = f"{error} {error.details} {error.hint}"
    assert KEY not in everything
    assert b64(B)[:250] not in everything


NAMES = """
    candidates content parts inlineData data mimeType text thought finishReason error code message
    promptFeedback blockReason usageMetadata fileData fileUri choices images url safetyRatings
    candidatesTokensDetails modelVersion seed details success response result output predictions
    groundingMetadata groundingChunks web uri b64Json image delta message inline_data mime_type
""".split()  # noqa: SIM905 - thirty names read better so
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | any_text(max_size=20)
    | st.sampled_from([URL, SHORT, f"![x]({URL})", "https://h.org/x.png", b64(A), "x" * 5000]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=1000)
@given(value=JSON, status=st.sampled_from([200, 400, 429, 503]), stream=st.booleans())
def test_any_json_is_an_answer_or_an_error_for_people(tmp_path_factory, value, status, stream):
    body = tmp_path_factory.getbasetemp() / "any"
    several = isinstance(value, list) and stream
    body.write_bytes(events(*value) if several else json.dumps(value).encode())
    request = GenerationRequest(profile="dgrid", model="m", prompt="p")
    try:
        found = DGRID.read(AnswerSource(status=status, headers={}, body=body, request=request))
        assert len(found.pictures) <= 64
        decoded = [b"".join(one.chunks(body)) for one in found.pictures if not one.url]
    except StudioError as error:
        titles = [error.title]
    else:
        titles = [str(len(one)) for one in decoded]
    assert all(titles)


def test_what_is_not_in_an_envelope_is_looked_for_once_in_each() -> None:
    """Where there is no inner object, nothing is looked for in it: that was 780 looks."""
    looks = 0

    def count(frame: FrameType, event: str, _given: object) -> None:
        nonlocal looks
        looks += event == "call" and frame.f_code.co_name == "_out_of_envelope"

    sys.setprofile(count)
    try:
        found = answer._unwrapped({"error": {"code": 503, "message": "busy"}, "data": {}})
    finally:
        sys.setprofile(None)
    assert found == ({"error": {"code": 503, "message": "busy"}, "data": {}}, None)
    # The object, its five envelopes, and five in the one that is there.
    assert looks == 11
