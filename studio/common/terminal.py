"""What this program writes to a terminal: text, and nothing that the terminal would obey.

Prompts, names, records and a service's words are written as they came. `guard` makes the standard
streams the one door through which all of it goes: commands, tracebacks, the lines of a log and what
argparse says of wrong words, into a terminal, a file or a pipe alike.
"""

from __future__ import annotations

import sys
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

_JOINERS = "\u200c\u200d"
"""Parts of words and of emoji in many scripts."""


def harmless(text: str, *, lines: bool = True) -> str:
    """The text without what a terminal would obey: control signs, and those that turn reading.

    Prompts, file names and a service's words are text like any other, and nothing more. Without
    `lines` line ends and tabs are spaces.
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
    """A line of JSON in which such signs are written as \\uXXXX: the values stay what they are."""
    if json.isprintable():
        return json
    return "".join(
        sign if sign.isprintable() or sign in _JOINERS else _as_escape(sign) for sign in json
    )


def _as_escape(sign: str) -> str:
    units = sign.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


class SafeStream:
    """A text stream that writes harmless text only; everything else of it is the stream's own."""

    def __init__(self, stream: IO[str]) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        """Write the text, harmless."""
        self.stream.write(harmless(text))
        return len(text)

    def writelines(self, texts: Iterable[str]) -> None:
        """Write the texts, harmless."""
        for text in texts:
            self.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def guard() -> None:
    """Write through the door from now on, whoever writes."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and not isinstance(stream, SafeStream):
            setattr(sys, name, SafeStream(stream))


def bare(stream: IO[str]) -> IO[str]:
    """The stream behind the door, for what draws in a terminal and has made its words harmless."""
    return stream.stream if isinstance(stream, SafeStream) else stream
