"""Live rows and tables in a terminal, measured in its cells.

All texts are sanitized here. Rows are drawn on the thread of the event loop; their numbers may be
set from any thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import sys
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, NamedTuple

from studio.common.i18n import _, number
from studio.common.terminal import bare, harmless

if sys.platform == "win32":
    import ctypes
    import msvcrt

_PERIOD = 0.1
"""Seconds between two drawings."""

_BAR = 30
"""Maximum width of a bar in cells."""

_LEAST = 8
"""Minimum width of a wrapped column in cells, so that an id stays in one piece."""

_ENDS = "\x1b[K\n"
"""Sequence that erases to the end of the line and begins the next."""

_REST = "\x1b[J"
"""Sequence that erases to the end of the screen."""

_OBEY = 4
"""ENABLE_VIRTUAL_TERMINAL_PROCESSING of SetConsoleMode."""


class _Signs(NamedTuple):
    """Characters that bars and rules are drawn with."""

    turning: str
    full: str
    empty: str
    rule: str
    more: str


_FINE = _Signs("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏", "━", "╌", "─", "…")
_PLAIN = _Signs("|/-\\", "#", ".", "-", "~")
"""Characters for encodings that lack the others."""


def cells(text: str) -> int:
    """Width of sanitized text in cells; never less than a terminal uses for it."""
    return len(text) if text.isascii() else sum(map(_cells_of, text))


def _cells_of(sign: str) -> int:
    # The variation selector makes some characters wide in some terminals.
    if sign != "\ufe0f" and unicodedata.category(sign) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


def _fitting(text: str, room: int) -> int:
    """Number of leading characters that fit into this many cells."""
    sums = itertools.accumulate(map(_cells_of, text))
    return next((at for at, taken in enumerate(sums) if taken > room), len(text))


def shortened(text: str, room: int, more: str = _FINE.more) -> str:
    """The text shortened to this many cells, with a mark where it was cut."""
    if cells(text) <= room:
        return text
    return text[: _fitting(text, room - 1)] + more if room > 0 else ""


def wrapped(text: str, room: int) -> list[str]:
    """The text in lines of this many cells, broken between words where possible."""
    lines = []
    while cells(text) > room:
        fits = max(1, _fitting(text, room))
        space = text.rfind(" ", 1, fits + 1)
        at = space if space > 0 else fits
        lines.append(text[:at].rstrip())
        text = text[at:].lstrip()
    return [*lines, text]


def table_lines(
    rows: Iterable[Sequence[str]], headings: Sequence[str], room: int, rule: str = _FINE.rule
) -> Iterator[str]:
    """Aligned columns under their headings; the widest are wrapped if space is short."""
    cut = [[harmless(cell, lines=False) for cell in row] for row in (headings, *rows)]
    widths = [max(map(cells, column)) for column in zip(*cut, strict=True)]
    while sum(widths) + 2 * (len(widths) - 1) > room and max(widths) > _LEAST:
        widths[widths.index(max(widths))] -= 1
    for index, row in enumerate(cut):
        parts = (wrapped(cell, width) for cell, width in zip(row, widths, strict=True))
        for line in itertools.zip_longest(*parts, fillvalue=""):
            padded = (
                part + " " * (width - cells(part)) for part, width in zip(line, widths, strict=True)
            )
            yield "  ".join(padded).rstrip()
        if not index:
            yield "  ".join(rule * width for width in widths).rstrip()


def table(rows: Iterable[Sequence[str]], headings: Sequence[str]) -> Iterator[str]:
    """Lines of a table for standard output."""
    stream = bare(sys.stdout)
    return table_lines(rows, headings, terminal_size(stream)[0], _signs(stream).rule)


@dataclass
class Row:
    """One live row.

    Attributes:
        done: progress in the unit of `total`; bytes without a total.
    """

    text: str
    total: int | None = None
    done: int = 0
    started: float = field(default_factory=time.monotonic)

    def line(self, room: int, now: float, signs: _Signs = _FINE) -> str:
        """The row in this many cells: progress or bytes received, and the elapsed time.

        Args:
            now: `time.monotonic()`.
        """
        past = max(0.0, now - self.started)
        if self.total is None:
            megabytes = _("{size} MB").format(size=number(self.done / 1e6, 1))
            head = signs.turning[int(past / _PERIOD) % len(signs.turning)] + " "
            tail = f"  {megabytes}  {_clock(past)}"
        else:
            part = min(1.0, self.done / self.total) if self.total > 0 else 0.0
            left = _clock(past * (1 - part) / part) if part else "-:--:--"
            full = int(part * _BAR)
            drawn = signs.full * full + signs.empty * (_BAR - full)
            percent = _("{percent} %").format(percent=number(100 * part).rjust(3))
            head, tail = "", f" {percent}  {left}"
            # The bar is shortened first, then the text.
            if len(drawn) + len(tail) + 12 <= room:
                tail = f"  {drawn}{tail}"
        text = shortened(self.text, room - len(head) - len(tail), signs.more)
        return shortened(head + text + tail, room, signs.more)


class LiveRows:
    """Rows at the end of a terminal, redrawn until they are erased.

    Bypasses the guard of standard error: the texts are already sanitized, and the control sequences
    are its own.
    """

    def __init__(self, period: float = _PERIOD) -> None:
        """`period` is the time in seconds between two drawings."""
        self._period = period
        self._stream = bare(sys.stderr)
        self._rows: list[Row] = []
        self._drawn = 0
        self._next: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """Start drawing. Needs a running loop."""
        self._loop = asyncio.get_running_loop()
        self.draw()

    def stop(self) -> None:
        """Stop drawing and erase the rows."""
        self._loop = None
        if self._next is not None:
            self._next.cancel()
        self._write("")

    def add(self, text: str, total: int | None = None) -> Row:
        """Add a row, which the caller updates."""
        # With the stream's replacements for unsupported characters, so that widths are right.
        encoding = _encoding(self._stream)
        words = harmless(text, lines=False).encode(encoding, "backslashreplace").decode(encoding)
        row = Row(words, total)
        self._rows.append(row)
        self.draw()
        return row

    def remove(self, row: Row) -> None:
        """Remove a row."""
        self._rows = [one for one in self._rows if one is not row]
        self.draw()

    @contextlib.contextmanager
    def out_of_the_way(self) -> Iterator[None]:
        """Hide the rows during the block, for other output."""
        self._write("")
        try:
            yield
        finally:
            self.draw()

    def draw(self) -> None:
        """Draw all rows now, and again after the period."""
        if self._loop is None:
            return
        if self._next is not None:
            self._next.cancel()
        self._next = self._loop.call_later(self._period, self.draw)
        columns, lines = terminal_size(self._stream)
        signs, now = _signs(self._stream), time.monotonic()
        # A line that fills the last cell would wrap in some terminals.
        shown = [row.line(columns - 1, now, signs) for row in self._rows]
        if (most := max(1, lines - 2)) < len(shown):
            shown[most - 1 :] = [f"+ {len(shown) - most + 1}"]
        self._write("".join(line + _ENDS for line in shown), len(shown))

    def _write(self, text: str, rows: int = 0) -> None:
        """Replace the drawn rows."""
        back = f"\x1b[{self._drawn}A" if self._drawn else ""
        if not (back or text):
            return
        self._drawn = rows
        # A closed terminal must not stop the work.
        with contextlib.suppress(OSError):
            self._stream.write(f"\r{back}{text}{_REST}")
            self._stream.flush()


@contextlib.contextmanager
def progress(title: str, total: int, *, period: float = _PERIOD) -> Iterator[Callable[[int], None]]:
    """A progress bar; yields the function to update it, for any thread.

    `period` is the time in seconds between two drawings.
    """
    rows = LiveRows(period)
    rows.start()
    try:
        row = rows.add(title, total)

        def update(done: int) -> None:
            row.done = done

        yield update
    finally:
        rows.stop()


def can_draw() -> bool:
    """Whether standard error is a terminal that supports cursor movement."""
    if not sys.stderr.isatty():
        return False
    if sys.platform == "win32":
        # On Windows this has to be enabled once for each console.
        console, mode = ctypes.windll.kernel32, ctypes.c_uint()
        handle = msvcrt.get_osfhandle(sys.stderr.fileno())
        return bool(
            console.GetConsoleMode(handle, ctypes.byref(mode))
            and console.SetConsoleMode(handle, mode.value | _OBEY)
        )
    else:
        return os.environ.get("TERM") != "dumb"


def terminal_size(stream: IO[str]) -> tuple[int, int]:
    """Columns and lines of a terminal; COLUMNS and LINES take precedence, as usual."""
    columns, lines = 0, 0
    # Not every stream has a descriptor, nor every terminal a size.
    with contextlib.suppress(OSError, ValueError):
        columns, lines = os.get_terminal_size(stream.fileno())
    return _set_to("COLUMNS") or columns or 80, _set_to("LINES") or lines or 24


def _set_to(name: str) -> int:
    said = os.environ.get(name, "")
    return int(said) if said.isdecimal() else 0


def _encoding(stream: IO[str]) -> str:
    return getattr(stream, "encoding", None) or "utf-8"


def _signs(stream: IO[str]) -> _Signs:
    try:
        "".join(_FINE).encode(_encoding(stream))
    except UnicodeEncodeError:
        return _PLAIN
    return _FINE


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(min(seconds, 359_999)), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"
