"""What the command line prints."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

_lost: list[OSError] = []


def prepare() -> None:
    """Let no letter end a command that the terminal's encoding does not have."""
    _lost.clear()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def lost() -> OSError | None:
    """Why results did not get to where they were sent; None when they did or nobody listened."""
    return _lost[0] if _lost else None


def harmless(text: str, *, lines: bool = True) -> str:
    """The text without what a terminal would obey: control signs, and those that turn reading.

    Prompts, file names and a service's words are text like any other, and nothing more. Without
    `lines` line ends and tabs are spaces.
    """
    kept = "\n\t" if lines else ""
    return "".join(
        sign
        if sign.isprintable() or sign in kept or sign in _JOINERS
        else " "
        if sign.isspace()
        else "\N{REPLACEMENT CHARACTER}"
        for sign in text
    )


_JOINERS = "\u200c\u200d"
"""Parts of words and of emoji in many scripts."""


def say(text: str) -> None:
    """A result, on standard output; what is under way is not ended by a reader who left."""
    try:
        sys.stdout.write((harmless(text) if sys.stdout.isatty() else text) + "\n")
        sys.stdout.flush()
    except OSError as error:
        # From now on, and for what is still in the buffer, it goes nowhere.
        with contextlib.suppress(OSError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
            os.close(nowhere)
        if not isinstance(error, BrokenPipeError):
            _lost.append(error)


def say_json(value: Any) -> None:
    """One JSON object on a line of standard output, in any encoding."""
    try:
        text = msgspec.json.encode(value).decode()
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(msgspec.to_builtins(value))
    say(text)


def complain(*sentences: str) -> None:
    """What is not a result, on standard error."""
    with contextlib.suppress(OSError):
        text = "\n".join(sentence for sentence in sentences if sentence)
        print(harmless(text), file=sys.stderr, flush=True)


@contextlib.contextmanager
def progress(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar in a terminal, nothing elsewhere; what it gives is called with what is done."""
    if not sys.stderr.isatty():
        yield lambda _done: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=total)
        yield lambda done: bar.update(task, completed=done)


def table(rows: list[tuple[str, ...]], *, headings: tuple[str, ...]) -> None:
    """Columns for a person, tab-separated lines for a pipe."""
    rows = [tuple(harmless(cell, lines=False) for cell in row) for row in rows]
    if not sys.stdout.isatty():
        for row in rows:
            say("\t".join(row))
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(*headings, box=box.SIMPLE_HEAD)
    for row in rows:
        shown.add_row(*(Text(cell) for cell in row))
    Console().print(shown)
