"""Job of the comparing process: marks that an answer still shows. Requests as in `decode_jobs`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from operator import mul
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops, ImageFilter

from studio.common import json_reader
from studio.domain.guides import WHOLE
from studio.domain.markup import Mark
from studio.imaging import align, decode_jobs
from studio.imaging.guide_jobs import DISC, GuideCanvas, Place
from studio.imaging.guide_request import GuideDrawing
from studio.imaging.worker_protocol import Job, Message

_EDGE = 1024
"""Long edge in pixels at which pictures are searched for marks."""

_REACH = 6
"""Range in pixels, in each direction, of the search for a mark after alignment."""

_STEP = 2
"""Step in pixels of the first, coarse search."""

_TRIED = range(-_REACH, _REACH + 1, _STEP)

_SOME = 7
"""Step of the levels compared in the coarse search, which are enough to find a mark."""

_ALIKE = 0.55
"""Correlation from which a part of a mark counts as visible."""

_DRAWN = 24
"""Difference in levels from which a pixel of the marked copy counts as drawn."""

_SOFT = 10
"""Radius in pixels of the surroundings of a pixel."""

_PLACES = 4
"""Number of places checked along the lines of a mark, besides its disc."""

_MOST = 24
"""Limit of marks to search for: models leave either all of them or none."""


def marks_left(request: dict[str, Any]) -> Message:
    """The numbers of the marks that a picture still shows.

    The request has the "path" of the edited picture and of the "other" that was made from it; the
    body is the JSON of a `GuideDrawing` with the marks. The answer has "marks".
    """
    drawing = json_reader.decode(request["body"], GuideDrawing)
    clean = decode_jobs.on_ground(decode_jobs.load(Path(request["path"]), _EDGE)[0])
    answer = decode_jobs.on_ground(decode_jobs.load(Path(request["other"]), 2 * _EDGE)[0])
    place = align.register(clean, answer).placement
    if place is None:
        place = align.centred(clean.size, answer.size)
    laid = answer.transform(
        clean.size,
        Image.Transform.AFFINE,
        (place.scale, 0, place.x, 0, place.scale, place.y),
        Image.Resampling.BICUBIC,
    )
    found = _Search(clean, laid)
    return {"marks": [n for n, mark in drawing.marks[:_MOST] if found.shows(n, mark)]}, b""


class _Search:
    """Search for marks in a picture aligned with the one they were drawn on; both RGB."""

    def __init__(self, clean: Image.Image, laid: Image.Image) -> None:
        self._clean = clean
        self._fine = _fine(laid)

    def shows(self, number: int, mark: Mark) -> bool:
        """Whether a mark is visible: its disc, or most of its lines."""
        marked = self._clean.copy()
        canvas = GuideCanvas(marked, WHOLE)
        canvas.draw_marks([(number, mark)])
        if self._likeness(marked, canvas.anchor(mark)) >= _ALIKE:
            return True
        places = [place for line in canvas.lines(mark)[:1] for place in _along(line, _PLACES)]
        alike = [self._likeness(marked, place) >= _ALIKE for place in places]
        return sum(alike) * 2 > len(alike)

    def _likeness(self, marked: Image.Image, centre: Place) -> float:
        """Best correlation of the drawn mark with the picture, around a point."""
        side = max(12, round(DISC * max(marked.size)))
        left, top = (round(at) - side for at in centre)
        box = left, top, left + 2 * side, top + 2 * side
        drawn, clean = _fine(marked.crop(box)), _fine(self._clean.crop(box))
        zone = _strongest(ImageChops.difference(marked.crop(box), self._clean.crop(box)))
        zone = zone.point([255 if level >= _DRAWN else 0 for level in range(256)])
        where = Image.merge("RGB", [zone.filter(ImageFilter.MaxFilter(5))] * 3).tobytes()
        if not any(where):
            return 0.0
        drawn_levels, clean_levels = drawn.tobytes(), clean.tobytes()
        reach = _REACH + _STEP - 1
        around = self._fine.crop((left - reach, top - reach, box[2] + reach, box[3] + reach))
        around_levels, row, wide = around.tobytes(), 6 * side, 6 * (side + reach)

        def alike(chosen: Sequence[int], places: Sequence[tuple[int, int]]) -> Iterator[float]:
            template = [drawn_levels[i] - clean_levels[i] for i in chosen]
            own, total = sum(map(mul, template, template)), sum(template)
            inside = [i // row * wide + i % row for i in chosen]
            for right, down in places:
                moved = around_levels[(down + reach) * wide + 3 * (right + reach) :]
                levels = bytes(map(moved.__getitem__, inside))
                # Sums of levels less 128, the grey of a smooth place.
                size = sum(map(mul, levels, levels)) - 256 * sum(levels) + (len(levels) << 14)
                both = sum(map(mul, levels, template)) - 128 * total
                yield both / (own * size) ** 0.5 if own * size else 0.0

        some = [i for i in range(0, len(where), _SOME) if where[i]]
        tried = [(x, y) for x in _TRIED for y in _TRIED]
        _best, (right, down) = max(zip(alike(some, tried), tried, strict=True))
        near = range(1 - _STEP, _STEP)
        every = [i for i, counts in enumerate(where) if counts]
        return max(alike(every, [(right + x, down + y) for x in near for y in near]))


def _fine(picture: Image.Image) -> Image.Image:
    """High-pass copy: difference of each pixel from its surroundings, plus 128."""
    soft = picture.filter(ImageFilter.BoxBlur(_SOFT))
    return ImageChops.subtract(picture, soft, 1, 128)


def _strongest(difference: Image.Image) -> Image.Image:
    red, green, blue = difference.split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue)


def _along(line: Sequence[Place], number: int) -> Iterator[Place]:
    """Evenly spaced points along a line, excluding its ends."""
    lengths = [math.dist(one, other) for one, other in pairwise(line)]
    whole = sum(lengths)
    for step in range(1, number + 1):
        left = whole * step / (number + 1)
        for (one, other), length in zip(pairwise(line), lengths, strict=True):
            if left <= length and length:
                share = left / length
                yield (
                    one[0] + (other[0] - one[0]) * share,
                    one[1] + (other[1] - one[1]) * share,
                )
                break
            left -= length


JOBS: dict[str, Job] = {"marks_left": marks_left}
