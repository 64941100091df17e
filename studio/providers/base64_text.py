"""Streaming decoder for real-world base64: escaped, wrapped, urlsafe, unpadded, prefixed.

Python's lenient decoder silently drops `-` and `_` and so returns wrong bytes; here the text is
decoded strictly, and cleaned first where that fails.
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
    rb"\s*(?:data:)?\s*(?:[\w.+-]+/[\w.+-]+)?\s*(?:;[^,;]{0,80})*;?\s*base64\s*,\s*", re.IGNORECASE
)
_ESCAPE = re.compile(rb"\\(?:u00([0-9a-fA-F]{2})|([^u]))")
_PLAIN = re.compile(rb"[A-Za-z0-9+/]*")
_URLSAFE = bytes.maketrans(b"-_", b"+/")
_SPACE = b" \t\r\n\x0b\x0c"
_LONGEST_PREFIX = 256
_PIECE = 256 * 1024

_decode_strictly = partial(pybase64.b64decode, validate=True)
"""Raises binascii.Error. Python's own decoder takes seventy times as long."""


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
        """Decoded bytes after `piece`, as far as certain. Raises DirtyBase64Error."""
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
    """Raw bytes of a file from `start` to `end`, in pieces of at most `most`."""
    with path.open("rb") as file:
        file.seek(start)
        left = end - start
        while left > 0:
            piece = file.read(min(most, left))
            if not piece:
                raise DirtyBase64Error("the file is shorter than it should be")
            left -= len(piece)
            yield piece


def _without_prefix(head: bytes) -> bytes:
    plain = head[:_LONGEST_PREFIX].replace(b"\\/", b"/")
    found = _PREFIX.match(plain)
    return plain[found.end() :] + head[_LONGEST_PREFIX:] if found else head


def _unescaped(text: bytes) -> tuple[bytes, bytes]:
    """The text without JSON escapes, and a possible incomplete one at its end."""
    if b"\\" not in text:
        return text, b""
    tail = b""
    cut = text.rfind(b"\\", max(0, len(text) - 6))
    if cut >= 0 and not _ESCAPE.match(text, cut):
        text, tail = text[:cut], text[cut:]
    return _ESCAPE.sub(_plain, text), tail


def _plain(found: re.Match[bytes]) -> bytes:
    if found[1]:
        return bytes.fromhex(found[1].decode())
    return b" " if found[2] in b"nrtbf" else found[2]


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
        # Padding ends the text: the last quartet is complete, however it was padded.
        body += b"=" * (-len(body) % 4)
        return b"", True, _strict(body)
    whole = len(body) - len(body) % 4
    return body[whole:], ended, _strict(body[:whole])


def _strict(text: bytes) -> bytes:
    try:
        return _decode_strictly(text)
    except binascii.Error as error:
        raise DirtyBase64Error(str(error)) from error
