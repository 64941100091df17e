"""Two thousand pictures imported, viewed, rated, collected, trashed and restored."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.e2e.desktop import Desktop, DesktopProgram
from tests.e2e.library import originals
from tests.e2e.screen import wait_until

pytestmark = pytest.mark.desktop

MANY = 2_000
PROMPTS = {7: "a walrus in fog", 700: "walrus, gouache", 1_300: "two walruses",
           40: "heron at dawn", 1_900: "a heron in reeds"}  # fmt: skip


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """Two thousand small pictures of another program, some with their prompts in them."""
    folder = tmp_path / "from elsewhere"
    folder.mkdir()
    draw = random.Random(11)
    for n in range(MANY):
        texts = PngInfo()
        if n in PROMPTS:
            texts.add_itxt("parameters", f"{PROMPTS[n]}\nSteps: 20, Sampler: Euler a, Seed: {n}")
        side = 24 + n % 5
        picture = Image.frombytes("RGB", (side, side), draw.randbytes(side * side * 3))
        picture.save(folder / f"scan {n:04d}.png", pnginfo=texts, compress_level=1)
    return folder


def do(user: Desktop, words: str) -> None:
    """Do an action by its name, through the command palette."""
    user.keys("ctrl+k")
    user.type(words)
    user.keys("Return")


def search(user: Desktop, program: DesktopProgram, words: str, tiles: int) -> None:
    """Look for words, and wait for so many tiles."""
    user.keys("ctrl+f", "ctrl+a")
    user.type(words)
    program.wait_for_items(tiles)


def wait_for_all(home: Path) -> None:
    """Wait until all pictures are in the library, for as long as one comes after the other."""
    there = 0

    def more() -> int:
        found = len(originals(home))
        return found if found > there else 0

    while there < MANY:
        # On the disk: to look for it in the window takes the time of whoever brings them in.
        there = wait_until(more, what="more pictures")


def select_all(user: Desktop, program: DesktopProgram, tiles: int) -> None:
    user.reader.focus(program.gallery)
    user.keys("ctrl+a")
    wait_until(
        lambda: sum("selected" in tile.states for tile in program.items()) == tiles,
        what=f"{tiles} tiles are selected",
    )


def test_two_thousand_pictures_are_brought_in_put_in_order_and_found_again(
    user: Desktop, home: Path, elsewhere: Path
) -> None:
    program = user.start(home=home)
    program.wait_for("text", "Prompt")
    do(user, "Import a folder")
    chosen = program.wait_for("text", "Directory:")
    user.reader.focus(chosen)
    user.keys("ctrl+a")
    user.type(str(elsewhere))
    user.keys("Return")
    program.wait_for("text", "Tags for all, comma-separated (optional)")
    user.keys("Return")
    wait_for_all(home)
    program.wait_for("label", f"{MANY:,} of {MANY:,}")
    assert len(originals(home)) == MANY

    search(user, program, "walrus gouache", 1)
    search(user, program, "walrus", 3)
    select_all(user, program, 3)
    user.keys("4")
    wait_until(lambda: sum("4 stars" in tile.name for tile in program.items()) == 3, what="rated")
    do(user, "New collection")
    program.wait_for("text", "Name of the new collection")
    user.type("Walruses")
    user.keys("Return")
    program.wait_for("list item", "Walruses, 3")

    search(user, program, "heron", 2)
    select_all(user, program, 2)
    user.keys("Delete")
    program.wait_for_items(0)
    user.keys("ctrl+z")
    program.wait_for_items(2)
    select_all(user, program, 2)
    user.keys("Delete")
    program.wait_for_items(0)
    program.wait_for("list item", "Trash, 2")
    assert program.close() == 0

    program = user.start(home=home)
    program.wait_for("label", f"{MANY - 2:,} of {MANY - 2:,}")
    program.wait_for("list item", "Trash, 2")
    program.wait_for("list item", "Walruses, 3")
    search(user, program, "rating:4", 3)
    search(user, program, "in:Walruses", 3)
    search(user, program, "heron", 0)
    assert program.close() == 0

    lines = user.run("library", "list", "heron", "--trashed", "--json", home=home).splitlines()
    assert {json.loads(line)["prompt"] for line in lines} == {
        words for words in PROMPTS.values() if "heron" in words
    }
    report = json.loads(user.run("library", "verify", "--json", home=home))
    assert (report["checked"], report["sound"], report["orphans"]) == (MANY, MANY, [])
