"""Limits of uploaded references, which are scaled down or converted if necessary.

Source of the default limits: all services accept 7 MB per picture and about 20 MB per request, and
none uses more than 4096 pixels per side. A wire format may have other limits.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from studio.common.file_types import JPEG, PNG, WEBP, kind_of, size_of
from studio.common.i18n import _

LONGEST = 4096
"""Limit of the long side in pixels."""

LARGEST = 7 << 20
"""Limit of a picture in bytes."""

TOGETHER = 13 << 20
"""Limit of all pictures of a request in bytes; base64 adds a third, and text is sent too."""


class UploadLimits(NamedTuple):
    """Limits of a service: long side in pixels, bytes of one picture and of all of them."""

    longest: int = LONGEST
    largest: int = LARGEST
    together: int = TOGETHER


USUAL = UploadLimits()


class UploadFit(NamedTuple):
    """Differences between a file and the copy that is sent."""

    smaller: bool = False
    converted: bool = False


def fit(path: Path, limit: int = LARGEST, *, longest: int = LONGEST) -> UploadFit:
    """Changes needed to fit a file into `limit` bytes; blocking. Raises OSError.

    Rotation to upright and removal of metadata, which every copy undergoes, do not count.
    """
    with path.open("rb") as file:
        kind = kind_of(file.read(64))
    if kind not in (PNG, JPEG, WEBP):
        return UploadFit(smaller=False, converted=True)
    size = size_of(path)
    too_long = size is not None and max(size) > longest
    return UploadFit(smaller=too_long or path.stat().st_size > limit)


def allowances(sizes: Sequence[int], limits: UploadLimits = USUAL) -> list[int]:
    """Limits in bytes of the pictures of a request, so that all fit into it.

    Small pictures keep their size; the largest get the same limit.
    """
    wanted = [min(size, limits.largest) for size in sizes]
    left, limit = limits.together, limits.largest
    for number, size in enumerate(sorted(wanted)):
        share = left // (len(wanted) - number)
        if size > share:
            limit = share
            break
        left -= size
    return [limit] * len(wanted)


def sentence(name: str, found: UploadFit) -> str:
    """Warning about a reference that was changed before it was sent; "" for none."""
    if found.smaller:
        return _("{name} was sent as a smaller copy").format(name=name)
    if found.converted:
        return _("{name} was sent as a converted copy").format(name=name)
    return ""


def note(found: UploadFit) -> str:
    """Short form of the warning, for the slot of a reference."""
    if found.smaller:
        return _("sent smaller")
    return _("sent converted") if found.converted else ""
