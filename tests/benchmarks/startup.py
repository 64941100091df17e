"""Start-up: process start to a usable window, timed from outside on a real display.

Gridbrush opens a library of twenty pictures. It counts as started when the first row of tiles
stands on the screen as it will stay, and a character typed at the prompt has appeared. The peer is
a bare PySide6 window of the same size, which counts as started when its ground is painted. The two
alternate, so that a slow moment of the machine meets both.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.bare_window import COLOUR
from tests.benchmarks.display import Screen
from tests.benchmarks.frame import Measure, Result
from tests.desktop.session import Session

RUNS = 11
PICTURES = 20
WIDTH, HEIGHT = 1440, 900
MOST_TIMES, MOST_MORE, MOST_MEMORY = 3.2, 0.45, 2.7
PEER = "a bare PySide6 window"

_EDGE = 4
"""Lines of the tiles that are looked at until they are as they stay."""

_LETTER = (260, 755, 13, 26)
"""Where the first letter of the prompt stands: x, y, width, height."""

_HANG = 60.0

_SETTLE = 2.0
"""Seconds both are left alone before their memory is read, or their picture is taken as it stays:
no sign on the screen says that nothing more will be painted."""

_PROMPTS = (
    "Lighthouse at dusk", "City skyline at night", "Pine forest in morning mist",
    "Geometric pattern, Bauhaus", "Sea of paper waves, red sun",
)  # fmt: skip


class Start:
    """One started process."""

    def __init__(self, session: Session, command: list[str]) -> None:
        self.began = time.monotonic()
        self._process = session.start(command)

    def memory(self) -> float:
        """Proportional memory of the process and all its children, MB."""
        return memory_of(self._process.pid)

    def end(self) -> None:
        """End the process as a session manager would."""
        self._process.terminate()
        self._process.wait(_HANG)


def memory_of(pid: int) -> float:
    """Proportional memory of a process and all its children, MB. Raises ValueError for none."""
    return measured_memory(sum(_pss(one) for one in _family(pid)))


def measured_memory(kilobytes: float) -> float:
    """The same in MB; a process that is gone has none, and that is no measurement."""
    if kilobytes <= 0:
        raise ValueError("no process to read the memory of")
    return kilobytes / 1000


def _family(pid: int) -> list[int]:
    found = [pid]
    for child in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [one for text in child.read_text().split() for one in _family(int(text))]
    return found


def _pss(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0


def _make_library(home: Path) -> None:
    for number in range(PICTURES):
        prompt = _PROMPTS[number % len(_PROMPTS)]
        subprocess.run(
            [sys.executable, "-m", "studio", "--home", str(home), "generate", prompt,
             "--model", "sketch", "--size", "512", "--seed", str(number)],
            check=True, capture_output=True, timeout=_HANG,
        )  # fmt: skip


class StartedGridbrush:
    """Gridbrush on the display: where its first tiles and its prompt are, as they stay."""

    def __init__(self, session: Session, screen: Screen, home: Path) -> None:
        self._session, self._screen = session, screen
        self._command = [sys.executable, "-m", "studio", "--home", str(home)]
        # The first start makes the thumbnails, the second shows what a start settles to.
        for _time in range(2):
            start = Start(session, self._command)
            time.sleep(4 * _SETTLE)
            self._settled = self._tiles()
            session.run(["xdotool", "key", "m"])
            time.sleep(_SETTLE)
            self._letter = self._prompt()
            session.run(["xdotool", "key", "BackSpace"])
            time.sleep(_SETTLE)
            assert self._prompt() != self._letter, "the prompt takes no letter"
            start.end()

    def _tiles(self, height: int = 130) -> bytes:
        return self._screen.grab(240, 100, 620, height)

    def _there(self) -> bool:
        # The upper edge first: a look at all of it keeps the display busy.
        edge = self._tiles(_EDGE)
        return self._settled.startswith(edge) and self._tiles() == self._settled

    def _prompt(self) -> bytes:
        """The first letter of the prompt, without the caret that blinks behind it."""
        return self._screen.grab(*_LETTER)

    def start(self) -> tuple[float, float, float]:
        """Seconds to the first tiles, seconds to a typed character, MB."""
        start = Start(self._session, self._command)
        try:
            shown = self._screen.wait(self._there, "first tiles")
            self._session.run(["xdotool", "key", "m"])
            typed = self._screen.wait(lambda: self._prompt() == self._letter, "a typed character")
            time.sleep(_SETTLE)
            return shown - start.began, typed - start.began, start.memory()
        finally:
            # What was typed must not be there at the next start.
            self._session.run(["xdotool", "key", "BackSpace"])
            time.sleep(_SETTLE / 2)
            start.end()


def _bare(session: Session, screen: Screen) -> tuple[float, float]:
    start = Start(session, [sys.executable, "-m", "tests.benchmarks.bare_window"])
    wanted = bytes.fromhex(COLOUR[1:])
    pixel = bytes((wanted[2], wanted[1], wanted[0]))
    try:
        x, y = WIDTH // 2, HEIGHT // 2
        shown = screen.wait(lambda: screen.grab(x, y, 1, 1)[:3] == pixel, "a bare window")
        time.sleep(_SETTLE)
        return shown - start.began, start.memory()
    finally:
        start.end()


def run() -> Iterator[Result]:
    """Measure it."""
    with tempfile.TemporaryDirectory() as folder, Session(Path(folder) / "session") as session:
        display = session.start_display(f"{WIDTH}x{HEIGHT}")
        home = Path(folder) / "home"
        _make_library(home)
        screen = Screen(display)
        ours = StartedGridbrush(session, screen, home)
        mine, theirs = [], []
        for _run in range(RUNS):
            theirs.append(_bare(session, screen))
            mine.append(ours.start())
    shown, typed, memory = (statistics.median(one) for one in zip(*mine, strict=True))
    bare, bare_memory = (statistics.median(one) for one in zip(*theirs, strict=True))
    print(f"startup: first tiles after {shown:.3f} s, a typed character after {typed:.3f} s")
    yield Measure(
        name="startup.time",
        value=round(typed, 3),
        unit="s",
        peer=PEER,
        peer_value=round(bare, 3),
        ratio=round(typed / bare, 3),
        goal=f"at most {MOST_TIMES} times and {MOST_MORE} s more",
        holds=typed <= MOST_TIMES * bare and typed - bare <= MOST_MORE,
    )
    yield Measure(
        name="startup.memory",
        value=round(memory, 1),
        unit="MB",
        peer=PEER,
        peer_value=round(bare_memory, 1),
        ratio=round(memory / bare_memory, 3),
        goal=f"at most {MOST_MEMORY} times",
        holds=memory <= MOST_MEMORY * bare_memory,
    )
