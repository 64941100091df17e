"""Parser for error responses of every format.

Bodies are sent by the service itself, by gateways that use another API's formats on this route, and
by anything in between (a proxy's HTML, or nothing at all).
"""

from __future__ import annotations

import email.utils
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from studio.common.key_redaction import HIDDEN, SecretRedactor
from studio.providers.gemini import fields
from studio.providers.gemini.event_lines import begins_stream

MOST_READ = 64 * 1024
"""Bytes of an error body that are read."""

MOST_SHOWN = 1000

_REQUEST_ID = re.compile(
    r"\s*[\(\[（]?\s*(?:request|请求)[ _-]?id\s*[:：]\s*([\w.-]{4,80})\s*[\)\]）]?", re.IGNORECASE
)
_RETRY_IN = re.compile(
    r"(?:retry|try again) (?:in|after) ((?:\d{1,9}(?:\.\d{1,12})? ?[a-z]{0,12}[, ]{0,2})+)",
    re.IGNORECASE,
)
_SPAN = re.compile(r"(\d{1,9}(?:\.\d{1,12})?) ?([a-z]*)", re.IGNORECASE)
_DELAY = re.compile(r"(\d{1,9}(?:\.\d{1,12})?)s")
_UNITS = {
    **dict.fromkeys(("", "s", "sec", "secs", "second", "seconds"), 1.0),
    **dict.fromkeys(("ms", "millisecond", "milliseconds"), 0.001),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hour", "hours"), 3600.0),
}
_LONG_CODE = re.compile(r"[45]\d{2}\d{2}")
_SECRET = re.compile(
    r"\b(?:sk|mk|pk|rk)-[\w-]{6,}(?:\*+[\w-]*)?|\bAIza[\w-]{10,}|\bya29\.[\w.-]{10,}"
    r"|(?<=[?&]key=)[^&\s\"']+|(?<=bearer )[\w.~+/=-]{6,}",
    re.IGNORECASE,
)
_SECRETS_BEGIN = ("sk-", "mk-", "pk-", "rk-", "aiza", "ya29.", "key=", "bearer ")
"""Every such secret contains one of these; a quick check for the many texts without."""

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{200,}={0,2}")
_EVENT = re.compile(r"^(?:data:)?[ \t]*(\{.*)", re.MULTILINE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_NO_WORDS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]|\ufffd.{0,20}\ufffd", re.DOTALL)
_HTML = re.compile(r"\s*<(?:!doctype\s+html|!--|\?xml|[a-z][a-z0-9]*[\s/>])", re.IGNORECASE)
_TITLE = re.compile(r"<(?:title|h1)[^>]*>\s*([^<]{1,200})", re.IGNORECASE)

_ID_HEADERS = (
    "x-oneapi-request-id",
    "x-new-api-request-id",
    "x-request-id",
    "request-id",
    "x-goog-request-id",
    "cf-ray",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorBody:
    """An error as reported by the service.

    Attributes:
        code: the gateway's own word or number for it, in lower case.
        status: the upstream's word, such as RESOURCE_EXHAUSTED.
        number: HTTP status given in the body, 0 when there is none.
        details: the structured details, if preserved.
        html: the body was a web page; `message` is its title.
        found: whether the body contained an error.
    """

    message: str = ""
    code: str = ""
    status: str = ""
    number: int = 0
    type: str = ""
    request_id: str = ""
    details: tuple[Any, ...] = ()
    html: bool = False
    found: bool = False

    @property
    def all_words(self) -> str:
        """All text that helps to identify the error, in lower case."""
        reasons = " ".join(sorted(self.reasons()))
        return f"{self.code} {self.status} {self.type} {reasons} {self.message}".lower()

    def reasons(self) -> set[str]:
        """The `reason` of every detail, such as API_KEY_INVALID."""
        return {fields.text(one, "reason") for one in self.details} - {""}

    def quota_ids(self) -> str:
        """Names of the exceeded quotas, joined."""
        names = [
            fields.text(violation, "quotaId")
            for one in self.details
            for violation in fields.items(one, "violations")
        ]
        return " ".join(names)

    def quota_values(self) -> set[str]:
        """Limits of the exceeded quotas."""
        return {
            str(fields.get(violation, "quotaValue"))
            for one in self.details
            for violation in fields.items(one, "violations")
        }

    def named_fields(self) -> tuple[str, ...]:
        """Fields of the request that the service rejects."""
        return tuple(
            name
            for one in self.details
            for violation in fields.items(one, "fieldViolations")
            if (name := fields.text(violation, "field"))
        )


def parse(body: bytes) -> ErrorBody:
    """Parse an error body of any format; never raises."""
    text = body[:MOST_READ].decode("utf-8", "replace").strip().removeprefix("\ufeff")
    if not text:
        return ErrorBody()
    if _HTML.match(text):
        title = _TITLE.search(text)
        return ErrorBody(message=" ".join(title[1].split()) if title else "", html=True)
    value = _json(text)
    if value is None:
        # Compressed or encrypted data is not a message.
        return ErrorBody(message="" if _NO_WORDS.search(text) else text, found=True)
    return parse_value(value)


def _json(text: str) -> Any:
    if begins_stream(text[:16].encode()):
        found = _EVENT.search(text)
        text = found[1] if found else ""
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def parse_value(value: Any) -> ErrorBody:
    """Parse an error from JSON; `found` is False when there is none."""
    if isinstance(value, list):
        value = next((one for one in value if isinstance(one, Mapping)), None)
    if not isinstance(value, Mapping):
        return ErrorBody()
    error = value.get("error")
    outer_id = fields.text(value, "requestId")
    if isinstance(error, str) and error:
        code = value.get("code")
        return _said({"message": value.get("message") or error, "code": code or error}, outer_id)
    if isinstance(error, Mapping) and error:
        return _said(error, outer_id)
    for name in ("message", "detail", "msg"):
        said = value.get(name)
        if isinstance(said, list) and said:
            said = json.dumps(said, ensure_ascii=False)
        if isinstance(said, str) and said and not fields.get(value, "candidates"):
            return _said({**value, "message": said}, outer_id)
    if value.get("success") is False or (value.get("code") and not value.get("data")):
        return _said(value, outer_id)
    return ErrorBody()


def _said(error: Mapping[str, Any], outer_id: str, depth: int = 0) -> ErrorBody:
    message = fields.text(error, "message")
    if message.lstrip()[:1] in ("{", "[") and depth < 3:
        # The upstream's whole response, embedded as text in the gateway's own.
        inner = _json(message.strip())
        if isinstance(inner, list) and inner:
            inner = inner[0]
        deeper = fields.get(inner, "error")
        if isinstance(deeper, Mapping):
            return _said(deeper, outer_id or fields.text(error, "requestId"), depth + 1)
    code = error.get("code")
    number = fields.number(error, "code") or fields.number(error, "param") or 0
    if _LONG_CODE.fullmatch(str(number)):
        # Codes of five digits, of which the first three are the status.
        number //= 100
    found_id = _REQUEST_ID.search(message)
    return ErrorBody(
        message=_REQUEST_ID.sub("", message).strip(),
        code=str(code).lower() if isinstance(code, str | int) else "",
        status=fields.text(error, "status"),
        number=number if 400 <= number < 600 else 0,
        type=fields.text(error, "type"),
        request_id=outer_id or fields.text(error, "requestId") or (found_id[1] if found_id else ""),
        details=tuple(fields.items(error, "details")),
        found=True,
    )


def request_id(headers: Mapping[str, str], *, own: bool = False) -> str:
    """The service's id of the request, from the response headers.

    `own` leaves out ids assigned by intermediaries.
    """
    names = _ID_HEADERS[:-1] if own else _ID_HEADERS
    found = next((headers[name] for name in names if headers.get(name)), "")
    return _CONTROL.sub("", found)[:100]


def wait_seconds(
    said: ErrorBody, headers: Mapping[str, str], now: float | None = None
) -> float | None:
    """Requested wait in seconds; None without one. Never negative.

    The header takes precedence over the structured detail, and that over the sentence in the
    message. A date is compared with the service's own clock, so that a wrong clock here does not
    matter.
    """
    header = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", header):
        return float(header)
    if header.startswith("-"):
        return 0.0
    if (asked := _timestamp(header)) is not None:
        current = _timestamp(headers.get("date", "")) or (time.time() if now is None else now)
        return max(0.0, asked - current)
    for detail in said.details:
        if found := _DELAY.fullmatch(fields.text(detail, "retryDelay")):
            return float(found[1])
    if found := _RETRY_IN.search(said.message):
        return _span(found[1])
    return None


def _span(text: str) -> float:
    """Seconds of "49.1s", "1m30s", "2 minutes"; parsing ends at an unknown unit."""
    total = 0.0
    for number, unit in _SPAN.findall(text):
        if (factor := _UNITS.get(unit.lower())) is None:
            # "retry in 20 if …": keep the number, ignore the word after it.
            return total or float(number)
        total += float(number) * factor
    return total


def _timestamp(text: str) -> float | None:
    try:
        return email.utils.parsedate_to_datetime(text).timestamp() if text else None
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def redact(text: str, key: str = "", *, limit: int = MOST_SHOWN) -> str:
    """Remove key, base64, web pages and control characters; at most `limit` characters."""
    text = fields.sound(text)
    if len(key) >= 4:
        text = SecretRedactor((key,)).text(text.replace(key, HIDDEN))
    if _HTML.match(text):
        title = _TITLE.search(text)
        text = f"[web page: {' '.join(title[1].split())}]" if title else "[web page]"
    lower = text.lower()
    if any(begin in lower for begin in _SECRETS_BEGIN):
        text = _SECRET.sub("[key]", text)
    text = _BASE64.sub(_count, text)
    text = _CONTROL.sub(" ", text).strip()
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _count(found: re.Match[str]) -> str:
    return f"[{len(found[0])} characters]"
