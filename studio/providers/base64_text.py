"""Streaming decoder for real-world base64: escaped, wrapped, urlsafe, unpadded, prefixed.

Python's lenient decoder silently drops `-` and `_` and so returns wrong bytes. Here the text is
decoded strictly; if that fails, it is cleaned first.
"""

from __future__ import annotations

import binascii
import contextlib
import re
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

import pybase64

_PREFIX = re.compile(
    rb"\s*(?:data:\s*)?(?:[\w.+-]+/[\w.+-]+\s*)?(?:;[^,;]{0,80})*;?\s*base64\s*(?:;[^,;]{0,80})*"
    rb"(?:,|%2c)\s*",
    re.IGNORECASE,
)
_SLASH = re.compile(rb"(?<!\\)\\+/")
_ESCAPE = re.compile(
    rb"(?<!\\)\\+(?:u00([0-9a-fA-F]{2})|([^u\\]))|%([0-9a-fA-F]{2})|&#(?:[xX]([0-9a-fA-F]{1,4})|([0-9]{1,5}));"
)
"""JSON escapes, single or repeated, percent encoding and numeric references of HTML."""
_HALF = re.compile(
    rb"(?:\\{1,16}(?:u[0-9a-fA-F]{0,3})?|%[0-9a-fA-F]?|&(?:#(?:[xX]?[0-9a-fA-F]{0,4}|[0-9]{0,5}))?)\Z"
)
"""An escape that may continue in the next piece."""
_PLAIN = re.compile(rb"[A-Za-z0-9+/]*")
_URLSAFE = bytes.maketrans(b"-_", b"+/")
_SPACE = b" \t\r\n\x0b\x0c"
_LONGEST_PREFIX = 256
_PIECE = 256 * 1024

_decode_strictly = partial(pybase64.b64decode, validate=True)
"""Strict decoder; raises binascii.Error. Python's own takes seventy times as long."""


class DirtyBase64Error(ValueError):
    """The text is not base64, even after cleaning."""


class Base64Decoder:
    """Decodes the raw content of a JSON string, escapes included, with almost no buffering.

    Attributes:
        size: bytes returned so far.
    """

    def __init__(self) -> None:
        self.size = 0
        self._head: bytes | None = b""  # start of the text, until long enough to detect a prefix
        self._held = b""  # cleaned characters short of a whole quartet
        self._tail = b""  # an escape that may continue in the next piece
        self._ended = False

    def feed(self, piece: bytes | memoryview) -> bytes:
        """Bytes that are certain after another piece. Raises DirtyBase64Error."""
        if self._head is not None:
            self._head += piece
            if len(self._head) < _LONGEST_PREFIX:
                return b""
            piece, self._head = _without_prefix(self._head), None
        return self._decode_piece(piece)

    def end(self) -> bytes:
        """The last decoded bytes. Raises DirtyBase64Error."""
        out = b""
        if self._head is not None:
            head, self._head = self._head, None
            out = self._decode_piece(_without_prefix(head))
        if self._tail:
            raise DirtyBase64Error("the text ends within an escape")
        rest = _strict(self._held + b"=" * (-len(self._held) % 4)) if self._held else b""
        self.size += len(rest)
        return out + rest

    def _decode_piece(self, piece: bytes | memoryview) -> bytes:
        text, self._tail = _unescaped(self._tail + bytes(piece))
        self._held, self._ended, out = _decoded(self._held + text, ended=self._ended)
        self.size += len(out)
        return out


def decode(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Decode base64 `pieces` (the raw content of a JSON string, escapes included).

    A generator, so memory does not grow with the picture. Raises DirtyBase64Error.
    """
    decoder = Base64Decoder()
    for piece in pieces:
        if out := decoder.feed(piece):
            yield out
    if out := decoder.end():
        yield out


def from_file(path: Path, start: int, end: int, *, most: int = _PIECE) -> Iterator[bytes]:
    """Raw bytes of a file from `start` to `end`, in pieces of at most `most`.

    Raises OSError; DirtyBase64Error if the file became shorter.
    """
    with path.open("rb") as file:
        file.seek(start)
        left = end - start
        while left > 0:
            piece = file.read(min(most, left))
            if not piece:
                raise DirtyBase64Error("the file is shorter than it should be")
            left -= len(piece)
            yield piece


def whole_file(path: Path) -> Iterator[bytes]:
    """Raw bytes of a whole file, in pieces. Raises OSError."""
    return from_file(path, 0, path.stat().st_size)


def cleaned(text: bytes) -> bytes:
    """A piece of base64 without escapes; an incomplete escape at its end is left out."""
    return _unescaped(text)[0]


def _without_prefix(head: bytes) -> bytes:
    plain = _SLASH.sub(b"/", head[:_LONGEST_PREFIX])
    found = _PREFIX.match(plain)
    return plain[found.end() :] + head[_LONGEST_PREFIX:] if found else head


def _unescaped(text: bytes) -> tuple[bytes, bytes]:
    """The text without escapes, and the escape at its end that may be incomplete."""
    if not (b"\\" in text or b"%" in text or b"&" in text):
        return text, b""
    tail = b""
    if half := _HALF.search(text, max(0, len(text) - 24)):
        text, tail = text[: half.start()], half[0]
    return _ESCAPE.sub(_plain, text), tail


def _plain(found: re.Match[bytes]) -> bytes:
    if sign := found[2]:
        return b" " if sign in b"nrtbf" else sign
    number = found[5]
    code = int(number) if number else int(found[1] or found[3] or found[4], 16)
    return bytes((code,)) if code < 0x80 else b"*"


def _decoded(text: bytes, *, ended: bool) -> tuple[bytes, bool, bytes]:
    """Remaining text, whether padding was seen, and the decoded bytes."""
    whole = len(text) - len(text) % 4
    if not ended and b"=" not in text and _PLAIN.fullmatch(text, whole):
        # Nearly all text is clean, and strict decoding is the fastest check.
        with contextlib.suppress(binascii.Error):
            return text[whole:], False, _decode_strictly(memoryview(text)[:whole])
    text = text.translate(_URLSAFE, _SPACE)
    body = text.rstrip(b"=")
    if ended and body:
        raise DirtyBase64Error("there is more after the padding")
    if len(body) < len(text):
        # Padding ends the text: the last quartet is complete, even if the padding is wrong.
        body += b"=" * (-len(body) % 4)
        return b"", True, _strict(body)
    whole = len(body) - len(body) % 4
    return body[whole:], ended, _strict(body[:whole])


def _strict(text: bytes) -> bytes:
    try:
        return _decode_strictly(text)
    except binascii.Error as error:
        raise DirtyBase64Error(str(error)) from error
