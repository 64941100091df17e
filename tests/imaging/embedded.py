"""Picture files with something beside the pixels, for tests."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterable

from PIL import Image

SIZE = (24, 16)


def plain(mode: str = "RGB") -> Image.Image:
    """A picture whose corners differ: wrong turns and wrong colours are seen at once."""
    picture = Image.new("RGB", SIZE, (200, 20, 30))
    picture.paste((20, 40, 210), (12, 0, 24, 16))
    picture.paste((250, 250, 250), (0, 0, 6, 4))
    return picture.convert(mode)


def saved(kind: str, picture: Image.Image | None = None, **save: object) -> bytes:
    stream = io.BytesIO()
    more = {"WEBP": {"lossless": True}, "JPEG": {"quality": 95}}.get(kind, {})
    if kind == "JPEG" and "exif" in save:
        save["exif"] = b"Exif\0\0" + save["exif"]  # type: ignore[operator]
    (picture or plain()).save(stream, kind, **more, **save)  # type: ignore[arg-type]
    return stream.getvalue()


def chunk(kind: bytes, data: bytes, *, sound: bool = True) -> bytes:
    """A chunk of a PNG; without `sound` its checksum is wrong."""
    told = zlib.crc32(kind + data) ^ (0 if sound else 0x5A5A)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", told)


def png(chunks: Iterable[bytes] = (), *, behind: bool = False, data: bytes | None = None) -> bytes:
    """A PNG with more chunks behind its head, or behind its pixels."""
    data = saved("PNG") if data is None else data
    at = len(data) - 12 if behind else 33
    return data[:at] + b"".join(chunks) + data[at:]


def text(name: str, words: bytes, kind: str = "tEXt") -> bytes:
    """A text chunk of any of the three kinds; "iTXtz" is a compressed iTXt."""
    head = {"tEXt": b"\0", "zTXt": b"\0\0", "iTXt": b"\0\0\0en\0\0", "iTXtz": b"\0\1\0\0\0"}[kind]
    data = head + (zlib.compress(words) if kind in ("zTXt", "iTXtz") else words)
    return chunk(kind[:4].encode(), name.encode("latin-1") + data)


def segment(mark: int, data: bytes) -> bytes:
    """A block of a JPEG."""
    return bytes([0xFF, mark]) + struct.pack(">H", len(data) + 2) + data


def jpeg(segments: Iterable[bytes] = (), data: bytes | None = None) -> bytes:
    """A JPEG with more blocks behind its first."""
    data = saved("JPEG") if data is None else data
    return data[:2] + b"".join(segments) + data[2:]


def riff(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def webp(chunks: Iterable[bytes], flags: int = 0x2C) -> bytes:
    """A WebP in its extended form, with more chunks behind the picture."""
    body = saved("WEBP")[12:]
    size = b"".join((one - 1).to_bytes(3, "little") for one in SIZE)
    parts = riff(b"VP8X", bytes([flags, 0, 0, 0]) + size) + body + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(parts) + 4) + b"WEBP" + parts


def exif(
    tags: dict[int, bytes | int], inner: dict[int, bytes] | None = None, order: str = "<"
) -> bytes:
    """A block of Exif, put together by hand: words are of type 2, 1 or 7, numbers of type 3."""
    entries = dict(tags)
    if inner:
        entries[0x8769] = -1
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    first = 8 + 2 + 12 * len(entries) + 4
    more = b""
    table = struct.pack(order + "H", len(entries))
    late: list[tuple[int, bytes]] = []
    for tag, value in sorted(entries.items()):
        if value == -1:
            table += struct.pack(order + "HHI", tag, 4, 1) + b"HERE"
        elif isinstance(value, int):
            table += struct.pack(order + "HHIHH", tag, 3, 1, value, 0)
        else:
            table += _entry(order, tag, value, first + len(more))
            more += value if len(value) > 4 else b""
    table += bytes(4)
    if inner:
        place = first + len(more)
        table = table.replace(b"HERE", struct.pack(order + "I", place))
        second = place + 2 + 12 * len(inner) + 4
        more += struct.pack(order + "H", len(inner))
        for tag, value in sorted(inner.items()):
            more += _entry(order, tag, value, second + sum(len(one) for _t, one in late))
            late.append((tag, value if len(value) > 4 else b""))
        more += bytes(4) + b"".join(one for _t, one in late)
    return head + table + more


def _entry(order: str, tag: int, value: bytes, place: int) -> bytes:
    kind = 1 if 0x9C9B <= tag <= 0x9C9F else 7 if tag == 0x9286 else 2
    held = value.ljust(4, b"\0") if len(value) <= 4 else struct.pack(order + "I", place)
    return struct.pack(order + "HHI", tag, kind, len(value)) + held
