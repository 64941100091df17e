"""Bars and tables in a terminal. The only module that imports rich, and itself imported late."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

from rich import box
from rich.console import Console
from rich.progress import (
    DownloadColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from studio.common.terminal import bare, harmless


def _console(*, results: bool = False) -> Console:
    """On standard error, or where results go; what is drawn must be harmless already."""
    return Console(file=bare(sys.stdout if results else sys.stderr))


@contextlib.contextmanager
def progress(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar; what it gives is called with what is done."""
    # No stream is redirected: what is said meanwhile goes through the door like everything else.
    with Progress(
        console=_console(), transient=True, redirect_stdout=False, redirect_stderr=False
    ) as bar:
        task = bar.add_task(harmless(title, lines=False), total=total)
        yield lambda done: bar.update(task, completed=done)


def table(rows: list[tuple[str, ...]], *, headings: tuple[str, ...]) -> None:
    """Columns for a person."""
    shown = Table(*headings, box=box.SIMPLE_HEAD)
    for row in rows:
        shown.add_row(*(Text(cell) for cell in row))
    _console(results=True).print(shown)


def received() -> Progress:
    """A bar for each answer that arrives."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        DownloadColumn(),
        TimeElapsedColumn(),
        console=_console(),
        transient=True,
        # Results go where they were sent, and no path is folded at the terminal's edge.
        redirect_stdout=False,
        redirect_stderr=False,
    )
