"""Split a stream of server-sent events into the JSON on its `data:` lines.

Streams are never requested here, but some gateways send one anyway. The framing is removed
during reception, so that positions of pictures in the body stay valid. Source: the HTML standard's
chapter on server-sent events. Lines without `data:`, which some gateways send, are read as well.
"""

from __future__ import annotations

from collections.abc import Iterator

_DECIDED = 16
_FIELDS = (b"data:", b"event:", b"id:", b"retry:", b":")
_DATA = b"data:"
_PICTURE = b"data:image/"
"""The beginning of a picture's data: URL."""


def begins_stream(opening: bytes) -> bool | None:
    """Whether a body with this start is a stream of events; None if it is too short to tell."""
    text = opening.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(_PICTURE):
        return False
    if _PICTURE.startswith(text):
        return None
    if any(text.startswith(name) for name in _FIELDS):
        return True
    return None if any(name.startswith(text) for name in _FIELDS) else False


class EventLines:
    """Splitter fed with the body's bytes in order, in pieces of any size.

    Attributes:
        done: whether the service has sent its end marker.
    """

    def __init__(self) -> None:
        self.done = False
        self._head: bytearray | None = bytearray()
        self._head_start = 0
        self._wanted = False

    def split(self, data: bytes, base: int) -> Iterator[tuple[int, bytes, bool]]:
        """Payload in `data`, which begins at `base`: position, bytes, whether they begin a line."""
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
        """The rest of an unterminated last line."""
        if self._head:
            yield from self._begun(bytes(self._head))

    def _begun(self, head: bytes) -> Iterator[tuple[int, bytes, bool]]:
        self._head = None
        name = len(_DATA) if head.startswith(_DATA) else 0
        payload = head[name:]
        if payload.strip().startswith(b"[DONE]"):
            self.done, payload = True, b""
        # A line without the prefix counts if it continues or begins JSON.
        framed = any(head.startswith(one) for one in _FIELDS if one != _DATA)
        self._wanted = bool(payload.strip()) and not framed
        if self._wanted:
            yield self._head_start + name, payload, True
