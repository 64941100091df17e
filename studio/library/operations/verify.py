"""Check of a library against its records: every original against its hash."""

from __future__ import annotations

import asyncio
import hashlib
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from studio.common import directory_handles, tree
from studio.domain.entities import Picture
from studio.library.files.originals import HIDDEN, Originals
from studio.library.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyReport:
    """What a check found.

    Attributes:
        missing: ids of pictures whose file is nowhere.
        changed: ids of pictures whose file has other bytes than it came with.
        orphans: visible files that no record knows, relative to the library.
        damaged_records: lines of the log that cannot be read.
        damaged_inputs: names of kept references and conversations with other bytes.
    """

    checked: int
    sound: int
    missing: tuple[str, ...]
    changed: tuple[str, ...]
    orphans: tuple[str, ...]
    damaged_records: int
    damaged_inputs: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether nothing is missing, changed or damaged; files beside it are no damage."""
        return not (self.missing or self.changed or self.damaged_records or self.damaged_inputs)


async def check(store: Store, progress: Callable[[int], None] = lambda _done: None) -> VerifyReport:
    """Read every original again; as long as the disk takes, with little of it in memory.

    `progress` hears in a thread how many were read; what it raises ends the check (`Stopped`).
    Raises StorageError.
    """
    damaged = await store.count_damaged()
    reading = _VerifyRun(store.originals, progress)
    async for some in store.portions():
        await asyncio.to_thread(reading.read_pictures, some)
    return await asyncio.to_thread(reading.report, damaged)


class _VerifyRun:
    """What was found so far. Of a picture that is sound only a trace of its place is kept."""

    def __init__(self, originals: Originals, progress: Callable[[int], None]) -> None:
        self._originals = originals
        self._progress = progress
        self._known = array("Q")
        self._missing: list[str] = []
        self._changed: list[str] = []

    def read_pictures(self, pictures: Sequence[Picture]) -> None:
        """Read these; blocking."""
        for picture in pictures:
            sound = is_sound(self._originals, picture)
            if sound is None:
                self._missing.append(picture.id)
            elif not sound:
                self._changed.append(picture.id)
            self._known.append(_trace(picture.path))
            self._progress(len(self._known))

    def report(self, damaged_records: int) -> VerifyReport:
        """What was found, with what lies beside the pictures; blocking."""
        checked = len(self._known)
        return VerifyReport(
            checked=checked,
            sound=checked - len(self._missing) - len(self._changed),
            missing=tuple(self._missing),
            changed=tuple(self._changed),
            orphans=tuple(_orphans(self._originals, self._known)),
            damaged_records=damaged_records,
            damaged_inputs=tuple(_damaged_inputs(self._originals)),
        )


def _trace(path: str) -> int:
    """Eight bytes that stand for a path: a million of them are eight megabytes."""
    return int.from_bytes(hashlib.blake2b(path.encode(), digest_size=8).digest(), "big")


def is_sound(originals: Originals, picture: Picture) -> bool | None:
    """Whether a picture's file has the bytes it came with; None when it is nowhere. Blocking."""
    path = originals.find(picture)
    if path is None:
        return None
    try:
        return originals.sha256_of(path) == picture.sha256
    except OSError:
        return False


def _orphans(originals: Originals, known: array[int]) -> list[str]:
    traces = array("Q", sorted(known))
    found = []
    for path in _visible(originals.folder):
        relative = path.relative_to(originals.folder).as_posix()
        trace = _trace(relative)
        at = bisect_left(traces, trace)
        if at == len(traces) or traces[at] != trace:
            found.append(relative)
    return sorted(found)


def _visible(folder: Path) -> Iterator[Path]:
    for place, folders, names in tree.walk(folder):
        folders[:] = [name for name in folders if name != HIDDEN and not name.startswith(".")]
        # What lies in the library's own folder was never put there by this program.
        if Path(place) != folder:
            yield from (Path(place) / name for name in names if not name.startswith("."))


def _damaged_inputs(originals: Originals) -> Iterator[str]:
    """Files that are named by their content and have another."""
    for folder in (originals.inputs, originals.turns):
        for path in directory_handles.regular(originals.folder, folder):
            if path.name.startswith("."):
                continue
            try:
                sound = originals.sha256_of(path) == path.stem
            except OSError:
                sound = False
            if not sound:
                yield path.name
