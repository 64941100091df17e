"""Folders that are renamed, deleted or replaced while a command waits for its paid answer.

Afterwards the answer is in the library, or kept where the command says; where a folder was renamed
it comes back before the next start, which then has the picture. The service is asked once.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from tests import canary
from tests.cli.program import CliProgram, Result, made
from tests.fake_service import FakeService, Reply, tiny_png
from tests.generation.harness import ANSWER

FOLDERS = (
    "library",
    "library/.gridbrush",
    "library/.gridbrush/journal",
    "library/.gridbrush/journal/*",
    "library/.gridbrush/records",
    "library/????-??",
    "data",
    "data/libraries",
    "data/libraries/*",
    "state",
    "config",
    "cache",
    ".",
)
"""Below the home; a star stands for the only one there."""

SHA256 = hashlib.sha256(tiny_png()).hexdigest()
BODY = json.dumps(ANSWER).encode()


@dataclass(frozen=True)
class Way:
    """What becomes of a folder.

    Attributes:
        backwards: undoes it before the next start; None where nothing can.
    """

    name: str
    act: Callable[[Path], object]
    backwards: Callable[[Path], object] | None = None


def _aside(folder: Path) -> Path:
    return folder.with_name(f"{folder.name} renamed")


def _return(folder: Path) -> None:
    """Give a folder its name again, in place of what the program made there meanwhile."""
    if _aside(folder).exists():
        if folder.exists():
            shutil.rmtree(folder) if folder.is_dir() else folder.unlink()
        _aside(folder).rename(folder)


def _replaced(folder: Path) -> None:
    folder.rename(_aside(folder))
    folder.write_text("a file")


WAYS = (
    Way("deleted", shutil.rmtree),
    Way("renamed", lambda folder: folder.rename(_aside(folder)), _return),
    Way("replaced by a file", _replaced, _return),
)


@dataclass(frozen=True)
class Outcome:
    """What one try came to.

    Attributes:
        there: where the picture or its raw answer is: "library", "kept", or "lost".
        printed: everything both commands wrote.
    """

    there: str
    code: int
    printed: str
    asked: int


def once(folder: Path, name: str, way: Way, *, arriving: bool) -> Outcome | None:
    """One command from whose feet a folder is taken; None where there is no such folder yet.

    `arriving`: half of the answer is there by then; else not a byte of it.
    """
    program = made(folder)
    painted = ("generate", "Before", "--provider", "sketch", "--model", "sketch")
    assert program(*painted).code == 0
    gate = threading.Event()
    temporary = folder / "tmp"
    temporary.mkdir()
    first = Reply(body=BODY, pieces=2, gate=gate) if arriving else Reply(body=BODY, wait=gate)
    with FakeService() as service:
        service.script(first)
        running = program.start(
            "generate", "A lamp", "--base-url", service.url, "--json",
            env={"GRIDBRUSH_API_KEY": canary.KEY, "TMPDIR": str(temporary)},
        )  # fmt: skip
        service.wait_for(1)
        if arriving:
            _wait_for_half(program.home)
        found = sorted(program.home.glob(name)) if name != "." else [program.home]
        taken = found[0] if found else None
        if taken is not None:
            way.act(taken)
        gate.set()
        out, err = running.communicate(timeout=120)
        asked = len(service.requests)
    if taken is None:
        return None
    first_run = Result(running.returncode, out, err)
    if way.backwards is not None and name != ".":
        way.backwards(taken)
    elif program.home.is_file():
        program.home.unlink()
    # The next command that writes brings in what was kept.
    second = program(*painted)
    third = program("library", "list", "--json")
    printed = f"{out}\n{err}\n-- next --\n{second.out}{second.err}{third.err}"
    there = "library" if _has(third, program) else "kept" if _kept(folder) else "lost"
    return Outcome(there, first_run.code, printed, asked)


def _wait_for_half(home: Path) -> None:
    end = time.monotonic() + 60
    while not any(body.stat().st_size for body in home.rglob("answer")):
        assert time.monotonic() < end, "nothing of the answer arrived"
        time.sleep(0.01)


def _has(listed: Result, program: CliProgram) -> bool:
    if listed.code != 0:
        return False
    return any(one.get("sha256") == SHA256 for one in listed.events)


def _kept(folder: Path) -> bool:
    return any(_holds(path) for path in folder.rglob("*") if path.is_file())


def _holds(path: Path) -> bool:
    data = path.read_bytes()
    return data == BODY or hashlib.sha256(data).hexdigest() == SHA256


def every(folder: Path) -> Iterator[tuple[str, Outcome]]:
    """Every folder in every way at both moments."""
    for number, (name, way, arriving) in enumerate(product(FOLDERS, WAYS, (False, True))):
        home = folder / str(number)
        home.mkdir(parents=True)
        outcome = once(home, name, way, arriving=arriving)
        if outcome is not None:
            yield f"{name} {way.name}, {'half arrived' if arriving else 'waiting'}", outcome
        shutil.rmtree(home)


def play(folder: Path, _number: int) -> int:
    """All of it, for `make torture`; how many tries there were."""
    count = 0
    for name, outcome in every(folder):
        assert outcome.there != "lost", f"{name}: {outcome.printed}"
        assert outcome.asked == 1, name
        assert "Traceback" not in outcome.printed, f"{name}: {outcome.printed}"
        count += 1
    return count
