"""What becomes of a reference before it is sent: smaller, or of another kind, where it must be.

Source of the usual limits: 7 MB a picture and about 20 MB a request are what the services take in
every way they are reached; 4096 pixels are the largest side that any of them looks at. A wire may
have others.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from studio.common.file_types import JPEG, PNG, WEBP, kind_of, size_of
from studio.common.i18n import _

LONGEST = 4096
"""Pixels of the long side."""

LARGEST = 7 << 20
"""Bytes of one picture."""

TOGETHER = 13 << 20
"""Bytes of all pictures of a request; as text they are a third more, and words go beside them."""


class UploadLimits(NamedTuple):
    """What pictures a service takes: pixels of the long side, bytes of one and of all of them."""

    longest: int = LONGEST
    largest: int = LARGEST
    together: int = TOGETHER


USUAL = UploadLimits()


class UploadFit(NamedTuple):
    """How the sent copy is other than the file, as far as a person should know."""

    smaller: bool = False
    converted: bool = False


def fit(path: Path, limit: int = LARGEST, *, longest: int = LONGEST) -> UploadFit:
    """What becomes of a file that may have `limit` bytes; blocking. Raises OSError.

    Turned upright and without metadata is every copy; that is not worth a word.
    """
    with path.open("rb") as file:
        kind = kind_of(file.read(64))
    if kind not in (PNG, JPEG, WEBP):
        return UploadFit(smaller=False, converted=True)
    size = size_of(path)
    too_long = size is not None and max(size) > longest
    return UploadFit(smaller=too_long or path.stat().st_size > limit)


def allowances(sizes: Sequence[int], limits: UploadLimits = USUAL) -> list[int]:
    """The bytes each picture of a request may have, so that together they fit.

    Small ones stay as they are; the largest give way to one limit they share.
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
    """The warning on a picture whose reference was sent otherwise; empty when it was not."""
    if found.smaller:
        return _("{name} was sent as a smaller copy").format(name=name)
    if found.converted:
        return _("{name} was sent as a converted copy").format(name=name)
    return ""


def note(found: UploadFit) -> str:
    """The same for the slot of a reference, in two words."""
    if found.smaller:
        return _("sent smaller")
    return _("sent converted") if found.converted else ""
