"""Plan of an export: the name and size of every copy, before anything is written."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path, PurePosixPath

from studio.common import files
from studio.common.i18n import _
from studio.domain import name_pattern
from studio.domain.entities import Picture
from studio.domain.export import (
    EXTENSIONS,
    LONGEST_SIDE,
    MOST_PIXELS,
    ConflictRule,
    ExportColour,
    ExportFormat,
    ExportPreset,
)
from studio.imaging.exporter import SourceFacts
from studio.library.files import originals, save_copies


class ExportNote(StrEnum):
    """Note on a planned copy."""

    NUMBERED = "numbered"  # the name is taken
    SKIPPED = "skipped"  # the name is taken, and the copy is not written
    ASK = "ask"  # the name is taken, and the user decides
    NOT_ENLARGED = "not_enlarged"
    FLATTENED = "flattened"  # transparent parts get the background colour
    FIRST_FRAME = "first_frame"  # only the first frame of an animation is exported
    SIXTEEN_BITS = "sixteen_bits"  # refused
    TOO_LARGE = "too_large"  # refused


_REFUSED = frozenset({ExportNote.SIXTEEN_BITS, ExportNote.TOO_LARGE})


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportItem:
    """A picture to export, and the known facts of its file."""

    picture: Picture
    collection: str = ""
    facts: SourceFacts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCopy:
    """A copy to be written.

    Attributes:
        name: name of the file.
        wanted: name before a number was added.
        width, height: size of the copy, in pixels.
    """

    item: ExportItem
    name: str
    wanted: str
    width: int
    height: int
    notes: tuple[ExportNote, ...] = ()

    @property
    def picture(self) -> Picture:
        return self.item.picture

    @property
    def refused(self) -> bool:
        """Whether the picture cannot be exported as requested."""
        return bool(_REFUSED.intersection(self.notes))

    @property
    def skipped(self) -> bool:
        return ExportNote.SKIPPED in self.notes


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPlan:
    """Every copy of an export, in order."""

    preset: ExportPreset
    copies: tuple[PlannedCopy, ...]

    def renamed(self, existing: Iterable[str], done: Sequence[PlannedCopy] = ()) -> ExportPlan:
        """The plan after its folder has changed: names taken meanwhile are replaced.

        `done` are written copies, which keep their names.
        """
        names = _Names(existing)
        kept = {id(one) for one in done}
        copies = []
        for one in self.copies:
            if id(one) in kept:
                copies.append(one)
            else:
                notes = tuple(note for note in one.notes if note not in _ABOUT_NAMES)
                fresh = replace(one, name=one.wanted, notes=notes)
                copies.append(fresh if one.refused else names.placed(fresh, self.preset.conflict))
        return replace(self, copies=tuple(copies))


_ABOUT_NAMES = frozenset({ExportNote.NUMBERED, ExportNote.SKIPPED, ExportNote.ASK})


def make_plan(
    items: Sequence[ExportItem], preset: ExportPreset, existing: Iterable[str] = ()
) -> ExportPlan:
    """The plan of an export. Raises InputError for an invalid name pattern.

    `existing` are the names in the folder. No copy gets a name that a common file system treats as
    equal to that of another copy or an existing file.
    """
    parts = name_pattern.parse(preset.pattern)
    names = _Names(existing)
    copies = []
    for number, item in enumerate(items, start=1):
        picture, facts = item.picture, item.facts
        size = (facts.width, facts.height) if facts else (picture.width, picture.height)
        target = size if preset.fixed else preset.size.of(size, enlarge=preset.enlarge)
        own = PurePosixPath(picture.path)
        filled = name_pattern.filled(
            parts, picture, number=number, size=target, collection=item.collection
        )
        suffix = own.suffix if preset.fixed else EXTENSIONS[preset.format]
        name = originals.portable_name(filled or own.stem, suffix)
        copy = PlannedCopy(
            item=item,
            name=name,
            wanted=name,
            width=target[0],
            height=target[1],
            notes=tuple(_notes(preset, facts, size, target)),
        )
        copies.append(copy if copy.refused else names.placed(copy, preset.conflict))
    return ExportPlan(preset=preset, copies=tuple(copies))


def _notes(
    preset: ExportPreset, facts: SourceFacts | None, size: tuple[int, int], target: tuple[int, int]
) -> Iterator[ExportNote]:
    if preset.fixed:
        return
    longest = LONGEST_SIDE.get(preset.format, MOST_PIXELS)
    if max(target) > longest or math.prod(target) > MOST_PIXELS:
        yield ExportNote.TOO_LARGE
    if not preset.enlarge and preset.size.enlarges(size):
        yield ExportNote.NOT_ENLARGED
    if facts is None:
        return
    if facts.bits > 8:
        kept = facts.whole and size == target and preset.colour is ExportColour.AS_IS
        if not kept or preset.format is not ExportFormat.PNG:
            yield ExportNote.SIXTEEN_BITS
    if facts.alpha and preset.format is ExportFormat.JPEG:
        yield ExportNote.FLATTENED
    if facts.animated:
        yield ExportNote.FIRST_FRAME


class _Names:
    """Names in a folder, and those that a plan will add."""

    def __init__(self, existing: Iterable[str]) -> None:
        self._existing = {originals.collision_key(name) for name in existing}
        self._planned: set[str] = set()
        self._numbers: dict[str, Iterator[Path]] = {}

    def placed(self, copy: PlannedCopy, rule: ConflictRule) -> PlannedCopy:
        """The copy with a free name, or with a note that its name is taken."""
        key = originals.collision_key(copy.wanted)
        if key in self._existing:
            if rule is ConflictRule.SKIP:
                return replace(copy, notes=(*copy.notes, ExportNote.SKIPPED))
            if rule is ConflictRule.ASK:
                return replace(copy, notes=(*copy.notes, ExportNote.ASK))
        if self._is_free(key):
            self._planned.add(key)
            return copy
        numbers = self._numbers.setdefault(key, save_copies.numbered(Path(copy.wanted)))
        for path in numbers:
            key = originals.collision_key(path.name)
            if self._is_free(key):
                self._planned.add(key)
                notes = (*copy.notes, ExportNote.NUMBERED)
                return replace(copy, name=path.name, notes=notes)
        raise AssertionError  # unreachable: numbers do not run out

    def _is_free(self, key: str) -> bool:
        return key not in self._existing and key not in self._planned


def existing_names(folder: Path) -> list[str]:
    """Names of everything in a folder; none if it does not exist. Blocking; raises StorageError."""
    with files.storage_errors(folder):
        try:
            return [one.name for one in folder.iterdir()]
        except FileNotFoundError:
            return []


def sentence(note: ExportNote) -> str:
    """The note as a short text for the user."""
    return {
        ExportNote.NUMBERED: _("name is taken, gets a number"),
        ExportNote.SKIPPED: _("name is taken, skipped"),
        ExportNote.ASK: _("name is taken, confirmation needed"),
        ExportNote.NOT_ENLARGED: _("not enlarged"),
        ExportNote.FLATTENED: _("transparent parts are filled"),
        ExportNote.FIRST_FRAME: _("first picture of an animation only"),
        ExportNote.SIXTEEN_BITS: _(
            "more than 8 bits per colour: only originals, or PNG in the same size and colours"
        ),
        ExportNote.TOO_LARGE: _("too large for this format"),
    }[note]
