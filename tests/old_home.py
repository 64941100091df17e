"""Homes written by earlier versions, copied for a test; tests/data/README.md tells of them."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
BEFORE_PACKAGES = DATA / "before_packages"

LIBRARY = "01a228d8-3f30-72bd-8965-a5e22a60f94b"


def copy_home(target: Path, *, index: bool = True) -> Path:
    """The home in a folder of its own; `index` as it was left, else it has to be made anew."""
    shutil.copytree(BEFORE_PACKAGES / "home", target, copy_function=shutil.copyfile)
    packed = target / "data" / "libraries" / LIBRARY / "index.sqlite.gz"
    if index:
        packed.with_suffix("").write_bytes(gzip.decompress(packed.read_bytes()))
    packed.unlink()
    return target


def said(name: str) -> list[dict[str, Any]]:
    """What the version that wrote the home printed of it as JSON lines."""
    text = (BEFORE_PACKAGES / "said" / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path there."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
