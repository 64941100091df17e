"""The screenshots of README and guide: how each window is brought into its state."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from studio.domain.drafts import Draft
from tests.desktop.screen_image import screen_image
from tests.desktop.session import ROOT
from tests.e2e.desktop import DesktopProgram
from tests.e2e.library import originals
from tests.e2e.screen import Thing, wait_until
from tests.screenshots import sample_library

VARIANTS = "{blue hour|heavy fog|first snow}"
PROMPT = (
    f"Keep the composition, but move it to {VARIANTS}; "
    "warm light only in the lamp room, matte gouache texture"
)
SELECTED = "isle dusk 07"
_SINCE = "2026-05-14"
_REFUSED = Draft(prompt="harbour poster", model="sketch-refuses")
_CALM = Draft(prompt="A lighthouse on a granite island at first light", seed=7)
_KEPT = Draft(prompt="Keep everything else exactly as it is.", seed=7)
_SMALL = "1200x750"
_STATUS_BAR = 26
_MARGIN = 28

Box = tuple[int, int, int, int]
"""left, top, right and bottom, in pixels of the window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One picture of the window.

    Attributes:
        stage: brings the window into the state that is shown.
        file: name of the picture in docs/screenshots.
        size: of the screen, in its own pixels.
        scale: device pixels for one of the window's.
        draft: what an earlier start left in the composer.
        referring: starts with the draft that has references instead.
        empty: without a library.
        part: the part of the window that is kept; all of it without.
    """

    stage: Callable[[DesktopProgram], None]
    file: str
    size: str = _SMALL
    scale: int = 1
    theme: str = "dark"
    draft: Draft = _CALM
    referring: bool = False
    empty: bool = False
    part: Callable[[DesktopProgram], Box] | None = None


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
    wait_until(lambda: not program.find("label", part="Composer replaced"), what="no message")
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
    user.keys("ctrl+f")
    user.type(f"after:{_SINCE} ")
    user.keys("Return")
    program.wait_for("button", part="after")


def in_loupe(program: DesktopProgram) -> None:
    """One picture large."""
    select(program, SELECTED)
    program.desktop.keys("Return")
    program.wait_for("check box", "Fit")


def in_marks(program: DesktopProgram) -> None:
    """Three things marked, the last one while its note is written."""
    user = program.desktop
    select(program, SELECTED)
    user.keys("k")
    canvas = program.wait_for("image", part="Marks on")
    left, top, wide, high = _extents(canvas)

    def at(x: float, y: float) -> tuple[int, int]:
        # Of a picture as wide as it is high, fitted into the canvas.
        side = min(wide, high) - 20
        return (
            round(left + wide / 2 + (x - 0.5) * side),
            round(top + high / 2 + (y - 0.5) * side),
        )

    user.session.run(["xdotool", "mousemove", *map(str, at(0.5, 0.5))])
    for key, start, end, words in (
        ("a", at(0.12, 0.5), at(0.28, 0.62), "Less rock here, more surf"),
        ("u", at(0.7, 0.72), at(0.9, 0.9), "Calm water, no glints"),
        ("b", at(0.55, 0.3), at(0.85, 0.22), "A few gulls, far away"),
    ):
        user.keys(key)
        user.drag(start, end)
        user.type(words)
        if key != "b":
            user.keys("Return")
    program.wait_for("list item", part="with 3 marks")


def in_comparison(program: DesktopProgram) -> None:
    """A picture beside the original it was edited from."""
    select(program, SELECTED)
    program.desktop.keys("d")
    program.wait_for("button", part="Keep both")


def in_pick_mode(program: DesktopProgram) -> None:
    """In the middle of a round with all pictures."""
    user = program.desktop
    select(program, SELECTED)
    user.keys("ctrl+a", "shift+p")
    program.wait_for("button", "Finish…")
    user.keys("p", "x", "p", "x", "x", "p")
    program.wait_for("image", part=", 7 of")


def in_duel(program: DesktopProgram) -> None:
    """In the second round of a duel of sixteen pictures."""
    user = program.desktop
    select(program, SELECTED)
    user.keys("shift+End", "shift+d")
    program.wait_for("button", part="Left wins")
    user.keys("Left", "Right", "Left", "Right", "Right", "Left", "Left", "Right", "Left")
    program.wait_for("label", part="Round 2")


def with_duel_result(program: DesktopProgram) -> None:
    """The card at the end of a duel of few pictures."""
    user = program.desktop
    select(program, SELECTED)
    user.keys("shift+Right", "shift+Right", "shift+Right", "shift+d")
    program.wait_for("button", part="Left wins")
    user.keys("Left", "Right", "Left")
    program.wait_for("button", part="Give 5 stars")


def in_tree(program: DesktopProgram) -> None:
    """The family of a picture."""
    select(program, SELECTED)
    program.desktop.keys("t")
    program.wait_for("label", part="Family of")


def in_stacks(program: DesktopProgram) -> None:
    """Two stacks by hand, of which one is open."""
    user = program.desktop
    select(program, "fern plate")
    user.keys("shift+Right", "shift+Right", "ctrl+g")
    wait_until(lambda: program.items("Stack, "), what="a stack")
    select(program, SELECTED)
    user.keys("shift+Right", "shift+Right", "shift+Right", "ctrl+g")
    wait_until(lambda: len(program.items("Stack, ")) == 2, what="two stacks")
    user.keys("s")
    wait_until(lambda: program.items("in this stack"), what="an open stack")
    wait_until(lambda: program.find("label", part="This stack cost"), what="its costs")


def first_start(program: DesktopProgram) -> None:
    """Nothing there yet."""
    wait_until(lambda: program.find("button", part="lighthouse"))


def with_references(program: DesktopProgram) -> None:
    """Three references with roles, and the words that are sent."""
    wait_until(lambda: program.find("button", part="shoreline"))
    program.focus_prompt()
    program.desktop.keys("ctrl+shift+p")
    wait_until(lambda: program.find("text", "Words sent"), what="the panel")


def three_stars(program: DesktopProgram) -> None:
    """Only pictures with three stars or more."""
    select(program, SELECTED)
    program.desktop.keys("alt+3")
    wait_until(lambda: not program.items("isle noon"), what="the filter")


def inspected(program: DesktopProgram) -> None:
    """The inspector beside one picture."""
    select(program, SELECTED)
    wait_until(lambda: program.find("button", part="Vary"), what="the inspector")


def queued(program: DesktopProgram) -> None:
    """The queue over the status bar."""
    at_work(program)
    program.desktop.reader.press(program.wait_for("button", part="running"))
    wait_until(lambda: program.find("button", part="Pause"), what="the queue")


def changed(program: DesktopProgram) -> None:
    """The history of changes."""
    select(program, SELECTED)
    user = program.desktop
    user.keys("5")
    select(program, "kelp")
    user.keys("p")
    _run_action(program, "History of changes")
    program.wait_for("dialog", part="History")


def in_settings(program: DesktopProgram) -> None:
    """Keys and providers."""
    program.desktop.keys("ctrl+comma")
    program.wait_for("dialog", part="ettings")


def in_settings_for_words(program: DesktopProgram) -> None:
    """The sentences that are sent for each role."""
    in_settings(program)
    program.desktop.click(program.wait_for("radio button", "Words"))


def importing(program: DesktopProgram) -> None:
    """What is asked before an import."""
    user = program.desktop
    # The file dialog begins there.
    folder = user.session.home / "Pictures"
    for number, path in enumerate(originals(program.home)[:3], 1):
        shutil.copyfile(path, folder / f"scan {number}.png")
    select(program, SELECTED)
    user.keys("ctrl+shift+i")
    wait_until(lambda: len(user.windows("gridbrush")) > 1, what="the file dialog")
    program.wait_for("text", part="File name")
    user.type(" ".join(f'"{path.name}"' for path in sorted(folder.iterdir())))
    user.reader.press(program.wait_for("button", "Open"))
    wait_until(lambda: program.find("text", part="Tags"), what="the question")
    user.type("harbour, scan")


def all_keys(program: DesktopProgram) -> None:
    """The sheet of shortcuts."""
    select(program, SELECTED)
    program.desktop.keys("question")
    program.wait_for("dialog", part="hortcut")


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


def _run_action(program: DesktopProgram, name: str) -> None:
    user = program.desktop
    user.keys("ctrl+k")
    wait_until(lambda: program.find("list", "Actions and prompts"), what="the command palette")
    user.type(name)
    user.keys("Return")


def _right_of_gallery(program: DesktopProgram) -> Box:
    left, top, wide, _high = _extents(program.gallery)
    width, height = _window_size(program)
    return (left + wide + 1, top - 44, width, height - _STATUS_BAR)


def _below_gallery(program: DesktopProgram) -> Box:
    left, top, _wide, high = _extents(program.gallery)
    width, height = _window_size(program)
    return (left, top + high, width, height - _STATUS_BAR)


def _around(role: str, part: str) -> Callable[[DesktopProgram], Box]:
    """The part of the window around a thing, with a margin."""

    def box(program: DesktopProgram) -> Box:
        left, top, wide, high = _extents(program.wait_for(role, part=part))
        width, height = _window_size(program)
        return (
            max(0, left - _MARGIN),
            max(0, top - _MARGIN),
            min(width, left + wide + _MARGIN),
            min(height, top + high + _MARGIN),
        )

    return box


def _keys_and_providers(program: DesktopProgram) -> Box:
    left, top, right, _bottom = _around("dialog", "Settings")(program)
    # Below it is the library's folder, which is another one each time.
    return (left, top, right, _extents(program.wait_for("panel", "Pictures"))[1] - 1)


def _window_size(program: DesktopProgram) -> tuple[int, int]:
    return screen_image(program.desktop.session).size


def _extents(thing: Thing) -> Box:
    assert thing.extents is not None
    return thing.extents


_LARGE = "1440x900"

SHOTS = {
    "grid": Shot(stage=at_work, file="grid.webp", draft=_REFUSED, size=_LARGE),
    "loupe": Shot(stage=in_loupe, file="loupe.webp", size=_LARGE, draft=Draft(prompt=PROMPT)),
    "mark": Shot(stage=in_marks, file="mark.webp", size=_LARGE, draft=_KEPT),
    "pick": Shot(stage=in_pick_mode, file="pick.webp", size=_LARGE),
    "duel": Shot(stage=in_duel, file="duel.webp", size=_LARGE),
    "duel-result": Shot(stage=with_duel_result, file="duel-result.webp", size=_LARGE),
    "compare": Shot(stage=in_comparison, file="compare.webp", size=_LARGE),
    "stacks": Shot(stage=in_stacks, file="stacks.webp", size=_LARGE),
    "tree": Shot(stage=in_tree, file="tree.webp", size=_LARGE),
    "light": Shot(stage=at_work, file="light.webp", draft=_REFUSED, size=_LARGE, theme="light"),
    "start": Shot(stage=first_start, file="start.png", size=_LARGE, empty=True),
    "narrow": Shot(stage=at_work, file="narrow.webp", draft=_REFUSED, size="1024x640"),
    "scale-200": Shot(
        stage=at_work, file="scale-200.webp", draft=_REFUSED, size="2880x1800", scale=2
    ),
    "composer": Shot(
        stage=with_references, file="composer.webp", referring=True, part=_below_gallery
    ),
    "stars": Shot(stage=three_stars, file="stars.webp"),
    "inspector": Shot(stage=inspected, file="inspector.webp", size=_LARGE, part=_right_of_gallery),
    "queue": Shot(stage=queued, file="queue.webp", draft=_REFUSED, part=_around("panel", "Queue")),
    "history": Shot(stage=changed, file="history.webp", part=_around("dialog", "History")),
    "import": Shot(stage=importing, file="import.webp", part=_around("dialog", "Import")),
    "settings": Shot(stage=in_settings, file="settings.png", part=_keys_and_providers),
    "settings-words": Shot(
        stage=in_settings_for_words, file="settings-words.webp", part=_around("dialog", "Settings")
    ),
    "keys": Shot(stage=all_keys, file="keys.png", part=_around("dialog", "hortcut")),
}
"""Every screenshot, by its name on the command line."""

LOOP = "loop"
LOOP_FILE = "loop.webp"

FOLDER = ROOT / "docs" / "screenshots"

MOST_BYTES = 250_000
"""Of a screenshot."""

_QUALITIES = (88, 84, 80, 75, 70)


def save(image: Image.Image, target: Path) -> None:
    """Write a screenshot: WebP where it shows many pictures, PNG of 256 colours elsewhere.

    Raises AssertionError if it cannot be made small enough.
    """
    if target.suffix == ".webp":
        for quality in _QUALITIES:
            image.save(target, quality=quality, method=6)
            if target.stat().st_size <= MOST_BYTES:
                break
    else:
        colours = image.quantize(256, dither=Image.Dither.NONE)
        colours.save(target, optimize=True)
    assert target.stat().st_size <= MOST_BYTES, f"{target}: {target.stat().st_size:,} bytes"
