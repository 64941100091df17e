"""Whether the library is as its records say: every original against its hash."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from studio.domain import Picture
from studio.library.originals import HIDDEN, Originals, sha256_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a check found.

    Attributes:
        missing: ids of pictures whose file is nowhere.
        changed: ids of pictures whose file has other bytes than it came with.
        orphans: visible files that no record knows, relative to the library.
        damaged_records: lines of the log that cannot be read.
    """

    checked: int
    sound: int
    missing: tuple[str, ...]
    changed: tuple[str, ...]
    orphans: tuple[str, ...]
    damaged_records: int

    @property
    def whole(self) -> bool:
        """Whether nothing is missing, changed or damaged; files beside it are no damage."""
        return not (self.missing or self.changed or self.damaged_records)


def verify(
    originals: Originals,
    pictures: Sequence[Picture],
    damaged_records: int,
    progress: Callable[[int], None] = lambda _done: None,
) -> Report:
    """Read every original again; blocking, and as long as the disk takes."""
    missing: list[str] = []
    changed: list[str] = []
    known: set[str] = set()
    for done, picture in enumerate(pictures):
        known.add(picture.path)
        path = originals.find(picture)
        if path is None:
            missing.append(picture.id)
        else:
            try:
                if sha256_of(path) != picture.sha256:
                    changed.append(picture.id)
            except OSError:
                changed.append(picture.id)
        progress(done + 1)
    return Report(
        checked=len(pictures),
        sound=len(pictures) - len(missing) - len(changed),
        missing=tuple(missing),
        changed=tuple(changed),
        orphans=tuple(_orphans(originals, known)),
        damaged_records=damaged_records,
    )


def _orphans(originals: Originals, known: set[str]) -> list[str]:
    if not originals.folder.is_dir():
        return []
    found = []
    for month in sorted(originals.folder.iterdir()):
        if month.is_dir() and month.name != HIDDEN:
            for path in sorted(month.iterdir()):
                relative = f"{month.name}/{path.name}"
                if path.is_file() and not path.name.startswith(".") and relative not in known:
                    found.append(relative)
    return found
