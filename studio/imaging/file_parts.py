"""Parts of a picture file: pixels for the decoder, and metadata."""

from __future__ import annotations

import bisect
import io
from dataclasses import dataclass
from itertools import accumulate
from typing import BinaryIO, Final

Piece = bytes | tuple[int, int]
"""Bytes, or a part of the file as offset and size."""

LONGEST: Final = 4 << 20
"""Limit of a text or an Exif block in bytes."""

LONGEST_PROFILE: Final = 16 << 20
"""Limit of a colour profile in bytes; printing presses have profiles of up to 4 MB."""

TEXTS: Final = 100
TEXT_BYTES: Final = 16 << 20
_STEP: Final = 8 << 20

BLOCKS: Final = 100_000
"""Limit of blocks of a file; a picture of 100 megapixels has about ten thousand."""


@dataclass(slots=True, kw_only=True)
class PictureFileParts:
    """The parts of a picture file.

    Attributes:
        pieces: parts for the decoder, in order.
        beside: whether the file has parts besides `pieces`.
        profile: colour profile; empty without one.
        texts: names and bytes of texts, in the order of the file.
        moving: whether it is animated; None if only a decoder can tell.
        key: samples of the transparent colour of a PNG without alpha.
        depth: bits per sample of a PNG.
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
    """Pieces of a file and bytes between them, read as one file; owns the underlying file."""

    def __init__(self, file: BinaryIO, pieces: list[Piece]) -> None:
        super().__init__()
        self._file = file
        self._pieces = pieces
        self._ends = list(
            accumulate(len(one) if isinstance(one, bytes) else one[1] for one in pieces)
        )
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to an offset; nothing can be read past the end."""
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
        """The rest in large steps: the inherited method reads 8 KB at a time."""
        parts = []
        while data := self.read(_STEP):
            parts.append(data)
        return b"".join(parts)

    def close(self) -> None:
        """Close this object and the underlying file."""
        self._file.close()
        super().close()


class FileSource:
    """A file for random access, and its size."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self.file = file
        self.size = size

    def read(self, at: int, size: int) -> bytes:
        self.file.seek(at)
        return self.file.read(max(0, min(size, self.size - at)))

    def part(self, begin: int, end: int) -> tuple[int, int]:
        """The part between two offsets, limited to the file."""
        return begin, max(0, min(end, self.size) - begin)
