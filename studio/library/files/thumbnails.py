"""Thumbnail cache: small JPEG files, decoded again when lost.

The files are outside the library and named by the original's content, so that a moved or restored
library finds them again. Nothing is fsynced.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from pathlib import Path

from studio.common.files import private_folder
from studio.library.files.originals import is_digest

STEPS = (256, 512, 1024)
"""Cached sizes, as long edges in pixels; a request gets the next larger one."""

_END = b"\xff\xd9"


def step(edge: int) -> int:
    """The cached size for `edge` pixels."""
    return next((size for size in STEPS if size >= edge), STEPS[-1])


class ThumbnailStore:
    """The cache of one library. All calls block."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _path(self, sha256: str, edge: int) -> Path:
        if not is_digest(sha256):
            # Records are untrusted, and the hash becomes part of a path.
            sha256 = hashlib.sha256(sha256.encode(errors="replace")).hexdigest()
        return self.folder / str(edge) / sha256[:2] / f"{sha256}.jpg"

    def get(self, sha256: str, edge: int) -> bytes | None:
        """The cached thumbnail of that content and size; None if missing."""
        try:
            data = self._path(sha256, edge).read_bytes()
        except OSError:
            return None
        # An incomplete file counts as missing.
        return data if data[:2] == b"\xff\xd8" and data[-2:] == _END else None

    def find(self, sha256: str, edge: int) -> Path | None:
        """Path of a cached thumbnail; None unless it is complete."""
        path = self._path(sha256, edge)
        try:
            with path.open("rb", buffering=0) as file:
                file.seek(-2, os.SEEK_END)
                return path if file.read(2) == _END else None
        except OSError:
            return None

    def store_thumbnail(self, sha256: str, edge: int, data: bytes) -> None:
        """Cache a thumbnail; errors of a full or read-only disk are ignored."""
        path = self._path(sha256, edge)
        temporary = path.with_name(f".{secrets.token_hex(6)}.new")
        with contextlib.suppress(OSError):
            private_folder(path.parent)
            try:
                temporary.write_bytes(data)
                temporary.replace(path)
            finally:
                temporary.unlink(missing_ok=True)

    def remove(self, sha256: str) -> None:
        """Remove every size of that content."""
        for edge in STEPS:
            with contextlib.suppress(OSError):
                self._path(sha256, edge).unlink(missing_ok=True)
