"""Decode responses that arrive compressed or in another charset, although not requested.

Data that cannot be decoded is passed on unchanged: it was paid for, and is kept.
"""

from __future__ import annotations

import codecs
import json
import zlib
from collections.abc import Iterator
from typing import Protocol

from studio.providers import connection_errors

_PIECE = 256 * 1024
_MOST_LAYERS = 4
_TELLING = 16
"""Bytes needed to detect the charset of a text."""

_GZIP = b"\x1f\x8b"
_GZIP_BITS = 31
_KNOWN = frozenset({"gzip", "x-gzip", "deflate"})
_PLAIN = frozenset({"", "identity", "none", "utf-8"})
_SPACE = b" \t\r\n"


class ContentDecoder(Protocol):
    """Decoder of one encoding, fed in pieces."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Decode more bytes, in pieces, so that a compression bomb never unfolds at once."""

    def end(self) -> Iterator[bytes]:
        """Decode the data held back until the end."""


def known(encoding: str) -> bool:
    """Whether the encodings in a Content-Encoding header can be decoded."""
    return len(names := _layers(encoding)) <= _MOST_LAYERS and _KNOWN.issuperset(names)


def unpacker(encoding: str) -> ContentDecoder:
    """Decoder to UTF-8 for a Content-Encoding header; passes unknown encodings through."""
    if not known(encoding):
        return _Identity()
    return _DecoderChain(
        [*(_Decompressor(name) for name in reversed(_layers(encoding))), _Transcoder()]
    )


def _layers(encoding: str) -> list[str]:
    names = (name.strip().lower() for name in encoding.split(","))
    return [name for name in names if name not in _PLAIN]


class _Identity:
    def feed(self, data: bytes) -> Iterator[bytes]:
        yield data

    def end(self) -> Iterator[bytes]:
        yield from ()


class _DecoderChain:
    def __init__(self, steps: list[ContentDecoder]) -> None:
        self._steps = steps

    def feed(self, data: bytes) -> Iterator[bytes]:
        return self._through(data, 0)

    def _through(self, data: bytes, first: int) -> Iterator[bytes]:
        if first == len(self._steps):
            yield data
            return
        for piece in self._steps[first].feed(data):
            yield from self._through(piece, first + 1)

    def end(self) -> Iterator[bytes]:
        for place, step in enumerate(self._steps, start=1):
            for piece in step.end():
                yield from self._through(piece, place)


class _Decompressor:
    """Gzip, zlib or raw deflate, detected by the first bytes; gzip members are joined.

    Some services declare a compression that is not applied: such data passes unchanged.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._opening: bytes | None = b""
        self._packed: zlib._Decompress | None = None
        self._gzip = False
        self._over = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._opening is not None:
            self._opening += data
            if len(self._opening) < 2:
                return
            data, self._opening = self._opening, None
            if self._over:
                # Another member, or trailing data outside the format.
                self._packed = zlib.decompressobj(_GZIP_BITS) if data[:2] == _GZIP else None
                if self._packed is None:
                    return
            else:
                self._packed = self._begun(data)
        if self._packed is not None:
            yield from self._unpacked(self._packed, data)
        elif not self._over:
            yield data

    def _unpacked(self, packed: zlib._Decompress, data: bytes) -> Iterator[bytes]:
        while True:
            try:
                piece = packed.decompress(data, _PIECE)
            except zlib.error as error:
                raise connection_errors.unreadable_encoding(self._name) from error
            if piece:
                yield piece
            if packed.eof:
                break
            data = packed.unconsumed_tail
            # A full piece may have left more behind, even where no input is left.
            if not data and len(piece) < _PIECE:
                return
        self._over, self._packed = True, None
        if self._gzip:
            self._opening = b""
            yield from self.feed(packed.unused_data)

    def _begun(self, data: bytes) -> zlib._Decompress | None:
        if data.startswith(_GZIP):
            self._gzip = True
            return zlib.decompressobj(_GZIP_BITS)
        if data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0:
            return zlib.decompressobj(15)
        if self._name != "deflate" or data.lstrip(_SPACE)[:1] in (b"{", b"[", b"<"):
            return None
        return zlib.decompressobj(-15)

    def end(self) -> Iterator[bytes]:
        if self._opening and not self._over:
            yield self._opening
            self._opening = b""


class _Transcoder:
    """UTF-16 and UTF-32, detected by the first bytes as for JSON."""

    def __init__(self) -> None:
        self._opening: bytes | None = b""
        self._decoder: codecs.IncrementalDecoder | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._opening is not None:
            self._opening += data
            if not _is_recoded(self._opening):
                return
            data, self._opening = self._opening, None
            self._begin(data)
        yield from self._recoded(data, final=False)

    def _begin(self, data: bytes) -> None:
        name = json.detect_encoding(data[:4])
        # A bare picture contains zeros too.
        if not name.startswith("utf-8") and _begins_json(data, name):
            self._decoder = codecs.getincrementaldecoder(name)("replace")

    def _recoded(self, data: bytes, *, final: bool) -> Iterator[bytes]:
        if self._decoder is None:
            if data:
                yield data
        elif text := self._decoder.decode(data, final):
            yield text.encode("utf-8", "replace")

    def end(self) -> Iterator[bytes]:
        data, self._opening = self._opening or b"", None
        if data:
            self._begin(data)
        yield from self._recoded(data, final=True)


def _is_recoded(opening: bytes) -> bool:
    if len(opening) < 4:
        return False
    return len(opening) >= _TELLING or json.detect_encoding(opening[:4]).startswith("utf-8")


def _begins_json(data: bytes, name: str) -> bool:
    opening = data[:64].decode(name, "replace").lstrip("\ufeff \t\r\n")
    return opening[:1] in ("{", "[", "d", "e", "i", ":", "<")
