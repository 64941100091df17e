"""Jobs of the comparing process that preview a composition with another seam. They write nothing.

Parent and answer of one picture are decoded and registered once, and kept for further previews
until another picture is requested, they are released, or a job has too little memory. A seam is
computed at the size on the screen, for the visible part. Requests are as in `compose_jobs`.
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from PIL import Image, ImageChops

from studio.domain.frame_layout import FrameLayout
from studio.imaging import align, colour_profiles, compare, compose, compose_jobs, masks
from studio.imaging.composition import MOST_SEAM
from studio.imaging.worker_protocol import Job, Message

MOST_KEPT = 256 << 20
"""Limit in bytes of the kept pictures; larger ones are kept at a half or a third of their size."""

MOST_SHOWN = 4_000_000
"""Limit of a preview in pixels; a larger view gets a coarser preview."""

_GRID = 1_000_000
"""Approximate number of pixels at which the soft edge of a region is computed."""

_HAIR = 1e-3
"""Distance in pixels from a whole coordinate that counts as a rounding error."""

_VARYING = frozenset({"job", "body", "seam", "match", "box", "size"})
"""Fields of a request that may differ for the same two pictures."""

_serial = itertools.count(1)
_kept: list[_KeptPictures] = []


@dataclass(slots=True)
class _RegionView:
    """Visible part of a picture, at its size on the screen.

    Attributes:
        place: left, top, right and bottom of the region in the view, in pixels.
        old, new, mask: the pixels there of the parent, the answer, and the region's mask.
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
        parent: visible part of the parent.
        laid: the answer, in its original colours, as large as `layout`.
        place: the visible rectangle within `layout`, in pixels.
    """

    key: tuple[Any, ...]
    parent: Image.Image
    laid: Image.Image
    layout: FrameLayout
    place: align.Box


_View = TypeVar("_View", _RegionView, _FrameView)


@dataclass(slots=True, kw_only=True)
class _KeptPictures:
    """Two pictures that line up, possibly reduced.

    Attributes:
        serial: number of this pair; the first one that the process loaded is 1.
        size: size of the parent in pixels.
        step, answer_step: pixels of parent and mask, and of the answer, per pixel kept.
        place: position of the parent in the answer, in pixels of the unreduced pictures.
        changed: share of changed pixels among those that the answer shows outside the region.
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

    def view_of(self, kind: type[_View], key: tuple[Any, ...], make: Callable[[], _View]) -> _View:
        """The view with this key; if it is not kept, it is made and replaces the kept one."""
        view = self.view
        if not isinstance(view, kind) or view.key != key:
            self.view = None
            view = self.view = make()
        return view

    @property
    def bytes(self) -> int:
        """Memory used by the kept pictures."""
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

    The answer has "reason", "shift" and "zoom" as for composing; if the pictures line up, also the
    parent's "size" and "changed", the changed share of the pixels outside the region.
    """
    kept = _opened(request)
    if isinstance(kept, dict):
        return kept, b""
    return kept.facts | {"kept": kept.bytes, "serial": kept.serial}, b""


def preview(request: dict[str, Any], most_shown: int = MOST_SHOWN) -> Message:
    """Raw RGBA, straight alpha, of a composition's visible part; the request is that of composing.

    "box" is the visible part, in fractions of the new picture, "size" its size on the screen; the
    body is the monitor's profile, empty for sRGB. The answer has "left", "top", "width" and
    "height" of the pixels that may differ from the parent, within that size, 0 for none; and
    "across" and "down", the size of the view, reduced if it had more than `most_shown` pixels.
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
    """Free the kept pictures; returns whether there were any."""
    there = bool(_kept)
    _kept.clear()
    return there


def _opened(request: dict[str, Any]) -> _KeptPictures | dict[str, Any]:
    """The pictures of a request, loaded unless kept; if they do not line up, the job's answer."""
    known = {name: value for name, value in request.items() if name not in _VARYING}
    key = json.dumps(known, sort_keys=True)
    if _kept and _kept[0].key == key:
        return _kept[0]
    # Released first, to make room for the pictures to load.
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
    """Reduction of both pictures; the larger one is reduced first."""
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
    view = kept.view_of(_RegionView, (box, size), lambda: _region_view(kept, box, size))
    if view.place[0] == view.place[2]:
        return None, view.place
    levels, step = _weights(kept, max(seam, kept.feather))
    # Box of the view's pixels, in pixels of the weights.
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
    """Weights over the whole parent, and the number of its pixels per weight in each direction."""
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
    view = kept.view_of(_FrameView, (box, size), lambda: _frame_view(kept, layout, box, size))
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
    # Margins in whole screen pixels around the visible part: the reach of a seam, within the frame.
    before = _reach(box[0], wide), _reach(box[1], high)
    after = _reach(layout.size[0] - box[2], wide), _reach(layout.size[1] - box[3], high)
    local = before[0] + size[0] + after[0], before[1] + size[1] + after[1]
    # Corner of the view and its margins in pixels of the parent, and the part showing the parent.
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
        # The parent is not visible: a pixel outside the view takes its place.
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
        # The answer may leave a border of a few pixels uncovered.
        laid = answer.resize(local, Image.Resampling.BICUBIC, reducing_gap=2.0)
    if both.box is not None:
        laid.paste(both.laid(both.box), both.box[:2])
    seen = (*before, before[0] + size[0], before[1] + size[1])
    return _FrameView((box, size), parent, laid, inner, seen)


def _reach(room: float, factor: float) -> int:
    """Margin in screen pixels needed around the visible part, within the frame."""
    return math.ceil(min(max(0.0, room), MOST_SEAM + 2) * factor)


def _rounded_up(place: float, most: int) -> int:
    return min(most, max(0, math.ceil(place - _HAIR)))


def _rounded_down(place: float, most: int) -> int:
    return min(most, max(0, math.floor(place + _HAIR)))


def _answer_part(kept: _KeptPictures, box: align.FloatBox) -> align.Box:
    """The part of the kept answer for a box of the parent, with a margin of a few pixels."""
    step, margin = kept.answer_step, 4
    (left, top), (right, bottom) = kept.place.place(*box[:2]), kept.place.place(*box[2:])
    width, height = kept.answer.size
    x = min(width - 1, max(0, math.floor(left / step) - margin))
    y = min(height - 1, max(0, math.floor(top / step) - margin))
    x_end = max(x + 1, min(width, math.ceil(right / step) + margin))
    y_end = max(y + 1, min(height, math.ceil(bottom / step) + margin))
    return x, y, x_end, y_end


def _exact(place: float) -> float:
    """A coordinate in pixels; made whole if it differs by rounding only."""
    whole = float(round(place))
    return whole if abs(place - whole) < _HAIR else float(place)


def _within(box: list[float], size: tuple[int, int]) -> align.FloatBox:
    """A box limited to a picture, never empty."""
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
