"""Messages of commands on standard error."""

from __future__ import annotations

import contextlib
import sys

from studio.common.terminal import harmless


def complain(*sentences: str) -> None:
    """Print sentences on standard error."""
    with contextlib.suppress(OSError):
        text = "\n".join(sentence for sentence in sentences if sentence)
        sys.stderr.write(harmless(text) + "\n")
        sys.stderr.flush()


def write_question(question: str) -> None:
    """Write a question to the terminal."""
    with contextlib.suppress(OSError):
        sys.stderr.write(harmless(question))
        sys.stderr.flush()
