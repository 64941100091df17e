"""Import of files and folders: pictures are copied into the library.

Files are found by their first bytes (`import_sources`), hashed, and left out when the library has
their content; the rest is copied and read by the decoding process. A portion is first completed in
a folder of its own (`.gridbrush/importing/<id>/`: the copies and `pictures.json`), then its files
are renamed into place and recorded. The next start finishes such a folder, so that a crash leaves
neither a picture without a record nor half a one.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from studio.common import directory_handles, files, foreign_types, json_reader, user_input
from studio.common.errors import PictureUnreadable, StorageError
from studio.common.foreign_types import ForeignType
from studio.common.i18n import _, ngettext
from studio.common.json_reader import NotUnderstood
from studio.common.user_input import Unusable
from studio.domain.entities import MADE_WITH, Picture, new_id
from studio.domain.events import PicturesAdded
from studio.library.files import originals as inside
from studio.library.files.damaged import put_away
from studio.library.files.originals import HIDDEN, relative_path, sha256_of
from studio.library.log import records
from studio.library.log.validation import odd_in_picture
from studio.library.metadata import provenance
from studio.library.operations import import_sources
from studio.library.stopped import Stopped
from studio.library.store import Store

if TYPE_CHECKING:
    from studio.imaging.decoder import Decoder

log = logging.getLogger(__name__)

PORTION = 40
_LIST = "pictures.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportProgress:
    """How far an import is.

    Attributes:
        found: files that look like pictures.
        done: of these, looked at.
    """

    found: int
    done: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """What an import brought.

    Attributes:
        ids: new pictures, in order.
        known: files whose content the library has already.
        unreadable: files that were named and did not come, or are broken, each with why.
        left_out: what else lies in the folders, by its kind, with how many.
        described: new pictures whose file tells how they were made.
    """

    ids: tuple[str, ...] = ()
    known: int = 0
    unreadable: tuple[tuple[str, str], ...] = ()
    left_out: tuple[tuple[ForeignType, int], ...] = ()
    described: int = 0


class Import:
    """One import. Cancelling the task ends it between two files; what was taken stays.

    Attributes:
        result: what was brought so far.
    """

    def __init__(self, store: Store, decoder: Decoder, *, neutral_names: bool = False) -> None:
        self._store = store
        self._decoder = decoder
        self._neutral = neutral_names
        self._digests: set[str] = set()
        self._ended = False
        self.result = ImportResult()

    async def run(
        self,
        paths: Sequence[Path],
        progress: Callable[[ImportProgress], None] = lambda _progress: None,
        *,
        refused: Sequence[tuple[str, str]] = (),
    ) -> ImportResult:
        """Import files and folders. Raises StorageError when the library's disk takes no more.

        `refused` was named too, and is no path; each with why.
        """
        self._failed(refused)
        try:
            return await self._run(paths, progress)
        finally:
            # A thread cannot be cancelled: what still looks or reads leaves off.
            self._ended = True

    async def _run(
        self, paths: Sequence[Path], progress: Callable[[ImportProgress], None]
    ) -> ImportResult:
        gathered = await asyncio.to_thread(
            import_sources.gather, paths, self._store.folder, self._is_ended
        )
        self._failed(gathered.refused)
        self.result = replace(self.result, left_out=gathered.left_out)
        found = gathered.files
        progress(ImportProgress(found=len(found), done=0))
        for start in range(0, len(found), PORTION):
            await self._portion(found[start : start + PORTION])
            progress(ImportProgress(found=len(found), done=min(start + PORTION, len(found))))
        return self.result

    def _is_ended(self) -> bool:
        return self._ended

    async def _portion(self, paths: Sequence[Path]) -> None:
        hashed = await asyncio.to_thread(_hashed, paths, self._is_ended)
        self._failed([(str(path), why) for path, digest, why in hashed if digest is None])
        fresh: dict[str, Path] = {}
        for path, digest, _why in hashed:
            if digest is not None and digest not in self._digests:
                fresh.setdefault(digest, path)
        digests = list(fresh)
        known = await self._store.query_index(lambda index: index.state.known(digests))
        new = [(digest, fresh[digest]) for digest in digests if digest not in known]
        whole = sum(digest is not None for _path, digest, _why in hashed)
        self.result = replace(self.result, known=self.result.known + whole - len(new))
        if not new:
            return
        self._digests.update(digests)
        folder = self._store.folder / HIDDEN / "importing" / new_id()
        taken = False
        try:
            pictures = await self._copied(new, folder)
            # From here on it is done whole, also when nobody waits for it any more.
            taken = bool(pictures)
            if taken:
                added = await asyncio.shield(_taken(self._store, folder, pictures))
                self.result = replace(
                    self.result,
                    ids=(*self.result.ids, *(picture.id for picture in added)),
                    described=self.result.described
                    + sum(bool(p.prompt or p.settings) for p in added),
                )
        finally:
            if not taken:
                await asyncio.to_thread(files.remove_folder, folder)

    async def _copied(self, new: Sequence[tuple[str, Path]], folder: Path) -> list[Picture]:
        pictures: list[Picture] = []
        for digest, path in new:
            id = new_id()
            try:
                part = await asyncio.to_thread(_copy, path, folder / id, digest, self._is_ended)
                picture = await self._looked_at(part, path, id, digest)
            except (Unusable, PictureUnreadable) as error:
                self._failed([(str(path), _why(error, path, id))])
                await asyncio.to_thread(files.remove, folder / id)
            else:
                pictures.append(picture)
        return pictures

    async def _looked_at(self, part: Path, path: Path, id: str, digest: str) -> Picture:
        facts, texts = await self._decoder.describe(part)
        made = await asyncio.to_thread(provenance.read, texts)
        size = await asyncio.to_thread(lambda: part.stat().st_size)
        now = time.time()
        kind = facts.media_type.partition("/")[2]
        extension = {"jpeg": ".jpg", "tiff": ".tif"}.get(kind, f".{kind}")
        stem = user_input.one_line(path.stem)
        name = "" if self._neutral else stem
        tool = ((MADE_WITH, made.tool),) if made.tool else ()
        return Picture(
            id=id,
            path=relative_path(name, id, extension, now),
            sha256=digest,
            media_type=facts.media_type,
            width=facts.width,
            height=facts.height,
            bytes=size,
            colour=facts.colour,
            created=now,
            title="" if made.prompt else stem[:200],
            prompt=made.prompt,
            model=made.model,
            seed=made.seed,
            imported=user_input.one_line(path.name)[:255],
            settings=(*tool, *made.settings),
        )

    def _failed(self, failed: Sequence[tuple[str, str]]) -> None:
        told = tuple((user_input.valid(name), user_input.valid(why)) for name, why in failed)
        self.result = replace(self.result, unreadable=self.result.unreadable + told)


def _hashed(
    paths: Sequence[Path], stopped: Callable[[], bool]
) -> list[tuple[Path, str | None, str]]:
    found: list[tuple[Path, str | None, str]] = []
    for path in paths:
        try:
            digest = hashlib.sha256()
            for block in _blocks(path, stopped):
                digest.update(block)
            found.append((path, digest.hexdigest(), ""))
        except Unusable as error:
            found.append((path, None, error.reason))
    return found


def _blocks(path: Path, stopped: Callable[[], bool]) -> Iterator[bytes]:
    """The bytes of a file that was given. Raises Unusable, Stopped."""
    with user_input.opened(path, most=user_input.MOST_PICTURE) as file:
        for block in user_input.blocks(file, path, most=user_input.MOST_PICTURE):
            if stopped():
                raise Stopped
            yield block


def _copy(path: Path, part: Path, digest: str, stopped: Callable[[], bool]) -> Path:
    """A durable copy. Raises Unusable for the file, StorageError for the copy, Stopped."""
    files.ensure_folder(part.parent)
    files.write_new(part, _blocks(path, stopped))
    if sha256_of(part) != digest:
        files.remove(part)
        raise Unusable(path, _("It changed during copying."))
    return part


def _why(error: Unusable | PictureUnreadable, path: Path, id: str) -> str:
    """Why a file did not come, in a sentence that names no copy."""
    if isinstance(error, Unusable):
        return error.reason
    if foreign_types.is_raw(path.suffix):
        return foreign_types.reason(foreign_types.raw())
    said = error.message or error.title
    if said.startswith(id):
        # Translators: begins a sentence in the place of a file's name: "This file is empty."
        return _("This file") + said.removeprefix(id)
    # Translators: in the place of a file's name within a sentence.
    return said.replace(id, _("this file"))


async def _taken(store: Store, folder: Path, pictures: Sequence[Picture]) -> list[Picture]:
    taken = await store.write(partial(import_portion, store, folder, pictures))
    if taken:
        store.publish_event(PicturesAdded(tuple(p.id for p in taken), tuple(p.row for p in taken)))
    return taken


def import_portion(store: Store, folder: Path, pictures: Sequence[Picture]) -> list[Picture]:
    """Say durably what a portion's folder holds, then bring it to its end; blocking.

    Each file in the folder is named by its picture's id. Raises StorageError.
    """
    _ = store.own.applied()
    files.replace(folder / _LIST, msgspec.json.encode(list(pictures)))
    return _end(store, folder, pictures)


def finish(store: Store) -> None:
    """Bring to their end the portions that an earlier start left whole; blocking.

    What was not whole is removed: its files are still where they were imported from.
    """
    for folder in directory_handles.folders(store.folder, store.folder / HIDDEN / "importing"):
        try:
            pictures = _read(store.folder, folder)
        except FileNotFoundError:
            log.info("An import that was not whole is taken back")
            files.remove_folder(folder)
            continue
        except (OSError, NotUnderstood) as error:
            log.warning("The list of an import makes no sense: %s", error)
            store.troubles.append(put_away(store.folder, folder))
            continue
        try:
            _end(store, folder, pictures)
        except StorageError as error:
            # Nothing is lost by waiting: the library opens without them.
            log.warning("An import waits for the next start: %s", error)


def _read(library: Path, folder: Path) -> list[Picture]:
    with inside.open_file(library, folder / _LIST) as file:
        pictures = json_reader.read_value(file, list[Picture])
    # Files are called by these ids.
    if any(map(odd_in_picture, pictures)) or not all(inside.is_id(one.id) for one in pictures):
        raise NotUnderstood("it names what is no picture of a library")
    return pictures


def _end(store: Store, folder: Path, pictures: Sequence[Picture]) -> list[Picture]:
    for picture in pictures:
        store.originals.place(folder / picture.id, picture.path, picture.sha256)
    ids = [picture.id for picture in pictures]
    if len(store.own.find(ids)) < len(ids):
        store.append(records.imported(list(pictures)))
    files.remove_folder(folder)
    return store.own.find(ids)


async def spooled(store: Store, pictures: Sequence[tuple[str, bytes]]) -> tuple[Path, list[Path]]:
    """A folder with pictures that came without a file, and the file of each; for `unspool`.

    Where it stays behind, the next start removes it. Raises StorageError.
    """
    folder = store.folder / HIDDEN / "importing" / new_id()
    paths: list[Path] = []

    def write() -> None:
        for number, (name, data) in enumerate(pictures, start=1):
            below = folder / str(number)
            files.ensure_folder(below)
            paths.append(below / name)
            files.write_new(paths[-1], (data,))

    try:
        await asyncio.to_thread(write)
    except StorageError:
        await unspool(folder)
        raise
    return folder, paths


async def unspool(folder: Path) -> None:
    """Remove what `spooled` made."""
    await asyncio.to_thread(files.remove_folder, folder)


def facts(result: ImportResult) -> dict[str, object]:
    """What an import brought, under fixed names for scripts."""
    return {
        "imported": list(result.ids),
        "known": result.known,
        "described": result.described,
        "unreadable": [{"path": path, "reason": why} for path, why in result.unreadable],
        "left_out": import_sources.facts_of(result.left_out),
    }


def sentence(result: ImportResult) -> str:
    """What an import brought, in words: "Imported 12 · 3 duplicates skipped"."""
    n, known = len(result.ids), result.known
    if known and not n:
        # Nothing came, and that is as it should be: no count of none.
        here = ngettext(
            "This picture is already in the library",
            "All {n} pictures are already in the library",
            known,
        )
        parts = [here.format(n=f"{known:,}")]
    else:
        words = ngettext("Imported {n}", "Imported {n}", n)
        parts = [words.format(n=f"{n:,}")]
        if known:
            here = ngettext("{n} duplicate skipped", "{n} duplicates skipped", known)
            parts.append(here.format(n=f"{known:,}"))
    if n := len(result.unreadable):
        broken = ngettext("{n} unreadable", "{n} unreadable", n)
        parts.append(broken.format(n=f"{n:,}"))
    said = " · ".join(parts)
    left_out = import_sources.words_of(result.left_out)
    return f"{said}. {left_out}" if left_out else said
