"""Logging to files and standard error, written by a thread of its own.

Records are formatted and redacted at once; a thread writes them, so that a slow or full disk never
blocks or fails the caller.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import logging.handlers
import os
import queue
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from studio.common.files import private_folder
from studio.common.logs import CleanFormatter, stop_keeping
from studio.common.paths import Paths

FILE = "gridbrush.log"
_BYTES = 500_000
_FILES = 3
_WAITING = 10_000  # lines that are kept while the disk is stuck
_LINE = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
_TALKATIVE = (
    "asyncio", "hpack", "httpcore", "httpx", "jeepney", "keyring", "PIL", "qasync", "secretstorage",
)  # fmt: skip


class _QueueHandler(logging.handlers.QueueHandler):
    """Formats records on the caller's thread, where their arguments may be used."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 logging's own name
        """Drop the line: the queue is full, because the disk is stuck."""


class _FileHandler(logging.handlers.RotatingFileHandler):
    """The log file, opened for its first line; errors of the disk are ignored."""

    def _open(self) -> TextIO:  # type: ignore[override]
        path = Path(self.baseFilename)
        private_folder(path.parent)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return os.fdopen(handle, "a", encoding="utf-8", errors="backslashreplace")

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 logging's own name
        """Do nothing: the program continues without a log."""


class _StandardErrorHandler(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 logging's own name
        """Do nothing: standard error may be closed."""


class _QueueListener(logging.handlers.QueueListener):
    def stop(self) -> None:
        """Write pending lines, without waiting for a stuck disk."""
        thread, self._thread = self._thread, None
        if thread is not None:
            with contextlib.suppress(queue.Full):
                self.enqueue_sentinel()
            thread.join(2.0)


_end: Callable[[], None] | None = None


def install(
    paths: Paths,
    level: str | int = "WARNING",
    *,
    most_waiting: int = _WAITING,
    most_bytes: int = _BYTES,
    stderr: TextIO | None = None,
) -> Callable[[], None]:
    """Log to files in the state folder (from INFO on) and to standard error (from `level` on).

    Records buffered by `logs` come first. Returns a function that writes the rest and ends logging,
    which is also called at exit. Raises ValueError for an unknown level.
    """
    global _end
    if _end is not None:
        _end()
    number = logging.getLevelName(level.upper()) if isinstance(level, str) else level
    if not isinstance(number, int):
        raise ValueError(level)  # noqa: TRY004 a wrong value, not a type
    waiting: queue.Queue[logging.LogRecord] = queue.Queue(most_waiting)
    handler = _QueueHandler(waiting)
    handler.setFormatter(CleanFormatter(_LINE))
    file = _FileHandler(
        paths.log_folder / FILE, maxBytes=most_bytes, backupCount=_FILES - 1, encoding="utf-8",
        delay=True,
    )  # fmt: skip
    file.setLevel(min(number, logging.INFO))
    outputs: list[logging.Handler] = [file]
    stream = stderr or sys.stderr
    if stream is not None:  # a frozen program without a console has none
        standard = _StandardErrorHandler(stream)
        standard.setLevel(number)
        outputs.append(standard)
    for output in outputs:
        output.setFormatter(CleanFormatter("%(message)s"))
    listener = _QueueListener(waiting, *outputs, respect_handler_level=True)
    root = logging.getLogger()
    kept = stop_keeping()
    before = root.level
    root.addHandler(handler)
    root.setLevel(min(number, logging.INFO))
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    listener.start()

    def end() -> None:
        global _end
        root.removeHandler(handler)
        root.setLevel(before)
        listener.stop()
        file.close()
        atexit.unregister(end)
        if _end is end:
            _end = None

    atexit.register(end)
    _end = end
    for record in kept:
        root.handle(record)
    return end
