"""Streaming decompressors with one interface: output in pieces of bounded size, no checksums.

Only the data after a damaged byte is lost: everything before it is returned first. brotli and zstd
are loaded when the first answer uses them.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import brotli
    from backports import zstd

_LARGEST_WINDOW = 26
"""Binary logarithm of zstd's largest window: a frame takes at most 64 MB."""

_BROTLI_STEP = 1024
"""Bytes fed to brotli at once; if they are damaged, all their output is lost."""

_GZIP_TRAILER, _ZLIB_TRAILER = 8, 4
_LONGEST_HEADER = 128 * 1024


class CodecError(Exception):
    """The compressed data is damaged; never leaves this package."""


class Codec(Protocol):
    """Decompressor of one stream, member or frame.

    Attributes:
        over: whether its end was reached.
        rest: bytes fed after the end.
    """

    over: bool
    rest: bytes

    def feed(self, data: bytes, most: int) -> Iterator[bytes]:
        """Decompress more bytes into pieces of about `most` bytes at most. Raises CodecError."""


class RawDeflateCodec:
    """Deflate without any header (RFC 1951)."""

    def __init__(self) -> None:
        self.over = False
        self.rest = b""
        self._inflate = zlib.decompressobj(-15)

    def feed(self, data: bytes, most: int) -> Iterator[bytes]:
        while True:
            before = self._inflate.copy()
            try:
                piece = self._inflate.decompress(data, most)
            except zlib.error as error:
                yield from _before_damage(before, data)
                raise CodecError(str(error)) from error
            if piece:
                yield piece
            if self._inflate.eof:
                self.over, self.rest = True, self._inflate.unused_data
                return
            data = self._inflate.unconsumed_tail
            # After a full piece there may be more output, even if no input is left.
            if not data and len(piece) < most:
                return


def _before_damage(inflate: zlib._Decompress, data: bytes) -> Iterator[bytes]:
    """Output before the damage; the input is divided, as zlib drops output of a failing call."""
    step = len(data)
    while step:
        trial = inflate.copy()
        try:
            piece = trial.decompress(data[:step])
        except zlib.error:
            step //= 2
            continue
        inflate, data = trial, data[step:]
        step = min(step, len(data))
        if piece:
            yield piece


class GzipCodec:
    """One member of a gzip file (RFC 1952)."""

    trailer = _GZIP_TRAILER

    def __init__(self) -> None:
        self.over = False
        self.rest = b""
        self._head: bytes | None = b""
        self._inflate = RawDeflateCodec()
        self._left = self.trailer

    def feed(self, data: bytes, most: int) -> Iterator[bytes]:
        if self._head is not None:
            self._head += data
            start = self._payload(self._head)
            if start is None:
                if len(self._head) > _LONGEST_HEADER:
                    raise CodecError("the header is too long")
                return
            data, self._head = self._head[start:], None
        if not self._inflate.over:
            yield from self._inflate.feed(data, most)
            data = self._inflate.rest
        if self._inflate.over:
            skipped = min(self._left, len(data))
            self._left -= skipped
            self.rest = data[skipped:]
            self.over = not self._left

    @staticmethod
    def _payload(head: bytes) -> int | None:
        """Start of the compressed data; None if more of the header is needed."""
        if len(head) < 10:
            return None
        flags, at = head[3], 10
        if flags & 4:
            if len(head) < at + 2:
                return None
            at += 2 + int.from_bytes(head[at : at + 2], "little")
        for flag in (8, 16):
            # A name and a comment, each ended by a zero byte.
            if flags & flag:
                end = head.find(b"\0", at)
                if end < 0:
                    return None
                at = end + 1
        at += 2 if flags & 2 else 0
        return at if len(head) >= at else None


class ZlibCodec(GzipCodec):
    """One zlib stream (RFC 1950)."""

    trailer = _ZLIB_TRAILER

    @staticmethod
    def _payload(head: bytes) -> int | None:
        if len(head) < 2:
            return None
        if head[1] & 0x20:
            raise CodecError("it needs a dictionary")
        return 2


class ZstdCodec:
    """One zstd frame (RFC 8878)."""

    def __init__(self) -> None:
        # Loaded by the first answer with this compression.
        from backports import zstd

        self.over = False
        self.rest = b""
        self._failed: type[Exception] = zstd.ZstdError
        options = {int(zstd.DecompressionParameter.window_log_max): _LARGEST_WINDOW}
        self._frame: zstd.ZstdDecompressor = zstd.ZstdDecompressor(options=options)

    def feed(self, data: bytes, most: int) -> Iterator[bytes]:
        while True:
            try:
                piece = self._frame.decompress(data, most)
            except self._failed as error:
                raise CodecError(str(error)) from error
            if piece:
                yield piece
            if self._frame.eof:
                self.over, self.rest = True, self._frame.unused_data
                return
            data = b""
            if self._frame.needs_input:
                return


class BrotliCodec:
    """One brotli stream (RFC 7932); its window is at most 16 MB."""

    def __init__(self) -> None:
        # Loaded by the first answer with this compression.
        import brotli

        self.over = False
        self.rest = b""
        self._failed: type[Exception] = brotli.error
        self._stream: brotli.Decompressor = brotli.Decompressor()

    def feed(self, data: bytes, most: int) -> Iterator[bytes]:
        for start in range(0, len(data), _BROTLI_STEP):
            step = data[start : start + _BROTLI_STEP]
            while True:
                try:
                    piece = self._stream.process(step, output_buffer_limit=most)
                except self._failed as error:
                    raise CodecError(str(error)) from error
                if piece:
                    yield piece
                step = b""
                if self._stream.is_finished():
                    self.over, self.rest = True, data[start + _BROTLI_STEP :]
                    return
                if self._stream.can_accept_more_data():
                    break
