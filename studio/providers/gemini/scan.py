"""Incremental JSON scanner in constant memory: long strings stay in the file.

A response with a picture is a few hundred bytes of JSON around megabytes of base64. The scanner
copies the JSON but replaces every string longer than 4096 bytes with a marker and stores its
position in the body. It also detects the end of the value, so that a truncated response is never
mistaken for a complete one. It must be fed on the decoding thread, never on the window's.

A stream of server-sent events is read as the list of its events, and several consecutive values
(one per line, or just concatenated) as the list of these values.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import secrets
from pathlib import Path
from typing import Any, Final

from studio.common import i18n
from studio.common.errors import Billed, ServiceError
from studio.common.files import storage_error
from studio.common.i18n import _
from studio.providers.base import LongStringHandler, Scan, SpilledString
from studio.providers.gemini.event_lines import EventLines, begins_stream
from studio.providers.gemini.stream_end import StreamEnd

__all__ = ["MAX_BODY", "GeminiScanner", "Scan", "SpilledString", "scan_file"]

LONG: Final = 4096
MAX_BODY: Final = 256 * 1024 * 1024
READER_VERSION: Final = 4
"""Stored with each response that could not be read, so that a newer version tries once more.

1: reads strings of more than 512 bytes unchanged on Python 3.11.2.
2: reads numbers of any length and values nested to any depth.
3: decodes brotli, zstd and damaged compression; reads JSON in lines and pictures in more places.
4: reads bodies of several parts, and pictures passed to tools.
"""

MAX_SKELETON: Final = 8 * 1024 * 1024
MAX_DEPTH: Final = 64
"""Limit of nesting; values nested more deeply are replaced by null."""

MAX_MARKS: Final = 500_000
"""Limit of brackets and strings in one response, so that parsing the skeleton stays cheap."""

_MARK = re.compile(rb'["\[\]{}]')
_PLAIN = re.compile(rb'[^"\[\]{}]*(?:"[^"\\]{0,512}"[^"\[\]{}]*){0,1000}')
"""Text without significant marks: anything but brackets, and short strings without escapes.

Nothing follows the repetition, so it never backtracks into it; its bound keeps the matcher's stack
small. No possessive quantifiers: Python 3.11.2 matches them wrongly.
"""
_PIECE = 256 * 1024
_DEEP_PIECE = 4096
_SPACE = b" \t\r\n"
_BEFORE = b" \t\r\n\x1e"
_SEPARATORS = b" \t\r\n,\x1e"
"""Separators of values in a row: white space, commas, and the mark of RFC 7464 sequences."""

_DONE = b"[DONE]"
_LONGEST_EVENT = 64 * 1024
"""Limit in bytes of a value's skeleton that is searched for the end of a stream."""

_BOM = b"\xef\xbb\xbf"


_BROKEN: Final = object()


_SECRET: Final = secrets.token_bytes(16)
_scanners = itertools.count()


def _unpredictable() -> str:
    """An unpredictable word, made without requesting randomness from the system each time."""
    number = next(_scanners).to_bytes(8, "big")
    return hashlib.blake2b(number, key=_SECRET, digest_size=8).hexdigest()


class GeminiScanner:
    """Scanner fed with the body's bytes in order, in pieces of any size.

    Attributes:
        complete: the outermost value is closed, or a stream has sent its end marker.
        received: bytes fed so far.
        refused: reason for stopping; further bytes are only counted.
    """

    def __init__(self, listener: LongStringHandler | None = None) -> None:
        self.complete = False
        self.received = 0
        self.refused: ServiceError | None = None
        self._listener = listener
        self._skeleton = bytearray()
        self._spilled: list[SpilledString] = []
        # Unpredictable for the sender, so no string of the response can imitate a marker.
        self._token = f"\x00{_unpredictable()}:"
        self._depth = 0
        self._marks = 0
        self._in_string = False
        self._escaped = False
        self._string_start = 0
        self._string = bytearray()
        self._long = False
        self._trailing = False
        self._not_json = False
        self._opening: bytes | None = b""
        self._lines: EventLines | None = None
        self._events = 0
        self._event_start = 0
        self._several = False
        self._whole_size = 0
        self._skipping = False
        self._stream_end = StreamEnd()

    def feed(self, data: bytes) -> None:
        """Scan the next bytes."""
        base = self.received
        self.received += len(data)
        if self.refused is not None:
            return
        if self.received > MAX_BODY:
            self._refuse(_("It is larger than {mb} MB.").format(mb=i18n.number(MAX_BODY >> 20)))
            return
        try:
            self._feed(data, base)
        except _ScanLimitError as error:
            self._refuse(str(error))

    def _refuse(self, reason: str) -> None:
        self.refused = _too_much(reason)
        self.complete = False
        self._skeleton.clear()
        self._string.clear()

    def _feed(self, data: bytes, base: int) -> None:
        position = 0
        if self._opening is not None:
            self._opening += data
            if not self._look_at_beginning(self._opening):
                return
            data, base, self._opening = self._opening, 0, None
            position = len(data) - len(data.removeprefix(_BOM).lstrip(_BEFORE))
        if self._not_json:
            return
        if self._lines is not None:
            for place, piece, fresh in self._lines.split(data, base):
                self._take_event(piece, place, fresh=fresh)
            self.complete = self._lines.done and not self._event_open
            return
        self._scan_piece(data, position, base)

    def _scan_piece(self, data: bytes, position: int, base: int) -> None:
        while position < len(data):
            if self._in_string:
                position = self._take_string(data, position, base)
            elif self.complete:
                if (following := self._following_value(data, position)) is None:
                    return
                position = following
            else:
                position = self._take_structure(data, position, base)

    def _following_value(self, data: bytes, position: int) -> int | None:
        """Position of another value after a complete one; None if none begins."""
        rest = data[position:].lstrip(_SEPARATORS)
        if not rest:
            return None
        if rest[:1] not in (b"{", b"[") or rest.startswith(_DONE) or self._trailing:
            self._trailing = self._trailing or not rest.startswith(_DONE)
            return None
        if not self._several:
            self._several = True
            self._skeleton[:0] = b"["
        self._whole_size = len(self._skeleton)
        self._keep_piece(b",")
        self._event_start = len(self._skeleton)
        self.complete = False
        return len(data) - len(rest)

    def _look_at_beginning(self, opening: bytes) -> bool:
        """Detect the format; False if more bytes are needed."""
        first = opening.removeprefix(_BOM).lstrip(_BEFORE)[:1]
        if first in (b"", b"\xef"):
            return len(opening) > MAX_DEPTH
        stream = begins_stream(opening)
        if stream:
            self._lines = EventLines()
        elif stream is None:
            return False
        else:
            start = opening.removeprefix(_BOM).lstrip(_BEFORE)[:2]
            if start == b"-":
                return False  # a number, or the boundary of several parts
            self._not_json = start == b"--" or first not in b'{["-0123456789tfn'
        return True

    @property
    def streaming(self) -> bool:
        """Whether the body is a stream of events, or of values in a row."""
        return self._lines is not None or self._several

    @property
    def ended(self) -> bool:
        """Whether the body may end here: it is complete, or a stream whose events report the end.

        More may follow in either case: a service may still send its usage counts, and a complete
        value may be the first of several.
        """
        if self._lines is None:
            return self.complete and not (self._stream_end.goes_on and not self._spilled)
        return self.complete or (not self._event_open and self._stream_end.has_ended)

    @property
    def _event_open(self) -> bool:
        return self._depth > 0 or self._in_string

    def _take_event(self, piece: bytes, place: int, *, fresh: bool) -> None:
        if fresh:
            self._skipping = not self._event_open and piece.lstrip(_SPACE)[:1] not in (b"{", b"[")
            if not self._skipping and not self._event_open:
                self._keep_piece(b"," if self._events else b"[")
                self._events += 1
                self._event_start = len(self._skeleton)
                self.complete = False
        if not self._skipping:
            self._scan_piece(piece, 0, place)
            self._skipping = not self._event_open
            if not self._event_open:
                self._stream_end.on_stream_event(
                    _parsed(bytes(self._skeleton[self._event_start :]))
                )

    def _take_structure(self, data: bytes, position: int, base: int) -> int:
        if self._depth > MAX_DEPTH and (over := self._passed_over(data, position)):
            return over
        # A value that is only a string ends with it; that case is handled below.
        if self._depth > 0 and (plain := _PLAIN.match(data, position)) and plain[0]:
            position = plain.end()
            self._count(plain[0].count(b'"') >> 1)
            self._keep_piece(plain[0])
            if position == len(data):
                return position
        found = _MARK.search(data, position)
        if found is None:
            self._keep_piece(data[position:])
            return len(data)
        end = found.end()
        self._keep_piece(data[position:end])
        self._count(1)
        mark = found[0]
        if mark == b'"':
            self._in_string = True
            self._string_start = base + end
        elif mark in b"[{":
            self._depth += 1
            if self._depth == MAX_DEPTH + 1:
                # Replaces the bracket, which is the last byte that was kept.
                self._skeleton[-1:] = b"null"
        else:
            self._depth -= 1
            self._end_of_value()
        return end

    def _passed_over(self, data: bytes, position: int) -> int:
        """Position after a piece nested too deeply to keep; 0 if the nesting may end within it."""
        end = min(len(data), position + _DEEP_PIECE)
        quote = data.find(b'"', position, end)
        end = quote if quote >= 0 else end
        opened = data.count(b"[", position, end) + data.count(b"{", position, end)
        closed = data.count(b"]", position, end) + data.count(b"}", position, end)
        if end == position or self._depth - closed <= MAX_DEPTH:
            return 0
        self._count(opened + closed)
        self._depth += opened - closed
        return end

    def _count(self, marks: int) -> None:
        self._marks += marks
        if self._marks > MAX_MARKS:
            raise _ScanLimitError(_("It has too many parts."))

    def _take_string(self, data: bytes, position: int, base: int) -> int:
        start = position
        size = len(data)
        if self._escaped:
            self._escaped = False
            position += 1
        quote = data.find(b'"', position)
        while True:
            slash = data.find(b"\\", position, quote if quote >= 0 else size)
            if slash < 0:
                break
            position = slash + 2
            if position > size:
                self._escaped = True
                break
            if 0 <= quote < position:
                quote = data.find(b'"', position)
        if quote < 0 or self._escaped:
            self._keep_string(memoryview(data)[start:])
            return size
        self._keep_string(memoryview(data)[start:quote])
        self._end_string(base + quote)
        return quote + 1

    def _keep_string(self, piece: memoryview) -> None:
        if not self._long and len(self._string) + len(piece) <= LONG:
            self._string += piece
            return
        if not self._long:
            self._long = True
            if self._listener is not None:
                self._listener.begin_string(self._string_start)
                self._listener.add_piece(bytes(self._string))
            self._string.clear()
        if self._listener is not None:
            self._listener.add_piece(piece)

    def _end_string(self, end: int) -> None:
        if self._long:
            if self._listener is not None:
                self._listener.end_string(end)
            marker = json.dumps(f"{self._token}{len(self._spilled)}").encode()
            self._keep_piece(marker[1:])
            self._spilled.append(SpilledString(self._string_start, end))
        else:
            self._keep_piece(bytes(self._string) + b'"')
        self._string.clear()
        self._long = self._in_string = False
        self._end_of_value()

    def _end_of_value(self) -> None:
        if self._depth <= 0:
            self.complete = True
            size = len(self._skeleton) - self._event_start
            if self._lines is None and size <= _LONGEST_EVENT:
                self._stream_end.on_stream_event(
                    _parsed(bytes(self._skeleton[self._event_start :]))
                )

    def _keep_piece(self, piece: bytes) -> None:
        if self._depth > MAX_DEPTH:
            return
        if len(self._skeleton) + len(piece) > MAX_SKELETON:
            raise _ScanLimitError(_("It contains too much text."))
        self._skeleton += piece

    def finish(self) -> Scan:
        """Parse the bytes fed so far. Never raises; `json` is False for anything but JSON."""
        if self.refused is not None:
            return Scan(None, complete=False, long=bool(self._spilled), refused=self.refused)
        skeleton = self._skeleton
        if self._lines is not None:
            for place, piece, fresh in self._lines.end():
                self._take_event(piece, place, fresh=fresh)
            if self._events and not self._event_open:
                self.complete = True
                skeleton = skeleton + b"]"
        elif self._several:
            return self._finish_several()
        if self._not_json or not skeleton.strip(_SPACE):
            return Scan(None, complete=False, json=self._lines is not None)
        long = bool(self._spilled) or self._long
        if not self.complete and (self._depth > 0 or self._in_string):
            return Scan(None, complete=False, long=long)
        value = _parsed(skeleton)
        if value is _BROKEN:
            return Scan(None, complete=False, json=False, long=long)
        return Scan(self._with_spilled(value), complete=True, trailing=self._trailing, long=long)

    def _finish_several(self) -> Scan:
        """Parse consecutive values; ignore an incomplete last one unless a candidate is open."""
        long = bool(self._spilled) or self._long
        value = _parsed(self._skeleton + b"]") if self.complete else _BROKEN
        if value is not _BROKEN:
            found = self._with_spilled(value)
            return Scan(found, complete=True, trailing=self._trailing, long=long)
        value = _parsed(self._skeleton[: self._whole_size] + b"]")
        if value is _BROKEN or (self._stream_end.goes_on and not self.complete):
            return Scan(None, complete=False, json=value is not _BROKEN, long=long)
        return Scan(self._with_spilled(value), complete=True, trailing=True, long=long)

    def _with_spilled(self, value: Any) -> Any:
        if not self._spilled:
            return value
        if isinstance(value, str):
            if value.startswith(self._token):
                return self._spilled[int(value[len(self._token) :])]
            return value
        if isinstance(value, list):
            return [self._with_spilled(one) for one in value]
        if isinstance(value, dict):
            return {self._with_spilled(k): self._with_spilled(v) for k, v in value.items()}
        return value


def scan_file(path: Path) -> Scan:
    """Scan a body on disk. Blocking. Raises StorageError."""
    scanner = GeminiScanner()
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                scanner.feed(piece)
    except OSError as error:
        raise storage_error(error, path) from error
    return scanner.finish()


def _parsed(skeleton: bytes | bytearray) -> Any:
    text = skeleton.decode("utf-8", "replace")
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        pass
    try:
        # Python does not parse integers of more than 4300 digits, but parses such floats.
        return json.loads(text, strict=False, parse_int=float)
    except (ValueError, RecursionError):
        return _BROKEN


class _ScanLimitError(Exception):
    """A limit was exceeded; never leaves this module."""


def _too_much(reason: str) -> ServiceError:
    return ServiceError(
        _("The answer is too large"),
        reason,
        hint=_("This is not an image service's answer; check the provider's address."),
        billed=Billed.MAYBE,
    )
