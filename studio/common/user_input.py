"""Files, addresses and texts given by the user.

A path may lead to a pipe, a device, a folder, or a missing, endless or unreadable file. All paths
given by the user are opened here: checked first, opened without blocking, checked again, and read
up to a limit. `tests/common/test_user_input.py` finds code that bypasses this module. Calls with a
path block.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import errno
import os
import re
import stat
import sys
import unicodedata
from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from urllib.parse import unquote_to_bytes

from studio.common.errors import InputError
from studio.common.i18n import _, number
from studio.common.paths import of_user

MOST_PICTURE = 1 << 30
"""Limit of a picture file in bytes."""

MOST_REFERENCE = 256 << 20
"""Limit of a reference in bytes."""

MOST_TEXT = 4 << 20
"""Limit of a text in bytes, far above that of any model."""

MOST_DATA = 96 << 20
"""Limit of a data: address in characters."""

_BLOCK = 1 << 20
_LONG = 300  # characters; longer names are shortened in messages

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Byte order marks and their encodings; longer marks first."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")
_DRIVE = re.compile(r"/?[A-Za-z]:[/\\]")
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Bidirectional control characters."""


class Unusable(InputError):
    """An unusable argument.

    Attributes:
        name: its name for display.
        reason: a sentence without the name.
    """

    def __init__(self, name: str | Path, reason: str, *, hint: str = "") -> None:
        shown = shown_name(name)
        super().__init__(_("{name} cannot be used").format(name=shown), reason, hint=hint)
        self.name = shown
        self.reason = reason


class NotText(ValueError):
    """Bytes that are not text; the message is the reason."""


# Names


def valid(text: str) -> str:
    """The text with replacement characters for unpaired surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        # Surrogate pairs are combined.
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def shown_name(name: str | Path) -> str:
    """A valid and short name for messages."""
    text = valid(str(name))
    return text if len(text) <= _LONG else f"{text[: _LONG // 2]}…{text[-_LONG // 4 :]}"


def one_line(text: str) -> str:
    """A name to store with a picture: valid, one line, without bidirectional controls."""
    kept = (
        " " if unicodedata.category(sign) in ("Cc", "Zl", "Zp") else sign
        for sign in valid(text)
        if sign not in _TURNING
    )
    return "".join(kept).strip()


def is_address(word: str) -> bool:
    """Whether this is a URL (`file:`, `https:`, `data:`) rather than a path."""
    found = _SCHEME.match(word)
    if found is None:
        return False
    return found[1].casefold() in ("file", "data") or word.startswith("://", found.end() - 1)


def path_of(word: str, *, look: bool = True) -> Path:
    """The path of an argument: a path, in which `~` is expanded, or a `file:` URL.

    With `look`, the disk is checked for files with names like URLs, or with unescaped URLs.
    Raises Unusable for other URLs.
    """
    if not is_address(word) or (look and os.path.lexists(word)):
        return of_user(word)
    scheme, _colon, rest = word.partition(":")
    if scheme.casefold() != "file":
        raise _elsewhere(word, scheme.casefold())
    if rest.startswith("//"):
        host, slash, rest = rest[2:].partition("/")
        rest = slash + rest
        if host.casefold() not in ("", "localhost", "127.0.0.1"):
            if sys.platform == "win32":
                return Path(f"//{host}{_unquoted(rest)}")
            raise Unusable(
                word,
                _("This file is on another computer, {host}.").format(host=shown_name(host)),
                hint=_("Copy it to this computer first."),
            )
    if not rest.startswith("/") and not (sys.platform == "win32" and _DRIVE.match(rest)):
        raise Unusable(word, _("This address does not point to a file."))
    plain = _unquoted(rest)
    if look and plain != rest and os.path.lexists(rest) and not os.path.lexists(plain):
        # The URL was not escaped.
        plain = rest
    return Path(plain.lstrip("/") if sys.platform == "win32" and _DRIVE.match(plain) else plain)


def _unquoted(text: str) -> str:
    return os.fsdecode(unquote_to_bytes(os.fsencode(text)))


def _elsewhere(word: str, scheme: str) -> Unusable:
    if scheme in ("http", "https", "ftp"):
        return Unusable(
            word,
            _("Gridbrush does not download web addresses."),
            hint=_("Save the picture and use the file, or copy the picture itself."),
        )
    if scheme == "data":
        return Unusable(word[:40], _("This is a picture in a data: address, not a file."))
    return Unusable(
        word,
        _("Files at {scheme} addresses are not supported.").format(scheme=shown_name(scheme)),
        hint=_("Copy it to this computer first."),
    )


def word_of(path: Path) -> str:
    """An absolute path as valid text; the inverse of `path_of`."""
    text = str(path)
    return text if valid(text) == text else path.as_uri()


# Files


def stat_file(path: Path, *, most: int | None = None) -> os.stat_result:
    """`stat` of a regular file. Raises Unusable for anything else."""
    try:
        about = path.stat()
    except (OSError, ValueError) as error:
        raise unusable(path, error) from error
    _check(path, about, most)
    return about


def is_folder(path: Path) -> bool:
    """Whether this is a folder, or a link to one; False for anything that cannot be reached."""
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def opened(path: Path, *, most: int | None = None) -> FileIO:
    """Open a regular file for reading, without blocking. Raises Unusable."""
    # Opening a device may have side effects.
    stat_file(path, most=most)
    flags = os.O_RDONLY
    for name in ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, name, 0)
    try:
        handle = os.open(path, flags)
    except (OSError, ValueError) as error:
        raise unusable(path, error) from error
    try:
        # The file may have been replaced since the check.
        _check(path, os.fstat(handle), most)
        return FileIO(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def blocks(file: FileIO, path: Path, *, most: int) -> Iterator[bytes]:
    """Content of a file in pieces. Raises Unusable for more than `most` bytes, and for errors.

    The reported size is ignored: some files grow, and those of /proc have size 0.
    """
    left = most
    while True:
        try:
            piece = file.read(min(_BLOCK, left + 1))
        except OSError as error:
            raise unusable(path, error) from error
        if piece is None:
            raise Unusable(path, _("This file cannot be read at the moment."))
        if not piece:
            return
        left -= len(piece)
        if left < 0:
            raise _too_large(path, most)
        yield piece


def head(path: Path, number: int = 1024) -> bytes:
    """The first bytes of a file. Raises Unusable."""
    with opened(path) as file:
        try:
            return file.read(number) or b""
        except OSError as error:
            raise unusable(path, error) from error


def read(path: Path, *, most: int) -> bytes:
    """The bytes of a file. Raises Unusable, also if it is empty."""
    with opened(path, most=most) as file:
        data = b"".join(blocks(file, path, most=most))
    if not data:
        raise _empty(path)
    return data


def text(path: Path, *, most: int = MOST_TEXT) -> str:
    """The text of a file. Raises Unusable."""
    data = read(path, most=most)
    try:
        return decoded(data)
    except NotText as error:
        raise Unusable(path, str(error), hint=_("Save it as UTF-8, then try again.")) from error


def unusable(path: Path, error: OSError | ValueError) -> Unusable:
    """Convert an error of reading a file to Unusable."""
    number = getattr(error, "errno", None)
    if number in (errno.ENOENT, errno.ENOTDIR):
        if path.is_symlink():
            return Unusable(path, _("This link points to a missing file."))
        return Unusable(path, _("File not found."), hint=_("Check the name."))
    if number == errno.ELOOP:
        return Unusable(path, _("This link points back to itself."))
    if number in (errno.EACCES, errno.EPERM):
        return Unusable(
            path,
            _("You have no permission to read it."),
            hint=_("Change its permissions, or copy it."),
        )
    if number in (errno.ENXIO, errno.ENODEV, errno.EOPNOTSUPP):
        return Unusable(path, _("This is not a file."))
    if number in (errno.EAGAIN, errno.EWOULDBLOCK):
        return Unusable(path, _("This file cannot be read at the moment."))
    if number == errno.ENAMETOOLONG:
        return Unusable(path, _("This name is too long for a file."))
    if isinstance(error, OSError):
        reason = error.strerror or str(error)
        return Unusable(path, _("It cannot be read: {reason}.").format(reason=reason))
    return Unusable(path, _("This is not a file name."))


def _check(path: Path, about: os.stat_result, most: int | None) -> None:
    if not stat.S_ISREG(about.st_mode):
        raise Unusable(path, what_is(about.st_mode))
    if most is not None and about.st_size > most:
        raise _too_large(path, most)


def what_is(mode: int) -> str:
    """Sentence about a file that is not regular."""
    if stat.S_ISDIR(mode):
        return _("This is a folder, not a file.")
    if stat.S_ISFIFO(mode):
        return _("This is a pipe, not a file.")
    if stat.S_ISSOCK(mode):
        return _("This is a socket, not a file.")
    if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
        return _("This is a device, not a file.")
    return _("This is not a file.")


def _empty(path: Path) -> Unusable:
    return Unusable(path, _("This file is empty."))


def _too_large(path: Path, most: int) -> Unusable:
    return Unusable(
        path, _("This file is larger than {limit} MB.").format(limit=number(most >> 20))
    )


# Text


def decoded(data: bytes) -> str:
    """Decode by byte order mark, else as UTF-8, and normalize line endings. Raises NotText."""
    mark, name = next(((m, n) for m, n in _MARKS if data.startswith(m)), (b"", "utf-8"))
    try:
        found = data[len(mark) :].decode(name)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise NotText(
            _("This is not valid UTF-8 text from line {line} on.").format(line=line)
            if name == "utf-8"
            # Translators: {name} is an encoding such as UTF-16.
            # Translators: {name} is an encoding such as UTF-16.
            else _("This is not valid {name} text.").format(name=name.upper())
        ) from error
    if "\0" in found:
        # UTF-16 without a mark, or binary data.
        raise NotText(_("This is not valid UTF-8 text."))
    return found.replace("\r\n", "\n").replace("\r", "\n")


# Pictures in data: URLs


def is_data(address: str) -> bool:
    """Whether this is a data: URL, which contains a picture (`data:image/png;base64,…`)."""
    return address[:11].casefold() == "data:image/"


def picture_in(address: str) -> bytes:
    """The bytes of a picture in a data: URL. Raises Unusable."""
    if len(address) > MOST_DATA:
        raise Unusable(
            address[:30],
            _("This picture is larger than {limit} MB.").format(limit=number(MOST_DATA >> 20)),
        )
    about, comma, body = address.partition(",")
    data = b""
    if comma:
        plain = unquote_to_bytes("".join(body.split()))
        if about.casefold().replace(" ", "").endswith(";base64"):
            try:
                plain = plain.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
                data = base64.b64decode(plain + b"=" * (-len(plain) % 4), validate=True)
            except (binascii.Error, ValueError):
                data = b""
        else:
            data = plain
    if not data:
        raise Unusable(
            address[:30],
            _("The picture in this address is damaged or incomplete."),
            hint=_("Copy the picture itself, or save it and use the file."),
        )
    return data
