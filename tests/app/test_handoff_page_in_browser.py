"""A hand-off page in headless Chromium, where there is one: no script runs, and links enlarge."""

from __future__ import annotations

import asyncio
import functools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from studio.app.export.page import PageRequest, make_handoff_page
from studio.domain.contact_sheet import SheetCaption
from studio.domain.export import BUILT_IN, find_preset
from studio.domain.handoff_page import HandoffPage
from studio.imaging.exporter import Exporter
from tests.app.browser_pipe import BrowserPipe
from tests.app.handouts import a_library
from tests.app.test_handoff_pages import HOSTILE
from tests.library.builders import a_picture

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome-headless-shell")
CHROMIUM = os.environ.get("GRIDBRUSH_TEST_CHROMIUM") or next(
    filter(None, map(shutil.which, NAMES)), ""
)

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="needs Chromium")

RED = (220, 30, 40)
ATTACKS = (
    *HOSTILE,
    "<script>document.documentElement.className='attacked'</script>",
    '"><img src=x onerror="document.documentElement.className=\'attacked\'">',
    "<svg/onload=\"document.documentElement.className='attacked'\">",
    "</style><script>document.documentElement.className='attacked'</script>",
    "' autofocus onfocus='document.documentElement.className=\"attacked\"",
)


def chromium(address: str, *words: str) -> bytes:
    # Its helpers outlive it for a moment, and write there.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [
            CHROMIUM, "--headless", "--disable-gpu", "--no-first-run", "--no-sandbox",
            f"--user-data-dir={profile}", "--hide-scrollbars", *words, address,
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


async def a_page(home: Path, texts: Sequence[str], *, beside: bool) -> Path:
    folder = home / "library" / "2026-11"
    folder.mkdir(parents=True)
    pictures = []
    for number, words in enumerate(texts):
        Image.new("RGB", (600, 400), RED).save(folder / f"{number}.png")
        pictures.append(
            a_picture(
                title=words, prompt=words, model=words, path=f"2026-11/{number}.png",
                width=600, height=400,
            )
        )  # fmt: skip
    exporter = Exporter()
    request = PageRequest(
        pictures=pictures,
        page=HandoffPage(
            title=texts[0], intro=texts[1], captions=tuple(SheetCaption), beside=beside
        ),
        target=home / "out" / "page.html",
        preset=find_preset(BUILT_IN, "client-png"),
    )
    try:
        made = await make_handoff_page(a_library(home), exporter, request)
    finally:
        await exporter.close()
    assert made.path is not None
    assert not made.unreadable
    return made.path


def made_page(home: Path, texts: Sequence[str], *, beside: bool) -> Path:
    # The loop does not matter to the browser.
    return asyncio.run(a_page(home, texts, beside=beside))


def reds(path: Path) -> int:
    """Number of pixels that are about red."""
    with Image.open(path) as picture:
        red, green, blue = picture.convert("RGB").split()
        masks = (
            red.point([255 if level > 190 else 0 for level in range(256)]),
            green.point([255 if level < 70 else 0 for level in range(256)]),
            blue.point([255 if level < 80 else 0 for level in range(256)]),
        )
        return functools.reduce(ImageChops.darker, masks).histogram()[255]


@pytest.mark.parametrize("beside", [False, True])
def test_no_script_runs_and_every_picture_is_shown(tmp_path: Path, *, beside: bool) -> None:
    page = made_page(tmp_path, ATTACKS, beside=beside)
    dom = chromium(page.as_uri(), "--dump-dom").decode("utf-8", "replace")
    assert "attacked" not in dom.split("<head>")[0]
    assert dom.count("<img ") == len(ATTACKS)
    assert "<script" not in dom
    assert dom.count("<svg ") == dom.count("<rect ") > 0


@pytest.mark.parametrize("beside", [False, True])
def test_a_link_enlarges_a_picture(tmp_path: Path, *, beside: bool) -> None:
    page = made_page(tmp_path, ["a", "b", "c"], beside=beside)
    seen = {}
    for place in ("", "#p2", "#c2"):
        shot = tmp_path / f"shot{place[1:]}.png"
        chromium(page.as_uri() + place, "--window-size=900,700", f"--screenshot={shot}")
        seen[place] = reds(shot)
    assert seen[""] > 1000, "the pictures are shown"
    assert seen["#p2"] > 600 * 400 * 0.9, "in its own size"
    assert abs(seen["#c2"] - seen[""]) < seen[""] / 2


def test_a_narrow_window_needs_no_sideways_scrolling(tmp_path: Path) -> None:
    page = made_page(tmp_path, [*ATTACKS, "w" * 900], beside=False)
    shot = tmp_path / "narrow.png"
    chromium(page.as_uri(), "--window-size=500,4000", f"--screenshot={shot}")
    with Image.open(shot) as picture:
        assert picture.width == 500
    assert reds(shot) > 1000


WIDTH = "document.querySelector('.stage:target img').getBoundingClientRect().width"


@pytest.mark.parametrize("beside", [False, True])
def test_a_page_is_clicked_through_and_asks_for_nothing(tmp_path: Path, *, beside: bool) -> None:
    page = made_page(tmp_path, ["a", "b", *ATTACKS], beside=beside)
    with BrowserPipe(CHROMIUM) as browser:
        browser.open(page.as_uri())
        thumbnail = browser.value("document.images[0].getBoundingClientRect().width")
        browser.click("a.open")
        browser.wait("location.hash == '#p1'")
        assert browser.value(WIDTH) > 1.5 * thumbnail
        browser.click(".stage:target .actual")
        browser.wait(f"{WIDTH} == 600")
        browser.click(".stage:target .bar a[href='#p2']")
        browser.wait("location.hash == '#p2'")
        browser.click(".stage:target .bar a[href='#c2']")
        browser.wait("!document.querySelector('.stage:target')")
        # The same by keyboard: from the place of the second picture to its link.
        browser.press("Tab", 9)
        browser.wait("document.activeElement.className == 'open'")
        browser.press("Enter", 13)
        browser.wait("!!document.querySelector('.stage:target')")
        assert browser.value("document.documentElement.className") == ""
        asked = browser.requests
    assert any(one == page.as_uri() for one in asked)
    assert all(one.startswith(("data:image/", page.parent.as_uri() + "/page")) for one in asked)
