"""What commands print, in the guide: made anew by running them.

A block of the guide begins with a comment that names it, and shows each command behind a "$".
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.desktop.session import ROOT
from tests.screenshots import stage

PAGE = ROOT / "docs" / "guide" / "command-line.md"
COMMANDS = (
    'gridbrush generate "A fox in fresh snow" --aspect 3:2 --count 2 --seed 7 --out Desktop',
    'gridbrush library list "lighthouse rating:>=4"',
)
"""What is run, and shown with its output."""

BLOCK = re.compile(r"(?<=<!-- output -->\n```console\n).*?(?=```\n)", re.DOTALL)
"""The text between the fences of the block."""


def renew(home: Path) -> None:
    """Run the commands in a copy of the library and write what they print into the page."""
    text = "".join(f"$ {command}\n{run(command, home)}" for command in COMMANDS)
    page = PAGE.read_text(encoding="utf-8")
    found = BLOCK.search(page)
    assert found, f"{PAGE.name} has no block for output"
    if _without_ids(found[0]) != _without_ids(text):
        PAGE.write_text(page[: found.start()] + text + page[found.end() :], encoding="utf-8")
    print(PAGE)


def _without_ids(text: str) -> str:
    """The text without the beginnings of ids, which are other ones each time."""
    return re.sub(r"\b[0-9a-f]{8}\b", "", text)


def run(command: str, home: Path) -> str:
    """Output of one command, started in the home. Raises CalledProcessError."""
    words = [one or two for one, two in re.findall(r'"([^"]*)"|(\S+)', command)][1:]
    program = [sys.executable, "-m", "studio", "--home", str(home), *words]
    environ = {**os.environ, **stage.fixed_clock(stage.WINDOW_OPENED), "COLUMNS": "100"}
    done = subprocess.run(
        program, check=True, cwd=home, env=environ, capture_output=True, text=True
    )
    return done.stdout
