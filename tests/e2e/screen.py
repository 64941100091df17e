"""Widgets on the screen, found by role and accessible name; and waiting for them."""

from __future__ import annotations

import json
import os
import select
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tests.desktop.session import Session

HANG = float(os.environ.get("GRIDBRUSH_TEST_HANG", "60"))
"""Seconds after which a condition that does not come true is a program that hangs."""

POLL = 0.03
"""Seconds from one look to the next, at first."""

LONGEST_POLL = 0.5
"""And at last: each look at a window takes as much of the program's time as of the test's."""

Found = TypeVar("Found")


def wait_until(
    condition: Callable[[], Found], *, hang: float = HANG, what: str | Callable[[], str] = ""
) -> Found:
    """Ask again and again until the answer is true, and return it.

    What takes long is looked at less often. Raises AssertionError after `hang` seconds; `what`
    says what was waited for.
    """
    limit = time.monotonic() + hang
    pause = POLL
    while True:
        if answer := condition():
            return answer
        if time.monotonic() > limit:
            said = what if isinstance(what, str) else what()
            raise AssertionError(f"did not happen within {hang:g} s: {said or condition}")
        time.sleep(pause)
        pause = min(pause * 1.25, LONGEST_POLL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """Something in a window, as it was when it was looked at.

    Attributes:
        role: by its name on the bus: "button", "list item".
        extents: x, y, width, height on the screen, None for what has no place.
        text: what a text holds, None for what is none.

    One that was found `briefly` has a role, a name, a description and states, nothing else.
    """

    number: int
    role: str
    name: str
    description: str
    children: int
    states: frozenset[str]
    extents: tuple[int, int, int, int] | None
    text: str | None
    value: float | None
    actions: tuple[str, ...]

    @property
    def middle(self) -> tuple[int, int]:
        """The point to click at."""
        assert self.extents is not None, f"{self.name} has no place"
        x, y, width, height = self.extents
        return x + width // 2, y + height // 2


class Reader:
    """The process beside the tests that reads windows over AT-SPI."""

    def __init__(self, session: Session) -> None:
        command: list[str | Path] = ["/usr/bin/python3", Path(__file__).with_name("reader.py")]
        pipe = subprocess.PIPE
        # The system's Python must find its own packages only.
        environ = {"PYTHONPATH": ""}
        self._process = session.start(command, stdin=pipe, stdout=pipe, env=environ)

    def ask(self, do: str, **asked: Any) -> dict[str, Any]:
        """Send a request and wait for its answer. Raises AssertionError where it failed."""
        reading, writing = self._process.stdout, self._process.stdin
        assert reading is not None
        assert writing is not None
        writing.write(json.dumps({"do": do, **asked}).encode() + b"\n")
        writing.flush()
        ready, _, _ = select.select([reading], [], [], HANG)
        assert ready, f"no answer to {do} {asked} within {HANG:g} s"
        answer: dict[str, Any] = json.loads(reading.readline() or b'{"error": "the reader ended"}')
        assert "error" not in answer, f"{do} {asked}: {answer['error']}"
        return answer

    def find(self, **asked: Any) -> list[Thing]:
        """Everything that fits what is asked for; `reader.find` says what can be."""
        return [_thing(found) for found in self.ask("find", **asked)["found"]]

    def look(self, thing: Thing) -> Thing | None:
        """A thing as it is now; None when it is gone."""
        found = self.ask("look", id=thing.number)["found"]
        return _thing(found[0]) if found else None

    def child(self, thing: Thing, place: int) -> Thing:
        """One child; a negative place counts from the end."""
        (found,) = self.ask("child", id=thing.number, place=place)["found"]
        return _thing(found)

    def press(self, thing: Thing, action: str = "Press") -> None:
        """Do an action of a thing without mouse or keyboard."""
        self.ask("act", id=thing.number, action=action)

    def focus(self, thing: Thing) -> None:
        """Give a thing the keyboard."""
        self.ask("focus", id=thing.number)

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(60)


class Ear:
    """The process beside the tests that hears what windows tell a screen reader."""

    def __init__(self, session: Session) -> None:
        command: list[str | Path] = ["/usr/bin/python3", Path(__file__).with_name("ear.py")]
        environ = {"PYTHONPATH": ""}
        self._process = session.start(command, stdout=subprocess.PIPE, env=environ)
        self._rest = b""
        self._heard: list[dict[str, Any]] = []
        wait_until(lambda: self.heard("listening"), what="somebody who listens")

    def heard(self, kind: str) -> list[str]:
        """The words of all events of a kind since the last `clear`."""
        pipe = self._process.stdout
        assert pipe is not None
        while select.select([pipe], [], [], 0)[0]:
            part = os.read(pipe.fileno(), 65536)
            assert part, "the listener ended"
            *lines, self._rest = (self._rest + part).split(b"\n")
            self._heard += [json.loads(line) for line in lines]
        return [one["words"] for one in self._heard if one["kind"] == kind]

    def wait_for(self, kind: str, words: str) -> None:
        """Wait until an event of a kind has these words in it."""
        wait_until(
            lambda: any(words in one for one in self.heard(kind)),
            what=lambda: f"{words!r}, among {self.heard(kind)}",
        )

    def clear(self) -> None:
        """Forget what was heard."""
        self.heard("")
        self._heard.clear()

    def close(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.wait(60)


def _thing(found: dict[str, Any]) -> Thing:
    return Thing(
        number=found["id"],
        role=found["role"],
        name=found["name"],
        description=found["description"],
        children=found.get("children", 0),
        states=frozenset(found["states"]),
        extents=tuple(found["extents"]) if "extents" in found else None,
        text=found.get("text"),
        value=found.get("value"),
        actions=tuple(found.get("actions", ())),
    )
