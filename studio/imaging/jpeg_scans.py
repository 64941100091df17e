"""How often a JPEG wants its picture gone over, told from its marks without decoding anything.

A progressive JPEG comes in scans, and each goes over every pixel again. Ten are usual; a file of a
few hundred kilobytes can have thousands, and keep a decoder busy for minutes.
"""

from __future__ import annotations

import re
from typing import Final

_PROGRESSIVE: Final = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SCAN: Final = 0xDA
_END: Final = 0xD9
_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD9)})
_MARK: Final = re.compile(rb"\xff+([\x01-\xcf\xd8-\xfe])")
"""A mark within what is coded: there, 0xff is followed by zero or the number of a restart."""


def scans(data: bytes) -> int:
    """The number of scans of a progressive JPEG; 1 for every other, and for what is damaged."""
    place, found, progressive = 2, 0, False
    while (mark := _MARK.search(data, place)) is not None:
        kind = mark[1][0]
        place = mark.end()
        if kind == _END:
            break
        if kind in _ALONE:
            continue
        if kind in _FRAMES:
            progressive = kind in _PROGRESSIVE
            if not progressive:
                return 1
        found += kind == _SCAN
        place += int.from_bytes(data[place : place + 2], "big")
    return max(1, found) if progressive else 1
