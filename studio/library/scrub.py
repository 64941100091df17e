"""A small share of the originals is read again at each start, so that silent damage is found.

Where it stopped is remembered beside the index, in computed data: when that is lost it begins anew.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from studio import files
from studio.domain import Picture
from studio.library.check import is_sound
from studio.library.originals import Originals
from studio.values import dataclass

SHARE = 50
"""One part in so many is read at each start."""

_FEWEST = 20
_MOST_BYTES = 512 << 20
_REST = 0.05
"""Seconds of rest between two files: nobody waits for this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one round found; ids of pictures."""

    read: int = 0
    missing: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


class _Mark(msgspec.Struct, frozen=True):
    """The id after which the next round begins, and when that was written."""

    after: str = ""
    at: float = 0.0


def choose(pictures: Sequence[Picture], memory: Path) -> list[Picture]:
    """Those whose turn it is, in order of arrival; blocking."""
    if not pictures:
        return []
    after = _read(memory).after
    start = next((n + 1 for n, one in enumerate(pictures) if one.id == after), 0)
    turn = [*pictures[start:], *pictures[:start]]
    chosen: list[Picture] = []
    size = 0
    for picture in turn[: max(_FEWEST, len(pictures) // SHARE)]:
        size += picture.bytes
        if chosen and size > _MOST_BYTES:
            break
        chosen.append(picture)
    return chosen


def scrub(
    originals: Originals,
    pictures: Sequence[Picture],
    memory: Path,
    *,
    stop: Callable[[], bool] = lambda: False,
    rest: Callable[[float], None] = time.sleep,
) -> Found:
    """Read these again and remember the last; blocking, slow on purpose. Raises StorageError."""
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
        mark = _Mark(after=pictures[read - 1].id, at=time.time())
        files.replace(memory, msgspec.json.encode(mark))
    return Found(read=read, missing=tuple(missing), changed=tuple(changed))


def _read(memory: Path) -> _Mark:
    try:
        return msgspec.json.decode(memory.read_bytes(), type=_Mark)
    except (OSError, msgspec.MsgspecError):
        return _Mark()
