"""Standard input: reading text up to a limit, without delaying the end of the program."""

from __future__ import annotations

import os
import sys
from functools import partial

from studio.common import user_input
from studio.common.errors import InputError
from studio.common.i18n import _, number
from studio.common.serial_executor import run_detached

_BLOCK = 1 << 16


async def text() -> str:
    """All of standard input. Raises InputError for invalid or too long text."""
    return _decoded(await _read(line=False))


async def line() -> str:
    """The first line of standard input. Raises InputError for invalid text."""
    return _decoded(await _read(line=True)).partition("\n")[0]


def _decoded(data: bytes) -> str:
    try:
        return user_input.decoded(data)
    except user_input.NotText as error:
        raise InputError(
            _("Standard input is not text"),
            str(error),
            hint=_("Use UTF-8, or UTF-16 with a byte order mark. Nothing was sent."),
        ) from error


async def _read(*, line: bool) -> bytes:
    """Bytes of standard input, read by a daemon thread."""
    # Executors are joined at exit, but this read may wait for the user.
    came = run_detached("standard input", partial(_bytes, line=line))
    try:
        return await came
    except OSError as error:
        raise InputError(
            _("Standard input cannot be read"), f"{error.strerror or error}."
        ) from error


def _bytes(*, line: bool) -> bytes:
    if sys.stdin is None:
        return b""
    if sys.platform == "win32" and sys.stdin.isatty():
        # A Windows console has characters, not bytes.
        return (sys.stdin.readline() if line else sys.stdin.read()).encode("utf-8", "replace")
    # Unbuffered, because the lock of the buffer would stay with the thread.
    handle, found = sys.stdin.fileno(), bytearray()
    while piece := os.read(handle, _BLOCK):
        found += piece
        if len(found) > user_input.MOST_TEXT:
            raise InputError(
                _("Standard input is too long"),
                _("It is larger than {limit} MB.").format(limit=number(user_input.MOST_TEXT >> 20)),
            )
        if line and b"\n" in piece:
            break
    return bytes(found)
