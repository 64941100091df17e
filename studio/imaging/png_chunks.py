"""PNG chunks: pixels for the decoder, and metadata.

See the PNG specification, third edition, sections 5 and 11.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from typing import Final

from studio.imaging.file_parts import (
    BLOCKS,
    LONGEST,
    LONGEST_PROFILE,
    TEXT_BYTES,
    TEXTS,
    FileSource,
    PictureFileParts,
)

_PNG_PIXELS: Final = (b"IHDR", b"IDAT", b"IEND")
_RAW_PROFILE: Final = "Raw profile type "

XMP: Final = "XML:com.adobe.xmp"
"""Name of the text with an XMP packet."""

_COLOURS: Final = frozenset(
    (b"IHDR", b"PLTE", b"tRNS", b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"cICP", b"sBIT", b"IDAT")
)
_INCH: Final = 0.0254  # metres

RECIPE: Final = b"Gridbrush sketch"
"""Name of the only text that copies keep: the offline painter needs it; it is not private."""

_LOST: Final = 1 << 20
"""Size counted for a text that cannot be decompressed, or would be too long."""

_LONGEST_RECIPE: Final = 4096


def take_apart(source: FileSource, contents: PictureFileParts) -> None:
    """Separate the pixels of a PNG, and read its metadata."""
    contents.pieces.append((0, 8))
    colour, before, frames, several = -1, -1, 0, False
    beside: list[tuple[bytes, int, int]] = []
    at = 8
    for _block in range(BLOCKS):
        if len(head := source.read(at, 8)) < 8:
            break
        size, kind = struct.unpack(">I4s", head)
        end = at + 12 + size
        if kind == b"IHDR" and colour < 0:
            contents.depth, colour = source.read(at + 16, 2)
        if kind == b"IDAT" and before < 0:
            before = len(contents.pieces)
        if kind in _PNG_PIXELS or (kind == b"PLTE" and colour == 3):
            contents.pieces.append(source.part(at, end))
        elif end <= source.size:
            if kind == b"iTXt" and before < 0 and _is_recipe(source.read(at + 4, size + 8)):
                contents.pieces.append(source.part(at, end))
                at = end
                continue
            contents.beside = True
            several |= kind == b"fdAT"
            if kind == b"acTL" and before < 0 and size >= 8:
                frames = int.from_bytes(source.read(at + 8, 4), "big")
            # Chunks that must precede the pixels are ignored after them.
            if before < 0 or kind not in (b"tRNS", b"iCCP"):
                beside.append((kind, at + 8, size))
        else:
            # The file is truncated within metadata.
            contents.beside = True
            break
        at = end
        if kind == b"IEND":
            contents.beside |= end < source.size
            break
    else:
        contents.pieces.append((at, source.size - at))
    contents.moving = several and 0 < frames < 1 << 31
    seen = _png_beside(source, contents, beside)
    if seen is not None and colour == 3:
        contents.pieces.insert(max(1, before), _png_chunk(b"tRNS", seen[:256]))
    elif seen is not None and colour in (0, 2) and len(seen) == (2 if colour == 0 else 6):
        # Only the low bits count, as many as a sample has (the specification, 11.3.2.1).
        mask = (1 << contents.depth) - 1
        contents.key = tuple(value & mask for (value,) in struct.iter_unpack(">H", seen))


def _is_recipe(chunk: bytes) -> bool:
    """Whether a chunk, from its type to its checksum, is a valid and short recipe of a sketch."""
    return (
        len(chunk) <= _LONGEST_RECIPE
        and chunk[4:].startswith(RECIPE + b"\0\0\0")
        and int.from_bytes(chunk[-4:], "big") == zlib.crc32(chunk[:-4])
    )


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def with_other_texts(data: bytes, texts: Iterable[tuple[str, str]], *, ppi: int = 0) -> bytes:
    """A PNG with the same pixels and colours, and only these texts; `ppi` 0 for no resolution.

    Raises ValueError for a truncated file.
    """
    kept, at = [data[:8]], 8
    while True:
        head = data[at : at + 8]
        if len(head) < 8:
            raise ValueError("the file is cut")
        size, kind = struct.unpack(">I4s", head)
        if kind == b"IEND":
            break
        if kind in _COLOURS:
            kept.append(data[at : at + 12 + size])
        if kind == b"IHDR":
            if ppi:
                dots = round(ppi / _INCH)
                kept.append(_png_chunk(b"pHYs", struct.pack(">IIB", dots, dots, 1)))
            kept += [
                _png_chunk(b"iTXt", name.encode("latin-1") + b"\0\0\0\0\0" + words.encode())
                for name, words in texts
            ]
        at += 12 + size
    return b"".join([*kept, _png_chunk(b"IEND", b"")])


def _png_beside(
    source: FileSource, contents: PictureFileParts, beside: list[tuple[bytes, int, int]]
) -> bytes | None:
    """Read the metadata chunks; returns the data of tRNS."""
    seen: bytes | None = None
    left, number = TEXT_BYTES, 0
    profiles = 0
    for kind, at, size in beside:
        longest = LONGEST_PROFILE if kind == b"iCCP" else LONGEST
        if kind not in (b"tRNS", b"iCCP", b"eXIf", b"tEXt", b"zTXt", b"iTXt") or size > longest:
            continue
        if kind.endswith(b"Xt") and (number := number + 1) > TEXTS:
            continue
        if (kind == b"eXIf" and contents.exif) or (kind == b"iCCP" and profiles):
            continue
        data = source.read(at, size + 4)
        # Chunks with a wrong checksum are ignored, as by every PNG reader.
        if int.from_bytes(data[-4:], "big") != zlib.crc32(kind + data[:-4]):
            continue
        data = data[:-4]
        if kind == b"tRNS":
            seen = data if seen is None else seen
        elif kind == b"iCCP":
            profiles += 1
            contents.profile = _png_profile(data)
        elif kind == b"eXIf":
            contents.exif = data
        elif left > 0:
            text = _png_text(kind, data)
            left -= len(text[1]) if text is not None else _LOST
            if text is not None and left >= 0:
                _png_words(contents, *text)
    return seen


def _png_profile(data: bytes) -> bytes:
    _name, _zero, rest = data.partition(b"\0")
    return _unpacked(rest[1:], LONGEST_PROFILE) or b"" if rest[:1] == b"\0" else b""


def _png_text(kind: bytes, data: bytes) -> tuple[str, bytes] | None:
    name, _zero, words = data.partition(b"\0")
    if kind == b"zTXt":
        if words[:1] != b"\0" or (unpacked := _unpacked(words[1:], LONGEST)) is None:
            return None
        words = unpacked
    elif kind == b"iTXt":
        packed, method = words[:1], words[1:2]
        parts = words[2:].split(b"\0", 2)
        if len(parts) < 3:
            return None
        words = parts[2]
        if packed not in (b"", b"\0"):
            if method != b"\0" or (unpacked := _unpacked(words, LONGEST)) is None:
                return None
            words = unpacked
    return name.decode("latin-1"), words


def _png_words(contents: PictureFileParts, name: str, words: bytes) -> None:
    if name == XMP:
        contents.xmp = words
    elif not name.startswith(_RAW_PROFILE):
        contents.texts.append((name, words))
    elif (data := _raw_profile(words)) is not None:
        # ImageMagick's format, from before PNG had chunks for these.
        what = name.removeprefix(_RAW_PROFILE).lower()
        if what in ("exif", "app1") and data.startswith(b"Exif\0\0"):
            contents.exif = contents.exif or data
        elif what == "xmp":
            contents.xmp = contents.xmp or data


def _raw_profile(words: bytes) -> bytes | None:
    """Decode bytes in hexadecimal, after a line with the name and one with the length."""
    parts = words.split(None, 2)
    try:
        return bytes.fromhex(parts[2].decode("ascii"))
    except (ValueError, LookupError):
        return None


def _unpacked(data: bytes, most: int) -> bytes | None:
    """Decompressed data; None if longer than `most` bytes, damaged or truncated."""
    unpacker = zlib.decompressobj()
    try:
        found = unpacker.decompress(data, most + 1)
    except zlib.error:
        return None
    return found if unpacker.eof and len(found) <= most else None
