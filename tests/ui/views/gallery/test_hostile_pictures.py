"""Hostile pictures in the window: each shows its fault, the others are as they were."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import signal
from pathlib import Path

import pytest
from PIL import Image

from studio.common.errors import PictureUnreadable
from studio.domain.entities import Picture
from tests.imaging.test_decoder_faults import bomb
from tests.ui.windows import OpenedWindow, opened, until


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def corpus(folder: Path) -> tuple[set[str], set[str]]:
    """Files of all sorts of trouble; names of those that can be read, and of those that cannot."""
    folder.mkdir(parents=True)
    plain = encoded(Image.effect_noise((300, 200), 60).convert("RGB"), "PNG")
    frames = [Image.new("RGB", (40, 40), colour) for colour in ((255, 0, 0), (0, 255, 0))]
    sound = {
        "plain.png": plain,
        "deep.png": encoded(Image.new("I;16", (90, 60), 0x80FF), "PNG"),
        "ink.jpg": encoded(Image.new("CMYK", (90, 61), (9, 90, 200, 0)), "JPEG"),
        "moves.gif": encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]),
        "wrong-name.jpg": encoded(Image.new("RGB", (64, 64), (1, 2, 3)), "PNG"),
    }
    broken = {
        "truncated.png": plain[: len(plain) // 2],
        "bomb.png": bomb(60_000, 60_000),
        "endless.png": bomb(0x7FFFFFFF, 0x7FFFFFFF),
        "noise.jpg": b"\xff\xd8\xff\xe0" + os.urandom(400),
        "nothing-in-it.webp": b"RIFF\xff\xff\xff\x7fWEBPVP8 " + os.urandom(300),
    }
    # By their first bytes these are no pictures at all: an import passes over them.
    other = {"zero.png": b"", "words.png": b"not a picture", "drawing.svg": b"<svg/>"}
    for name, data in {**sound, **broken, **other}.items():
        (folder / name).write_bytes(data)
    return set(sound), set(broken)


async def brought(window: OpenedWindow, folder: Path, number: int) -> list[Picture]:
    window.import_controller.import_paths([folder])
    await until(window.core, lambda: window.library_view.counts.all == number, "imported")
    await until(window.core, lambda: window.model.rowCount() == number, "shown")
    await until(window.core, lambda: not window.import_controller.is_under_way(), "over")
    return await window.core.library.every()


async def test_an_import_takes_what_can_be_read_and_names_the_rest(tmp_path: Path) -> None:
    sound, broken = corpus(tmp_path / "in")
    async with opened(tmp_path / "home") as window:
        every = await brought(window, tmp_path / "in", len(sound))
        assert {picture.imported for picture in every} == sound
        notice = window.messages.notice
        assert notice is not None
        assert f"{len(broken)} files were not imported" in notice.text
        for picture in every:
            assert (await window.core.library.thumbnail(picture, 256))[:2] == b"\xff\xd8"
        left = window.core.library.folder / ".gridbrush/importing"
        assert not list(left.iterdir())


async def test_a_file_that_went_bad_shows_its_fault_and_no_other_does(tmp_path: Path) -> None:
    sound, _broken = corpus(tmp_path / "in")
    async with opened(tmp_path / "home") as window:
        core, library, thumbnails = window.core, window.core.library, window.gallery.thumbnails
        every = await brought(window, tmp_path / "in", len(sound))
        bad, *others = every
        await until(core, lambda: thumbnails.idle, "all thumbnails made")
        library.path(bad).write_bytes(bomb(60_000, 60_000))
        shutil.rmtree(library.store.thumbnails.folder, ignore_errors=True)
        thumbnails.refetch_thumbnails([picture.id for picture in every])
        window.gallery.on_wishes()
        await until(core, lambda: thumbnails.fault(bad.id), "fault")
        for picture in others:
            await until(core, lambda one=picture: thumbnails.pixmap(one.id) is not None, "there")  # type: ignore[misc]
            assert not thumbnails.fault(picture.id)
        window.view_switch.open_loupe(bad)

        def told() -> bool:
            plate = window.loupe.canvas.plate
            return plate is not None and bool(plate.trouble)

        await until(core, told, "told")
        # Changed is not missing: the file is there.
        assert not (await library.find([bad.id]))[0].missing


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9 is a Unix signal")
async def test_a_decoding_process_that_dies_takes_no_window_with_it(tmp_path: Path) -> None:
    sound, _broken = corpus(tmp_path / "in")
    async with opened(tmp_path / "home", shared=None) as window:
        core, library = window.core, window.core.library
        every = await brought(window, tmp_path / "in", len(sound))
        for _time in range(3):
            child = core.decoder.workers[0].child
            assert child is not None
            os.kill(child.process.pid, signal.Signals["SIGKILL"])
            shutil.rmtree(library.store.thumbnails.folder, ignore_errors=True)
            # It may be noticed by this one alone.
            with contextlib.suppress(PictureUnreadable):
                await library.thumbnail(every[0], 512)
            made = [await library.thumbnail(picture, 512) for picture in every[1:]]
            assert all(data[:2] == b"\xff\xd8" for data in made)
        assert window.isVisible()
        window.gallery.select_everything()
        await until(core, lambda: len(window.inspector.pictures) == len(sound), "answers")
