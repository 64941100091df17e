"""Takes the pictures of docs/screenshots from the real window: `python -m tests.screenshots`.

    python -m tests.screenshots grid loupe --into /tmp/shots

The library is painted offline, with fixed seeds. Everything else is done by hand, as a user would:
a run that is refused, one that is under way, a picture edited.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops

from studio.domain.drafts import Draft
from tests.desktop.session import ROOT, Session, missing
from tests.e2e.desktop import Desktop, DesktopProgram
from tests.e2e.library import leave_draft
from tests.e2e.screen import Thing, wait_until
from tests.screenshots import sample_library

VARIANTS = "{blue hour|heavy fog|first snow}"
PROMPT = (
    f"Keep the composition, but move it to {VARIANTS}; "
    "warm light only in the lamp room, matte gouache texture"
)
SELECTED = "isle dusk 07"
BUDGET = 40.0
"""US dollars a month."""
_REFUSED = Draft(prompt="harbour poster", model="sketch-refuses")

_BARE = """<?xml version="1.0"?>
<openbox_config xmlns="http://openbox.org/3.4/rc"><applications>
<application type="normal"><decor>no</decor><maximized>yes</maximized></application>
</applications></openbox_config>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One picture of the window.

    Attributes:
        size: of the screen, in its own pixels.
        scale: device pixels for one of the window's.
        stage: brings the window into the state that is shown.
        draft: what an earlier start left in the composer.
    """

    stage: Callable[[DesktopProgram], None]
    size: str = "1440x900"
    scale: int = 1
    theme: str = "dark"
    draft: Draft = _REFUSED
    empty: bool = False


def at_work(program: DesktopProgram) -> None:
    """A refused tile, two under way, one queued, and a picture being edited."""
    look_back(program)
    user = program.desktop
    user.reader.press(program.generate)
    program.wait_for_items(1, "Refused by")
    # What the slow painter once made brings it back into the composer.
    select(program, sample_library.SLOW.title)
    user.keys("r")
    wait_until(lambda: program.prompt.text == sample_library.SLOW.prompt)
    # Its prompt is let go, so that nothing has to be said about it.
    program.focus_prompt()
    user.keys("ctrl+a", "Delete")
    select(program, SELECTED)
    user.keys("ctrl+e")
    program.write(PROMPT)
    wait_until(lambda: not program.find("button", "Undo"), what="nothing more to be said")
    user.keys("ctrl+Return")
    program.wait_for_items(2, "Receiving")
    program.wait_for_items(1, "in the queue")
    user.reader.focus(program.wait_for("combo box", "Model"))
    user.keys("Home")
    user.reader.press(program.wait_for("button", "Automatic seed"))
    program.focus_prompt()
    user.keys("ctrl+End")


def look_back(program: DesktopProgram) -> None:
    """Search for what was made in the last seven days."""
    user = program.desktop
    since = dt.datetime.now().astimezone().date() - dt.timedelta(days=7)
    user.keys("ctrl+f")
    user.type(f"after:{since.isoformat()} ")
    user.keys("Return")
    program.wait_for("button", part="after")


def in_loupe(program: DesktopProgram) -> None:
    """One picture large."""
    select(program, SELECTED)
    program.desktop.keys("Return")
    program.wait_for("check box", "Fit")


def first_start(program: DesktopProgram) -> None:
    """Nothing there yet."""
    wait_until(lambda: program.find("button", part="lighthouse"))


def select(program: DesktopProgram, title: str) -> None:
    """Select a picture by the keyboard: it may be out of sight."""
    user = program.desktop
    user.reader.focus(program.gallery)
    user.keys("Home")

    def here() -> list[Thing]:
        return [tile for tile in program.items(title) if "selected" in tile.states]

    for _step in range(len(sample_library.SHELF) + 8):
        if here():
            return
        user.keys("Right")
    raise AssertionError(f"{title} is not in the gallery: {[t.name for t in program.items()]}")


SHOTS = {
    "grid": Shot(stage=at_work),
    "loupe": Shot(stage=in_loupe, draft=Draft(prompt=PROMPT)),
    "light": Shot(stage=at_work, theme="light"),
    "start": Shot(stage=first_start, empty=True),
    "narrow": Shot(stage=at_work, size="1024x640"),
    "scale-200": Shot(stage=at_work, size="2880x1800", scale=2),
}


def take(shot: Shot, home: Path, folder: Path, target: Path) -> None:
    """Start the window, bring it into its state and save what is on the screen."""
    if not shot.empty:
        leave_settings(home, shot)
    with Session(folder) as session:
        config = session.home / ".config" / "openbox"
        config.mkdir(parents=True)
        (config / "rc.xml").write_text(_BARE)
        session.start_display(shot.size)
        session.start_bus(services=False)
        session.start_accessibility()
        user = Desktop(session)
        # An empty window tells where pictures will be: for most people in their own folders.
        where = None if shot.empty else home
        program = user.start(home=where, QT_SCALE_FACTOR=str(shot.scale))
        width, height = (int(side) for side in shot.size.split("x"))
        wait_until(lambda: program.extents == (0, 0, width, height), what="the whole screen")
        shot.stage(program)
        session.run(["xdotool", "mousemove", str(width - 2), str(height // 2)])
        picture = folder / "after.png"
        before = folder / "before.png"
        wait_until(lambda: still(program, shot.scale, before, picture), what="all thumbnails")
        with Image.open(picture) as image:
            image.convert("RGB").save(target, optimize=True)
        user.close()
    assert session.ended == [], session.ended


def leave_settings(home: Path, shot: Shot) -> None:
    """The settings and the draft of an earlier start."""
    settings = home / "config" / "settings.json"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(
        json.dumps({"version": 1, "theme": shot.theme, "at_once": 2, "budget_usd": BUDGET})
    )
    leave_draft(home, shot.draft)


def still(program: DesktopProgram, scale: int, before: Path, after: Path) -> bool:
    """Take the screen twice; whether nothing in the tiles of pictures changed between."""
    program.desktop.picture(before)
    program.desktop.picture(after)
    with Image.open(before) as first, Image.open(after) as second:
        boxes = [(0, 0, *first.size)]
        for gallery in program.find("list", "Gallery"):
            # What runs there moves on: only the inspector beside it must have come to rest.
            left, top, wide, high = gallery.extents or (0, 0, 0, 0)
            boxes = [(left + wide, 0, *first.size)]
        for tile in program.items("sketch"):
            x, y, width, height = tile.extents or (0, 0, 0, 0)
            boxes.append((x, y, x + width, min(y + height, top + high)))
        for each in boxes:
            # Accessibility counts in the window's pixels, the screen in its own.
            left, top, right, bottom = (min(side * scale, max(first.size)) for side in each)
            box = (left, top, right, bottom)
            if ImageChops.difference(first.crop(box), second.crop(box)).getbbox():
                return False
    return True


def main() -> int:
    """Take the pictures that were asked for, or all."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("names", nargs="*", choices=[*SHOTS, []], metavar="NAME")
    options.add_argument("--into", type=Path, default=ROOT / "docs" / "screenshots")
    chosen = options.parse_args()
    if absent := missing():
        print(f"screenshots need {', '.join(absent)}", file=sys.stderr)
        return 1
    chosen.into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="gridbrush-screenshots-") as scratch:
        work = Path(scratch)
        sample_library.fill(work / "library")
        for name in chosen.names or SHOTS:
            home = work / name
            if not SHOTS[name].empty:
                shutil.copytree(work / "library", home)
            target = chosen.into / f"{name}.png"
            take(SHOTS[name], home, work / f"{name}-session", target)
            print(f"{target} ({target.stat().st_size:,} bytes)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
