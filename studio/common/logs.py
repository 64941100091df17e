"""Redaction of logs, and buffering of records until there are log files.

The files are in `log_files`, which is loaded after the window is shown.
"""

from __future__ import annotations

import logging
import re

from studio.common.key_redaction import SecretRedactor
from studio.common.terminal import harmless

HIDDEN = "[hidden]"

_secrets: set[str] = set()

# Compiled and cached by `re` at their first use: a start logs nothing.
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
    # Pictures in answers are no secret, but too long for a log.
    (r"[A-Za-z0-9+/_\-]{256,}={0,2}", "[long data]"),
)


def redact(secret: str) -> None:
    """Redact a secret in logs from now on. Secrets too short for a key are ignored."""
    if len(secret) >= 6:
        _secrets.add(secret)


def clean(text: str) -> str:
    """The text without keys and long data, as used for logs, crash reports and "Copy details"."""
    for secret in sorted(_secrets, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    if _secrets:
        # Encoded forms.
        text = SecretRedactor(sorted(_secrets), instead=HIDDEN).text(text)
    for pattern, instead in _PATTERNS:
        text = re.sub(pattern, instead, text)
    return text


class CleanFormatter(logging.Formatter):
    """Formatter that redacts the whole text, and removes terminal controls; never raises."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, or a replacement if it cannot be formatted."""
        try:
            return harmless(clean(super().format(record)))
        except Exception as error:  # noqa: BLE001 a faulty log line must not stop the program
            return f"A line of {record.name} could not be logged: {type(error).__name__}"


class _StartupHandler(logging.Handler):
    """Buffer of records until there are log files."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


_kept: _StartupHandler | None = None


def buffer_logs() -> None:
    """Buffer records until `log_files.install`."""
    global _kept
    if _kept is None:
        _kept = _StartupHandler()
        root = logging.getLogger()
        root.addHandler(_kept)
        root.setLevel(logging.INFO)


def stop_keeping() -> list[logging.LogRecord]:
    """Stop buffering; returns the records in order."""
    global _kept
    kept, _kept = _kept, None
    if kept is None:
        return []
    root = logging.getLogger()
    root.removeHandler(kept)
    root.setLevel(logging.WARNING)
    return kept.records
