"""Runs the core part of the tests with other Pythons of this machine: `make test-pythons`.

With the oldest and the newest of those that the program takes and that are not the one of .venv.
The part needs no Qt (tests/without_qt.py). Standard library only.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import install
import locked

FOLDER = locked.ROOT / "build" / "pythons"
NAMES = ("python3.11", "python3.12", "python3.13", "python3")
SYSTEM = ("/usr/bin", "/usr/local/bin")
LEFT_OUT = ("pyside6-essentials", "shiboken6", "pytest-qt", "qasync", "mypy", "ruff", "babel")
"""What the core part does without; half of the download."""

PART = (
    "tests/generation", "tests/library", "tests/providers", "tests/test_patterns.py",
    "tests/app/test_odd_files.py", "tests/app/test_system_on_both_loops.py",
    "tests/common/test_files.py", "tests/common/test_i18n.py",
    "tests/common/test_json_reader.py", "tests/common/test_serial_executor.py",
    "tests/config/test_key_hosts.py",
    "tests/config/test_settings.py", "tests/imaging/test_png_check.py",
)  # fmt: skip
"""Wire, journal, library: what takes in, keeps and finds what was paid for."""

NO_BYTE_CODE = "PYTHONDONTWRITEBYTECODE"
"""Where it is set, each process compiles all it imports, the tests and the program."""

Version = tuple[int, int, int]

ASK = (
    "import json, sys, sysconfig; print(json.dumps([list(sys.version_info[:3]),"
    " sys.implementation.name == 'cpython' and not sysconfig.get_config_var('Py_GIL_DISABLED')]))"
)


def main(
    options: list[str],
    *,
    own_python: Path = install.PYTHON,
    system: Sequence[str] = SYSTEM,
    run: Callable[[Path, str, list[str]], int] | None = None,
) -> int:
    """Run it with each, `options` going to pytest; the worst exit code.

    `own_python` is left out; `system` are folders that are looked through besides PATH. `run`
    takes a Python, its version and the options.
    """
    run = run or run_core_part
    own = version_of(own_python) or sys.version_info[:3]
    others: dict[Version, Path] = {}
    for path in candidates(system):
        version = version_of(path)
        if version is not None and version != own:
            others.setdefault(version, path)
    if not others:
        print(f"No Python here besides {written(own)}: the core part runs with that one alone.")
        return 0
    chosen = sorted({min(others), max(others)})
    print(
        f"Besides {written(own)}: " + ", ".join(f"{written(one)} ({others[one]})" for one in chosen)
    )
    return max(run(others[version], written(version), options) for version in chosen)


def candidates(system: Sequence[str] = SYSTEM) -> Iterator[Path]:
    """Whatever may be a Python: on PATH, of the system, of pyenv and of uv."""
    folders = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    folders += map(Path, system)
    kept = [Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"]
    kept += [Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "uv/python"]
    folders += [one / "bin" for home in kept if home.is_dir() for one in sorted(home.iterdir())]
    for folder in dict.fromkeys(folders):
        yield from (path for each in NAMES if (path := folder / f"{each}{locked.SUFFIX}").exists())


def version_of(python: Path) -> Version | None:
    """Its version; None where it does not start, or the program does not take it."""
    done = locked.run([str(python), "-c", ASK]) if python.exists() else None
    if done is None or done.returncode:
        return None
    (major, minor, micro), usual = json.loads(done.stdout)
    return (major, minor, micro) if usual and (3, 11) <= (major, minor) < (3, 14) else None


def run_core_part(python: Path, version: str, options: list[str]) -> int:
    """Install what the part needs, and run it; pytest's exit code."""
    try:
        own = environment(python, FOLDER / version)
    except locked.NotInstalled as reason:
        print(f"Python {version}: {reason}", file=sys.stderr)
        return 1
    print(f"Python {version}: the core part", flush=True)
    # As `make test` runs the whole: some wait while others compute, and files stay together.
    shared = ("-n", "4", "--dist", "loadfile")
    command = [own, "-m", "pytest", "-q", *shared, "-p", "tests.without_qt", *PART, *options]
    environ = {name: value for name, value in os.environ.items() if name != NO_BYTE_CODE}
    return subprocess.run(
        [str(word) for word in command], cwd=locked.ROOT, env=environ, check=False
    ).returncode


def environment(python: Path, folder: Path) -> Path:
    """The Python of an environment with the lock's packages, those of Qt left out.

    Raises NotInstalled.
    """
    lock = folder / "core.txt"
    text = without(locked.lock_of("dev").read_text(encoding="utf-8"), LEFT_OUT)
    own = locked.python_in(folder)
    if (
        lock.exists()
        and lock.read_text(encoding="utf-8") == text
        and locked.runs(own, "import pytest")
    ):
        return own
    shutil.rmtree(folder, ignore_errors=True)
    # Debian's own has no pip to put into it: that of .venv, or uv, installs.
    if not locked.call([str(python), "-m", "venv", "--without-pip", str(folder)]):
        raise locked.NotInstalled(f"{python} cannot make a virtual environment.")
    part = folder / "core.part"
    part.write_text(text, encoding="utf-8")
    locked.install(own, part)
    part.rename(lock)
    return own


def without(lock: str, names: Iterable[str]) -> str:
    """A lock without some of its packages."""
    for each in names:
        lock = re.sub(rf"^{re.escape(each)}==(?:.*\\\n)*.*\n", "", lock, flags=re.MULTILINE)
    return lock


def written(version: Version) -> str:
    """As people write it."""
    return ".".join(map(str, version))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
