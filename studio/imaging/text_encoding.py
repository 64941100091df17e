"""Decoding of texts in pictures, whose encoding is found by mark, signature or plausibility.

Programs write UTF-8 where a specification requires Latin-1, and UTF-16 in either order after the
same signature. See Exif 2.32, section 4.6.5 (UserComment), and the PNG specification, 11.3.3.
"""

from __future__ import annotations

import codecs
import unicodedata
from typing import Final

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Byte order marks; UTF-32 comes before UTF-16, because their marks begin alike."""

_LOOKED_AT: Final = 2000
"""Number of characters examined to detect an encoding."""

_UNLIKELY: Final = {"Cc": -4.0, "Cn": -6.0, "Co": -4.0, "Cs": -6.0}
"""Score of categories rare in text: control, unassigned, private and surrogate characters."""

_LEGACY: Final = ("gb2312", "shift_jis", "euc_kr", "iso8859-5", "iso8859-7", "cp1255", "cp1256")
"""Encodings with few characters, all of them in common use."""

_COMMON_BLOCKS: Final = ((0x1F300, 0x1FAFF), (0x0900, 0x0E7F), (0x2000, 0x206F))


def decoded(data: bytes) -> str:
    """Decode by byte order mark, else as UTF-16 (by its zero bytes), UTF-8, CP1252 or Latin-1."""
    if (marked := _by_mark(data)) is not None:
        return marked
    if b"\0" in data.rstrip(b"\0") and (order := _order_of_zeros(data)):
        return _words(data, "utf-16-le" if order == "<" else "utf-16-be")
    for name in ("utf-8", "cp1252"):
        try:
            return data.decode(name).strip("\0")
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1").strip("\0")


def user_comment(data: bytes, *, order: str) -> str:
    """Exif's UserComment, whose first eight bytes name the encoding, often wrongly.

    `order` is the byte order of the block, "<" or ">", used if nothing else determines the order.
    """
    sign, words = data[:8].upper(), data[8:]
    if sign.startswith(b"UNICODE"):
        return wide(words, order=order)
    if sign.startswith(b"ASCII") or sign in (bytes(8), b" " * 8):
        return decoded(words)
    if sign.startswith(b"JIS\0"):
        return _japanese(words)
    return decoded(data)


def wide(data: bytes, *, order: str) -> str:
    """Decode supposed UTF-16: the most plausible of both byte orders and UTF-8."""
    if (marked := _by_mark(data)) is not None:
        return marked
    found = _order_of_zeros(data)
    if not found:
        first = "utf-16-le" if order == "<" else "utf-16-be"
        second = "utf-16-be" if order == "<" else "utf-16-le"
        # In a tie, the byte order of the specification wins.
        return max((_words(data, name) for name in (first, second, "utf-8")), key=_likelihood)
    return _words(data, "utf-16-le" if found == "<" else "utf-16-be")


def _by_mark(data: bytes) -> str | None:
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _words(data[len(mark) :], name)
    return None


def _words(data: bytes, name: str) -> str:
    if name != "utf-8":
        # Drop an incomplete character at the end.
        data = data[: len(data) // 2 * 2]
    return data.decode(name, "replace").strip("\0")


def _order_of_zeros(data: bytes) -> str:
    """Byte order of UTF-16, by the zero bytes of Latin letters; "" if there are few."""
    data = data[: 2 * _LOOKED_AT]
    while data.endswith(b"\0\0\0"):
        data = data[:-2]
    high, low = data[::2].count(0), data[1::2].count(0)
    most = max(high, low)
    if most * 8 < len(data) // 2 or min(high, low) * 2 > most:
        return ""
    return ">" if high > low else "<"


def _japanese(data: bytes) -> str:
    for name in ("iso2022_jp", "utf-8", "shift_jis", "euc_jp"):
        try:
            return data.decode(name).strip("\0")
        except UnicodeDecodeError:
            continue
    return decoded(data)


def _likelihood(words: str) -> float:
    """Average plausibility of the characters of a text."""
    signs = words[:_LOOKED_AT]
    return sum(map(_commonness, signs)) / max(1, len(signs))


def _commonness(sign: str) -> float:
    code = ord(sign)
    if sign == "\ufffd":
        return -8.0
    if 0x20 <= code < 0x7F or sign in "\n\r\t":
        return 1.0
    if (cost := _UNLIKELY.get(unicodedata.category(sign))) is not None:
        return cost
    if 0xA0 <= code < 0x180 or any(low <= code <= high for low, high in _COMMON_BLOCKS):
        return 0.8
    for name in _LEGACY:
        try:
            sign.encode(name)
        except UnicodeEncodeError:
            continue
        return 1.0
    return 0.1 if code < 0x10000 else 0.6
