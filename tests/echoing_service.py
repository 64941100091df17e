"""A service that echoes the key in every part of an answer, in every encoding."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from tests.canary import KEY, MARK
from tests.fake_service import Reply, tiny_png

Way = Callable[[str], str]


def percent(text: str) -> str:
    return "".join(f"%{sign:02X}" for sign in text.encode())


def within(before: int, *, url: bool = False) -> Way:
    """Base64 of the key with so many bytes before it, and some behind."""

    def coded(text: str) -> str:
        raw = b"?" * before + text.encode() + b'"}, and more'
        return (base64.urlsafe_b64encode if url else base64.b64encode)(raw).decode()

    return coded


WAYS: dict[str, Way] = {
    "plain": str,
    "bearer": lambda text: f"Bearer {text}",
    "capitals": str.upper,
    "quoted": lambda text: quote(f"<{text}>", safe=""),
    "percent": percent,
    "percent, small": lambda text: percent(text).lower(),
    "percent twice": lambda text: quote(percent(text), safe=""),
    "some percent": lambda text: text.replace("-", "%2D"),
    "json": lambda text: "".join(f"\\u{ord(sign):04x}" for sign in text),
    "json twice": lambda text: "".join(f"\\\\u{ord(sign):04X}" for sign in text),
    "html": lambda text: "".join(f"&#{ord(sign)};" for sign in text),
    "hexadecimal": lambda text: text.encode().hex(),
    "hexadecimal, large": lambda text: text.encode().hex().upper(),
    "python": lambda text: "".join(f"\\x{ord(sign):02x}" for sign in text),
    **{f"base64 {before}": within(before) for before in range(7)},
    **{f"base64url {before}": within(before, url=True) for before in range(3)},
    "base64 in percent": lambda text: quote(within(1)(text), safe=""),
}


def together(names: list[str]) -> Way:
    """Several ways at once, one behind the other."""
    return lambda text: " ".join(WAYS[name](text) for name in names)


GROUPS: dict[str, Way] = {"plain": str} | {
    f"some {first}": together(list(WAYS)[first::5]) for first in range(5)
}
"""All ways, few at a time: strings that are too long are not read as short ones are."""


def escapes(text: str) -> bytes:
    """The text for a JSON string; what it has of backslashes is meant to be JSON's."""
    return text.replace('"', '\\"').encode()


def readings(data: bytes) -> Iterator[bytes]:
    """Everything that can be read out of the data by undoing escapes and codes, in small letters.

    Made without the code under test.
    """
    for _number in range(4):
        yield data.lower()
        yield re.sub(rb"(?<=\d)[^0-9a-f]+(?=\d)", b"", data.lower())
        for run in re.findall(rb"[0-9A-Fa-f]{12,}", data):
            yield bytes.fromhex(run.decode()[: len(run) // 2 * 2]).lower()
        joined = re.sub(rb"\\n|\s", b"", data).translate(bytes.maketrans(b"-_", b"+/"))
        for run in re.findall(rb"[A-Za-z0-9+/]{12,}", joined):
            for skipped in range(4):
                text = run[skipped:]
                yield base64.b64decode(text[: len(text) // 4 * 4]).lower()
        once = unquote_to_bytes(data)
        once = re.sub(rb"\\+u00([0-9a-fA-F]{2})", lambda m: bytes.fromhex(m[1].decode()), once)
        once = re.sub(rb"\\+x([0-9a-fA-F]{2})", lambda m: bytes.fromhex(m[1].decode()), once)
        if b"&#" in once:
            once = html.unescape(once.decode("latin-1")).encode("latin-1", "replace")
        if once == data:
            return
        data = once


def seen_in(data: bytes | str) -> bool:
    """Whether the key can be read out of the data in any way."""
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    return any(MARK.encode() in one for one in readings(raw))


def _body(value: Any, said: str) -> bytes:
    return json.dumps(value).encode().replace(b"@KEY@", escapes(said))


def _headers(said: str) -> dict[str, str]:
    one = said.replace("\\\\", "\\")
    return {
        "X-Request-Id": one,
        "x-OneAPI-Request-ID": f"id {one}",
        "Cf-Ray": one,
        "Server": f"gateway ({one})",
        "X-Goog-Api-Key": one,
        "AUTHORIZATION": f"Bearer {one}",
        "Retry-After": one,
        "Content-Type": f"application/json; key={one}",
    }


def picture(way: Way, *, image: bytes | None = None) -> Reply:
    """A picture, and the key wherever words stand beside it."""
    said = way(KEY)
    long = "QUJD" * 1500 + said if re.fullmatch(r"[\w+/=-]+", said) else "words " * 900 + said
    data = base64.b64encode(image if image is not None else tiny_png()).decode()
    parts = [
        {"text": "you sent @KEY@ to me", "thoughtSignature": "@KEY@"},
        {"inlineData": {"mimeType": "image/png; @KEY@", "data": data}, "thoughtSignature": long},
        {"text": long, "extra@KEY@": {"@KEY@": ["@KEY@"]}},
    ]
    grounding = {
        "webSearchQueries": ["@KEY@"],
        "groundingChunks": [{"web": {"uri": "https://a.example/?k=@KEY@", "title": "@KEY@"}}],
        "searchEntryPoint": {"renderedContent": "<a href='https://b.example/@KEY@'>@KEY@</a>"},
    }
    value = {
        "candidates": [
            {
                "content": {"role": "model", "parts": parts},
                "finishReason": "@KEY@",
                "finishMessage": "@KEY@",
                "groundingMetadata": grounding,
            }
        ],
        "modelVersion": "@KEY@",
        "responseId": "@KEY@",
    }
    return Reply(body=_body(value, said), headers=_headers(said), framing="chunked", pieces=97)


def refusal(way: Way, status: int = 400) -> Reply:
    """A refusal that says what it refuses."""
    error = {
        "message": "Incorrect API key provided: @KEY@. (request id: @KEY@)",
        "code": "@KEY@",
        "type": "@KEY@",
        "status": "@KEY@",
        "param": "@KEY@",
        "requestId": "@KEY@",
        "details": [{"reason": "@KEY@", "fieldViolations": [{"field": "@KEY@"}]}],
    }
    said = way(KEY)
    return Reply(status, _body({"error": error}, said), _headers(said), framing="chunked", pieces=9)


def words(way: Way) -> Reply:
    """An answer in words alone, which become the message."""
    value = {"candidates": [{"content": {"parts": [{"text": "I got @KEY@"}]}}]}
    return Reply(body=_body(value, way(KEY)), headers=_headers(way(KEY)))


def address(way: Way) -> Reply:
    """A picture at an address with the key in it."""
    part = {"fileData": {"fileUri": "https://@KEY@.invalid/a.png?key=@KEY@", "mimeType": "@KEY@"}}
    return Reply(body=_body({"candidates": [{"content": {"parts": [part]}}]}, way(KEY)))


def cut(way: Way) -> Reply:
    """An answer that stops in the middle of a picture, after the key."""
    whole = picture(way)
    assert isinstance(whole.body, bytes)
    whole.framing, whole.pieces, whole.cut = "length", 3, len(whole.body) - 40
    return whole


def page(way: Way) -> Reply:
    """A page of the web with the key in it."""
    text = f"<html><title>Sign in, {way(KEY)}</title>{way(KEY)}</html>"
    return Reply(502, text.encode(), {"Content-Type": f"text/html; {way(KEY)}"})


def stream(way: Way) -> Reply:
    """A stream of events with the key in two of them, half in each."""
    said = way(KEY)
    half = len(said) // 2 if "\\" not in said and "%" not in said and "&" not in said else 0
    data = base64.b64encode(tiny_png()).decode()
    events: list[Any] = [[{"text": said[:half]}], [{"text": said[half:]}]]
    events.append([{"inlineData": {"mimeType": "image/png", "data": data}}])
    lines = [
        b"data: " + json.dumps({"candidates": [{"content": {"parts": one}}]}).encode() + b"\n\n"
        for one in events
    ]
    body = b"".join(lines).replace(rb"\\", b"\\") + b"data: [DONE]\n\n"
    return Reply(body=body, headers={"Content-Type": "text/event-stream"})


REPLIES: tuple[Callable[[Way], Reply], ...] = (
    picture, refusal, words, address, cut, page, stream,
)  # fmt: skip
