"""Detection of other file types by their first bytes, for messages.

Unknown types are reported as text or as unknown. See `file_types` for those Gridbrush reads.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from typing import NamedTuple

from studio.common.i18n import _

HEAD = 1024
"""Number of bytes needed from the start of a file."""

_RAW = frozenset(
    {
        *(".raw", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".raf", ".rw2", ".pef", ".srw"),
        *(".erf", ".3fr", ".iiq"),
    }
)
_NAMED_AS_PICTURES = _RAW | {
    *(".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".gif", ".avif", ".tif", ".tiff", ".bmp"),
    *(".heic", ".heif", ".jxl", ".jp2", ".psd", ".psb", ".svg", ".ico", ".exr", ".hdr", ".tga"),
    *(".dds", ".qoi", ".xcf", ".kra", ".ora", ".eps", ".ai", ".pnm", ".ppm", ".pgm", ".pbm"),
    *(".pcx", ".icns"),
}


class ForeignType(NamedTuple):
    """A file type that Gridbrush does not read.

    Attributes:
        name: name for messages and counts.
        picture: whether it is a picture.
        meant: whether the file name claims that it is a picture.
    """

    name: str
    picture: bool = False
    meant: bool = False


_BEGINNINGS: tuple[tuple[bytes, str, bool], ...] = (
    (b"\xff\x0a", "JPEG XL", True),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL", True),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000", True),
    (b"\xff\x4f\xff\x51", "JPEG 2000", True),
    (b"8BPS", "Photoshop", True),
    (b"\0\0\1\0", "ICO", True),
    (b"icns", "ICNS", True),
    (b"v/1\1", "OpenEXR", True),
    (b"#?RADIANCE", "Radiance HDR", True),
    (b"#?RGBE", "Radiance HDR", True),
    (b"DDS ", "DDS", True),
    (b"qoif", "QOI", True),
    (b"gimp xcf", "XCF", True),
    (b"FUJIFILMCCD-RAW", "camera RAW", True),
    (b"IIRO", "camera RAW", True),
    (b"IIRS", "camera RAW", True),
    (b"IIU\0", "camera RAW", True),
    (b"FORM", "IFF", True),
    (b"\x8aMNG", "MNG", True),
    (b"\x8bJNG", "JNG", True),
    (b"BPG\xfb", "BPG", True),
    (b"FLIF", "FLIF", True),
    (b"AT&TFORM", "DjVu", True),
    (b"\x0a\x05\1\x08", "PCX", True),
    (b"\xd7\xcd\xc6\x9a", "WMF", True),
    (b"\xc5\xd0\xd3\xc6", "EPS", True),
    (b"%!PS", "EPS", True),
    (b"%PDF-", "PDF", False),
    (b"fig-kiwi", "Figma", False),
    (b"PK\3\4", "ZIP", False),
    (b"PK\5\6", "ZIP", False),
    (b"Rar!\x1a\7", "RAR", False),
    (b"7z\xbc\xaf\x27\x1c", "7z", False),
    (b"\x1f\x8b", "gzip", False),
    (b"\x1a\x45\xdf\xa3", "video", False),
    (b"OggS", "Ogg", False),
    (b"ID3", "MP3", False),
    (b"RIFF", "RIFF", False),
    (b"SQLite format 3", "SQLite", False),
    (b"\x7fELF", "program", False),
    (b"MZ", "program", False),
    (b"version https://git-lfs", "Git LFS", False),
)

_PACKED = ((b"application/x-krita", "Krita"), (b"image/openraster", "OpenRaster"))

_BRANDS: Mapping[bytes, str] = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"), "HEIC"),
    **dict.fromkeys((b"mif1", b"mif2", b"msf1", b"heif"), "HEIF"),
    b"crx ": "camera RAW",
    b"jp2 ": "JPEG 2000",
}

_PNM = re.compile(rb"P[1-7F]\s")
_SVG = re.compile(rb"<svg[\s>/]|<!DOCTYPE\s+svg\b", re.IGNORECASE)
_PAGE = re.compile(rb"<!doctype\s+html|<html[\s>]", re.IGNORECASE)


def foreign(head: bytes, suffix: str = "") -> ForeignType:
    """The type of a file by its first bytes; `suffix` only decides whether it is `meant`."""
    meant = suffix.casefold() in _NAMED_AS_PICTURES
    text = _is_text(head)
    if head[4:8] == b"ftyp":
        return _boxed(head, meant=meant)
    for beginning, name, picture in _BEGINNINGS:
        # A text may begin with the same letters.
        if head.startswith(beginning) and not (text and beginning.strip().isalnum()):
            if name == "ZIP":
                for mark, packed in _PACKED:
                    if mark in head[:100]:
                        return ForeignType(packed, True, meant)
            return ForeignType(_("video") if name == "video" else name, picture, meant)
    if _PNM.match(head):
        return ForeignType("PNM", True, meant)
    if not text:
        return ForeignType(_("unknown type"), False, meant)
    if _SVG.search(head):
        return ForeignType("SVG", True, meant)
    return ForeignType(_("web page") if _PAGE.search(head) else _("text"), False, meant)


def is_raw(suffix: str) -> bool:
    """Whether a file is a camera RAW by its name, which may begin like a TIFF."""
    return suffix.casefold() in _RAW


def raw() -> ForeignType:
    """The type of camera RAW files."""
    return ForeignType("camera RAW", picture=True, meant=True)


def empty(suffix: str) -> ForeignType:
    """The type of empty files."""
    return ForeignType(_("empty file"), False, suffix.casefold() in _NAMED_AS_PICTURES)


def reason(kind: ForeignType) -> str:
    """Reason for refusing a file of that type."""
    if kind.picture:
        return _("Gridbrush does not read {kind}. Save it as PNG, JPEG or WebP.").format(
            kind=kind.name
        )
    return _("This is not a picture ({kind}).").format(kind=kind.name)


def _boxed(head: bytes, *, meant: bool) -> ForeignType:
    size = min(int.from_bytes(head[:4], "big"), len(head))
    for brand in (head[8:12], *(head[at : at + 4] for at in range(16, size - 3, 4))):
        if brand in _BRANDS:
            return ForeignType(_BRANDS[brand], True, meant)
    return ForeignType(_("video"), False, meant)


def _is_text(head: bytes) -> bool:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    try:
        # The last character may be cut off.
        words = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return bool(words) and all(sign.isprintable() or sign.isspace() for sign in words)
