"""Background check of a small share of the originals at each start, to find silent damage.

The position is stored beside the index, in computed data; if it is lost, the check starts over.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from studio.common import files, json_reader
from studio.common.json_reader import NotUnderstood
from studio.domain.entities import Picture
from studio.library.files.originals import Originals
from studio.library.operations.verify import is_sound
from studio.library.store import Store

SHARE = 50
"""One of this many originals is read at each start."""

_FEWEST = 20
_MOST_BYTES = 512 << 20
_PORTION = 100
_REST = 0.05
"""Pause between two files in seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScrubResult:
    """Result of one round; ids of pictures."""

    read: int = 0
    missing: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


class _ScrubPosition(msgspec.Struct, frozen=True):
    """Id after which the next round begins, and time of the last one."""

    after: str = ""
    at: float = 0.0


async def choose(store: Store, memory: Path) -> list[Picture]:
    """The pictures of the next round in order of arrival, without those marked as missing."""
    after = (await asyncio.to_thread(_read, memory)).after
    last = await store.find([after]) if after else []
    counts = await store.query_index(lambda index: index.ledger.counts(0.0), long=True)
    most = max(_FEWEST, (counts.all + counts.trash) // SHARE)
    row = begin = last[0].row if last else 0
    chosen: list[Picture] = []
    size, around = 0, False
    while True:
        places = await store.places(row, _PORTION)
        ids = [
            id
            for at, id, _path, _trashed, missing in places
            if not missing and (not around or at <= begin)
        ]
        for picture in await store.find(ids):
            size += picture.bytes
            if len(chosen) == most or (chosen and size > _MOST_BYTES):
                return chosen
            chosen.append(picture)
        if places and not (around and places[-1][0] >= begin):
            row = places[-1][0]
        elif around:
            return chosen
        else:
            row, around = 0, True


def scrub(
    originals: Originals,
    pictures: Sequence[Picture],
    memory: Path,
    *,
    stop: Callable[[], bool] = lambda: False,
    rest: Callable[[float], None] = time.sleep,
) -> ScrubResult:
    """Check pictures and store the position; blocking, deliberately slow. Raises StorageError."""
    missing: list[str] = []
    changed: list[str] = []
    read = 0
    for picture in pictures:
        if stop():
            break
        sound = is_sound(originals, picture)
        if sound is None:
            missing.append(picture.id)
        elif not sound:
            changed.append(picture.id)
        read += 1
        rest(_REST)
    if read:
        mark = _ScrubPosition(after=pictures[read - 1].id, at=time.time())
        files.replace(memory, msgspec.json.encode(mark))
    return ScrubResult(read=read, missing=tuple(missing), changed=tuple(changed))


def _read(memory: Path) -> _ScrubPosition:
    try:
        return json_reader.load(memory, _ScrubPosition)
    except (OSError, NotUnderstood):
        return _ScrubPosition()
