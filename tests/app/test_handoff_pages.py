"""Hand-off pages: no text becomes markup, nothing is loaded from elsewhere or overwritten."""

from __future__ import annotations

import asyncio
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.app.export import page_html
from studio.app.export.page import PageRequest, PageResult, make_handoff_page
from studio.app.export.page_html import PagePicture
from studio.common import files
from studio.common.errors import InputError, StorageError
from studio.domain.contact_sheet import SheetCaption
from studio.domain.entities import CostBasis, Picture
from studio.domain.export import BUILT_IN, find_preset
from studio.domain.handoff_page import HandoffPage
from tests.any_text import any_text
from tests.app.handouts import ScriptedProcesses, a_library, processes, some_pictures
from tests.library.builders import a_picture

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></style></p><svg onload=alert(1)>",
    "javascript:alert(1)",
    "<!-- comment --> ]]> &lt;b&gt; &#x3c;",
    "right \u202eto left",
    "nul \0 and \x1b[31m",
    "lone \ud83d surrogate",
    "line\nline\u2028line",
    "x" * 5000,
    "مرحبا بالعالم",
    "日本語 \U0001f3a8",
    "\u200b",
    "",
)

ALLOWED = {
    "html": {"lang", "dir"},
    "head": set(),
    "meta": {"charset", "name", "content", "http-equiv"},
    "title": set(),
    "style": set(),
    "body": set(),
    "header": set(),
    "main": set(),
    "h1": {"dir", "lang"},
    "h2": {"dir", "lang"},
    "p": {"class", "dir", "lang"},
    "ol": set(),
    "ul": {"class", "aria-label"},
    "li": {"id"},
    "div": {"class", "id"},
    "bdi": {"class", "lang"},
    "a": {"class", "href", "title", "tabindex", "aria-hidden"},
    "img": {"src", "alt", "width", "height", "loading", "decoding"},
    "label": set(),
    "input": {"type", "class"},
    "svg": {"viewbox", "aria-hidden"},
    "rect": {"width", "height", "fill"},
    "dl": set(),
    "dt": set(),
    "dd": {"dir", "lang"},
}
"""Every element a page has, with its attributes."""


class ReadPage(HTMLParser):
    """What a browser makes of a page.

    Attributes:
        unexpected: elements and attributes that a page does not have.
        addresses: of links and pictures.
        texts: the texts of headings, prompts and values, by element.
        alt: alternative texts.
        ids: of elements.
    """

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.unexpected: list[str] = []
        self.addresses: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.alt: list[str] = []
        self.ids: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == [], "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        allowed = ALLOWED.get(tag)
        for name, value in attrs:
            if allowed is None or name not in allowed:
                self.unexpected.append(f"{tag} {name}")
            if name in ("href", "src"):
                self.addresses.append(value or "")
            if name == "alt":
                self.alt.append(value or "")
            if name == "id":
                self.ids.append(value or "")
        if allowed is None:
            self.unexpected.append(tag)
        if tag not in ("meta", "img", "input", "rect"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_comment(self, data: str) -> None:
        self.unexpected.append(f"comment {data}")

    def handle_data(self, data: str) -> None:
        if self._open and data.strip():
            self.texts.append((self._open[-1], data))


async def made(home: Path, pictures: list[Picture], **more: Any) -> PageResult:
    page = HandoffPage(**more.pop("page", {}))
    target = home / "out" / more.pop("name", "page.html")
    request = PageRequest(pictures=pictures, page=page, target=target, **more)
    return await make_handoff_page(a_library(home), processes(), request)


def names(home: Path) -> list[str]:
    out = home / "out"
    return sorted(one.relative_to(out).as_posix() for one in out.rglob("*"))


def read(path: Path | None) -> ReadPage:
    assert path is not None
    return ReadPage(path.read_bytes().decode("utf-8"))


async def test_hostile_texts_stay_texts(tmp_path: Path) -> None:
    pictures = [
        a_picture(
            title=words, prompt=words, model=words, asked_aspect=words, path=f"2026-11/{n}.png",
            cost_usd=0.1, cost_basis=CostBasis.USAGE,
        )
        for n, words in enumerate(HOSTILE)
    ]  # fmt: skip
    for words in HOSTILE:
        page = {"title": words, "intro": words, "captions": tuple(SheetCaption)}
        result = await made(tmp_path, pictures, page=page)
        found = read(result.path)
        assert found.unexpected == []
        assert all(one.startswith(("#", "data:image/jpeg;base64,")) for one in found.addresses)
        prompts = [text for tag, text in found.texts if tag == "p"]
        assert "<script>alert(1)</script>" in prompts
        said = "".join(text for _tag, text in found.texts)
        assert not re.search("[\0\x1b\u202e\ud800-\udfff]", said)
        assert "</script>" not in (result.path or Path()).read_text("utf-8")


@given(
    name=any_text(),
    prompt=any_text(),
    file=st.sampled_from(["", "./a/b.png"]),
    readable=st.booleans(),
)
def test_no_text_at_all_becomes_markup(
    name: str, prompt: str, file: str, *, readable: bool
) -> None:
    picture = PagePicture(
        name=name, prompt=prompt, source="data:image/jpeg;base64,AA==" if readable else "",
        file=file, facts=[("Model", prompt), ("Price", name)], colours=(0, 0xFFFFFF, 1 << 40),
    )  # fmt: skip
    head = page_html.head(name, prompt, 1, "2026-12-01", beside=bool(file))
    text = head + page_html.item(picture, 1, 1) + page_html.foot()
    found = ReadPage(text.encode(errors="replace").decode())
    assert found.unexpected == []
    assert all(one.startswith(("#", "./a/", "data:image/jpeg")) for one in found.addresses)


async def test_a_page_is_whole_and_allows_nothing_but_itself(tmp_path: Path) -> None:
    result = await made(tmp_path, some_pictures("a", "broken", "c"), page={"title": "Harbour"})
    assert names(tmp_path) == ["page.html"]
    text = (tmp_path / "out" / "page.html").read_text("utf-8")
    assert result.bytes == len(text.encode())
    assert [one.picture.title for one in result.unreadable] == ["broken"]
    policy = re.search('Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    assert "default-src &#x27;none&#x27;; img-src data:; style-src &#x27;sha256-" in policy[1]
    assert "unsafe" not in policy[1]
    assert "http" not in text.replace("http-equiv", "")
    assert "//" not in re.sub('base64,[^"]*', "", text)
    # Every link leads to a place of the page.
    found = read(result.path)
    assert {one[1:] for one in found.addresses if one.startswith("#")} <= set(found.ids)
    assert len(set(found.ids)) == len(found.ids)
    assert ("h1", "Harbour") in found.texts


async def test_pictures_beside_a_page_are_copies_of_the_export_engine(tmp_path: Path) -> None:
    pictures = some_pictures("a b", "broken", "100% #1?", "灯台")
    result = await made(
        tmp_path,
        pictures,
        page={"beside": True},
        preset=find_preset(BUILT_IN, "web-jpeg"),
        collection="Harbour",
    )
    files_there = [
        "page-files",
        "page-files/harbour-100-1-003.jpg",
        "page-files/harbour-a-b-001.jpg",
        "page-files/harbour-灯台-004.jpg",
        "page.html",
    ]
    assert names(tmp_path) == files_there
    found = read(result.path)
    addresses = {unquote(one)[2:] for one in found.addresses if one.startswith("./")}
    assert addresses == {one for one in files_there if one.endswith(".jpg")}
    assert [one.picture.title for one in result.unreadable] == ["broken"]
    assert result.folder == tmp_path / "out" / "page-files"


async def test_files_that_browsers_do_not_show_have_a_reduced_copy(tmp_path: Path) -> None:
    preset = find_preset(BUILT_IN, "print-tiff")
    result = await made(tmp_path, some_pictures("a"), page={"beside": True}, preset=preset)
    assert result.path is not None
    text = result.path.read_text("utf-8")
    assert 'src="data:image/jpeg' in text
    assert re.search(r'href="\./page-files/[^"]*\.tif"', text)


@pytest.mark.parametrize("beside", [False, True])
async def test_nothing_is_overwritten(tmp_path: Path, *, beside: bool) -> None:
    out = tmp_path / "out"
    (out / "page-files").mkdir(parents=True)
    (out / "page-files" / "a.jpg").write_bytes(b"MINE")
    (out / "page-2.html").write_bytes(b"MINE")
    (out / ("other.html" if beside else "page.html")).write_bytes(b"MINE")
    before = names(tmp_path)
    preset = find_preset(BUILT_IN, "web-jpeg")
    page = {"beside": beside}
    skipped = await made(tmp_path, some_pictures("a"), page=page, preset=preset, number=False)
    assert skipped.path is None
    assert names(tmp_path) == before
    result = await made(tmp_path, some_pictures("a"), page=page, preset=preset)
    assert result.path == out / "page-3.html"
    assert result.folder == (out / "page-3-files" if beside else None)
    for one in before:
        path = out / one
        assert path.is_dir() or path.read_bytes() == b"MINE"


@pytest.mark.parametrize("beside", [False, True])
@pytest.mark.parametrize("step", ["create", "append", "sync", "rename"])
async def test_a_full_disk_leaves_nothing(tmp_path: Path, step: str, *, beside: bool) -> None:
    out = tmp_path / "out"

    def full(kind: str, path: Path) -> None:
        late = step not in ("create", "append") or ".html" in path.name
        if kind == step and path.parent == out and late:
            raise OSError(28, "No space left on device", str(path))

    end = files.watch(full)
    try:
        with pytest.raises(StorageError) as caught:
            await made(
                tmp_path,
                some_pictures("a", "b"),
                page={"beside": beside},
                preset=find_preset(BUILT_IN, "web-jpeg"),
            )
    finally:
        end()
    assert caught.value.title == "The disk is full"
    assert names(tmp_path) == []


async def test_a_full_disk_while_pictures_are_exported_leaves_nothing(tmp_path: Path) -> None:
    def full(kind: str, path: Path) -> None:
        if kind == "rename" and path.parent.name == "page-files" and "b" in path.name:
            raise OSError(28, "No space left on device", str(path))

    end = files.watch(full)
    try:
        with pytest.raises(StorageError):
            await made(
                tmp_path,
                some_pictures("a", "b", "c"),
                page={"beside": True},
                preset=find_preset(BUILT_IN, "web-jpeg"),
            )
    finally:
        end()
    assert names(tmp_path) == []


async def test_a_cancelled_page_leaves_no_file(tmp_path: Path) -> None:
    reached = asyncio.Event()

    class Holding(ScriptedProcesses):
        async def palette(self, path: Path, *, colours: int = 5) -> tuple[int, ...]:
            if path.stem == "c":
                reached.set()
                await asyncio.Event().wait()
            return await super().palette(path, colours=colours)

    request = PageRequest(
        pictures=some_pictures("a", "b", "c"),
        page=HandoffPage(),
        target=tmp_path / "out" / "page.html",
    )
    work = make_handoff_page(a_library(tmp_path), Holding(), request)  # type: ignore[arg-type]
    task = asyncio.create_task(work)
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert names(tmp_path) == []


async def test_the_librarys_hidden_folder_and_an_empty_page_are_refused(tmp_path: Path) -> None:
    hidden = tmp_path / "library" / ".gridbrush" / "page.html"
    request = PageRequest(pictures=some_pictures("a"), page=HandoffPage(), target=hidden)
    with pytest.raises(InputError):
        await make_handoff_page(a_library(tmp_path), processes(), request)
    with pytest.raises(InputError):
        await made(tmp_path, [])
    assert not hidden.parent.exists()


async def test_captions_that_are_not_chosen_are_nowhere_in_the_page(tmp_path: Path) -> None:
    picture = a_picture(
        title="dusk", prompt="SECRET words", model="SECRET-model", cost_usd=0.7777,
        cost_basis=CostBasis.USAGE, seed=7777777, note="SECRET note", tags=("SECRET-tag",),
    )  # fmt: skip
    result = await made(
        tmp_path, [picture], page={"captions": (SheetCaption.TITLE,), "palette": False}
    )
    assert result.path is not None
    text = result.path.read_text("utf-8")
    assert "SECRET" not in text
    assert "7777" not in re.sub('base64,[^"]*|sha256-[^&]*', "", text)
    assert "#112233" not in text
    assert read(result.path).alt == ["dusk"]


@pytest.mark.parametrize(
    ("captions", "alt"), [((), "Picture 1"), ((SheetCaption.PROMPT,), "A lighthouse at dusk")]
)
async def test_a_name_that_is_not_chosen_is_nowhere_in_the_page(
    tmp_path: Path, captions: tuple[SheetCaption, ...], alt: str
) -> None:
    pictures = [
        a_picture(title=title, prompt="A lighthouse at dusk", path=f"2026-11/{n}.png")
        for n, title in enumerate(["SECRET", "A lighthouse…"])
    ]
    result = await made(tmp_path, pictures, page={"captions": captions})
    assert result.path is not None
    text = result.path.read_text("utf-8")
    assert "SECRET" not in text
    assert ("lighthouse" in text) is bool(captions)
    found = read(result.path)
    assert found.alt[0] == alt
    assert ("bdi", "Picture 1") in found.texts


def test_alternative_texts() -> None:
    alt = page_html.alternative_text
    assert alt("dusk", "A lighthouse\nat dusk") == "dusk: A lighthouse at dusk"
    assert alt("A lighthouse…", "A lighthouse at dusk") == "A lighthouse at dusk"
    assert alt("dusk", "") == "dusk"
    assert alt("", "A lighthouse\nat dusk") == "A lighthouse at dusk"
    assert alt("", "") == ""
    assert len(alt("dusk", "x" * 5000)) <= 400


def test_pictures_in_their_own_size(tmp_path: Path) -> None:
    exporter = ScriptedProcesses()

    async def edges(edge: int) -> list[int]:
        exporter.edges.clear()
        request = PageRequest(
            pictures=some_pictures("a"), page=HandoffPage(edge=edge), target=tmp_path / "p.html"
        )
        await make_handoff_page(a_library(tmp_path), exporter, request)  # type: ignore[arg-type]
        return list(exporter.edges)

    assert asyncio.run(edges(1600)) == [1600]
    assert asyncio.run(edges(0))[0] > 16_000
