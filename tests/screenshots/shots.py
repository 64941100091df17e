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
_BOAT = "A small sailing boat coming home, one lamp lit"
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
        language: of the window; English without.
        contrast: "high" for high contrast.
        text: scale of the system's text.
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
    language: str = ""
    contrast: str = "system"
    text: int = 1
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
    # Computed while the picture is there already.
    program.wait_for_words("Palette")


def in_marks(program: DesktopProgram) -> None:
    """Three things marked, the last one while its note is written."""
    user = program.desktop
    select(program, SELECTED)
    user.keys("k")
    at = _places(program.wait_for("image", part="Marks on"))
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


def in_reframe(program: DesktopProgram) -> None:
    """Three formats ticked; the picture is at the right of the widest one."""
    user = program.desktop
    select(program, SELECTED)
    user.keys("w")
    program.wait_for("image", part="Frame of")
    for words in ("16 to 9", "9 to 16", "4 to 5"):
        left, top, _wide, high = _extents(program.wait_for("check box", part=words))
        user.click((left + 16, top + high // 2))
        program.wait_for("check box", part=f"{words}, ticked")
    left, top, wide, high = _extents(program.wait_for("check box", part="16 to 9"))
    user.click((left + wide - 12, top + high // 2))
    left, top, wide, high = _extents(program.wait_for("image", part="Frame of"))
    middle = left + wide // 2, top + high // 2
    user.drag(middle, (middle[0] + 60, middle[1]))
    user.click(program.wait_for("button", part="No safe area"))
    user.keys("Down", "Down", "Down", "Return")


def _places(canvas: Thing) -> Callable[[float, float], tuple[int, int]]:
    """Finds places of a picture as wide as it is high, fitted into the canvas."""
    left, top, wide, high = _extents(canvas)
    side = min(wide, high) - 20

    def at(x: float, y: float) -> tuple[int, int]:
        return (
            round(left + wide / 2 + (x - 0.5) * side),
            round(top + high / 2 + (y - 0.5) * side),
        )

    return at


def in_region(program: DesktopProgram) -> None:
    """A region painted, before anything is sent."""
    user = program.desktop
    select(program, SELECTED)
    user.keys("o")
    at = _places(program.wait_for("image", part="Region on"))
    for y in (0.62, 0.68, 0.74):
        user.drag(at(0.2, y), at(0.36, y))
    program.wait_for("button", "only here")


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
    wait_until(lambda: not program.find("label", "preview"), what="a sharp picture")


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
    wait_until(lambda: not program.find("label", "preview"), what="sharp pictures")


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


def with_offer(program: DesktopProgram) -> None:
    """A file was pasted that says how it was made."""
    user = program.desktop
    select(program, SELECTED)
    user.keys("ctrl+k")
    user.type("Copy file")
    user.keys("Return")
    wait_until(lambda: program.find("label", part="file copied"), what="the file")
    program.focus_prompt()
    user.keys("ctrl+a")
    user.type("The same island at night")
    user.keys("ctrl+v")
    program.wait_for("label", part="was made with")


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


def in_settings_for_look(program: DesktopProgram) -> None:
    """Theme, contrast and motion."""
    in_settings(program)
    program.desktop.click(program.wait_for("radio button", "Appearance"))


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


def exporting(program: DesktopProgram) -> None:
    """Seven pictures about to be exported."""
    user = program.desktop
    select(program, SELECTED)
    user.keys(*["shift+Right"] * 6)
    user.keys("ctrl+shift+s")
    program.wait_for("dialog", part="Export")
    wait_until(lambda: program.find("label", part=" each"), what="the sizes")


def with_recipe(program: DesktopProgram) -> None:
    """Three pictures whose copies are ready to be dragged, and the list of recipes."""
    user = program.desktop
    select(program, SELECTED)
    user.keys(*["shift+Right"] * 2)
    user.keys("ctrl+d")
    wait_until(lambda: program.find("radio button", part="Web JPEG"), what="the recipes")
    user.keys("Down", "Return")
    program.wait_for("button", "Drag as Web JPEG 2048")
    user.keys("ctrl+d")
    wait_until(lambda: program.find("label", part="3 copies are ready"), what="the copies")


def with_shelf(program: DesktopProgram) -> None:
    """Five pictures on the shelf."""
    user = program.desktop
    select(program, SELECTED)
    user.keys(*["shift+Right"] * 4)
    user.keys("j")
    wait_until(lambda: program.wait_for("list", "Shelf").children == 5, what="the shelf")
    wait_until(lambda: not program.find("label", part="put on the shelf"), what="no message")


def in_contact_sheet(program: DesktopProgram) -> None:
    """Seven pictures about to be put on a contact sheet."""
    user = program.desktop
    select(program, SELECTED)
    user.keys(*["shift+Right"] * 6)
    _run_action(program, "Contact sheet")
    program.wait_for("dialog", part="Contact sheet")
    wait_until(lambda: program.find("label", part="1 page"), what="the preview")


def in_handoff_page(program: DesktopProgram) -> None:
    """Seven pictures about to become a page."""
    user = program.desktop
    select(program, SELECTED)
    user.keys(*["shift+Right"] * 6)
    _run_action(program, "Hand-off page")
    program.wait_for("dialog", part="Hand-off page")
    wait_until(lambda: program.find("label", part="7 pictures"), what="the pictures")


def all_keys(program: DesktopProgram) -> None:
    """The sheet of shortcuts."""
    select(program, SELECTED)
    program.desktop.keys("question")
    program.wait_for("dialog", part="hortcut")


def changing_keys(program: DesktopProgram) -> None:
    """A shortcut that another action has."""
    select(program, SELECTED)
    _run_action(program, "Change shortcuts")
    program.wait_for("dialog", part="Change shortcuts")
    user = program.desktop
    user.type("picture")
    program.wait_for("push button", part="Shortcut, Ctrl+Shift+I")
    user.keys("Tab", "Tab", "Return", "r")
    program.wait_for("push button", part="Reassign it")


def in_another_language(program: DesktopProgram) -> None:
    """One picture selected."""
    select(program, SELECTED)


def from_the_right(program: DesktopProgram) -> None:
    """One picture selected, where lines begin at the right."""
    select(program, SELECTED, forward="Left")


def select(program: DesktopProgram, title: str, *, forward: str = "Right") -> None:
    """Select a picture by the keyboard: it may be out of sight."""
    user = program.desktop
    user.reader.focus(program.gallery)
    user.keys("Home")

    def here() -> list[Thing]:
        return [tile for tile in program.items(title) if "selected" in tile.states]

    for _step in range(len(sample_library.SHELF) + 8):
        if here():
            return
        user.keys(forward)
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
    "only-here": Shot(
        stage=in_region, file="only-here.webp", size=_LARGE, draft=Draft(prompt=_BOAT, seed=7)
    ),
    "reframe": Shot(
        stage=in_reframe,
        file="reframe.webp",
        size=_LARGE,
        draft=Draft(prompt="Continue the scene: open sea on the left", seed=7),
    ),
    "pick": Shot(stage=in_pick_mode, file="pick.webp", size=_LARGE),
    "duel": Shot(stage=in_duel, file="duel.webp", size=_LARGE),
    "duel-result": Shot(stage=with_duel_result, file="duel-result.webp", size=_LARGE),
    "compare": Shot(stage=in_comparison, file="compare.webp", size=_LARGE),
    "stacks": Shot(stage=in_stacks, file="stacks.webp", size=_LARGE),
    "tree": Shot(stage=in_tree, file="tree.webp", size=_LARGE),
    "light": Shot(stage=at_work, file="light.webp", draft=_REFUSED, size=_LARGE, theme="light"),
    "start": Shot(stage=first_start, file="start.png", size=_LARGE, empty=True),
    "narrow": Shot(stage=at_work, file="narrow.webp", draft=_REFUSED, size="1024x640"),
    "german": Shot(stage=in_another_language, file="german.webp", size=_LARGE, language="de"),
    "japanese": Shot(stage=in_another_language, file="japanese.webp", size=_LARGE, language="ja"),
    "arabic": Shot(stage=from_the_right, file="arabic.webp", size=_LARGE, language="ar"),
    "scale-200": Shot(
        stage=at_work, file="scale-200.webp", draft=_REFUSED, size="2880x1800", scale=2
    ),
    "high-contrast": Shot(
        stage=at_work, file="high-contrast.webp", draft=_REFUSED, size=_LARGE, contrast="high"
    ),
    "large-text": Shot(stage=inspected, file="large-text.webp", size=_LARGE, text=2),
    "composer": Shot(
        stage=with_references, file="composer.webp", referring=True, part=_below_gallery
    ),
    "composer-offer": Shot(
        stage=with_offer, file="composer-offer.webp", draft=_CALM, part=_below_gallery
    ),
    "stars": Shot(stage=three_stars, file="stars.webp"),
    "inspector": Shot(stage=inspected, file="inspector.webp", size=_LARGE, part=_right_of_gallery),
    "queue": Shot(stage=queued, file="queue.webp", draft=_REFUSED, part=_around("panel", "Queue")),
    "history": Shot(stage=changed, file="history.webp", part=_around("dialog", "History")),
    "import": Shot(stage=importing, file="import.webp", part=_around("dialog", "Import")),
    "export": Shot(stage=exporting, file="export.webp", size=_LARGE),
    "drag-recipe": Shot(
        stage=with_recipe, file="drag-recipe.webp", part=_around("panel", "Drag as")
    ),
    "shelf": Shot(stage=with_shelf, file="shelf.webp"),
    "contact-sheet": Shot(
        stage=in_contact_sheet, file="contact-sheet.webp", part=_around("dialog", "Contact sheet")
    ),
    "handoff-page": Shot(
        stage=in_handoff_page, file="handoff-page.webp", part=_around("dialog", "Hand-off page")
    ),
    "settings": Shot(stage=in_settings, file="settings.png", part=_keys_and_providers),
    "settings-words": Shot(
        stage=in_settings_for_words, file="settings-words.webp", part=_around("dialog", "Settings")
    ),
    "shortcuts": Shot(
        stage=changing_keys, file="shortcuts.png", part=_around("dialog", "Change shortcuts")
    ),
    "settings-look": Shot(
        stage=in_settings_for_look,
        file="settings-look.webp",
        theme="light",
        contrast="high",
        part=_around("dialog", "Settings"),
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
