"""Human-readable sentences in the text of a failed response.

Gateways wrap the sentence of the service in their own: as JSON or a printed Python value within a
string, after the name of an exception, in a web page, in XML. The functions never raise, and their
running time is bounded by the length of the text.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from enum import IntEnum
from typing import Any

LONGEST = 8 * 1024
"""Limit in characters of the part of a text that is examined."""

_MOST_OPENINGS = 4
_MOST_ESCAPES = 4
_MOST_NESTED = 60
_MOST_WRAPPERS = 8

_GAP = r"(?:\s|\\{1,8}[nrt]){0,200}"
_OPENING = re.compile(rf"[\[{{]{_GAP}(?:[\[{{]{_GAP}){{0,3}}\\{{0,8}}[\"']")
_ENCODED = re.compile(r"%(?:7B|5B)(?:%20|%0A|\s)*%22", re.IGNORECASE)
_PYTHON = re.compile(
    r"""[bu]?'((?:[^'\\]|\\.|\\\Z)*)(?:'|\Z)|[bu]?("(?:[^"\\]|\\.|\\\Z)*(?:"|\Z))|\b(True|False|None|undefined|nil)\b""",
    re.DOTALL,
)
_PYTHON_WORDS = {"True": "true", "False": "false"}
_TRUNCATED = re.compile(
    r"\"(?:message|Message|msg|error_?msg|error_?message|detail|error_description)\"\s*:\s*"
    r"\"((?:[^\"\\]|\\.)+)",
    re.DOTALL,
)
_TRUNCATED_CODES = re.compile(r"\"(code|status|type|reason)\"\s*:\s*\"?([\w.:-]{1,80})")

_PAGE = re.compile(
    r"<(?:!doctype\s+html|html|head|body|title|h1|center|pre)\b[^<>]{0,300}>", re.IGNORECASE
)
_HEADLINES = tuple(
    re.compile(rf"<{tag}\b[^<>]{{0,300}}>([^<>]{{1,300}})</{tag}", re.IGNORECASE)
    for tag in ("title", "h1", "h2", "pre", "p")
)
_XML = re.compile(
    r"<(?:\w{1,20}:)?(message|faultstring|detail|reason|description|error)\b[^<>]{0,200}>"
    r"\s*(?:<!\[CDATA\[)?([^<>]{1,2000})",
    re.IGNORECASE,
)
_XML_CODE = re.compile(r"<(?:\w{1,20}:)?(?:code|errorcode)>([^<>]{1,80})<", re.IGNORECASE)
_TAG = re.compile(
    r"</?[a-z!?][^<>]{0,500}>|<!\[CDATA\[|\]\]>|</?(?:!doctype|html|head|body|title|h\d|p|div|meta|"
    r"error|message)\b(?:[^<>]{0,500}\Z)?",
    re.IGNORECASE,
)

_CLASS = r"(?:[A-Za-z_]\w{0,60}\.){0,8}[A-Z]\w{0,60}(?:Error|Exception|Failure|Fault)"
_WRAPPER = re.compile(
    # Names of exceptions and classes, and the prefixes of HTTP clients and gRPC.
    rf"(?:{_CLASS}\s{{1,3}}){{0,4}}{_CLASS}\s?[:\u2013-]+\s*"
    r"|(?:[a-z_]\w{0,60}\.){1,8}[A-Z]\w{0,60}\s?:\s*"
    r"|(?i:\[[\w .-]{0,60}(?:error|exception)\s*\]\s*:?\s*|error fetching from \S{1,400}\s*:\s*"
    r"|rpc error: code = \w{1,40} desc = )"
    # A status, with or without its phrase.
    r"|(?i:\[[45]\d\d(?: [a-z' -]{2,40})?\]\s*:?\s*"
    r"|(?:http|error|api|upstream)?[ _]?(?:error|status|code)?[ _]?(?:code|status)?"
    r"\s*(?:[:=(]\s*)?[45]\d\d(?!\d)\)?\s*[:,;\u2013-]+\s*"
    r"|(?:status|code)\s*[:=]\s*[a-z_]{3,40}\s*[,;]\s*)"
    r"|[45]\d\d [A-Z][A-Z_]{3,40}\b[.:,]?\s*"
    # The program that passed the error on, and its step that failed.
    r"|(?i:(?:(?:the )?(?:upstream|provider|gateway|server|service|backend|model|api|openai|google"
    r"|gemini|vertex(?: ?ai)?|openrouter|anthropic|azure|bedrock)[ _-]?){1,3}"
    r"(?:returned (?:an? )?)?(?:api )?(?:error|exception|failure)(?: \(?[45]\d\d\)?)?"
    r"\s*[|:(\u2013-]+\s*(?:metadata\s*:\s*)?"
    r"|(?:(?:api |the )?(?:request|call)(?: has)? failed|unable to execute the request"
    r"|failed to (?:call|reach|query|request) [\w. ]{1,40}|error (?:calling|from) [\w. ]{1,40}"
    r"|(?:an )?(?:unexpected |internal |unknown )?(?:error|exception)(?: occurred)?)"
    r"(?: with status(?: code)? \d{3})?\s*[:\u2013-]+\s*"
    r"|(?:message|msg|error|detail|details|reason|body|response|raw|metadata|failed)\s*[:=]\s*)"
)
"""Pattern of a prefix that only names the gateway that passed the sentence on."""

_TAILS = re.compile(
    r"(?:litellm retries?:|received model group=|available model group|no fallback model group|"
    r"(?:\|\s{0,20})?metadata\s{0,20}:?\s*$|model group=).{0,2000}$",
    re.IGNORECASE | re.DOTALL,
)
_JSON_LEFT = re.compile(
    r"[({\[\s]{0,6}[\[{]\s*\\{0,8}[\"'](?:[\w .@-]{0,80}\\{0,8}[\"']\s*:|[\w .@-]{0,80}$)"
    r"|[\[{]\s*[\[{]|\\{0,8}\"[\w .@-]{1,80}\\{0,8}\"\s*:\s*[\"'{\[\d\\tfn]"
    r"|\{\s*'[\w .@-]{1,80}'\s*:|\{\s*\}|[\[{]\s*$"
)
_QUOTES = " \t\r\n\"'`"
_BYTES = re.compile(r"^b(?=[\"'])|(?<=[\s:-])b$")
"""The mark of a printed byte string."""

_ENDS = " \t\n\r\"'`|(:,;=\\-\u2013\u2014"
_PICTURE_DATA = re.compile(
    r"data:[\w/+.-]{0,60}(?:;[\w=-]{1,40})*;base64,\s?[A-Za-z0-9+/_=%-]*"
    r"|\b(?:iVBORw0KGg|UklGR|R0lGOD|AAAA[A-Za-z0-9+/]{2}Z0eX)[A-Za-z0-9+/_=-]*|/9j/[A-Za-z0-9+/_=-]+",
)
_LONGEST_PART = 36
_RUN = re.compile(r"[A-Za-z0-9+/_-]{60,}={0,2}")

_GENERIC = re.compile(
    r"(?:(?:the |your |an? |this |some |unexpected |unknown |internal |upstream |provider |"
    r"gateway |"
    r"server |service |api |http |client |remote |openai |request |response |bad |model |general |"
    r"system )*"
    r"(?:errors?|exception|failure|failed|request|response|returned error|returned an error|"
    r"error occurred|error has occurred|went wrong|failed with status(?: code)? \d{3}|"
    r"failed with error|gateway|unavailable|argument|fault|reported an error|error response|"
    r"response status code \d{3}|status code:? \d{3}|response body|request error)"
    r"(?: occurred| returned| please try again(?: later)?)*)"
    r"|do request failed|something went wrong|not found|forbidden|unauthorized|too many requests"
    r"|unprocessable (?:entity|content)|payment required|gateway time-?out|request timeout"
    r"|service (?:temporarily )?unavailable|method not allowed|conflict|gone|not acceptable"
    r"|request contains an invalid argument|invalid[ _]argument|internal|unknown|none|null|nil"
    r"|undefined|false|true|ok|fail|openai_error|n/?a|validation (?:error|failed)"
    r"|(?:request|provider) failed|status(?: code)? \d{3}|error code:? \d{3}|[45]\d\d"
    r"|invalid request|invalid_request|client error|resource_exhausted|upstream_error",
    re.IGNORECASE,
)
_LONGEST_CODE = 200
_TRACEBACK = "Traceback (most recent call last)"
_CODE = re.compile(r"[A-Za-z0-9]+(?:[_.:/-][A-Za-z0-9]+)+|[A-Z]{4,}|[a-z]+(?:[A-Z][a-z0-9]+)+|\d+")


class Worth(IntEnum):
    """How informative a text is to a person."""

    NOTHING = 0
    CODE = 1
    WRAPPER = 2
    ASIDE = 3
    SENTENCE = 4


def worth(sentence: str) -> Worth:
    """How informative a text returned by `clean` is to a person."""
    text = sentence.strip(" .!:\u3002\uff01")
    if not text:
        return Worth.NOTHING
    if len(text) > _LONGEST_CODE:
        return Worth.SENTENCE
    if _GENERIC.fullmatch(text):
        return Worth.WRAPPER
    return Worth.CODE if _CODE.fullmatch(text) else Worth.SENTENCE


def embedded(text: str) -> tuple[str, Any]:
    """Split a text at the JSON or Python value in it: the words before it, and the value.

    The value is None if there is none. Strings that were escaped several times are unescaped; of a
    truncated value the last message is kept.
    """
    text = text[:LONGEST]
    if "&quot;" in text or "&#34;" in text:
        text = html.unescape(text)
    if _ENCODED.search(text):
        text = _percent_decoded(text)
    stripped = text.strip()
    if stripped[:1] == '"' and isinstance(inner := _loads(stripped), str):
        return embedded(inner) if inner != text else (inner, None)
    for opening in list(_OPENING.finditer(text))[:_MOST_OPENINGS]:
        before = text[: opening.start()]
        levels = list(_levels(text[opening.start() :]))
        for found in (_first_value, _truncated):
            for level in levels:
                if (value := found(level)) is not None:
                    return before, value
    return text, None


def _levels(text: str) -> Iterator[str]:
    """A text, and again with each level of its backslashes removed."""
    for _number in range(_MOST_ESCAPES):
        yield text
        fewer = re.sub(r"\\(.)", _unescaped, text, flags=re.DOTALL)
        if fewer == text:
            return
        text = fewer


def _unescaped(found: re.Match[str]) -> str:
    return {"n": "\n", "t": "\t", "r": "\r", "u": "\\u"}.get(found[1], found[1])


def _truncated(text: str) -> dict[str, str] | None:
    """The last message in a truncated object, and its codes; None if there is none."""
    messages = _TRUNCATED.findall(text)
    if not messages:
        return None
    return {"message": _string(messages[-1]), **dict(_TRUNCATED_CODES.findall(text))}


def _percent_decoded(text: str) -> str:
    raw = re.sub(
        rb"%([0-9A-Fa-f]{2})",
        lambda found: bytes([int(found[1], 16)]),
        text.encode("utf-8", "replace"),
    )
    return raw.decode("utf-8", "replace")


def _loads(text: str) -> Any:
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _first_value(text: str) -> Any:
    """The object or list that a text begins with, as JSON or as Python prints it."""
    if text.count("[", 0, 200) > _MOST_NESTED:
        return None
    for candidate in (text, _PYTHON.sub(_as_json, text)):
        try:
            value, _end = json.JSONDecoder(strict=False).raw_decode(candidate)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            return value
        if isinstance(value, list) and any(isinstance(one, dict) for one in value[:5]):
            return value
    return None


def _as_json(found: re.Match[str]) -> str:
    if found[2] is not None:
        return found[2]
    if found[3] is not None:
        return _PYTHON_WORDS.get(found[3], "null")
    return json.dumps(_string(found[1].replace('"', '\\"').replace("\\'", "'")))


def _string(inside: str) -> str:
    """Decoded content of a JSON string, which may be cut within an escape."""
    for text in (inside, inside.rsplit("\\", 1)[0]):
        if isinstance(value := _loads(f'"{text}"'), str):
            return value
    return inside


def is_page(text: str) -> bool:
    """Whether a text contains a web page."""
    return _PAGE.search(text[:LONGEST]) is not None


def page_title(text: str) -> str:
    """Title or first headline of a web page; empty if there is none."""
    text = text[:LONGEST]
    for headline in _HEADLINES:
        if found := headline.search(text):
            title = html.unescape(found[1]).strip()
            if title:
                return " ".join(title.split())
    return ""


def xml_fields(text: str) -> dict[str, str]:
    """Message and code of an error in XML; empty for other texts."""
    text = text[:LONGEST]
    every = _XML.findall(text)
    if not every:
        return {}
    order = ("message", "faultstring", "description", "reason", "detail", "error")
    by_name = {name.lower(): html.unescape(words).strip() for name, words in reversed(every)}
    message = next((by_name[name] for name in order if by_name.get(name)), "")
    code = _XML_CODE.search(text)
    return {"message": message, "code": code[1].strip() if code else ""}


def clean(text: str) -> str:
    """The sentence in a text: without wrappers, pages, tags, JSON and picture data."""
    text = text[:LONGEST]
    if _TRACEBACK in text:
        text = text.strip().rpartition("\n")[2]
    text = " ".join(text.split())
    if page := _PAGE.search(text):
        text = page_title(text) or text[: page.start()]
    elif "<" in text and (xml := xml_fields(text)):
        text = xml["message"]
    text = _unquoted(_without_data(_TAG.sub(" ", html.unescape(text))).strip())
    for _number in range(_MOST_WRAPPERS):
        found = _WRAPPER.match(text)
        if found is None or not found[0]:
            break
        text = _BYTES.sub("", text[found.end() :].lstrip(_QUOTES))
    text = _TAILS.sub("", text)
    if left := _JSON_LEFT.search(text):
        text = _BYTES.sub("", text[: left.start()].rstrip(_ENDS))
    return _unquoted(" ".join(text.split()).strip(" |"))


def _unquoted(text: str) -> str:
    """A text without quotes around it, or without a single one at its end."""
    for quote in "\"'`":
        if text.startswith(quote) and (text.endswith(quote) or text.count(quote) % 2):
            text = text[1:]
        if text.endswith(quote) and text.count(quote) % 2:
            text = text[:-1]
    return text.strip()


def _without_data(text: str) -> str:
    """A text without the base64 in it."""
    return _RUN.sub(_run, _PICTURE_DATA.sub("\u2026", text))


def _run(found: re.Match[str]) -> str:
    """An ellipsis in place of data; addresses and identifiers, whose parts are short, stay."""
    return found[0] if max(map(len, re.split(r"[/_-]", found[0]))) < _LONGEST_PART else "\u2026"


def as_words(code: str) -> str:
    """A code such as `invalid_request_error`, written as words."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", code)
    return " ".join(re.split(r"[_\s:./-]+", spaced)).strip().capitalize()
