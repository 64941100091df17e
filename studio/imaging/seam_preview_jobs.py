"""Jobs of the comparing process that show a composition with another seam. They write nothing.

Parent and answer are decoded and registered once, and kept for the next seam: of one picture at a
time, until another one is asked for, they are given up, or a job has too little memory. A seam is
computed at the size of the screen, for the part that is seen. Requests are as in `compose_jobs`.
"""

from __future__ import annotations

import itertools
import json
import math
from dataclasses import dataclass, field
from typing import Any

from PIL import Image, ImageChops

from studio.domain.frame_layout import FrameLayout
from studio.imaging import align, colour_profiles, compare, compose, compose_jobs, masks
from studio.imaging.composition import MOST_SEAM
from studio.imaging.worker_protocol import Job, Message

MOST_KEPT = 256 << 20
"""Limit in bytes of the pictures kept; larger ones are kept at a half or a third of their size."""

MOST_SHOWN = 4_000_000
"""Limit of pixels answered; a larger view gets a coarser preview."""

_GRID = 1_000_000
"""Pixels, about, of the box of a region on which a soft edge is computed."""

_HAIR = 1e-3
"""Pixels by which an edge may miss a whole pixel: rounding of fractions."""

_VARYING = frozenset({"job", "body", "seam", "match", "box", "size"})
"""Fields of a request that may differ for the same two pictures."""

_serial = itertools.count(1)
_kept: list[_KeptPictures] = []


@dataclass(slots=True)
class _RegionView:
    """The part of a picture that is seen, at the size of the screen.

    Attributes:
        place: pixels of the view that the region has, from the left, the top, to the right, down.
        old, new, mask: those pixels of the parent, of the answer, and of the region.
    """

    key: tuple[Any, ...]
    place: align.Box
    old: Image.Image
    new: Image.Image
    mask: Image.Image


@dataclass(slots=True)
class _FrameView:
    """Visible part of a frame, with a margin as wide as the reach of a seam.

    Attributes:
        parent: the part of the parent in it.
        laid: the answer, in the colours it came in, as large as `layout`.
        place: the visible rectangle in it.
    """

    key: tuple[Any, ...]
    parent: Image.Image
    laid: Image.Image
    layout: FrameLayout
    place: align.Box


@dataclass(slots=True, kw_only=True)
class _KeptPictures:
    """Two pictures that line up, perhaps smaller than they are.

    Attributes:
        serial: number of the loading; the first of the process is 1.
        size: of the parent in pixels.
        step, answer_step: pixels of parent and mask, and of the answer, per pixel kept.
        place: in pixels of the whole pictures.
        changed: share of the pixels outside that the answer changed, of those it shows.
    """

    key: str
    serial: int
    size: tuple[int, int]
    profile: bytes
    parent: Image.Image
    answer: Image.Image
    mask: Image.Image | None
    step: int
    answer_step: int
    layout: FrameLayout | None
    place: align.Placement
    feather: float
    gain: compare.Gain
    facts: dict[str, Any]
    view: _RegionView | _FrameView | None = None
    grids: dict[int, Image.Image] = field(default_factory=dict)
    weights: tuple[float, Image.Image, int] | None = None

    @property
    def bytes(self) -> int:
        """Memory of all that is kept."""
        pictures = [self.parent, self.answer, self.mask, *self.grids.values()]
        if self.view is not None:
            view = self.view
            pictures += (
                [view.old, view.new, view.mask]
                if isinstance(view, _RegionView)
                else [view.parent, view.laid]
            )
        if self.weights is not None:
            pictures.append(self.weights[1])
        return sum(_bytes_of(one) for one in pictures if one is not None)

    @property
    def shown_size(self) -> tuple[int, int]:
        """Size in pixels of the composed picture."""
        return self.size if self.layout is None else self.layout.size


def open_pair(request: dict[str, Any]) -> Message:
    """Load the pictures of a composition; the request is that of composing.

    Answers "reason", "shift" and "zoom" as composing does; "size" of the parent, and "changed", the
    share of the pixels outside that the answer changed, if they line up.
    """
    kept = _opened(request)
    if isinstance(kept, dict):
        return kept, b""
    return kept.facts | {"kept": kept.bytes, "serial": kept.serial}, b""


def preview(request: dict[str, Any], most_shown: int = MOST_SHOWN) -> Message:
    """Raw RGBA, straight alpha, of a composition as it is seen; the request is that of composing.

    "box" is the part that is seen, in fractions of the new picture, "size" its size on the screen;
    the body is the monitor's profile, empty for sRGB. Answers "left" and "top" of the pixels that
    may differ from the parent, from the corner of that size, with their "width" and "height", 0
    for none; and "across" and "down", that size, if it was more than `most_shown` pixels.
    """
    kept = _opened(request)
    if isinstance(kept, dict):
        return kept, b""
    across, down = (max(1, int(length)) for length in request["size"])
    shrink = max(1.0, math.sqrt(across * down / most_shown))
    size = max(1, int(across / shrink)), max(1, int(down / shrink))
    left, top, right, bottom = request["box"]
    width, height = kept.shown_size
    box = _exact(left * width), _exact(top * height), _exact(right * width), _exact(bottom * height)
    seam = min(float(MOST_SEAM), max(0.0, float(request.get("seam", 0.0))))
    gain = kept.gain if request.get("match", True) else compare.NO_GAIN
    if kept.layout is None:
        picture, place = _region_preview(kept, box, size, seam, gain)
    else:
        picture, place = _frame_preview(kept, kept.layout, box, size, seam, gain)
    header: dict[str, Any] = {
        "reason": None,
        "left": place[0],
        "top": place[1],
        "across": size[0],
        "down": size[1],
        "width": place[2] - place[0],
        "height": place[3] - place[1],
        "kept": kept.bytes,
        "serial": kept.serial,
        "alpha": False,
        "converted": False,
    }
    if picture is None:
        return header, b""
    monitor = colour_profiles.read(request.get("body", b""))
    profile = colour_profiles.embedded(kept.profile)
    shown, space = colour_profiles.to_rgb(picture, profile, target=monitor)
    header |= {"alpha": shown.mode == "RGBA", "converted": space is monitor}
    return header, (shown if shown.mode == "RGBA" else shown.convert("RGBA")).tobytes()


def close_pair(_request: dict[str, Any]) -> Message:
    """Free the kept pictures."""
    return {"released": give_up()}, b""


def pairs_kept() -> int:
    """Number of pairs of pictures in memory: none or one."""
    return len(_kept)


def give_up() -> bool:
    """Free the kept pictures; whether there were any."""
    there = bool(_kept)
    _kept.clear()
    return there


def _opened(request: dict[str, Any]) -> _KeptPictures | dict[str, Any]:
    """The pictures of a request, loaded if others are kept; an answer if they do not line up."""
    known = {name: value for name, value in request.items() if name not in _VARYING}
    key = json.dumps(known, sort_keys=True)
    if _kept and _kept[0].key == key:
        return _kept[0]
    # First, to make room for what is loaded.
    give_up()
    pair = compose_jobs.line_up(request)
    if pair.place is None:
        return pair.header
    gain, size = pair.gain(), pair.parent.size
    parent = pair.parent if pair.parent.mode == "RGB" else pair.parent.convert("RGB")
    changed = compare.changed_share(parent, pair.answer, pair.place, gain, region=pair.mask)
    del parent
    facts = pair.header | {"gain": gain, "changed": changed, "size": size}
    step, answer_step = _steps(pair)
    _kept.append(
        _KeptPictures(
            key=key,
            serial=next(_serial),
            size=size,
            profile=pair.profile,
            parent=_reduced(pair.parent, step),
            answer=_reduced(pair.answer, answer_step),
            mask=None if pair.mask is None else _reduced(pair.mask, step),
            step=step,
            answer_step=answer_step,
            layout=pair.layout,
            place=pair.place,
            feather=pair.feather,
            gain=gain,
            facts=facts,
        )
    )
    return _kept[0]


def _steps(pair: compose_jobs.AlignedPair) -> tuple[int, int]:
    """By how much both pictures are reduced, the larger one first."""
    own = _bytes_of(pair.parent) + (0 if pair.mask is None else _bytes_of(pair.mask))
    other = _bytes_of(pair.answer)
    step = answer_step = 1
    while own / step**2 + other / answer_step**2 > MOST_KEPT:
        if own / step**2 >= other / answer_step**2:
            step += 1
        else:
            answer_step += 1
    return step, answer_step


def _reduced(picture: Image.Image, step: int) -> Image.Image:
    return picture if step == 1 else picture.reduce(step)


def _bytes_of(picture: Image.Image) -> int:
    return picture.width * picture.height * (1 if picture.mode == "L" else 4)


# A region


def _region_preview(
    kept: _KeptPictures,
    box: align.FloatBox,
    size: tuple[int, int],
    seam: float,
    gain: compare.Gain,
) -> tuple[Image.Image | None, align.Box]:
    view = kept.view
    if not isinstance(view, _RegionView) or view.key != (box, size):
        kept.view = None
        view = kept.view = _region_view(kept, box, size)
    if view.place[0] == view.place[2]:
        return None, view.place
    levels, step = _weights(kept, max(seam, kept.feather))
    # Box of the view's pixels in the weights.
    across, down = (box[2] - box[0]) / size[0] / step, (box[3] - box[1]) / size[1] / step
    left, top, right, bottom = view.place
    source = (
        box[0] / step + left * across,
        box[1] / step + top * down,
        min(levels.width, box[0] / step + right * across),
        min(levels.height, box[1] / step + bottom * down),
    )
    weights = levels.resize(view.mask.size, Image.Resampling.BILINEAR, box=source, reducing_gap=2.0)
    weights = ImageChops.darker(weights, view.mask)
    new = compare.with_gain(view.new, gain)
    if view.old.mode == "RGBA":
        new = new.copy()
        new.putalpha(view.old.getchannel("A"))
    return Image.composite(new, view.old, weights), view.place


def _region_view(kept: _KeptPictures, box: align.FloatBox, size: tuple[int, int]) -> _RegionView:
    assert kept.mask is not None
    left, top, right, bottom = box
    source = _within([edge / kept.step for edge in box], kept.parent.size)
    mask = kept.mask.resize(size, Image.Resampling.HAMMING, box=source, reducing_gap=2.0)
    across, down = (right - left) / size[0], (bottom - top) / size[1]
    laid = compare.Overlay(
        mask,
        kept.answer,
        (
            kept.place.scale * across / kept.answer_step,
            kept.place.scale * down / kept.answer_step,
        ),
        (
            (kept.place.scale * left + kept.place.x) / kept.answer_step,
            (kept.place.scale * top + kept.place.y) / kept.answer_step,
        ),
    )
    place = _common(laid.box, mask.getbbox())
    if place is None:
        empty = Image.new("L", (1, 1))
        return _RegionView((box, size), (0, 0, 0, 0), empty, empty, empty)
    part = _within(
        [
            (left + place[0] * across) / kept.step,
            (top + place[1] * down) / kept.step,
            (left + place[2] * across) / kept.step,
            (top + place[3] * down) / kept.step,
        ],
        kept.parent.size,
    )
    inner = place[2] - place[0], place[3] - place[1]
    old = kept.parent.resize(inner, Image.Resampling.BICUBIC, box=part, reducing_gap=2.0)
    return _RegionView((box, size), place, old, laid.laid(place), mask.crop(place))


def _weights(kept: _KeptPictures, width: float) -> tuple[Image.Image, int]:
    """Weights over the whole parent, and how many of its pixels one of theirs is."""
    mask = kept.mask
    assert mask is not None
    if kept.weights is not None and kept.weights[0] == width:
        return kept.weights[1:]
    box = mask.getbbox() or (0, 0, 0, 0)
    grid = max(1, math.ceil(math.sqrt((box[2] - box[0]) * (box[3] - box[1]) / _GRID)))
    step = kept.step * grid
    found, found_step = mask, kept.step
    if width / step >= 1:
        if grid > 1 and grid not in kept.grids:
            kept.grids[grid] = mask.reduce(grid)
        found, found_step = masks.soft_edge(kept.grids.get(grid, mask), width / step), step
    kept.weights = width, found, found_step
    return found, found_step


# A frame


def _frame_preview(
    kept: _KeptPictures,
    layout: FrameLayout,
    box: align.FloatBox,
    size: tuple[int, int],
    seam: float,
    gain: compare.Gain,
) -> tuple[Image.Image | None, align.Box]:
    view = kept.view
    if not isinstance(view, _FrameView) or view.key != (box, size):
        kept.view = None
        view = kept.view = _frame_view(kept, layout, box, size)
    factor = size[0] / (box[2] - box[0])
    corner = align.Placement(1.0, -view.layout.left, -view.layout.top)
    whole = compose.with_frame(
        view.parent, view.laid, corner, view.layout, seam=round(seam * factor), gain=gain
    )
    return whole.crop(view.place), (0, 0, *size)


def _frame_view(
    kept: _KeptPictures, layout: FrameLayout, box: align.FloatBox, size: tuple[int, int]
) -> _FrameView:
    wide, high = size[0] / (box[2] - box[0]), size[1] / (box[3] - box[1])
    # Around what is seen, whole pixels of the screen: as far as a seam may reach, in the frame.
    before = _reach(box[0], wide), _reach(box[1], high)
    after = _reach(layout.size[0] - box[2], wide), _reach(layout.size[1] - box[3], high)
    local = before[0] + size[0] + after[0], before[1] + size[1] + after[1]
    # Their corner in pixels of the parent, and the pixels in which the parent is.
    left, top = layout.left + box[0] - before[0] / wide, layout.top + box[1] - before[1] / high
    start = _rounded_up(-left * wide, local[0]), _rounded_up(-top * high, local[1])
    end = (
        _rounded_down((kept.size[0] - left) * wide, local[0]),
        _rounded_down((kept.size[1] - top) * high, local[1]),
    )
    if start[0] < end[0] and start[1] < end[1]:
        picture = end[0] - start[0], end[1] - start[1]
        source = _within(
            [
                (left + start[0] / wide) / kept.step,
                (top + start[1] / high) / kept.step,
                (left + end[0] / wide) / kept.step,
                (top + end[1] / high) / kept.step,
            ],
            kept.parent.size,
        )
        parent = kept.parent.resize(picture, Image.Resampling.BICUBIC, box=source, reducing_gap=2.0)
    else:
        # Invisible: beside the visible part.
        start, picture = (-1, -1), (1, 1)
        parent = Image.new(kept.parent.mode, picture)
    inner = FrameLayout(left=-start[0], top=-start[1], size=local, picture=picture)
    right, bottom = left + local[0] / wide, top + local[1] / high
    there = _answer_part(kept, (left, top, right, bottom))
    answer, scale, step = kept.answer.crop(there), kept.place.scale, kept.answer_step
    laid = Image.new("RGB", local)
    both = compare.Overlay(
        laid,
        answer,
        (scale / wide / step, scale / high / step),
        (
            (scale * left + kept.place.x) / step - there[0],
            (scale * top + kept.place.y) / step - there[1],
        ),
    )
    if both.box != (0, 0, *local):
        # A border that the answer leaves free by some pixels.
        laid = answer.resize(local, Image.Resampling.BICUBIC, reducing_gap=2.0)
    if both.box is not None:
        laid.paste(both.laid(both.box), both.box[:2])
    seen = (*before, before[0] + size[0], before[1] + size[1])
    return _FrameView((box, size), parent, laid, inner, seen)


def _reach(room: float, factor: float) -> int:
    """Pixels of the screen needed around the visible part, as far as the frame reaches."""
    return math.ceil(min(max(0.0, room), MOST_SEAM + 2) * factor)


def _rounded_up(place: float, most: int) -> int:
    return min(most, max(0, math.ceil(place - _HAIR)))


def _rounded_down(place: float, most: int) -> int:
    return min(most, max(0, math.floor(place + _HAIR)))


def _answer_part(kept: _KeptPictures, box: align.FloatBox) -> align.Box:
    """The kept answer's part for a box of the parent, with some pixels around it."""
    step, margin = kept.answer_step, 4
    (left, top), (right, bottom) = kept.place.place(*box[:2]), kept.place.place(*box[2:])
    width, height = kept.answer.size
    x = min(width - 1, max(0, math.floor(left / step) - margin))
    y = min(height - 1, max(0, math.floor(top / step) - margin))
    x_end = max(x + 1, min(width, math.ceil(right / step) + margin))
    y_end = max(y + 1, min(height, math.ceil(bottom / step) + margin))
    return x, y, x_end, y_end


def _exact(place: float) -> float:
    """A place in pixels; whole if it misses that by no more than rounding."""
    whole = float(round(place))
    return whole if abs(place - whole) < _HAIR else float(place)


def _within(box: list[float], size: tuple[int, int]) -> align.FloatBox:
    """A box without what is outside of a picture, never empty."""
    width, height = size
    left, top = min(max(0.0, box[0]), width - 0.01), min(max(0.0, box[1]), height - 0.01)
    right = max(left + 0.01, min(float(width), box[2]))
    return left, top, right, max(top + 0.01, min(float(height), box[3]))


def _common(one: align.Box | None, other: align.Box | None) -> align.Box | None:
    if one is None or other is None:
        return None
    left, top = max(one[0], other[0]), max(one[1], other[1])
    right, bottom = min(one[2], other[2]), min(one[3], other[3])
    return (left, top, right, bottom) if left < right and top < bottom else None


JOBS: dict[str, Job] = {
    "seam_open": open_pair,
    "seam_preview": preview,
    "seam_close": close_pair,
}
