"""A real disk of 64 KB, which is soon full."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest


@contextlib.contextmanager
def small_disk(folder: Path, *, size: str = "64k") -> Iterator[Path]:
    """A folder on such a disk; the test is skipped where none may be mounted."""
    if shutil.which("mount") is None:
        pytest.skip("a small disk needs `mount`")
    folder.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        # What has just looked into it may be on its way out.
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
