"""Logs: a few small files and standard error, written by a thread of their own, without secrets.

What is logged is made into text at once and cleaned of keys; writing it to a disk that may be slow
or full is the business of another thread, and never an error.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import logging.handlers
import os
import queue
import re
import sys
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from studio.paths import Paths

FILE = "gridbrush.log"
_BYTES = 500_000
_FILES = 3
_WAITING = 10_000  # lines that are kept while the disk is stuck
_LINE = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
_TALKATIVE = (
    "asyncio", "hpack", "httpcore", "httpx", "jeepney", "keyring", "PIL", "qasync", "secretstorage",
)  # fmt: skip

HIDDEN = "[hidden]"

_secrets: set[str] = set()

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?i)\b(bearer|basic)(\s+|%20)[^\s\"',;]+"), rf"\1\2{HIDDEN}"),
    (
        re.compile(
            r"(?i)(authorization|x-goog-api-key|x-api-key|api[-_ ]?key)"
            r"(b?[\"']?\s*[:=,]\s*b?[\"']?)(?!bearer|basic)[^\s\"',;&})\]]+"
        ),
        rf"\1\2{HIDDEN}",
    ),
    (re.compile(r"(?i)([?&](?:key|token|access_token)=)[^&\s\"']+"), rf"\1{HIDDEN}"),
    (re.compile(r"\bsk-[A-Za-z0-9_\-]{8,}"), HIDDEN),
    (re.compile(r"\bAIza[A-Za-z0-9_\-]{16,}"), HIDDEN),
    # Pictures in answers: no secret, but nothing anybody wants in a log either.
    (re.compile(r"[A-Za-z0-9+/_\-]{256,}={0,2}"), "[long data]"),
)


def redact(secret: str) -> None:
    """Never let this be seen in a log from now on. Words too short to be a key are passed over."""
    if len(secret) >= 6:
        _secrets.add(secret)
        _secrets.add(urllib.parse.quote(secret, safe=""))


def clean(text: str) -> str:
    """The text without keys and without long data; for crash reports and "Copy details" too."""
    for secret in sorted(_secrets, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text


class CleanFormatter(logging.Formatter):
    """Text of a record with its arguments and traceback, cleaned as a whole; never raises."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, or one that says what kind of line could not be made."""
        try:
            return clean(super().format(record))
        except Exception as error:  # noqa: BLE001 a faulty log line must not stop the program
            return f"A line of {record.name} could not be logged: {type(error).__name__}"


class _Queue(logging.handlers.QueueHandler):
    """Makes the text on the caller's thread, where its objects may be looked at."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 logging's own name
        """A full queue drops the line: the disk has been stuck for thousands of them."""


class _File(logging.handlers.RotatingFileHandler):
    """The log file, opened at its first line; a disk that refuses it is passed over."""

    def _open(self) -> TextIO:  # type: ignore[override]
        path = Path(self.baseFilename)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return os.fdopen(handle, "a", encoding="utf-8", errors="backslashreplace")

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 logging's own name
        """Nothing: the program goes on without a log."""


class _Standard(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 logging's own name
        """Nothing: standard error may be closed."""


class _Listener(logging.handlers.QueueListener):
    def stop(self) -> None:
        """Write what is waiting, but do not wait for a stuck disk."""
        thread, self._thread = self._thread, None
        if thread is not None:
            with contextlib.suppress(queue.Full):
                self.enqueue_sentinel()
            thread.join(2.0)


_end: Callable[[], None] | None = None


def install(paths: Paths, level: str | int = "WARNING") -> Callable[[], None]:
    """Log to files in the state folder (from INFO on) and to standard error (from `level` on).

    Returns what writes out the rest and ends it; leaving the program does so too. Raises ValueError
    for a level that does not exist.
    """
    global _end
    if _end is not None:
        _end()
    number = logging.getLevelName(level.upper()) if isinstance(level, str) else level
    if not isinstance(number, int):
        raise ValueError(level)  # noqa: TRY004 a word that is no level
    waiting: queue.Queue[logging.LogRecord] = queue.Queue(_WAITING)
    handler = _Queue(waiting)
    handler.setFormatter(CleanFormatter(_LINE))
    file = _File(
        paths.log_folder / FILE, maxBytes=_BYTES, backupCount=_FILES - 1, encoding="utf-8",
        delay=True,
    )  # fmt: skip
    file.setLevel(min(number, logging.INFO))
    outputs: list[logging.Handler] = [file]
    if sys.stderr is not None:  # a frozen program without a console has none
        standard = _Standard(sys.stderr)
        standard.setLevel(number)
        outputs.append(standard)
    for output in outputs:
        output.setFormatter(CleanFormatter("%(message)s"))
    listener = _Listener(waiting, *outputs, respect_handler_level=True)
    root = logging.getLogger()
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
    return end
