"""Options of `generate` for the picture to edit: marks, a region, new frames."""

from __future__ import annotations

import re
from typing import Any

from studio.cli.progress import RunBackend
from studio.common import i18n, user_input
from studio.common.errors import UsageError
from studio.common.i18n import _
from studio.domain.entities import AspectRatio, Picture, Role
from studio.domain.frame_layout import has_shape
from studio.domain.markup import (
    LONGEST_SENTENCE,
    MOST_MARKS,
    Frame,
    Mark,
    MarkKind,
    Markup,
    Point,
    Region,
    Stroke,
    StrokeKind,
)
from studio.domain.pixel_frames import frame_around

_NUMBER = r"\s*([+-]?(?:\d+(?:\.\d+)?|\.\d+))\s*"
_POINT = re.compile(f"{_NUMBER},{_NUMBER}")
_MARK = re.compile(f"{_NUMBER},{_NUMBER}:(.*)", re.DOTALL)
_BOX = re.compile(",".join([_NUMBER] * 4))
_NUMBERS = re.compile(r"[\s\d.,+-]*\d[\s\d.,+-]*|[\s\d.,+-]*(nan|inf)[\s\w.,+-]*", re.IGNORECASE)
"""Pattern of an argument that is meant as a box rather than a file."""

_SAME = 0.001
"""Share of a side by which a box may extend beyond it, because numbers are rounded."""


def check(options: Any) -> None:
    """Check what can be checked without a library. Raises UsageError."""
    used = [
        name
        for name, value in (
            ("--mark", options.mark),
            ("--region", options.region),
            ("--reframe", options.reframe),
            ("--anchor", options.anchor),
        )
        if value not in (None, [])
    ]
    if used and not (options.edit or options.continues):
        # Translators: {option} is an option such as --mark.
        raise UsageError(_("{option} needs a picture: --edit ID").format(option=used[0]))
    if options.anchor is not None and not options.reframe:
        raise UsageError(_("--anchor needs --reframe"))
    if options.region is not None and not options.region.strip():
        raise UsageError(_("--region is empty"))
    if options.region and options.reframe:
        raise UsageError(_("--region and --reframe cannot be used together"))
    _marks(options.mark)
    _anchor(options.anchor)
    _ratios(options.reframe)
    _box(options.region or "")


async def read(options: Any, source: Picture, maker: RunBackend) -> Markup:
    """The markup of the options; a mask is stored in the library.

    Raises UsageError, InputError, StorageError, and PictureUnreadable for a mask.
    """
    return Markup(
        marks=_marks(options.mark),
        region=await _region(options.region, source, maker) if options.region else None,
        frames=tuple(
            _frame(ratio, source, _anchor(options.anchor)) for ratio in _ratios(options.reframe)
        ),
    )


def _marks(given: list[str]) -> tuple[Mark, ...]:
    if len(given) > MOST_MARKS:
        raise UsageError(_("More than {most} marks").format(most=i18n.number(MOST_MARKS)))
    marks: list[Mark] = []
    for text in given:
        match = _MARK.fullmatch(text)
        if match is None or not match[3].strip():
            raise UsageError(
                # Translators: {value} is what was given.
                _("--mark {value} is not a place and a sentence").format(value=text[:60]),
                # Translators: an example of an option.
                hint=_('Write it as --mark "0.25,0.7:Make this boat red".'),
            )
        sentence = " ".join(match[3].split())
        if len(sentence) > LONGEST_SENTENCE:
            raise UsageError(
                _("--mark: a sentence has at most {most} characters").format(
                    most=i18n.number(LONGEST_SENTENCE)
                )
            )
        point = _place("--mark", float(match[1]), float(match[2]))
        marks.append(Mark(kind=MarkKind.PIN, points=(point,), sentence=sentence))
    return tuple(marks)


def _place(option: str, x: float, y: float) -> Point:
    if not (0 <= x <= 1 and 0 <= y <= 1):
        # Translators: {option} is an option such as --mark.
        raise UsageError(_("{option}: a place lies between 0,0 and 1,1").format(option=option))
    return Point(x, y)


async def _region(given: str, source: Picture, maker: RunBackend) -> Region:
    if (box := _box(given)) is not None:
        first, last = box
        if not (
            round(first.x * source.width) < round(last.x * source.width)
            and round(first.y * source.height) < round(last.y * source.height)
        ):
            raise UsageError(_("--region: the box is empty"))
        return Region(strokes=(Stroke(kind=StrokeKind.BOX, points=box),))
    path = user_input.path_of(given)
    user_input.stat_file(path, most=user_input.MOST_REFERENCE)
    kept = await maker.keep_input(path, role=Role.MASK, name=path.stem)
    return Region(mask=kept.sha256)


def _box(given: str) -> tuple[Point, Point] | None:
    """Corners of a box; None for a file. Raises UsageError for a box outside the picture."""
    match = _BOX.fullmatch(given)
    if match is None:
        if "," in given and _NUMBERS.fullmatch(given):
            raise UsageError(
                # Translators: {value} is what was given.
                _("--region {value} is not a box").format(value=given[:60]),
                # Translators: an example of an option.
                hint=_("Write it as left, top, width and height: --region 0.1,0.6,0.3,0.3"),
            )
        return None
    x, y, width, height = (float(match[number]) for number in range(1, 5))
    if width <= 0 or height <= 0:
        raise UsageError(_("--region: the box is empty"))
    if min(x, y) < 0 or x + width > 1 + _SAME or y + height > 1 + _SAME:
        raise UsageError(_("--region: the box reaches beyond the picture"))
    return Point(x, y), Point(min(1.0, x + width), min(1.0, y + height))


def _anchor(given: str | None) -> Point:
    if given is None:
        return Point(0.5, 0.5)
    match = _POINT.fullmatch(given)
    if match is None:
        raise UsageError(_("--anchor {value} is not a place").format(value=given[:60]))
    return _place("--anchor", float(match[1]), float(match[2]))


def _ratios(given: list[str]) -> list[AspectRatio]:
    """Ratios of the new frames without duplicates, which would be paid for twice."""
    return list(dict.fromkeys(_ratio(text) for text in given))


def _ratio(given: str) -> AspectRatio:
    try:
        return AspectRatio.parse(given)
    except ValueError:
        raise UsageError(
            _("--reframe {value} is not an aspect ratio").format(value=given[:40]),
            hint=_("Write it as width and height, such as 16:9."),
        ) from None


def _frame(ratio: AspectRatio, source: Picture, anchor: Point) -> Frame:
    size = source.width, source.height
    if has_shape(ratio, size):
        raise UsageError(
            # Translators: {ratio} is an aspect ratio such as 16:9.
            _("--reframe {ratio}: the picture has this aspect ratio already").format(ratio=ratio)
        )
    return frame_around(ratio, size, anchor)
