"""Emptying of the trash: deletes pictures for good, only on request.

A list of the pictures is written to `.gridbrush/emptying/` first, then one record; then the files
are deleted, and finally the list. The next start finishes the lists it finds, so that a crash
leaves either all pictures of a list in the trash or none. Files are moved to the system's trash if
there is one; the caller passes the function for that (`Discard`), because the core is independent
of the desktop.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import msgspec
from msgspec import Struct

from studio.common import directory_handles, files, json_reader
from studio.common.errors import StorageError
from studio.common.i18n import _, ngettext, number
from studio.common.json_reader import NotUnderstood, is_inside, is_sha256
from studio.domain.entities import new_id
from studio.domain.events import ProblemOccurred, RecordsChanged
from studio.library.files import originals as inside
from studio.library.files.damaged import put_away
from studio.library.files.originals import HIDDEN
from studio.library.index.index import Index
from studio.library.log import records
from studio.library.operations import history
from studio.library.store import Store

log = logging.getLogger(__name__)

Discard = Callable[[Sequence[Path]], None]
"""Moves files to the system's trash; those it refuses stay where they are."""

_PORTION = 50
_FOLDER = "emptying"


class TrashContents(Struct, frozen=True, kw_only=True):
    """Ids of the pictures in the trash, and the size of their files in bytes."""

    ids: tuple[str, ...] = ()
    bytes: int = 0


class _DeletionList(msgspec.Struct, frozen=True, kw_only=True):
    """The list of pictures to delete.

    Attributes:
        files: path (relative, as in the records) and sha256 of each.
        discarded: whether the files are moved to the system's trash.
    """

    ids: list[str]
    files: list[tuple[str, str]]
    discarded: bool = False


async def contents(store: Store) -> TrashContents:
    """Pictures that `empty` would delete."""

    def measure(index: Index) -> TrashContents:
        found = index.state.trashed()
        ids = tuple(id for id, *_rest in found)
        sizes = [size for *_rest, size in found]
        sizes += [size for *_rest, size in index.state.files_with(ids)]
        return TrashContents(ids=ids, bytes=sum(sizes))

    return await store.query_index(measure)


async def empty(store: Store, ids: Sequence[str], discard: Discard | None = None) -> str:
    """Delete these pictures of the trash for good; returns a sentence, or "" for none.

    Pictures restored meanwhile stay. Without `discard` the files are deleted. Owner only. Raises
    StorageError; then all pictures are still in the trash.
    """
    begun = await store.write(partial(_begin, store, ids, discarded=discard is not None))
    if begun is None:
        return ""
    path, record = begun
    gone = tuple(record.ids)
    store.publish_event(RecordsChanged(gone, ("trashed", "purged")))
    left = await _remove_all(store, path, discard)
    if left:
        store.publish_event(ProblemOccurred(_refused(store, left)))
    if discard is None:
        return history.sentence(record)
    n = max(0, len(gone) - left)
    text = ngettext(
        "{n} picture moved to the system's trash", "{n} pictures moved to the system's trash", n
    )
    return text.format(n=number(n)) if n else ""


async def resume(store: Store, discard: Discard) -> None:
    """Finish the lists of earlier processes whose files are moved to the system's trash."""
    for path in _lists(store):
        await _remove_all(store, path, discard)


def finish(store: Store) -> None:
    """Finish the lists of earlier processes whose files are simply deleted; blocking."""
    for path in _lists(store):
        deletion = _read(store, path)
        if deletion is None:
            continue
        if not store.own.state.deleted_ids(deletion.ids[:1]):
            # The record was never written, so the pictures are still in the trash.
            files.remove(path)
        elif not deletion.discarded:
            for start in range(0, len(deletion.files), _PORTION):
                _remove(store, deletion.files[start : start + _PORTION], None)
            files.remove(path)
    folder = store.folder / HIDDEN / _FOLDER
    if not _lists(store):
        # So that the next start need not read the folder; this removes incomplete lists too.
        files.remove_folder(folder)


def _begin(
    store: Store, ids: Sequence[str], *, discarded: bool
) -> tuple[Path, records.Record] | None:
    wanted = set(ids)
    found = [one for one in store.own.state.trashed() if one[0] in wanted]
    if not found:
        return None
    ids = [id for id, *_rest in found]
    deletion = _DeletionList(
        ids=ids,
        files=[
            *((path, sha256) for _id, path, sha256, _bytes in found),
            # The answers that these pictures were made from.
            *((path, sha256) for path, sha256, _bytes in store.own.state.files_with(ids)),
        ],
        discarded=discarded,
    )
    path = store.folder / HIDDEN / _FOLDER / f"{new_id()}.json"
    files.replace(path, msgspec.json.encode(deletion))
    record = records.change("purged", [(True, deletion.ids)], [(False, deletion.ids)])
    store.append(record)
    return path, record


async def _remove_all(store: Store, path: Path, discard: Discard | None) -> int:
    """Remove files in batches, between which other writes can run; returns failures."""
    deletion = _read(store, path)
    if deletion is None:
        return 0
    left = 0
    for start in range(0, len(deletion.files), _PORTION):
        some = deletion.files[start : start + _PORTION]
        left += await store.write(partial(_remove, store, some, discard))
    if not left:
        await store.write(partial(_end, path))
    return left


def _end(path: Path) -> None:
    files.remove(path)
    with contextlib.suppress(OSError):
        path.parent.rmdir()


def _remove(store: Store, some: Sequence[tuple[str, str]], discard: Discard | None) -> int:
    # On the writing thread, because the files of trashed pictures are moved there.
    originals = store.originals
    there = [
        place
        for relative, _sha256 in some
        for root in (originals.trash, originals.folder)
        if (place := _place(originals.folder, root, relative)) is not None
    ]
    if discard is not None:
        discard(there)
    else:
        for place in there:
            files.remove(place, within=originals.folder)
    digests = [sha256 for _relative, sha256 in some if inside.is_digest(sha256)]
    known = store.own.state.known(digests)
    for digest in digests:
        if digest not in known:
            store.thumbnails.remove(digest)
    for folder in {place.parent for place in there}:
        with contextlib.suppress(OSError):
            folder.rmdir()
    return sum(place.is_file() for place in there)


def _place(library: Path, root: Path, relative: str) -> Path | None:
    """The file at this path; None if there is none, or the path is not valid."""
    if not inside.is_original(relative):
        log.warning("A list of what goes from the trash names %r, which is no picture", relative)
        return None
    place = inside.below(root, relative)
    return place if directory_handles.is_file(library, place) else None


def _lists(store: Store) -> list[Path]:
    every = directory_handles.regular(store.folder, store.folder / HIDDEN / _FOLDER)
    return [one for one in every if one.suffix == ".json"]


def _read(store: Store, path: Path) -> _DeletionList | None:
    try:
        with directory_handles.open_file(store.folder, path) as file:
            deletion = json_reader.read_value(file, _DeletionList)
        if not all(is_inside(path) and is_sha256(digest) for path, digest in deletion.files):
            raise NotUnderstood("a file outside the library")
    except FileNotFoundError:
        return None
    except (OSError, NotUnderstood) as error:
        log.warning("A list of what goes from the trash makes no sense: %s", error)
        store.troubles.append(put_away(store.folder, path))
        return None
    return deletion


def _refused(store: Store, left: int) -> StorageError:
    return StorageError(
        ngettext(
            "{n} file could not be moved to the system's trash",
            "{n} files could not be moved to the system's trash",
            left,
        ).format(n=number(left)),
        _("Still in {folder}.").format(folder=store.originals.trash),
        hint=_("Gridbrush tries again at the next start. You can also delete them there."),
    )


def by_command() -> Discard | None:
    """The system's trash through the desktop's command `gio`, if there is one."""
    command = shutil.which("gio") if sys.platform.startswith("linux") else None
    return None if command is None else partial(_by_command, command)


def _by_command(command: str, paths: Sequence[Path]) -> None:
    if paths:
        words = [command, "trash", "--", *map(str, paths)]
        done = subprocess.run(words, capture_output=True, check=False, stdin=subprocess.DEVNULL)
        if done.returncode:
            log.warning("The system's trash did not take all: %r", done.stderr[-300:])
