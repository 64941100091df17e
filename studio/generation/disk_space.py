"""Check for free disk space before a request is sent, because its answer has to be paid for.

For a moment, every picture is stored twice: as base64 in the journal and as a file beside it. Space
reserved for other running requests counts as used, so that no two requests rely on the same space.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from studio.common import files
from studio.common.errors import StorageError
from studio.common.i18n import _, number
from studio.domain.entities import GenerationRequest

SPARE = 64 << 20
"""Bytes kept free for records, index and thumbnails."""

_PER_PIXEL = 3.2
"""Bytes per pixel of a PNG in the worst case (grain)."""

_COPIES = 4 / 3 + 1
_SIDES = {"512": 512, "1K": 1024, "2K": 2048, "4K": 4096}
_UNKNOWN = 4096
_FEWEST = 1024


def estimate(request: GenerationRequest) -> int:
    """Estimated size in bytes of the answer to a request and its picture."""
    size = (request.size or "1K").upper()
    width, _x, height = size.partition("X")
    if width.isdigit() and height.isdigit():
        pixels = max(int(width) * int(height), _FEWEST**2)
    else:
        side = max(_SIDES.get(size, _UNKNOWN), _FEWEST)
        pixels = side * side
    return int(pixels * _PER_PIXEL * _COPIES)


class DiskReservations:
    """Disk space reserved for running requests of one library."""

    def __init__(self, folder: Path, free_bytes: Callable[[Path], int] | None = None) -> None:
        self._folder = folder
        self._free_bytes = free_bytes or files.free_bytes
        self._promised = 0

    @contextlib.contextmanager
    def promised(self, request: GenerationRequest) -> Iterator[None]:
        """Reserve space for an answer until it is in the library or has failed."""
        size = estimate(request)
        self._promised += size
        try:
            yield
        finally:
            self._promised -= size

    def check(self) -> None:
        """Raise StorageError if the reserved space is not free; blocking."""
        try:
            free = self._free_bytes(self._folder)
        except OSError as error:
            raise files.storage_error(error, self._folder) from error
        wanted = self._promised + SPARE
        if free < wanted:
            raise StorageError(
                _("The disk is almost full"),
                _(
                    "{free} MB free on the library's disk; running jobs may need "
                    "{wanted} MB. Nothing was sent."
                ).format(free=number(free / 1e6), wanted=number(wanted / 1e6)),
                hint=_("Free some space, then choose Try again."),
            )
