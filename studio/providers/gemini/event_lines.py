"""Splits a stream of server-sent events into the pieces of JSON on its `data:` lines.

Nobody asks for a stream here, but some gateways send one all the same. Its frame is taken off while
it arrives, so that the bytes of a picture are still found where they lie in the body.
Source: the HTML standard's chapter on server-sent events; and lines without `data:`, as they come.
"""

from __future__ import annotations

from collections.abc import Iterator

_DECIDED = 16
_FIELDS = (b"data:", b"event:", b"id:", b"retry:", b":")
_DATA = b"data:"


def begins_stream(opening: bytes) -> bool | None:
    """Whether a body that opens so is a stream of events; None when it is too short to tell."""
    text = opening.lstrip(b"\xef\xbb\xbf \t\r\n")
    if any(text.startswith(name) for name in _FIELDS):
        return True
    return None if any(name.startswith(text) for name in _FIELDS) else False


class EventLines:
    """Fed the body's bytes in order, in pieces of any size.

    Attributes:
        done: the service has said that this was all.
    """

    def __init__(self) -> None:
        self.done = False
        self._head: bytearray | None = bytearray()
        self._head_start = 0
        self._wanted = False

    def split(self, data: bytes, base: int) -> Iterator[tuple[int, bytes, bool]]:
        """The pieces of payload in `data`, which begins at `base`: place, bytes, begins a line."""
        position = 0
        while position < len(data):
            newline = data.find(b"\n", position)
            end = len(data) if newline < 0 else newline
            if self._head is None:
                if self._wanted and end > position:
                    yield base + position, data[position:end], False
            else:
                if not self._head:
                    self._head_start = base + position
                self._head += data[position:end]
                if len(self._head) >= _DECIDED or newline >= 0:
                    yield from self._begun(bytes(self._head))
            position = end + 1
            if newline >= 0:
                self._head = bytearray()

    def end(self) -> Iterator[tuple[int, bytes, bool]]:
        """What is left of a last line that nobody ended."""
        if self._head:
            yield from self._begun(bytes(self._head))

    def _begun(self, head: bytes) -> Iterator[tuple[int, bytes, bool]]:
        self._head = None
        name = len(_DATA) if head.startswith(_DATA) else 0
        payload = head[name:]
        if payload.strip().startswith(b"[DONE]"):
            self.done, payload = True, b""
        # Without its name a line counts when it goes on with JSON, or begins some.
        framed = any(head.startswith(one) for one in _FIELDS if one != _DATA)
        self._wanted = bool(payload.strip()) and not framed
        if self._wanted:
            yield self._head_start + name, payload, True
