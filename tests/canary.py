"""The canary: one key for all tests, searched for wherever it must never be.

While the tests run, everything our process writes through the door to the disk, every error made
for people, what started programs say and their arguments are searched for it; after each test,
every file it left. It is found as it is, and in the disguises a careless line would give it. A
finding fails the whole run. Where a test puts it on purpose is in `ALLOWED`, with the reason.
"""

from __future__ import annotations

import base64
import contextlib
import functools
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from studio.common import errors, files
from tests.cli.forks import FORKED, ForkedCommand
from tests.reports import plain

KEY = "sk-canary-9f27c1d8e4ab5063"
MARK = KEY[3:]
"""What is looked for; keys are cut and cleaned at their beginning."""

ALLOWED = {
    "*/requests": "the scripted service writes down what it was sent, to compare",
    "*/test_neither_key_nor_base64_*/body": "the answer of a service that says the key back",
    "*/keyrings/*": "the desktop's own keyring, the one place that keeps keys",
}
"""Files the key may be in, and why."""

LARGEST = 64 << 20
LOOK_EVERY = 0.1


@functools.cache
def disguises(mark: str = MARK) -> tuple[bytes, ...]:
    """The mark as bytes: plain, large, wide, in hexadecimal, escaped, as base64 at three places."""
    plain = mark.encode()
    coded = []
    for before, first in ((0, 0), (1, 2), (2, 3)):
        text = base64.b64encode(bytes(before) + plain)
        # Signs that hold bits of what stands before or behind it are left out.
        coded.append(text[first : (before + len(plain)) * 8 // 6])
    percent = "".join(f"%{sign:02X}" for sign in plain)
    escaped = [percent, percent.lower(), percent.replace("%", "%25")]
    escaped += ["".join(form.format(sign) for sign in plain) for form in ("\\u{:04x}", "\\u{:04X}")]
    shapes = (
        mark.upper().encode(),
        mark.encode("utf-16-le"),
        plain.hex().encode(),
        plain.hex().upper().encode(),
    )
    return (plain, *shapes, *(one.encode() for one in escaped), *coded)


def found_in(data: bytes) -> bool:
    """Whether the key is in there."""
    return any(one in data for one in disguises())


def found_under(folder: Path, allowed: Sequence[str] = tuple(ALLOWED)) -> list[Path]:
    """The files the key is in, and those whose names have it."""
    found = []
    for path in sorted(folder.rglob("*")):
        if any(fnmatch(path.as_posix(), one) for one in allowed):
            continue
        with contextlib.suppress(OSError):
            named = MARK in path.name or (path.is_symlink() and MARK in str(path.readlink()))
            if named or (_readable(path) and found_in(path.read_bytes())):
                found.append(path)
    return found


def _readable(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and path.stat().st_size <= LARGEST


def arguments_of(pid: int) -> Iterator[tuple[int, bytes]]:
    """The arguments of every process below `pid`, as anybody on the machine may read them."""
    try:
        # Paths as objects would cost more than the tests that are watched meanwhile.
        tasks = os.listdir(f"/proc/{pid}/task")  # noqa: PTH208
    except OSError:
        return
    for task in tasks:
        for child in map(int, _read(f"/proc/{pid}/task/{task}/children").split()):
            yield child, _read(f"/proc/{child}/cmdline")
            yield from arguments_of(child)


def _read(path: str) -> bytes:
    """A small file of the system; empty for one that is gone."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        return b""
    try:
        return b"".join(iter(lambda: os.read(handle, 1 << 16), b""))
    except OSError:
        return b""
    finally:
        os.close(handle)


class Watch:
    """Looks for the key while the tests run.

    Attributes:
        leaks: where it was seen, in words.
    """

    def __init__(self, finds: Callable[[bytes], bool] = found_in) -> None:
        """`finds` tells whether what must not be there is in what was seen."""
        self.leaks: list[str] = []
        self._finds = finds
        self._put_back: list[Callable[[], None]] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look_at_processes, daemon=True)

    @property
    def looks(self) -> bool:
        """Whether it looks at the arguments of what is started."""
        return self._thread.ident is not None and not self._over.is_set()

    def see(self, where: str, what: bytes | str) -> None:
        """Remember where, if the key is in what was seen there."""
        if self._finds(what if isinstance(what, bytes) else what.encode("utf-8", "replace")):
            self.leaks.append(f"{where}, in {os.environ.get('PYTEST_CURRENT_TEST', '?')}")

    def begin(self, *, processes: bool = True) -> None:
        """From now on; without `processes` others look at what is started."""
        # Made once, here: its codec is a file, and a test may leave no descriptor to read it.
        disguises()
        self._watch_writing()
        self._watch_errors()
        self._watch_programs()
        if processes:
            self._thread.start()

    def end(self) -> None:
        """Look no more, and leave everything as it was."""
        self._over.set()
        if self._thread.ident is not None:  # it was started
            self._thread.join()
        for put_back in reversed(self._put_back):
            put_back()
        self._put_back.clear()

    def _replace(self, owner: Any, name: str, watched: Callable[..., Any]) -> None:
        self._put_back.append(functools.partial(setattr, owner, name, getattr(owner, name)))
        setattr(owner, name, watched)

    def look_under(self, folder: Path) -> None:
        """Look at all files in a folder."""
        self.leaks += [f"file {path}" for path in found_under(folder)]

    def _watch_writing(self) -> None:
        write = files.write_all

        def watched(handle: int, data: bytes) -> int:
            self.see("written to the disk", bytes(data))
            return write(handle, data)

        self._replace(files, "write_all", watched)

    def _watch_errors(self) -> None:
        make = errors.StudioError.__init__

        @functools.wraps(make)
        def watched(error: errors.StudioError, *arguments: Any, **more: Any) -> None:
            make(error, *arguments, **more)
            self.see(f"the words of {type(error).__name__}", repr(vars(error)))

        self._replace(errors.StudioError, "__init__", watched)

    def _watch_programs(self) -> None:
        for kind in (subprocess.Popen, ForkedCommand):
            self._replace(kind, "communicate", self._watched(kind.communicate))

        def hear(event: str, arguments: tuple[Any, ...]) -> None:
            if event in ("subprocess.Popen", FORKED) and not self._over.is_set():
                self.see("the arguments of a program", repr(arguments[1]))

        sys.addaudithook(hear)

    def _watched(self, talk: Callable[..., Any]) -> Callable[..., Any]:
        """A way to hear what a program says, at which it is looked."""

        @functools.wraps(talk)
        def watched(process: Any, *arguments: Any, **more: Any) -> Any:
            said = talk(process, *arguments, **more)
            for one in said:
                if one:
                    self.see(f"said by {process.args}", one)
            return said

        return watched

    def _look_at_processes(self) -> None:
        while not self._over.wait(LOOK_EVERY):
            for pid, line in arguments_of(os.getpid()):
                self.see(f"the arguments of process {pid}", line)


_WATCH = pytest.StashKey[Watch]()


@pytest.fixture(scope="session")
def canary() -> str:
    """The key for every test that needs one."""
    return KEY


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, Any, Any]:
    """Look at the folder of a test when all fixtures in it have ended, before it is removed."""
    made = yield
    if fixturedef.argname == "tmp_path":
        fixturedef.addfinalizer(
            functools.partial(request.config.stash[_WATCH].look_under, Path(made))
        )
    return made


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_WATCH] = watch = Watch()
    # Each process that runs tests looks at what it starts; the one that shares the tests out would
    # look at all of that once more, ten times a second.
    watch.begin(processes=not shares_out(config))


def shares_out(config: pytest.Config) -> bool:
    """Whether this process runs no test and gives them to others."""
    given = bool(config.getoption("numprocesses", None))
    return given and not hasattr(config, "workerinput")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, Any]:
    report = yield
    if report.passed:
        for name, text in report.sections:
            item.config.stash[_WATCH].see(name, text)
    return report


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, None, None]:
    watch = session.config.stash[_WATCH]
    if (made := getattr(session.config, "_tmp_path_factory", None)) is not None:
        # Before pytest removes what is left of a run without failures.
        watch.look_under(made.getbasetemp())
    yield
    watch.end()
    watch.leaks = plain(watch.leaks)
    if watch.leaks:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if (told := getattr(session.config, "workeroutput", None)) is not None:
            # One of several processes: the one that shares the tests out has the last word.
            told["canary"] = watch.leaks


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """One of several processes has ended: what it found is found."""
    node.config.stash[_WATCH].leaks += getattr(node, "workeroutput", {}).get("canary", [])


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if leaks := config.stash[_WATCH].leaks:
        terminalreporter.section("The canary was found", red=True)
        for leak in leaks:
            terminalreporter.line(leak)
