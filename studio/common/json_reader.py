"""Reading of untrusted JSON: files, lines of the log, messages of a socket.

JSON that is too long, too deep or invalid, or has values of an unexpected type, always raises
`NotUnderstood`. Only regular files are opened. Answers of services are read elsewhere
(providers/gemini), in pieces and more leniently. `tests/common/test_json_reader.py` finds code that
bypasses this module.
"""

from __future__ import annotations

import errno
import json
import math
import os
import re
import stat
from collections.abc import Callable, Collection
from functools import cache, cached_property, partial
from pathlib import Path
from typing import IO, Any, Generic, NoReturn, TypeVar, cast

import msgspec

from studio.common.foreign_json import DEEPEST, LONGEST, NotUnderstood, depth, is_deep

__all__ = [
    "LONGEST",
    "MOST",
    "JsonMistake",
    "JsonReader",
    "NotUnderstood",
    "bytes_of",
    "convert",
    "decode",
    "encode",
    "is_id",
    "is_inside",
    "is_sha256",
    "load",
    "merge_into_file",
    "plain",
    "read",
    "read_value",
    "strict",
]

T = TypeVar("T")

MOST = 2**63
"""Exclusive limit of integers, the same as the database's."""

_MOST_DIGITS = 20
_BOM = b"\xef\xbb\xbf"
_ID = re.compile(r"[0-9A-Za-z_-]{1,64}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_USUAL_PATH = re.compile(r"\d{4}-\d\d/\w[^/\\\0-\x1f\x7f]{0,200}", re.ASCII)
_ODD_PATH = re.compile(r"[\\\0-\x1f\x7f]")


class JsonReader(Generic[T]):
    """Reusable reader of values of one type."""

    def __init__(self, kind: Any) -> None:
        self._kind = kind

    @cached_property
    def _decode(self) -> Callable[[bytes], Any]:
        # Created at first use: this takes up to 3 ms, and the program's start needs few readers.
        return msgspec.json.Decoder(self._kind).decode

    def decode(self, data: bytes) -> T:
        """The value. Raises NotUnderstood."""
        data = data.removeprefix(_BOM)
        # A quick check first: most JSON has too few brackets to be deep.
        if data.count(b"[") + data.count(b"{") > DEEPEST and is_deep(data):
            raise NotUnderstood("nested too deeply")
        try:
            return cast("T", self._decode(data))
        except (ValueError, OverflowError, RecursionError, MemoryError) as error:
            raise NotUnderstood(str(error) or type(error).__name__) from None


@cache
def _reader(kind: Any) -> JsonReader[Any]:
    return JsonReader(kind)


def decode(data: bytes, kind: type[T]) -> T:
    """The value of this type, parsed from bytes. Raises NotUnderstood."""
    return cast("T", _reader(cast("Any", kind)).decode(data))


def plain(data: bytes | str) -> Any:
    """Any JSON as dicts, lists, strings and numbers. Raises NotUnderstood."""
    try:
        return _reader(Any).decode(data.encode() if isinstance(data, str) else data)
    except UnicodeError as error:
        raise NotUnderstood(str(error)) from None


class JsonMistake(NotUnderstood):
    """A mistake in JSON that a person wrote.

    Attributes:
        reason: "syntax", "duplicate", "number", "deep" or "text" (characters that cannot be sent).
        line, column: position, counted from 1; 0 if unknown.
        words: the text in question, such as a duplicate name; may be empty.
    """

    def __init__(self, reason: str, *, line: int = 0, column: int = 0, words: str = "") -> None:
        super().__init__(f"{reason} {line}:{column} {words}")
        self.reason, self.line, self.column, self.words = reason, line, column, words


_NUMBER = re.compile(r'"(?:\\.|[^"\\])*"|(NaN|-?Infinity|-?\d[\d.eE+-]*)', re.DOTALL)
"""Pattern of a string, or of a number outside of strings, including those of JavaScript."""


def strict(text: str, *, deepest: int) -> Any:
    """The value of JSON written by a person, without leniency. Raises JsonMistake.

    Refused: duplicate names, NaN and infinities, numbers too large for a service, more than
    `deepest` nested brackets, and unpaired surrogates.
    """
    try:
        value = json.loads(
            text,
            object_pairs_hook=_without_duplicates,
            parse_float=partial(_finite, text),
            parse_int=partial(_whole, text),
            parse_constant=partial(_refuse_number, text),
        )
        text_of = json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise JsonMistake("syntax", line=error.lineno, column=error.colno) from None
    except UnicodeError:
        raise JsonMistake("text") from None
    except RecursionError:
        raise JsonMistake("deep") from None
    if depth(text_of) > deepest:
        raise JsonMistake("deep")
    return value


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise JsonMistake("duplicate", words=name)
        found[name] = value
    return found


def _finite(text: str, digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _refuse_number(text, digits)


def _whole(text: str, digits: str) -> int:
    if len(digits) > _MOST_DIGITS or not -MOST <= int(digits) < MOST:
        _refuse_number(text, digits)
    return int(digits)


def _refuse_number(text: str, digits: str) -> NoReturn:
    place = next((one.start() for one in _NUMBER.finditer(text) if one[1] == digits), 0)
    line, column = text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place)
    raise JsonMistake("number", line=line, column=column, words=digits)


def convert(value: Any, kind: type[T]) -> T:
    """Convert a result of `plain` to a value of this type. Raises NotUnderstood."""
    try:
        return msgspec.convert(value, kind)
    except (ValueError, OverflowError, RecursionError, MemoryError) as error:
        raise NotUnderstood(str(error) or type(error).__name__) from None


def read(path: Path, *, limit: int = LONGEST) -> bytes:
    """The bytes of a regular file of at most `limit`. Raises OSError, NotUnderstood."""
    about = path.stat()
    if stat.S_ISDIR(about.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(about.st_mode):
        raise NotUnderstood("no plain file")
    if about.st_size > limit:
        raise NotUnderstood(f"{about.st_size} bytes, more than any this program writes")
    return path.read_bytes()


def bytes_of(file: IO[bytes], *, limit: int = LONGEST) -> bytes:
    """The rest of an open file of at most `limit` bytes. Raises OSError, NotUnderstood."""
    data = file.read(limit + 1)
    if len(data) > limit:
        raise NotUnderstood("more bytes than any this program writes")
    return data


def read_value(file: IO[bytes], kind: type[T]) -> T:
    """The value of this type in an open file. Raises OSError, NotUnderstood."""
    return decode(bytes_of(file), kind)


def load(path: Path, kind: type[T], *, limit: int = LONGEST) -> T:
    """The value of this type in a file. Raises OSError, NotUnderstood."""
    return decode(read(path, limit=limit), kind)


def encode(value: Any) -> bytes:
    """JSON of a value, including integers of any size."""
    try:
        return msgspec.json.encode(value)
    except OverflowError:
        return json.dumps(msgspec.to_builtins(value), ensure_ascii=False).encode()


def merge_into_file(path: Path, body: bytes, known: Collection[str] = ()) -> bytes:
    """`body` with the entries of an existing file that this version does not know.

    Known entries are those of `body`, and those named in `known`. An unreadable or invalid file is
    ignored.
    """
    try:
        before = plain(read(path))
    except (OSError, NotUnderstood):
        return body
    mine = plain(body)
    if not isinstance(before, dict) or not (more := before.keys() - mine.keys() - {*known}):
        return body
    version = before.get("version")
    if type(version) is int and version > mine.get("version", version):
        more.add("version")
    return encode({**mine, **{name: before[name] for name in sorted(more)}})


# Validation of strings


def is_id(text: str) -> bool:
    """Whether this may be an id: one word, never a path."""
    return _ID.fullmatch(text) is not None


def is_sha256(text: str) -> bool:
    """Whether this is a SHA-256 in lower-case hex digits."""
    return _SHA256.fullmatch(text) is not None


def is_inside(path: str) -> bool:
    """Whether a relative path with forward slashes stays in its folder."""
    if _USUAL_PATH.fullmatch(path):
        return True
    return (
        0 < len(path) <= 4096
        and _ODD_PATH.search(path) is None
        and all(part not in ("", ".", "..") for part in path.split("/"))
        and ":" not in path.split("/", 1)[0]
    )
