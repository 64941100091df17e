"""Pictures are dragged out, then copied: the clipboard has what the toast says."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from tests.e2e.desktop import Desktop, DesktopProgram
from tests.e2e.library import originals
from tests.e2e.screen import wait_until

pytestmark = pytest.mark.desktop

TIMES = 10

_PASTE = """
import json, sys
from PySide6.QtCore import QSocketNotifier
from PySide6.QtWidgets import QApplication
app = QApplication(sys.argv)
def on_asked():
    if not sys.stdin.readline():
        return app.quit()
    mime = app.clipboard().mimeData()
    print(json.dumps([url.toLocalFile() for url in mime.urls()]), flush=True)
asked = QSocketNotifier(0, QSocketNotifier.Type.Read)
asked.activated.connect(on_asked)
app.exec()
"""
"""Another program that says what is on the clipboard, each time it is asked."""


class OtherProgram:
    """Something to paste into, open all the time."""

    def __init__(self, user: Desktop) -> None:
        pipe = subprocess.PIPE
        self._process = user.session.start(
            [sys.executable, "-c", _PASTE], stdin=pipe, stdout=pipe, bufsize=0
        )

    def paste(self) -> list[str]:
        """The files it would paste."""
        reading, writing = self._process.stdout, self._process.stdin
        assert reading is not None
        assert writing is not None
        writing.write(b"\n")
        files: list[str] = json.loads(reading.readline())
        return files

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert self._process.wait(60) == 0


def pastes(other: OtherProgram, original: Path) -> bool:
    """Whether the other program would paste this file, and nothing else."""
    return other.paste() == [str(original)]


def mode_of(path: Path) -> int:
    """Who may read and write a file."""
    return stat.S_IMODE(path.stat().st_mode)


def selected(program: DesktopProgram, part: str) -> bool:
    """Whether the tile with this name is selected."""
    return "selected" in program.items(part)[0].states


def wait_for_copy(original: Path, target: Path) -> None:
    """Wait until a file as long as the original is in a folder under its name."""
    copy, size = target / original.name, original.stat().st_size
    wait_until(
        lambda: copy.exists() and copy.stat().st_size == size,
        what=lambda: f"{copy.name}, there are {list(target.iterdir())}",
    )


def test_what_was_dragged_out_can_be_copied_ten_times(
    user: Desktop, home: Path, tmp_path: Path
) -> None:
    user.generate("a {fox|hare} in the snow", "--size", "512", "--seed", "1", home=home)
    target = tmp_path / "Entwürfe"
    target.mkdir()
    plain = tmp_path / "plain"
    plain.write_bytes(b"")
    program = user.start(home=home)
    files = user.file_manager(target)
    program.place(0, 0, 860, 800)
    files.place(900, 60, 480, 600)
    names = {path.name.split("-")[1]: str(path) for path in originals(home)}
    assert set(names) == {"fox", "hare"}
    program.wait_for_items(2)
    other = OtherProgram(user)
    for time in range(TIMES):
        part = ("fox", "hare")[time % 2]
        original = Path(names[part])
        program.activate()
        user.drag(program.items(part)[0].middle, files.middle)
        wait_for_copy(original, target)
        assert mode_of(target / original.name) == mode_of(plain), "a copy is like any other file"
        program.activate()
        user.click(program.items(part)[0])
        wait_until(partial(selected, program, part), what=f"{part} is selected")
        user.keys("ctrl+c")
        program.wait_for_words("1 picture copied")
        # The words of the time before may still stand there.
        wait_until(partial(pastes, other, original), what=f"the copy, the {time + 1}. time")
        (target / original.name).unlink()
    other.close()
    assert program.close() == 0
