"""Builds the packages twice and compares them byte by byte; 1 where they differ."""

from __future__ import annotations

import hashlib
import shutil
import sys
from pathlib import Path

import bundle
import packages

FIRST = bundle.BUILD / "first"


def main() -> int:
    """Build, set aside, build again in the same place, compare."""
    for number in (1, 2):
        for folder in (bundle.BUILD / "work", bundle.PROGRAM.parent):
            shutil.rmtree(folder, ignore_errors=True)
        if bundle.main() or packages.main([]):
            return 1
        if number == 1:
            shutil.rmtree(FIRST, ignore_errors=True)
            shutil.copytree(bundle.PROGRAM, FIRST / "program", symlinks=True)
            sums = {path.name: digest(path) for path in packed()}
    differ = differences(FIRST / "program", bundle.PROGRAM)
    differ += [path.name for path in packed() if digest(path) != sums.get(path.name)]
    for name in differ:
        print(f"differs: {name}", file=sys.stderr)
    print(f"{len(files(bundle.PROGRAM))} files and {len(sums)} packages, {len(differ)} differ")
    return 1 if differ else 0


def packed() -> list[Path]:
    """The packages of this version."""
    return sorted(packages.DIST.glob("*.deb")) + sorted(packages.DIST.glob("*.tar.zst"))


def files(folder: Path) -> dict[str, str]:
    """What is in a folder: each path with its digest, or where it points to."""
    return {
        str(path.relative_to(folder)): str(path.readlink()) if path.is_symlink() else digest(path)
        for path in folder.rglob("*")
        if path.is_symlink() or path.is_file()
    }


def differences(one: Path, other: Path) -> list[str]:
    """Paths that are not the same in both, or only in one of them."""
    left, right = files(one), files(other)
    return sorted(name for name in left.keys() | right.keys() if left.get(name) != right.get(name))


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


if __name__ == "__main__":
    sys.exit(main())
