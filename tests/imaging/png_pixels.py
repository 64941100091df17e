"""Reader of 8-bit RGB and RGBA PNG files, by the standard library alone.

It shares no code with what writes them, so that it can be a witness.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PngPixels:
    """Pixels of a PNG, rows from the top, and its colour profile."""

    width: int
    height: int
    channels: int
    data: bytes
    profile: bytes

    def rgba(self, x: int, y: int) -> bytes:
        """Red, green, blue and alpha of a pixel."""
        start = (y * self.width + x) * self.channels
        return self.data[start : start + self.channels].ljust(4, b"\xff")


def read_png(data: bytes) -> PngPixels:
    """Decode; fails for anything but 8-bit RGB and RGBA without interlacing."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, packed, profile = 8, b"", b""
    width = height = channels = 0
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + size]
        (checksum,) = struct.unpack_from(">I", data, at + 8 + size)
        assert zlib.crc32(kind + body) == checksum
        if kind == b"IHDR":
            width, height, depth, colour, _method, _filter, interlaced = struct.unpack(
                ">IIBBBBB", body
            )
            assert (depth, interlaced) == (8, 0)
            channels = {2: 3, 6: 4}[colour]
        elif kind == b"iCCP":
            profile = zlib.decompress(body.partition(b"\0")[2][1:])
        elif kind == b"IDAT":
            packed += body
        at += 12 + size
    return PngPixels(
        width, height, channels, _rows(zlib.decompress(packed), width, channels), profile
    )


def _rows(raw: bytes, width: int, channels: int) -> bytes:
    length = width * channels
    above, found = bytearray(length), bytearray()
    for start in range(0, len(raw), length + 1):
        kind, row = raw[start], bytearray(raw[start + 1 : start + 1 + length])
        for i in range(length):
            left = row[i - channels] if i >= channels else 0
            corner = above[i - channels] if i >= channels else 0
            row[i] = (row[i] + _predicted(kind, left, above[i], corner)) & 0xFF
        found += row
        above = row
    return bytes(found)


def _predicted(kind: int, left: int, up: int, corner: int) -> int:
    if kind == 4:
        whole = left + up - corner
        distances = (abs(whole - left), abs(whole - up), abs(whole - corner))
        return (left, up, corner)[distances.index(min(distances))]
    return (0, left, up, (left + up) // 2)[kind]
