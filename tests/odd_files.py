"""Pipes and sockets in a folder, where the system has them."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

if sys.platform == "win32":

    def pipe(path: Path) -> Path:
        raise NotImplementedError("Windows has no pipes in folders")

    def listening(path: Path) -> Path:
        raise NotImplementedError("Windows has no sockets in folders")

else:

    def pipe(path: Path) -> Path:
        """A named pipe nobody writes to."""
        os.mkfifo(path)
        return path

    def listening(path: Path) -> Path:
        """A socket."""
        # A short name from within: a socket's path has little room.
        here = Path.cwd()
        os.chdir(path.parent)
        try:
            with socket.socket(socket.AF_UNIX) as one:
                one.bind(path.name)
        finally:
            os.chdir(here)
        return path
