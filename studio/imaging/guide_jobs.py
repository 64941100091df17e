"""Job of the comparing process that draws a picture to send: a part of another one, with marks.

Everything is drawn at the size in which it is sent. Nothing is written: the file is returned with
the answer.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from studio.common import json_reader
from studio.domain.guides import Box
from studio.domain.markup import Mark, MarkKind, Region
from studio.imaging import decode_jobs, masks
from studio.imaging.guide_request import GuideDrawing
from studio.imaging.worker_protocol import Job, Message, named

LINE = 0.004
"""Width of a line, as a fraction of the longer side; its casing is added on both sides."""

DISC = 0.032
"""Diameter of a disc, as a fraction of the longer side."""

REGION = (0xFF, 0x44, 0x38)
"""Opaque colour of a region, which a model cannot take for a part of the picture."""

PADDING = (0x80, 0x80, 0x80)
"""Colour of the area beyond the picture."""

_CASING = 1.4 / 3.2
"""Width of the casing on each side, as a fraction of the line's width."""

_RIM = 2 / 26
"""Width of a disc's rim, as a fraction of its diameter."""

_FIGURE = 14 / 26
"""Size of the number on a disc, as a fraction of the diameter."""

_HEAD = 5.0
"""Length of the arms of an arrow's head, as a multiple of the line's width."""

_ANGLE = math.radians(30)
_FINE = 4
"""Oversampling of the masks of lines, for smooth edges."""

_LARGE = 1024
"""Side in pixels from which the oversampling is halved, to save memory."""

_QUALITY = 92

_NEAR = 0.03
"""Relative difference of aspect ratios up to which a mask fits its picture."""

_WHITE, _BLACK = "#ffffff", "#111111"

Place = tuple[float, float]


def draw_guide(request: dict[str, Any]) -> Message:
    """The part of a picture that a guide shows, with its markup; JPEG, or PNG with alpha.

    The request has the "path" of the picture and, for a region with a mask, that of the "mask"; the
    body is the JSON of a `GuideDrawing`. The answer has "media_type", "width" and "height".
    """
    drawing = json_reader.decode(request["body"], GuideDrawing)
    guide = drawing.guide
    path = Path(request["path"])
    whole = guide.box == (0, 0, 1, 1)
    if guide.region or _reaches_beyond(guide.box):
        # Refused before anything is sent and billed: an answer could not be composed into such a
        # picture.
        decode_jobs.refuse_what_is_not_composed(path)
    picture, full = decode_jobs.load(path, drawing.edge if whole else None)
    if guide.region and drawing.region is not None:
        mask = request.get("mask")
        drawn = None if mask is None else named(decode_jobs.load, Path(mask), None)[0]
        if drawn is not None:
            _refuse_useless(drawn, drawing.region, full)
        picture = _with_region(picture, masks.region_mask(drawing.region, picture.size, drawn))
    if not whole:
        picture = _part(picture, guide.box, drawing.edge)
    canvas = GuideCanvas(picture, guide.box)
    if guide.outline is not None:
        canvas.draw_outline(guide.outline)
    if guide.marks:
        canvas.draw_marks(drawing.marks)
    data, kind = _encoded(picture)
    return {"media_type": kind, "width": picture.width, "height": picture.height}, data


def _refuse_useless(drawn: Image.Image, region: Region, size: tuple[int, int]) -> None:
    """Raise DecodeRefused for a mask that does not fit a picture of this size."""
    if not masks.is_black_and_white(drawn):
        raise decode_jobs.DecodeRefused("mask_colours")
    if abs(drawn.width * size[1] / (drawn.height * size[0]) - 1) > _NEAR:
        raise decode_jobs.DecodeRefused("mask_ratio", "{} x {}".format(*drawn.size))
    if masks.changes_nothing(region, drawn):
        raise decode_jobs.DecodeRefused("no_region")


def _reaches_beyond(box: Box) -> bool:
    return box.left < 0 or box.top < 0 or box.right > 1 or box.bottom > 1


def _with_region(picture: Image.Image, mask: Image.Image) -> Image.Image:
    flat = (*REGION, 255)[: len(picture.getbands())]
    picture.paste(flat, mask=mask)
    return picture


def _part(picture: Image.Image, box: Box, edge: int) -> Image.Image:
    """A part of a picture with a long edge of at most `edge`; flat colour beyond the picture."""
    width, height = picture.size
    left, top = round(box.left * width), round(box.top * height)
    right = max(left + 1, round(box.right * width))
    bottom = max(top + 1, round(box.bottom * height))
    factor = min(1.0, edge / max(right - left, bottom - top))
    size = max(1, round((right - left) * factor)), max(1, round((bottom - top) * factor))
    inside = max(0, left), max(0, top), min(width, right), min(height, bottom)
    beyond = inside != (left, top, right, bottom)
    if not beyond:
        return picture.resize(size, Image.Resampling.LANCZOS, box=inside, reducing_gap=2.0)
    made = Image.new("RGB", size, PADDING)
    if inside[0] >= inside[2] or inside[1] >= inside[3]:
        return made
    place = round((inside[0] - left) * factor), round((inside[1] - top) * factor)
    kept = (
        max(1, round((inside[2] - inside[0]) * factor)),
        max(1, round((inside[3] - inside[1]) * factor)),
    )
    scaled = picture.resize(kept, Image.Resampling.LANCZOS, box=inside, reducing_gap=2.0)
    made.paste(decode_jobs.on_ground(scaled), place)
    return made


class GuideCanvas:
    """Draws marks on a picture that shows a part of another one."""

    def __init__(self, picture: Image.Image, box: Box) -> None:
        self._picture = picture
        self._box = box
        longer = max(picture.size)
        self._line = max(2.0, LINE * longer)
        self._disc = max(14.0, DISC * longer)

    def _place(self, x: float, y: float) -> Place:
        box, (width, height) = self._box, self._picture.size
        return (
            (x - box.left) / (box.right - box.left) * width,
            (y - box.top) / (box.bottom - box.top) * height,
        )

    def draw_outline(self, box: Box) -> None:
        """Frame a part of the picture."""
        corners = [self._place(box.left, box.top), self._place(box.right, box.bottom)]
        self._draw_lines([_rectangle(*corners)], _hex(REGION))

    def draw_marks(self, marks: Sequence[tuple[int, Mark]]) -> None:
        """Draw numbered marks, all discs above all lines."""
        for _number, mark in marks:
            lines = self.lines(mark)
            if lines:
                self._draw_lines(lines, mark.colour)
        for number, mark in marks:
            self._draw_disc(self.anchor(mark), number, mark.colour)

    def _places(self, mark: Mark) -> list[Place]:
        return [self._place(*point) for point in mark.points]

    def anchor(self, mark: Mark) -> Place:
        """Centre of a mark's disc in pixels, moved inward if the disc would be cut off."""
        places = self._places(mark)
        x, y = places[0]
        if mark.kind is MarkKind.BOX:
            x, y = min(x for x, _y in places), min(y for _x, y in places)
        (width, height), reach = self._picture.size, self._disc / 2
        return (
            min(max(x, reach), max(reach, width - reach)),
            min(max(y, reach), max(reach, height - reach)),
        )

    def lines(self, mark: Mark) -> list[list[Place]]:
        """Lines of a mark in pixels; none for a pin."""
        places = self._places(mark)
        match mark.kind:
            case MarkKind.PIN:
                return []
            case MarkKind.BOX:
                return [_rectangle(places[0], places[-1])]
            case MarkKind.PEN:
                return [places]
            case MarkKind.ARROW:
                start, head = places[0], places[-1]
                return [[start, head], _arms(start, head, _HEAD * self._line)]

    def _draw_lines(self, lines: Sequence[Sequence[Place]], colour: str) -> None:
        casing = self._line * (1 + 2 * _CASING)
        under = _BLACK if colour == _WHITE else _WHITE
        self._draw_through(lines, casing, under)
        self._draw_through(lines, self._line, colour)

    def _draw_through(self, lines: Sequence[Sequence[Place]], width: float, colour: str) -> None:
        """Draw smooth lines with round ends, within their bounding box."""
        across = [x for line in lines for x, _y in line]
        down = [y for line in lines for _x, y in line]
        pad = width + 2
        left, top = max(0, math.floor(min(across) - pad)), max(0, math.floor(min(down) - pad))
        right = min(self._picture.width, math.ceil(max(across) + pad))
        bottom = min(self._picture.height, math.ceil(max(down) + pad))
        if left >= right or top >= bottom:
            return
        # A long mask with the usual oversampling would take much memory.
        fine = _FINE if max(right - left, bottom - top) <= _LARGE else 2
        mask = Image.new("L", ((right - left) * fine, (bottom - top) * fine))
        draw = ImageDraw.Draw(mask)
        for line in lines:
            spots = [((x - left) * fine, (y - top) * fine) for x, y in line]
            if len(spots) > 1:
                draw.line(spots, fill=255, width=max(1, round(width * fine)), joint="curve")
            reach = width * fine / 2
            for x, y in (spots[0], spots[-1]):
                draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=255)
        self._picture.paste(colour, (left, top), mask.reduce(fine))

    def _draw_disc(self, centre: Place, number: int, colour: str) -> None:
        """Draw a numbered disc."""
        x, y = centre
        dark = colour in (_WHITE, "#ffd60a")
        size = math.ceil(self._disc) + 2
        made = Image.new("RGBA", (size * _FINE, size * _FINE))
        draw = ImageDraw.Draw(made)
        middle, radius = size * _FINE / 2, self._disc * _FINE / 2
        rim = self._disc * _RIM * _FINE
        draw.circle((middle, middle), radius, fill=_BLACK if colour == _WHITE else _WHITE)
        draw.circle((middle, middle), radius - rim, fill=colour)
        figure = self._disc * _FIGURE * _FINE
        draw.text(
            (middle, middle),
            str(number),
            fill=_BLACK if dark else _WHITE,
            font=ImageFont.load_default(figure),
            anchor="mm",
            stroke_width=figure / 24,
        )
        small = made.reduce(_FINE)
        place = round(x - size / 2), round(y - size / 2)
        self._picture.paste(small.convert("RGB"), place, small.getchannel("A"))


def _rectangle(one: Place, other: Place) -> list[Place]:
    (left, top), (right, bottom) = one, other
    return [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]


def _arms(start: Place, head: Place, length: float) -> list[Place]:
    """The line of an arrow's head: one arm, the point, the other arm."""
    along = math.atan2(start[1] - head[1], start[0] - head[0])
    ends = [
        (head[0] + length * math.cos(along + turn), head[1] + length * math.sin(along + turn))
        for turn in (_ANGLE, -_ANGLE)
    ]
    return [ends[0], head, ends[1]]


def _hex(colour: tuple[int, int, int]) -> str:
    red, green, blue = colour
    return f"#{red:02x}{green:02x}{blue:02x}"


def _encoded(picture: Image.Image) -> tuple[bytes, str]:
    stream = io.BytesIO()
    if picture.mode == "RGBA" and picture.getchannel("A").getextrema() != (255, 255):
        picture.save(stream, "PNG", compress_level=4)
        return stream.getvalue(), "image/png"
    picture.convert("RGB").save(stream, "JPEG", quality=_QUALITY, subsampling=0)
    return stream.getvalue(), "image/jpeg"


JOBS: dict[str, Job] = {"guide": draw_guide}
