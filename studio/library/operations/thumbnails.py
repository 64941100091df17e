"""Thumbnails from the cache, or made by the decoding process and cached."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from studio.imaging.decoder import Decoder, Priority
from studio.library.store import Store


async def thumbnail(
    store: Store,
    decoder: Decoder,
    sha256: str,
    edge: int,
    find: Callable[[], Path],
    *,
    priority: Priority,
) -> bytes:
    """A JPEG of the picture of that content, `edge` pixels long. Raises what `find` raises.

    The picture is looked for with `find` only where there is no thumbnail of it yet. Raises
    PictureUnreadable.
    """
    run, kept = store.reading.run, store.thumbnails
    if (data := await run(kept.get, sha256, edge)) is not None:
        return data
    path = await run(find)
    data = await decoder.thumbnail(path, edge, priority=priority)
    await run(kept.store_thumbnail, sha256, edge, data)
    return data
