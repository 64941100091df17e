"""Verification of a library: every original against its hash."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from studio.common import directory_handles, tree
from studio.common.errors import StorageError
from studio.domain.entities import Picture, Role
from studio.library.files.originals import HIDDEN, Originals
from studio.library.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyReport:
    """Result of a verification.

    Attributes:
        missing: ids of pictures without a file.
        changed: ids of pictures whose file does not match its hash.
        orphans: visible files without a record, relative to the library.
        damaged_records: number of unreadable lines of the log.
        damaged_inputs: names of references and conversations that do not match their hash, and
            hashes of missing ones: the mask of a region, and the sources of a picture made here,
            unless a picture in the library has the same bytes.
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
        """Whether nothing is missing, changed or damaged; orphans do not count."""
        return not (self.missing or self.changed or self.damaged_records or self.damaged_inputs)


async def check(store: Store, progress: Callable[[int], None] = lambda _done: None) -> VerifyReport:
    """Read and verify every original.

    `progress` is called in a thread with the number of originals read; an exception (`Stopped`)
    ends the check. Raises StorageError.
    """
    damaged = await store.count_damaged()
    reading = _VerifyRun(store.originals, progress)
    async for some in store.portions():
        await asyncio.to_thread(reading.read_pictures, some)
    if wanted := sorted(reading.lost_parents):
        # A missing copy does not matter if a picture of the library has the same bytes.
        known = await store.query_index(lambda index: index.state.known(wanted), long=True)
        reading.lost_parents -= known.keys()
    return await asyncio.to_thread(reading.report, damaged)


class _VerifyRun:
    """Results so far, with a hash of each picture's path.

    Attributes:
        lost_parents: hashes of parents of pictures made here, of which no separate copy is kept.
    """

    def __init__(self, originals: Originals, progress: Callable[[int], None]) -> None:
        self._originals = originals
        self._progress = progress
        self._known = array("Q")
        self._missing: list[str] = []
        self._changed: list[str] = []
        self._lost_inputs: set[str] = set()
        self.lost_parents: set[str] = set()

    def read_pictures(self, pictures: Sequence[Picture]) -> None:
        """Verify pictures; blocking."""
        for picture in pictures:
            sound = is_sound(self._originals, picture)
            if sound is None:
                self._missing.append(picture.id)
            elif not sound:
                self._changed.append(picture.id)
            if picture.derivation is not None or picture.markup is not None:
                self._check_inputs(picture)
            self._known.append(_path_hash(picture.path))
            self._progress(len(self._known))

    def _check_inputs(self, picture: Picture) -> None:
        """Note missing inputs: masks, and the sources of a picture made here."""
        markups = [] if picture.markup is None else [picture.markup]
        needed: list[str] = []
        if (made := picture.derivation) is not None:
            needed.append(made.markup)
            with contextlib.suppress(StorageError):
                markups.append(self._originals.markup(made.markup))
            self.lost_parents.update(
                one.sha256
                for one in picture.parents
                if one.role is Role.EDIT and not self._originals.kept_inputs(one.sha256)
            )
        masks = [one.region.mask for one in markups if one.region is not None]
        needed += [mask for mask in masks if mask is not None]
        self._lost_inputs.update(one for one in needed if not self._originals.kept_inputs(one))

    def report(self, damaged_records: int) -> VerifyReport:
        """The results, with orphans and damaged inputs; blocking."""
        checked = len(self._known)
        return VerifyReport(
            checked=checked,
            sound=checked - len(self._missing) - len(self._changed),
            missing=tuple(self._missing),
            changed=tuple(self._changed),
            orphans=tuple(_orphans(self._originals, self._known)),
            damaged_records=damaged_records,
            damaged_inputs=(
                *_damaged_inputs(self._originals),
                *sorted(self._lost_inputs | self.lost_parents),
            ),
        )


def _path_hash(path: str) -> int:
    """Hash of a path in eight bytes, so that a million hashes take eight megabytes."""
    return int.from_bytes(hashlib.blake2b(path.encode(), digest_size=8).digest(), "big")


def is_sound(originals: Originals, picture: Picture) -> bool | None:
    """Whether a picture's file matches its hash; None if it is missing. Blocking."""
    path = originals.find(picture)
    if path is None:
        return None
    try:
        return originals.sha256_of(path) == picture.sha256
    except OSError:
        return False


def _orphans(originals: Originals, known: array[int]) -> list[str]:
    hashes = array("Q", sorted(known))
    found = []
    for path in _visible(originals.folder):
        relative = path.relative_to(originals.folder).as_posix()
        hash_ = _path_hash(relative)
        at = bisect_left(hashes, hash_)
        if at == len(hashes) or hashes[at] != hash_:
            found.append(relative)
    return sorted(found)


def _visible(folder: Path) -> Iterator[Path]:
    for place, folders, names in tree.walk(folder):
        folders[:] = [name for name in folders if name != HIDDEN and not name.startswith(".")]
        # Not directly in the library's folder, where this program puts no pictures.
        if Path(place) != folder:
            yield from (Path(place) / name for name in names if not name.startswith("."))


def _damaged_inputs(originals: Originals) -> Iterator[str]:
    """Names of files that are named by their hash but do not match it."""
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
