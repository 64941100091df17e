"""Windows forked from a process that has imported the program: see `tests.cli.warm`."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.cli.forks import ForkedCommand

READ_LATER = frozenset({"GRIDBRUSH_API_KEY", "QT_QPA_PLATFORMTHEME"})
"""What a test may add to the environment of a fork: what is read when the program runs.

All else may be read while libraries load.
"""


def forked(
    address: str, words: Sequence[str], *, environ: Mapping[str, str], output: Path
) -> ForkedCommand:
    """The program in a fork; everything it prints goes to the file `output`."""
    with output.open("wb") as file, Path(os.devnull).open("rb") as nothing:
        return ForkedCommand(
            address, words, environ=environ, folder=Path.cwd(), stdin=nothing.fileno(),
            stdout=file.fileno(), stderr=file.fileno(), whole=True,
        )  # fmt: skip
