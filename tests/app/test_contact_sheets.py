"""Contact sheets on their way to the disk: nothing is overwritten, nothing half-written is left."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from studio.app.export.captions import caption
from studio.app.export.sheet import SheetRequest, SheetResult, make_contact_sheet
from studio.common import files
from studio.common.errors import InputError, StorageError
from studio.domain.contact_sheet import ContactSheet, SheetCaption, SheetFormat
from studio.domain.entities import Advanced, CostBasis, Picture
from studio.imaging.sheet_drawer import SheetNotDrawn
from tests.app.handouts import (
    ScriptedDrawer,
    a_library,
    as_drawer,
    processes,
    some_pictures,
)
from tests.library.builders import a_picture

TWENTY = [f"p{n:02d}" for n in range(20)]


async def made(
    home: Path,
    pictures: Sequence[Picture],
    name: str = "sheet.pdf",
    drawer: ScriptedDrawer | None = None,
    **more: Any,
) -> SheetResult:
    kind = SheetFormat.PNG if name.endswith(".png") else SheetFormat.PDF
    sheet = ContactSheet(format=kind, **more.pop("sheet", {}))
    request = SheetRequest(pictures=pictures, sheet=sheet, target=home / "out" / name, **more)
    return await make_contact_sheet(
        a_library(home),
        processes(),
        request,
        drawer=as_drawer(drawer or ScriptedDrawer()),
    )


def content(home: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in (home / "out").iterdir()}


async def test_a_pdf_is_one_file_of_all_pages(tmp_path: Path) -> None:
    drawer = ScriptedDrawer()
    result = await made(tmp_path, some_pictures(*TWENTY), drawer=drawer)
    assert content(tmp_path) == {"sheet.pdf": b"page 1\npage 2\n"}
    assert result.paths == [tmp_path / "out" / "sheet.pdf"]
    assert (result.pages, result.bytes) == (2, 14)
    assert [(one.first, one.last) for one in drawer.pages] == [(True, False), (False, True)]
    assert [len(one) for one in drawer.pictures] == [12, 8]
    assert drawer.pictures[1][0] == b"small p12"
    assert drawer.closed


async def test_png_pages_are_numbered_files(tmp_path: Path) -> None:
    pictures = some_pictures(*TWENTY)
    result = await made(tmp_path, pictures, "sheet.png", sheet={"columns": 1, "rows": 2})
    assert sorted(content(tmp_path)) == [f"sheet-{n:02d}.png" for n in range(1, 11)]
    assert [path.name for path in result.paths] == sorted(content(tmp_path))
    one = await made(tmp_path, pictures[:2], "one.png")
    assert [path.name for path in one.paths] == ["one.png"]


@pytest.mark.parametrize("name", ["sheet.pdf", "sheet.png"])
async def test_nothing_is_overwritten(tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    mine = out / (name if name.endswith("pdf") else "sheet-2.png")
    mine.write_bytes(b"MINE")
    pictures = some_pictures(*TWENTY)
    skipped = await made(tmp_path, pictures, name, number=False)
    assert skipped.paths == []
    assert content(tmp_path) == {mine.name: b"MINE"}
    result = await made(tmp_path, pictures, name)
    after = content(tmp_path)
    assert after.pop(mine.name) == b"MINE"
    assert sorted(after) == sorted(path.name for path in result.paths)
    assert all("-2" in path.name for path in result.paths)


@pytest.mark.parametrize("number", [True, False])
async def test_a_file_that_appears_meanwhile_stays(tmp_path: Path, *, number: bool) -> None:
    async def appear(_page: int) -> None:
        (tmp_path / "out" / "sheet.pdf").write_bytes(b"MINE")

    result = await made(tmp_path, some_pictures("a"), drawer=ScriptedDrawer(appear), number=number)
    after = content(tmp_path)
    assert after.pop("sheet.pdf") == b"MINE"
    assert after == ({"sheet-2.pdf": b"page 1\n"} if number else {})
    assert len(result.paths) == number


@pytest.mark.parametrize(
    ("name", "step"),
    [
        *(("sheet.pdf", step) for step in ("create", "append", "sync", "rename")),
        *(("sheet.png", step) for step in ("create", "write", "sync", "rename")),
    ],
)
async def test_a_full_disk_leaves_nothing_half_written(
    tmp_path: Path, step: str, name: str
) -> None:
    out = tmp_path / "out"
    drawn = 0

    async def count(page: int) -> None:
        nonlocal drawn
        drawn = page

    def full(kind: str, path: Path) -> None:
        if kind == step and out in path.parents and (drawn >= 2 or step == "create"):
            raise OSError(28, "No space left on device", str(path))

    end = files.watch(full)
    try:
        with pytest.raises(StorageError) as caught:
            await made(tmp_path, some_pictures(*TWENTY), name, drawer=ScriptedDrawer(count))
    finally:
        end()
    assert caught.value.title == "The disk is full"
    # Pages that are complete stay.
    whole = {"sheet-1.png": b"page 1\n"} if name == "sheet.png" and step != "create" else {}
    assert content(tmp_path) == whole


async def test_a_folder_that_is_removed_is_reported(tmp_path: Path) -> None:
    async def remove(page: int) -> None:
        if page == 2:
            (tmp_path / "out").rename(tmp_path / "elsewhere")

    with pytest.raises(StorageError):
        await made(tmp_path, some_pictures(*TWENTY), drawer=ScriptedDrawer(remove))
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(
    sys.platform == "win32" or os.getuid() == 0, reason="this user may write anywhere"
)
async def test_a_folder_without_the_right_to_write_is_reported(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir(mode=0o500)
    with pytest.raises(StorageError):
        await made(tmp_path, some_pictures("a"))
    assert content(tmp_path) == {}


async def test_the_hidden_folder_of_the_library_is_refused(tmp_path: Path) -> None:
    hidden = tmp_path / "library" / ".gridbrush" / "sheet.pdf"
    for name in ("sheet.pdf", "sheet.png"):
        request = SheetRequest(
            pictures=some_pictures("a"),
            sheet=ContactSheet(format=SheetFormat.PNG if name.endswith("png") else SheetFormat.PDF),
            target=hidden.with_name(name),
        )
        drawer = ScriptedDrawer()
        with pytest.raises(InputError):
            await make_contact_sheet(
                a_library(tmp_path), processes(), request, drawer=as_drawer(drawer)
            )
    assert not hidden.parent.exists()


async def test_a_cancelled_sheet_leaves_no_file_and_no_process(tmp_path: Path) -> None:
    reached = asyncio.Event()

    async def hold(page: int) -> None:
        if page == 2:
            reached.set()
            await asyncio.Event().wait()

    drawer = ScriptedDrawer(hold)
    task = asyncio.create_task(made(tmp_path, some_pictures(*TWENTY), drawer=drawer))
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert content(tmp_path) == {}
    assert drawer.closed


async def test_a_page_that_is_not_drawn_leaves_no_file(tmp_path: Path) -> None:
    async def fail(page: int) -> None:
        if page == 2:
            raise SheetNotDrawn("The contact sheet could not be drawn")

    with pytest.raises(SheetNotDrawn):
        await made(tmp_path, some_pictures(*TWENTY), drawer=ScriptedDrawer(fail))
    assert content(tmp_path) == {}


async def test_an_unreadable_picture_has_a_place_and_is_reported(tmp_path: Path) -> None:
    drawer = ScriptedDrawer()
    result = await made(tmp_path, some_pictures("a", "broken", "b"), drawer=drawer)
    assert [one.picture.title for one in result.unreadable] == ["broken"]
    assert drawer.pages[0].sizes == (7, 0, 7)
    assert "This file cannot be read" in [text.text for text in drawer.pages[0].page.texts]
    assert len(result.paths) == 1


async def test_texts_are_one_line_without_control_characters(tmp_path: Path) -> None:
    drawer = ScriptedDrawer()
    picture = a_picture(
        title="right \u202eto left\0", prompt="first line\nsecond\u2028line \ud83d", model="m"
    )
    sheet = {"captions": tuple(SheetCaption), "heading": "Head\nline \u202e\ud83d"}
    await made(tmp_path, [picture], drawer=drawer, sheet=sheet)
    texts = [text.text for text in drawer.pages[0].page.texts]
    assert "right to left\N{REPLACEMENT CHARACTER}" in texts
    assert "first line second line \N{REPLACEMENT CHARACTER}" in texts
    assert texts[0] == "Head line \N{REPLACEMENT CHARACTER}"
    assert not [text for text in texts if "\n" in text]


async def test_too_many_or_no_pictures_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        await made(tmp_path, [])
    with pytest.raises(InputError, match="at most"):
        await made(tmp_path, some_pictures("a") * 2001)
    assert not (tmp_path / "out").exists()


def test_captions_say_what_is_known() -> None:
    picture = a_picture(
        title="dusk", width=2048, height=1024, seed=7, asked_aspect="2:1", asked_size="2K",
        model="gemini-3-pro-image", cost_usd=0.134, cost_basis=CostBasis.USAGE,
        advanced=Advanced(temperature=1.5, thinking="high"),
    )  # fmt: skip
    assert caption(picture, SheetCaption.SETTINGS) == (
        "2048 × 1024 px · 2:1 · 2K · Seed 7 · Temperature 1.5 · Thinking high"
    )
    assert caption(picture, SheetCaption.PRICE) == "≈ $0.134"
    assert caption(picture, SheetCaption.MODEL) == "gemini-3-pro-image"
    unknown = a_picture(cost_usd=0.134, cost_basis=CostBasis.UNKNOWN)
    assert caption(unknown, SheetCaption.PRICE) == ""
    sketch = a_picture(offline=True, model="sketch", cost_usd=0.0, cost_basis=CostBasis.TABLE)
    assert caption(sketch, SheetCaption.MODEL) == "Offline sketch, not AI"
    assert caption(sketch, SheetCaption.PRICE) == "$0.00"
