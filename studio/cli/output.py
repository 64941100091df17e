"""Output of the command line."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from studio.cli import drawing
from studio.common.terminal import bare, escaped, guard, harmless

_lost: list[OSError] = []


def prepare() -> None:
    """Wrap the standard streams, and replace characters that the encoding lacks."""
    _lost.clear()
    for stream in (bare(sys.stdout), bare(sys.stderr)):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    guard()


def lost() -> OSError | None:
    """The error that prevented writing results; None on success, or if the pipe was closed."""
    return _lost[0] if _lost else None


def print_result(text: str) -> None:
    """Print a result on standard output; ignores a closed pipe."""
    try:
        sys.stdout.write(harmless(text) + "\n")
        sys.stdout.flush()
    except OSError as error:
        # Discards the buffer and all further output.
        with contextlib.suppress(OSError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
            os.close(nowhere)
        if not isinstance(error, BrokenPipeError):
            _lost.append(error)


def say_json(value: Any) -> None:
    """Print one JSON object on a line of standard output, in any encoding."""
    try:
        text = escaped(msgspec.json.encode(value).decode())
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(msgspec.to_builtins(value))
    print_result(text)


@contextlib.contextmanager
def progress(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """A progress bar, if in a terminal; yields the function to update it."""
    if not drawing.can_draw():
        yield lambda _done: None
        return
    with drawing.progress(title, total) as update:
        yield update


def table(rows: list[tuple[str, ...]], *, headings: tuple[str, ...]) -> None:
    """Print aligned columns to a terminal, tab-separated lines to a pipe."""
    if sys.stdout.isatty():
        print_result("\n".join(drawing.table(rows, headings)))
        return
    for row in rows:
        print_result("\t".join(harmless(cell, lines=False) for cell in row))
