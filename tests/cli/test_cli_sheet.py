"""`gridbrush library sheet` and `library page`, without a display."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests.cli.program import CliProgram, Result
from tests.cli.test_cli_copies import originals
from tests.cli.test_cli_organise import listed
from tests.small_disk import small_disk

pytestmark = pytest.mark.usefixtures("warm")


def sheet(program: CliProgram, out: Path, *words: str) -> Result:
    return program("library", "sheet", "--out", out, *words)


def page(program: CliProgram, out: Path, *words: str) -> Result:
    return program("library", "page", "--out", out, *words)


def test_a_collection_becomes_a_pdf(copied: CliProgram, tmp_path: Path) -> None:
    every = listed(copied)
    assert copied("library", "collect", "Hafen <منارة>", *every[:3]).code == 0
    out = tmp_path / "new" / "sheet.pdf"
    words = ("--collection", "hafen <منارة>", "--captions", "title,prompt,settings,model,price")
    made = sheet(copied, out, *words, "--json")
    assert made.code == 0, made.err
    (said,) = made.events
    assert (said["paths"], said["pages"], said["pictures"]) == ([str(out)], 1, 3)
    assert said["bytes"] == out.stat().st_size
    assert out.read_bytes().startswith(b"%PDF")
    assert [path.name for path in out.parent.iterdir()] == ["sheet.pdf"]
    again = sheet(copied, out, *words)
    assert again.out.strip() == str(out.with_name("sheet-2.pdf"))
    skipped = sheet(copied, out, *words, "--conflict", "skip")
    assert (skipped.code, skipped.out) == (0, "")
    assert "already exists: skipped" in skipped.err


def test_pages_as_png_have_the_pixels_of_the_paper(copied: CliProgram, tmp_path: Path) -> None:
    out = tmp_path / "s.png"
    logo = next(iter((copied.home / "library").glob("2*/*.png")))
    made = sheet(
        copied, out, "--query", "dusk", "--paper", "screen", "--columns", "2", "--rows", "1",
        "--logo", str(logo), "--sort", "oldest",
    )  # fmt: skip
    assert made.code == 0, made.err
    names = [Path(line).name for line in made.out.splitlines()]
    assert names == ["s-1.png", "s-2.png"]
    with Image.open(tmp_path / "s-1.png") as picture:
        assert picture.size == (1920, 1080)


@pytest.mark.parametrize("beside", [False, True])
def test_a_page_of_a_search(copied: CliProgram, tmp_path: Path, *, beside: bool) -> None:
    out = tmp_path / "page.html"
    more = ("--beside", "--preset", "web-jpeg") if beside else ("--size", "256")
    made = page(copied, out, "--query", "dusk", "--title", "For <b>you</b>", *more, "--json")
    assert made.code == 0, made.err
    (said,) = made.events
    text = out.read_text("utf-8")
    assert "For &lt;b&gt;you&lt;/b&gt;" in text
    assert text.count("<img ") == 4
    assert said["folder"] == (str(tmp_path / "page-files") if beside else None)
    names = sorted(path.name for path in tmp_path.iterdir() if path.name.startswith("page"))
    assert names == (["page-files", "page.html"] if beside else ["page.html"])
    if beside:
        assert len(list((tmp_path / "page-files").iterdir())) == 4


def test_an_unreadable_picture_is_reported(copied: CliProgram, tmp_path: Path) -> None:
    name = min(originals(copied))
    (path,) = (copied.home / "library").glob(f"2*/{name}")
    path.write_bytes(b"no picture")
    for result in (
        sheet(copied, tmp_path / "s.pdf", "--query", "dusk", "--json"),
        page(copied, tmp_path / "p.html", "--query", "dusk", "--json"),
    ):
        assert result.code == 10
        assert len(result.events[0]["unreadable"]) == 1
        assert "1 picture is not shown." in result.err
    assert (tmp_path / "s.pdf").is_file()
    assert (tmp_path / "p.html").is_file()


def test_a_full_disk_is_reported_and_leaves_nothing(copied: CliProgram, tmp_path: Path) -> None:
    with small_disk(tmp_path / "card", size="32k") as card:
        for result in (
            sheet(copied, card / "s.pdf", "--query", "dusk"),
            page(copied, card / "p.html", "--query", "dusk"),
            page(copied, card / "p.html", "--query", "dusk", "--beside"),
        ):
            assert result.code == 8
            assert "disk is full" in result.err
            assert list(card.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("sheet", "--out", "a.gif", "--query", "dusk"), "ends in .pdf or .png"),
        (("sheet", "--out", "a.pdf"), "Name pictures by id"),
        (("sheet", "--out", "a.pdf", "--query", "dusk", "--collection", "x"), "Name pictures"),
        (("sheet", "--out", "a.pdf", "--collection", "no such"), "not found"),
        (("sheet", "--out", "a.pdf", "--query", "nothing-like-it"), "No pictures"),
        (("sheet", "--out", "a.pdf", "--query", "dusk", "--columns", "0"), "begin at 1"),
        (("sheet", "--out", "a.pdf", "--query", "dusk", "--columns", "99"), "1 to 12 columns"),
        (("sheet", "--out", "a.pdf", "--query", "dusk", "--captions", "titel"), "Invalid captions"),
        (("sheet", "--out", "a.pdf", "--query", "dusk", "--logo", "none.png"), "none.png"),
        (("sheet", "--out", "a.pdf", "--query", "dusk", "--paper", "a5"), "a5"),
        (("page", "--out", "a.pdf", "--query", "dusk"), "ends in .html"),
        (("page", "--out", "a.html", "--query", "dusk", "--size", "50%"), "--size"),
        (("page", "--out", "a.html", "--query", "dusk", "--preset", "avif"), "--beside"),
        (("page", "--out", "a.html", "--query", "dusk", "--beside", "--preset", "x"), "not found"),
    ],
)
def test_wrong_use_is_said_and_nothing_is_written(
    shelf: tuple[CliProgram, Result], tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    inside = [str(tmp_path / one) if one.startswith("a.") else one for one in words]
    result = shelf[0]("library", *inside)
    assert result.code == 2
    assert said in result.err
    assert list(tmp_path.iterdir()) == []
