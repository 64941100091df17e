"""Check of a PNG while it is received, in constant memory.

Every chunk of a PNG has a checksum. If all are correct and the last chunk is present, nothing was
lost or changed, and the header has the other facts of the picture. A large PNG can therefore be
accepted without being decoded. See the PNG specification, third edition, sections 5 and 11.
"""

from __future__ import annotations

import struct
import zlib

from studio.imaging.decoder import PictureFacts

MOST_PIXELS = 110_000_000
"""Larger pictures are left to the decoding process, which refuses them."""

UNKNOWN_COLOUR = 0x808080

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEAD = struct.Struct(">I4s")
_LONGEST = 1 << 31
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
"""Valid bit depths of each colour type."""


class PngCheck:
    """Incremental check, fed with the bytes of a file in pieces of any size."""

    def __init__(self) -> None:
        self._held = b""
        self._kind = b""
        self._left = 0  # bytes of the chunk still to come, without its checksum
        self._sum = 0
        self._header = b""
        self._kinds: set[bytes] = set()
        self._begun = self._ended = self._wrong = False

    def feed(self, data: bytes) -> None:
        """Check the next bytes; anything after the last chunk is ignored."""
        view = memoryview(self._held + data if self._held else data)
        self._held = b""
        while not (self._wrong or self._ended):
            taken = self._step(view)
            if not taken:
                self._held = bytes(view)
                return
            view = view[taken:]

    def _step(self, view: memoryview) -> int:
        """Number of bytes used; 0 when more are needed."""
        if not self._begun:
            if len(view) < len(_SIGNATURE):
                return 0
            self._begun = True
            self._wrong = view[: len(_SIGNATURE)] != _SIGNATURE
            return len(_SIGNATURE)
        if not self._kind:
            return self._open(view)
        if self._left:
            piece = view[: self._left]
            self._sum = zlib.crc32(piece, self._sum)
            self._left -= len(piece)
            if self._kind == b"IHDR":
                self._header += piece
            return len(piece)
        if len(view) < 4:
            return 0
        self._close(int.from_bytes(view[:4], "big"))
        return 4

    def _open(self, view: memoryview) -> int:
        if len(view) < _HEAD.size:
            return 0
        self._left, self._kind = _HEAD.unpack_from(view)
        self._sum = zlib.crc32(self._kind)
        self._wrong = self._left >= _LONGEST or (self._kind == b"IHDR") == bool(self._kinds)
        self._kinds.add(self._kind)
        return _HEAD.size

    def _close(self, checksum: int) -> None:
        self._wrong = checksum != self._sum
        self._ended = self._kind == b"IEND"
        self._kind = b""

    @property
    def facts(self) -> PictureFacts | None:
        """Facts of the picture; None if it has to be decoded."""
        if self._wrong or not self._ended or b"IDAT" not in self._kinds or len(self._header) != 13:
            return None
        width, height, depth, colour = struct.unpack_from(">IIBB", self._header)
        sound = width and height and depth in _DEPTHS.get(colour, ())
        # The Exif data may have an orientation.
        if not sound or width * height > MOST_PIXELS or b"eXIf" in self._kinds:
            return None
        return PictureFacts(
            kind="png",
            media_type="image/png",
            width=width,
            height=height,
            colour=UNKNOWN_COLOUR,
            complete=True,
            alpha=colour in (4, 6) or b"tRNS" in self._kinds,
            animated=b"acTL" in self._kinds,
        )
