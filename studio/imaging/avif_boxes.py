"""AVIF boxes: Exif and XMP, removed for the decoder.

See HEIF (ISO 23008-12) and its base, ISO 14496-12, section 8.11.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import Final

from studio.imaging.file_parts import LONGEST, FileSource, PictureFileParts

_BOX: Final = 16 << 20
_ITEMS: Final = 1000


def take_apart(source: FileSource, contents: PictureFileParts) -> None:
    """Read the metadata items of an AVIF and hide them from the decoder."""
    for kind, begin, end, _whole in _boxes(source, 0, source.size):
        if kind != b"meta" or end - begin > _BOX:
            continue
        data = bytearray(source.read(begin, end - begin))
        inside = FileSource(io.BytesIO(bytes(data)), len(data))
        children = {name: (at, until) for name, at, until, _w in _boxes(inside, 4, len(data))}
        items = dict(_items(inside, children.get(b"iinf", (0, 0))))
        places = dict(_places(inside, children.get(b"iloc", (0, 0))))
        idat = children.get(b"idat", (0, 0))
        for number, (name, place) in items.items():
            # The decoder skips items of unknown types.
            data[place : place + 4] = b"skip"
            parts = []
            for within, offset, size in places.get(number, ()):
                if within == 0 and size <= LONGEST:
                    parts.append(source.read(offset, size))
                elif within == 1:
                    parts.append(inside.read(idat[0] + offset, min(size, idat[1] - idat[0])))
            found = b"".join(parts)[:LONGEST]
            if name == b"mime":
                contents.xmp = contents.xmp or found
            else:
                start = 4 + int.from_bytes(found[:4], "big")
                contents.exif = contents.exif or found[start:]
        if items:
            contents.beside = True
            contents.pieces += [(0, begin), bytes(data), (end, source.size - end)]
        return


def _boxes(source: FileSource, at: int, end: int) -> Iterator[tuple[bytes, int, int, int]]:
    """Each box in a range of a file: name, start and end of its content, and its offset."""
    for _number in range(_ITEMS):
        if at + 8 > end:
            return
        size, name = struct.unpack(">I4s", source.read(at, 8))
        head = 8
        if size == 1:
            size, head = int.from_bytes(source.read(at + 8, 8), "big"), 16
        if size == 0:
            size = end - at
        if size < head:
            return
        yield name, at + head, min(end, at + size), at
        at += size


def _items(meta: FileSource, box: tuple[int, int]) -> Iterator[tuple[int, tuple[bytes, int]]]:
    """Exif and XMP items: number, type, and offset of the type."""
    begin, end = box
    if end - begin < 6:
        return
    first = begin + (6 if meta.read(begin, 1) == b"\0" else 8)
    for name, at, until, _whole in _boxes(meta, first, end):
        data = meta.read(at, until - at)
        if name != b"infe" or len(data) < 12 or data[0] not in (2, 3):
            continue
        wide = 2 if data[0] == 2 else 4
        kind = data[6 + wide : 10 + wide]
        if kind == b"Exif" or (kind == b"mime" and b"application/rdf+xml" in data):
            yield int.from_bytes(data[4 : 4 + wide], "big"), (kind, at + 6 + wide)


def _places(
    meta: FileSource, box: tuple[int, int]
) -> Iterator[tuple[int, list[tuple[int, int, int]]]]:
    """Location of each item by number: construction method, offset and size of its extents."""
    data = io.BytesIO(meta.read(box[0], box[1] - box[0]))

    def number(size: int) -> int:
        return int.from_bytes(data.read(size), "big")

    version = number(1)
    _flags, sizes = number(3), number(2)
    offsets, lengths, bases, indices = (sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15, sizes & 15)
    for _item in range(min(number(4 if version == 2 else 2), _ITEMS)):
        item = number(4 if version == 2 else 2)
        within = number(2) & 15 if version in (1, 2) else 0
        _reference, base = number(2), number(bases)
        parts = []
        for _part in range(min(number(2), 64)):
            if version in (1, 2):
                _index = number(indices)
            parts.append((within, base + number(offsets), number(lengths)))
        yield item, parts
