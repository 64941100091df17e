"""The numbered cases of errors: the service's answer, and the message for the user."""

from __future__ import annotations

import json
from typing import Any

import pytest

from studio.common.errors import (
    BalanceError,
    KeyRefused,
    ModelError,
    RateLimited,
    RequestRefused,
    ServiceError,
    StudioError,
)
from studio.providers.gemini.error_body import parse
from studio.providers.gemini.errors import from_status, names_signature, names_size
from tests.canary import KEY

RPC = "type.googleapis.com/google.rpc."


def google(code: int, message: str, status: str, *details: dict[str, Any]) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "status": status, "details": list(details)}}


def gateway(message: str, code: str | None = "", **more: Any) -> dict[str, Any]:
    return {
        "error": {"message": message, "type": "new_api_error", "param": "", "code": code, **more}
    }


def told(status: int, body: Any, **headers: str) -> StudioError:
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return from_status(status, named, raw, model="gemini-x", key=KEY)


SIZE = google(
    400,
    "Invalid value at 'generation_config.image_config.image_size'",
    "INVALID_ARGUMENT",
    {"@type": RPC + "BadRequest", "fieldViolations": [{"field": "generation_config.image_config"}]},
)
SIGNATURE = google(
    400,
    "Image part is missing a thought_signature in content position 2, part position 1.",
    "INVALID_ARGUMENT",
)
NGINX = b"<html><head><title>413 Request Entity Too Large</title></head><body>nginx</body></html>"
RETRY = {"@type": RPC + "RetryInfo", "retryDelay": "49s"}
PER_DAY = {
    "@type": RPC + "QuotaFailure",
    "violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}],
}
NO_CHANNEL = "No available channel for model x under group default (distributor)"

Case = tuple[int, Any, type[StudioError], int, str]
"""Status, body, what it is, how often it may be sent again by itself, what is said."""

CASES: dict[str, Case] = {
    "E01 the size": (400, SIZE, RequestRefused, 0, "size"),
    "E02 a signature is missing": (400, SIGNATURE, RequestRefused, 0, "from the picture alone"),
    "E03 a signature is not valid": (
        400, google(400, "Corrupted thought signature", "INVALID_ARGUMENT"),
        RequestRefused, 0, "from the picture alone",
    ),
    "E04 several candidates": (
        400, google(400, "Multiple candidates is not enabled for this model", "INVALID_ARGUMENT"),
        RequestRefused, 0, "Multiple candidates",
    ),
    "E05 the key, as a bad request": (
        400, google(400, "API key not valid.", "INVALID_ARGUMENT", {"reason": "API_KEY_INVALID"}),
        KeyRefused, 0, "key",
    ),
    "E06 the key": (401, gateway("Invalid token (request id: 2026x)"), KeyRefused, 0, "key"),
    "E07 the balance, not the key": (
        403, gateway("user quota is not enough (request id: 2026x)", "insufficient_user_quota"),
        BalanceError, 0, "balance",
    ),
    "E08 a model this key may not use": (
        403, gateway("This token has no access to model gemini-x"), ModelError, 0, "not allowed",
    ),
    "E08 a place this key may not be used from": (
        403, gateway("your IP is not allowed", "access_denied"), KeyRefused, 0, "from this network",
    ),
    "E09 payment, with nothing": (402, b"", BalanceError, 0, "balance"),
    "E09 payment, with a page": (402, b"<html>", BalanceError, 0, "balance"),
    "E09 payment, with x402": (402, {"accepts": [], "x402Version": 1}, BalanceError, 0, "balance"),
    "E10 the model": (
        404, google(404, "models/x is not found for API version v1", "NOT_FOUND"),
        ModelError, 0, "not available",
    ),
    "E10 the address": (
        404, gateway("Invalid URL (POST /v1/v1/models/x:generateContent)"),
        RequestRefused, 0, "provider's address",
    ),
    "E11 a page of the proxy": (413, NGINX, RequestRefused, 0, "smaller reference pictures"),
    "E11 the gateway's code": (
        413, gateway("x", "read_request_body_failed"), RequestRefused, 0, "smaller",
    ),
    "E12 slow down": (429, google(429, "m", "RESOURCE_EXHAUSTED"), RateLimited, 3, "Rate limit"),
    "E13 a day's quota": (
        429, google(429, "m", "RESOURCE_EXHAUSTED", PER_DAY, RETRY), RateLimited, 0, "Daily",
    ),
    "E13 no quota at all": (
        429, google(429, "Quota exceeded, limit: 0, model: x", "RESOURCE_EXHAUSTED"),
        RateLimited, 0, "no quota",
    ),
    "E13 the balance": (429, gateway("x", "insufficient_user_quota"), BalanceError, 0, "balance"),
    "E14 overloaded": (
        503, google(503, "The model is overloaded. Please try again later.", "UNAVAILABLE"),
        ServiceError, 3, "The model is overloaded. Please try again later.",
    ),
    "E15 no channel for the model": (
        503, gateway(NO_CHANNEL, "model_not_found"), ModelError, 0, "Choose another model",
    ),
    "E16 an error behind the gateway": (
        500, gateway("upstream", "bad_response_status_code", param="500"),
        ServiceError, 1, "upstream",
    ),
    "E17 a list of one": (
        503, [google(503, "m", "UNAVAILABLE")], ServiceError, 3, "overloaded",
    ),
    "E18 an error packed into an error": (
        500, gateway(json.dumps(google(429, "inner words", "RESOURCE_EXHAUSTED")), None),
        ServiceError, 1, "inner words",
    ),
    "E19 a family of five digits": (
        429, {"code": 42901, "message": "slow down", "data": None}, RateLimited, 3, "slow down",
    ),
    "E20 too slow on the way": (
        524, b"<html><title>524: A timeout occurred</title></html>", ServiceError, 0, "too long",
    ),
    "E21 no text at all": (500, b"\xff\xfe\x00\xd8" * 50, ServiceError, 1, "Internal service"),
    "E22 another language": (
        429, gateway("请求过于频繁，请稍后再试"), RateLimited, 3, "请求过于频繁",
    ),
    "E22 another language, by its code": (
        403, gateway("用户额度不足", "insufficient_user_quota"), BalanceError, 0, "用户额度不足",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_its_meaning_is_explained(name: str) -> None:
    status, body, kind, repeats, says = CASES[name]
    found = told(status, body)
    assert type(found) is kind
    assert (found.repeats if found.retryable else 0) == repeats
    assert says in f"{found.title} {found.message} {found.hint}"
    assert found.hint or found.message
    assert found.billed == ("maybe" if status == 524 else "no")


def test_e01_e02_causes_in_other_words_are_recognized() -> None:
    size, signature = parse(json.dumps(SIZE).encode()), parse(json.dumps(SIGNATURE).encode())
    assert (names_size(size), names_signature(size)) == (True, False)
    assert (names_size(signature), names_signature(signature)) == (False, True)


@pytest.mark.parametrize("name", ["E06 the key", "E07 the balance, not the key"])
def test_e06_e07_the_request_id_is_kept_out_of_the_words(name: str) -> None:
    status, body, *_rest = CASES[name]
    found = told(status, body)
    assert found.request_id == "2026x"
    assert "2026x" not in found.message


@pytest.mark.parametrize(
    ("message", "details", "headers", "wait"),
    [
        ("m", [], {"retry_after": "7"}, 7),
        ("m", [], {"retry_after": "Mon, 23 Nov 2026 10:00:20 GMT",
                   "date": "Mon, 23 Nov 2026 10:00:00 GMT"}, 20),
        ("m", [RETRY], {}, 49),
        ("Please retry in 49.125626837s.", [], {}, 49.125626837),
        ("Please retry in 3s.", [RETRY], {"retry_after": "7"}, 7),
        ("Please retry in 3s.", [RETRY], {}, 49),
        ("m", [], {"retry_after": "Mon, 23 Nov 2026 09:00:00 GMT",
                   "date": "Mon, 23 Nov 2026 10:00:00 GMT"}, 0),
    ],
    ids=["seconds", "date", "detail", "sentence", "header first", "detail next", "W08 past"],
)  # fmt: skip
def test_e12_the_wait(
    message: str, details: list[dict[str, Any]], headers: dict[str, str], wait: float
) -> None:
    found = told(429, google(429, message, "RESOURCE_EXHAUSTED", *details), **headers)
    assert found.retry_after == wait
    assert found.retryable


def test_e12_a_wait_beyond_the_cap_is_reported_and_not_shortened() -> None:
    found = told(429, gateway("m"), retry_after="4000")
    assert (found.retry_after, found.retryable) == (4000, False)
    assert "67 minutes" in found.hint


def test_e21_nothing_of_a_huge_body_but_words_is_shown() -> None:
    secret = f"Bearer {KEY} sk-{'a' * 40} " + "QUJD" * 200
    body = json.dumps(gateway(f"broken {secret} " + "x y " * 1_250_000)).encode()
    found = told(500, body)
    everything = f"{found.title}{found.message}{found.hint}{found.details}{found.request_id}"
    assert KEY not in everything
    assert "sk-aaaa" not in everything
    assert "QUJDQUJD" not in everything
    assert len(found.message) <= 400
    assert len(found.details) <= 1000
