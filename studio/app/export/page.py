"""Hand-off pages: one HTML file, with its pictures embedded or exported into a folder beside it.

Nothing is overwritten, and a page gets its name when it is complete. Pictures beside a page are
copies made by the export engine, under the names of its preset.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import datetime as dt
import os
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from studio.app.export import page_html
from studio.app.export.captions import caption
from studio.app.export.page_html import PagePicture
from studio.app.export.plan import make_plan
from studio.app.export.prepare import gather_items
from studio.app.export.runner import ExportQueue, ExportRun, WrittenCopy
from studio.app.export.sheet import UnreadablePicture
from studio.common import files
from studio.common.errors import InputError, PictureUnreadable, StorageError
from studio.common.i18n import _, pgettext
from studio.domain.contact_sheet import SheetCaption
from studio.domain.entities import Picture
from studio.domain.export import ORIGINALS, ConflictRule, ExportPreset
from studio.domain.handoff_page import HandoffPage
from studio.imaging.exporter import Exporter
from studio.library.facade import Library
from studio.library.files import save_copies
from studio.library.files.new_file import NewFile

_AHEAD = 4
_WHOLE = 1 << 16
"""Limit in pixels of the longer side of a picture at full size."""

_SHOWN = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif", ".avif", ".bmp"})
"""Extensions of files that browsers show; for others a reduced copy is shown."""

_REDUCED = 1280

OnPicture = Callable[[int], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """A hand-off page of these pictures, in their order.

    Attributes:
        target: wanted path of the page.
        preset: preset of the pictures beside the page.
        collection: name of the collection, for the names of those files.
        number: whether to number a name that is taken; otherwise no page is made.
    """

    pictures: Sequence[Picture]
    page: HandoffPage
    target: Path
    preset: ExportPreset = ORIGINALS
    collection: str = ""
    number: bool = True


@dataclass(slots=True, kw_only=True)
class PageResult:
    """A finished page.

    Attributes:
        path: the page; None if its name was taken and `number` was off.
        folder: folder of the pictures beside it; None if they are embedded.
        bytes: size of the page and its pictures.
    """

    path: Path | None = None
    folder: Path | None = None
    bytes: int = 0
    unreadable: list[UnreadablePicture] = field(default_factory=list)


async def make_handoff_page(
    library: Library,
    exporter: Exporter,
    request: PageRequest,
    *,
    on_picture: OnPicture | None = None,
) -> PageResult:
    """Write a page; cancelling leaves no unfinished file.

    Args:
        on_picture: called with the number of finished pictures.

    Raises InputError, StorageError.
    """
    if not request.pictures:
        raise InputError(_("No pictures for a page"))
    work = _PageWork(library, exporter, request, on_picture)
    return await work.run()


class _PageWork:
    """One page being made."""

    def __init__(
        self,
        library: Library,
        exporter: Exporter,
        request: PageRequest,
        on_picture: OnPicture | None,
    ) -> None:
        self._library = library
        self._exporter = exporter
        self._request = request
        self._on_picture = on_picture
        self._result = PageResult()
        self._copies: dict[str, WrittenCopy] = {}

    async def run(self) -> PageResult:
        request, folder = self._request, self._library.folder
        target = await asyncio.to_thread(self._free_target)
        if target is None:
            return self._result
        file = await asyncio.to_thread(NewFile, target, folder)
        try:
            if request.page.beside:
                await self._export(_beside(target))
            await self._write(file)
            path = await asyncio.to_thread(file.finish, number=request.number)
        except BaseException:
            await asyncio.to_thread(file.discard)
            await asyncio.to_thread(self._remove_copies)
            raise
        if path is None:
            await asyncio.to_thread(self._remove_copies)
            return self._result
        self._result.path = path
        self._result.bytes = file.size + sum(one.bytes for one in self._copies.values())
        return self._result

    def _free_target(self) -> Path | None:
        """The target, numbered if it or its folder exists; None if it may not be numbered."""
        request = self._request
        for wanted in save_copies.numbered(request.target):
            names = (wanted, _beside(wanted)) if request.page.beside else (wanted,)
            if not any(os.path.lexists(one) for one in names):
                return wanted
            if not request.number:
                return None
        return None

    async def _export(self, folder: Path) -> None:
        """Export the pictures into a folder of their own. Raises StorageError, InputError."""
        request = self._request
        preset = request.preset
        self._result.folder = folder
        items = await gather_items(
            self._library, self._exporter, request.pictures, preset, request.collection
        )
        # The folder is new, so the rule "ask" has nothing to ask.
        plan = make_plan(items, replace(preset, conflict=ConflictRule.NUMBER))

        def changed(run: ExportRun) -> None:
            if self._on_picture is not None:
                self._on_picture(run.finished)

        queue = ExportQueue(self._library, self._exporter, on_change=changed)
        run = queue.add(plan, folder)
        try:
            await queue.idle()
        finally:
            await queue.close()
            self._copies = {one.copy.picture.id: one for one in run.written}
        if run.error is not None:
            raise run.error
        self._result.unreadable += [
            UnreadablePicture(one.copy.picture, one.error) for one in run.failed
        ]

    async def _write(self, file: NewFile) -> None:
        request, page = self._request, self._request.page
        count = len(request.pictures)
        date = dt.datetime.now().astimezone().date().isoformat()
        head = page_html.head(page.title, page.intro, count, date, beside=page.beside)
        await asyncio.to_thread(file.append, head.encode())
        waiting = deque(request.pictures)
        begun: deque[asyncio.Task[PagePicture]] = deque()
        try:
            for place in range(1, count + 1):
                while waiting and len(begun) <= _AHEAD:
                    begun.append(asyncio.create_task(self._picture(waiting.popleft())))
                shown = await begun.popleft()
                text = page_html.item(shown, place, count)
                await asyncio.to_thread(file.append, text.encode(errors="replace"))
                if self._on_picture is not None and not page.beside:
                    self._on_picture(place)
        finally:
            for task in begun:
                task.cancel()
        await asyncio.to_thread(file.append, page_html.foot().encode())

    async def _picture(self, picture: Picture) -> PagePicture:
        page = self._request.page
        try:
            source, address, (width, height) = await self._source(picture)
            colours = await self._colours(picture) if page.palette and source else ()
        except (PictureUnreadable, StorageError, InputError) as error:
            self._result.unreadable.append(UnreadablePicture(picture, error))
            source, address, width, height, colours = "", "", 0, 0, ()
        captions = page.captions
        return PagePicture(
            name=picture.name if SheetCaption.TITLE in captions else "",
            source=source,
            file=address,
            width=width,
            height=height,
            prompt=caption(picture, SheetCaption.PROMPT) if SheetCaption.PROMPT in captions else "",
            facts=[
                (heading(one), caption(picture, one))
                for one in captions
                if one not in (SheetCaption.TITLE, SheetCaption.PROMPT)
            ],
            colours=colours,
        )

    async def _source(self, picture: Picture) -> tuple[str, str, tuple[int, int]]:
        """Addresses of the shown picture and of its file, and its size. Raises StudioError."""
        if self._request.page.beside:
            copy = self._copies.get(picture.id)
            if copy is None:
                return "", "", (0, 0)
            address = page_html.relative_address(copy.path.parent.name, copy.path.name)
            if copy.path.suffix.lower() in _SHOWN:
                return address, address, (copy.width, copy.height)
            return await self._inside(picture, address, _REDUCED)
        return await self._inside(picture, "", self._request.page.edge or _WHOLE)

    async def _inside(
        self, picture: Picture, address: str, edge: int
    ) -> tuple[str, str, tuple[int, int]]:
        path = await asyncio.to_thread(self._library.path, picture)
        made = await self._exporter.preview(path, edge)
        data = base64.b64encode(made.data).decode("ascii")
        return f"data:{made.media_type};base64,{data}", address, (made.width, made.height)

    async def _colours(self, picture: Picture) -> tuple[int, ...]:
        path = await asyncio.to_thread(self._library.path, picture)
        return await self._exporter.palette(path)

    def _remove_copies(self) -> None:
        """Remove the copies of an unfinished page, and their folder if nothing else is in it."""
        for copy in self._copies.values():
            with contextlib.suppress(StorageError):
                files.remove(copy.path)
        self._copies = {}
        if (folder := self._result.folder) is not None:
            with contextlib.suppress(OSError):
                folder.rmdir()
            self._result.folder = None


def heading(which: SheetCaption) -> str:
    """Heading of a caption."""
    headings = {
        SheetCaption.TITLE: _("Title"),
        SheetCaption.PROMPT: _("Prompt"),
        SheetCaption.SETTINGS: _("Settings"),
        SheetCaption.MODEL: _("Model"),
        SheetCaption.PRICE: pgettext("of a picture", "Price"),
    }
    return headings[which]


def _beside(target: Path) -> Path:
    """The folder of a page's pictures."""
    return target.with_name(f"{target.stem}-files")
