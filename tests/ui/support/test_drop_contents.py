"""Drops and clipboard contents of other programs are accepted, or refused with a reason."""

from __future__ import annotations

import base64
import os
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from PySide6.QtCore import QByteArray, QMimeData, QPoint

from studio.common import user_input
from studio.common.errors import InputError
from studio.common.file_types import kind_of
from studio.library.operations import import_sources
from studio.ui.controllers.import_ import ImportTarget
from studio.ui.support import drop_contents
from studio.ui.support.file_dialogs import PATTERNS
from tests import odd_files
from tests.ui import scripted
from tests.ui.user_actions import drop
from tests.ui.windows import OpenedWindow, make, opened, until

BAD = os.fsdecode(b"bad\xe9")
only_posix = pytest.mark.skipif(sys.platform == "win32", reason="names of Windows are text")

PNG = scripted.image_bytes(50, 20, "#fa7800", "PNG")
DATA = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
TORN = "data:image/png;base64,%%%"


def offer(**kinds: str | bytes) -> QMimeData:
    """What a program offers, by kind; `_` stands for the slash and `__` for a hyphen."""
    made = QMimeData()
    for name, words in kinds.items():
        data = words.encode("utf-8", "surrogateescape") if isinstance(words, str) else words
        made.setData(name.replace("__", "-").replace("_", "/", 1), QByteArray(data))
    return made


def uris(*lines: str) -> QMimeData:
    return offer(text_uri__list="\r\n".join(lines) + "\r\n")


def gnome(*lines: str) -> QMimeData:
    made = QMimeData()
    made.setData(drop_contents.GNOME_FILES, QByteArray("\n".join(["copy", *lines]).encode()))
    return made


def png(path: Path) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(PNG)
    return path


NAMES = (
    "plain.png", "sp ace.png", "hash#1.png", "question?.png", "percent%20.png", "per%cent.png",
    "new\nline.png", "ünï-nfc.png", "u\u0308n-nfd.png", "emoji\U0001f469\u200d\U0001f680.png",
    "semi;colon'quote\".png", " lead.png", "back\\slash.png", f"{BAD}.png",
)  # fmt: skip


@only_posix
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("start", ["file://", "file:", "file://localhost", "FILE://"])
def test_addresses_of_files_are_their_paths(name: str, start: str) -> None:
    path = Path("/somewhere") / name
    address = start + quote(os.fsencode(path))
    for mime in (uris("# a comment", address), gnome(address), offer(text_plain=address)):
        assert drop_contents.pictures_in(mime).paths == (path,)
    assert drop_contents.accepts(uris(address))
    assert drop_contents.number_in(uris(address, address)) == 2


@only_posix
def test_a_path_alone_in_a_list_of_addresses_is_one() -> None:
    assert drop_contents.pictures_in(uris("/x/three words.png")).paths == (
        Path("/x/three words.png"),
    )


@only_posix
def test_a_drop_looks_at_no_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mimes = [uris(*(f"file:///x/{name}%25.png", "/x/y.png", DATA)) for name in "ab"]

    def asked(*_words: object, **_more: object) -> None:
        raise AssertionError("a disk was asked")

    for name in ("stat", "lstat", "open", "scandir"):
        monkeypatch.setattr(os, name, asked)
    for mime in mimes:
        assert drop_contents.accepts(mime)
        assert len(drop_contents.pictures_in(mime).paths) == drop_contents.number_in(mime) - 1


PAGES = (
    f'<img src="{DATA}">',
    f"<meta charset='utf-8'><img alt='a > b' src='{DATA}'/>",
    f"<html><head><style>p {{ }}</style></head><body><!-- > --><IMG SRC={DATA}></body></html>",
    f'<html><body>\n<!--StartFragment--><img\nsrc="{DATA.replace("+", "&#43;")}">&nbsp;</body>',
)


@pytest.mark.parametrize(
    "mime",
    [
        uris(DATA),
        uris(DATA.replace("data:", "DATA:")),
        offer(text_uri__list=DATA, text_html=PAGES[0]),
        *(offer(text_html=page) for page in PAGES),
        offer(text_html=PAGES[0], text_plain=DATA),
    ],
)
async def test_a_picture_that_is_an_address_is_a_picture(mime: QMimeData) -> None:
    assert drop_contents.accepts(mime)
    assert not drop_contents.is_words(mime)
    assert drop_contents.number_in(mime) == 1
    (blob,) = drop_contents.pictures_in(mime).blobs
    assert await blob.read() == PNG


async def test_a_picture_that_is_an_address_is_pasted_as_text_too() -> None:
    mime = offer(text_plain=f"  {DATA[:60]}\n{DATA[60:]}\n")
    assert not drop_contents.is_words(mime)
    (blob,) = drop_contents.pictures_in(mime).blobs
    assert await blob.read() == PNG


async def test_a_picture_of_a_browser_wins_over_its_page() -> None:
    mime = offer(
        text_uri__list="https://example.org/dog.png", text_html=PAGES[0], image_png=PNG + b"own"
    )
    found = drop_contents.pictures_in(mime)
    assert found.blobs[0].data == PNG + b"own"
    assert found.links == ("https://example.org/dog.png",)


@pytest.mark.parametrize("kind", drop_contents.RAW_IMAGES)
def test_bytes_of_every_kind_that_is_read_are_taken(kind: str) -> None:
    mime = QMimeData()
    mime.setData(kind, QByteArray(b"picture"))
    assert drop_contents.accepts(mime)
    assert drop_contents.pictures_in(mime).blobs[0].data == b"picture"


@pytest.mark.parametrize(
    "page",
    [
        f'Look at <img src="{DATA}">',
        f'<p>words</p><img src="{DATA}">',
        "<b>bold</b>",
        '<img src="https://example.org/a.png">',
        f"<p title='{DATA}'></p>",
        "<img src='data:text/html,x'>",
        f"<img src='{DATA}",
    ],
)
def test_a_page_with_words_is_words(page: str) -> None:
    mime = offer(text_html=page, text_plain="words")
    assert not drop_contents.accepts(mime)
    assert drop_contents.is_words(mime)


@pytest.mark.parametrize("piece", ["<", "<!--", "<style>", "<img src=", "</", "&", "<img "])
def test_a_hostile_page_is_looked_at_once(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    page = piece * 20_000 + "data:image/"
    pieces = list(drop_contents._pieces(page))
    assert sum(len(words) + len(tag) for words, tag in pieces) <= len(page)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        pytest.param("file://nas/share/x.png", "another computer, nas", marks=only_posix),
        ("smb://nas/share/x.png", "smb addresses"),
        ("mtp://phone/x.png", "mtp addresses"),
        ("file:", "does not point to a file"),
    ],
)
def test_what_cannot_be_reached_is_said(address: str, why: str) -> None:
    found = drop_contents.pictures_in(uris(address))
    assert not found
    assert found.says
    (trouble,) = found.troubles
    assert why in trouble.message
    assert drop_contents.number_in(uris(address)) == 1


# Text


def test_text_that_is_no_text_is_not_pasted_as_question_marks() -> None:
    with pytest.raises(InputError, match="not valid UTF-8 text"):
        drop_contents.text_in(offer(text_plain=b"caf\xe9"))
    assert drop_contents.text_in(offer(text_plain="café 海".encode("utf-16"))) == "café 海"
    assert drop_contents.text_in(offer(text_plain="a \ufffd b")) == "a \ufffd b"
    mime = QMimeData()
    mime.setText("half \ud83d whole \ud83d\ude80 nothing \0")
    drop_contents.text_in(mime).encode()
    assert "\0" not in drop_contents.text_in(mime)


async def test_text_that_is_none_is_reported_and_the_prompt_stays(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        editor = window.composer.card.editor
        editor.insertFromMimeData(offer(text_plain="a lamp"))
        editor.insertFromMimeData(offer(text_plain=b"caf\xe9"))
        assert window.composer.draft().prompt == "a lamp"
        await until(window.core, lambda: "not valid UTF-8 text" in said(window), "told")


def said(window: OpenedWindow) -> str:
    """What the message bars say."""
    bars = (window.messages, window.composer.bar)
    return " ".join(bar.notice.text for bar in bars if bar.notice)


# In the window


async def test_pictures_that_are_addresses_become_references(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        window.composer.card.editor.insertFromMimeData(offer(text_plain=DATA))
        await until(window.core, lambda: len(window.composer.draft().references) == 1, "pasted")
        (reference,) = window.composer.draft().references
        assert window.core.library.input_path(reference).read_bytes() == PNG
        assert window.composer.draft().prompt == ""
        assert drop(window.composer.card.target, QPoint(9, 9), uris(TORN))
        await until(window.core, lambda: "damaged or incomplete" in said(window), "told")
        assert len(window.composer.draft().references) == 1


@only_posix
@pytest.mark.parametrize("name", ["new\nline.png", f"{BAD}.png", "tab\tbed.png"])
async def test_files_with_odd_names_become_references_with_plain_ones(
    tmp_path: Path, name: str
) -> None:
    path = png(tmp_path / "in" / name)
    async with opened(tmp_path / "home") as window:
        await window_takes(window, uris(path.as_uri()))
        (reference,) = window.composer.draft().references
        reference.name.encode()
        assert "\n" not in reference.name
        assert "\t" not in reference.name
        window.core.draft.save(window.composer.draft())
        kept = window.core.draft.load()
        assert kept is not None
        assert kept.references == (reference,)


async def window_takes(window: OpenedWindow, mime: QMimeData) -> None:
    window.composer.add_contents(drop_contents.pictures_in(mime))
    await until(window.core, lambda: bool(window.composer.draft().references), "taken")


@only_posix
async def test_what_is_no_file_is_said_and_holds_nothing_up(tmp_path: Path) -> None:
    odd_files.pipe(tmp_path / "p.png")
    good = png(tmp_path / "in" / "good.png")
    async with opened(tmp_path / "home") as window:
        words = [(tmp_path / "p.png").as_uri(), "file:///dev/zero", "file:///gone.png"]
        await window_takes(window, uris(*words, good.as_uri()))
        assert [one.name for one in window.composer.draft().references] == ["good"]
        assert "cannot be used" in said(window)


@pytest.mark.parametrize("mime", [uris(DATA), offer(text_html=PAGES[0]), offer(image_png=PNG)])
async def test_pictures_without_a_file_are_imported_by_a_drop_on_the_gallery(
    tmp_path: Path, mime: QMimeData
) -> None:
    async with opened(tmp_path) as window:
        await make(window)
        window.import_controller.show_target(mime)
        target = window.views.findChild(ImportTarget)
        assert target is not None
        assert target.isVisible()
        assert drop(target, QPoint(50, 50), mime)
        await until(window.core, lambda: window.library_view.shown == 2, "imported")
        await until(window.core, lambda: not window.import_controller.is_under_way(), "over")
        (picture,) = [p for p in await window.core.library.every() if p.imported]
        assert window.core.library.path(picture).read_bytes() == PNG
        assert not list((window.core.library.folder / ".gridbrush/importing").iterdir())


def test_every_file_that_was_refused_has_its_sentence() -> None:
    many = [(f"/x/{n}.heic", "Not read.") for n in range(5)]
    said = import_sources.refusals([*many, ("/x/b.png", "Empty.")])
    assert said == "0.heic, 1.heic, 2.heic and 2 more: Not read. b.png: Empty."
    odd = [(f"/x/{n}.png", f"Reason {n}.") for n in range(8)]
    assert import_sources.refusals(odd).endswith("4.png: Reason 4. And 3 more.")


@only_posix
async def test_a_folder_with_an_odd_name_in_it_is_imported_by_a_drop(tmp_path: Path) -> None:
    png(tmp_path / "in" / f"{BAD}.png")
    (tmp_path / "in" / "b.heic").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    odd_files.pipe(tmp_path / "in" / "p.png")
    async with opened(tmp_path / "home") as window:
        await make(window)
        window.import_controller.take_in(
            drop_contents.pictures_in(uris((tmp_path / "in").as_uri()))
        )
        await until(window.core, lambda: window.library_view.shown == 2, "imported")
        await until(window.core, lambda: "1 × HEIC" in said(window), "said what was left out")
        assert "1 × pipe" in said(window)


@pytest.mark.parametrize(
    ("mime", "why"),
    [
        (uris(TORN), "damaged or incomplete"),
        (uris("data:image/png;base64," + base64.b64encode(b"Dear designer").decode()), "text"),
        pytest.param(uris("file://nas/share/x.png"), "another computer", marks=only_posix),
        (uris("file:///gone.png"), "not found"),
    ],
)
async def test_what_is_no_picture_is_said_after_a_drop_on_the_gallery(
    tmp_path: Path, mime: QMimeData, why: str
) -> None:
    async with opened(tmp_path) as window:
        await make(window)
        window.import_controller.show_target(mime)
        target = window.views.findChild(ImportTarget)
        assert target is not None
        assert drop(target, QPoint(50, 50), mime)
        await until(window.core, lambda: why in said(window), "told")


def test_the_chooser_offers_what_is_read_and_nothing_else() -> None:
    samples = {
        "png": PNG,
        "jpg": b"\xff\xd8\xff\xe0",
        "jpeg": b"\xff\xd8\xff\xe0",
        "webp": b"RIFF\0\0\0\0WEBP",
        "gif": b"GIF89a",
        "avif": b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf",
        "tif": b"II*\0",
        "tiff": b"MM\0*",
        "bmp": b"BM" + bytes(13) + bytes(9),
    }
    assert {one.removeprefix("*.") for one in PATTERNS.split()} == samples.keys()
    assert all(kind_of(head[:64]) for head in samples.values())


async def test_a_picture_that_is_an_endless_address_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(user_input, "MOST_DATA", 200)
    (blob,) = drop_contents.pictures_in(uris(f"{DATA}{'A' * 200}")).blobs
    with pytest.raises(InputError, match="larger than"):
        await blob.read()
