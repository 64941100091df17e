"""Builds the virtual environment of a checkout: `install.py [run|dev]`, the second by default.

`run` installs what the program needs (requirements/run.txt), `dev` what tests and checks need as
well (requirements/dev.txt, a superset with the same versions). The checkout itself is installed
editable. Where lock, pyproject.toml, Python and place are those of the last time, nothing is done.
An environment that this did not make, or did not finish, is made anew. Standard library only.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import sys
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import locked

PYTHON = locked.python_in(locked.ROOT / ".venv")

WHOLE = ("run", "dev")
"""Each is contained in the one after it."""

GLIBC = {"x86_64": (2, 34), "aarch64": (2, 39)}
"""The oldest C library of Linux that Qt's wheels run with, by machine. `make lock` compares it."""

MACOS = (13, 0)
"""The oldest macOS that Qt's wheels run on. `make lock` compares it."""

VERSION = (
    "import sys, sysconfig; print(sys.version if (3, 11) <= sys.version_info[:2] < (3, 14) and"
    " sys.implementation.name == 'cpython' and not sysconfig.get_config_var('Py_GIL_DISABLED')"
    " else '')"
)


class Installer(Protocol):
    """What installs packages; the module `locked` does."""

    def make(self, folder: Path, /) -> None: ...
    def install(self, python: Path, lock: Path, /) -> None: ...
    def install_checkout(self, python: Path, checkout: Path, /) -> None: ...
    def check(self, python: Path, /) -> None: ...
    def call(self, command: list[str], /) -> bool: ...


class Environment:
    """The virtual environment of a checkout.

    Attributes:
        root: the checkout.
        venv: its folder.
    """

    def __init__(self, root: Path = locked.ROOT, installer: Installer = locked) -> None:
        self.root = root
        self.venv = root / ".venv"
        self._stamp = self.venv / "gridbrush-installed"
        self._python = locked.python_in(self.venv)
        self._program = self.venv / locked.SCRIPTS / f"gridbrush{locked.SUFFIX}"
        self._installer = installer

    def build(self, name: str) -> None:
        """Install one of the locks, and say that it is there. Raises NotInstalled."""
        fresh = not self.venv.exists() or not any(self.venv.iterdir())
        if not fresh and (self.place() != str(self.root) or not fits(self.version())):
            say("Building .venv anew: it is not finished, or of another place or another Python")
            locked.empty(self.venv)
            fresh = True
        if fresh:
            self._installer.make(self.venv)
        # Until all is in: where pip or uv was cut off, nobody knows what it left half done.
        self._stamp.unlink(missing_ok=True)
        before = self.packages()
        say("Installing the locked packages into .venv (a minute or two the first time)")
        try:
            self._installer.install(self._python, locked.lock_of(name))
        except locked.NotInstalled:
            if self.packages() == before:
                self.write()
            raise
        self._installer.install_checkout(self._python, self.root)
        try:
            self._installer.check(self._python)
        except locked.NotInstalled:
            if fresh:
                raise
            # What an older lock installed and this one does not name is in the way.
            locked.empty(self.venv)
            self.build(name)
            return
        # Ours too: where Python may not write byte code, each start would compile all of it.
        compiling = ["-m", "compileall", "-q", str(self.root / "studio")]
        self._installer.call([str(self._python), *compiling])
        contained = WHOLE[: WHOLE.index(name) + 1]
        self.write(*(self.stamp(one, self.version()) for one in contained))

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """No other run builds the environment at the same time."""
        if sys.platform == "win32":
            yield
        else:
            import fcntl

            folder = os.open(self.root, os.O_RDONLY)
            try:
                try:
                    fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    say("Another make builds .venv: waiting for it")
                    fcntl.flock(folder, fcntl.LOCK_EX)
                yield
            finally:
                os.close(folder)

    def stamp(self, name: str, python: str) -> str:
        """What the installation of a lock depends on, besides its place."""
        project = hashlib.sha256((self.root / "pyproject.toml").read_bytes()).hexdigest()
        return f"{name} {project} {locked.fingerprint(locked.lock_of(name), python)}"

    def is_there(self, name: str) -> bool:
        """Whether that lock, or one that contains it, was installed here by a Python that fits."""
        here = self.place() == str(self.root) and self._program.exists()
        python = self.version() if here else ""
        return fits(python) and self.stamp(name, python) in self.read()

    def packages(self) -> set[str]:
        """The names at the top of what is installed."""
        homes = ("lib/python*/site-packages", "Lib/site-packages")
        return {path.name for home in homes for path in self.venv.glob(f"{home}/*")}

    def place(self) -> str:
        """Where it was made; empty where nobody knows, or it was not finished."""
        return "".join(self.read()[:1])

    def read(self) -> list[str]:
        """What is written about it: its place, and the stamp of each lock in it."""
        if not self._stamp.exists():
            return []
        return os.fsdecode(self._stamp.read_bytes()).splitlines()

    def write(self, *stamps: str) -> None:
        """Write that down."""
        self._stamp.write_bytes(os.fsencode("".join(f"{line}\n" for line in (self.root, *stamps))))

    def version(self) -> str:
        """Its Python, as it names itself; empty where it does not start, or not fit."""
        there = self._python.exists()
        done = locked.run([str(self._python), "-c", VERSION]) if there else None
        return done.stdout.strip() if done and done.returncode == 0 else ""


def main(
    arguments: list[str],
    environment: Environment | None = None,
    why_not: Callable[[str], str | None] | None = None,
) -> int:
    """Make the environment what the lock says; 0 when it is.

    `why_not` tells why a lock cannot be installed here; None where it can.
    """
    environment = environment or Environment()
    if arguments not in ([], *([name] for name in WHOLE)):
        print(f"usage: install.py [{'|'.join(WHOLE)}]", file=sys.stderr)
        return 2
    name = arguments[0] if arguments else WHOLE[-1]
    if reason := (why_not or why_not_here)(name):
        return stop(reason)
    try:
        with environment.alone():
            if not environment.is_there(name):
                environment.build(name)
    except PermissionError as error:
        return stop(
            f"This user may not change {error.filename}. If root made it, root can remove .venv:"
            " sudo rm -r .venv"
        )
    except (locked.NotInstalled, OSError) as error:
        return stop(str(error))
    except KeyboardInterrupt:
        return stop("Stopped. The next run goes on.")
    return 0


def fits(python: str) -> bool:
    """Whether an environment of that Python may stay: any works that nobody chose against."""
    return python == sys.version if os.environ.get("PYTHON") else bool(python)


def why_not_here(name: str) -> str | None:
    """Why this Python or system cannot run the program; None where it can."""
    if not (3, 11) <= sys.version_info[:2] < (3, 14):
        return "Gridbrush needs Python 3.11, 3.12 or 3.13."
    if sys.implementation.name != "cpython" or sysconfig.get_config_var("Py_GIL_DISABLED"):
        return (
            "Gridbrush needs the usual CPython. Its packages are not built for "
            f"{platform.python_implementation()} {platform.python_version()} as it is here."
        )
    machine = {"AMD64": "x86_64", "arm64": "aarch64", "ARM64": "aarch64"}.get(
        platform.machine(), platform.machine()
    )
    if machine not in GLIBC or sys.maxsize < 2**32:
        bits = "64" if sys.maxsize > 2**32 else "32"
        return (
            "Gridbrush runs on x86-64 and 64-bit ARM. Qt is not built for "
            f"this Python ({platform.machine()}, {bits} bits)."
        )
    system = platform.system()
    match system:
        case "Linux":
            return why_not_linux(machine)
        case "Darwin":
            return why_not_macos(machine, name)
        case "Windows":
            return None
    return f"Gridbrush runs on Linux, Windows and macOS. Qt is not built for {system}."


def why_not_linux(machine: str) -> str | None:
    """Why Qt does not run with this C library; None where it does."""
    library, version = platform.libc_ver()
    wanted = GLIBC[machine]
    needs = f"Qt needs glibc {wanted[0]}.{wanted[1]} or newer on {machine}"
    newer = (
        "Debian 13, Ubuntu 24.04 and Fedora 40 have it"
        if machine == "aarch64"
        else ("Debian 12, Ubuntu 22.04 and Fedora 35 have it")
    )
    if library != "glibc":
        return f"{needs}, and this system has another C library (musl, as Alpine does). {newer}."
    if tuple(int(part) for part in version.split(".")[:2]) < wanted:
        return f"{needs}, and this system has {version}. {newer}."
    return None


def why_not_macos(machine: str, name: str) -> str | None:
    """Why the packages do not run on this macOS; None where they do."""
    version = platform.mac_ver()[0]
    if tuple(int(part) for part in version.split(".")[:2]) < MACOS:
        return f"Qt needs macOS {MACOS[0]} or newer. This one is {version}."
    if name == "dev" and machine == "x86_64":
        return (
            "The tests need cryptography, which is no longer built for Intel Macs. "
            "`make run` works here; test on another machine."
        )
    return None


def say(sentence: str) -> None:
    """Progress, for people."""
    print(f"{sentence} ...", flush=True)


def stop(sentence: str) -> int:
    """The reason for stopping, and the exit code that goes with it."""
    print(sentence, file=sys.stderr, flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
