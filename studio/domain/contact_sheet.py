"""Contact sheets: pictures in a grid with captions, and the layout of the pages.

Positions and sizes are in points (1/72 inch), from the upper left corner of a page.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from studio.common.errors import InputError
from studio.common.i18n import _


class SheetFormat(StrEnum):
    """File format of a contact sheet; PNG makes a file for each page."""

    PDF = "pdf"
    PNG = "png"


class SheetPaper(StrEnum):
    """Size of a page; SCREEN is 1920 x 1080 pixels."""

    A4 = "a4"
    A3 = "a3"
    LETTER = "letter"
    SCREEN = "screen"


class SheetCaption(StrEnum):
    """Text below a picture."""

    TITLE = "title"
    PROMPT = "prompt"
    SETTINGS = "settings"
    MODEL = "model"
    PRICE = "price"


MOST_COLUMNS = 12
MOST_ROWS = 20
MOST_PICTURES = 2000
"""Limit of pictures in a sheet."""

_PAPERS = {
    SheetPaper.A4: (595.0, 842.0),
    SheetPaper.A3: (842.0, 1191.0),
    SheetPaper.LETTER: (612.0, 792.0),
    SheetPaper.SCREEN: (810.0, 1440.0),
}
"""Short and long side in points."""

_GRIDS = {
    SheetPaper.A4: (3, 4),
    SheetPaper.A3: (4, 5),
    SheetPaper.LETTER: (3, 4),
    SheetPaper.SCREEN: (2, 5),
}
"""Default number of pictures along the short and the long side."""

_LINES = {SheetCaption.PROMPT: 3}
"""Limit of lines by caption; captions not listed have one line."""

_TITLE, _TEXT, _HEADING = 8.0, 6.5, 15.0
"""Font sizes on A4; larger pages have larger ones."""

_LEADING = 1.35
_MARGIN, _GAP, _BELOW_PICTURE, _AFTER_PROMPT = 36.0, 14.0, 4.0, 2.0
_HEADER, _FOOTER = 40.0, 18.0
_LEAST_PICTURE = 24.0

INK, QUIET, PAPER, MISSING = 0x1A1A1A, 0x5F5F5F, 0xFFFFFF, 0xE2E2E2
"""Colours of a page: text, secondary text, background, and boxes of unreadable pictures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactSheet:
    """Appearance of a contact sheet.

    Attributes:
        columns, rows: pictures across and down a page; 0 for the default of the paper.
        captions: captions from top to bottom.
        heading: heading of each page; "" for none.
    """

    format: SheetFormat = SheetFormat.PDF
    paper: SheetPaper = SheetPaper.A4
    landscape: bool = False
    columns: int = 0
    rows: int = 0
    captions: tuple[SheetCaption, ...] = (SheetCaption.TITLE, SheetCaption.PROMPT)
    heading: str = ""

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of a page in points. A screen is always wider than tall."""
        short, long = _PAPERS[self.paper]
        return (long, short) if self.lies else (short, long)

    @property
    def lies(self) -> bool:
        """Whether pages are wider than tall."""
        return self.landscape or self.paper is SheetPaper.SCREEN

    @property
    def grid(self) -> tuple[int, int]:
        """Columns and rows."""
        short, long = _GRIDS[self.paper]
        columns, rows = (long, short) if self.lies else (short, long)
        return self.columns or columns, self.rows or rows

    @property
    def each(self) -> int:
        """Number of pictures on a page."""
        columns, rows = self.grid
        return columns * rows

    @property
    def dpi(self) -> int:
        """Pixels per inch of the pictures on its pages, and of a page as PNG."""
        if self.paper is not SheetPaper.SCREEN:
            return 300
        return 96 if self.format is SheetFormat.PNG else 192

    def page_count(self, pictures: int) -> int:
        """Number of pages for this many pictures."""
        return max(1, -(-pictures // self.each))


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetItem:
    """A picture of a sheet.

    Attributes:
        width, height: size in pixels.
        texts: text of each caption; empty ones are missing.
        note: text in place of a picture that cannot be shown.
    """

    width: int
    height: int
    texts: tuple[tuple[SheetCaption, str], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class SheetBox:
    """A rectangle on a page."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetText:
    """A text in a box, ended by an ellipsis if it does not fit.

    Attributes:
        size: font size in points.
        right, centred: alignment; without either, it follows the direction of the text.
    """

    box: SheetBox
    text: str
    size: float
    lines: int = 1
    bold: bool = False
    colour: int = INK
    right: bool = False
    centred: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPage:
    """One page.

    Attributes:
        pictures: boxes of its pictures, in their order; each has the picture's ratio.
        logo: box into which a logo is fitted, at its right edge; None for none.
    """

    width: float
    height: float
    pictures: tuple[SheetBox, ...]
    texts: tuple[SheetText, ...]
    logo: SheetBox | None = None


class SheetLayout:
    """Layout of the pages of a sheet.

    Raises InputError if its pictures would be too small.
    """

    def __init__(self, sheet: ContactSheet) -> None:
        self._sheet = sheet
        self._width, self._height = sheet.size
        self._scale = min(sheet.size) / _PAPERS[SheetPaper.A4][0]
        self._columns, rows = sheet.grid
        if not (1 <= self._columns <= MOST_COLUMNS and 1 <= rows <= MOST_ROWS):
            raise InputError(
                _("Invalid number of pictures per page"),
                _("A page has 1 to {columns} columns and 1 to {rows} rows.").format(
                    columns=MOST_COLUMNS, rows=MOST_ROWS
                ),
            )
        gap = self._gap = _GAP * self._scale
        self._margin = _MARGIN * self._scale
        self._top = self._margin + _HEADER * self._scale
        bottom = self._margin + _FOOTER * self._scale
        room = self._width - 2 * self._margin - (self._columns - 1) * gap
        self._cell_width = room / self._columns
        self._cell_height = (self._height - self._top - bottom - (rows - 1) * gap) / rows
        self._lines = self._fitting_lines()
        self._text_height = sum(map(self._height_of, sheet.captions))
        if self._text_height:
            self._text_height += _BELOW_PICTURE * self._scale
        least = _LEAST_PICTURE * self._scale
        if self._cell_width < least or self._cell_height - self._text_height < least:
            raise InputError(
                _("Too many pictures per page"),
                hint=_("Choose fewer columns, rows or captions, or a larger page."),
            )

    def page(
        self, number: int, count: int, items: Sequence[SheetItem], *, logo: bool = False
    ) -> SheetPage:
        """Page `number` of `count`, from 1, with these pictures."""
        cells = list(self._cells(items))
        texts = list(self._frame(number, count, logo=logo))
        for cell, item in zip(cells, items, strict=True):
            texts += self._captions(cell, item)
            texts += self._note(cell, item)
        return SheetPage(
            width=self._width,
            height=self._height,
            pictures=tuple(map(self._picture, cells, items)),
            texts=tuple(texts),
            logo=self.logo if logo else None,
        )

    def edge(self, item: SheetItem) -> int:
        """Longer side in pixels that a picture needs."""
        return self.pixels(self._picture(self._cell(0), item))

    def pixels(self, box: SheetBox) -> int:
        """Longer side of a box in pixels."""
        return max(1, math.ceil(max(box.width, box.height) * self._sheet.dpi / 72))

    @property
    def logo(self) -> SheetBox:
        """The box of the logo, upper right."""
        height = _HEADER * 0.75 * self._scale
        width = min(height * 5, self._width / 3)
        return SheetBox(self._width - self._margin - width, self._margin, width, height)

    def _cells(self, items: Sequence[SheetItem]) -> Iterator[SheetBox]:
        """Boxes of pictures and their captions; the tallest picture determines a row's height."""
        for first in range(0, len(items), self._columns):
            row = range(first, min(first + self._columns, len(items)))
            cells = [self._cell(place) for place in row]
            boxes = [
                self._picture(cell, items[place]) for cell, place in zip(cells, row, strict=True)
            ]
            height = max(box.height for box in boxes) + self._text_height
            yield from (replace(cell, height=height) for cell in cells)

    def _cell(self, place: int) -> SheetBox:
        """The largest possible box of a picture and its captions."""
        row, column = divmod(place, self._columns)
        return SheetBox(
            self._margin + column * (self._cell_width + self._gap),
            self._top + row * (self._cell_height + self._gap),
            self._cell_width,
            self._cell_height,
        )

    def _picture(self, cell: SheetBox, item: SheetItem) -> SheetBox:
        """The box of the picture itself, as large as fits, just above its captions."""
        room = cell.height - self._text_height
        width, height = max(1, item.width), max(1, item.height)
        factor = min(cell.width / width, room / height)
        # Very narrow pictures stay visible.
        width_there = min(cell.width, max(width * factor, 0.5))
        height_there = min(room, max(height * factor, 0.5))
        return SheetBox(
            cell.x + (cell.width - width_there) / 2,
            cell.y + room - height_there,
            width_there,
            height_there,
        )

    def _captions(self, cell: SheetBox, item: SheetItem) -> Iterator[SheetText]:
        """The captions in their boxes, which are aligned along a row."""
        y = cell.y + cell.height - self._text_height + _BELOW_PICTURE * self._scale
        texts = dict(item.texts)
        for caption in self._sheet.captions:
            height = self._height_of(caption)
            if text := texts.get(caption, ""):
                title = caption is SheetCaption.TITLE
                yield SheetText(
                    box=SheetBox(cell.x, y, cell.width, height),
                    text=text,
                    size=self._size_of(caption),
                    lines=self._lines[caption],
                    bold=title,
                    colour=INK if title or caption is SheetCaption.PROMPT else QUIET,
                )
            y += height

    def _note(self, cell: SheetBox, item: SheetItem) -> Iterator[SheetText]:
        if item.note:
            size = _TEXT * self._scale
            box = self._picture(cell, item)
            y = box.y + (box.height - size * _LEADING) / 2
            yield SheetText(
                box=SheetBox(box.x, y, box.width, size * _LEADING),
                text=item.note,
                size=size,
                colour=QUIET,
                centred=True,
            )

    def _frame(self, number: int, count: int, *, logo: bool) -> Iterator[SheetText]:
        """Heading and number of a page."""
        if self._sheet.heading:
            height = _HEADING * _LEADING * self._scale
            width = self._width - 2 * self._margin
            if logo:
                width -= self.logo.width + self._gap
            yield SheetText(
                box=SheetBox(self._margin, self._margin, width, height),
                text=self._sheet.heading,
                size=_HEADING * self._scale,
                bold=True,
            )
        if count > 1:
            height = _TEXT * _LEADING * self._scale
            y = self._height - self._margin - height
            yield SheetText(
                box=SheetBox(self._margin, y, self._width - 2 * self._margin, height),
                text=f"{number} / {count}",
                size=_TEXT * self._scale,
                colour=QUIET,
                right=True,
            )

    def _size_of(self, caption: SheetCaption) -> float:
        return (_TITLE if caption is SheetCaption.TITLE else _TEXT) * self._scale

    def _height_of(self, caption: SheetCaption) -> float:
        after = _AFTER_PROMPT * self._scale if caption is SheetCaption.PROMPT else 0.0
        return self._lines[caption] * self._size_of(caption) * _LEADING + after

    def _fitting_lines(self) -> dict[SheetCaption, int]:
        """Number of lines of each caption, so that captions take at most half of a cell."""
        lines = {one: _LINES.get(one, 1) for one in self._sheet.captions}
        while max(lines.values(), default=1) > 1:
            taken = sum(n * self._size_of(one) * _LEADING for one, n in lines.items())
            if taken <= self._cell_height / 2:
                break
            longest = max(lines, key=lambda one: lines[one])
            lines[longest] -= 1
        return lines
