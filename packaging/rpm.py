"""Makes the package for Fedora, openSUSE and what stems from them, into dist/."""

from __future__ import annotations

import platform
import shutil
import sys
from pathlib import Path

import bundle
import identity
import tree
from packages import DIST

PLACE = bundle.BUILD / "rpm"


def main() -> int:
    """Lay out, build, move to dist/."""
    shutil.rmtree(PLACE, ignore_errors=True)
    root = PLACE / "tree"
    tree.lay_out(root)
    bundle.set_times(root)
    recipe = PLACE / "gridbrush.spec"
    text = (tree.LINUX / "gridbrush.spec.in").read_text(encoding="utf-8")
    recipe.write_bytes(tree.filled(text.replace("@TREE@", str(root))))
    bundle.call("rpmbuild", "--quiet", "-bb", "--define", f"_topdir {PLACE / 'top'}", recipe)
    DIST.mkdir(exist_ok=True)
    machine = platform.machine()
    (built,) = (PLACE / "top" / "RPMS").rglob("*.rpm")
    path = DIST / f"{identity.NAME}-{identity.version()}-1.{machine}.rpm"
    Path(built).replace(path)
    print(f"{path} ({path.stat().st_size / 1e6:.1f} MB)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
