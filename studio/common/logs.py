"""Logs without secrets: what is cleaned of every text, and what is logged before there are files.

Where lines go is in `log_files`, which a start loads when its window stands.
"""

from __future__ import annotations

import logging
import re

from studio.common.key_redaction import SecretRedactor
from studio.common.terminal import harmless

HIDDEN = "[hidden]"

_secrets: set[str] = set()

# Compiled by `re` at their first use, and kept by it: a start logs nothing.
_PATTERNS: tuple[tuple[str, str], ...] = (
    (r"(?i)\b(bearer|basic)(\s+|%20)[^\s\"',;]+", rf"\1\2{HIDDEN}"),
    (
        (
            r"(?i)(authorization|x-goog-api-key|x-api-key|api[-_ ]?key)"
            r"(b?[\"']?\s*[:=,]\s*b?[\"']?)(?!bearer|basic)[^\s\"',;&})\]]+"
        ),
        rf"\1\2{HIDDEN}",
    ),
    (r"(?i)([?&](?:key|token|access_token)=)[^&\s\"']+", rf"\1{HIDDEN}"),
    (r"\bsk-[A-Za-z0-9_\-]{8,}", HIDDEN),
    (r"\bAIza[A-Za-z0-9_\-]{16,}", HIDDEN),
    # Pictures in answers: no secret, but nothing anybody wants in a log either.
    (r"[A-Za-z0-9+/_\-]{256,}={0,2}", "[long data]"),
)


def redact(secret: str) -> None:
    """Never let this be seen in a log from now on. Words too short to be a key are passed over."""
    if len(secret) >= 6:
        _secrets.add(secret)


def clean(text: str) -> str:
    """The text without keys and without long data; for crash reports and "Copy details" too."""
    for secret in sorted(_secrets, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    if _secrets:
        # However else it is written.
        text = SecretRedactor(sorted(_secrets), instead=HIDDEN).text(text)
    for pattern, instead in _PATTERNS:
        text = re.sub(pattern, instead, text)
    return text


class CleanFormatter(logging.Formatter):
    """Text of a record with its arguments and traceback, cleaned as a whole; never raises.

    Whoever reads the file in a terminal finds nothing in it that the terminal would obey.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line, or one that says what kind of line could not be made."""
        try:
            return harmless(clean(super().format(record)))
        except Exception as error:  # noqa: BLE001 a faulty log line must not stop the program
            return f"A line of {record.name} could not be logged: {type(error).__name__}"


class _StartupHandler(logging.Handler):
    """Records of the start, until the files are there."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it."""
        self.records.append(record)


_kept: _StartupHandler | None = None


def buffer_logs() -> None:
    """Keep what is logged from now on until `log_files.install`."""
    global _kept
    if _kept is None:
        _kept = _StartupHandler()
        root = logging.getLogger()
        root.addHandler(_kept)
        root.setLevel(logging.INFO)


def stop_keeping() -> list[logging.LogRecord]:
    """What was kept, in order; nothing is kept from now on."""
    global _kept
    kept, _kept = _kept, None
    if kept is None:
        return []
    root = logging.getLogger()
    root.removeHandler(kept)
    root.setLevel(logging.WARNING)
    return kept.records
