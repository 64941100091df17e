"""Search by size and content for originals that were renamed, moved or deleted outside.

`relink_pictures` finds files that are not at their recorded path. One walk through the library's
folders finds files of the same sizes, which are hashed; the new path is recorded. Pictures without
a file are marked as missing until the file is back, so that their tiles can offer to locate it.
Files are neither moved nor deleted.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from msgspec import Struct

from studio.common import files, tree, user_input
from studio.common.errors import InputError, StorageError
from studio.common.i18n import _
from studio.common.user_input import Unusable
from studio.domain.entities import Picture
from studio.library.files.originals import HIDDEN, Originals
from studio.library.operations import edits
from studio.library.query import Query
from studio.library.store import Store

log = logging.getLogger(__name__)

_PORTION = 2000

_Place = tuple[int, str, str, bool, bool]
"""Row, id, path and flags (trashed, missing) of a picture."""


class RelinkResult(Struct, frozen=True, kw_only=True):
    """Result of a search; ids of pictures.

    Attributes:
        moved: pictures whose file was found under another name.
        lost: pictures without a file.
        back: missing pictures whose file is back.
    """

    moved: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    back: tuple[str, ...] = ()


PAUSE = 0.4  # seconds


class MissingFileSearch:
    """Collects pictures whose file was not found, and searches for all of them at once.

    Attributes:
        pause: seconds during which further pictures are collected for one search.
    """

    def __init__(self, store: Store) -> None:
        self.pause = PAUSE
        self._store = store
        self._ids: dict[str, None] = {}
        self._search: asyncio.Task[None] | None = None

    def add_picture(self, id: str) -> None:
        """Search for a picture's file soon."""
        self._ids[id] = None
        if self._search is None or self._search.done():
            self._search = asyncio.get_running_loop().create_task(self._search_files())

    async def wait(self) -> bool:
        """Wait for the last search; False if none was started."""
        if self._search is None:
            return False
        await self._search
        return True

    async def _search_files(self) -> None:
        while self._ids:
            await asyncio.sleep(self.pause)
            ids, self._ids = list(self._ids), {}
            await relink_pictures(self._store, ids)

    async def close(self) -> None:
        """Cancel the search."""
        if self._search is not None:
            self._search.cancel()
            (ended,) = await asyncio.gather(self._search, return_exceptions=True)
            if isinstance(ended, Exception):
                log.error("A search for missing files ended in an unforeseen way", exc_info=ended)


async def sweep(store: Store) -> RelinkResult:
    """Check whether every file is in its place, and search for those that are not. Owner only."""
    doubtful: list[str] = []
    row = 0
    while places := await store.places(row, _PORTION):
        row = places[-1][0]
        doubtful += await asyncio.to_thread(_doubtful, store.originals, places)
    return await relink_pictures(store, doubtful)


def _doubtful(originals: Originals, places: Sequence[_Place]) -> list[str]:
    """Ids of pictures without a file, and of those marked as missing whose file is there."""
    found = []
    for _row, id, path, trashed, missing in places:
        # The file of a trashed picture may not have been moved yet; that of any other picture must
        # not be in the trash.
        place = originals.find_path(path, trashed=trashed)
        if place is not None and not trashed and originals.trash in place.parents:
            place = None
        if (place is not None) is missing:
            found.append(id)
    return found


async def relink_pictures(store: Store, ids: Sequence[str]) -> RelinkResult:
    """Search for the files of these pictures, and record the result. Owner only."""
    pictures = await store.find(ids)
    if not pictures or not store.writable:
        return RelinkResult()
    places = await asyncio.to_thread(_search, store.originals, pictures)
    moved = {
        picture.id: places[picture.id]
        for picture in pictures
        if picture.id in places and not await _taken(store, picture, places[picture.id])
    }
    # Files may have come back, or gone into the trash, during the search.
    now = await store.find([picture.id for picture in pictures])
    there = await asyncio.to_thread(_there, store.originals, now)
    moved = {id: place for id, place in moved.items() if id not in there}
    found = there | moved.keys()
    lost = [picture.id for picture in now if picture.id not in found and not picture.missing]
    back = [picture.id for picture in now if picture.id in found and picture.missing]
    if moved:
        at = [(place, [id]) for id, place in moved.items()]
        await edits.change(store, "path", list(moved), lambda _former: at)
    if lost:
        await edits.set_field(store, "missing", lost, True)
    if back:
        await edits.set_field(store, "missing", back, False)
    if moved or lost:
        log.info("%d files were found elsewhere, %d are missing", len(moved), len(lost))
    return RelinkResult(moved=tuple(moved), lost=tuple(lost), back=tuple(back))


def _there(originals: Originals, pictures: Sequence[Picture]) -> set[str]:
    return {picture.id for picture in pictures if originals.find(picture) is not None}


async def _taken(store: Store, picture: Picture, place: str) -> bool:
    """Whether the file at a path belongs to another picture with the same content."""
    return place in await store.query_index(lambda index: index.state.paths_of(picture.sha256))


def _search(originals: Originals, pictures: Sequence[Picture]) -> dict[str, str]:
    """Paths of files with the same content, relative to the library, by the pictures' ids."""
    wanted = _by_size(picture for picture in pictures if originals.find(picture) is None)
    found: dict[str, str] = {}
    for path, size in _files(originals.folder) if wanted else ():
        if not wanted.get(size):
            continue
        digest = _digest(path)
        for picture in wanted[size]:
            if picture.sha256 == digest:
                found[picture.id] = path.relative_to(originals.folder).as_posix()
                # Each file is used for one picture only.
                wanted[size].remove(picture)
                break
    return found


def _by_size(pictures: Iterable[Picture]) -> dict[int, list[Picture]]:
    found: dict[int, list[Picture]] = {}
    for picture in pictures:
        found.setdefault(picture.bytes, []).append(picture)
    return found


def _files(folder: Path) -> Iterator[tuple[Path, int]]:
    """Visible files of the library, with their size in bytes."""
    for place, folders, names in tree.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(place, name)
            try:
                about = path.lstat()
            except OSError:
                continue
            if stat.S_ISREG(about.st_mode):
                yield path, about.st_size


def _digest(path: Path) -> str:
    try:
        return _digest_of(path)
    except Unusable as error:
        log.info("A file beside the library cannot be read: %s", error)
        return ""


def _digest_of(path: Path) -> str:
    """SHA-256 of a file the user chose. Raises Unusable."""
    digest = hashlib.sha256()
    for block in _blocks(path):
        digest.update(block)
    return digest.hexdigest()


def _blocks(path: Path) -> Iterator[bytes]:
    with user_input.opened(path) as file:
        yield from user_input.blocks(file, path, most=os.fstat(file.fileno()).st_size)


async def locate(store: Store, picture: Picture, file: Path) -> RelinkResult:
    """Use the file the user chose for a missing picture, and files beside it for others.

    A file in the library is used where it is; a file from elsewhere is copied into place. Raises
    InputError if the file is another picture or cannot be read, StorageError.
    """
    if await asyncio.to_thread(_digest_of, file) != picture.sha256:
        raise InputError(
            _("{name} is a different picture").format(name=file.name),
            _("Its content differs from {picture}.").format(picture=picture.name),
            hint=_("Import it as a new picture, or choose another file."),
        )
    missing = [one for one in await _missing(store) if one.id != picture.id]
    near = await asyncio.to_thread(_near, file.parent, missing)
    for one, path in [(picture, file), *near]:
        if not await asyncio.to_thread(_is_within, path, store.folder):
            await store.write(partial(_copy, store.originals, one, path))
    return await relink_pictures(store, [picture.id, *(one.id for one, _path in near)])


async def _missing(store: Store) -> list[Picture]:
    query = Query(words="is:missing")
    return await store.query_index(lambda index: index.pictures(index.rows(query)), long=True)


def _near(folder: Path, missing: Sequence[Picture]) -> list[tuple[Picture, Path]]:
    """Missing pictures with a file of the same content in a folder."""
    wanted = _by_size(missing)
    found: list[tuple[Picture, Path]] = []
    for path in sorted(folder.iterdir()) if wanted else ():
        if not path.is_file() or path.stat().st_size not in wanted:
            continue
        digest = _digest(path)
        found += [(one, path) for one in wanted[path.stat().st_size] if one.sha256 == digest]
    return found


def _is_within(path: Path, folder: Path) -> bool:
    real, root = path.resolve(), folder.resolve()
    return root in real.parents and (root / HIDDEN) not in real.parents


def _copy(originals: Originals, picture: Picture, path: Path) -> None:
    target = originals.path(picture)
    if os.path.lexists(target):
        return
    files.ensure_folder(target.parent, within=originals.folder)
    temporary = files.beside(target)
    files.write_new(temporary, _blocks(path), told=target)
    try:
        originals.move(temporary, target)
    except StorageError:
        files.remove(temporary, within=originals.folder)
        raise
