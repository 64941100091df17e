"""What the command line prints."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from studio.common.terminal import bare, escaped, guard, harmless

if TYPE_CHECKING:
    from rich.console import Console

_lost: list[OSError] = []


def prepare() -> None:
    """Write harmless text only, and let no letter end a command that the encoding does not have."""
    _lost.clear()
    for stream in (bare(sys.stdout), bare(sys.stderr)):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    guard()


def lost() -> OSError | None:
    """Why results did not get to where they were sent; None when they did or nobody listened."""
    return _lost[0] if _lost else None


def say(text: str) -> None:
    """A result, on standard output; what is under way is not ended by a reader who left."""
    try:
        sys.stdout.write(harmless(text) + "\n")
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
        text = escaped(msgspec.json.encode(value).decode())
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(msgspec.to_builtins(value))
    say(text)


def complain(*sentences: str) -> None:
    """What is not a result, on standard error."""
    with contextlib.suppress(OSError):
        text = "\n".join(sentence for sentence in sentences if sentence)
        sys.stderr.write(harmless(text) + "\n")
        sys.stderr.flush()


def ask(question: str) -> None:
    """A question to whoever sits at the terminal."""
    with contextlib.suppress(OSError):
        sys.stderr.write(harmless(question))
        sys.stderr.flush()


def console(*, results: bool = False) -> Console:
    """What draws bars on standard error, or a table of results; its words are made harmless."""
    from rich.console import Console

    return Console(file=bare(sys.stdout if results else sys.stderr))


@contextlib.contextmanager
def progress(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar in a terminal, nothing elsewhere; what it gives is called with what is done."""
    if not sys.stderr.isatty():
        yield lambda _done: None
        return
    from rich.progress import Progress

    # No stream is redirected: what is said meanwhile goes through the door like everything else.
    with Progress(
        console=console(), transient=True, redirect_stdout=False, redirect_stderr=False
    ) as bar:
        task = bar.add_task(harmless(title, lines=False), total=total)
        yield lambda done: bar.update(task, completed=done)


def table(rows: list[tuple[str, ...]], *, headings: tuple[str, ...]) -> None:
    """Columns for a person, tab-separated lines for a pipe."""
    rows = [tuple(harmless(cell, lines=False) for cell in row) for row in rows]
    if not sys.stdout.isatty():
        for row in rows:
            say("\t".join(row))
        return
    from rich import box
    from rich.table import Table
    from rich.text import Text

    shown = Table(*headings, box=box.SIMPLE_HEAD)
    for row in rows:
        shown.add_row(*(Text(cell) for cell in row))
    console(results=True).print(shown)
