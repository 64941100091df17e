"""Base64 as it really arrives, decoded in pieces: escaped, wrapped, urlsafe, unpadded, prefixed.

Python's lenient decoder drops `-` and `_` silently and so gives wrong bytes; here the text is
cleaned first and then decoded strictly.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

_PREFIX = re.compile(
    rb"\s*(?:data:)?\s*(?:[\w.+-]+/[\w.+-]+)?\s*(?:;[^,;]{0,80})*;?\s*base64\s*,\s*", re.IGNORECASE
)
_ESCAPE = re.compile(rb"\\(?:u00([0-9a-fA-F]{2})|([^u]))")
_URLSAFE = bytes.maketrans(b"-_", b"+/")
_SPACE = b" \t\r\n\x0b\x0c"
_LONGEST_PREFIX = 256
_PIECE = 256 * 1024


class DirtyBase64Error(ValueError):
    """The text is not base64, however kindly it is read."""


def decode(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The bytes behind base64 `pieces` (the raw content of a JSON string, escapes and all).

    Yields as it goes, so memory does not grow with the picture. Raises DirtyBase64Error.
    """
    held = b""  # cleaned characters that do not make a whole quartet yet
    tail = b""  # an escape that may go on in the next piece
    ended = False
    for piece in _without_prefix(iter(pieces)):
        text, tail = _unescaped(tail + piece)
        held, ended, out = _decoded(held + text, ended=ended)
        if out:
            yield out
    if tail:
        raise DirtyBase64Error("the text ends within an escape")
    if held and (rest := _strict(held + b"=" * (-len(held) % 4))):
        yield rest


def from_file(path: Path, start: int, end: int) -> Iterator[bytes]:
    """The raw bytes `start` to `end` of a file, in pieces."""
    with path.open("rb") as file:
        file.seek(start)
        left = end - start
        while left > 0:
            piece = file.read(min(_PIECE, left))
            if not piece:
                raise DirtyBase64Error("the file is shorter than it should be")
            left -= len(piece)
            yield piece


def _without_prefix(pieces: Iterator[bytes]) -> Iterator[bytes]:
    head = b""
    for piece in pieces:
        head += piece
        if len(head) >= _LONGEST_PREFIX:
            break
    plain = head[:_LONGEST_PREFIX].replace(b"\\/", b"/")
    found = _PREFIX.match(plain)
    yield plain[found.end() :] + head[_LONGEST_PREFIX:] if found else head
    yield from pieces


def _unescaped(text: bytes) -> tuple[bytes, bytes]:
    """The text without JSON escapes, and what may be the beginning of one at its end."""
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
    """What is left over, whether padding was seen, and the decoded bytes."""
    text = text.translate(_URLSAFE, _SPACE)
    body = text.rstrip(b"=")
    if ended and body:
        raise DirtyBase64Error("there is more after the padding")
    if len(body) < len(text):
        # Padding ends the text: the last quartet is whole whatever it was padded with.
        body += b"=" * (-len(body) % 4)
        return b"", True, _strict(body)
    whole = len(body) - len(body) % 4
    return body[whole:], ended, _strict(body[:whole])


def _strict(text: bytes) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise DirtyBase64Error(str(error)) from error
