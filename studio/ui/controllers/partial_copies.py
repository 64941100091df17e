"""Copies of a part of the selected pictures: image, files, prompt, settings, seed or path.

The usual copy, in every form that another program may accept, is `PicturesController.copy`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QImage

from studio.app import picture_settings
from studio.app.core import Core
from studio.common import user_input
from studio.common.errors import InputError
from studio.common.i18n import _, ngettext, number
from studio.domain.entities import Picture
from studio.library.files import save_copies
from studio.ui.controllers.pictures import MOST, with_files
from studio.ui.support import clipboard, drag_and_drop, drop_contents
from studio.ui.support.ports import Messages, SelectionSource
from studio.ui.support.tasks import spawn


class PartialCopies:
    """Copies of parts of the selected pictures, for one window."""

    def __init__(self, core: Core, selection: SelectionSource, messages: Messages) -> None:
        self._core = core
        self._selection = selection
        self._messages = messages

    def copy_image(self) -> None:
        """Copy the pixels of the selected picture with its transparency, without its file."""
        spawn(self._copy_image())

    async def _copy_image(self) -> None:
        pictures = with_files(await self._selection.pictures(1))
        for picture in pictures:
            path = await asyncio.to_thread(self._core.library.path, picture)
            pixels = await self._core.decoder.pixels(path)
            image = await asyncio.to_thread(drag_and_drop.image_of, pixels)
            # The file itself may have a profile and metadata; these pixels are plain sRGB.
            png = await asyncio.to_thread(drop_contents.png_of, image)
            await clipboard.set_clipboard(partial(_image, image, png))
            self._messages.show_message(_("Image copied"))

    def copy_files(self) -> None:
        """Copy the files of the selected pictures, without pixels or text."""
        spawn(self._copy_files())

    async def _copy_files(self) -> None:
        paths = await self._paths()
        if paths:
            await asyncio.to_thread(save_copies.make_usual, paths)
            await clipboard.set_clipboard(partial(drag_and_drop.file_data, paths))
            n = len(paths)
            told = ngettext("{n} file copied", "{n} files copied", n)
            self._messages.show_message(told.format(n=number(n)))

    def copy_paths(self) -> None:
        """Copy the paths of the selected pictures, one per line."""
        spawn(self._copy_paths())

    async def _copy_paths(self) -> None:
        # A name that is not valid text is written as a URL, which programs understand.
        words = [user_input.word_of(path) for path in await self._paths()]
        n = len(words)
        told = ngettext("Path copied", "{n} paths copied", n).format(n=number(n))
        self._put("\n".join(words), told)

    def copy_prompt(self) -> None:
        """Copy the prompts of the selected pictures, each once."""
        spawn(self._copy_prompt())

    async def _copy_prompt(self) -> None:
        pictures = await self._few()
        prompts = list(dict.fromkeys(one.source_prompt or one.prompt for one in pictures))
        prompts = [prompt for prompt in prompts if prompt]
        n = len(prompts)
        told = ngettext("Prompt copied", "{n} prompts copied", n).format(n=number(n))
        self._put("\n\n".join(prompts), told)

    def copy_seed(self) -> None:
        """Copy the seeds of the selected pictures, one per line."""
        spawn(self._copy_seed())

    async def _copy_seed(self) -> None:
        seeds = [str(one.seed) for one in await self._few() if one.seed is not None]
        n = len(seeds)
        told = ngettext("Seed copied", "{n} seeds copied", n).format(n=number(n))
        self._put("\n".join(seeds), told)

    def copy_settings(self) -> None:
        """Copy prompt and settings of the selected pictures as readable text."""
        spawn(self._copy_settings(picture_settings.as_text))

    def copy_settings_json(self) -> None:
        """Copy prompt and settings of the selected pictures as JSON."""
        spawn(self._copy_settings(picture_settings.as_json))

    async def _copy_settings(self, write: Callable[[Sequence[Picture]], str]) -> None:
        pictures = [one for one in await self._few() if picture_settings.has_settings(one)]
        n = len(pictures)
        if pictures:
            told = ngettext("Settings copied", "Settings of {n} pictures copied", n)
            self._put(write(pictures), told.format(n=number(n)))

    async def _few(self) -> list[Picture]:
        """The selected pictures. Raises InputError for too many to copy."""
        pictures = await self._selection.pictures(MOST + 1)
        if len(pictures) > MOST:
            raise InputError(
                _("Too many pictures to copy"),
                _("Copy at most {most} pictures at once.").format(most=number(MOST)),
            )
        return pictures

    async def _paths(self) -> list[Path]:
        pictures = with_files(await self._few())
        return await asyncio.to_thread(lambda: [self._core.library.path(one) for one in pictures])

    def _put(self, text: str, told: str) -> None:
        """Put a text on the clipboard; ignores "", the result after a change of the selection."""
        if text:
            clipboard.put_text(text, partial(self._messages.show_message, told))


def _image(image: QImage, png: bytes) -> QMimeData:
    made = QMimeData()
    drop_contents.add_image(made, image, png)
    return made
