"""Progress bars and tables in a terminal. The only module with rich, imported lazily."""

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
    """A console on standard error, or on standard output; texts must already be sanitized."""
    return Console(file=bare(sys.stdout if results else sys.stderr))


@contextlib.contextmanager
def progress(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """A progress bar; yields the function to update it."""
    # Streams are not redirected: other output stays wrapped by `terminal.guard`.
    with Progress(
        console=_console(), transient=True, redirect_stdout=False, redirect_stderr=False
    ) as bar:
        task = bar.add_task(harmless(title, lines=False), total=total)
        yield lambda done: bar.update(task, completed=done)


def table(rows: list[tuple[str, ...]], *, headings: tuple[str, ...]) -> None:
    """Print aligned columns."""
    shown = Table(*headings, box=box.SIMPLE_HEAD)
    for row in rows:
        shown.add_row(*(Text(cell) for cell in row))
    _console(results=True).print(shown)


def received() -> Progress:
    """Progress bars of answers being received."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        DownloadColumn(),
        TimeElapsedColumn(),
        console=_console(),
        transient=True,
        # Standard output is not redirected, and paths are not wrapped.
        redirect_stdout=False,
        redirect_stderr=False,
    )
