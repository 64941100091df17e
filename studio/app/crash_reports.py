"""Crash reports: written when the program dies, shown at the next start.

A fatal signal writes the stacks of all threads (`faulthandler`: functions and lines, no values), an
unhandled error its traceback. Both go to one small file in the log folder, which a normal exit
removes. Memory is never dumped: it contains the key.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import IO

from studio import __version__
from studio.common import logs
from studio.common.files import private_folder
from studio.common.terminal import harmless
from studio.config.environment import keep_memory_private

_FILE = "crash-{pid}.txt"
_MOST = 60_000
_HEAD = "Gridbrush {version}, Python {python}, {system}, {time}\n"


class CrashFile:
    """Crash report of this process, removed by `close`."""

    def __init__(self, folder: Path) -> None:
        """Blocking. Raises OSError if the folder cannot be written."""
        private_folder(folder)
        self._path = folder / _FILE.format(pid=os.getpid())
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file: IO[str] = os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace")
        self._file.write(_head())
        self._file.flush()
        faulthandler.enable(self._file, all_threads=True)
        keep_memory_private()

    def note(self, error: BaseException) -> None:
        """Write the traceback of the error that ends the program; never raises."""
        with contextlib.suppress(OSError, ValueError):
            text = logs.clean("".join(traceback.format_exception(error)))
            self._file.write(harmless(text))
            self._file.flush()

    def close(self) -> None:
        """Remove the report at a normal exit."""
        faulthandler.disable()
        with contextlib.suppress(OSError):
            self._file.close()
            self._path.unlink()


def _head() -> str:
    return _HEAD.format(
        version=__version__,
        python=sys.version.partition(" ")[0],
        system=_system(),
        time=time.strftime("%Y-%m-%d %H:%M:%S"),
    )


def _system() -> str:
    if sys.platform == "win32":
        return f"Windows {sys.getwindowsversion().build}"
    else:
        about = os.uname()
        return f"{about.sysname} {about.release}"


def left_behind(folder: Path, *, alive: Callable[[int], bool] | None = None) -> str:
    """Reports of processes that died, redacted; "" when there are none. Blocking.

    The reports are removed. A process killed from outside leaves none.
    """
    still_runs = alive or _alive
    reports: list[str] = []
    for path in sorted(folder.glob(_FILE.format(pid="*"))):
        number = path.stem.partition("-")[2]
        if not number.isdigit() or int(number) == os.getpid() or still_runs(int(number)):
            continue
        with contextlib.suppress(OSError):
            text = path.read_text(encoding="utf-8", errors="replace")[:_MOST]
            path.unlink()
            if len(text.splitlines()) > 1:
                reports.append(logs.clean(text).strip())
    return "\n\n".join(reports)


def _alive(pid: int) -> bool:
    if sys.platform == "win32":
        return False
    else:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except OSError:
            return True
        return True
