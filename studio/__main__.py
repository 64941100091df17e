"""`gridbrush`: no command opens the window, a command goes to the command line.

The decoding process and the hidden probe of the window start here too, before anything else is
imported.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["--worker"]:
        from studio import worker

        return worker.main()
    from studio.cli.parser import parse

    options = parse(words)
    if options.command is None:
        from studio.ui.app import run as open_window

        return open_window(options)
    from studio.cli import run as run_command

    return run_command(options)


if __name__ == "__main__":
    sys.exit(main())
