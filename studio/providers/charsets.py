"""Detection of text by its first bytes, and conversion of UTF-16 and UTF-32 to UTF-8."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator

_TELLING = 16
"""Bytes needed to detect the charset of a text."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1d\x7f]")
_ANSWER = re.compile(r"[{\[<:\"]|data:|event:|id:|retry:")
"""Beginnings of JSON, of a stream of events and of a web page."""


def is_text(head: bytes) -> bool:
    """Whether the first bytes of a body are text, which may be cut off anywhere.

    In UTF-16 and UTF-32, which random bytes resemble, only text that may be an answer counts.
    """
    if json.detect_encoding(head).startswith("utf-8"):
        return _text_of(head) is not None
    return begins_answer(head)


def begins_answer(head: bytes) -> bool:
    """Whether the first bytes of a body begin JSON, a stream of events or a web page."""
    text = _text_of(head)
    return text is not None and _ANSWER.match(text.lstrip("\ufeff \t\r\n\x1e")) is not None


def _text_of(head: bytes) -> str | None:
    name = json.detect_encoding(head)
    plain = "utf-8" if name.startswith("utf-8") else name
    try:
        text = codecs.getincrementaldecoder(plain)().decode(head)
    except UnicodeDecodeError:
        return None
    return None if _CONTROL.search(text) else text


class Transcoder:
    """Converter to UTF-8 from UTF-16 and UTF-32, detected by the first bytes as for JSON."""

    def __init__(self) -> None:
        self._opening: bytes | None = b""
        self._decoder: codecs.IncrementalDecoder | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Convert more bytes; anything but UTF-16 and UTF-32 passes unchanged."""
        if self._opening is not None:
            self._opening += data
            if not _is_recoded(self._opening):
                return
            data, self._opening = self._opening, None
            self._begin(data)
        yield from self._recoded(data, final=False)

    def _begin(self, data: bytes) -> None:
        name = json.detect_encoding(data[:4])
        # A bare picture contains zeros too.
        if not name.startswith("utf-8") and begins_answer(data[:64]):
            self._decoder = codecs.getincrementaldecoder(name)("replace")

    def _recoded(self, data: bytes, *, final: bool) -> Iterator[bytes]:
        if self._decoder is None:
            if data:
                yield data
        elif text := self._decoder.decode(data, final):
            yield text.encode("utf-8", "replace")

    def end(self) -> Iterator[bytes]:
        """Convert the data held back until the end."""
        data, self._opening = self._opening or b"", None
        if data:
            self._begin(data)
        yield from self._recoded(data, final=True)


def _is_recoded(opening: bytes) -> bool:
    if len(opening) < 4:
        return False
    return len(opening) >= _TELLING or json.detect_encoding(opening[:4]).startswith("utf-8")
