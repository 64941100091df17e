"""Safe output to a terminal: text without control characters.

Prompts, names, records and texts of services are untrusted. `guard` wraps the standard streams, so
that it applies to commands, tracebacks, log lines and messages of argparse, whether they go to a
terminal, a file or a pipe.
"""

from __future__ import annotations

import sys
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

_JOINERS = "\u200c\u200d"
"""Joiners, which are parts of words and emoji."""


def harmless(text: str, *, lines: bool = True) -> str:
    """The text without control and bidirectional characters.

    Without `lines`, line endings and tabs become spaces.
    """
    kept = "\n\t" if lines else ""
    if (text.replace("\n", "").replace("\t", "") if lines else text).isprintable():
        return text
    return "".join(
        sign
        if sign.isprintable() or sign in kept or sign in _JOINERS
        else " "
        if sign.isspace()
        else "\N{REPLACEMENT CHARACTER}"
        for sign in text
    )


def escaped(json: str) -> str:
    """A line of JSON with control characters escaped as \\uXXXX, which keeps the values."""
    if json.isprintable():
        return json
    return "".join(
        sign if sign.isprintable() or sign in _JOINERS else _as_escape(sign) for sign in json
    )


def _as_escape(sign: str) -> str:
    units = sign.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


class SafeStream:
    """Wrapper of a text stream that writes sanitized text only."""

    def __init__(self, stream: IO[str]) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        self.stream.write(harmless(text))
        return len(text)

    def writelines(self, texts: Iterable[str]) -> None:
        for text in texts:
            self.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def guard() -> None:
    """Wrap standard output and standard error."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and not isinstance(stream, SafeStream):
            setattr(sys, name, SafeStream(stream))


def bare(stream: IO[str]) -> IO[str]:
    """The wrapped stream, for output with control characters; its texts are already sanitized."""
    return stream.stream if isinstance(stream, SafeStream) else stream
