"""Whether the library is as its records say: every original against its hash."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from studio.domain import Picture
from studio.library.originals import HIDDEN, Originals, sha256_of
from studio.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
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


class Stopped(Exception):
    """Whoever asked for a check does not want it any more."""


def verify(
    originals: Originals,
    pictures: Sequence[Picture],
    damaged_records: int,
    progress: Callable[[int], None] = lambda _done: None,
) -> Report:
    """Read every original again; blocking, and as long as the disk takes.

    `progress` hears how many were read; what it raises ends the check (`Stopped`).
    """
    missing: list[str] = []
    changed: list[str] = []
    known: set[str] = set()
    for done, picture in enumerate(pictures):
        known.add(picture.path)
        sound = is_sound(originals, picture)
        if sound is None:
            missing.append(picture.id)
        elif not sound:
            changed.append(picture.id)
        progress(done + 1)
    return Report(
        checked=len(pictures),
        sound=len(pictures) - len(missing) - len(changed),
        missing=tuple(missing),
        changed=tuple(changed),
        orphans=tuple(_orphans(originals, known)),
        damaged_records=damaged_records,
        damaged_inputs=tuple(_damaged_inputs(originals)),
    )


def is_sound(originals: Originals, picture: Picture) -> bool | None:
    """Whether a picture's file has the bytes it came with; None when it is nowhere. Blocking."""
    path = originals.find(picture)
    if path is None:
        return None
    try:
        return sha256_of(path) == picture.sha256
    except OSError:
        return False


def _orphans(originals: Originals, known: set[str]) -> list[str]:
    return sorted(
        relative
        for relative in (
            str(PurePosixPath(path.relative_to(originals.folder)))
            for path in _visible(originals.folder)
        )
        if relative not in known
    )


def _visible(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != HIDDEN and not name.startswith(".")]
        # What lies in the library's own folder was never put there by this program.
        if Path(place) != folder:
            yield from (Path(place) / name for name in names if not name.startswith("."))


def _damaged_inputs(originals: Originals) -> Iterator[str]:
    """Files that are named by their content and have another."""
    for folder in (originals.inputs, originals.turns):
        if not folder.is_dir():
            continue
        for path in sorted(folder.iterdir()):
            if path.name.startswith(".") or not path.is_file():
                continue
            try:
                sound = sha256_of(path) == path.stem
            except OSError:
                sound = False
            if not sound:
                yield path.name
