"""Copies by a recipe are dragged into Thunar and onto a page in Chromium, where these are."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.desktop import Desktop, DesktopProgram, DesktopWindow
from tests.e2e.library import originals
from tests.e2e.recipes import choose_small, copies, keep_small
from tests.e2e.screen import wait_until

pytestmark = pytest.mark.desktop

CHROMIUM = os.environ.get("GRIDBRUSH_TEST_WINDOWED_CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
READY = "drop here"

_PAGE = f"""<!doctype html>
<meta charset="utf-8"><title>{READY}</title>
<style>html, body {{ height: 100%; margin: 0 }}</style>
<body>
<script>
addEventListener("dragover", event => event.preventDefault());
addEventListener("drop", async event => {{
  event.preventDefault();
  const found = [];
  for (const file of event.dataTransfer.files) {{
    const sum = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    const hex = [...new Uint8Array(sum)].map(one => one.toString(16).padStart(2, "0")).join("");
    found.push([file.name, file.type, hex]);
  }}
  document.title = JSON.stringify(found);
}});
</script>
"""
"""Says in its title what was dropped: name, type and sum of each file."""


@pytest.fixture
def program(user: Desktop, home: Path) -> DesktopProgram:
    """The window with two pictures, and a recipe for small copies of them."""
    user.generate("a {fox|hare} in the snow", "--size", "512", "--seed", "1", home=home)
    keep_small(home)
    made = user.start(home=home)
    made.place(0, 0, 860, 800)
    made.wait_for_items(2)
    choose_small(user, made)
    return made


def select_both(user: Desktop, program: DesktopProgram) -> None:
    """Select both pictures, and wait until copies of them are made ahead."""
    first, second = program.items()
    user.click(first)
    user.click(second, hold="ctrl")


@pytest.mark.skipif(shutil.which("thunar") is None, reason="needs Thunar")
def test_copies_are_dragged_into_thunar(
    user: Desktop, home: Path, program: DesktopProgram, tmp_path: Path
) -> None:
    target = tmp_path / "Entwürfe für Müller"
    target.mkdir()
    files = DesktopWindow(user, user.session.start(["thunar", target]))
    files.wait_for_window()
    files.place(880, 60, 490, 600)
    program.activate()
    select_both(user, program)
    wait_until(lambda: len(copies(home)) == 2, what="copies made ahead")
    user.drag(program.items()[0].middle, files.middle)
    wait_until(lambda: len(list(target.glob("*.jpg"))) == 2, what="both copies")
    wanted = {path.name: path.read_bytes() for path in copies(home)}
    wait_until(
        lambda: {path.name: path.read_bytes() for path in target.iterdir()} == wanted,
        what="all of them",
    )
    files.process.terminate()
    files.process.wait(60)
    assert program.close() == 0


@pytest.fixture
def page(user: Desktop, tmp_path: Path) -> Iterator[DesktopWindow]:
    """A page in a browser that says what was dropped on it."""
    file = tmp_path / "page.html"
    file.write_text(_PAGE, "utf-8")
    command = [
        CHROMIUM, "--no-sandbox", "--disable-gpu", "--no-first-run", "--password-store=basic",
        f"--user-data-dir={tmp_path / 'browser'}", f"--app={file.as_uri()}",
    ]  # fmt: skip
    made = DesktopWindow(user, user.session.start(command))
    made.wait_for_window()
    wait_until(lambda: made.title == READY, what=lambda: f"the page, its title is {made.title!r}")
    made.place(880, 60, 490, 600)
    yield made
    made.process.terminate()
    made.process.wait(60)


@pytest.mark.skipif(not CHROMIUM, reason="needs a Chromium with windows")
def test_copies_are_dragged_onto_a_page(
    user: Desktop, home: Path, program: DesktopProgram, page: DesktopWindow
) -> None:
    program.activate()
    select_both(user, program)
    wait_until(lambda: len(copies(home)) == 2, what="copies made ahead")
    user.drag(program.items()[0].middle, page.middle)
    wait_until(lambda: page.title != READY, what="something dropped")
    wanted = [
        [path.name, "image/jpeg", hashlib.sha256(path.read_bytes()).hexdigest()]
        for path in copies(home)
    ]
    assert sorted(json.loads(page.title)) == wanted
    assert len(originals(home)) == 2
    assert program.close() == 0
