"""Detection of picture files by their first bytes, and a check for truncated files.

No decoder is involved, so all calls are safe for untrusted data.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import BinaryIO, NamedTuple


class FileType(NamedTuple):
    """A file type: short name, media type and extension."""

    kind: str
    media_type: str
    extension: str


PNG = FileType("png", "image/png", ".png")
JPEG = FileType("jpeg", "image/jpeg", ".jpg")
WEBP = FileType("webp", "image/webp", ".webp")
GIF = FileType("gif", "image/gif", ".gif")
AVIF = FileType("avif", "image/avif", ".avif")
TIFF = FileType("tiff", "image/tiff", ".tif")
BMP = FileType("bmp", "image/bmp", ".bmp")

HEIC = FileType("heic", "image/heic", ".heic")
JXL = FileType("jxl", "image/jxl", ".jxl")
JP2 = FileType("jp2", "image/jp2", ".jp2")
SVG = FileType("svg", "image/svg+xml", ".svg")
PDF = FileType("pdf", "application/pdf", ".pdf")
UNSHOWN = {"heic": "HEIC", "jxl": "JPEG XL", "jp2": "JPEG 2000", "svg": "SVG", "pdf": "PDF"}
"""Names of types that services send but this program cannot decode, by kind."""

_HEIC_BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"mif2", b"msf1", b"heif"}
)
_SVG = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>?\s*)?(?:<!--[^>]*-->\s*)?(?:<svg[\s>]|<!DOCTYPE\s+svg\b)",
    re.IGNORECASE,
)

_PNG_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"
_TAIL = 4096


def kind_of(head: bytes) -> FileType | None:
    """File type by the first 64 bytes; None if they are not those of a picture.

    Name and Content-Type are ignored. SVG and other formats with scripts do not count as pictures.
    """
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return GIF
    if head[4:8] == b"ftyp" and (b"avif" in _brands(head) or b"avis" in _brands(head)):
        return AVIF
    if head[:4] in (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"):
        return TIFF
    if head[:2] == b"BM" and head[6:10] == bytes(4) and head[15:18] == bytes(3):
        return BMP
    return None


def unshown_kind_of(head: bytes) -> FileType | None:
    """Type of a picture that cannot be decoded here, by its first 64 bytes; None for others."""
    if head[:2] == b"\xff\x0a" or head.startswith(b"\0\0\0\x0cJXL \r\n\x87\n"):
        return JXL
    if head.startswith((b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51")):
        return JP2
    if head[4:8] == b"ftyp" and not _HEIC_BRANDS.isdisjoint(_brands(head)) and not kind_of(head):
        return HEIC
    if head.startswith(b"%PDF-"):
        return PDF
    return SVG if _SVG.match(head) else None


def is_any_picture(head: bytes) -> bool:
    """Whether a file with these first bytes is a picture, even one that cannot be decoded here."""
    return kind_of(head) is not None or unshown_kind_of(head) is not None


def _brands(head: bytes) -> list[bytes]:
    size = min(int.from_bytes(head[:4], "big"), len(head))
    return [head[8:12], *(head[at : at + 4] for at in range(16, size - 3, 4))]


def size_of(path: Path) -> tuple[int, int] | None:
    """Width and height in the header of a PNG, JPEG or WebP file; blocking.

    None for other types, and for a damaged header. Raises OSError.
    """
    with path.open("rb") as stream:
        head = stream.read(64)
        kind = kind_of(head)
        if kind is PNG and head[12:16] == b"IHDR":
            return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")
        if kind is WEBP:
            return _webp_size(head)
        return _jpeg_size(stream) if kind is JPEG else None


def _webp_size(head: bytes) -> tuple[int, int] | None:
    if head[12:16] == b"VP8X":
        width, height = head[24:27], head[27:30]
        return int.from_bytes(width, "little") + 1, int.from_bytes(height, "little") + 1
    if head[12:16] == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if head[12:16] == b"VP8 ":
        width, height = head[26:28], head[28:30]
        return int.from_bytes(width, "little") & 0x3FFF, int.from_bytes(height, "little") & 0x3FFF
    return None


def _jpeg_size(stream: BinaryIO) -> tuple[int, int] | None:
    at = 2
    while True:
        stream.seek(at)
        head = stream.read(9)
        if len(head) < 9 or head[0] != 0xFF:
            return None
        mark = head[1]
        if 0xC0 <= mark <= 0xCF and mark not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(head[7:9], "big"), int.from_bytes(head[5:7], "big")
        # Fill bytes may precede a marker, and some markers have no data.
        alone = mark == 0xFF or 0xD0 <= mark <= 0xD8 or mark == 0x01
        at += (1 if mark == 0xFF else 2) if alone else 2 + int.from_bytes(head[2:4], "big")


def looks_complete(path: Path) -> bool:
    """Whether a picture file ends where its format says; blocking, reads head and tail.

    Most programs open a truncated JPEG, so decoding alone proves nothing. False for other files.
    Raises OSError.
    """
    with path.open("rb") as stream:
        head = stream.read(64)
        kind = kind_of(head)
        size = os.fstat(stream.fileno()).st_size
        stream.seek(max(0, size - _TAIL))
        tail = stream.read(_TAIL)
        if kind is PNG:
            return _PNG_END in tail
        if kind is JPEG:
            # Some cameras pad the file with zeros.
            return tail.rstrip(b"\x00").endswith(b"\xff\xd9")
        if kind is WEBP:
            return int.from_bytes(head[4:8], "little") + 8 <= size
        if kind is GIF:
            return tail.rstrip(b"\x00").endswith(b";")
        if kind is BMP:
            return int.from_bytes(head[2:6], "little") <= size
        if kind is AVIF:
            return _boxes_end(stream, size)
        return kind is TIFF and len(head) > 8


def _boxes_end(stream: BinaryIO, size: int) -> bool:
    """Whether the boxes of an ISO file end where the file does."""
    at = 0
    while at + 8 <= size:
        stream.seek(at)
        head = stream.read(16)
        length = int.from_bytes(head[:4], "big")
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        if length == 0:
            return True
        if length < 8:
            return False
        at += length
    return at == size
