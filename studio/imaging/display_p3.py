"""The colour profile of Display P3, made from its definition.

Primaries of DCI-P3, white point D65, transfer curve of sRGB (IEC 61966-2-1), adapted to D50 as
ICC.1:2010 (version 4.3) requires; sections 7.2, 9.2, 10.13 (mluc), 10.16 (para), 10.31 (XYZ).
"""

from __future__ import annotations

import struct
from typing import Final

_DATE: Final = (2026, 1, 1, 0, 0, 0)
_D50: Final = (0.9642, 1.0, 0.8249)
_RED: Final = (0.51512, 0.2412, -0.00105)
_GREEN: Final = (0.29198, 0.69225, 0.04189)
_BLUE: Final = (0.1571, 0.06657, 0.78407)
_ADAPTATION: Final = (
    *(1.047882, 0.022919, -0.050216),
    *(0.029587, 0.990484, -0.017079),
    *(-0.009247, 0.015075, 0.751678),
)
"""Bradford transform from D65 to D50, row by row."""

_CURVE: Final = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def profile() -> bytes:
    """The profile; its bytes are the same every time."""
    curve = b"para" + bytes(4) + struct.pack(">HH", 3, 0) + _fixed(*_CURVE)
    tags = {
        b"desc": _text("Display P3"),
        b"cprt": _text("Public Domain"),
        b"wtpt": b"XYZ " + bytes(4) + _fixed(*_D50),
        b"chad": b"sf32" + bytes(4) + _fixed(*_ADAPTATION),
        b"rXYZ": b"XYZ " + bytes(4) + _fixed(*_RED),
        b"gXYZ": b"XYZ " + bytes(4) + _fixed(*_GREEN),
        b"bXYZ": b"XYZ " + bytes(4) + _fixed(*_BLUE),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    table, body, places = b"", b"", dict[bytes, int]()
    start = 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        if data not in places:
            places[data] = start + len(body)
            body += data + bytes(-len(data) % 4)
        table += struct.pack(">4sII", name, places[data], len(data))
    head = struct.pack(
        ">I4sI4s4s4s6H4s", start + len(body), bytes(4), 0x04300000, b"mntr", b"RGB ", b"XYZ ",
        *_DATE, b"acsp",
    )  # fmt: skip
    head += bytes(28) + _fixed(*_D50)
    return head + bytes(128 - len(head)) + struct.pack(">I", len(tags)) + table + body


def _fixed(*values: float) -> bytes:
    """Fixed-point numbers with 16 bits before and after the point."""
    return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))


def _text(words: str) -> bytes:
    data = words.encode("utf-16-be")
    return b"mluc" + bytes(4) + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(data), 28) + data
