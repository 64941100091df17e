"""Split a body of several parts (multipart/mixed, related, form-data) in constant memory.

Source: RFC 2046, and the deviations of gateways: no closing boundary, bare line feeds, a boundary
that the header does not name.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

_MOST_PARTS = 256
_MOST_DEPTH = 3
_LONGEST_HEAD = 16 * 1024
_LONGEST_BOUNDARY = 200
_FIRST = re.compile(rb"\s*--([^\r\n]{1,200}?)[ \t]*\r?\n")
_HEAD_END = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True)
class BodyPart:
    """A part of a body: its bytes from `start` to `end`.

    Attributes:
        kind: media type in lower case; empty if it is not given.
        base64: whether the bytes are encoded as base64.
    """

    start: int
    end: int
    kind: str
    base64: bool


def _begins_multipart(opening: bytes) -> bool:
    """Whether a body that starts like this begins with a boundary."""
    return re.match(rb"\s*--[^\s\d-]|\s*-{3,}", opening) is not None


def parts(body: Path, content_type: str) -> list[BodyPart]:
    """The parts of a body on disk, including nested ones; empty for any other body. Blocking.

    `content_type` is the value of its header. Raises OSError.
    """
    with body.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        boundary = _boundary(content_type) or _first_boundary(data)
        if not boundary:
            return []
        return list(_split(data, 0, len(data), boundary, 0))


def _boundary(content_type: str) -> bytes:
    if not content_type.lower().lstrip().startswith("multipart/"):
        return b""
    message = Message()
    message["content-type"] = content_type
    found = message.get_boundary() or ""
    return found.encode("utf-8", "replace")[:_LONGEST_BOUNDARY]


def _first_boundary(data: mmap.mmap) -> bytes:
    found = _FIRST.match(data[:1024])
    return found[1] if found and _begins_multipart(found[0]) else b""


def _split(
    data: mmap.mmap, start: int, end: int, boundary: bytes, depth: int
) -> Iterator[BodyPart]:
    mark = b"--" + boundary
    position = data.find(mark, start, end)
    for _number in range(_MOST_PARTS):
        if position < 0:
            return
        begin = position + len(mark)
        line = data.find(b"\n", begin, min(end, begin + _LONGEST_BOUNDARY))
        if line < 0 or data[begin : begin + 2] == b"--":
            return
        following = data.find(b"\n" + mark, line, end)
        last = end - data[end - 1 :].count(b"\n") if following < 0 else following
        last -= data[last - 1 : last] == b"\r"
        if (part := _part(data, line + 1, last)) is not None:
            inner = _boundary(part.kind)
            if inner and depth < _MOST_DEPTH:
                yield from _split(data, part.start, part.end, inner, depth + 1)
            else:
                yield part
        position = -1 if following < 0 else following + 1


def _part(data: mmap.mmap, start: int, end: int) -> BodyPart | None:
    """A part without its headers; None for an empty one."""
    headers: dict[str, str] = {}
    head = data[start : min(end, start + _LONGEST_HEAD)]
    if head[:1] in (b"\n", b"\r"):
        start += 2 if head[:2] == b"\r\n" else 1
    elif found := _HEAD_END.search(head):
        for line in head[: found.start()].decode("latin-1").replace("\n ", " ").splitlines():
            name, _colon, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        start += found.end()
    if start >= end:
        return None
    encoding = headers.get("content-transfer-encoding", "").lower()
    return BodyPart(start, end, headers.get("content-type", ""), encoding == "base64")
