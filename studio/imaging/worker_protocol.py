"""Messages between the program and its worker processes: a JSON object followed by raw bytes."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, TypeVar

from studio.common import foreign_json

Read = TypeVar("Read")

_HEAD = struct.Struct("<IQ")
_LONGEST_HEADER = 1 << 20
_LONGEST_BODY = 1 << 31

Message = tuple[dict[str, Any], bytes]
Job = Callable[[dict[str, Any]], Message]


def write_message(stream: IO[bytes], header: dict[str, Any], body: bytes = b"") -> None:
    """Send one message: lengths, the header as JSON, the bytes. Raises OSError."""
    text = json.dumps(header).encode()
    stream.write(_HEAD.pack(len(text), len(body)) + text)
    if body:
        stream.write(body)
    stream.flush()


def read_message(stream: IO[bytes]) -> Message | None:
    """The next message; None at the end of the stream, even within a message. Raises ValueError."""
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    text_size, body_size = _HEAD.unpack(head)
    if text_size > _LONGEST_HEADER or body_size > _LONGEST_BODY:
        raise ValueError("a message longer than any this program sends")
    text = stream.read(text_size)
    body = stream.read(body_size) if body_size else b""
    if len(text) < text_size or len(body) < body_size:
        return None
    header = foreign_json.forgiving(text)
    if not isinstance(header, dict):
        raise ValueError("a message without a header")  # noqa: TRY004 a broken stream, not a type
    return header, body


def named(read: Callable[..., Read], path: Path, *more: Any) -> Read:
    """Result of `read` for this file; an error names the file at fault."""
    try:
        return read(path, *more)
    except Exception as error:
        error.path = str(path)  # type: ignore[attr-defined]
        raise
