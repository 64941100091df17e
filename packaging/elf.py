"""What the built program asks of the linker: library search paths, and the age of the C library.

A Python built from source writes the folder it was built in into each of its modules (RUNPATH).
On somebody else's machine the linker would look there for libraries before anywhere else: only
folders of the program, relative to the file itself, may stay.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

ORIGIN = "$ORIGIN"
COMPILERS = {"3.4.30": "12", "3.4.31": "13.1", "3.4.32": "13.2", "3.4.33": "14", "3.4.34": "15"}
"""Compiler whose C++ library was the first with these symbols."""

_ENTRY = re.compile(r"^\s+(?:RPATH|RUNPATH)\s+(\S.*)$", re.MULTILINE)


def mend(folder: Path) -> None:
    """Take search paths that lead out of the folder from every binary. Raises SystemExit."""
    for path in foreign(folder):
        kept = [entry for entry in search_paths(path) if _leads_inside(path, entry, folder)]
        replace = ["chrpath", "--replace", ":".join(kept) or ORIGIN, str(path)]
        subprocess.run(replace, check=True, stdout=subprocess.DEVNULL)
    check(folder)


def check(folder: Path) -> None:
    """Raise SystemExit where a search path leads out of the folder."""
    if found := foreign(folder):
        lines = [f"{path.relative_to(folder)}: {':'.join(paths)}" for path, paths in found.items()]
        raise SystemExit("\n".join(["Library search paths outside the program:", *lines]))


def foreign(folder: Path) -> dict[Path, list[str]]:
    """The binaries with search paths that lead out of the folder, and those paths."""
    found = {}
    for path in binaries(folder):
        away = [entry for entry in search_paths(path) if not _leads_inside(path, entry, folder)]
        if away:
            found[path] = away
    return found


def binaries(folder: Path) -> list[Path]:
    """Programs, libraries and modules below a folder, by their first four bytes."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return sorted(path for path in files if _is_elf(path))


def search_paths(path: Path) -> list[str]:
    """Entries of RPATH and RUNPATH, as they are written in a binary."""
    return [entry for found in _ENTRY.findall(_headers(path)) for entry in found.split(":")]


def _headers(path: Path) -> str:
    """What objdump tells of a binary: libraries, search paths, versions of symbols."""
    command = ["objdump", "-p", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _leads_inside(path: Path, entry: str, folder: Path) -> bool:
    if entry != ORIGIN and not entry.startswith(f"{ORIGIN}/"):
        return False
    place = os.path.normpath(f"{path.parent}/{entry.removeprefix(ORIGIN)}")
    return Path(place).is_relative_to(folder)


def _is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def newest(folder: Path, name: str, least: str) -> str:
    """Newest version of a library's symbols (GLIBC, GLIBCXX) that a program uses, at least `least`.

    That is the oldest library the program starts with. Older than `least` was never tried.
    """
    versions = {least}
    for path in binaries(folder):
        versions |= set(re.findall(rf"\b{name}_([0-9.]+)$", _headers(path), re.MULTILINE))
    return max(versions, key=lambda version: [int(part) for part in version.split(".")])


def requirements(folder: Path) -> dict[str, str]:
    """Versions of the C and C++ libraries a program needs, for the recipes of its packages."""
    return {
        "@GLIBC@": newest(folder, "GLIBC", "2.36"),
        "@LIBSTDCXX@": COMPILERS[newest(folder, "GLIBCXX", "3.4.30")],
    }
