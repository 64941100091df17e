"""Builds the program's folder: `bundle.py` leaves it in build/package/program/gridbrush.

Standard library only; everything else is in an environment of its own, made from
requirements/package.txt, so that nothing a developer uses gets into the program.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import elf
import identity
import locked

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "package"
VENV = BUILD / "venv"
PYTHON = locked.python_in(VENV)
PROGRAM = BUILD / "program" / identity.NAME
HERE = Path(__file__).resolve().parent


def main() -> int:
    """The folder, trimmed, with licences; 0 when it stands."""
    environment()
    call(PYTHON, HERE / "icons.py", BUILD / "icons")
    if os.name == "nt":
        call(PYTHON, HERE / "windows_version.py", BUILD / "version.txt")
    call(
        PYTHON, "-m", "PyInstaller", "--noconfirm", "--clean", "--log-level", "ERROR",
        "--workpath", BUILD / "work", "--distpath", BUILD / "program", HERE / "gridbrush.spec",
    )  # fmt: skip
    if sys.platform == "linux":
        elf.mend(PROGRAM)
    set_times(PROGRAM)
    print(f"{PROGRAM} ({size(PROGRAM) / 1e6:.0f} MB)")
    return 0


def environment() -> None:
    """The packages of the lock, each with its hash; nothing where they are there already."""
    try:
        locked.environment(VENV, "package")
    except locked.NotInstalled as reason:
        raise SystemExit(str(reason)) from None


def call(*command: str | Path) -> None:
    """Run a step with what makes two builds the same; its failure ends the build."""
    fixed = {
        "SOURCE_DATE_EPOCH": str(identity.moment()),
        "PYTHONHASHSEED": "1",
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
    }
    done = subprocess.run([str(word) for word in command], env={**os.environ, **fixed}, check=False)
    if done.returncode:
        raise SystemExit(done.returncode)


def set_times(folder: Path) -> None:
    """Give everything below one moment and the permissions of a package."""
    moment = identity.moment()
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            # Libraries are read, not started.
            runs = path.is_dir() or (path.stat().st_mode & 0o100 and ".so" not in path.name)
            path.chmod(0o755 if runs else 0o644)
        if os.utime in os.supports_follow_symlinks:
            os.utime(path, (moment, moment), follow_symlinks=False)


def size(folder: Path) -> int:
    """Bytes of all files."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())


if __name__ == "__main__":
    sys.exit(main())
