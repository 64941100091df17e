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
from collections.abc import Iterator

import locked

ROOT = locked.ROOT
VENV = ROOT / ".venv"
STAMP = VENV / "gridbrush-installed"
PYTHON = locked.python_in(VENV)
PROGRAM = VENV / locked.SCRIPTS / f"gridbrush{locked.SUFFIX}"

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


def main(arguments: list[str]) -> int:
    """Make the environment what the lock says; 0 when it is."""
    if arguments not in ([], *([name] for name in WHOLE)):
        print(f"usage: install.py [{'|'.join(WHOLE)}]", file=sys.stderr)
        return 2
    name = arguments[0] if arguments else WHOLE[-1]
    if reason := why_not_here(name):
        return stop(reason)
    try:
        with alone():
            if not is_there(name):
                build(name)
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


def build(name: str) -> None:
    """Install one of the locks, and say that it is there. Raises NotInstalled."""
    fresh = not VENV.exists() or not any(VENV.iterdir())
    if not fresh and (place() != str(ROOT) or not fits(version())):
        say("Building .venv anew: it is not finished, or of another place or another Python")
        locked.empty(VENV)
        fresh = True
    if fresh:
        locked.make(VENV)
    # Until all is in: where pip or uv was cut off, nobody knows what it left half done.
    STAMP.unlink(missing_ok=True)
    before = packages()
    say("Installing the locked packages into .venv (a minute or two the first time)")
    try:
        locked.install(PYTHON, locked.lock_of(name))
    except locked.NotInstalled:
        if packages() == before:
            write()
        raise
    locked.install_checkout(PYTHON)
    try:
        locked.check(PYTHON)
    except locked.NotInstalled:
        if fresh:
            raise
        # What an older lock installed and this one does not name is in the way.
        locked.empty(VENV)
        build(name)
        return
    # Ours too: where Python may not write byte code, each start would compile all of it.
    locked.call([str(PYTHON), "-m", "compileall", "-q", str(ROOT / "studio")])
    contained = WHOLE[: WHOLE.index(name) + 1]
    write(*(stamp(one, version()) for one in contained))


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """No other run builds the environment at the same time."""
    if sys.platform == "win32":
        yield
    else:
        import fcntl

        folder = os.open(ROOT, os.O_RDONLY)
        try:
            try:
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("Another make builds .venv: waiting for it")
                fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)


def stamp(name: str, python: str) -> str:
    """What the installation of a lock depends on, besides its place."""
    project = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    return f"{name} {project} {locked.fingerprint(locked.lock_of(name), python)}"


def is_there(name: str) -> bool:
    """Whether that lock, or one that contains it, was installed here by a Python that fits."""
    python = version() if place() == str(ROOT) and PROGRAM.exists() else ""
    return fits(python) and stamp(name, python) in read()


def packages() -> set[str]:
    """The names at the top of what is installed."""
    homes = ("lib/python*/site-packages", "Lib/site-packages")
    return {path.name for home in homes for path in VENV.glob(f"{home}/*")}


def place() -> str:
    """Where the environment was made; empty where nobody knows, or it was not finished."""
    return "".join(read()[:1])


def read() -> list[str]:
    """What is written about the environment: its place, and the stamp of each lock in it."""
    return os.fsdecode(STAMP.read_bytes()).splitlines() if STAMP.exists() else []


def write(*stamps: str) -> None:
    """Write that down."""
    STAMP.write_bytes(os.fsencode("".join(f"{line}\n" for line in (ROOT, *stamps))))


def version() -> str:
    """The environment's Python, as it names itself; empty where it does not start, or not fit."""
    done = locked.run([str(PYTHON), "-c", VERSION]) if PYTHON.exists() else None
    return done.stdout.strip() if done and done.returncode == 0 else ""


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
