"""Every status and shape of error body becomes a sentence: what it cost, and what helps."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from studio.common.errors import (
    BalanceError,
    Billed,
    KeyRefused,
    ModelError,
    NetworkError,
    PictureRefused,
    RateLimited,
    RequestRefused,
    ServiceError,
)
from studio.providers.gemini import error_body
from studio.providers.gemini.errors import from_status
from tests.any_text import any_text

RPC = "type.googleapis.com/google.rpc."


def google(code, status, message="m", *details):
    return {"error": {"code": code, "message": message, "status": status, "details": list(details)}}


def gateway(message, code="", kind="new_api_error"):
    return {"error": {"message": message, "type": kind, "param": "", "code": code}}


def error(status, body, **headers):
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return from_status(status, sent, raw, model="gemini-x", key="canary-key-0123")


NOW = "Mon, 23 Nov 2026 10:00:00 GMT"
NGINX = b"<html><head><title>413 Request Entity Too Large</title></head><body>nginx</body></html>"
NO_CHANNEL = "No available channel for model x under group default (distributor)"
BAD_KEY = google(
    400, "INVALID_ARGUMENT", "m", {"@type": RPC + "ErrorInfo", "reason": "API_KEY_INVALID"}
)


@pytest.mark.parametrize(
    ("status", "body", "kind", "billed", "repeats"),
    [
        # Google's own shapes
        (400, google(400, "INVALID_ARGUMENT", "Invalid value at image_size"),
         RequestRefused, "no", 0),
        (400, google(400, "INVALID_ARGUMENT", "Multiple candidates is not enabled"),
         RequestRefused, "no", 0),
        (400, google(400, "FAILED_PRECONDITION", "User location is not supported"),
         RequestRefused, "no", 0),
        (400, BAD_KEY, KeyRefused, "no", 0),
        (401, google(401, "UNAUTHENTICATED"), KeyRefused, "no", 0),
        (403, google(403, "PERMISSION_DENIED"), KeyRefused, "no", 0),
        (404, google(404, "NOT_FOUND", "models/x is not found for API version v1"),
         ModelError, "no", 0),
        (429, google(429, "RESOURCE_EXHAUSTED"), RateLimited, "no", 3),
        (500, google(500, "INTERNAL"), ServiceError, "no", 1),
        (503, google(503, "UNAVAILABLE", "The model is overloaded."), ServiceError, "no", 3),
        (504, google(504, "DEADLINE_EXCEEDED"), ServiceError, "maybe", 0),
        (503, [google(503, "UNAVAILABLE")], ServiceError, "no", 3),
        # gateways
        (401, gateway("Invalid token"), KeyRefused, "no", 0),
        (402, b"", BalanceError, "no", 0),
        (403, gateway("user quota is not enough", "insufficient_user_quota"),
         BalanceError, "no", 0),
        (403, gateway("x", "pre_consume_token_quota_failed"), BalanceError, "no", 0),
        (429, gateway("x", "insufficient_user_quota"), BalanceError, "no", 0),
        (403, gateway("用户余额不足"), BalanceError, "no", 0),
        (403, gateway("This token has no access to model x"), ModelError, "no", 0),
        (403, gateway("IP not allowed", "access_denied"), KeyRefused, "no", 0),
        (503, gateway(NO_CHANNEL, "model_not_found"), ModelError, "no", 0),
        (500, gateway("x", "bad_response_status_code", "upstream_error"), ServiceError, "no", 1),
        (500, gateway("context deadline exceeded", "do_request_failed"), ServiceError, "maybe", 0),
        (400, gateway("Gemini image generation blocked [IMAGE_SAFETY]: x",
                      "channel:image_generation_failed"), PictureRefused, "no", 0),
        (413, gateway("x", "read_request_body_failed"), RequestRefused, "no", 0),
        (501, gateway("x", "api_not_implemented"), RequestRefused, "no", 0),
        (404, gateway("Invalid URL (POST /v1/v1/models/x)"), RequestRefused, "no", 0),
        (401, {"code": 40101, "message": "key expired", "data": None}, KeyRefused, "no", 0),
        (429, {"type": "error", "error": {"type": "rate", "message": "m"}, "request_id": "r"},
         RateLimited, "no", 3),
        (400, {"detail": [{"msg": "field required"}]}, RequestRefused, "no", 0),
        (400, {"error": "just text"}, RequestRefused, "no", 0),
        (400, {"error": {"code": None, "message": json.dumps(BAD_KEY)}}, KeyRefused, "no", 0),
        (500, {"error": {"message": json.dumps({"error": {"message": json.dumps(BAD_KEY)}})}},
         KeyRefused, "no", 0),
        (403, google(403, "PERMISSION_DENIED", "m", {"reason": "BILLING_DISABLED"}),
         BalanceError, "no", 0),
        (400, {"error": "text", "message": "Invalid token"}, KeyRefused, "no", 0),
        (400, {"message": "bad", "code": "invalid_request"}, RequestRefused, "no", 0),
        (400, {"detail": "model x does not exist"}, ModelError, "no", 0),
        (403, {"code": 40301, "message": "no", "data": None}, KeyRefused, "no", 0),
        (429, {"code": 42901, "message": "slow down", "data": None}, RateLimited, "no", 3),
        (500, {"code": 50001, "message": "oops", "data": None}, ServiceError, "no", 1),
        (529, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}},
         ServiceError, "no", 3),
        (401, {"type": "error", "error": {"type": "authentication_error", "message": "m"}},
         KeyRefused, "no", 0),
        (400, gateway("Gemini image generation blocked [IMAGE_SAFETY]: x", None), PictureRefused,
         "no", 0),
        (503, gateway("该模型无可用渠道"), ModelError, "no", 0),
        (503, gateway("当前分组上游负载已饱和，请稍后再试"), ServiceError, "no", 3),
        (401, gateway("无效的令牌"), KeyRefused, "no", 0),
        (429, gateway("请求过于频繁，请稍后再试"), RateLimited, "no", 3),
        (403, gateway("令牌额度已用尽"), BalanceError, "no", 0),
        (403, gateway("预扣费额度失败"), BalanceError, "no", 0),
        (403, gateway("该令牌无权访问模型 x"), ModelError, "no", 0),
        (400, gateway("输入内容包含敏感词"), PictureRefused, "no", 0),
        (404, gateway("模型 x 不存在"), ModelError, "no", 0),
        (503, gateway("The model is overloaded. Please try again later."), ServiceError, "no", 3),
        (503, google(503, "UNAVAILABLE", "Deadline expired before operation could complete."),
         ServiceError, "no", 3),
        (502, gateway("bad gateway", "bad_response"), ServiceError, "no", 3),
        # in events
        (429, b'data: {"error": {"code": 429, "message": "Please retry in 3s"}}\n\n',
         RateLimited, "no", 3),
        (401, b': hi\nevent: error\ndata: {"error": {"message": "Invalid token"}}\n\n',
         KeyRefused, "no", 0),
        # what stands in between
        (511, b"<html><title>Sign in</title></html>", RequestRefused, "no", 0),
        (401, b"<html><title>Hotel</title></html>", RequestRefused, "no", 0),
        (400, b"<html><title>400 Bad Request</title></html>", RequestRefused, "no", 0),
        (407, b"", NetworkError, "no", 0),
        (307, b"<html>", RequestRefused, "no", 0),
        (504, b"<html><title>504 Gateway Time-out</title></html>", ServiceError, "maybe", 0),
        (522, b"error code: 522", ServiceError, "maybe", 0),
        (521, b"error code: 521", ServiceError, "no", 3),
        (413, NGINX, RequestRefused, "no", 0),
        (404, b"<html>not here</html>", RequestRefused, "no", 0),
        (403, b"<html><title>Attention</title></html>", RequestRefused, "no", 0),
        (502, b"<html>", ServiceError, "maybe", 0),
        (524, b"<html>", ServiceError, "maybe", 0),
        (520, b"", ServiceError, "maybe", 0),
        (408, b"", ServiceError, "maybe", 0),
        (499, b"", ServiceError, "maybe", 0),
        (302, b"", RequestRefused, "no", 0),
        (418, b"\xff\xfe teapot", RequestRefused, "no", 0),
        (599, b"", ServiceError, "maybe", 0),
    ],
)  # fmt: skip
def test_a_status_tells_who_pays_and_whether_to_try_again(status, body, kind, billed, repeats):
    found = error(status, body)
    assert type(found) is kind
    assert found.billed == billed
    assert (found.repeats if found.retryable else 0) == repeats
    assert found.title
    assert f"HTTP {status}" in found.details


@pytest.mark.parametrize(
    ("body", "headers", "wait"),
    [
        ({}, {"retry_after": "7"}, 7),
        ({}, {"retry_after": "Mon, 23 Nov 2026 10:00:30 GMT", "date": NOW},
         30),
        ({}, {"retry_after": "Mon, 23 Nov 2026 09:00:00 GMT", "date": NOW},
         0),
        ({}, {"retry_after": "-5"}, 0),
        ({}, {"retry_after": "nonsense"}, None),
        (google(429, "R", "m", {"@type": RPC + "RetryInfo", "retryDelay": "49s"}), {}, 49),
        (google(429, "R", "m", {"retryDelay": "49.125626837s"}), {}, 49.125626837),
        (gateway("Please retry in 49.125626837s."), {}, 49.125626837),
        (gateway("Please retry in 250ms."), {}, 0.25),
        (google(429, "R", "Please retry in 3s", {"retryDelay": "49s"}), {"retry_after": "7"}, 7),
        (google(429, "R", "Please retry in 3s", {"retryDelay": "49s"}), {}, 49),
    ],
)  # fmt: skip
def test_the_wait_is_the_services_own_header_before_detail_before_sentence(body, headers, wait):
    found = error(429, body, **headers)
    assert found.retryable
    assert found.retry_after == wait


@pytest.mark.parametrize(
    ("sentence", "wait"),
    [
        ("Please retry in 1m30s.", 90),
        ("Please retry in 1m30.5s", 90.5),
        ("Please retry in 18h2m3.5s, or ask for more.", 64923.5),
        ("Rate limit reached. Please try again in 20s. Visit us.", 20),
        ("try again after 2 minutes", 120),
        ("Please try again in 2 hours", 7200),
        ("Please retry in 5 seconds, 30 requests are allowed", 5),
        ("retry in 20 if you like", 20),
        ("retry in a moment", None),
    ],
)
def test_the_sentence_is_read_in_all_its_units(sentence, wait):
    assert error_body.wait_seconds(error_body.ErrorBody(message=sentence), {}) == wait


@pytest.mark.parametrize("status", [429, 500, 502, 503])
@pytest.mark.parametrize(
    ("wait", "words"), [(121, "3 minutes"), (86400, "24 hours"), (999999999, "277,778 hours")]
)
def test_a_long_wait_is_reported_and_neither_waited_for_nor_shortened(status, wait, words):
    found = error(status, gateway("m"), retry_after=str(wait))
    assert not found.retryable
    assert found.retry_after == wait
    assert words in found.hint


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_the_longest_wait_is_sat_out(status):
    found = error(status, gateway("m"), retry_after="120")
    assert found.retryable
    assert found.retry_after == 120


@given(any_text(max_size=60))
def test_reading_a_wait_is_total(text):
    wait = error_body.wait_seconds(
        error_body.ErrorBody(message=text), {"retry-after": text, "date": text}
    )
    assert wait is None or wait >= 0


@pytest.mark.parametrize(
    "body",
    [
        google(429, "R", "m", {"violations": [{"quotaId": "GenerateRequestsPerDayPerProject"}]}),
        gateway("You reached the daily limit of this model"),
        gateway("每日配额已用完"),
    ],
)
def test_a_days_quota_is_not_a_short_pause(body):
    found = error(429, body, retry_after="5")
    assert isinstance(found, RateLimited)
    assert not found.retryable
    assert "Daily" in found.title


@pytest.mark.parametrize(
    "body",
    [
        gateway("Quota exceeded for metric: x, limit: 0, model: x"),
        gateway("limit: 0."),
        google(429, "R", "m", {"violations": [{"quotaId": "a", "quotaValue": "0"}]}),
    ],
)
def test_no_quota_at_all_is_not_waited_for(body):
    found = error(429, body, retry_after="5")
    assert isinstance(found, RateLimited)
    assert not found.retryable
    assert "no quota" in found.title


@pytest.mark.parametrize("message", ["limit: 0.5 a second", "limit: 02", "limit: 10"])
def test_a_small_quota_is_waited_for(message):
    assert error(429, gateway(message), retry_after="5").retryable


@pytest.mark.parametrize(
    "message", ["User location is not supported for the API use.", "FAILED_PRECONDITION"]
)
def test_a_place_the_service_does_not_serve_is_no_fault_of_the_request(message):
    found = error(400, google(400, "FAILED_PRECONDITION", message))
    assert "account or country" in found.title


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (google(400, "I", "m", {"fieldViolations": [{"field": "generation_config.image_config"}]}),
         "size"),
        (google(400, "I", "Invalid value at 'image_config.aspect_ratio'"), "aspect"),
    ],
)  # fmt: skip
def test_a_complaint_about_a_choice_names_the_choice(body, word):
    assert word in error(400, body).hint


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (gateway("Invalid token (request id: 2026abc)"), {}),
        ({"type": "error", "error": {"message": "m"}, "request_id": "2026abc"}, {}),
        (gateway("m (request id: other)"), {"x_oneapi_request_id": "2026abc"}),
        (gateway("m (request id: 2026abc)"), {"cf_ray": "8a-FRA"}),
        (gateway("m（请求 id：2026abc）"), {}),
        (gateway("m"), {"cf_ray": "2026abc"}),
    ],
)
def test_the_services_request_id_is_found(body, headers):
    found = error(401, body, **headers)
    assert found.request_id == "2026abc"
    assert "request id" not in found.message


def test_a_foreign_message_is_shown_as_it_is():
    assert error(429, gateway("请求过于频繁")).message == "请求过于频繁"


@pytest.mark.parametrize(
    "secret",
    [
        "canary-key-0123",
        "sk-abcdefgh12345678",
        "AIzaSyA1234567890abc",
        "?key=topsecret99",
        "QUJD" * 80,
    ],
)
def test_neither_key_nor_base64_is_in_any_text(secret):
    found = error(400, gateway(f"Incorrect key provided: {secret} here."))
    everything = f"{found} {found.hint} {found.details} {found.request_id}"
    assert secret.removeprefix("?key=") not in everything
    assert "Incorrect key provided" in found.message


def test_a_huge_error_page_is_cut_and_not_dumped():
    found = error(500, b"<html><title>Oops</title>" + b"<p>x</p>" * 700_000)
    assert len(found.details) <= error_body.MOST_SHOWN
    assert "<" not in found.details
    found = error(500, b"\xff\xfe\x00 broken " * 90_000)
    assert len(found.details) <= error_body.MOST_SHOWN
    assert found.billed is Billed.NO
