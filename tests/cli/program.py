"""Runs the real program as a user's shell would, in a minimal environment."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import canary
from tests.cli.forks import ForkedCommand
from tests.desktop.session import RUN

KEY = canary.KEY

ROOT = Path(__file__).parents[2]
HANG_SECONDS = 120
"""After which a command counts as hung; a limit, never a wait."""


@dataclass(frozen=True)
class Result:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def events(self) -> list[dict[str, Any]]:
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]

    def only(self, event: str) -> list[dict[str, Any]]:
        """The events of this name."""
        return [one for one in self.events if one["event"] == event]

    @property
    def order(self) -> list[str]:
        """Names of the events, repeated ones once."""
        names = [one["event"] for one in self.events]
        return [name for n, name in enumerate(names) if n == 0 or names[n - 1] != name]


@dataclass(frozen=True)
class CliProgram:
    """The program with a home of its own and an empty user's folder beside it."""

    home: Path
    user: Path

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """Only what a bare system gives, and `more`."""
        names = ("PATH", "SYSTEMROOT", RUN)
        kept = {name: os.environ[name] for name in names if name in os.environ}
        return {
            **kept,
            "HOME": str(self.user),
            "USERPROFILE": str(self.user),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "QT_QPA_PLATFORM": "offscreen",
            **(more or {}),
        }

    def command(self, *words: str | Path) -> list[str]:
        return [sys.executable, "-m", "studio", *self.arguments(*words)]

    def forked(self, *words: str | Path, home: bool = True) -> list[str]:
        """The command as a fork of a warm process where the test has one; `home`: with --home."""
        start = _warm or [sys.executable, "-m", "studio"]
        return [*start, *(self.arguments(*words) if home else map(str, words))]

    def arguments(self, *words: str | Path) -> list[str]:
        return ["--home", str(self.home), *map(str, words)]

    def __call__(
        self,
        *words: str | Path,
        stdin: str = "",
        env: Mapping[str, str] | None = None,
        command: list[str] | None = None,
    ) -> Result:
        """Run one command to its end, forked from a warm process where the test has one."""
        command = command or (self.forked(*words) if _forks(env) else self.command(*words))
        if _warm and command[: len(_warm)] == _warm:
            return self._run_fork(command[len(_warm) :], stdin.encode(), env)
        done = subprocess.run(
            command,
            input=stdin,
            env=self.environment(env),
            cwd=self.user.parent,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=HANG_SECONDS,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def _run_fork(
        self, words: Sequence[str], stdin: bytes, env: Mapping[str, str] | None
    ) -> Result:
        reads, writes = os.pipe()

        def give() -> None:
            with contextlib.suppress(BrokenPipeError), os.fdopen(writes, "wb") as given:
                given.write(stdin)

        running = self._fork(words, reads, env)
        os.close(reads)
        giving = threading.Thread(target=give, daemon=True)
        giving.start()
        try:
            out, err = running.communicate(HANG_SECONDS)
        except subprocess.TimeoutExpired:
            running.kill()
            raise
        giving.join(HANG_SECONDS)
        return Result(running.wait(), out, err)

    def _fork(
        self,
        words: Sequence[str],
        stdin: int,
        env: Mapping[str, str] | None,
        stdout: int | None = None,
        stderr: int | None = None,
    ) -> ForkedCommand:
        assert _warm is not None
        return ForkedCommand(
            _warm[-1], words,
            environ=self.environment(env), folder=self.user.parent, stdin=stdin, stdout=stdout,
            stderr=stderr,
        )  # fmt: skip

    def start_in(
        self, terminal: int, *words: str | Path, env: Mapping[str, str], piped: bool = False
    ) -> Started:
        """Start a command in a terminal and go on; `piped`: but for what it prints."""
        if _warm and _forks(env):
            streams = {"stderr": terminal} | ({} if piped else {"stdout": terminal})
            return self._fork(self.arguments(*words), terminal, env, **streams)
        return subprocess.Popen(
            self.command(*words),
            env=self.environment(env),
            stdin=terminal,
            stdout=subprocess.PIPE if piped else terminal,
            stderr=terminal,
            text=True,
            encoding="utf-8",
        )

    def start(self, *words: str | Path, env: Mapping[str, str] | None = None) -> Started:
        """Start a command, or the window, and go on; the caller ends it."""
        # A window loads Qt, which no process has that others are forked from.
        if words and _warm and _forks(env):
            nothing = os.open(os.devnull, os.O_RDONLY)
            try:
                return self._fork(self.arguments(*words), nothing, env)
            finally:
                os.close(nothing)
        return subprocess.Popen(
            self.command(*words),
            env=self.environment(env),
            cwd=self.user.parent,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    @property
    def settings(self) -> Path:
        return self.home / "config" / "settings.json"

    def write_settings(self, text: str) -> None:
        self.settings.parent.mkdir(parents=True, exist_ok=True)
        self.settings.write_text(text)

    def written(self) -> dict[Path, bytes]:
        """Every file under the home and the user's folder, with its bytes."""
        roots = (self.home, self.user)
        return {p: p.read_bytes() for root in roots for p in root.rglob("*") if p.is_file()}


Started = subprocess.Popen[str] | ForkedCommand
"""A command that runs."""

AT_START = ("PYTHON", "LANG", "LC_", "LD_", "MALLOC_")
"""How the names of variables begin that Python, or the system, looks at when a process starts."""


def _forks(env: Mapping[str, str] | None) -> bool:
    """Whether a fork with these variables is what a process is that starts with them."""
    return not any(one.startswith(AT_START) and one != "PYTHONIOENCODING" for one in env or {})


_warm: list[str] | None = None


@contextlib.contextmanager
def forker(folder: Path) -> Iterator[list[str]]:
    """Start a process that has imported the program; yields what forks a command from it.

    See `tests.cli.warm`.
    """
    with warm_server(folder, made(folder).environment()) as address:
        yield forker_at(address)


def forker_at(address: str) -> list[str]:
    """What forks a command from the process at this address."""
    return [sys.executable, "-I", "-S", str(ROOT / "tests/cli/warm.py"), address]


@contextlib.contextmanager
def warm_server(folder: Path, environ: Mapping[str, str], *more: str) -> Iterator[str]:
    """Start a process that has imported the program; yields the address to ask at."""
    address = str(folder / "warm")
    with subprocess.Popen(
        [sys.executable, "-m", "tests.cli.warm", "serve", address, *more],
        env=environ, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as server:  # fmt: skip
        assert server.stdin is not None
        assert server.stdout is not None
        assert server.stdout.readline() == "ready\n"
        try:
            yield address
        finally:
            server.stdin.close()


@contextlib.contextmanager
def forked_by(command: list[str] | None) -> Iterator[None]:
    """Fork commands by what `forker` yields; None starts each anew."""
    global _warm
    _warm = command
    try:
        yield
    finally:
        _warm = None


def made(folder: Path) -> CliProgram:
    """A program whose home does not exist yet."""
    user = folder / "user"
    user.mkdir(parents=True)
    return CliProgram(folder / "home", user)


def written(user: Path) -> list[Path]:
    """Files and folders in a home, without the cache that fontconfig keeps of the system's fonts.

    It is written there where the system has none itself, as on a bare Debian 13.
    """
    cache = user / ".cache"
    shutil.rmtree(cache / "fontconfig", ignore_errors=True)
    with contextlib.suppress(OSError):
        cache.rmdir()
    return list(user.rglob("*"))
