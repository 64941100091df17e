"""The loop of the README: write, generate, edit, look at 100 %, drag into a folder."""

from __future__ import annotations

import sys
from pathlib import Path

from studio.domain.drafts import Draft
from tests.desktop.session import Session
from tests.e2e.desktop import Desktop, DesktopProgram, DesktopWindow
from tests.e2e.library import originals
from tests.e2e.screen import wait_until
from tests.screenshots.recording import Recording

SIZE = (1200, 750)
"""Of the window and of the screen; the frames have a strip more."""

FOLDER = "Campaign"
_FOLDER_PLACE = (800, 400, 370, 270)
DRAFT = Draft(seed=7)
_PROMPT = "Lighthouse on a cliff at {dawn|dusk}, gouache"
_CHANGE = "Move it to a starry night"


def record(session: Session, home: Path, target: Path) -> None:
    """Use the program from the prompt to the file in a folder, and save what was seen.

    Raises AssertionError if the picture is not in the folder at the end, byte for byte.
    """
    user = Desktop(session)
    program = user.start(home=home)
    wait_until(lambda: program.extents == (0, 0, *SIZE), what="the whole screen")
    known = set(originals(home))
    program.focus_prompt()
    film = Recording(user)
    film.point_at(560, 470)
    _write_and_generate(film, program, home, known)
    _edit_newest(film, program, home)
    _look_closely(film, program)
    folder = session.home / FOLDER
    folder.mkdir()
    _drag_out(film, program, folder, newest(home))
    film.save(target)
    user.close()


def newest(home: Path) -> Path:
    """The original that was made last."""
    return max(originals(home), key=lambda path: path.stat().st_mtime_ns)


def _write_and_generate(
    film: Recording, program: DesktopProgram, home: Path, known: set[Path]
) -> None:
    film.caption("1   Write a prompt; {a|b} makes both")
    film.hold(1000)
    film.type(_PROMPT)
    film.hold(1000)
    film.caption("2   Generate")
    film.begin("ctrl", "Return")
    film.watch(lambda: len(originals(home)) == len(known) + 2, every=150)
    film.hold(900)
    film.release()
    film.hold(1600)


def _edit_newest(film: Recording, program: DesktopProgram, home: Path) -> None:
    known = len(originals(home))
    film.caption("3   Edit the newest")
    film.keys("ctrl", "e", hold=1200)
    film.type(_CHANGE)
    film.hold(800)
    film.begin("ctrl", "Return")
    film.watch(lambda: len(originals(home)) == known + 1, every=150)
    film.hold(900)
    film.release()
    film.hold(1600)


def _look_closely(film: Recording, program: DesktopProgram) -> None:
    film.caption("4   Look at 100 %")
    film.user.reader.focus(program.gallery)
    film.begin("Return")
    program.wait_for("check box", "Fit")
    film.settle()
    film.hold(1300)
    film.keys("ctrl", "1", hold=1200)
    film.release()
    film.move(500, 250)
    film.press(down=True)
    film.move(560, 330)
    film.press(down=False)
    film.hold(1000)
    film.keys("Escape", hold=900)
    film.release()


def _drag_out(film: Recording, program: DesktopProgram, folder: Path, original: Path) -> None:
    film.caption("5   Drag the original into a folder")
    process = program.desktop.session.start(
        [sys.executable, "-m", "tests.screenshots.folder", folder]
    )
    files = DesktopWindow(film.user, process)
    files.wait_for_window()
    files.place(*_FOLDER_PLACE)
    film.settle()
    film.hold(1200)
    tile = program.items()[0]
    film.move(*tile.middle)
    film.press(down=True)
    film.move(*files.middle)
    film.move(files.middle[0] + 3, files.middle[1])
    film.hold(300)
    film.press(down=False)
    copy = folder / original.name
    wait_until(lambda: copy.exists() and copy.read_bytes() == original.read_bytes(), what="a copy")
    film.settle()
    film.hold(2400)
    process.terminate()
    process.wait()
