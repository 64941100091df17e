"""Repair the head of a response before strict parsing: a bad header must not cost a paid answer.

Browsers also accept a space in a header name, a control character or two different lengths. Invalid
headers are left out here; if the head contradicts itself about the length of the body, the body
ends with the connection.
"""

from __future__ import annotations

import re

MOST = 64 * 1024
"""Limit in bytes of a head; a longer one is passed on unchanged."""

_END = re.compile(rb"\r?\n\r?\n")
_STATUS = re.compile(rb"HTTP/1\.[01] +([0-9]{3})")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*:(.*)", re.DOTALL)
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


class LenientHeaders:
    """Filter for the data received on one connection."""

    def __init__(self) -> None:
        self._head: bytes | None = b""

    def feed(self, data: bytes) -> bytes:
        """Add received data, empty at the end of the connection; returns the parsable part."""
        if self._head is None or not (data or self._head):
            return data
        if not data:
            # The connection ended within the head.
            left, self._head = self._head, None
            return left
        self._head += data
        out = b""
        while self._head is not None and (end := _END.search(self._head)):
            head, rest = self._head[: end.start()], self._head[end.end() :]
            status = _STATUS.match(head)
            out += _mended(head) if status else self._head[: end.end()]
            # Status 100 or 103 is followed by the final head.
            more = status is not None and status[1].startswith(b"1") and status[1] != b"101"
            self._head, out = (rest, out) if more else (None, out + rest)
        if self._head is not None and len(self._head) > MOST:
            out, self._head = out + self._head, None
        return out


def _mended(head: bytes) -> bytes:
    lines = re.split(rb"\r?\n", head)
    fields: list[tuple[bytes, bytes]] = []
    for line in lines[1:]:
        if line[:1] in (b" ", b"\t") and fields:
            name, value = fields[-1]
            fields[-1] = (name, value + b" " + line.strip())
        elif found := _FIELD.fullmatch(line):
            fields.append((found[1], found[2]))
    fields = [(name, _CONTROL.sub(b" ", value).strip()) for name, value in fields]
    written = [_CONTROL.sub(b" ", lines[0]).strip()]
    written += [name + b": " + value for name, value in _told_once(fields)]
    return b"\r\n".join(written) + b"\r\n\r\n"


def _told_once(fields: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The header fields, with the body's length and encoding made unambiguous and valid in HTTP."""
    lengths = {value for name, value in fields if name.lower() == b"content-length"}
    codings = [
        one.strip().lower()
        for name, value in fields
        if name.lower() == b"transfer-encoding"
        for one in value.split(b",")
    ]
    kept = [
        (name, value)
        for name, value in fields
        if name.lower() not in (b"content-length", b"transfer-encoding")
    ]
    packed = [one for one in codings if one not in (b"chunked", b"identity", b"")]
    if b"chunked" in codings:
        kept.append((b"Transfer-Encoding", b"chunked"))
    elif len(lengths) == 1 and (length := lengths.pop()).isdigit():
        kept.append((b"Content-Length", length))
    if packed:
        kept.append((b"Content-Encoding", b", ".join(packed)))
    return kept
