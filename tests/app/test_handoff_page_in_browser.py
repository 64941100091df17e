"""A hand-off page in headless Chromium, where there is one: no script runs, and links enlarge."""

from __future__ import annotations

import asyncio
import functools
import io
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
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


@pytest.fixture(scope="module")
def started() -> Iterator[BrowserPipe]:
    with BrowserPipe(CHROMIUM) as one:
        yield one


@pytest.fixture
def browser(started: BrowserPipe) -> BrowserPipe:
    """A browser with an empty page, which knows nothing of the pages before."""
    started.fresh()
    assert started.value("location.href") == "about:blank"
    assert started.requests == []
    return started


async def a_page(exporter: Exporter, home: Path, texts: Sequence[str], *, beside: bool) -> Path:
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
    request = PageRequest(
        pictures=pictures,
        page=HandoffPage(
            title=texts[0], intro=texts[1], captions=tuple(SheetCaption), beside=beside
        ),
        target=home / "out" / "page.html",
        preset=find_preset(BUILT_IN, "client-png"),
    )
    made = await make_handoff_page(a_library(home), exporter, request)
    assert made.path is not None
    assert not made.unreadable
    return made.path


MakePage = Callable[..., Path]


@pytest.fixture(scope="module")
def maker() -> Iterator[tuple[asyncio.Runner, Exporter]]:
    """An exporter and its loop: which one does not matter to the browser."""
    with asyncio.Runner() as runner:
        one = Exporter()
        yield runner, one
        runner.run(one.close())


@pytest.fixture
def made_page(maker: tuple[asyncio.Runner, Exporter], tmp_path: Path) -> MakePage:
    """Makes a page with a picture for each of some texts."""

    def make(texts: Sequence[str], *, beside: bool) -> Path:
        runner, exporter = maker
        return runner.run(a_page(exporter, tmp_path, texts, beside=beside))

    return make


def reds(picture: bytes) -> int:
    """Number of pixels that are about red."""
    with Image.open(io.BytesIO(picture)) as opened:
        red, green, blue = opened.convert("RGB").split()
        masks = (
            red.point([255 if level > 190 else 0 for level in range(256)]),
            green.point([255 if level < 70 else 0 for level in range(256)]),
            blue.point([255 if level < 80 else 0 for level in range(256)]),
        )
        return functools.reduce(ImageChops.darker, masks).histogram()[255]


@pytest.mark.parametrize("beside", [False, True])
def test_no_script_runs_and_every_picture_is_shown(
    browser: BrowserPipe, made_page: MakePage, *, beside: bool
) -> None:
    browser.open(made_page(ATTACKS, beside=beside).as_uri())
    dom = browser.value("document.documentElement.outerHTML")
    assert "attacked" not in dom.split("<head>")[0]
    assert dom.count("<img ") == len(ATTACKS)
    assert "<script" not in dom
    assert dom.count("<svg ") == dom.count("<rect ") > 0


@pytest.mark.parametrize("beside", [False, True])
def test_a_link_enlarges_a_picture(
    browser: BrowserPipe, made_page: MakePage, *, beside: bool
) -> None:
    page = made_page(["a", "b", "c"], beside=beside)
    seen = {}
    for place in ("", "#p2", "#c2"):
        browser.fresh()
        browser.open(page.as_uri() + place)
        seen[place] = reds(browser.screenshot())
    assert seen[""] > 1000, "the pictures are shown"
    assert seen["#p2"] > 600 * 400 * 0.9, "in its own size"
    assert abs(seen["#c2"] - seen[""]) < seen[""] / 2


def test_a_narrow_window_needs_no_sideways_scrolling(
    browser: BrowserPipe, made_page: MakePage
) -> None:
    page = made_page([*ATTACKS, "w" * 900], beside=False)
    browser.fresh(500, 4000)
    browser.open(page.as_uri())
    assert browser.value("[innerWidth, document.documentElement.scrollWidth].join()") == "500,500"
    assert reds(browser.screenshot()) > 1000


WIDTH = "document.querySelector('.stage:target img').getBoundingClientRect().width"


@pytest.mark.parametrize("beside", [False, True])
def test_a_page_is_clicked_through_and_asks_for_nothing(
    browser: BrowserPipe, made_page: MakePage, *, beside: bool
) -> None:
    page = made_page(["a", "b", *ATTACKS], beside=beside)
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
