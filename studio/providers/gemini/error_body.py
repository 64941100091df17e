"""Parser for error responses of every format.

Bodies are sent by the service itself, by gateways that use another API's formats at this address,
and by servers in between (HTML of a proxy, or an empty body). One error often wraps another: the
words of all of them help to identify the cause, and the innermost sentence is the message.
"""

from __future__ import annotations

import base64
import binascii
import email.utils
import itertools
import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from studio.common.key_redaction import HIDDEN, SecretRedactor
from studio.providers.gemini import error_text, fields
from studio.providers.gemini.error_text import Worth
from studio.providers.gemini.event_lines import begins_stream

MOST_READ = 64 * 1024
"""Limit in bytes of the part of an error body that is read."""

MOST_SHOWN = 1000

_MOST_DEPTH = 10
_MOST_VALUES = 300
"""Limit of objects and texts of one body that are examined."""

_STOP = " . "
_MOST_CHARACTERS = 128 * 1024
"""Limit in characters of all texts of one body; texts may be inside others."""

_MOST_NAMES = 64
_MOST_ITEMS = 8
_MOST_LINES = 50
_MOST_WORDS = 6000
"""Limit in characters of all texts that are searched for the cause."""

_REQUEST_ID = re.compile(
    r"\s{0,3}[\(\[（]?\s{0,3}(?:request|请求)[ _-]?id\s{0,3}[:：]\s{0,3}([\w.-]{4,80})"
    r"\s{0,3}[\)\]）]?",
    re.IGNORECASE,
)
_RETRY_IN = re.compile(
    r"(?:retry|try again|wait|available|resets?) (?:in|after|for) "
    r"(?:about |another |approximately )?((?:\d{1,9}(?:\.\d{1,12})? ?[a-z]{0,12}[, ]{0,2})+)",
    re.IGNORECASE,
)
_SPAN = re.compile(r"(\d{1,9}(?:\.\d{1,12})?) ?([a-z]*)", re.IGNORECASE)
_DELAY = re.compile(r"(\d{1,9}(?:\.\d{1,12})?)s?")
_UNITS = {
    **dict.fromkeys(("", "s", "sec", "secs", "second", "seconds"), 1.0),
    **dict.fromkeys(("ms", "millisecond", "milliseconds"), 0.001),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hour", "hours"), 3600.0),
    **dict.fromkeys(("d", "day", "days"), 86400.0),
}
_WAITS = {
    **dict.fromkeys(("retrydelay", "retryafterseconds", "retryafter", "retryaftersec"), 1.0),
    **dict.fromkeys(("retryafterms", "retryaftermilliseconds"), 0.001),
}
"""Fields with the seconds to wait, and their unit."""

_LONG_CODE = re.compile(r"[45]\d{2}\d{2}")
_SECRET = re.compile(
    r"\b(?:sk|mk|pk|rk)-[\w-]{6,}(?:\*+[\w-]*)?|\bAIza[\w-]{10,}|\bya29\.[\w.-]{10,}"
    r"|(?<=[?&]key=)[^&\s\"']+|(?<=bearer )[\w.~+/=-]{6,}",
    re.IGNORECASE,
)
_SECRETS_BEGIN = ("sk-", "mk-", "pk-", "rk-", "aiza", "ya29.", "key=", "bearer ")
"""Words in every match of `_SECRET`, for a quick check: most texts contain no secret."""

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{200,}={0,2}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_NO_WORDS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]|\ufffd.{0,20}\ufffd", re.DOTALL)
_HTML = re.compile(r"\s*<(?:!doctype\s+html|!--|\?xml|[a-z][a-z0-9]*[\s/>])", re.IGNORECASE)
_TITLE = re.compile(r"<(?:title|h1)[^>]*>\s*([^<]{1,200})", re.IGNORECASE)
_FORM = re.compile(r"error[\w.-]{0,40}=[^\s&]{0,2000}(?:&[\w.-]{1,60}=[^\s&]{0,2000}){0,20}")
_GRPC = re.compile(r"grpc-message:[ \t]*([^\r\n]{1,2000})", re.IGNORECASE)
_OWN_TYPE = re.compile(r"[a-z0-9]+_api_error|error|upstream_error|channel_error|openai_error")

_ERRORS = ("error", "errors", "err", "fault", "exception", "errormsg", "errmsg", "errormessage")
"""Fields that only an error has, in lower case and without separators."""

_SENTENCES = (
    *("message", "msg", "errormessage", "errormsg", "errmsg", "errordescription", "description"),
    *("faultstring", "detail", "details", "reason", "title", "localizedmessage"),
)
"""Fields with a sentence, best first."""

_INNER = (
    *("error", "errors", "err", "fault", "exception", "cause", "innererror", "originalerror"),
    *("upstreamerror", "providererror", "errordetails", "raw", "rawerror", "metadata", "detail"),
    *("message", "msg", "reason", "body", "response", "data", "result", "output", "upstream"),
    *("errorinfo", "responsebody", "errormessage", "errormsg"),
)
"""Fields with an error inside, as an object, a list or a text."""

_HOLDS_WORDS = re.compile(
    r"message|msg|reason|detail|desc|explanation|cause|error|fail|title|notice|warning|remark"
)
_ECHO = re.compile(r"^(?:input|prompt|request|contents?|parts|params|parameters|config|usage)")
"""Fields that repeat the request."""

_INNER_TEXTS = frozenset(("metadata", "data", "result", "output", "response"))
"""Fields of `_INNER` whose texts may be anything, so only an object in them counts."""

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
        message: the innermost sentence.
        code: the gateway's own word or number for the error, in lower case.
        status: the service's word for the error, such as RESOURCE_EXHAUSTED.
        number: HTTP status given in the body; 0 without one.
        details: the structured details, if preserved.
        words: codes and sentences of all errors that wrap each other, separated by full stops.
        wait: seconds to wait, from a field of the body; None if there is none.
        html: whether the body was a web page, whose title is the `message`.
        found: whether the body contained an error.
    """

    message: str = ""
    code: str = ""
    status: str = ""
    number: int = 0
    type: str = ""
    request_id: str = ""
    details: tuple[Any, ...] = ()
    words: str = ""
    wait: float | None = None
    html: bool = False
    found: bool = False

    @property
    def all_words(self) -> str:
        """All text that helps to identify the error, in lower case, separated by full stops."""
        own = (self.code, self.status, self.type, *sorted(self.reasons()), self.message)
        return _STOP.join(one for one in (*own, self.words) if one).lower()

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
        xml = {} if error_text.is_page(text) else error_text.xml_fields(text)
        if not xml:
            return ErrorBody(message=error_text.page_title(text), html=True)
        return _collected(xml)
    values = list(_values(text))
    if values:
        found = parse_value(values if len(values) > 1 else values[0])
        return found if found.found else _collected(values)
    if grpc := _grpc_message(text):
        return _collected({"message": grpc})
    # Compressed or encrypted data is not a message.
    return ErrorBody(found=True) if _NO_WORDS.search(text) else _collected(text)


def _values(text: str) -> Iterator[Any]:
    """JSON values of a body: a single one, or one per line or event; a form is an object."""
    if not begins_stream(text[:16].encode()):
        try:
            yield json.loads(text, strict=False)
            return
        except (ValueError, RecursionError):
            pass
    if _FORM.fullmatch(text):
        yield dict(parse_qsl(text))
        return
    for line in itertools.islice(text.splitlines(), _MOST_LINES):
        candidate = line.strip().removeprefix("data:").strip()
        if candidate.startswith("{") and candidate.endswith("}"):
            try:
                yield json.loads(candidate, strict=False)
            except (ValueError, RecursionError):
                continue


def _grpc_message(text: str) -> str:
    """The message in gRPC's trailers, which grpc-web sends as text or as base64."""
    if len(text) < _MOST_WORDS and re.fullmatch(r"[A-Za-z0-9+/]{16,}={0,2}", text):
        try:
            text = base64.b64decode(text + "=" * (-len(text) % 4)).decode("utf-8", "replace")
        except (ValueError, binascii.Error):
            return ""
    found = _GRPC.search(text)
    return unquote(found[1]) if found else ""


def parse_value(value: Any) -> ErrorBody:
    """Parse an error from JSON; `found` is False if there is none."""
    if isinstance(value, list):
        some = [one for one in value[:_MOST_LINES] if isinstance(one, Mapping)]
        value = next((one for one in some if _has_error(one)), some[0] if some else None)
    if not isinstance(value, Mapping) or not (_has_error(value) or _is_failure(value)):
        return ErrorBody()
    return _collected(value)


def _has_error(value: Mapping[Any, Any], depth: int = 0) -> bool:
    """Whether an object has a field that only errors have."""
    named = _named(value)
    if any(named.get(name) for name in _ERRORS):
        return True
    if any(fields.get(one, "error") for one in fields.items(value, "choices")[:_MOST_ITEMS]):
        return True
    return depth < 2 and any(
        isinstance(inner, Mapping) and _has_error(inner, depth + 1)
        for inner in (named.get(name) for name in ("response", "data", "result", "body"))
    )


def _is_failure(value: Mapping[Any, Any]) -> bool:
    """Whether an object reports a failure, even without a field that only errors have."""
    if any(fields.get(value, name) for name in fields.ANSWERS):
        return False
    named = _named(value)
    spoken = ("message", "detail", "msg", "errordescription", "faultstring", "title", "reason")
    if any(isinstance(named.get(name), str | list | dict) and named[name] for name in spoken):
        return True
    return named.get("success") is False or bool(named.get("code") and not named.get("data"))


def _named(value: Mapping[Any, Any]) -> dict[str, Any]:
    """Fields by name, in lower case and without separators; of equal names the first counts."""
    named: dict[str, Any] = {}
    for name, one in itertools.islice(value.items(), _MOST_NAMES):
        if isinstance(name, str):
            plain = re.sub(r"[_\s-]", "", name[:80]).lower()
            if named.get(plain) is None:
                named[plain] = one
    return named


def parse_any(value: Any) -> ErrorBody:
    """Parse JSON without a picture or an error field; only a sentence makes it an error."""
    collector = _Collector()
    collector.search(value)
    return collector.result() if collector.has_sentence else ErrorBody()


def _collected(value: Any) -> ErrorBody:
    collector = _Collector()
    collector.visit(value, 0)
    if not collector.has_sentence:
        collector.search(value)
    return collector.result()


class _Collector:
    """Sentences and facts of an error and of the errors inside it."""

    def __init__(self) -> None:
        self._left = _MOST_VALUES
        self._characters = _MOST_CHARACTERS
        self._sentences: list[tuple[Worth, int, int, str]] = []
        self._facts: dict[str, tuple[int, Any]] = {}
        self._details: list[Any] = []
        self._words: list[str] = []

    def visit(self, value: Any, depth: int, *, loose: bool = False) -> None:
        """Collect from an object, a list or a text, `depth` errors inside the outermost."""
        self._left -= 1
        if self._left < 0 or depth > _MOST_DEPTH:
            return
        if isinstance(value, str):
            self._text(value, depth)
        elif isinstance(value, Mapping):
            self._object(value, depth, loose=loose)
        elif isinstance(value, list | tuple):
            for one in value[:_MOST_ITEMS]:
                self.visit(one, depth, loose=loose)

    @property
    def has_sentence(self) -> bool:
        """Whether a sentence for a person was found."""
        return any(one[0] > Worth.WRAPPER for one in self._sentences)

    def search(self, value: Any) -> None:
        """Collect from unknown fields whose names suggest that they hold text."""
        self._left = _MOST_VALUES
        waiting: list[tuple[Any, int]] = [(value, 1)]
        while waiting and self._left > 0:
            one, depth = waiting.pop(0)
            self._left -= 1
            if isinstance(one, list) and depth <= _MOST_DEPTH:
                waiting += [(inner, depth) for inner in one[:_MOST_ITEMS]]
            elif isinstance(one, Mapping) and depth <= _MOST_DEPTH:
                named = _named(one)
                self._take_facts(named, depth)
                for name, inner in named.items():
                    if isinstance(inner, str) and _HOLDS_WORDS.search(name) and " " in inner:
                        self._text(inner, depth)
                    elif isinstance(inner, Mapping | list) and not _ECHO.search(name):
                        waiting.append((inner, depth + 1))

    def _object(self, value: Mapping[Any, Any], depth: int, *, loose: bool) -> None:
        named = _named(value)
        self._take_facts(named, depth)
        if isinstance(named.get("msg"), str) and isinstance(named.get("loc"), list | tuple):
            self._add(_field_sentence(named), depth, Worth.SENTENCE)
            return
        more = ("text", "content", "value", "en", "hint") if loose else ()
        for name in (*_SENTENCES, *more):
            if isinstance(one := named.get(name), str):
                self._text(one, depth)
        for name in _INNER:
            one = named.get(name)
            if isinstance(one, Mapping | list):
                self.visit(one, depth + 1, loose=name in ("message", "msg"))
                if name in ("errors", "detail") and isinstance(one, Mapping):
                    self._by_field(one, depth + 1)
            elif isinstance(one, str) and name not in _SENTENCES:
                self._inner_text(name, one, depth)
        for choice in fields.items(value, "choices")[:_MOST_ITEMS]:
            self.visit(fields.get(choice, "error"), depth + 1)
            self._words.append(fields.text(choice, "nativeFinishReason"))
        for detail in fields.items(value, "details")[: 2 * _MOST_ITEMS]:
            self._take_detail(detail, depth)

    def _by_field(self, errors: Mapping[Any, Any], depth: int) -> None:
        """Collect lists of sentences, each by the field of the request that it is about."""
        for name, some in itertools.islice(errors.items(), _MOST_ITEMS):
            # A text without a space is a code.
            texts = some[:_MOST_ITEMS] if isinstance(some, list) else [some] * (" " in str(some))
            for one in texts:
                if isinstance(one, str):
                    # A sentence such as "is required" is useless without the field.
                    self._text(f"{str(name)[:80]} {one}" if one[:1].islower() else one, depth)

    def _inner_text(self, name: str, text: str, depth: int) -> None:
        if name in _INNER_TEXTS:
            inner = error_text.embedded(text)[1]
            if inner is not None:
                self.visit(inner, depth + 1)
        else:
            self._text(text, depth)

    def _text(self, text: str, depth: int) -> None:
        text = fields.sound(text[: error_text.LONGEST])
        self._characters -= len(text)
        if self._characters < 0:
            return
        before, inner = error_text.embedded(text)
        if inner is not None:
            self.visit(inner, depth + 1)
        plain = " ".join(before.split())
        if found := _REQUEST_ID.search(plain):
            self._fact("request_id", found[1], depth)
            before = _REQUEST_ID.sub("", before)
        sentence = error_text.clean(before)
        self._words.append(plain[:_MOST_WORDS])
        self._add(sentence, depth, error_text.worth(sentence))

    def _add(self, sentence: str, depth: int, worth: Worth) -> None:
        if worth is not Worth.NOTHING:
            self._sentences.append((worth, depth, -len(self._sentences), sentence))

    def _take_detail(self, detail: Any, depth: int) -> None:
        """Collect the facts of a structured detail, and its sentences if the message is empty."""
        if not isinstance(detail, Mapping):
            return
        self._details.append(detail)
        self._take_facts(_named(detail), depth)
        if not any(isinstance(name, str) and name == "@type" for name in detail):
            named = _named(detail)
            self.visit({k: named[k] for k in ("message", "error") if k in named}, depth + 1)
            return
        for one in (detail, *fields.items(detail, "fieldViolations")[:_MOST_ITEMS]):
            for name in ("description", "message", "detail"):
                sentence = error_text.clean(fields.text(one, name))
                if error_text.worth(sentence) is Worth.SENTENCE:
                    self._words.append(sentence)
                    self._add(sentence, depth, Worth.ASIDE)

    def _take_facts(self, named: Mapping[str, Any], depth: int) -> None:
        for name, spellings in _FACTS.items():
            for spelling in spellings:
                one = named.get(spelling)
                if isinstance(one, str | int) and not isinstance(one, bool) and one != "":
                    self._fact(name, one, depth)
                    self._words.append(str(one)[:200])
                    break
        for name, unit in _WAITS.items():
            if (wait := _wait(named.get(name), unit)) is not None:
                self._fact("wait", wait, depth)
        for name in ("code", "status", "statuscode", "errorcode", "param"):
            number = fields.number(named, name) or 0
            if _LONG_CODE.fullmatch(str(number)):
                # The first three digits of a code of five digits are the status.
                number //= 100
            if 400 <= number < 600:
                self._fact("number", number, depth)
                break

    def _fact(self, name: str, value: Any, depth: int) -> None:
        """Store a fact; facts of inner errors replace those of outer ones."""
        if name not in self._facts or depth > self._facts[name][0]:
            self._facts[name] = (depth, value)

    def _known(self, name: str, without: Any) -> Any:
        return self._facts.get(name, (0, without))[1]

    def result(self) -> ErrorBody:
        """The error that was collected."""
        code, status, type_ = (self._known(name, "") for name in ("code", "status", "type"))
        best = max(self._sentences, default=(Worth.NOTHING, 0, 0, ""))
        message = best[3]
        if best[0] <= Worth.WRAPPER:
            message = _from_codes(code, status, type_) or message
            if best[0] is Worth.CODE and message == best[3]:
                message = error_text.as_words(message)
        return ErrorBody(
            message=message,
            code=str(code).lower(),
            status=status if isinstance(status, str) else "",
            number=self._known("number", 0),
            type=type_ if isinstance(type_, str) else "",
            request_id=str(self._known("request_id", "")),
            details=tuple(self._details),
            words=_STOP.join(dict.fromkeys(one for one in self._words if one))[:_MOST_WORDS],
            wait=self._known("wait", None),
            found=bool(self._sentences or self._facts),
        )


_FACTS = {
    "code": ("code", "errorcode", "errcode", "errno"),
    "status": ("status",),
    "type": ("type", "errortype"),
    "reason": ("reason",),
    "request_id": ("requestid", "reqid"),
}


def _from_codes(*codes: Any) -> str:
    """The first informative code, written as words."""
    for code in codes:
        if isinstance(code, str) and not _OWN_TYPE.fullmatch(code.lower()):
            words = error_text.as_words(error_text.clean(code)[:100])
            if error_text.worth(words) is Worth.SENTENCE and re.search(r"[^\W\d_]{3}", words):
                return words
    return ""


def _field_sentence(named: Mapping[str, Any]) -> str:
    """The sentence of a validation error, with the name of the field it is about."""
    place = ".".join(
        str(one) for one in named["loc"][:10] if isinstance(one, str | int) and one != "body"
    )
    sentence = error_text.clean(named["msg"])
    return f"{place}: {sentence}" if place else sentence


def _wait(value: Any, unit: float) -> float | None:
    if isinstance(value, Mapping):
        value = value.get("seconds")
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float) and 0 <= value < 1e12:
        return value * unit
    if isinstance(value, str) and (found := _DELAY.fullmatch(value.strip())):
        return float(found[1]) * unit
    return None


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
    """Requested wait in seconds; None if none is requested. Never negative.

    The header takes precedence over the structured detail, which takes precedence over the sentence
    in the message. A date is compared with the service's own clock, so that a wrong clock here does
    not matter.
    """
    header = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", header):
        return float(header)
    if header.startswith("-"):
        return 0.0
    if (asked := _timestamp(header)) is not None:
        current = _timestamp(headers.get("date", "")) or (time.time() if now is None else now)
        return max(0.0, asked - current)
    if said.wait is not None:
        return said.wait
    if found := _RETRY_IN.search(said.message) or _RETRY_IN.search(said.words):
        return _span(found[1])
    return None


def _span(text: str) -> float:
    """Seconds of "49.1s", "1m30s", "2 minutes"; parsing ends at an unknown unit."""
    total = 0.0
    for number, unit in _SPAN.findall(text):
        if (factor := _UNITS.get(unit.lower())) is None:
            # As in "retry in 20 if …": the number is kept, the word after it ignored.
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
