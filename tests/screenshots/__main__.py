"""Takes the pictures of docs/screenshots from the real window: `python -m tests.screenshots`.

    python -m tests.screenshots grid loupe loop --into /tmp/shots

The library is painted offline, with fixed seeds and a fixed clock. Everything else is done by hand,
as a user would: a run that is refused, one that is under way, a picture edited.
"""

from __future__ import annotations

import argparse
import gettext
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image, ImageChops

from studio.domain.drafts import DraftFile
from tests.desktop.screen_image import screen_image
from tests.desktop.session import ROOT, Session, missing
from tests.e2e.desktop import Desktop, DesktopProgram
from tests.e2e.screen import wait_until
from tests.screenshots import loop, sample_library, stage, written_output
from tests.screenshots.shots import FOLDER, LOOP, LOOP_FILE, SHOTS, Shot, save

LOCALE = ROOT / "resources" / "locale"
OUTPUT = "output"
"""Name of the command line's output on the command line."""

_BLINK = 1.2
"""Seconds in which the caret is seen and not seen."""
_LOOKS = 6


def take(shot: Shot, home: Path, folder: Path, target: Path) -> None:
    """Start the window, bring it into its state and save what is on the screen."""
    if not shot.empty:
        draft = shot.draft
        if shot.referring:
            kept = DraftFile(home / sample_library.REFERRING).load()
            assert kept is not None
            draft = kept
        stage.leave_settings(
            home,
            theme=shot.theme,
            draft=draft,
            language=shot.language,
            contrast=shot.contrast,
        )
    with stage.open_session(folder, shot.size) as session:
        user = Desktop(session)
        # An empty window tells where pictures will be: for most people in their own folders.
        where = None if shot.empty else home
        environ = {"QT_SCALE_FACTOR": str(shot.scale)}
        if shot.text != 1:
            # Larger text alone: Qt would enlarge all the rest with it.
            environ = {"QT_ENABLE_HIGHDPI_SCALING": "0", "QT_FONT_DPI": str(96 * shot.text)}
        program = user.start(home=where, **environ)
        if shot.language:
            program.words = gettext.translation("gridbrush", LOCALE, [shot.language]).gettext
        width, height = (int(side) for side in shot.size.split("x"))
        wait_until(lambda: program.extents == (0, 0, width, height), what="the whole screen")
        shot.stage(program)
        session.run(["xdotool", "mousemove", str(width - 2), str(height // 2)])
        wait_until(lambda: still(program, shot.scale), what="all thumbnails")
        image = in_one_phase(session)
        save(image.crop(shot.part(program)) if shot.part else image, target)
        user.close()


def still(program: DesktopProgram, scale: int) -> bool:
    """Whether nothing in the tiles of pictures changed for a moment."""
    session = program.desktop.session
    first = screen_image(session)
    boxes = [(0, 0, *first.size)]
    for gallery in program.find("list", program.words("Gallery")):
        # What runs there moves on: only the inspector beside it must have come to rest.
        left, top, wide, high = gallery.extents or (0, 0, 0, 0)
        boxes = [(left + wide, 0, *first.size)]
    for tile in program.items("sketch"):
        x, y, width, height = tile.extents or (0, 0, 0, 0)
        boxes.append((x, y, x + width, min(y + height, top + high)))
    second = screen_image(session)
    for each in boxes:
        # Accessibility counts in the window's pixels, the screen in its own.
        left, top, right, bottom = (min(side * scale, max(first.size)) for side in each)
        box = (left, top, right, bottom)
        if ImageChops.difference(first.crop(box), second.crop(box)).getbbox():
            return False
    return True


def in_one_phase(session: Session) -> Image.Image:
    """What is on the screen, with the caret always in the same phase: the brighter one."""
    images = []
    for _look in range(_LOOKS):
        images.append(screen_image(session))
        time.sleep(_BLINK / _LOOKS)
    return max(images, key=lambda image: image.tobytes())


def record_loop(home: Path, folder: Path, target: Path) -> None:
    """Record the animation of the README."""
    stage.leave_settings(home, theme="dark", draft=loop.DRAFT)
    with stage.open_session(folder, "{}x{}".format(*loop.SIZE)) as session:
        loop.record(session, home, target)


def fill_library(home: Path) -> None:
    """Paint the library in a process whose clock does not depend on how long that takes."""
    command = [sys.executable, "-m", "tests.screenshots.sample_library", str(home)]
    environ = {**os.environ, **stage.fixed_clock(stage.LIBRARY_MADE, tick=1_000_000)}
    subprocess.run(command, check=True, cwd=ROOT, env=environ)


def main() -> int:
    """Take the pictures that were asked for, or all."""
    options = argparse.ArgumentParser(description=__doc__)
    every = [LOOP, *SHOTS, OUTPUT]
    options.add_argument("names", nargs="*", choices=[*every, []], metavar="NAME")
    options.add_argument("--into", type=Path, default=FOLDER)
    chosen = options.parse_args()
    if absent := missing():
        print(f"screenshots need {', '.join(absent)}", file=sys.stderr)
        return 1
    spoken = {SHOTS[name].language for name in chosen.names or SHOTS if name in SHOTS}
    for language in sorted(spoken - {""}):
        if not subprocess.run(
            ["fc-list", f":lang={language}"], capture_output=True, check=True
        ).stdout:
            print(f"screenshots need a font for {language}: fonts-noto on Debian", file=sys.stderr)
            return 1
    chosen.into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="gridbrush-screenshots-") as scratch:
        work = Path(scratch)
        fill_library(work / "library")
        for name in chosen.names or every:
            home = work / name
            if name not in SHOTS or not SHOTS[name].empty:
                shutil.copytree(work / "library", home)
            if name == OUTPUT:
                written_output.renew(home)
                continue
            target = chosen.into / (LOOP_FILE if name == LOOP else SHOTS[name].file)
            if name == LOOP:
                record_loop(home, work / f"{name}-session", target)
            else:
                take(SHOTS[name], home, work / f"{name}-session", target)
            print(f"{target} ({target.stat().st_size:,} bytes)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
