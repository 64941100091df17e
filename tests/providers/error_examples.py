"""Failed responses by kind, modelled on what services, gateways and proxies send."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

RPC = "type.googleapis.com/google.rpc."


@dataclass(frozen=True)
class Response:
    """One failed response.

    Attributes:
        says: the sentence a person reads as the message.
        references: names of the pictures sent with the request.
    """

    status: int
    body: bytes
    says: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    references: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Expected:
    """What follows from a kind of response: `requests` is how often it is sent in all."""

    kind: str
    billed: str = "no"
    requests: int = 1
    hint: str = ""


def google(status: int, says: str, word: str, *details: dict[str, Any], **more: Any) -> Response:
    """As Google's own services send it."""
    error = {"code": status, "message": says, "status": word, "details": list(details)}
    return Response(status, json.dumps({"error": error}).encode(), says, **more)


def gateway(status: int, says: str, code: Any = "", **more: Any) -> Response:
    """As gateways send it."""
    error = {"message": says, "type": "new_api_error", "param": "", "code": code}
    body = json.dumps({"error": error}, ensure_ascii=False).encode()
    return Response(status, body, says, **more)


def other(status: int, body: Any, says: str = "", **more: Any) -> Response:
    """In a form of its own."""
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return Response(status, data, says, **more)


def page(status: int, title: str) -> Response:
    """A proxy's page."""
    html = f"<html>\r\n<head><title>{title}</title></head>\r\n<body><h1>{title}</h1></body></html>"
    return Response(status, html.encode(), title)


ENVOY = "upstream connect error or disconnect/reset before headers. "
PICTURES = {"references": ("lamp.png", "tree.jpg")}

BALANCE = (
    google(429, "Project 12 exceeded its monthly spending cap.", "RESOURCE_EXHAUSTED"),
    google(429, "Your prepayment credits are depleted.", "RESOURCE_EXHAUSTED",
           {"@type": RPC + "RetryInfo", "retryDelay": "12s"}),
    google(403, "This API method requires billing to be enabled.", "PERMISSION_DENIED",
           {"@type": RPC + "ErrorInfo", "reason": "BILLING_DISABLED"}),
    google(400, "Imagen API is only accessible to billed users at this time.", "INVALID_ARGUMENT"),
    gateway(429, "You exceeded your current quota, please check your plan and billing details.",
            "insufficient_quota"),
    gateway(429, "Billing hard limit has been reached", "billing_hard_limit_reached",
            headers={"Retry-After": "1"}),
    gateway(429, "Quota exceeded for your plan, please upgrade to continue."),
    gateway(400, "Your credit balance is too low to access the API."),
    gateway(402, "Payment required to continue."),
    gateway(500, "You are out of credits."),
    gateway(403, "用户账户余额不足"),
    gateway(503, "The prepaid balance of this account is empty."),
    other(400, {"code": "Arrearage", "message": "Please make sure your account is in good standing."
                }, "Please make sure your account is in good standing."),
    other(400, {"error": {"message": "Budget has been exceeded! Current cost: 2, Max budget: 1",
                          "type": "budget_exceeded", "param": None, "code": "400"}},
          "Budget has been exceeded! Current cost: 2, Max budget: 1"),
    other(403, {"error": {"code": 403, "message": "Key limit exceeded (monthly limit)."}},
          "Key limit exceeded (monthly limit)."),
    other(200, {"error": {"code": 402, "message": "Add more credits to go on."}},
          "Add more credits to go on."),
)  # fmt: skip

PACE = (
    google(429, "Resource has been exhausted (e.g. check quota).", "RESOURCE_EXHAUSTED"),
    google(429, "You exceeded your current quota, please check your plan and billing details. "
                "Please retry in 0.01s.", "RESOURCE_EXHAUSTED"),
    google(429, "Too many tokens.", "RESOURCE_EXHAUSTED", {"retryDelay": "0.01s"}),
    google(403, "Quota exceeded for metric x and limit 'requests per minute'.",
           "PERMISSION_DENIED"),
    gateway(429, "Rate limit reached: 10 requests per minute. Upgrade your plan for more."),
    gateway(429, "quota exceeded per minute", "quota_exceeded"),
    gateway(429, "请求过于频繁，请稍后再试"),
    other(429, {"error": {"message": "Provider returned error", "code": 429, "metadata": {
        "raw": "google/x is temporarily rate-limited upstream.", "retry_after_seconds": 0.01}}},
          "google/x is temporarily rate-limited upstream."),
)  # fmt: skip

DAY = (
    google(429, "Quota exceeded.", "RESOURCE_EXHAUSTED",
           {"violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}),
    gateway(429, "You reached the daily limit of this model", headers={"Retry-After": "5"}),
    gateway(429, "Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 a day."),
)  # fmt: skip

CONCURRENT = (
    gateway(429, "Too many concurrent requests", headers={"Retry-After": "0"}),
    gateway(429, "Concurrency limit of 2 reached"),
    gateway(429, "当前并发请求数过多"),
)

LOST = (
    other(503, ENVOY + "reset reason: connection termination",
          ENVOY + "reset reason: connection termination"),
    other(503, ENVOY + "reset reason: remote reset"),
    other(502, ENVOY + "reset reason: protocol error"),
    other(503, ENVOY + "retried and the latest reset reason: connection failure"),
    page(502, "502 Bad Gateway"),
    page(504, "504 Gateway Time-out"),
    page(520, "example.com | 520: Web server is returning an unknown error"),
    page(524, "example.com | 524: A timeout occurred"),
    page(503, "Application Error"),
    other(502, "Bad Gateway", "Bad Gateway"),
    other(502, {"message": "Internal server error"}, "Internal server error"),
    other(504, "upstream request timeout", "upstream request timeout"),
    other(503, "stream timeout", "stream timeout"),
    gateway(500, 'Post "https://h/v1beta": EOF', "do_request_failed"),
    gateway(500, "upstream error: do request failed", "do_request_failed"),
    gateway(500, "read tcp 10.0.0.1: read: connection reset by peer"),
    gateway(500, "socket hang up", "ECONNRESET"),
    gateway(500, "litellm.APIConnectionError: Server disconnected without sending a response."),
    gateway(503, "context deadline exceeded"),
    gateway(500, "unexpected EOF", "bad_response_body"),
)  # fmt: skip

NOT_SENT = (
    other(503, "no healthy upstream", "no healthy upstream"),
    other(503, ENVOY + "reset reason: connection failure"),
    other(503, ENVOY + "reset reason: overflow"),
    gateway(500, "dial tcp 10.0.0.1:443: connect: connection refused", "do_request_failed"),
    gateway(502, "getaddrinfo ENOTFOUND upstream.example"),
    page(521, "example.com | 521: Web server is down"),
    page(525, "example.com | 525: SSL handshake failed"),
    page(523, "example.com | 523: Origin is unreachable"),
)

OVERLOADED = (
    google(503, "The model is overloaded. Please try again later.", "UNAVAILABLE"),
    google(503, "Deadline expired before operation could complete.", "UNAVAILABLE"),
    gateway(503, "当前分组上游负载已饱和，请稍后再试"),
    page(503, "503 Service Temporarily Unavailable"),
    other(529, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}},
          "Overloaded"),
)  # fmt: skip

PERMANENT = (
    gateway(500, "not implemented", "convert_request_failed"),
    gateway(500, "invalid api type: 9", "invalid_api_type"),
    gateway(500, "模型价格未配置", "model_price_error"),
    gateway(500, "No key in this channel", "channel:no_available_key"),
    other(500, {"error": {"message": json.dumps({"error": {
        "code": 400, "message": "The value is out of range.", "status": "INVALID_ARGUMENT"}})}},
          "The value is out of range."),
)  # fmt: skip

TOO_LARGE = (
    google(400, "Request payload size exceeds the limit: 20971520 bytes.", "INVALID_ARGUMENT"),
    gateway(413, "http: request body too large", "read_request_body_failed"),
    gateway(400, "The image exceeds the maximum allowed size of 7 MB"),
    other(413, "Payload Too Large", "Payload Too Large"),
    page(413, "413 Request Entity Too Large"),
)

BAD_PICTURE = (
    google(400, "Unable to process input image 2. Please retry.", "INVALID_ARGUMENT", **PICTURES),
    google(400, "Invalid value at 'contents[0].parts[1].inline_data.data' (TYPE_BYTES), Base64 "
                "decoding failed", "INVALID_ARGUMENT", **PICTURES),
    google(400, "The second image is not valid", "INVALID_ARGUMENT", **PICTURES),
    gateway(400, "messages.0.content.1: Could not process image", **PICTURES),
    gateway(400, "Unsupported MIME type: image/avif", references=("tree.jpg",)),
    gateway(415, "cannot decode file tree.jpg", **PICTURES),
)  # fmt: skip

COUNTRY = (
    google(400, "User location is not supported for the API use.", "FAILED_PRECONDITION"),
    gateway(403, "Country, region, or territory not supported",
            "unsupported_country_region_territory"),
    gateway(403, "This model is not available in your region."),
    gateway(451, "Unavailable for legal reasons"),
)  # fmt: skip

MODEL = (
    google(404, "This model models/x is no longer available to new users.", "NOT_FOUND"),
    google(404, "models/x is not found for API version v1beta", "NOT_FOUND"),
    gateway(503, "No available channel for model x under group default", "model_not_found"),
    other(404, {"error": {"message": "No endpoints found for google/x.", "code": 404}},
          "No endpoints found for google/x."),
    gateway(400, "The model gemini-x has been deprecated."),
)  # fmt: skip

BLOCKED = (
    gateway(400, "Your request was rejected as a result of our safety system."),
    gateway(403, "x requires moderation. Your input was flagged for violence."),
    gateway(400, "Input data may contain inappropriate content.", "data_inspection_failed"),
)

NOT_BILLED = (
    google(504, "Deadline exceeded. You have not been charged.", "DEADLINE_EXCEEDED"),
    gateway(500, "socket hang up. No credits were deducted."),
    gateway(524, "Timed out; your credits have been refunded."),
    gateway(599, "本次请求失败，不会扣费"),
)
BILLED = (
    google(503, "The model is overloaded. Your request was charged.", "UNAVAILABLE"),
    gateway(500, "Failed after the picture was made; you have been billed."),
    gateway(429, "Slow down. Credits were deducted for this request."),
)

CAUSES: dict[str, tuple[Expected, tuple[Response, ...]]] = {
    "balance": (Expected("balance", hint="account"), BALANCE),
    "pace": (Expected("rate_limited", requests=4, hint="Wait a moment"), PACE),
    "day": (Expected("rate_limited", hint="tomorrow"), DAY),
    "concurrent": (Expected("rate_limited", requests=4, hint="parallel"), CONCURRENT),
    "lost": (Expected("server", "maybe", hint="may be billed twice"), LOST),
    "not sent": (Expected("server", requests=4), NOT_SENT),
    "overloaded": (Expected("server", requests=4), OVERLOADED),
    "permanent": (Expected("server", hint="another model"), PERMANENT),
    "too large": (Expected("request", hint="fewer or smaller"), TOO_LARGE),
    "bad picture": (Expected("request", hint="tree.jpg"), BAD_PICTURE),
    "country": (Expected("request", hint="countries"), COUNTRY),
    "model": (Expected("model", hint="another model"), MODEL),
    "blocked": (Expected("refused", hint="prompt"), BLOCKED),
    "stated not billed": (Expected("server"), NOT_BILLED),
}
