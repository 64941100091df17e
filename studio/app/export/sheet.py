"""Contact sheets: the exporting processes reduce pictures, the drawing process draws pages.

A file gets its name when it is complete, and never replaces another. The finished pages of a PNG
sheet stay if others fail.
"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from studio.app.export.captions import caption
from studio.common.display_text import one_line
from studio.common.errors import InputError, PictureUnreadable, StorageError, StudioError
from studio.common.i18n import _, ngettext
from studio.domain.contact_sheet import (
    MOST_PICTURES,
    PAPER,
    ContactSheet,
    SheetFormat,
    SheetItem,
    SheetLayout,
)
from studio.domain.entities import Picture
from studio.imaging.exporter import Exporter, ReducedPicture
from studio.imaging.page_drawing import PageDrawing
from studio.imaging.sheet_drawer import SheetDrawer
from studio.library.facade import Library
from studio.library.files import save_copies
from studio.library.files.new_file import NewFile

_QUALITY = 90
_AHEAD = 6
"""Number of pictures reduced ahead of the page being drawn."""

OnPage = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class UnreadablePicture:
    """A picture that is left out, and the reason."""

    picture: Picture
    error: StudioError


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRequest:
    """A contact sheet of these pictures, in their order.

    Attributes:
        target: wanted path of the file; several PNG pages get numbers before the extension.
        logo: a picture file for the upper right corner of each page; None for none.
        number: whether to number a name that is taken; otherwise no sheet is made.
    """

    pictures: Sequence[Picture]
    sheet: ContactSheet
    target: Path
    logo: Path | None = None
    number: bool = True


@dataclass(slots=True, kw_only=True)
class SheetResult:
    """A finished contact sheet.

    Attributes:
        paths: the files; none if the name was taken and `number` was off.
        missing: characters that no font of this computer has.
    """

    paths: list[Path] = field(default_factory=list)
    pages: int = 0
    bytes: int = 0
    unreadable: list[UnreadablePicture] = field(default_factory=list)
    missing: str = ""


async def make_contact_sheet(
    library: Library,
    exporter: Exporter,
    request: SheetRequest,
    *,
    drawer: SheetDrawer | None = None,
    on_page: OnPage | None = None,
) -> SheetResult:
    """Draw a contact sheet and write it; cancelling leaves no unfinished file.

    Args:
        on_page: called with the number of finished pages.

    Raises InputError, StorageError, SheetNotDrawn, PictureUnreadable for the logo.
    """
    work = _SheetWork(library, exporter, drawer or SheetDrawer(), request, on_page)
    try:
        return await work.run()
    finally:
        await work.drawer.close()


class _SheetWork:
    """One contact sheet being made."""

    def __init__(
        self,
        library: Library,
        exporter: Exporter,
        drawer: SheetDrawer,
        request: SheetRequest,
        on_page: OnPage | None,
    ) -> None:
        self.drawer = drawer
        self._library = library
        self._exporter = exporter
        heading = one_line(request.sheet.heading)
        self._request = replace(request, sheet=replace(request.sheet, heading=heading))
        self._on_page = on_page
        self._result = SheetResult()

    async def run(self) -> SheetResult:
        request, sheet = self._request, self._request.sheet
        count = len(request.pictures)
        if not count:
            raise InputError(_("No pictures for a contact sheet"))
        if count > MOST_PICTURES:
            raise InputError(
                ngettext(
                    "A contact sheet has at most {n} picture",
                    "A contact sheet has at most {n} pictures",
                    MOST_PICTURES,
                ).format(n=MOST_PICTURES)
            )
        layout = SheetLayout(sheet)
        pages = sheet.page_count(count)
        one_file = sheet.format is SheetFormat.PDF or pages == 1
        target = await asyncio.to_thread(
            _free_target, request.target, 1 if one_file else pages, number=request.number
        )
        if target is None:
            return self._result
        logo = await self._logo(layout)
        made = self._pages(layout, pages, logo)
        try:
            if sheet.format is SheetFormat.PDF:
                await self._write_pdf(target, made)
            else:
                await self._write_pngs(target, pages, made)
        finally:
            await made.aclose()  # type: ignore[attr-defined]
        self._result.pages = pages
        self._result.missing = self.drawer.missing
        return self._result

    async def _logo(self, layout: SheetLayout) -> bytes:
        if self._request.logo is None:
            return b""
        edge = layout.pixels(layout.logo)
        # Transparent parts are over white, as on the page.
        made = await self._exporter.preview(
            self._request.logo, edge, quality=_QUALITY, ground=PAPER
        )
        return made.data

    async def _pages(self, layout: SheetLayout, count: int, logo: bytes) -> AsyncIterator[bytes]:
        """The bytes of each page; pictures of the next ones are reduced meanwhile."""
        request, sheet = self._request, self._request.sheet
        waiting = deque(request.pictures)
        begun: deque[asyncio.Task[ReducedPicture | StudioError]] = deque()
        try:
            for number in range(1, count + 1):
                shown = request.pictures[(number - 1) * sheet.each : number * sheet.each]
                while waiting and len(begun) < len(shown) + _AHEAD:
                    begun.append(asyncio.create_task(self._preview(layout, waiting.popleft())))
                previews = [await begun.popleft() for _picture in shown]
                items = [self._item(*one) for one in zip(shown, previews, strict=True)]
                data = [one.data if isinstance(one, ReducedPicture) else b"" for one in previews]
                drawing = PageDrawing(
                    page=layout.page(number, count, items, logo=bool(logo)),
                    sizes=tuple(map(len, data)),
                    logo=len(logo),
                    dpi=sheet.dpi,
                    title=sheet.heading,
                    first=number == 1,
                    last=number == count,
                )
                yield await self.drawer.draw(sheet.format, drawing, data, logo)
                if self._on_page is not None:
                    self._on_page(number)
        finally:
            for task in begun:
                task.cancel()

    async def _preview(self, layout: SheetLayout, picture: Picture) -> ReducedPicture | StudioError:
        item = SheetItem(width=picture.width, height=picture.height)
        try:
            path = await asyncio.to_thread(self._library.path, picture)
            edge = layout.edge(item)
            return await self._exporter.preview(path, edge, quality=_QUALITY, ground=PAPER)
        except (PictureUnreadable, StorageError, InputError) as error:
            self._result.unreadable.append(UnreadablePicture(picture, error))
            return error

    def _item(self, picture: Picture, made: ReducedPicture | StudioError) -> SheetItem:
        # The file may have been replaced since it was recorded.
        if isinstance(made, ReducedPicture):
            (width, height), note = made.full, ""
        else:
            width, height, note = picture.width, picture.height, _("This file cannot be read")
        texts = tuple(
            (one, " ".join(caption(picture, one).split())) for one in self._request.sheet.captions
        )
        return SheetItem(width=width, height=height, texts=texts, note=note)

    async def _write_pdf(self, target: Path, made: AsyncIterator[bytes]) -> None:
        file = await asyncio.to_thread(NewFile, target, self._library.folder)
        try:
            async for data in made:
                await asyncio.to_thread(file.append, data)
            path = await asyncio.to_thread(file.finish, number=self._request.number)
        except BaseException:
            await asyncio.to_thread(file.discard)
            raise
        if path is not None:
            self._result.paths.append(path)
            self._result.bytes = file.size

    async def _write_pngs(self, target: Path, pages: int, made: AsyncIterator[bytes]) -> None:
        await asyncio.to_thread(save_copies.check_folder, target.parent, self._library.folder)
        await asyncio.to_thread(save_copies.make_folder, target.parent)
        number = 0
        async for data in made:
            number += 1
            path = await asyncio.to_thread(
                save_copies.save_named,
                data,
                _page_path(target, number, pages),
                self._library.folder,
                number=self._request.number,
            )
            if path is not None:
                self._result.paths.append(path)
                self._result.bytes += len(data)


def _page_path(target: Path, number: int, pages: int) -> Path:
    """Path of a page, such as "sheet-02.png" among ten or more."""
    if pages == 1:
        return target
    digits = len(str(pages))
    return target.with_name(f"{target.stem}-{number:0{digits}d}{target.suffix}")


def _free_target(target: Path, pages: int, *, number: bool) -> Path | None:
    """The target, numbered if a name is taken; None if it may not be numbered."""
    for wanted in save_copies.numbered(target):
        names = (_page_path(wanted, page, pages) for page in range(1, pages + 1))
        if not any(os.path.lexists(name) for name in names):
            return wanted
        if not number:
            return None
    return None
