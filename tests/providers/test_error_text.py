"""The innermost sentence of an error reaches the person, whatever wraps it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.common.errors import Billed
from studio.providers.gemini import error_text
from studio.providers.gemini.billing_statements import billing_in_words, stated_billing
from studio.providers.gemini.error_body import parse, parse_value, wait_seconds
from studio.providers.gemini.error_text import Worth
from studio.providers.gemini.errors import from_status
from tests.any_text import any_text

SAYS = "The third picture isn't square; 1:1 is needed."
PLAIN = {"error": {"code": 400, "message": SAYS, "status": "INVALID_ARGUMENT"}}
PRINTED = "{'error': {'code': 400, 'message': \"" + SAYS + "\", 'details': None, 'ok': False}}"


def error(message: Any, **more: Any) -> dict[str, Any]:
    return {"error": {"message": message, "type": "upstream_error", "code": None, **more}}


WRAPPED: dict[str, Any] = {
    "the service's own": PLAIN,
    "a list of one": [PLAIN],
    "a stream": f"data: {json.dumps(PLAIN)}\n\ndata: [DONE]\n\n",
    "two lines": f'{{"candidates": []}}\n{json.dumps(PLAIN)}\n',
    "error as a list": {"error": [{"message": SAYS}]},
    "error as a text": {"error": SAYS},
    "errors": {"errors": [{"message": SAYS, "reason": "badRequest"}]},
    "errors of texts": {"errors": [SAYS]},
    "Message": {"Message": SAYS, "Code": "InvalidParameter"},
    "error_msg": {"error_code": 336003, "error_msg": SAYS},
    "errmsg": {"errcode": 40003, "errmsg": SAYS},
    "err": {"err": SAYS},
    "message as an object": error({"text": SAYS, "lang": "en"}),
    "RFC 7807": {"type": "about:blank", "title": "Bad Request", "status": 400, "detail": SAYS},
    "FastAPI's text": {"detail": SAYS},
    "Apigee": {"fault": {"faultstring": SAYS, "detail": {"errorcode": "steps.x.Failed"}}},
    "OAuth": {"error": "invalid_request", "error_description": SAYS},
    "Spring": {"timestamp": "2026", "status": 400, "error": "Bad Request", "message": SAYS},
    "Azure": error("Bad request", innererror={"code": "X", "message": SAYS}),
    "a choice": {"choices": [{"error": {"message": SAYS}, "native_finish_reason": "x"}]},
    "metadata.raw": error("Provider returned error", metadata={"raw": json.dumps(PLAIN)}),
    "metadata.raw as a text": error("Provider returned error", metadata={"raw": SAYS}),
    "metadata.raw as an object": error("Provider returned error", metadata={"raw": PLAIN}),
    "in brackets": error(f"Provider returned error ({json.dumps({'raw': json.dumps(PLAIN)})})"),
    "after a bar": error(f"Provider returned error | metadata: {json.dumps({'raw': PLAIN})}"),
    "JSON in a text": error(json.dumps(PLAIN)),
    "JSON twice in a text": error(json.dumps(error(json.dumps(PLAIN)))),
    "JSON three times in a text": error(json.dumps(error(json.dumps(error(json.dumps(PLAIN)))))),
    "a JSON text": json.dumps(json.dumps(PLAIN)),
    "printed by Python": error(f"Error code: 400 - {PRINTED}"),
    "printed by Python, alone": PRINTED,
    "printed bytes": error("litellm.BadRequestError: VertexAIException - b'"
                           + json.dumps(PLAIN).replace("isn't", r"isn\'t") + "'"),
    "printed lines": error("VertexAIException BadRequestError - "
                           'b\'{\\n  "error": {\\n    "message": "The third picture isn\\\'t '
                           'square; 1:1 is needed."\\n  }\\n}\\n\''),
    "a class": error(f"google.api_core.exceptions.InvalidArgument: 400 {SAYS}".replace(" 400", "")),
    "a status": error(f"400 INVALID_ARGUMENT. {PRINTED}"),
    "an SDK": error("[GoogleGenerativeAI Error]: Error fetching from https://h/v1: "
                    f"[400 Bad Request] {SAYS}"),
    "gRPC": error(f"rpc error: code = InvalidArgument desc = {SAYS}"),
    "gRPC's trailers": f"grpc-status: 3\r\ngrpc-message: {SAYS.replace(' ', '%20')}\r\n",
    "a gateway": error(f"openai error: {SAYS}"),
    "LiteLLM's end": error(f"litellm.APIError: {SAYS} LiteLLM Retries: 2, Model Group=x"),
    "a request id": error(f"{SAYS} (request id: 20261130abc)"),
    "a traceback": error(f"Traceback (most recent call last):\n  File x\nValueError: {SAYS}"),
    "XML": f"<?xml version='1.0'?><Error><Code>Bad</Code><Message>{SAYS}</Message></Error>",
    "XML in a text": error(f"<Error><Message>{SAYS}</Message></Error>"),
    "a page": f"<!DOCTYPE html><html><head><title>{SAYS}</title></head><body>x</body></html>",
    "a page in a text": error(f"Upstream error: <html><head><title>{SAYS}</title></head></html>"),
    "tags": error(f"<b>{SAYS}</b><br/>"),
    "entities": error(SAYS.replace("'", "&#39;")),
    "a form": "error=invalid_request&error_description=" + SAYS.replace(" ", "+"),
    "percent": error("failed: " + json.dumps(PLAIN).replace("{", "%7B").replace('"', "%22")),
    "cut off": error(json.dumps(PLAIN)[:-20]),
    "cut off twice": error(json.dumps(error(json.dumps(PLAIN)[:-20]))[:-30]),
    "an envelope": {"response": {"error": {"message": SAYS}}},
    "a detail": {"error": {"code": 400, "message": "Request contains an invalid argument.",
                           "details": [{"@type": "x/google.rpc.BadRequest", "fieldViolations":
                                        [{"field": "a", "description": SAYS}]}]}},
    "a plain text": SAYS,
    "beside a link": {"error": {"message": SAYS, "details": [
        {"@type": "x/google.rpc.Help", "links": [{"description": "Learn more", "url": "https://h"}]
         }]}},
}  # fmt: skip


@pytest.mark.parametrize("name", WRAPPED)
def test_the_innermost_sentence_is_found(name: str) -> None:
    body = WRAPPED[name]
    data = body if isinstance(body, str) else json.dumps(body)
    assert from_status(400, {}, data.encode()).message == SAYS


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"detail": [{"loc": ["body", "size", 0], "msg": "Field required", "input": {"p": "x"}}]},
         "size.0: Field required"),
        (error("", type="invalid_request_error"), "Invalid request error"),
        (error("", code="insufficient_user_quota"), "Insufficient user quota"),
        (error("", code="moderationBlocked"), "Moderation blocked"),
        (error("Use one of ['1:1', '3:4'] for {size}"), "Use one of ['1:1', '3:4'] for {size}"),
        (error('Bad part {"inlineData": {"data": "x"}} here'), "Bad part"),
        (error("Bad data:image/png;base64,iVBORw0KGgoAAAANS here"), "Bad \u2026 here"),
        (error("Bad data iVBORw0KGgoAAAANSUhEUgAAAAUA here"), "Bad data \u2026 here"),
        (error("no"), "no"),
        (error("Provider returned error"), "Provider returned error"),
        ({}, "It answered with status 400."),
        ({"error": {}}, "It answered with status 400."),
        (b"\x1f\x8b\x08\x00\x00\x01\x02", "It answered with status 400."),
    ],
)  # fmt: skip
def test_what_is_no_sentence_is_put_in_words(body: Any, says: str) -> None:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    assert from_status(400, {}, data).message == says


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"error": {"message": "m"}, "candidates": None}, True),
        ({"choices": [{"error": {"message": "m"}}]}, True),
        ({"errors": ["m"]}, True),
        ({"response": {"error": "m"}}, True),
        ({"choices": [{"message": {"content": "words"}}], "message": "m", "error": None}, False),
        ({"candidates": [{}], "message": "m", "title": "t"}, False),
        ({"data": [{"b64_json": "QUJD"}], "created": 1}, False),
        ({"error": None, "errors": []}, False),
    ],
)
def test_only_an_error_is_one(value: Any, found: bool) -> None:
    assert parse_value(value).found is found


@pytest.mark.parametrize(
    ("more", "seconds"),
    [
        ({"metadata": {"retry_after_seconds": 30}}, 30),
        ({"metadata": {"raw": json.dumps({"error": {"retry_after": "12"}})}}, 12),
        ({"metadata": {"headers": {"Retry-After": "5"}}}, None),
        ({"retryAfterMs": 1500}, 1.5),
        ({"details": [{"retryDelay": {"seconds": 4}}]}, 4),
        ({"retry_after": True}, None),
        ({"message": "Try again in about 40 seconds."}, 40),
    ],
)
def test_the_wait_is_found_in_every_field(more: dict[str, Any], seconds: float | None) -> None:
    body = parse(json.dumps({"error": {"message": "m", **more}}).encode())
    assert wait_seconds(body, {}) == seconds


@given(any_text(max_size=300))
def test_cleaning_is_total_and_leaves_one_line(text: str) -> None:
    sentence = error_text.clean(text)
    assert "\n" not in sentence
    assert not re.search(r'\{\s*"\w+"\s*:', sentence)
    assert error_text.worth(sentence) in Worth


@given(st.binary(max_size=300))
def test_parsing_is_total(body: bytes) -> None:
    assert parse(body).message == " ".join(parse(body).message.split())


@pytest.mark.parametrize("depth", [5, 100, 5000])
def test_a_deep_body_is_read_as_far_as_it_is_worth_it(depth: int) -> None:
    body: Any = "The end"
    for _number in range(min(depth, 100)):
        body = {"error": {"message": body}}
    data = json.dumps(body).encode() if depth < 5000 else b"[" * depth + b"]" * depth
    assert len(parse(data).words) < 7000


@pytest.mark.parametrize(
    ("text", "billed"),
    [
        ("You will not be charged for this request.", Billed.NO),
        ("You won\u2019t be charged.", Billed.NO),
        ("No credits were deducted", Billed.NO),
        ("Credits are not consumed when a request fails", Billed.NO),
        ("We do not charge for failed generations.", Billed.NO),
        ("Your account was charged $0.00", Billed.NO),
        ("Your credits have been refunded.", Billed.NO),
        ("本次请求失败，不会扣费", Billed.NO),
        ("You may have been charged", Billed.MAYBE),
        ("Charges are not refunded.", Billed.MAYBE),
        ("You have been charged for this request.", Billed.YES),
        ("The request timed out but will still be charged.", Billed.YES),
        ("Your account was charged $0.04", Billed.YES),
        ("已扣费", Billed.YES),
        ("If you were charged, contact the support.", None),
        ("You are only billed for successful images.", None),
        ("Insufficient credits", None),
        ("You exceeded your current quota, please check your plan and billing details.", None),
        ("", None),
    ],
)
def test_a_statement_about_the_bill_is_read(text: str, billed: Billed | None) -> None:
    assert stated_billing(text) is billed
    assert stated_billing("Sorry.", text) is billed


def test_a_charged_battery_is_no_bill() -> None:
    assert billing_in_words("I drew the battery after it was charged.") is None
    assert billing_in_words("Blocked. You have not been charged.") is Billed.NO
