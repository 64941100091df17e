"""The drawing process: pages in every script, without a display, and without writing anything."""

from __future__ import annotations

import asyncio
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from studio.domain.contact_sheet import (
    ContactSheet,
    SheetBox,
    SheetFormat,
    SheetPage,
    SheetText,
)
from studio.imaging.page_drawing import PageDrawing, packed, unpacked
from studio.imaging.sheet_drawer import SheetDrawer, SheetNotDrawn

PDFTOTEXT = shutil.which("pdftotext")
PDFTOPPM = shutil.which("pdftoppm")

HOSTILE = (
    '<script>alert(1)</script> & "quotes" \'',
    "right \u202eto\u202c left",
    "nul \0 bell \a",
    "lone \ud83d surrogate",
    "a" * 5000,
    "e" + "\u0301" * 500,
    "\U0001f469\u200d\U0001f469\u200d\U0001f467 \U0001f1ef\U0001f1f5",
    "(parentheses) \\ backslash %PDF-1.4 endobj",
    "",
    "\u200b",
)


def page(*texts: SheetText, pictures: tuple[SheetBox, ...] = ()) -> SheetPage:
    return SheetPage(width=400, height=300, pictures=pictures, texts=texts)


def text(words: str, y: float = 20, **more: object) -> SheetText:
    return SheetText(box=SheetBox(20, y, 360, 20), text=words, size=10, **more)  # type: ignore[arg-type]


def drawing(shown: SheetPage, *, sizes: tuple[int, ...] = (), **more: object) -> PageDrawing:
    return PageDrawing(page=shown, sizes=sizes, dpi=144, **more)  # type: ignore[arg-type]


def a_jpeg(colour: str = "#cc3322") -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (200, 100), colour).save(stream, "JPEG", quality=95)
    return stream.getvalue()


def dark(picture: Image.Image, box: tuple[int, int, int, int]) -> int:
    """Number of dark pixels in a part of a page."""
    histogram = picture.convert("L").crop(box).histogram()
    return sum(histogram[:128])


@pytest.fixture(scope="module")
def shared() -> Iterator[SheetDrawer]:
    """A drawer of all tests that end no process: starting one takes longer than most of them."""
    one = SheetDrawer()
    yield one
    asyncio.run(one.close())


@pytest.fixture
def drawer(shared: SheetDrawer) -> Iterator[SheetDrawer]:
    """A drawer that has drawn nothing yet, as far as it tells, and whose process stays."""
    shared.missing = ""
    before = shared.pid
    yield shared
    assert shared.pid is not None
    assert before in (None, shared.pid)


async def drawn(drawer: SheetDrawer, shown: SheetPage, *pictures: bytes) -> Image.Image:
    sizes = tuple(map(len, pictures))
    data = await drawer.draw(SheetFormat.PNG, drawing(shown, sizes=sizes), pictures)
    made = Image.open(io.BytesIO(data))
    made.load()
    return made


async def test_a_page_as_png_has_its_pictures_and_texts_in_their_boxes(drawer: SheetDrawer) -> None:
    box = SheetBox(100, 100, 200, 100)
    made = await drawn(drawer, page(text("lighthouse dusk"), pictures=(box,)), a_jpeg())
    assert made.size == (800, 600)
    assert round(float(made.info["dpi"][0])) == 144
    red, green, blue = made.convert("RGB").getpixel((400, 300))  # type: ignore[misc]
    assert red > 180
    assert max(green, blue) < 80
    assert made.convert("RGB").getpixel((10, 590)) == (255, 255, 255)
    assert dark(made, (40, 40, 400, 80)) > 100


async def test_right_to_left_texts_begin_at_the_right(drawer: SheetDrawer) -> None:
    left, right = (40, 40, 400, 80), (400, 40, 760, 80)
    arabic = await drawn(drawer, page(text("منارة عند الغسق")))
    assert dark(arabic, right) > 50
    assert dark(arabic, left) == 0
    latin = await drawn(drawer, page(text("lighthouse")))
    assert dark(latin, left) > 50
    assert dark(latin, right) == 0
    numbered = await drawn(drawer, page(text("1 / 3", right=True)))
    assert dark(numbered, right) > 10
    assert dark(numbered, left) == 0


async def test_what_does_not_fit_is_cut_and_stays_in_its_box(drawer: SheetDrawer) -> None:
    made = await drawn(drawer, page(text("lighthouse " * 100, lines=2)))
    assert dark(made, (40, 40, 760, 100)) > 500
    assert dark(made, (0, 100, 800, 600)) == 0
    assert dark(made, (762, 0, 800, 600)) == 0


async def test_a_pdf_is_made_of_the_pages_in_order(drawer: SheetDrawer) -> None:
    content = b""
    for number in (1, 2, 3):
        one = drawing(
            page(text(f"page {number} lighthouse"), pictures=(SheetBox(50, 60, 200, 100),)),
            sizes=(len(a_jpeg()),),
            title="Harbour <b>",
            first=number == 1,
            last=number == 3,
        )
        part = await drawer.draw(SheetFormat.PDF, one, [a_jpeg()])
        assert part
        content += part
    assert drawer.missing == ""
    assert content.startswith(b"%PDF-1.")
    assert content.rstrip().endswith(b"%%EOF")
    assert content.count(b"/Type /Page\n") == 3
    # The second of one process is as good as the first.
    assert b"startxref" in content[-100:]


@pytest.mark.skipif(PDFTOTEXT is None or PDFTOPPM is None, reason="needs poppler-utils")
async def test_another_reader_finds_texts_and_pictures_in_the_pdf(
    tmp_path: Path, drawer: SheetDrawer
) -> None:
    assert PDFTOTEXT is not None
    assert PDFTOPPM is not None
    words = ("lighthouse dusk", "منارة", "\u202eevil <script>")
    shown = page(
        *(text(one, 20 + 25 * n) for n, one in enumerate(words)),
        pictures=(SheetBox(100, 150, 200, 100),),
    )
    one = drawing(shown, sizes=(len(a_jpeg()),))
    first = await drawer.draw(SheetFormat.PDF, one, [a_jpeg()])
    second = await drawer.draw(SheetFormat.PDF, one, [a_jpeg("#2233cc")])
    for name, content in (("a", first), ("b", second)):
        path = tmp_path / f"{name}.pdf"
        path.write_bytes(content)
        found = subprocess.run(
            [PDFTOTEXT, "-layout", str(path), "-"], capture_output=True, check=True, timeout=60
        )
        assert b"lighthouse dusk" in found.stdout
        assert found.stderr == b""
        rendered = tmp_path / name
        subprocess.run(
            [PDFTOPPM, "-r", "72", "-png", "-singlefile", str(path), str(rendered)],
            check=True,
            timeout=60,
        )
        with Image.open(rendered.with_suffix(".png")) as picture:
            assert picture.size == (400, 300)
            red, _green, blue = picture.convert("RGB").getpixel((200, 200))  # type: ignore[misc]
            assert (red > blue) is (name == "a")
            # The Arabic line is at the right, and nothing of it at the left.
            assert dark(picture, (200, 45, 380, 65)) > 5
            assert dark(picture, (0, 45, 200, 65)) == 0


@pytest.mark.parametrize("kind", list(SheetFormat))
async def test_no_text_breaks_a_page(kind: SheetFormat, drawer: SheetDrawer) -> None:
    shown = page(*(text(words.encode(errors="replace").decode(), lines=3) for words in HOSTILE))
    data = await drawer.draw(kind, drawing(shown, title=HOSTILE[0]), [])
    assert len(data) > 1000


async def test_letters_without_a_font_are_reported(drawer: SheetDrawer) -> None:
    # Linear A is in no usual font.
    await drawer.draw(SheetFormat.PNG, drawing(page(text("dusk \U00010600"))), [])
    found = drawer.missing
    await drawer.draw(SheetFormat.PNG, drawing(page(text("dusk"))), [])
    if not found:
        pytest.skip("this computer has a font for Linear A")
    assert found == "\U00010600"


async def test_a_lost_process_is_an_error_and_not_half_a_document() -> None:
    drawer = SheetDrawer()
    begun = drawing(page(text("one")), last=False)
    try:
        await drawer.draw(SheetFormat.PDF, begun, [])
        assert drawer.pid is not None
        os.kill(drawer.pid, 9)
        with pytest.raises(SheetNotDrawn):
            await drawer.draw(SheetFormat.PDF, replace(begun, first=False, last=True), [])
        with pytest.raises(SheetNotDrawn):
            await drawer.draw(SheetFormat.PDF, replace(begun, first=False, last=True), [])
        assert (await drawer.draw(SheetFormat.PDF, replace(begun, last=True), [])).startswith(
            b"%PDF"
        )
    finally:
        await drawer.close()


async def test_a_broken_picture_ends_the_page_and_not_the_process(drawer: SheetDrawer) -> None:
    shown = page(pictures=(SheetBox(0, 0, 10, 10),))
    for data in (b"\xff\xd8 no JPEG", b"x" * 10):
        with pytest.raises(SheetNotDrawn):
            await drawer.draw(SheetFormat.PDF, drawing(shown, sizes=(len(data),)), [data])
    before = drawer.pid
    assert await drawer.draw(SheetFormat.PNG, drawing(shown, sizes=(0,)), [b""])
    assert drawer.pid == before


async def test_a_process_that_cannot_start_is_reported() -> None:
    drawer = SheetDrawer([sys.executable, "-c", "raise SystemExit(3)"])
    try:
        with pytest.raises(SheetNotDrawn) as caught:
            await drawer.draw(SheetFormat.PNG, drawing(page()), [])
    finally:
        await drawer.close()
    assert "no display" in caught.value.hint


def test_a_request_is_read_as_it_was_written() -> None:
    made = drawing(page(text("ü")), sizes=(3, 0, 2), logo=4)
    assert unpacked(packed(made, [b"abc", b"", b"de"], b"logo")) == (
        made,
        [b"abc", b"", b"de"],
        b"logo",
    )


def test_the_program_itself_has_no_qt_for_a_sheet() -> None:
    code = (
        "import sys, studio.app.export.sheet, studio.app.export.page\n"
        "assert not [one for one in sys.modules if one.startswith('PySide6')]"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_the_usual_sheet_is_for_paper() -> None:
    assert ContactSheet().dpi == 300
