"""Completion of truncated JSON, so that the part received can be parsed.

Open strings (base64 is cut to whole groups of four), names without a value, objects and lists are
closed. In a stream of events only the last one is completed. No data is made up: a truncated
picture has only its first part. Offsets stay the same, because pictures are read from their
position in the answer.
"""

from __future__ import annotations

import re

_MARK = re.compile(rb'"[^"\\]*"|["\[\]{}]')
"""Pattern of a bracket, a whole string without escapes, or the opening quote of another."""
_IN_STRING = re.compile(rb'[^"\\]*(?:\\.[^"\\]*){0,1000}', re.DOTALL)
"""Pattern of the inside of a string or a part of it; bounded, so that it cannot backtrack."""
_CLOSING = {ord("{"): b"}", ord("["): b"]"}
_BASE64 = re.compile(rb"[A-Za-z0-9+/_\-=]{64,}\Z")
_SCHEME = b";base64,"
_HALF_ESCAPE = re.compile(rb"(?<!\\)((?:\\\\)*)\\(?:u[0-9a-fA-F]{0,3})?\Z")
_HALF_WORD = re.compile(rb"[-+.0-9a-zA-Z]+\Z")
_WHOLE_WORDS = (b"true", b"false", b"null")
_EVENT = b"data:"
_BEFORE = b" \t\r\n\xef\xbb\xbf"
"""Whitespace and byte order mark."""
_STREAM = (_EVENT, b"event:", b"id:", b"retry:", b":")


def mended(body: bytes) -> bytes | None:
    """The beginning of an answer as complete JSON; None if it has no JSON."""
    text = body.rstrip()
    if text.lstrip(_BEFORE).startswith(_STREAM):
        start = text.rfind(b"\n" + _EVENT)
        start = start + 1 if start >= 0 else text.find(_EVENT)
        if start < 0:
            return None
        last = _closed_behind(text, start + len(_EVENT))
        before = text[:start]
        if last is None:
            return before + b"\n" if before.strip(_BEFORE) else None
        return last + b"\n\n"
    return _closed_behind(text, 0)


def _closed_behind(text: bytes, start: int) -> bytes | None:
    """The text, with the JSON that begins at `start` completed; None if there is none."""
    inside = text[start:].lstrip(_BEFORE)
    closed = _closed(inside)
    return None if closed is None else text[: len(text) - len(inside)] + closed


def _closed(text: bytes) -> bytes | None:
    if text[:1] not in (b"{", b"["):
        return None
    open_: list[int] = []
    string, cut = -1, False
    position = 0
    while (mark := _MARK.search(text, position)) is not None:
        start, position = mark.span()
        sign = text[start]
        if sign in b"{[":
            open_.append(sign)
        elif sign in b"}]":
            if not open_:
                return None
            open_.pop()
        else:
            string = start
            end = position if position - start > 1 else _end_of_string(text, position)
            if end is None:
                cut = True
                break
            position = end
    named = bool(open_) and open_[-1] == ord("{") and _is_name(text, string)
    text = _ended_string(text, string) if cut else _without_half_word(text)
    if text.endswith(b":"):
        text += b"null"
    elif text.endswith(b","):
        text = text[:-1]
    elif text.endswith(b'"') and named:
        text += b":null"
    return text + b"".join(_CLOSING[sign] for sign in reversed(open_))


def _end_of_string(text: bytes, position: int) -> int | None:
    """End of the string that contains `position`; None if it is truncated."""
    size = len(text)
    while position < size:
        inside = _IN_STRING.match(text, position)
        assert inside is not None  # it also matches an empty string
        if text[inside.end() : inside.end() + 1] == b'"':
            return inside.end() + 1
        if inside.end() == position:
            return None  # a lone backslash at the very end
        position = inside.end()
    return None


def _is_name(text: bytes, string: int) -> bool:
    """Whether a string is the name of a value."""
    return string > 0 and text[max(0, string - 64) : string].rstrip().endswith((b"{", b","))


def _ended_string(text: bytes, start: int) -> bytes:
    scheme = text.find(_SCHEME, start + 1, start + 100)
    begin = scheme + len(_SCHEME) if scheme >= 0 else start + 1
    if _BASE64.match(text, begin):
        return text[: len(text) - (len(text) - begin) % 4] + b'"'
    # Incomplete escapes and UTF-8 sequences are dropped.
    tail = _HALF_ESCAPE.sub(rb"\1", text[start:]).decode("utf-8", "ignore").encode()
    return text[:start] + tail + b'"'


def _without_half_word(text: bytes) -> bytes:
    word = _HALF_WORD.search(text, max(0, len(text) - 64))
    if word is None or word[0] in _WHOLE_WORDS:
        return text
    return text[: word.start()].rstrip()
