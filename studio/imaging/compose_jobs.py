"""Jobs of the comparing process that make a picture from others. Requests are as in `decode_jobs`.

Nothing is written here: the PNG is returned with the answer, and the file written from it is read
again for verification.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from studio.common import json_reader
from studio.domain.frame_layout import FrameLayout
from studio.domain.markup import Frame, Region
from studio.imaging import align, compare, compose, decode_jobs, masks
from studio.imaging.worker_protocol import Job, Message, named

FURTHEST = 8.0
"""Limit of an answer's shift at its centre, in pixels of the parent."""

_NEAR = 0.03
"""Relative difference up to which two aspect ratios count as the same."""

_EDGE = 2048
"""Long edge in pixels at which pictures are registered."""

COMPRESSION = 3
"""zlib level of the saved PNG: a fifth of the default's time, for a few per cent more bytes."""


@dataclass(frozen=True, slots=True)
class _Question:
    """Input of the composition and preview jobs.

    Attributes:
        region: the part that may change; without it, there is a frame.
        crop: the part of the parent that the answer shows, in pixels; None for all of it.
    """

    parent: Path
    region: Region | None
    mask: Path | None
    frame: Frame | None
    crop: align.Box | None

    @classmethod
    def read(cls, request: dict[str, Any], size: tuple[int, int]) -> _Question:
        region, frame = request.get("region"), request.get("frame")
        mask, crop = request.get("mask"), request.get("crop")
        return cls(
            parent=Path(request["path"]),
            region=None if region is None else json_reader.convert(region, Region),
            mask=None if mask is None else Path(mask),
            frame=None if frame is None else json_reader.convert(frame, Frame),
            crop=None if crop is None else crop_box(tuple(crop), size),
        )

    def mask_of(self, size: tuple[int, int]) -> Image.Image:
        assert self.region is not None
        drawn = None
        if self.mask is not None:
            drawn = named(decode_jobs.load, self.mask, None)[0]
        return masks.region_mask(self.region, size, drawn)


def crop_box(crop: tuple[float, ...], size: tuple[int, int]) -> align.Box:
    """A part of a picture, in fractions, as a box of at least one whole pixel."""
    (width, height), (left, top, right, bottom) = size, crop
    x, y = min(width - 1, max(0, round(left * width))), min(height - 1, max(0, round(top * height)))
    return x, y, max(x + 1, round(right * width)), max(y + 1, round(bottom * height))


def compose_pictures(request: dict[str, Any]) -> Message:
    """A PNG of the parent ("path") with a part of the answer ("other", None for a free crop).

    The request has a "region" or a "frame"; "mask" is the file of a region's mask, "crop" the part
    of the parent that the answer shows, in fractions; "seam" is in pixels; with "match", colours
    are matched. The answer has a "reason" and no picture if the two do not line up; "shift" is in
    pixels of the parent; "width" and "height" are those of the new picture.
    """
    if request.get("other") is None:
        return _cropped(request)
    pair = line_up(request)
    header, place = pair.header, pair.place
    if place is None:
        return header, b""
    seam = float(request.get("seam", 0.0))
    gain = pair.gain() if request.get("match", True) else compare.NO_GAIN
    header["gain"] = gain
    whole, profile = pair.parent, pair.profile
    if pair.layout is not None:
        whole = compose.with_frame(
            pair.parent, pair.answer, place, pair.layout, seam=round(seam), gain=gain
        )
    else:
        assert pair.mask is not None
        weights = masks.soft_edge(pair.mask, max(seam, pair.feather))
        compose.put_region(whole, pair.answer, place, weights, gain)
        del weights
    del pair
    return _encoded(whole, profile, header)


def _cropped(request: dict[str, Any]) -> Message:
    parent, profile = named(decode_jobs.load_in_own_colours, Path(request["path"]))
    layout = _layout(_Question.read(request, parent.size), parent.size)
    assert layout is not None
    place = align.Placement(1.0, 0.0, 0.0)
    whole = compose.with_frame(parent, None, place, layout, gain=compare.NO_GAIN)
    return _encoded(whole, profile, {"reason": None})


@dataclass(slots=True, kw_only=True)
class AlignedPair:
    """A parent and its answer, decoded, and their alignment.

    Attributes:
        parent: picture in its own colours, those of `profile`.
        answer: RGB picture in the same colours.
        mask: mask of the region; without one, there is a frame with its `layout`.
        feather: width of the region's soft edge in pixels of the parent.
        place: position of the parent in the answer; None if they do not line up.
        header: "reason", "shift" and "zoom", as in the answer to composing.
    """

    parent: Image.Image
    profile: bytes
    answer: Image.Image
    mask: Image.Image | None
    feather: float
    layout: FrameLayout | None
    place: align.Placement | None
    header: dict[str, Any]

    def gain(self) -> compare.Gain:
        """Factors that match the answer's colours to the parent's, measured on a ring."""
        ring = None
        if self.layout is not None:
            ring = compose.inner_ring(self.layout)
        elif self.mask is not None:
            ring = compare.ring_around(self.mask)
        assert self.place is not None
        return compare.colour_gain(_rgb(self.parent), self.answer, self.place, ring=ring)


def line_up(request: dict[str, Any]) -> AlignedPair:
    """Decode a parent and its answer, and register them; the request is that of composing."""
    parent, profile = named(decode_jobs.load_in_own_colours, Path(request["path"]))
    question = _Question.read(request, parent.size)
    layout = _layout(question, parent.size)
    answer = named(decode_jobs.load_in_colours_of, Path(request["other"]), profile)
    start = _start(question.crop, layout, parent.size, answer.size)
    mask = None if layout is not None else question.mask_of(parent.size)
    header = _lined_up(parent, answer, mask, start, _shown(question.crop, layout, parent.size))
    place = None
    if header["reason"] is None:
        place = align.Placement(header["scale"], header.pop("x"), header.pop("y"))
    feather = 0.0 if question.region is None else question.region.feather * max(parent.size)
    return AlignedPair(
        parent=parent,
        profile=profile,
        answer=answer,
        mask=mask,
        feather=feather,
        layout=layout,
        place=place,
        header=header,
    )


def _layout(question: _Question, size: tuple[int, int]) -> FrameLayout | None:
    if question.frame is None:
        return None
    layout = FrameLayout.of(question.frame, size)
    if math.prod(layout.size) > decode_jobs.PIXELS:
        raise decode_jobs.DecodeRefused("large_frame", "{} x {}".format(*layout.size))
    return layout


def prove_picture(request: dict[str, Any]) -> Message:
    """Compare a saved file ("other") with its parent ("path") in the pixels that must be equal.

    "region", "mask" and "frame" are as for composing. The answer has "outside", the number of those
    pixels, and "changed", the number of them that differ.
    """
    parent, _profile = named(decode_jobs.load_in_own_colours, Path(request["path"]))
    saved, _profile = named(decode_jobs.load_in_own_colours, Path(request["other"]))
    question = _Question.read(request, parent.size)
    if question.frame is not None:
        layout = FrameLayout.of(question.frame, parent.size)
        if saved.size != layout.size:
            raise decode_jobs.DecodeRefused("unreadable", "another size than the frame's")
        kept, there = parent.crop(layout.kept), saved.crop(layout.place)
        outside, changed = kept.width * kept.height, compose.changed_pixels(kept, there)
    else:
        mask = question.mask_of(parent.size)
        outside, changed = mask.histogram()[0], compose.changed_pixels(parent, saved, mask)
    return {"outside": outside, "changed": changed}, b""


def _start(
    crop: align.Box | None,
    layout: FrameLayout | None,
    parent: tuple[int, int],
    answer: tuple[int, int],
) -> align.Placement:
    """Expected position of the parent in the answer."""
    left, top, right, bottom = _shown(crop, layout, parent)
    inside = align.centred((right - left, bottom - top), answer)
    return align.Placement(
        inside.scale, inside.x - inside.scale * left, inside.y - inside.scale * top
    )


def _shown(
    crop: align.Box | None, layout: FrameLayout | None, parent: tuple[int, int]
) -> align.Box:
    """The part of the parent that the answer is expected to show, in pixels."""
    if layout is not None:
        (left, top), (width, height) = (layout.left, layout.top), layout.size
        return left, top, left + width, top + height
    return (0, 0, *parent) if crop is None else crop


def _lined_up(
    parent: Image.Image,
    answer: Image.Image,
    mask: Image.Image | None,
    start: align.Placement,
    shown: align.Box,
) -> dict[str, Any]:
    """Placement of the parent in the answer, and the reason why they do not line up.

    Without enough detail outside the region, the expected position is used: a shift would not be
    visible.
    """
    width, height = shown[2] - shown[0], shown[3] - shown[1]
    header: dict[str, Any] = {"shift": (0.0, 0.0), "zoom": 1.0, "reason": None}
    if mask is not None and abs(answer.width * height / (answer.height * width) - 1) > _NEAR:
        return header | {"reason": "shape"}
    part = (0, 0, *parent.size) if mask is None else shown
    grey, factor = _small(parent, part)
    # The part that may change is ignored.
    changing = None if mask is None else mask.resize(grey.size, Image.Resampling.HAMMING, box=part)
    other, other_factor = _small(answer, (0, 0, *answer.size))
    expected = align.Placement(
        start.scale * other_factor / factor,
        (start.x + start.scale * part[0]) * other_factor,
        (start.y + start.scale * part[1]) * other_factor,
    )
    found = align.register(grey, other, start=expected, ignored=changing)
    place = start
    if found.placement is not None:
        scale = found.placement.scale * factor / other_factor
        place = align.Placement(
            scale,
            found.placement.x / other_factor - scale * part[0],
            found.placement.y / other_factor - scale * part[1],
        )
    elif found.reason is align.Misalignment.DIFFERENT:
        header["reason"] = str(found.reason)
    middle = (part[0] + part[2]) / 2, (part[1] + part[3]) / 2
    shift = tuple(
        (there - here) / place.scale
        for there, here in zip(place.place(*middle), start.place(*middle), strict=True)
    )
    if math.hypot(*shift) > FURTHEST:
        header["reason"] = "shift"
    return header | {
        "shift": shift,
        "zoom": place.scale / start.scale,
        "scale": place.scale,
        "x": place.x,
        "y": place.y,
    }


def _small(picture: Image.Image, part: align.Box) -> tuple[Image.Image, float]:
    """A grey copy of a part with a long edge of at most `_EDGE`, and its reduction."""
    width, height = part[2] - part[0], part[3] - part[1]
    factor = min(1.0, _EDGE / max(width, height))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    found = picture.resize(size, Image.Resampling.HAMMING, box=part, reducing_gap=2.0)
    return found.convert("L"), factor


def _rgb(picture: Image.Image) -> Image.Image:
    return picture if picture.mode == "RGB" else picture.convert("RGB")


def _encoded(picture: Image.Image, profile: bytes, header: dict[str, Any]) -> Message:
    stream = io.BytesIO()
    picture.save(stream, "PNG", compress_level=COMPRESSION, icc_profile=profile or None)
    size = {"width": picture.width, "height": picture.height}
    del picture
    return header | size, stream.getvalue()


JOBS: dict[str, Job] = {"compose": compose_pictures, "prove": prove_picture}
