"""First opening of a library on this computer: unfinished work waits for the user's consent.

Unfinished imports, deletions and requests are resumed at the next start. In a library from
elsewhere they are untrusted, because they would fetch addresses and delete files: they are set
aside (`.gridbrush/from-elsewhere/`) until the user agrees. The folders in which a library was
opened on this computer are stored beside its index, in `<data>/libraries/<id>/folders`. All calls
block.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from studio.common import directory_handles, files, i18n, json_reader
from studio.common.errors import StorageError
from studio.common.i18n import _, ngettext
from studio.library.files import originals as inside
from studio.library.files.originals import HIDDEN, UNFINISHED
from studio.library.log import records

ASIDE = "from-elsewhere"
_MEMORY = "folders"
_MOST = 16

Computed = Callable[[str], Path]
"""Returns the folder of a library's computed files, by its id."""


def is_known(folder: Path, computed: Computed) -> bool:
    """Whether the library in this folder was opened on this computer before.

    True for a library that was moved, False for a copy of one that is still in its place.
    """
    found = _identity(folder)
    if found is None or not (here := computed(found)).is_dir():
        return False
    before = _remembered(here)
    # Earlier versions stored only the index.
    if not before or str(folder.resolve()) in before:
        return True
    return not any(_identity(Path(one)) == found for one in before)


def remember(folder: Path, computed: Computed) -> None:
    """Record that the library was opened in this folder. Raises StorageError."""
    found = _identity(folder)
    if found is None:
        return
    before, now = _remembered(computed(found)), str(folder.resolve())
    if before[-1:] != [now]:
        every = [one for one in before if one != now][-_MOST:]
        path = computed(found) / _MEMORY
        files.replace(path, msgspec.json.encode([*every, now]) + b"\n")


def meet(folder: Path, computed: Computed, *, trusted: bool) -> StorageError | None:
    """Set unfinished work aside, or restore it if `trusted`; returns the error to show, if any.

    Requires the library's lock. Raises StorageError.
    """
    if trusted:
        _bring_back(folder)
    elif not is_known(folder, computed) and (n := _put_aside(folder)):
        remember(folder, computed)
        return _trouble(n)
    remember(folder, computed)
    return None


def unfinished(folder: Path) -> int:
    """Number of unfinished imports, deletions and requests of a library."""
    return sum(len(_entries(folder, folder / HIDDEN / name)) for name in UNFINISHED)


def _identity(folder: Path) -> str | None:
    try:
        inside.check(folder)
        found = records.identity(folder / HIDDEN / "id", create=False, told=[])
    except StorageError:
        return None
    return None if found is None else found.id


def _remembered(here: Path) -> list[str]:
    try:
        return json_reader.load(here / _MEMORY, list[str])
    except (OSError, json_reader.NotUnderstood):
        return []


def _entries(folder: Path, place: Path) -> list[Path]:
    about = directory_handles.stat_path(folder, place)
    return [] if about is None or not place.is_dir() else sorted(place.iterdir())


def _put_aside(folder: Path) -> int:
    return _move(folder, folder / HIDDEN, folder / HIDDEN / ASIDE)


def _bring_back(folder: Path) -> None:
    _move(folder, folder / HIDDEN / ASIDE, folder / HIDDEN)
    for name in (*UNFINISHED, ""):
        directory_handles.remove_empty(folder, folder / HIDDEN / ASIDE / name)


def _move(folder: Path, source: Path, target: Path) -> int:
    number = 0
    for name in UNFINISHED:
        for one in _entries(folder, source / name):
            files.ensure_folder(target / name, within=folder)
            if directory_handles.stat_path(folder, target / name / one.name) is None:
                files.move(one, target / name / one.name, within=folder)
                number += 1
    return number


def _trouble(number: int) -> StorageError:
    return StorageError(
        _("First use of this library on this computer"),
        ngettext(
            "{n} unfinished import, deletion or request was not resumed.",
            "{n} unfinished imports, deletions or requests were not resumed.",
            number,
        ).format(n=i18n.number(number)),
        hint=_("If this is your library, start Gridbrush once with --trust."),
    )
