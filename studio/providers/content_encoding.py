"""Decode responses that arrive compressed, whatever their headers say.

Every layer is detected by the bytes themselves; the header only decides which codec without a
signature (brotli, raw deflate) is tried first. Checksums are not compared: the JSON and the
pictures inside have checks of their own, and a wrong checksum must not cost a picture. Data that
cannot be decoded is passed on unchanged: it was paid for, and is kept.
"""

from __future__ import annotations

import contextlib
import itertools
import re
from collections.abc import Iterable, Iterator

from studio.common.file_types import is_any_picture
from studio.providers import connection_errors
from studio.providers.charsets import Transcoder, begins_answer, is_text
from studio.providers.decompressors import (
    BrotliCodec,
    Codec,
    CodecError,
    GzipCodec,
    RawDeflateCodec,
    ZlibCodec,
    ZstdCodec,
)

_PIECE = 256 * 1024
_MOST_LAYERS = 4
_SIGNED = 4
"""Bytes needed to recognize a codec with a signature."""

_ENOUGH = 64
"""Bytes needed to recognize a text."""

_MOST_UNPROVEN = 1 << 20
"""Bytes after which a codec with a signature must have returned something."""

_LEAST_NAMED, _LEAST_GUESSED = 8, 16
"""Bytes that a codec must return to be accepted, if a header names it and if not."""

_MOST_HELD = 4096
"""Bytes after which a codec without a signature must have returned something."""

_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_ZSTD_SKIPPED = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18")

_NAMED: dict[str, tuple[type[Codec], ...]] = {
    "gzip": (RawDeflateCodec,),
    "x-gzip": (RawDeflateCodec,),
    "deflate": (RawDeflateCodec,),
    "zlib": (RawDeflateCodec,),
    "br": (BrotliCodec,),
    "brotli": (BrotliCodec,),
}
"""Codecs without a signature that a name in a header may mean."""

_USUAL = frozenset({"gzip", "x-gzip", "deflate"})
_UNSIGNED: tuple[type[Codec], ...] = (RawDeflateCodec, BrotliCodec)
_PLAIN = frozenset({"", "identity", "none", "utf-8", "utf8", "binary", "aws-chunked", "chunked"})


def is_usual(encoding: str) -> bool:
    """Whether a Content-Encoding header names only encodings that the bytes identify too."""
    return _USUAL.issuperset(names_of(encoding))


def names_of(encoding: str) -> list[str]:
    """The encodings named in a Content-Encoding header, outermost last, without plain ones."""
    names = (name.strip().lower() for name in encoding.split(","))
    return [name for name in names if name not in _PLAIN]


class BodyDecoder:
    """Decoder of one body to UTF-8, fed in pieces.

    Attributes:
        encoded: whether the body is compressed in a known way.
        broken: whether the compressed data is damaged; the data before the damage was returned.
    """

    def __init__(self, encoding: str = "", *, guess: bool = True) -> None:
        """`guess` tries codecs without a signature if no header names one."""
        self._encoding = encoding
        names = names_of(encoding)
        self._first = _Layer(names, 0, guess=guess)
        self._transcoder = Transcoder()
        self._held = b""

    @property
    def encoded(self) -> bool:
        return self._first.encoded

    @property
    def broken(self) -> bool:
        return self._first.broken

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Decode more bytes, in pieces, so that a compression bomb never expands at once.

        `encoded` is reliable once this returns. Iterating raises ServiceError for damaged data,
        after the pieces before the damage.
        """
        if not self._first.decided:
            self._held += data
        self._first.add_bytes(data)
        if self._first.decided and not self._first.encoded:
            self._held = b""
        return self._decoded()

    def _decoded(self) -> Iterator[bytes]:
        before = self._first.broken
        for piece in self._first.pieces():
            yield from self._transcoder.feed(piece)
        if self._first.broken and not before:
            raise connection_errors.unreadable_encoding(self._encoding)

    def end(self) -> Iterator[bytes]:
        """Decode the data held back until the end. Iterating raises ServiceError like `feed`."""
        self._first.add_bytes(b"", last=True)
        return self._ended()

    def _ended(self) -> Iterator[bytes]:
        yield from self._decoded()
        yield from self._transcoder.end()

    def take_held(self) -> bytes:
        """Return, once, the bytes held back until it was clear that the body is compressed."""
        held, self._held = self._held, b""
        return held


class _Layer:
    """One layer of compression, detected by its first bytes; plain data passes unchanged.

    A codec is accepted once it has returned something. Several members or frames in a row are
    joined; other data after the last one is left out.
    """

    def __init__(self, names: list[str], depth: int, *, guess: bool) -> None:
        self.encoded = False
        self.decided = depth >= _MOST_LAYERS
        self._names = names
        self._guess = guess
        self._opening = b""
        self._input = b""
        self._last = False
        self._over = False
        self._damaged = False
        self._codec: Codec | None = None
        self._output: Iterator[bytes] = iter(())
        self._depth = depth
        self._inner: _Layer | None = None

    @property
    def broken(self) -> bool:
        return self._damaged or (self._inner is not None and self._inner.broken)

    def add_bytes(self, data: bytes, *, last: bool = False) -> None:
        """Take more bytes, and detect their encoding as soon as possible."""
        self._last = last
        if self.decided:
            self._input += data
            return
        self._opening += data
        if self._codec is not None:
            self._prove(data)
            return
        codec, plain = self._detected()
        if codec is not None:
            self._codec = codec()
            self._prove(self._opening)
        elif plain:
            self._take_as_plain()

    def _take_as_plain(self) -> None:
        self.decided, self._codec = True, None
        self._input, self._opening = self._opening, b""

    def pieces(self) -> Iterator[bytes]:
        """The decoded form of the bytes taken."""
        if not self.encoded:
            data, self._input = self._input, b""
            if data:
                yield data
            return
        inner = self._inner = self._inner or _Layer(self._names, self._depth + 1, guess=False)
        try:
            for piece in self._decoded():
                inner.add_bytes(piece)
                yield from inner.pieces()
        except CodecError:
            self._damaged = True
        if self._last:
            inner.add_bytes(b"", last=True)
            yield from inner.pieces()

    def _decoded(self) -> Iterator[bytes]:
        yield from self._output
        self._output = iter(())
        data, self._input = self._input, b""
        while not self._damaged and not self._over:
            if self._codec is None:
                # There may be zeros between members, and any data after the last one.
                data = data.lstrip(b"\0")
                if (following := _by_signature(data, zlib=True)) is None:
                    self._input = data if len(data) < _SIGNED else b""
                    self._over = len(data) >= _SIGNED
                    return
                self._codec = following()
            if data:
                yield from self._codec.feed(data, _PIECE)
            if not self._codec.over:
                return
            data, self._codec = self._codec.rest, None

    def _detected(self) -> tuple[type[Codec] | None, bool]:
        """The codec to try, and whether the data is certainly plain."""
        opening, last = self._opening, self._last
        if len(opening) < _SIGNED and not last:
            return None, False
        if (kind := _by_signature(opening, zlib=bool(self._names))) is not None:
            return kind, False
        known = is_any_picture(opening[:_ENOUGH]) or is_text(opening[:_ENOUGH])
        if len(opening) < _ENOUGH and not last:
            # Too short to be certain: more bytes are needed, unless it can only be plain text.
            return None, known and not self._names and opening.isascii()
        if not known:
            for unsigned, named in self._candidates():
                if _is_plausible(unsigned, opening, named=named):
                    return unsigned, False
        return None, known or last or len(opening) >= _MOST_HELD

    def _candidates(self) -> list[tuple[type[Codec], bool]]:
        """Codecs without a signature, those that the header names first."""
        named = [one for name in reversed(self._names) for one in _NAMED.get(name, ())]
        others = _UNSIGNED if self._names or self._guess else ()
        return [(one, one in named) for one in dict.fromkeys([*named, *others])]

    def _prove(self, data: bytes) -> None:
        """Feed a codec that has returned nothing yet; without success the data is plain."""
        failed = False
        while self._codec is not None:
            if self._codec.over:
                # An empty member, or a frame to be skipped.
                data = self._codec.rest = (self._codec.rest + data).lstrip(b"\0")
                if len(data) < _SIGNED and not self._last:
                    return
                following = _by_signature(data, zlib=True)
                self._codec = following() if following is not None else None
                continue
            output = self._codec.feed(data, _PIECE)
            try:
                if (first := next(output, None)) is not None:
                    self._output = itertools.chain((first,), output)
                    self.encoded = self.decided = True
                    self._opening = b""
                    return
            except CodecError:
                failed = True
                break
            if not _is_over(self._codec):
                break
            data = b""
        if failed or self._codec is None or self._last or len(self._opening) > _MOST_UNPROVEN:
            self._take_as_plain()


def _is_over(codec: Codec) -> bool:
    return codec.over


def _by_signature(head: bytes, *, zlib: bool) -> type[Codec] | None:
    """The codec whose signature a layer begins with; `zlib` also accepts rare zlib headers."""
    if head.startswith(_GZIP):
        return GzipCodec
    if head.startswith(_ZSTD) or _ZSTD_SKIPPED.match(head):
        return ZstdCodec
    if len(head) > 1 and head[0] & 0x0F == 8 and int.from_bytes(head[:2], "big") % 31 == 0:
        usual = head[0] == 0x78 and not is_text(head[:_ENOUGH])
        return ZlibCodec if usual or (zlib and not is_text(head[:_ENOUGH])) else None
    return None


def _is_plausible(kind: type[Codec], opening: bytes, *, named: bool) -> bool:
    """Whether a codec decodes these bytes to a plausible start of an answer.

    Any text is plausible if the header names the codec.
    """
    codec, found = kind(), bytearray()
    # Only the first bytes must be valid: the rest may be damaged.
    with contextlib.suppress(CodecError):
        for piece in codec.feed(opening, _MOST_HELD):
            found += piece
            if len(found) >= _ENOUGH:
                break
    head = bytes(found[:_ENOUGH])
    if len(head) < (_LEAST_NAMED if named else _LEAST_GUESSED) and not (named and codec.over):
        return False
    if begins_answer(head) or (named and is_text(head)):
        return True
    return is_any_picture(head) or _by_signature(head, zlib=False) is not None


def decoded(source: Iterable[bytes], encoding: str, most: int) -> Iterator[bytes]:
    """Decode the pieces of a body, as far as possible; at most `most` bytes.

    Yields nothing for a body that is not compressed in a known way. Iterating raises ServiceError
    for damaged data, after the pieces before the damage, and for more than `most` bytes.
    """
    decoder = BodyDecoder(encoding)
    size = 0
    for data in itertools.chain(source, (None,)):
        for piece in decoder.end() if data is None else decoder.feed(data):
            size += len(piece)
            if size > most:
                raise connection_errors.too_long(most)
            if decoder.encoded:
                yield piece
