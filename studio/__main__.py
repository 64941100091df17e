"""`gridbrush`: opens the window, or runs a command if one is given.

The worker processes and the hidden probe of the window start here too, before anything else is
imported. None of them leaves a core dump.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence

from studio.common import terminal
from studio.config.environment import keep_memory_private

_WORKERS = {"compare": "compare_worker", "export": "export_worker", "sheet": "sheet_worker"}
"""Modules of the worker processes other than the decoder, by name."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; returns its exit code."""
    keep_memory_private()
    _stand_in_for_closed_streams()
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["--worker"]:
        # Each loads what its work needs, and nothing of the other programs.
        name = _WORKERS.get("".join(words[1:2]), "worker")
        code: int = importlib.import_module(f"studio.imaging.{name}").main()
        return code
    try:
        return _run(words)
    except Exception:
        # For tracebacks, which a normal start does not need.
        terminal.guard()
        raise


def _run(words: list[str]) -> int:
    # The decoding process has no arguments of its own.
    from studio.cli.parser import parse

    options = parse(words, before_command=_speak)
    if options.command is None:
        # Qt is for the window alone.
        from studio.ui.app.application import run as open_window

        return open_window(options)
    # The window needs none of the commands.
    from studio.cli.run import run as run_command

    return run_command(options)


def _speak(words: Sequence[str]) -> None:
    # A window reads all of its settings first.
    from studio.cli.language import use_language

    use_language(words)


def _stand_in_for_closed_streams() -> None:
    """Open the null device as any standard stream that is closed, as after `>&-`.

    Otherwise the next opened file would get its number, and stray warnings would go into it.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.dup(number), mode, encoding="utf-8"))


if __name__ == "__main__":
    sys.exit(main())
