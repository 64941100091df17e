"""Rows and tables in a terminal, cell by cell."""

from __future__ import annotations

import asyncio
import contextlib
import io
import itertools
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.cli import drawing, output
from studio.cli.drawing import LiveRows, Row, cells, shortened, table_lines, wrapped
from studio.common.terminal import harmless
from tests.any_text import any_text
from tests.cli.test_terminal import ESCAPES, forbidden

CONTROLS = re.compile(r"\x1b\[(\d+A|K|J)|\r")
"""All that is drawn with: up, erase a line, erase the rest, back to its beginning."""

visible = any_text().map(lambda text: harmless(text, lines=False))


class Terminal(io.TextIOWrapper):
    """A terminal of so many cells that shows what was written.

    Attributes:
        writings: each write, as it came.
    """

    def __init__(self, encoding: str = "utf-8") -> None:
        super().__init__(io.BytesIO(), encoding=encoding, errors="backslashreplace")
        self.writings: list[str] = []

    def write(self, text: str) -> int:
        self.writings.append(text)
        text.encode(self.encoding, self.errors or "strict")
        return len(text)

    def isatty(self) -> bool:
        return True

    def screen(self) -> list[str]:
        """The lines on it, the one of the cursor included."""
        lines, at = [""], 0
        for part in re.split(r"(\x1b\[\d*[AKJ]|\r|\n)", "".join(self.writings)):
            if part == "\n":
                at += 1
                lines += [""] * (at + 1 - len(lines))
            elif part.endswith("A") and part.startswith("\x1b["):
                at -= int(part[2:-1])
                assert at >= 0, "above the beginning"
            elif part == "\x1b[J":
                del lines[at + 1 :]
                lines[at] = ""
            elif part and part not in ("\r", "\x1b[K"):
                lines[at] = part
        return lines


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """One of 60 columns and 8 lines, for `before`."""
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("LINES", "8")
    monkeypatch.setenv("TERM", "xterm")
    return Terminal()


@contextlib.contextmanager
def before(terminal: Terminal) -> Iterator[None]:
    """Both streams go to it."""
    with contextlib.redirect_stdout(terminal), contextlib.redirect_stderr(terminal):
        yield


def draw(terminal: Terminal, work: Callable[[], Any]) -> None:
    """Do it where a loop runs; nothing else happens meanwhile."""

    async def run() -> None:
        work()

    with before(terminal):
        asyncio.run(run())


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("fox", 3),
        ("灯塔", 4),
        ("e\u0301te\u0301", 3),
        ("ﾊﾝ", 2),
        ("Ｆ", 2),
        ("🦊", 2),
        ("a\u200db", 2),
        ("", 0),
    ],
)
def test_a_text_is_measured_in_the_cells_of_a_terminal(text: str, width: int) -> None:
    assert cells(text) == width


@settings(max_examples=200, deadline=None)
@given(visible, st.integers(0, 40))
def test_a_shortened_text_fits_and_says_that_it_is_short(text: str, room: int) -> None:
    short = shortened(text, room)
    assert cells(short) <= room
    assert short == text or not room or short.endswith("…")
    assert text.startswith(short.removesuffix("…"))


@settings(max_examples=200, deadline=None)
@given(visible, st.integers(2, 40))
def test_a_wrapped_text_fits_and_loses_only_space(text: str, room: int) -> None:
    lines = wrapped(text, room)
    assert max(map(cells, lines)) <= room
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_words_stay_together_where_they_can() -> None:
    assert wrapped("a fox in the snow", 9) == ["a fox in", "the snow"]
    assert wrapped("lighthouses", 4) == ["ligh", "thou", "ses"]


def test_a_table_is_aligned_by_what_is_seen() -> None:
    rows = [("1", "灯塔", "free"), ("22", "fox", "")]
    assert list(table_lines(rows, ("Id", "Name", "Price"), 80)) == [
        "Id  Name  Price",
        "──  ────  ─────",
        "1   灯塔  free",
        "22  fox",
    ]
    assert list(table_lines([], ("Id", "Name"), 80)) == ["Id  Name", "──  ────"]


def test_a_narrow_terminal_wraps_the_widest_column_and_loses_nothing() -> None:
    name = "a fox in the snow before a granite lighthouse"
    rows = [("1a2b3c4d", "2026-11-30 15:35", name)]
    lines = list(table_lines(rows, ("Id", "Created", "Name"), 40))
    assert max(map(cells, lines)) <= 40
    assert sorted(" ".join(lines[2:]).split()) == sorted(
        f"1a2b3c4d 2026-11-30 15:35 {name}".split()
    )
    # An id is never divided, however narrow it is.
    assert any("1a2b3c4d" in line for line in table_lines(rows, ("Id", "Created", "Name"), 1))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(any_text(), any_text()), max_size=4), st.integers(20, 60))
def test_no_cell_of_a_table_is_obeyed_or_leaves_its_place(
    rows: list[tuple[str, str]], room: int
) -> None:
    for line in table_lines(rows, ("A", "B"), room):
        assert forbidden(line) == []
        assert "\n" not in line
        assert cells(line) <= room


def test_a_table_is_for_a_terminal_and_tabs_are_for_a_pipe(
    terminal: Terminal,
) -> None:
    with before(terminal):
        output.table([("1", f"fox{ESCAPES}")], headings=("Id", "Name"))
    text = "".join(terminal.writings)
    assert text.startswith("Id  Name\n──  ────")
    assert forbidden(text) == []
    with contextlib.redirect_stdout(io.StringIO()) as pipe:
        output.table([("1", "a\tfox")], headings=("Id", "Name"))
    assert pipe.getvalue() == "1\ta fox\n"


def test_a_row_says_what_arrived_or_how_far_it_is_and_the_time() -> None:
    row = Row("Waves", None, 3_140_000, started=100.0)
    assert row.line(60, 114.0) == "⠋ Waves  3.1 MB  0:00:14"
    row = Row("Importing", 200, 50, started=100.0)
    line = row.line(70, 120.0)
    assert line.startswith("Importing  ━━━━━━━╌")
    assert line.endswith("  25 %  0:01:00")
    assert row.line(30, 120.0) == "Importing  25 %  0:01:00"
    assert "0 %  -:--:--" in Row("Importing", 0).line(60, 0.0)
    assert "100 %" in Row("Importing", 4, 9).line(60, 0.0)


@settings(max_examples=200, deadline=None)
@given(
    visible,
    st.none() | st.integers(0, 10**15),
    st.integers(0, 10**15),
    st.integers(0, 90),
    st.floats(0, 1e9),
)
def test_a_row_never_leaves_its_line(
    text: str, total: int | None, done: int, room: int, now: float
) -> None:
    row = Row(text, total, done, started=0.0)
    assert cells(row.line(room, now)) <= room


def test_rows_are_drawn_in_place_and_erased_at_the_end(terminal: Terminal) -> None:
    def work() -> None:
        rows = LiveRows()
        assert terminal.writings == []
        rows.start()
        one, two = rows.add("Waves"), rows.add("A fox")
        one.done = 2_000_000
        rows.draw()
        first, second, cursor = terminal.screen()
        assert "Waves  2.0 MB" in first
        assert "A fox  0.0 MB" in second
        assert cursor == ""
        rows.remove(one)
        assert [line.split("  ")[0][2:] for line in terminal.screen()] == ["A fox", ""]
        with rows.out_of_the_way():
            assert terminal.screen() == [""]
            terminal.write("waves.png\n")
        assert terminal.screen()[0] == "waves.png"
        assert "A fox" in terminal.screen()[1]
        rows.remove(two)
        rows.stop()
        assert terminal.screen() == ["waves.png", ""]
        written = len(terminal.writings)
        rows.remove(two)
        rows.stop()
        assert len(terminal.writings) == written

    draw(terminal, work)


def test_rows_move_while_nothing_is_reported(terminal: Terminal) -> None:
    async def run() -> None:
        with drawing.progress("Importing", 4, period=0.001) as update:
            await asyncio.to_thread(update, 2)
            written = len(terminal.writings)
            while len(terminal.writings) < written + 3:
                await asyncio.sleep(0)
            assert " 50 %" in terminal.screen()[0]

    with before(terminal):
        asyncio.run(run())
    assert terminal.screen() == [""]


def test_an_interrupted_command_leaves_no_row(terminal: Terminal) -> None:
    async def run() -> None:
        with output.progress("Importing", 4):
            raise KeyboardInterrupt

    with before(terminal), pytest.raises(KeyboardInterrupt):
        asyncio.run(run())
    assert terminal.writings
    assert terminal.screen() == [""]


def test_the_terminal_gets_nothing_but_positions_to_draw_at(terminal: Terminal) -> None:
    def work() -> None:
        rows = LiveRows()
        rows.start()
        rows.add(f"Waves {ESCAPES}").done = 5
        rows.add(f"Importing {ESCAPES}", 10)
        rows.draw()
        rows.stop()

    draw(terminal, work)
    text = "".join(terminal.writings)
    assert "Waves" in text
    assert "Importing" in text
    assert forbidden(CONTROLS.sub("", text)) == []


def test_more_rows_than_lines_are_counted(terminal: Terminal) -> None:
    def work() -> None:
        rows = LiveRows()
        rows.start()
        for number in range(12):
            rows.add(f"fox {number}")
        shown = terminal.screen()
        assert len(shown) == 7
        assert ["fox 4" in shown[4], shown[5]] == [True, "+ 7"]
        rows.stop()

    draw(terminal, work)
    assert terminal.screen() == [""]


@pytest.mark.parametrize("columns", ["1", "2", "9", "20"])
def test_a_line_is_never_as_wide_as_the_terminal(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)

    def work() -> None:
        rows = LiveRows()
        rows.start()
        rows.add("灯塔 at dusk, seen from the sea")
        rows.add("Importing", 10).done = 5
        rows.draw()
        assert all(cells(line) < int(columns) for line in terminal.screen())
        rows.stop()

    draw(terminal, work)


def test_an_encoding_without_the_signs_gets_others(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = Terminal("ascii")
    monkeypatch.setenv("COLUMNS", "60")

    def work() -> None:
        rows = LiveRows()
        rows.start()
        rows.add("灯塔 " * 9)
        rows.add("Importing", 2).done = 1
        rows.draw()
        first, second, _cursor = plain.screen()
        assert first.startswith("| \\u706f\\u5854 ")
        assert "~" in first
        assert "###..." in second
        assert all(line.isascii() and len(line) < 60 for line in plain.screen())
        rows.stop()

    draw(plain, work)
    with before(plain):
        output.table([("1", "fox")], headings=("Id", "Name"))
    assert plain.writings[-1].splitlines()[1] == "--  ----"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows asks its console, not TERM")
@pytest.mark.parametrize(("term", "drawn"), [("xterm", True), ("dumb", False)])
def test_a_terminal_that_cannot_go_back_gets_no_rows(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, term: str, *, drawn: bool
) -> None:
    monkeypatch.setenv("TERM", term)
    draw(terminal, _one_step)
    assert bool(terminal.writings) is drawn


def _one_step() -> None:
    with output.progress("Importing", 1) as update:
        update(1)


def test_nothing_is_drawn_into_a_pipe() -> None:
    with contextlib.redirect_stderr(io.StringIO()) as pipe:
        _one_step()
    assert pipe.getvalue() == ""


def test_a_closed_terminal_stops_no_work(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(_text: str) -> int:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(terminal, "write", write)
    draw(terminal, _one_step)


def test_the_size_is_that_of_the_terminal_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COLUMNS", "LINES"):
        monkeypatch.delenv(name, raising=False)
    sizes: Iterator[tuple[int, int]] = itertools.cycle([(132, 40), (0, 0)])
    monkeypatch.setattr(os, "get_terminal_size", lambda _handle: next(sizes))
    with Path(os.devnull).open(encoding="utf-8") as stream:
        assert drawing.terminal_size(stream) == (132, 40)
        assert drawing.terminal_size(stream) == (80, 24)
    assert drawing.terminal_size(io.StringIO()) == (80, 24)
