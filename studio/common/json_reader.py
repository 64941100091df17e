"""The one door for JSON that somebody wrote earlier: files, lines of the log, messages of a socket.

Nothing read here is trusted. What is too long, too deep or no JSON, has numbers nobody can count
with, bytes that are no text or values of another kind than asked for is `NotUnderstood`, whatever
the decoder beneath calls it. What is no plain file (a folder, a pipe that nobody writes to) is not
opened at all. The readers of a service's answers are not here: they take JSON in pieces and
forgive its faults (providers/gemini). `tests/common/test_json_reader.py` finds whoever goes around.
"""

from __future__ import annotations

import errno
import json
import os
import re
import stat
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import IO, Any, Generic, TypeVar, cast

import msgspec

T = TypeVar("T")

LONGEST = 64 << 20
"""Most bytes of a file that is read as one value."""

DEEPEST = 100
"""Most brackets within each other; no file of this program has twenty."""

MOST = 2**63
"""What whole numbers stay below: a database has no larger ones, and no count here comes near."""

_SHALLOW = 4
_BOM = b"\xef\xbb\xbf"
_ESCAPE = re.compile(rb"\\.", re.DOTALL)
_STRING = re.compile(rb'"[^"]*"?')
_NO_BRACKET = bytes(sign for sign in range(256) if sign not in b"[]{}")
_ID = re.compile(r"[0-9A-Za-z_-]{1,64}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_USUAL_PATH = re.compile(r"\d{4}-\d\d/\w[^/\\\0-\x1f\x7f]{0,200}", re.ASCII)
_ODD_PATH = re.compile(r"[\\\0-\x1f\x7f]")


class NotUnderstood(ValueError):
    """Bytes that are not what they should be: what is wrong, in a few words for the log."""


class JsonReader(Generic[T]):
    """Reads one kind of value again and again."""

    def __init__(self, kind: Any) -> None:
        self._decode = msgspec.json.Decoder(kind).decode

    def decode(self, data: bytes) -> T:
        """The value. Raises NotUnderstood."""
        data = data.removeprefix(_BOM)
        # Nearly all have so few brackets that they cannot be deep.
        if data.count(b"[") + data.count(b"{") > DEEPEST and _is_deep(data):
            raise NotUnderstood("brackets within brackets")
        try:
            return cast("T", self._decode(data))
        except (ValueError, OverflowError, RecursionError, MemoryError) as error:
            raise NotUnderstood(str(error) or type(error).__name__) from None


def _is_deep(data: bytes) -> bool:
    signs = _STRING.sub(b"", _ESCAPE.sub(b"", data)).translate(None, _NO_BRACKET)
    for _level in range(_SHALLOW):
        # Most of it is gone after a few rounds, however many there are of them.
        signs = signs.replace(b"[]", b"").replace(b"{}", b"")
    steps = (1 if sign in b"[{" else -1 for sign in signs)
    return max(accumulate(steps), default=0) > DEEPEST - _SHALLOW


@cache
def _reader(kind: Any) -> JsonReader[Any]:
    return JsonReader(kind)


def decode(data: bytes, kind: type[T]) -> T:
    """The value of this kind that the bytes hold. Raises NotUnderstood."""
    return cast("T", _reader(cast("Any", kind)).decode(data))


def plain(data: bytes | str) -> Any:
    """Whatever JSON it is, as dicts, lists, words and numbers. Raises NotUnderstood."""
    try:
        return _reader(Any).decode(data.encode() if isinstance(data, str) else data)
    except UnicodeError as error:
        raise NotUnderstood(str(error)) from None


def forgiving(text: str | bytes) -> Any:
    """The same for what other programs wrote, which know numbers that JSON has not (NaN).

    Names of files may have signs in them that are none, as Python reads them from a disk.
    """
    body = text.encode("utf-8", "replace") if isinstance(text, str) else text
    if len(body) > LONGEST or _is_deep(body):
        raise NotUnderstood("too long or too deep")
    try:
        return json.loads(body, parse_constant=_no_number)
    except (ValueError, OverflowError, RecursionError, MemoryError) as error:
        raise NotUnderstood(str(error) or type(error).__name__) from None


def _no_number(_name: str) -> None:
    return None


def convert(value: Any, kind: type[T]) -> T:
    """A value of this kind, made of what `plain` gave. Raises NotUnderstood."""
    try:
        return msgspec.convert(value, kind)
    except (ValueError, OverflowError, RecursionError, MemoryError) as error:
        raise NotUnderstood(str(error) or type(error).__name__) from None


def read(path: Path, *, limit: int = LONGEST) -> bytes:
    """The bytes of a plain file of at most `limit`. Raises OSError, NotUnderstood."""
    about = path.stat()
    if stat.S_ISDIR(about.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(about.st_mode):
        raise NotUnderstood("no plain file")
    if about.st_size > limit:
        raise NotUnderstood(f"{about.st_size} bytes, more than any this program writes")
    return path.read_bytes()


def bytes_of(file: IO[bytes], *, limit: int = LONGEST) -> bytes:
    """The rest of a file that is open, at most `limit` bytes. Raises OSError, NotUnderstood."""
    data = file.read(limit + 1)
    if len(data) > limit:
        raise NotUnderstood("more bytes than any this program writes")
    return data


def read_value(file: IO[bytes], kind: type[T], *, limit: int = LONGEST) -> T:
    """The value of this kind that an open file holds. Raises OSError, NotUnderstood."""
    return decode(bytes_of(file, limit=limit), kind)


def load(path: Path, kind: type[T], *, limit: int = LONGEST) -> T:
    """The value of this kind that a file holds. Raises OSError, NotUnderstood."""
    return decode(read(path, limit=limit), kind)


def encode(value: Any) -> bytes:
    """The JSON of a value, also with numbers in it that only Python can count with."""
    try:
        return msgspec.json.encode(value)
    except OverflowError:
        return json.dumps(msgspec.to_builtins(value), ensure_ascii=False).encode()


def merge_into_file(path: Path, body: bytes) -> bytes:
    """`body` as the file is to have it: with what it has already and this version does not know.

    A file that cannot be read, or makes no sense, has nothing to keep.
    """
    try:
        before = plain(read(path))
    except (OSError, NotUnderstood):
        return body
    mine = plain(body)
    if not isinstance(before, dict) or not (more := before.keys() - mine.keys()):
        return body
    version = before.get("version")
    if type(version) is int and version > mine.get("version", version):
        more.add("version")
    return encode({**mine, **{name: before[name] for name in sorted(more)}})


# What words and numbers in such values may be


def is_id(text: str) -> bool:
    """Whether it may name a record, a picture, a job or a run: one word, never a path."""
    return _ID.fullmatch(text) is not None


def is_sha256(text: str) -> bool:
    """Whether it is a digest as this program writes them."""
    return _SHA256.fullmatch(text) is not None


def is_inside(path: str) -> bool:
    """Whether a relative path with forward slashes stays in the folder it is relative to."""
    if _USUAL_PATH.fullmatch(path):
        return True
    return (
        0 < len(path) <= 4096
        and _ODD_PATH.search(path) is None
        and all(part not in ("", ".", "..") for part in path.split("/"))
        and ":" not in path.split("/", 1)[0]
    )
