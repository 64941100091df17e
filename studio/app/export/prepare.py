"""Preparation of an export: facts of the files, and the estimated size of the copies."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from studio.app.export.metadata import texts_for
from studio.app.export.plan import ExportItem, ExportPlan, PlannedCopy
from studio.common.errors import PictureUnreadable, StorageError
from studio.domain.entities import Picture
from studio.domain.export import ExportPreset
from studio.imaging.exporter import Exporter, SourceFacts
from studio.library.facade import Library

_AT_ONCE = 4
_MEASURED = 3
"""Number of pictures that are encoded to estimate the size of all."""


def collection_of(picture: Picture, names: Mapping[str, str]) -> str:
    """Name of the first collection of a picture; "" for none. `names` are by id."""
    return next((names[one] for one in picture.collections if one in names), "")


class ItemReader:
    """Makes export items of pictures; the facts of each file are read once.

    Args:
        library: library of the pictures.
        exporter: reads the facts.
    """

    def __init__(self, library: Library, exporter: Exporter) -> None:
        self._library = library
        self._exporter = exporter
        self._known: dict[str, SourceFacts] = {}

    def known(self, pictures: Sequence[Picture], names: Mapping[str, str]) -> list[ExportItem]:
        """The pictures with the facts read so far; `names` are those of collections by id."""
        return [
            ExportItem(
                picture=one, collection=collection_of(one, names), facts=self._known.get(one.id)
            )
            for one in pictures
        ]

    async def read(
        self, pictures: Sequence[Picture], progress: Callable[[int], object] | None = None
    ) -> None:
        """Read the facts of files not read yet; unreadable files get none.

        `progress` is called with the number of pictures read.
        """
        missing = deque(one for one in pictures if one.id not in self._known)
        done = len(pictures) - len(missing)

        async def lane() -> None:
            nonlocal done
            while missing:
                picture = missing.popleft()
                facts = await _facts_of(self._library, self._exporter, picture)
                if facts is not None:
                    self._known[picture.id] = facts
                done += 1
                if progress is not None:
                    progress(done)

        await asyncio.gather(*(lane() for _number in range(_AT_ONCE)))


async def gather_items(
    library: Library,
    exporter: Exporter,
    pictures: Sequence[Picture],
    preset: ExportPreset,
    collection: str = "",
) -> list[ExportItem]:
    """The pictures with the facts of their files; without facts for an unreadable file."""
    reader = ItemReader(library, exporter)
    if not preset.fixed:
        await reader.read(pictures)
    return [replace(one, collection=collection) for one in reader.known(pictures, {})]


async def _facts_of(library: Library, exporter: Exporter, picture: Picture) -> SourceFacts | None:
    try:
        path = await asyncio.to_thread(library.path, picture)
        return await exporter.source(path)
    except (PictureUnreadable, StorageError):
        # The error is reported when the picture is exported.
        return None


async def estimate_bytes(library: Library, exporter: Exporter, plan: ExportPlan) -> list[int]:
    """Bytes of every copy: exact for originals, else estimated from three encoded ones.

    0 for a copy that is not written.
    """
    each = 0.0 if plan.preset.fixed else await bytes_per_pixel(library, exporter, plan)
    return estimated_bytes(plan, each)


async def bytes_per_pixel(library: Library, exporter: Exporter, plan: ExportPlan) -> float:
    """Bytes per pixel of the copies, measured on three of them; 0 if none can be made."""
    written = [one for one in plan.copies if not one.refused and not one.skipped]
    step = max(1, len(written) // _MEASURED)
    sizes = await asyncio.gather(
        *(_measured(library, exporter, plan, one) for one in written[::step][:_MEASURED])
    )
    pixels = sum(count for count, _bytes in sizes)
    return sum(found for _count, found in sizes) / pixels if pixels else 0.0


def estimated_bytes(plan: ExportPlan, each: float) -> list[int]:
    """Bytes of every copy by `bytes_per_pixel`, 0 for one that is not written."""
    return [
        0
        if one.refused or one.skipped
        else one.picture.bytes
        if plan.preset.fixed
        else round(one.width * one.height * each)
        for one in plan.copies
    ]


async def _measured(
    library: Library, exporter: Exporter, plan: ExportPlan, copy: PlannedCopy
) -> tuple[int, int]:
    """Pixels and bytes of a copy; zeros for an unreadable picture."""
    preset = plan.preset
    try:
        path = await asyncio.to_thread(library.path, copy.picture)
        texts = texts_for(copy.picture, preset.metadata, preset.format)
        made = await exporter.export(path, preset, texts)
    except (PictureUnreadable, StorageError):
        return 0, 0
    return made.width * made.height, len(made.data)
