"""First open of a library on this computer: unfinished work in it waits for the user's consent.

Imports, emptyings and requests under way are finished at the next start. Those of a library from
elsewhere are untrusted: they would fetch addresses and delete files. They are put aside
(`.gridbrush/from-elsewhere/`) until the user agrees. Which libraries were opened here, and where,
is stored beside the index of each, in `<data>/libraries/<id>/folders`.
All calls block.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from studio.common import directory_handles, files, json_reader
from studio.common.errors import StorageError
from studio.common.i18n import _, ngettext
from studio.library.files import originals as inside
from studio.library.files.originals import HIDDEN, UNFINISHED
from studio.library.log import records

ASIDE = "from-elsewhere"
_MEMORY = "folders"
_MOST = 16

Computed = Callable[[str], Path]
"""Where what is computed of a library lies, by its id."""


def is_known(folder: Path, computed: Computed) -> bool:
    """Whether the library in this folder was opened on this computer before.

    One that was moved is; a copy of one that is still in its place is not.
    """
    found = _identity(folder)
    if found is None or not (here := computed(found)).is_dir():
        return False
    before = _remembered(here)
    # Before there was such a memory the index alone was one.
    if not before or str(folder.resolve()) in before:
        return True
    return not any(_identity(Path(one)) == found for one in before)


def remember(folder: Path, computed: Computed) -> None:
    """This library is this user's, in this folder. Raises StorageError."""
    found = _identity(folder)
    if found is None:
        return
    before, now = _remembered(computed(found)), str(folder.resolve())
    if before[-1:] != [now]:
        every = [one for one in before if one != now][-_MOST:]
        path = computed(found) / _MEMORY
        files.replace(path, msgspec.json.encode([*every, now]) + b"\n")


def meet(folder: Path, computed: Computed, *, trusted: bool) -> StorageError | None:
    """Open the door to a library; what is to be said of what was put aside. Only under its lock.

    Raises StorageError.
    """
    if trusted:
        _bring_back(folder)
    elif not is_known(folder, computed) and (n := _put_aside(folder)):
        remember(folder, computed)
        return _trouble(n)
    remember(folder, computed)
    return None


def unfinished(folder: Path) -> int:
    """How many imports, emptyings and requests are under way in a library."""
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
        ).format(n=f"{number:,}"),
        hint=_("If this is your library, start Gridbrush once with --trust."),
    )
