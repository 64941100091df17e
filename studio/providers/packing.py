"""Undoes the packing of an answer that came packed although nobody asked for it."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator

from studio.providers import broken

_PIECE = 256 * 1024


def unpacker(encoding: str) -> Callable[[bytes], Iterator[bytes]]:
    """Undo a packing we did not ask for, never more than a piece at a time (no bomb unfolds)."""
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return _as_it_is
    if name not in ("gzip", "x-gzip", "deflate"):
        raise broken.unreadable_encoding(name)
    # 47: gzip or zlib, told by the first bytes.
    packed = zlib.decompressobj(47)

    def unpack(data: bytes) -> Iterator[bytes]:
        while True:
            try:
                piece = packed.decompress(data, _PIECE)
            except zlib.error as error:
                raise broken.unreadable_encoding(name) from error
            if piece:
                yield piece
            # A full piece may have left more behind, even where no input is left.
            if len(piece) < _PIECE:
                return
            data = packed.unconsumed_tail

    return unpack


def _as_it_is(data: bytes) -> Iterator[bytes]:
    yield data
