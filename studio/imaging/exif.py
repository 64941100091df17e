"""Tags of an Exif block or a TIFF file: their bytes, and the text in them.

The bytes are untrusted. Every offset and count is checked against the data, number and size of tags
are limited, and nothing raises: a damaged block yields the tags before the damage. No tag is needed
to show a picture.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

from studio.imaging import text_encoding

ORIENTATION: Final = 0x0112
XMP: Final = 0x02BC
PROFILE: Final = 0x8773

_EXIF: Final = 0x8769
_USER_COMMENT: Final = 0x9286
_NAMES: Final = {
    0x010E: "ImageDescription",
    0x010F: "Make",
    0x0110: "Model",
    0x0131: "Software",
    0x927C: "MakerNote",
    _USER_COMMENT: "UserComment",
}
_WIDE: Final = {
    0x9C9B: "XPTitle",
    0x9C9C: "XPComment",
    0x9C9E: "XPKeywords",
    0x9C9F: "XPSubject",
}
"""Windows Explorer's own tags, in little-endian UTF-16."""

_SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 6: 1, 7: 1, 8: 2, 9: 4, 13: 4, 16: 8, 17: 8, 18: 8}
_NUMBERS: Final = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
_TAGS: Final = 2000
_LONGEST: Final = 16 << 20
_PREFIX: Final = re.compile(rb"(?:Exif\0\0){1,2}")


class ExifEntry(NamedTuple):
    """A tag's value: its type by the TIFF specification, and its bytes."""

    type: int
    data: bytes


class ExifDirectory(NamedTuple):
    """An image file directory: a list of tags.

    Attributes:
        order: byte order as in `struct`, "<" or ">".
        big: whether it is a BigTIFF, with entries of 20 and offsets of 8 bytes.
    """

    order: str
    big: bool
    entries: list[bytes]


def first_directory(file: BinaryIO) -> ExifDirectory | None:
    """The first directory of a TIFF file or an Exif block; None if there is none."""
    head = _read(file, 0, 16)
    order = {b"II": "<", b"MM": ">"}.get(head[:2])
    if order is None or len(head) < 8:
        return None
    big = head[2:4] in (b"+\0", b"\0+")
    if big and len(head) < 16:
        return None
    offset = struct.unpack_from(order + ("Q" if big else "I"), head, 8 if big else 4)[0]
    return _directory(file, order, big=big, offset=offset)


def _directory(file: BinaryIO, order: str, *, big: bool, offset: int) -> ExifDirectory | None:
    width, form = (8, "Q") if big else (2, "H")
    count = _read(file, offset, width)
    if len(count) < width:
        return None
    number = min(struct.unpack(order + form, count)[0], _TAGS)
    size = 20 if big else 12
    data = _read(file, offset + width, number * size)
    return ExifDirectory(
        order, big, [data[at : at + size] for at in range(0, len(data) - size + 1, size)]
    )


def _read(file: BinaryIO, offset: int, size: int) -> bytes:
    try:
        file.seek(offset)
        return file.read(size)
    except (OSError, ValueError, OverflowError):
        return b""


class ExifTags:
    """The tags of the first directory, and of the Exif directory it points to."""

    def __init__(self, data: bytes | BinaryIO) -> None:
        if isinstance(data, bytes):
            prefix = _PREFIX.match(data)
            self._file: BinaryIO = io.BytesIO(data[prefix.end() if prefix else 0 :])
        else:
            self._file = data
        self.order = ">"
        self._first: dict[int, ExifEntry] = {}
        self._exif: dict[int, ExifEntry] = {}
        if (directory := first_directory(self._file)) is None:
            return
        self.order = directory.order
        self._first = dict(self._entries(directory))
        pointer = self._number(self._first.get(_EXIF))
        if pointer is not None:
            inner = _directory(self._file, self.order, big=directory.big, offset=pointer)
            self._exif = dict(self._entries(inner)) if inner is not None else {}

    def _entries(self, directory: ExifDirectory) -> Iterator[tuple[int, ExifEntry]]:
        order, big = directory.order, directory.big
        left = _LONGEST
        for raw in directory.entries:
            tag, kind, count = struct.unpack_from(order + ("HHQ" if big else "HHI"), raw)
            size = _SIZES.get(kind, 0) * count
            value = raw[12:] if big else raw[8:]
            if not 0 < size <= left:
                continue
            if size > len(value):
                offset = struct.unpack(order + ("Q" if big else "I"), value)[0]
                value = _read(self._file, offset, size)
                if len(value) < size:
                    continue
                left -= size
            yield tag, ExifEntry(kind, value[:size])

    def _number(self, entry: ExifEntry | None) -> int | None:
        form = _NUMBERS.get(entry.type) if entry is not None else None
        if entry is None or form is None or len(entry.data) < struct.calcsize(form):
            return None
        return int(struct.unpack_from(self.order + form, entry.data)[0])

    def bytes(self, tag: int) -> bytes:
        """The value of a tag in the first directory; empty if it is missing."""
        entry = self._first.get(tag)
        return b"" if entry is None else entry.data

    @property
    def orientation(self) -> int | None:
        """Orientation, 1 to 8; None if it is missing or invalid."""
        number = self._number(self._first.get(ORIENTATION))
        return number if number is not None and 1 <= number <= 8 else None

    def texts(self) -> Iterator[tuple[str, str]]:
        """The text tags by their names in the Exif specification."""
        for tag, entry in (*self._exif.items(), *self._first.items()):
            if entry.type not in (1, 2, 6, 7):
                continue
            if tag == _USER_COMMENT:
                yield "UserComment", text_encoding.user_comment(entry.data, order=self.order)
            elif tag in _WIDE:
                yield _WIDE[tag], text_encoding.wide(entry.data, order="<")
            elif tag in _NAMES and (entry.type == 2 or tag == 0x010E or _is_text(entry.data)):
                yield _NAMES[tag], text_encoding.decoded(entry.data)


def _is_text(data: bytes) -> bool:
    """Whether a MakerNote is text, unlike nearly all of them."""
    try:
        words = data.rstrip(b"\0").decode()
    except UnicodeDecodeError:
        return False
    return words.isprintable() or "\0" not in words
