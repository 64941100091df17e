"""Builds the virtual environment of a checkout from the lock, and puts the program into it.

Run by `make install` with any Python from 3.11 to 3.13 (standard library only). Every package comes
from `requirements/dev.txt` and must match one of the hashes there; no package is built on the way.
uv does the work where it is on PATH, pip where it is not. When neither lock nor pyproject.toml nor
place has changed since the last time, there is nothing to do and nothing is done.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements" / "dev.txt"
VENV = ROOT / ".venv"
STAMP = VENV / "gridbrush-installed"
SCRIPTS = VENV / ("Scripts" if os.name == "nt" else "bin")
SUFFIX = ".exe" if os.name == "nt" else ""
PYTHON = SCRIPTS / f"python{SUFFIX}"
PROGRAM = SCRIPTS / f"gridbrush{SUFFIX}"


def main() -> int:
    """Make the environment what the lock says; 0 when it is."""
    if not (3, 11) <= sys.version_info[:2] < (3, 14):
        return stop("Gridbrush needs Python 3.11, 3.12 or 3.13.")
    stamp = fingerprint()
    if installed() == stamp and PROGRAM.exists() and runs(PYTHON):
        return 0
    uv = shutil.which("uv")
    if not make_venv(uv):
        return 1
    STAMP.unlink(missing_ok=True)
    say("Installing the locked packages into .venv (a minute or two the first time)")
    if not (uv and with_uv(uv)) and not with_pip():
        return stop("The packages could not be installed. The lines above say why.")
    # Ours too: where Python may not write byte code, each start would compile all of it.
    call([str(PYTHON), "-m", "compileall", "-q", str(ROOT / "studio")])
    STAMP.write_text(stamp, encoding="utf-8")
    return 0


def fingerprint() -> str:
    """What the installation depends on: lock, project file, and the place (scripts hold paths)."""
    digest = hashlib.sha256()
    for path in (LOCK, ROOT / "pyproject.toml"):
        digest.update(path.read_bytes())
    return f"{ROOT}\n{digest.hexdigest()}\n"


def installed() -> str | None:
    """The fingerprint of the last complete installation."""
    return STAMP.read_text(encoding="utf-8") if STAMP.exists() else None


def make_venv(uv: str | None) -> bool:
    """A working environment in .venv; one that was moved or lost its Python is made anew."""
    moved = (last := installed()) is not None and last.splitlines()[0] != str(ROOT)
    if VENV.exists() and (moved or not runs(PYTHON)):
        say("Building .venv anew: it was made for another place or another Python")
        shutil.rmtree(VENV)
    if VENV.exists():
        return True
    if importlib.util.find_spec("ensurepip") and importlib.util.find_spec("venv"):
        if call([sys.executable, "-m", "venv", str(VENV)]):
            return True
    elif uv and call([uv, "venv", "--quiet", "--python", sys.executable, str(VENV)]):
        return True
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    stop(
        f"{sys.executable} cannot make a virtual environment. "
        f"On Debian and Ubuntu: apt-get install python3-venv (or python{version}-venv)"
    )
    return False


def with_uv(uv: str) -> bool:
    """Install with uv; False when it could not, so that pip can try."""
    install = [uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", str(PYTHON)]
    locked = ["--require-hashes", "--no-build", "-r", str(LOCK)]
    project = ["--no-build-isolation", "--no-deps", "--no-index", "--editable", str(ROOT)]
    return call([*install, *locked]) and call([*install, *project])


def with_pip() -> bool:
    """Install with the environment's own pip."""
    if not importlib_finds("pip"):
        call([str(PYTHON), "-m", "ensurepip"])
    pip = [str(PYTHON), "-m", "pip", "-qq", "--disable-pip-version-check", "--no-input"]
    locked = ["install", "--require-hashes", "--only-binary", ":all:", "-r", str(LOCK)]
    project = ["install", "--no-build-isolation", "--no-deps", "--no-index", "-e", str(ROOT)]
    return call([*pip, *locked]) and call([*pip, *project])


def importlib_finds(module: str) -> bool:
    """Whether the environment's Python can import this module."""
    return runs(PYTHON, f"import {module}")


def runs(python: Path, code: str = "") -> bool:
    """Whether this Python starts and runs the code."""
    if not python.exists():
        return False
    command = [str(python), "-c", code]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def call(command: list[str]) -> bool:
    """Run a command that speaks for itself."""
    return subprocess.run(command, check=False).returncode == 0


def say(sentence: str) -> None:
    """Progress, for people."""
    print(f"{sentence} ...", flush=True)


def stop(sentence: str) -> int:
    """The reason for stopping, and the exit code that goes with it."""
    print(sentence, file=sys.stderr, flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main())
