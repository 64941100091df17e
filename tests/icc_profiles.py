"""Colour profiles made byte by byte, for monitors and other devices."""

from __future__ import annotations

import struct
from collections.abc import Sequence

D50 = (0.9642, 1.0, 0.8249)

Triple = tuple[float, float, float]

SRGB: tuple[Triple, Triple, Triple] = (
    (0.4361, 0.2225, 0.0139),
    (0.3851, 0.7169, 0.0971),
    (0.1431, 0.0606, 0.7139),
)
"""Red, green and blue of sRGB as XYZ, adapted to D50."""

SWAPPED: tuple[Triple, Triple, Triple] = (SRGB[1], SRGB[0], SRGB[2])
"""A monitor whose red is green: what it is to show red has to be sent as green."""

WIDE: tuple[Triple, Triple, Triple] = (
    (0.5151, 0.2412, -0.0011),
    (0.2920, 0.6922, 0.0419),
    (0.1571, 0.0666, 0.7841),
)
"""The primaries of Display P3."""


def matrix(
    primaries: Sequence[Triple] = SRGB,
    gamma: float = 2.2,
    *,
    name: str = "Test monitor",
    padding: int = 0,
    device: bytes = b"mntr",
    space: bytes = b"RGB ",
) -> bytes:
    """A profile of three primaries and one gamma; `padding` bytes are added in a private tag."""
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)
    tags = {
        b"desc": _description(name),
        b"wtpt": _xyz(D50),
        **{sign + b"XYZ": _xyz(c) for sign, c in zip((b"r", b"g", b"b"), primaries, strict=True)},
        **{sign + b"TRC": curve for sign in (b"r", b"g", b"b")},
    }
    if padding:
        tags[b"none"] = b"data" + bytes(padding)
    return _profile(tags, device=device, space=space)


def table(*, grid: int = 9, name: str = "Table monitor", inverse: bool = True) -> bytes:
    """A profile of tables whose monitor is as dark as L* is low, in shades of grey only.

    Without `inverse` it has only the table for reading its colours, none for showing them.
    """
    to_device = [
        (lightness, lightness, lightness)
        for lightness in (step * 65535 // (grid - 1) for step in range(grid))
        for _ in range(grid * grid)
    ]
    shade = [round(65280 * n / (grid - 1)) for n in range(grid)]
    from_device = [
        (shade[g], 0x8000, 0x8000) for _r in range(grid) for g in range(grid) for _b in range(grid)
    ]
    tags = {
        b"desc": _description(name),
        b"wtpt": _xyz(D50),
        b"A2B0": _lut(grid, from_device),
    }
    if inverse:
        tags[b"B2A0"] = _lut(grid, to_device)
    return _profile(tags, connection=b"Lab ")


def _lut(grid: int, values: Sequence[tuple[int, int, int]]) -> bytes:
    identity = b"".join(struct.pack(">i", 65536 * (n % 4 == 0)) for n in range(9))
    line = struct.pack(">HH", 0, 65535)
    body = b"".join(struct.pack(">3H", *value) for value in values)
    return (
        b"mft2" + bytes(4) + bytes((3, 3, grid, 0)) + identity
        + struct.pack(">HH", 2, 2) + line * 3 + body + line * 3
    )  # fmt: skip


def _xyz(values: Triple) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(value * 65536) for value in values))


def _description(name: str) -> bytes:
    text = name.encode("latin-1") + b"\0"
    return b"desc" + bytes(4) + struct.pack(">I", len(text)) + text + bytes(8 + 3 + 67)


def _profile(
    tags: dict[bytes, bytes],
    *,
    device: bytes = b"mntr",
    space: bytes = b"RGB ",
    connection: bytes = b"XYZ ",
) -> bytes:
    at = 128 + 4 + 12 * len(tags)
    entries, body = b"", b""
    for sign, data in tags.items():
        entries += sign + struct.pack(">II", at + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    size = at + len(body)
    header = struct.pack(">I4sI4s4s4s", size, bytes(4), 0x02400000, device, space, connection)
    header += bytes(12) + b"acsp" + bytes(28)
    header += struct.pack(">3i", *(round(value * 65536) for value in D50))
    header += bytes(128 - len(header))
    return header + struct.pack(">I", len(tags)) + entries + body
