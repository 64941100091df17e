"""What the program weighs: prints the ten largest parts, and checks the limits."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import bundle
import identity

INSTALLED = 180_000_000
PACKED = 64_000_000


def main() -> int:
    """Print parts, whole and packages; 1 where a limit is passed or something is back."""
    folder = bundle.PROGRAM
    if not folder.is_dir():
        print("There is no built program yet: `make package`", file=sys.stderr)
        return 1
    for size, name in parts(folder)[:10]:
        print(f"{size / 1e6:8.1f} MB  {name}")
    whole = bundle.size(folder)
    wrong = [] if whole <= INSTALLED else [f"The folder is larger than {INSTALLED / 1e6:.0f} MB."]
    print(f"{whole / 1e6:8.1f} MB  in all")
    for path in sorted((identity.ROOT / "dist").glob(f"{identity.NAME}[_-]{identity.version()}*")):
        print(f"{path.stat().st_size / 1e6:8.1f} MB  {path.name}")
        if path.suffix == ".deb" and path.stat().st_size > PACKED:
            wrong.append(f"{path.name} is larger than {PACKED / 1e6:.0f} MB.")
    wrong += [f"{path} is inside." for path in folder.rglob("numpy*")]
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    return 1 if wrong else 0


def parts(folder: Path) -> list[tuple[int, str]]:
    """Bytes and name of each part, the largest first; a package of Python counts as one."""
    sums: Counter[str] = Counter()
    for path in folder.rglob("*"):
        if path.is_symlink() or path.is_dir():
            continue
        inside = path.relative_to(folder).parts
        depth = 4 if "Qt" in inside and "lib" in inside else 2
        name = "/".join(inside[:depth]) if len(inside) > depth or depth == 4 else "/".join(inside)
        sums[name] += path.stat().st_size
    return sorted(((size, name) for name, size in sums.items()), reverse=True)


if __name__ == "__main__":
    sys.exit(main())
