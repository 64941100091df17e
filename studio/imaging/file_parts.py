"""A picture file taken apart: what a decoder needs of it, and what lies beside that."""

from __future__ import annotations

import bisect
import io
from dataclasses import dataclass
from itertools import accumulate
from typing import BinaryIO, Final

Piece = bytes | tuple[int, int]
"""Bytes of one's own, or a part of the file: its offset and size."""

LONGEST: Final = 4 << 20
"""Bytes of a text or a block of Exif that are read."""

LONGEST_PROFILE: Final = 16 << 20
"""Bytes of a colour profile; those of printing presses have four million."""

TEXTS: Final = 100
TEXT_BYTES: Final = 16 << 20
_STEP: Final = 8 << 20

BLOCKS: Final = 100_000
"""Blocks of a file that are looked at; a picture of 100 megapixels has some ten thousand."""


@dataclass(slots=True, kw_only=True)
class PictureFileParts:
    """A picture file, taken apart.

    Attributes:
        pieces: what a decoder needs, in order.
        beside: something else is in the file.
        profile: the colour profile; empty without one.
        texts: names and bytes of texts, in the order of the file.
        moving: it has several pictures; None where only a decoder can tell.
        key: the samples of the one colour that is see-through, in a PNG without alpha.
        depth: bits of a sample of a PNG.
    """

    pieces: list[Piece]
    beside: bool = False
    profile: bytes = b""
    exif: bytes = b""
    xmp: bytes = b""
    texts: list[tuple[str, bytes]]
    moving: bool | None = None
    key: tuple[int, ...] | None = None
    depth: int = 8


class SplicedFile(io.RawIOBase):
    """Pieces of a file and bytes between them, to be read as one file. Closes the file."""

    def __init__(self, file: BinaryIO, pieces: list[Piece]) -> None:
        super().__init__()
        self._file = file
        self._pieces = pieces
        self._ends = list(
            accumulate(len(one) if isinstance(one, bytes) else one[1] for one in pieces)
        )
        self._at = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to an offset; past the end nothing can be read."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: (self._ends or [0])[-1]}
        if (at := base[whence] + offset) < 0:
            raise ValueError("before the beginning")
        self._at = at
        return at

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        """Fill as much of `buffer` as one piece can."""
        number = bisect.bisect_right(self._ends, self._at)
        if number == len(self._pieces):
            return 0
        piece = self._pieces[number]
        size = min(len(buffer), self._ends[number] - self._at)
        if isinstance(piece, bytes):
            begin = self._at - (self._ends[number] - len(piece))
            data = piece[begin : begin + size]
        else:
            self._file.seek(piece[0] + piece[1] - (self._ends[number] - self._at))
            data = self._file.read(size)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def readall(self) -> bytes:
        """All that is left, in few steps: the usual one takes 8 KB at a time."""
        parts = []
        while data := self.read(_STEP):
            parts.append(data)
        return b"".join(parts)

    def close(self) -> None:
        """Close the file too."""
        self._file.close()
        super().close()


class FileSource:
    """A file that is read in places, and its size."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self.file = file
        self.size = size

    def read(self, at: int, size: int) -> bytes:
        self.file.seek(at)
        return self.file.read(max(0, min(size, self.size - at)))

    def part(self, begin: int, end: int) -> tuple[int, int]:
        """The part between two offsets, as far as the file goes."""
        return begin, max(0, min(end, self.size) - begin)
