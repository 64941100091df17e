"""Moves the uninstaller out of a compiling installer to be signed, and the signed one back in.

`uninstaller.py out FILE COMPILED` copies what makensis has just written; `uninstaller.py in FILE
COMPILED` replaces it. Called by `!uninstfinalize` in gridbrush.nsi, which adds COMPILED.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Copy in the direction asked for; 2 for wrong use."""
    match arguments:
        case ["out", file, compiled]:
            Path(file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(compiled, file)
        case ["in", file, compiled]:
            shutil.copyfile(file, compiled)
        case _:
            print("usage: uninstaller.py out|in FILE COMPILED", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
