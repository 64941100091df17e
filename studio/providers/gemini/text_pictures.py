"""Pictures as base64 within text: data: URLs, and bare base64 that begins like a picture.

The text may be long, wrapped at any column, escaped more than once, and split over the parts of an
answer or the events of a stream. It is read as raw JSON, so that offsets in it are those in the
file.
"""

from __future__ import annotations

import bisect
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from studio.common.file_types import is_any_picture
from studio.providers import base64_text
from studio.providers.base import SpilledString

Text = str | SpilledString

SHORTEST = 24
"""Minimum length in characters of a text that may contain a picture."""

_SEARCHED = 8 * 1024
"""Bytes searched in one call; other threads can run between two calls."""

_MOST_BEFORE = 64
_READ = 256 * 1024
_OVERLAP = 400
_LEAST_DATA = 8
_LEAST_BARE = 60
"""Minimum length in characters of bare base64 that may be a picture; shorter runs are words."""

_LEAST_LINE = 16
"""Minimum length in characters of a line of base64."""

_LEAST_COLUMN = 32
_HEAD = 96

_AFTER_WORD = rb"(?:(?<![A-Za-z0-9+/=_%-])|(?<=\\[nrt])|(?<=\\u00..))"
_SL = rb"(?:\\{0,16}/|_)"
START = re.compile(
    rb"data:(?P<kind>(?:[\w.+-]{1,40}\\*/)?[\w.+-]{0,60})[^:,\s\"<>()]{0,120}?base64"
    rb"(?:;[^:,\s\"<>()]{0,80})?\s?(?:,|%2c)(?:\s|\\+[nrt]|%0[ad]|%20){0,8}"
    rb"|" + _AFTER_WORD + rb"(?P<bare>(?-i:iVBORw0KGgo|"
    + _SL + rb"9j" + _SL + rb"[2-9][A-Za-z0-9+/_-]|UklGR|R0lGOD[dl]h|"
    rb"AAAA[A-Za-z0-9+/_-][GWm2]Z0eX|AAAADEpYTCA|AAAADGpQICA|SUkqA|TU0AK|TU0AK))",
    re.IGNORECASE,
)  # fmt: skip
"""The beginning of a data: URL, or of the base64 of a picture."""

_SIGNS = (b"iVBORw0KGgo", b"/9j", b"_9j", b"UklGR", b"R0lGOD", b"AAAA", b"SUkqA", b"TU0AK")
"""What bare base64 of a picture begins with, or has at its beginning, as `START` has it."""

_NO_PICTURE = re.compile(rb"(?:audio|video|text|font)\\*/", re.IGNORECASE)

_SIGN = rb"[A-Za-z0-9+/_-]*"
_ESCAPED = rb"(?:\\+/|\\+u00(?:2[bBfFdD]|5[fF])|%2[bBfF]|&#(?:4[37]|[xX]2[bBfF]);)"
_RUN = re.compile(_SIGN + rb"(?:" + _ESCAPED + _SIGN + rb")*")
_NEWLINE = rb"\r|\n|(?<!\\)\\+(?:[nr]|u000[aAdD])|%0[aAdD]|&#(?:1[03]|[xX][aAdD]);"
_BREAK = re.compile(rb"(?:[ \t]|(?<!\\)\\+(?:t|u00(?:09|20))|%20|&#32;|" + _NEWLINE + rb")+")
_NEWLINES = re.compile(_NEWLINE)
_EQUALS = rb"(?:=|\\+u003[dD]|%3[dD]|&#(?:61|[xX]3[dD]);)"
_PADDING = re.compile(_EQUALS + rb"(?:(?:" + _BREAK.pattern + rb")?" + _EQUALS + rb"){0,3}")
_CLOSED = re.compile(rb"[)\"'`<>\]},]|\\+\"|&quot;|$")
_OPENERS = {b"(": rb"\)|\\*\"", b'"': rb"\\*\"", b"'": rb"'", b"<": rb">", b"`": rb"`"}
_BEFORE = re.compile(rb"(\(|\"|'|<|`)(?:[ \t<]|\\+[nrt])*\Z")
_AROUND = re.compile(
    rb"(?:!?\[[^\]]{0,500}\]\((?:\s|\\+[nrt])*<?|<img\b[^<>]{0,500}|```\w{0,20}(?:\\+[nr])*)\Z"
)
"""Text before a picture: the opening of a link, an HTML tag or a code block."""
_TAG = re.compile(rb"<img\b[^<>]{0,500}\Z")
_AFTER_TAG = re.compile(rb"[^<>]{0,500}>")
_AFTER_LINK = re.compile(
    rb"(?:\s|\\+[nrt])*(?:>(?:\s|\\+[nrt])*)?(?:\\*\"[^\"()]{0,200}\\*\"\s*)?\)"
)
_AFTER_BLOCK = re.compile(rb"(?:\\+[nr])*```")


@dataclass(frozen=True, slots=True)
class TextPicture:
    """A picture in a text.

    Attributes:
        data: its base64, in one or more pieces.
        kind: declared media type, if any.
        start, end: offsets in the rope of the picture with its surroundings.
        open: whether the base64 reaches the end of the text and may continue in another one.
    """

    data: Text | tuple[Text, ...]
    kind: str
    start: int
    end: int
    open: bool


class TextRope:
    """Several texts of a body, read as a single one in the raw form of JSON strings.

    Attributes:
        size: total number of bytes.
    """

    def __init__(self, body: Path, texts: Sequence[Text]) -> None:
        self._body = body
        self._pieces = [_raw(text) if isinstance(text, str) else text for text in texts]
        self._starts: list[int] = []
        self.size = 0
        for piece in self._pieces:
            self._starts.append(self.size)
            self.size += _length(piece)
        self._window = b""
        self._base = 0

    def read(self, start: int, end: int) -> bytes:
        """The bytes from `start` to `end`. Raises OSError, DirtyBase64Error for a changed file."""
        found = bytearray()
        for piece in self.cut(start, end):
            if isinstance(piece, SpilledString):
                for block in base64_text.from_file(self._body, piece.start, piece.end):
                    found += block
            else:
                found += piece.encode("ascii")
        return bytes(found)

    def cut(self, start: int, end: int) -> Iterator[Text]:
        """The texts between two offsets; short ones in their raw form."""
        number = max(0, bisect.bisect_right(self._starts, start) - 1)
        while number < len(self._pieces) and self._starts[number] < end:
            piece, base = self._pieces[number], self._starts[number]
            first, last = max(0, start - base), min(_length(piece), end - base)
            if first < last:
                if isinstance(piece, SpilledString):
                    yield SpilledString(piece.start + first, piece.start + last)
                else:
                    yield piece[first:last].decode("ascii")
            number += 1

    def search(
        self,
        pattern: re.Pattern[bytes],
        start: int,
        may_match: Callable[[bytes], bool] | None = None,
    ) -> tuple[int, re.Match[bytes]] | None:
        """First match from an offset on, with the offset of its window; in constant memory.

        Windows for which `may_match` is false are skipped.
        """
        base = start
        while base < self.size:
            window = self.read(max(0, base - _OVERLAP), base + _SEARCHED)
            before = min(base, _OVERLAP)
            hit = None
            if may_match is None or may_match(window):
                hit = pattern.search(window, before if base == start else 0)
            if hit and (hit.end() < len(window) or base + _SEARCHED >= self.size):
                return base - before, hit
            base += _SEARCHED - _OVERLAP
        return None

    def match(self, pattern: re.Pattern[bytes], at: int) -> int | None:
        """End of a short match at an offset."""
        window, place = self._around(at)
        found = pattern.match(window, place)
        return None if found is None else self._base + found.end()

    def run(self, at: int) -> int:
        """End of the base64 characters from an offset on."""
        while True:
            end = self.match(_RUN, at)
            assert end is not None  # it also matches an empty string
            if end == at or end + _OVERLAP < self._base + len(self._window):
                return end
            at = end

    def _around(self, at: int) -> tuple[bytes, int]:
        """A window with enough bytes after an offset, and the index of the offset in it."""
        ends = self._base + len(self._window)
        if not self._base <= at <= ends or (at + 2 * _OVERLAP > ends and ends < self.size):
            self._base, self._window = at, self.read(at, at + _READ)
        return self._window, at - self._base


def may_start(window: bytes) -> bool:
    """Whether `START` may match in a window, told in a twentieth of the time.

    The pattern takes a millisecond for a window, in which no other thread goes on.
    """
    return b"base64" in window.lower() or any(sign in window for sign in _SIGNS)


def pictures_in(rope: TextRope, *, most: int, tries: int) -> Iterator[TextPicture]:
    """At most `most` pictures in a text, in order; at most `tries` candidates are checked."""
    position = found = 0
    for _number in range(tries):
        if found >= most or (hit := rope.search(START, position, may_start)) is None:
            return
        base, match = hit
        start, begin = base + match.start(), base + match.end()
        bare = match["bare"] is not None
        if bare:
            begin = start = base + match.start("bare")
        before = rope.read(max(0, start - _OVERLAP), start)
        end, is_open = _end_of_data(rope, begin, before)
        position = max(end, begin + 1)
        if end - begin < (_LEAST_BARE if bare else _LEAST_DATA):
            continue
        if (bare and not _is_picture(rope, begin, end)) or _NO_PICTURE.match(match["kind"] or b""):
            continue
        around = _AROUND.search(before)
        after = _end_of_surroundings(rope, before, end) if around else end
        position = after
        data = tuple(rope.cut(begin, end))
        found += 1
        yield TextPicture(
            data=data[0] if len(data) == 1 else data,
            kind=(match["kind"] or b"").replace(b"\\", b"").decode("ascii", "replace"),
            start=start - (len(around[0]) if around else 0),
            end=after,
            open=is_open,
        )


def _end_of_data(rope: TextRope, start: int, before: bytes) -> tuple[int, bool]:
    """End of the base64 from `start` on, and whether it reaches the end of the text."""
    if opener := _BEFORE.search(before):
        closer = re.compile(_OPENERS[opener[1]])
        end = _enclosed_end(rope, start, closer)
        if end is not None:
            return end, end == rope.size
    return _bare_end(rope, start)


def _enclosed_end(rope: TextRope, start: int, closer: re.Pattern[bytes]) -> int | None:
    """End of base64 between delimiters, which may contain white space; None for other text."""
    position = start
    while True:
        position = end = rope.run(position)
        if (padded := rope.match(_PADDING, position)) is not None:
            position = end = padded
        if (space := rope.match(_BREAK, position)) is not None:
            position = space
        if position >= rope.size or rope.match(closer, position) is not None:
            return end
        if space is None or padded is not None:
            return None


def _bare_end(rope: TextRope, start: int) -> tuple[int, bool]:
    """End of base64 without delimiters, whose lines but the first and last are equally long."""
    end, lines = rope.run(start), 1
    column = end - start
    while True:
        if (padded := rope.match(_PADDING, end)) is not None:
            return padded, False
        if end >= rope.size:
            return end, True
        if (following := rope.match(_BREAK, end)) is None:
            return end, False
        space = rope.read(end, min(following, end + 64))
        newlines = len(_NEWLINES.findall(space))
        crlf = len(re.findall(rb"(?:\r|\\+r|%0[dD]|&#13;)(?:\n|\\+n|%0[aA]|&#10;)", space))
        last = rope.run(following)
        size = last - following
        if not size or newlines - crlf > 1:
            return end, following >= rope.size
        if lines == 1 and size < _LEAST_LINE:
            padded = rope.match(_PADDING, last) if newlines else None
            return (end, False) if padded is None else (padded, False)
        if size > column and lines == 1 and size >= _LEAST_COLUMN:
            column = size  # the first line had a prefix
        elif size > column or (size < column and not _is_last_line(rope, start, end, last)):
            return end, False
        shorter = size < column
        end, lines = last, lines + 1
        if shorter:
            padded = rope.match(_PADDING, end)
            return (padded, False) if padded is not None else (end, end >= rope.size)


def _is_last_line(rope: TextRope, start: int, end: int, last: int) -> bool:
    """Whether a shorter line after `end` belongs to the base64."""
    if _looks_finished(rope, start, end):
        return False
    if rope.match(_PADDING, last) is not None or rope.match(_CLOSED, last) is not None:
        return True
    after = rope.match(_BREAK, last)
    return after is not None and _NEWLINES.search(rope.read(last, after)) is not None


def _looks_finished(rope: TextRope, start: int, end: int) -> bool:
    """Whether a picture in a format that marks its end is complete."""
    head = _decoded(rope.read(start, min(end, start + _HEAD)), 0)
    tail = rope.read(max(start, end - _HEAD), end)
    ends = [_decoded(tail, skip) for skip in range(4)]
    if head.startswith(b"\x89PNG"):
        return any(b"IEND\xaeB`\x82" in one for one in ends)
    if head.startswith(b"\xff\xd8"):
        return any(one.endswith(b"\xff\xd9") for one in ends)
    return head.startswith(b"GIF8") and any(one.endswith(b"\0;") for one in ends)


def _is_picture(rope: TextRope, start: int, end: int) -> bool:
    return is_any_picture(_decoded(rope.read(start, min(end, start + 4 * _HEAD)), 0)[:64])


def _decoded(raw: bytes, skip: int) -> bytes:
    """Decoded bytes of the complete groups in a piece of base64, from character `skip` on."""
    text = b"".join(base64_text.cleaned(raw).split())[skip:].rstrip(b"=")
    try:
        return b"".join(base64_text.decode((text[: len(text) // 4 * 4],)))
    except base64_text.DirtyBase64Error:
        return b""


def _end_of_surroundings(rope: TextRope, before: bytes, end: int) -> int:
    """End of the link, tag or code block around a picture that ends at an offset."""
    if _TAG.search(before):
        after = rope.match(_AFTER_TAG, end)
    elif before.rstrip().endswith(b"```") or b"```" in before[-30:]:
        after = rope.match(_AFTER_BLOCK, end)
    else:
        after = rope.match(_AFTER_LINK, end)
    return end if after is None else after


def is_open(rope: TextRope) -> bool:
    """Whether a text ends within the base64 of a picture."""
    found = list(pictures_in(rope, most=_MOST_BEFORE, tries=4 * _MOST_BEFORE))
    return bool(found) and found[-1].open


def continues(rope: TextRope) -> bool:
    """Whether a text begins like the rest of the base64 of a picture."""
    run = rope.run(0)
    return run >= _LEAST_LINE or (run > 0 and rope.match(_REST, run) is not None)


def is_rest(body: Path, before: Text | tuple[Text, ...], data: Text) -> bool:
    """Whether base64 is the rest of an unfinished PNG, JPEG or GIF, and not itself a picture."""
    rope = TextRope(body, [data])
    run = rope.run(0)
    if _is_picture(rope, 0, rope.size) or rope.size not in (run, rope.match(_PADDING, run)):
        return False
    rope = TextRope(body, before if isinstance(before, tuple) else (before,))
    start = _decoded(rope.read(0, _HEAD), 0)
    known = start.startswith((b"\x89PNG", b"\xff\xd8", b"GIF8"))
    return known and rope.run(0) == rope.size and not _looks_finished(rope, 0, rope.size)


def is_within(rope: TextRope) -> bool:
    """Whether a text is nothing but base64."""
    return 0 < rope.run(0) == rope.size


_REST = re.compile(rb"(?:=|\s|\\+[nrt])*(?:[)\"'>`]|\\+\"|$)")


def _raw(text: str) -> bytes:
    """A text as the raw content of a JSON string, in ASCII."""
    return json.dumps(text)[1:-1].encode("ascii")


def _length(piece: bytes | SpilledString) -> int:
    return piece.end - piece.start if isinstance(piece, SpilledString) else len(piece)
