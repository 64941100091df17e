"""Check whether a response without a picture was understood: only then may it be discarded.

A response counts as understood if all of it was read and every long text in it is known to be
something else, or if it is too short for a picture. In doubt it counts as not understood, because
it was paid for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from studio.common.file_types import is_any_picture
from studio.common.files import storage_error
from studio.providers import base64_text
from studio.providers.base import AnswerSource, Scan, SpilledString
from studio.providers.gemini import fields

_SHORT = 1024
"""Size in bytes up to which a body is too short for a useful picture."""

_KNOWN = (*fields.ANSWERS, "data", "output", "error", "message", "detail", "msg", "code")
_MOST_LOOKED_AT = 100_000
"""Limit of values checked in one response; a response with more counts as not understood."""

_HEAD = 128
_LEAST = 64
"""Minimum length in characters of a text that may be a picture."""

_MOST_PAGE = 1 << 20
SEARCHED = 8 * 1024
"""Bytes searched in one call; other threads can run between two calls."""

OVERLAP = 4096
"""Overlap of two pieces in bytes; no match is longer."""

_DATA = re.compile(rb"base64\s*,", re.IGNORECASE)
_LONG = re.compile(rb"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{4096}")
"""Pattern of consecutive characters of base64, more than in any word."""

_SPACE = rb"(?:\\{1,4}[nrt]|\s)"
MAYBE_PICTURE = re.compile(
    rb"base64\s*,|(?<![A-Za-z0-9+/_-])(?:[A-Za-z0-9+/_-]{1024}|[A-Za-z0-9+/_-]{40,}"
    rb"(?:" + _SPACE + rb"{1,8}[A-Za-z0-9+/_-]{40,200}(?![A-Za-z0-9+/_-])){11}" + _SPACE + rb")",
    re.IGNORECASE,
)
"""Possible pictures anywhere in a text: a data: URL, or base64 in one or many lines.

A match begins where a run of characters begins, so that each run is read once.
"""

_LEAST_RUN = b"a" * 40
_RUNS = bytes(
    97 if (chr(byte).isascii() and chr(byte).isalnum()) or byte in b"+/_-" else 32
    for byte in range(256)
)
"""Table that makes every character of base64 an "a", and every other one a space."""

_PIECE = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{200}")
_MOST_PIECES = 4
"""Number of texts with a long run of base64 that may be the pieces of one picture."""

_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def understood(source: AnswerSource, scan: Scan) -> bool:
    """Whether a response in which no picture was found certainly has none. Blocking.

    Raises StorageError: an unreadable response is not understood.
    """
    try:
        size = source.body.stat().st_size
        if not size:
            return True
        if scan.refused is not None:
            return False
        if scan.complete:
            known = size <= _SHORT or _has_a_known_shape(scan.value)
            return known and not _may_hold_a_picture(scan.value, source)
        # The missing part of truncated JSON may be a picture, except for short refusals.
        cut = scan.json and 200 <= source.status < 300
        return not (cut or scan.long) and size <= _MOST_PAGE and _is_text(source)
    except FileNotFoundError as error:
        # Either nothing was received, so no file was written, or the whole folder is gone.
        if source.body.parent.is_dir():
            return True
        raise storage_error(error, source.body) from error
    except OSError as error:
        raise storage_error(error, source.body) from error


def _has_a_known_shape(value: Any) -> bool:
    some = value if isinstance(value, list) else [value]
    return any(fields.get(one, name) is not None for one in some[:100] for name in _KNOWN)


def _is_text(source: AnswerSource) -> bool:
    """Whether a body is a web page or text: UTF-8 without control characters or pictures."""
    data = source.body.read_bytes()
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return not any(
        _CONTROL.search(window) or _DATA.search(window) or _LONG.search(window)
        for window in windows((data,))
    )


def _may_hold_a_picture(value: Any, source: AnswerSource) -> bool:
    pieces = 0
    for number, (name, text) in enumerate(_texts(value)):
        if number > _MOST_LOOKED_AT or _may_be_a_picture(name, text, source):
            return True
        if isinstance(text, str) and "signature" not in name.lower():
            pieces += _PIECE.search(text) is not None
        if pieces >= _MOST_PIECES:
            return True
    return False


def _texts(value: Any) -> Iterator[tuple[str, str | SpilledString]]:
    """All texts in a value, with the names of their fields."""
    waiting: list[tuple[Any, Any]] = [("", value)]
    while waiting:
        name, one = waiting.pop()
        if isinstance(one, str | SpilledString):
            yield (name if isinstance(name, str) else ""), one
        elif isinstance(one, Mapping):
            waiting += [("", key) for key in one]
            waiting += one.items()
        elif isinstance(one, list):
            waiting += [(name, each) for each in one]


def _may_be_a_picture(name: str, text: str | SpilledString, source: AnswerSource) -> bool:
    """Whether a text is base64 of a picture, or long base64 of unknown data."""
    if isinstance(text, str):
        if len(text) < _LEAST:
            return False
        head = text[: 2 * _HEAD].encode("ascii", "replace")
    else:
        end = min(text.end, text.start + 2 * _HEAD)
        head = b"".join(base64_text.from_file(source.body, text.start, end))
    other = name.lower().endswith(("signature", "content")) and name.lower() != "content"
    if not other and any(map(may_hold_a_picture, _whole(text, source))):
        return True
    clean = re.sub(rb"\\[nrt]|[\\\s]", b"", head)[:_HEAD]
    if not re.fullmatch(rb"[A-Za-z0-9+/_=-]+", clean):
        return False
    if isinstance(text, SpilledString) and not name.lower().endswith("signature"):
        return True
    try:
        start = b"".join(base64_text.decode(iter((clean[: len(clean) // 4 * 4],))))
    except base64_text.DirtyBase64Error:
        return False
    return is_any_picture(start)


def _whole(text: str | SpilledString, source: AnswerSource) -> Iterator[bytes]:
    """A text in overlapping pieces."""
    if isinstance(text, str):
        return windows((text.encode("ascii", "replace"),))
    return windows(base64_text.from_file(source.body, text.start, text.end, most=SEARCHED))


def may_hold_a_picture(window: bytes) -> bool:
    """Whether `MAYBE_PICTURE` matches in a part of a text.

    Nearly all texts are told from pictures in a fiftieth of the time the pattern takes, for which
    the window could not go on.
    """
    if b"base64" not in window.lower() and _LEAST_RUN not in window.translate(_RUNS):
        return False
    return MAYBE_PICTURE.search(window) is not None


def windows(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Bytes in overlapping windows, short enough to be searched in one call."""
    before = b""
    for piece in pieces:
        for start in range(0, len(piece), SEARCHED):
            window = before + piece[start : start + SEARCHED]
            yield window
            before = window[-OVERLAP:]
