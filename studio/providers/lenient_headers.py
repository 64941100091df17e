"""Mends the head of an answer before it is read strictly: a bad header costs no paid answer.

A gateway that writes a header name with a space in it, a control sign or two different lengths is
read by browsers all the same. What is no header is left out here; how long the body is, is left to
the end of the line where the head contradicts itself.
"""

from __future__ import annotations

import re

MOST = 64 * 1024
"""Bytes of a head that are waited for; a longer one is handed on as it is."""

_END = re.compile(rb"\r?\n\r?\n")
_STATUS = re.compile(rb"HTTP/1\.[01] +([0-9]{3})")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*:(.*)", re.DOTALL)
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


class LenientHeaders:
    """Takes what comes on one connection, gives it on with its heads mended."""

    def __init__(self) -> None:
        self._head: bytes | None = b""

    def feed(self, data: bytes) -> bytes:
        """What may be read by now. Empty where nothing came: the line has ended."""
        if self._head is None or not (data or self._head):
            return data
        if not data:
            # It ended within its head.
            left, self._head = self._head, None
            return left
        self._head += data
        out = b""
        while self._head is not None and (end := _END.search(self._head)):
            head, rest = self._head[: end.start()], self._head[end.end() :]
            status = _STATUS.match(head)
            out += _mended(head) if status else self._head[: end.end()]
            # After the words of a 100 or 103 comes the real head.
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
    """How long the body is, and how it comes, told once and in words HTTP knows."""
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
