"""Pictures drawn from the markup: which are sent with a request, and what each shows.

They are references with the role "mask". Their bytes are drawn when a request is prepared
(`generation/guides.py`); until then their hash is empty.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from studio.common.i18n import _
from studio.domain.aspect_ratios import nearest_aspect
from studio.domain.entities import AspectRatio, GenerationRequest, Reference, Role
from studio.domain.frame_layout import drawn_aspect
from studio.domain.markup import Frame, Markup, Point, Region, StrokeKind
from studio.domain.models import Model
from studio.domain.sentences import GuideWords

CROPPED = 0.5
"""Limit of a crop's sides, as a fraction of the picture's; larger regions are not cropped."""

LEAST_CROP = 256
"""Minimum of a crop's shorter side in pixels, if the picture is that large."""

_CONTEXT = 0.5
"""Margin around the region on each side of a crop, as a fraction of the region's longer side."""

_LESS_CONTEXT = (1.0, 0.5, 0.25, 0.1, 0.0)
"""Fractions of `_CONTEXT` to try if the model has no ratio like the picture's."""

NEAR = 0.02
"""Relative difference up to which a model's ratio counts as that of a picture."""


class Box(NamedTuple):
    """A box as fractions of a picture's sides, which may extend beyond the picture."""

    left: float
    top: float
    right: float
    bottom: float


WHOLE = Box(0, 0, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """Content of one drawn picture.

    Attributes:
        box: the part of the edited picture that is shown; flat grey beyond the picture's edges.
        marks, region: whether marks and region are drawn.
        outline: part of the picture that is framed.
        words: sentences sent with it.
    """

    box: Box = WHOLE
    marks: bool = False
    region: bool = False
    outline: Box | None = None
    words: tuple[GuideWords, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideLayout:
    """The pictures drawn for one request, and the ratio it is sent with."""

    guides: tuple[Guide, ...]
    aspect: AspectRatio | None


def layout(
    request: GenerationRequest, model: Model, size: tuple[int, int] | None = None
) -> GuideLayout:
    """The pictures to draw; none if no part of the markup is sent.

    `size` is that of the upright edited picture in pixels. Without it, a region is not cropped, and
    the ratio of a free frame is that of the request.
    """
    markup = request.markup
    if markup is None or not markup.sent or request.edited is None:
        return GuideLayout(guides=(), aspect=request.aspect)
    marks = bool(markup.sent_marks)
    if markup.frames:
        return _framed(markup.frames[0], request, model, size, clean=markup.send_clean)
    region = markup.region is not None
    if region and size is not None:
        cropped = _cropped(markup, request, model, size)
        if cropped is not None:
            return cropped
    words: tuple[GuideWords, ...] = ()
    if region:
        words += (GuideWords.REGION if markup.send_clean else GuideWords.REGION_ALONE,)
    if marks:
        words += (GuideWords.MARKS if markup.send_clean else GuideWords.MARKS_ALONE,)
    guide = Guide(marks=marks, region=region, words=words)
    return GuideLayout(guides=(guide,), aspect=request.aspect)


def references(
    guides: Sequence[Guide], name: str, words: Mapping[GuideWords, str]
) -> tuple[Reference, ...]:
    """References for pictures that are not drawn yet; `name` is that of the edited picture."""
    return tuple(
        Reference(
            sha256="",
            media_type="",
            role=Role.MASK,
            name=_name(one, name),
            sentence=" ".join(filter(None, (words.get(each, "") for each in one.words))),
        )
        for one in guides
    )


def with_guides(
    request: GenerationRequest, found: GuideLayout, drawn: Sequence[Reference]
) -> GenerationRequest:
    """The request with these drawn pictures in place of any earlier ones."""
    if not found.guides:
        return request
    own = tuple(one for one in request.references if one.role is not Role.MASK)
    return replace(request, references=(*own, *drawn), aspect=found.aspect)


def planned(
    request: GenerationRequest, model: Model, words: Mapping[GuideWords, str]
) -> GenerationRequest:
    """The request with placeholders for the pictures that will be drawn from its markup."""
    found = layout(request, model)
    edited = request.edited
    name = edited.name if edited is not None else ""
    return with_guides(request, found, references(found.guides, name, words))


def crop_box(
    region: Region,
    size: tuple[int, int],
    aspect: AspectRatio,
    *,
    most: float = CROPPED,
    context: float = 1.0,
) -> Box | None:
    """Part of the picture that is sent for a region, with this ratio; None for all of it.

    `size` is that of the picture in pixels, `most` the fraction of its sides that the crop may
    take, `context` the fraction of the usual margin around the region. A region that is inverted or
    has a mask is not cropped.
    """
    bounds = region_bounds(region, size)
    if bounds is None:
        return None
    width, height = size
    left, top, right, bottom = (
        bounds.left * width,
        bounds.top * height,
        bounds.right * width,
        bounds.bottom * height,
    )
    room = context * _CONTEXT * max(right - left, bottom - top)
    wide, high = right - left + 2 * room, bottom - top + 2 * room
    least = min(LEAST_CROP, *size)
    wide, high = max(wide, least), max(high, least)
    wide, high = max(wide, high * aspect.value), max(high, wide / aspect.value)
    if wide > width * most or high > height * most:
        return None
    # Whole pixels, so that the answer can be put back without resampling twice.
    wide, high = min(width, math.ceil(wide)), min(height, math.ceil(high))
    x = round(min(max(0.0, (left + right - wide) / 2), width - wide))
    y = round(min(max(0.0, (top + bottom - high) / 2), height - high))
    return Box(x / width, y / height, (x + wide) / width, (y + high) / height)


def extended(box: Box, size: tuple[int, int], aspect: AspectRatio) -> Box:
    """The smallest box of this ratio around another one, with the same centre.

    `size` is that of the picture in pixels.
    """
    width, height = size
    wide, high = (box.right - box.left) * width, (box.bottom - box.top) * height
    across = max(0.0, high * aspect.value - wide) / 2 / width
    down = max(0.0, wide / aspect.value - high) / 2 / height
    return Box(box.left - across, box.top - down, box.right + across, box.bottom + down)


def region_bounds(region: Region, size: tuple[int, int]) -> Box | None:
    """Bounds of a region's strokes; None for an empty or inverted region, or one with a mask."""
    if region.inverted or region.mask is not None:
        return None
    width, height = size
    edges: list[Box] = []
    for stroke in region.strokes:
        if stroke.kind is StrokeKind.ERASER:
            continue
        reach = stroke.width * max(size) / 2 if stroke.kind is StrokeKind.BRUSH else 0.0
        box = _bounds(stroke.points)
        across, down = reach / width, reach / height
        edges.append(Box(box.left - across, box.top - down, box.right + across, box.bottom + down))
    if not edges:
        return None
    left, top, right, bottom = zip(*edges, strict=True)
    found = Box(
        max(0.0, min(left)), max(0.0, min(top)), min(1.0, max(right)), min(1.0, max(bottom))
    )
    return found if found.left < found.right and found.top < found.bottom else None


def _bounds(points: Sequence[Point]) -> Box:
    across, down = [one.x for one in points], [one.y for one in points]
    return Box(min(across), min(down), max(across), max(down))


def _cropped(
    markup: Markup, request: GenerationRequest, model: Model, size: tuple[int, int]
) -> GuideLayout | None:
    region = markup.region
    own = sum(one.role not in (Role.EDIT, Role.MASK) for one in request.references)
    pictures = own + (3 if markup.send_clean else 2)
    if region is None or not model.aspects or pictures > model.references:
        return None
    bounds = region_bounds(region, size)
    if bounds is None:
        return None
    shape = (bounds.right - bounds.left) * size[0] / ((bounds.bottom - bounds.top) * size[1])
    aspect = AspectRatio.parse(nearest_aspect(shape, model.aspects))
    box = crop_box(region, size, aspect)
    if box is None and not has_shape(model, size):
        # An answer of another shape would be paid for, but could not be put back.
        box, aspect = _large_crop(region, size, model, aspect)
    if box is None or not _inside(markup, box):
        return None
    marks = bool(markup.sent_marks)
    words: tuple[GuideWords, ...] = (
        GuideWords.REGION if markup.send_clean else GuideWords.REGION_ALONE,
    )
    if marks:
        words += (GuideWords.MARKS if markup.send_clean else GuideWords.MARKS_ALONE,)
    guides = [
        Guide(outline=box, words=(GuideWords.CROP,)),
        Guide(box=box, marks=marks, region=True, words=words),
    ]
    if markup.send_clean:
        guides.append(Guide(box=box))
    return GuideLayout(guides=tuple(guides), aspect=aspect)


def has_shape(model: Model, size: tuple[int, int]) -> bool:
    """Whether a model supports pictures of this shape, or of any shape."""
    shape = size[0] / size[1]
    ratios = [AspectRatio.parse(one).value for one in model.aspects]
    return not ratios or any(abs(ratio / shape - 1) <= NEAR for ratio in ratios)


def _large_crop(
    region: Region, size: tuple[int, int], model: Model, nearest: AspectRatio
) -> tuple[Box | None, AspectRatio]:
    """The crop in one of the model's ratios with the largest margin around a region."""
    ratios = [AspectRatio.parse(one) for one in model.aspects]
    ratios.sort(key=lambda one: abs(math.log(one.value / nearest.value)))
    for context in _LESS_CONTEXT:
        for ratio in ratios:
            box = crop_box(region, size, ratio, most=1.0, context=context)
            if box is not None:
                return box, ratio
    return None, nearest


def _inside(markup: Markup, box: Box) -> bool:
    """Whether every mark that is sent is inside the crop."""
    points = [point for _n, mark in markup.sent_marks for point in mark.points]
    return all(box.left <= p.x <= box.right and box.top <= p.y <= box.bottom for p in points)


def _framed(
    frame: Frame,
    request: GenerationRequest,
    model: Model,
    size: tuple[int, int] | None,
    *,
    clean: bool,
) -> GuideLayout:
    box = Box(frame.left, frame.top, frame.right, frame.bottom)
    aspect = request.aspect
    if size is not None and model.aspects:
        drawn = drawn_aspect(frame, size, model.aspects)
        aspect = AspectRatio.parse(drawn) if drawn else None
        box = box if aspect is None else extended(box, size, aspect)
    elif frame.aspect in model.aspects:
        aspect = AspectRatio.parse(frame.aspect)
    markup = request.markup
    if markup is None or not markup.sent_marks:
        return GuideLayout(guides=(Guide(box=box, words=(GuideWords.FRAME,)),), aspect=aspect)
    if not clean:
        alone = Guide(box=box, marks=True, words=(GuideWords.FRAME, GuideWords.MARKS_ALONE))
        return GuideLayout(guides=(alone,), aspect=aspect)
    marked = Guide(box=box, marks=True, words=(GuideWords.MARKS,))
    padded = Guide(box=box, words=(GuideWords.FRAME,))
    return GuideLayout(guides=(marked, padded), aspect=aspect)


def _name(guide: Guide, name: str) -> str:
    if guide.outline is not None:
        # Translators: {name} is a picture; a frame was drawn on it.
        return _("{name} with a frame").format(name=name)
    if guide.marks:
        # Translators: {name} is a picture; marks were drawn on it.
        return _("{name} with marks").format(name=name)
    if guide.region:
        # Translators: {name} is a picture; a region was painted on it.
        return _("{name} with a region").format(name=name)
    if guide.box.left >= 0 and guide.box.top >= 0 and max(guide.box[2:]) <= 1:
        # Translators: {name} is a picture; this is a part of it.
        return _("part of {name}").format(name=name)
    # Translators: {name} is a picture; borders were added to it.
    return _("{name} with borders").format(name=name)
