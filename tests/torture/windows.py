"""Ends the program with kill -9 while its window stands on a display of its own.

Every other one is in the middle of making pictures, as typed by a user or handed over by a command
line; the others are ended while they start. Whatever was whole in the journal then, and whatever
was shown, must be in the library after the next start.
"""

from __future__ import annotations

import contextlib
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from studio.generation.journal_entry import JournalEntry
from tests.desktop.session import Session, missing

ROOT = Path(__file__).parents[2]
_HANG = 60.0

Look = Callable[[Path], set[tuple[str, str]]]
"""What the next start finds, by id and hash; raises where anything is wrong."""


def _until(condition: Callable[[], object], what: str) -> None:
    limit = time.monotonic() + _HANG
    while not condition():
        assert time.monotonic() < limit, what
        time.sleep(0.02)


class _Window:
    """The program with its window, on the session's display."""

    def __init__(self, session: Session, home: Path) -> None:
        self._session = session
        self._home = home
        self.process = session.start(self._words())

    def _words(self, *more: str) -> list[str]:
        return [sys.executable, "-m", "studio", "--home", str(self._home), *more]

    def wait(self) -> None:
        """Until it stands there."""
        command = ["xdotool", "search", "--onlyvisible", "--pid", str(self.process.pid)]

        def there() -> bool:
            assert self.process.poll() is None, "the program ended instead of starting"
            return bool(self._session.run(command, check=False).stdout.strip())

        _until(there, "a window")

    def type(self, text: str) -> None:
        """Type into what has the keyboard, the prompt, and press Generate until it does."""
        before = _jobs(self._home)
        self._session.run(["xdotool", "type", "--delay", "5", text])

        def asked() -> bool:
            self._session.run(["xdotool", "key", "ctrl+Return"])
            return not _jobs(self._home) <= before

        _until(asked, "a job")

    def hand_over(self) -> subprocess.Popen[bytes]:
        """Have it make pictures for a command line, which says what it shows."""
        before = _jobs(self._home)
        words = self._words("generate", "Boat {a|b|c}", "--size", "512", "--json")
        command = self._session.start(words, stdout=subprocess.PIPE)
        _until(lambda: not _jobs(self._home) <= before, "a job")
        return command

    def kill(self) -> None:
        """End it as the power does."""
        self.process.kill()
        self.process.wait(_HANG)


def _jobs(home: Path) -> set[Path]:
    """Of this window and, never sent, of those before it."""
    return set((home / "library/.gridbrush/journal").glob("*/queued.json"))


def _whole(home: Path) -> set[str]:
    """Ids of the pictures whose answers stand whole in the journal."""
    marks = (home / "library/.gridbrush/journal").glob("*/whole.json")
    # What is called done has its picture, or has brought none; each answer here brings one.
    return {
        JournalEntry(mark.parent).picture_id(0) for mark in marks if mark.parent.suffix != ".done"
    }


def _shown(command: subprocess.Popen[bytes]) -> set[str]:
    out, _err = command.communicate(timeout=_HANG)
    lines = out.decode().splitlines()
    return {line.split('"id":"')[1][:36] for line in lines if '"event":"image"' in line}


def kill(folder: Path, number: int, look: Look) -> int:
    """Kill that many windows; how many were killed. Raises where anything is lost."""
    if absent := missing():
        raise RuntimeError(f"not installed: {', '.join(absent)}")
    folder.mkdir(parents=True)
    home = folder / "home"
    chance = random.Random(19)
    kept: set[tuple[str, str]] = set()
    made = 0
    with Session(folder / "session") as session:
        session.start_display()
        for count in range(number):
            window = _Window(session, home)
            command = None
            if count % 2:
                # While it starts.
                with contextlib.suppress(subprocess.TimeoutExpired):
                    code = window.process.wait(chance.uniform(0.1, 1.5))
                    raise AssertionError(f"a start ended by itself: {code}")
            else:
                window.wait()
                if count % 4 == 2:
                    command = window.hand_over()
                else:
                    window.type("Lamp at sea")
                with contextlib.suppress(subprocess.TimeoutExpired):
                    window.process.wait(chance.uniform(0.0, 2.0))
            window.kill()
            whole = _whole(home)
            shown = _shown(command) if command is not None else set()
            found = look(home)
            ids = {id for id, _sha in found}
            assert kept <= found, (count, kept - found)
            assert whole | shown <= ids, (count, (whole | shown) - ids)
            made += len(found) - len(kept)
            kept = found
        window = _Window(session, home)
        window.wait()
        window.process.terminate()
        code = window.process.wait(_HANG)
        assert code == 0, f"the last one ended with {code}"
    assert session.ended == [], session.ended
    assert made >= number // 4, f"only {made} pictures were made: the kills came too early"
    return number
