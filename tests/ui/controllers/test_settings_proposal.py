"""A picture from outside offers how it was made; what was typed stays until the user agrees."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo
from PySide6.QtCore import QMimeData, QPoint, QUrl
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QFileDialog

from studio.domain.drafts import Draft
from studio.domain.entities import Reference
from studio.ui.controllers import settings_proposal
from tests.ui.answers import answer
from tests.ui.user_actions import drop
from tests.ui.windows import PROMPT, OpenedWindow, make, opened, until

A1111 = "a boat {in|on} fog\nNegative prompt: sun\nSteps: 20, Sampler: Euler, Seed: 7, Model: xl"
USE, AS_REFERENCE = "Use its prompt and settings", "Use as reference"


def png(path: Path, **texts: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    info = PngInfo()
    for name, words in texts.items():
        info.add_itxt(name, words)
    Image.new("RGB", (90, 160), "teal").save(path, pnginfo=info)
    return path


def files(*paths: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def draft(window: OpenedWindow) -> Draft:
    return window.composer.draft()


def offered(window: OpenedWindow) -> str:
    """What the offer says; "" for none."""
    notices = window.composer.bar._notices
    return next((one.text for one in notices if one.key == settings_proposal.KEY), "")


async def dropped(window: OpenedWindow, *paths: Path) -> None:
    """Drop files on the composer and wait until they are references and were looked at."""
    before = len(draft(window).references)
    assert drop(window.composer, QPoint(4, 4), files(*paths))
    n = before + len(paths)
    await until(window.core, lambda: len(draft(window).references) == n, "taken in")


async def test_what_was_typed_stays_until_the_settings_are_wanted(tmp_path: Path) -> None:
    source = png(tmp_path / "in" / "boat.png", parameters=A1111)
    async with opened(tmp_path / "home") as window:
        window.composer.set_prompt("my own words")
        await dropped(window, source)
        await until(window.core, lambda: offered(window), "offered")
        assert "boat" in offered(window)
        assert "“a boat {in|on} fog”" in offered(window)
        assert "Not used: model xl, Negative prompt, Steps, Sampler." in offered(window)
        before = draft(window)
        assert (before.prompt, len(before.references)) == ("my own words", 1)
        answer(window.composer.bar, USE)
        after = draft(window)
        assert after.prompt == "a boat \\{in\\|on\\} fog"
        assert (after.seed, after.aspect, after.references) == (7, "9:16", ())
        assert after.model == before.model
        assert window.toast.isVisible()
        window.composer.undo()
        assert draft(window) == before


async def test_a_file_the_program_is_opened_with_offers_its_settings(tmp_path: Path) -> None:
    """With the window, and later from the file manager while the window is there."""
    first = png(tmp_path / "in" / "boat.png", parameters=A1111)
    second = png(tmp_path / "in" / "pier.png", parameters=A1111.replace("boat", "pier"))
    async with opened(tmp_path / "home", files=(first,)) as window:
        await until(window.core, lambda: "“a boat" in offered(window), "offered")
        window.session.take_files([second])
        await until(window.core, lambda: "“a pier" in offered(window), "offered")
        answer(window.composer.bar, USE)
        assert draft(window).prompt == "a pier \\{in\\|on\\} fog"
        assert [one.name for one in draft(window).references] == ["boat"]


async def test_a_file_chosen_in_the_dialog_offers_its_settings(tmp_path: Path) -> None:
    source = png(tmp_path / "in" / "boat.png", parameters=A1111)
    async with opened(tmp_path / "home") as window:
        window.composer.card.slots.pick_wanted.emit()
        (dialog,) = window.composer.findChildren(QFileDialog)
        dialog.filesSelected.emit([str(source)])
        dialog.close()
        await until(window.core, lambda: "“a boat" in offered(window), "offered")
        answer(window.composer.bar, USE)
        assert (draft(window).seed, draft(window).references) == (7, ())


async def test_as_reference_leaves_everything(tmp_path: Path) -> None:
    source = png(tmp_path / "in" / "boat.png", parameters=A1111)
    async with opened(tmp_path / "home") as window:
        await dropped(window, source)
        await until(window.core, lambda: offered(window), "offered")
        before = draft(window)
        answer(window.composer.bar, AS_REFERENCE)
        assert draft(window) == before
        assert not offered(window)


async def test_an_original_from_its_folder_brings_the_request_back(tmp_path: Path) -> None:
    async with opened(tmp_path / "home") as window:
        (picture,) = await make(window)
        copy = tmp_path / "renamed.png"
        shutil.copyfile(window.core.library.path(picture), copy)
        window.composer.set_draft(replace(draft(window), prompt="typed", size="1K", seed=None))
        await dropped(window, copy)
        await until(window.core, lambda: offered(window), "offered")
        assert PROMPT in offered(window)
        answer(window.composer.bar, USE)
        assert draft(window).prompt == PROMPT
        assert (draft(window).size, draft(window).seed) == ("512", 1)
        assert draft(window).references == ()


async def test_an_offer_goes_with_its_picture_and_with_the_run(tmp_path: Path) -> None:
    source = png(tmp_path / "in" / "boat.png", parameters=A1111)
    async with opened(tmp_path / "home") as window:
        await dropped(window, source)
        await until(window.core, lambda: offered(window), "offered")
        window.composer.undo()
        assert not offered(window)
        await dropped(window, source)
        await until(window.core, lambda: offered(window), "offered again")
        window.composer.set_prompt("go")
        assert offered(window)
        window.composer.generate_now()
        assert not offered(window)
        await window.core.queue.idle()


async def test_several_and_pictures_without_a_prompt_offer_nothing(tmp_path: Path) -> None:
    told = [png(tmp_path / "in" / f"{n}.png", parameters=f"{n}\nSteps: 1") for n in range(2)]
    plain = png(tmp_path / "in" / "plain.png")
    last = png(tmp_path / "in" / "last.png", parameters=A1111)
    async with opened(tmp_path / "home") as window:
        brought: list[Reference] = []
        window.composer.brought.connect(brought.append)
        await dropped(window, *told)
        await dropped(window, plain)
        await dropped(window, last)
        await until(window.core, lambda: offered(window), "the last one is looked at")
        assert "last" in offered(window)
        assert [one.name for one in brought] == ["plain", "last"]


async def test_pasted_pixels_keep_their_transparency(tmp_path: Path) -> None:
    image = QImage(6, 4, QImage.Format.Format_ARGB32)
    image.fill("#80336699")
    mime = QMimeData()
    mime.setImageData(image)
    async with opened(tmp_path / "home") as window:
        QApplication.clipboard().setMimeData(mime)
        assert window.composer.paste()
        await until(window.core, lambda: draft(window).references, "pasted")
        (reference,) = draft(window).references
        path = await asyncio.to_thread(window.core.library.input_path, reference)
        with Image.open(path) as kept:
            assert kept.convert("RGBA").getpixel((3, 2)) == (0x33, 0x66, 0x99, 0x80)


async def test_a_folder_on_the_composer_is_offered_to_the_library(tmp_path: Path) -> None:
    source = png(tmp_path / "in" / "boat.png")
    async with opened(tmp_path / "home") as window:
        await make(window)
        assert drop(window.composer, QPoint(4, 4), files(source.parent, source))
        bar = window.composer.bar
        await until(window.core, lambda: bar.notice and bar.notice.key == "folders", "offered")
        assert len(draft(window).references) == 1
        answer(bar, "Import its pictures")
        await until(window.core, lambda: window.library_view.shown == 2, "imported")
        await until(window.core, lambda: not window.import_controller.is_under_way(), "told")
