"""Separation of pixels and metadata in picture files, without a decoder.

A decoder gets a file of pixels only: profiles, texts, Exif and XMP are removed first, so that
broken metadata does not keep a picture from opening. Metadata is read here within limits; broken or
oversized parts are skipped. See JPEG (ITU T.81, Annex B), WebP (RFC 9649), GIF89a and TIFF 6.0;
`png_chunks` and `avif_boxes` for the others.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from studio.common import file_types
from studio.imaging import avif_boxes, exif, png_chunks
from studio.imaging.file_parts import (
    BLOCKS,
    LONGEST,
    LONGEST_PROFILE,
    TEXT_BYTES,
    TEXTS,
    FileSource,
    PictureFileParts,
    Piece,
    SplicedFile,
)


def opened(path: Path, kind: file_types.FileType) -> tuple[PictureFileParts, BinaryIO]:
    """The parts of a file, and a file object of its pixels only. Raises OSError."""
    file = path.open("rb", buffering=1 << 16)
    try:
        contents = taken_apart(file, kind)
    except BaseException:
        file.close()
        raise
    return contents, io.BufferedReader(SplicedFile(file, contents.pieces), 1 << 16)


def taken_apart(file: BinaryIO, kind: file_types.FileType) -> PictureFileParts:
    """The parts of a file; an invalid file is one piece. Raises OSError."""
    size = file.seek(0, io.SEEK_END)
    contents = PictureFileParts(pieces=[], texts=[])
    reader = _READERS.get(kind.kind)
    try:
        if reader is not None:
            reader(FileSource(file, size), contents)
    except (ValueError, LookupError, struct.error):
        # The decoder reports what is wrong with the file.
        contents = PictureFileParts(pieces=[], texts=[])
    contents.pieces = _joined(contents.pieces) or [(0, size)]
    return contents


def _joined(pieces: list[Piece]) -> list[Piece]:
    """The pieces with adjacent parts joined."""
    joined: list[Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if isinstance(piece, tuple) and isinstance(last, tuple) and last[0] + last[1] == piece[0]:
            joined[-1] = (last[0], last[1] + piece[1])
        else:
            joined.append(piece)
    return joined


# JPEG

_JPEG_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD9)})
_JPEG_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_PROGRESSIVE: Final = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
_JPEG_MARK: Final = re.compile(rb"\xff{1,16}([\x01-\xcf\xd8-\xfe])")
"""Pattern of a marker; in entropy-coded data, 0xff is followed by zero or a restart number."""

_XMP_SIGN: Final = b"http://ns.adobe.com/xap/1.0/\0"
_MORE_XMP: Final = b"http://ns.adobe.com/xmp/extension/\0"


def _jpeg(source: FileSource, contents: PictureFileParts) -> None:
    contents.pieces.append((0, 2))
    profile: dict[int, bytes] = {}
    more: dict[int, bytes] = {}
    at, left = 2, TEXT_BYTES
    for _block in range(BLOCKS):
        begin = at
        head = source.read(at, 4)
        if len(head) < 2:
            break
        mark = head[1]
        if head[0] != 0xFF or mark == 0xFF or (mark < 0xC0 and mark not in _JPEG_ALONE):
            at += 1  # fill bytes, or the rest of a block with a wrong size
            continue
        if mark == 0xDA or mark == 0xD9:
            contents.pieces.append((begin, source.size - begin))
            break
        size = 0 if mark in _JPEG_ALONE else int.from_bytes(head[2:4], "big")
        at = begin + 2 + (size if size >= 2 or mark in _JPEG_ALONE else 2)
        if not (0xE0 <= mark <= 0xEF or mark == 0xFE):
            contents.pieces.append(source.part(begin, at))
            continue
        data = source.read(begin + 4, size - 2)
        # The decoder determines the colour space by these two.
        if (mark == 0xE0 and data.startswith(b"JFIF\0") and len(data) >= 14) or (
            mark == 0xEE and data.startswith(b"Adobe") and len(data) >= 12
        ):
            contents.pieces.append(source.part(begin, at))
            continue
        contents.beside = True
        if (left := left - len(data)) > 0 and len(data) == size - 2:
            _jpeg_beside(contents, mark, data, profile, more)
    else:
        contents.pieces.append((at, source.size - at))
    if profile and sorted(profile) == list(range(1, len(profile) + 1)):
        contents.profile = b"".join(profile[number] for number in sorted(profile))
    contents.xmp += b"".join(more[offset] for offset in sorted(more))


def _jpeg_beside(
    contents: PictureFileParts,
    mark: int,
    data: bytes,
    profile: dict[int, bytes],
    more: dict[int, bytes],
) -> None:
    if mark == 0xFE:
        contents.texts.append(("comment", data))
    elif mark == 0xE1 and data.startswith(b"Exif\0\0"):
        # Large Exif data is continued in the next block.
        contents.exif += data[6:] if contents.exif else data
    elif mark == 0xE1 and data.startswith(_XMP_SIGN):
        contents.xmp = contents.xmp or data[len(_XMP_SIGN) :]
    elif mark == 0xE1 and data.startswith(_MORE_XMP):
        begin = len(_MORE_XMP) + 40
        more[int.from_bytes(data[begin - 4 : begin], "big")] = data[begin:]
    elif mark == 0xE2 and data.startswith(b"ICC_PROFILE\0") and len(data) > 14:
        profile[data[12]] = data[14:]


def jpeg_end(data: bytes) -> int:
    """Offset of a JPEG's end, after which phones append videos, depth maps and their metadata."""
    return next((at for mark, at in _jpeg_marks(data) if mark == 0xD9), len(data))


def jpeg_scans(data: bytes) -> int:
    """Number of scans of a progressive JPEG; 1 for every other, and for a damaged one.

    Each scan covers all pixels. Ten scans are usual; a file of a few hundred kilobytes can have
    thousands, which keep a decoder busy for minutes.
    """
    found, progressive = 0, False
    for mark, _end in _jpeg_marks(data):
        if mark == 0xD9:
            break
        if mark in _JPEG_FRAMES:
            progressive = mark in _JPEG_PROGRESSIVE
            if not progressive:
                return 1
        found += mark == 0xDA
    return max(1, found) if progressive else 1


def _jpeg_marks(data: bytes) -> Iterator[tuple[int, int]]:
    """The markers of a JPEG, each with the offset after it."""
    at = 2
    while (found := _JPEG_MARK.search(data, at)) is not None:
        mark, at = found[1][0], found.end()
        yield mark, at
        if mark not in _JPEG_ALONE:
            at += int.from_bytes(data[at : at + 2], "big")


# WebP

_WEBP_BESIDE: Final = {b"ICCP": 0x20, b"EXIF": 0x08, b"XMP ": 0x04}
_WEBP_PIXELS: Final = (b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF")


def _webp(source: FileSource, contents: PictureFileParts) -> None:
    end = min(source.size, 8 + int.from_bytes(source.read(4, 4), "little"))
    at, length = 12, 4
    for _block in range(BLOCKS):
        if at + 8 > end:
            break
        kind, size = struct.unpack("<4sI", source.read(at, 8))
        after = at + 8 + size + size % 2
        if kind == b"VP8X":
            data = bytearray(source.read(at, 8 + size))
            data[8] &= ~sum(_WEBP_BESIDE.values()) & 0xFF
            contents.pieces.append(bytes(data))
            length += after - at
        elif kind in _WEBP_PIXELS:
            contents.pieces.append(source.part(at, after))
            length += after - at
        else:
            contents.beside = True
            whole = at + 8 + size <= source.size
            data = bytearray(source.read(at + 8, size)) if whole else bytearray()
            if kind == b"ICCP" and size <= LONGEST_PROFILE:
                contents.profile = contents.profile or bytes(data)
            elif kind == b"EXIF" and size <= LONGEST:
                contents.exif = contents.exif or bytes(data)
            elif kind == b"XMP " and size <= LONGEST:
                contents.xmp = contents.xmp or bytes(data)
        at = after
    contents.pieces.insert(0, b"RIFF" + struct.pack("<I", length) + b"WEBP")


# GIF


def _gif(source: FileSource, contents: PictureFileParts) -> None:
    head = source.read(0, 13)
    at = 13 + _gif_colours(head[10])
    contents.pieces.append(source.part(0, at))
    contents.moving = pictured = False
    for _block in range(BLOCKS):
        if at >= source.size:
            break
        sign = source.read(at, 2)
        if sign[:1] == b";":
            contents.pieces.append((at, 1))
            contents.beside |= at + 1 < source.size
            break
        if sign[:1] == b",":
            if pictured:
                # Only the first picture is ever shown.
                contents.moving = contents.beside = True
                contents.pieces.append(b";")
                break
            pictured = True
            after = at + 10 + _gif_colours(source.read(at + 9, 1)[0]) + 1
            end = _gif_end(source, after)
            contents.pieces.append(source.part(at, end))
        elif sign[:1] == b"!":
            end = _gif_end(source, at + 2)
            if sign[1:] == b"\xf9":
                contents.pieces.append(source.part(at, end))
            else:
                contents.beside = True
                _gif_beside(source, contents, sign[1:], at + 2, end)
        else:
            contents.beside = True
            end = at + 1
        at = end
    else:
        contents.pieces.append(source.part(at, source.size))


def _gif_colours(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _gif_end(source: FileSource, at: int) -> int:
    """End of a sequence of data sub-blocks that begins at an offset."""
    source.file.seek(at)
    for _block in range(4 * BLOCKS):
        if not (size := source.file.read(1)):
            break
        at += 1 + size[0]
        if not size[0]:
            return at
        source.file.seek(size[0], io.SEEK_CUR)
    return source.size


def _gif_beside(
    source: FileSource, contents: PictureFileParts, kind: bytes, at: int, end: int
) -> None:
    data = source.read(at, min(end - at, LONGEST))
    if kind == b"\xff" and data[1:12] == b"XMP DataXMP":
        # XMP is not split into sub-blocks; a trailer of 258 bytes leads to its end.
        contents.xmp = contents.xmp or data[12:-258]
    elif kind == b"\xff" and data[1:12] == b"ICCRGBG1012":
        contents.profile = contents.profile or b"".join(_gif_blocks(data[12:]))
    elif kind == b"\xfe" and len(contents.texts) < TEXTS:
        contents.texts.append(("comment", b"".join(_gif_blocks(data))))


def _gif_blocks(data: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(data) and data[at]:
        yield data[at + 1 : at + 1 + data[at]]
        at += 1 + data[at]


# TIFF

_TIFF_PIXELS: Final = frozenset({
    254, 255, 256, 257, 258, 259, 262, 266, 273, 277, 278, 279, 284, 292, 293, 317, 320, 322, 323,
    324, 325, 332, 334, 338, 339, 340, 341, 347, *range(512, 522), 529, 530, 531, 532,
})  # fmt: skip
"""Tags a decoder needs: size, samples, strips, tiles, palette and compression."""


def _tiff(source: FileSource, contents: PictureFileParts) -> None:
    directory = exif.first_directory(source.file)
    if directory is None:
        return
    order, big = directory.order, directory.big
    kept = [one for one in directory.entries if _tiff_tag(order, one) in _TIFF_PIXELS]
    place = source.size + source.size % 2
    head = source.read(0, 16 if big else 8)
    pointer = struct.pack(order + ("Q" if big else "I"), place)
    number = struct.pack(order + ("Q" if big else "H"), len(kept))
    contents.pieces += [
        head[: 8 if big else 4] + pointer,
        (len(head), source.size - len(head)),
        bytes(place - source.size) + number + b"".join(kept) + bytes(8 if big else 4),
    ]
    contents.beside = True
    tags = exif.ExifTags(source.file)
    contents.profile, contents.xmp = tags.bytes(exif.PROFILE), tags.bytes(exif.XMP)


def _tiff_tag(order: str, entry: bytes) -> int:
    return int(struct.unpack_from(order + "H", entry)[0])


_READERS: Final = {
    "png": png_chunks.take_apart,
    "jpeg": _jpeg,
    "webp": _webp,
    "gif": _gif,
    "tiff": _tiff,
    "avif": avif_boxes.take_apart,
}
