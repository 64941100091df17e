"""Import of files and folders: copies pictures into the library.

Files are detected by their first bytes (`import_sources`), hashed, and skipped when the library has
their content; the rest is copied and read by the decoding process. A portion is first completed in
a folder of its own (`.gridbrush/importing/<id>/`: the copies and `pictures.json`), then its files
are renamed into place and recorded. The next start finishes such a folder, so that a crash leaves
neither a picture without a record nor an incomplete one.
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
from studio.common.i18n import _, ngettext, number
from studio.common.json_reader import NotUnderstood
from studio.common.user_input import Unusable
from studio.domain.entities import MADE_WITH, Picture, new_id
from studio.domain.events import ChangeRecorded, PicturesAdded, RecordsChanged
from studio.library.files import originals as inside
from studio.library.files.damaged import put_away
from studio.library.files.originals import HIDDEN, relative_path, sha256_of
from studio.library.log import records
from studio.library.log.validation import odd_in_picture
from studio.library.metadata import provenance
from studio.library.operations import history, import_sources
from studio.library.stopped import Stopped
from studio.library.store import Store

if TYPE_CHECKING:
    from studio.imaging.decoder import Decoder

log = logging.getLogger(__name__)

Gather = Callable[[Sequence[Path], Path, Callable[[], bool]], import_sources.ImportSources]
"""Finds the files to import."""

PORTION = 40
_LIST = "pictures.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportProgress:
    """Progress of an import.

    Attributes:
        found: number of files that look like pictures.
        done: number of these that were processed.
    """

    found: int
    done: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """Result of an import.

    Attributes:
        ids: new pictures, in order.
        known: number of files whose content the library has already.
        unreadable: files that were refused or are broken, each with the reason.
        left_out: other files in the folders: their kinds and numbers.
        described: number of new pictures with generation metadata.
    """

    ids: tuple[str, ...] = ()
    known: int = 0
    unreadable: tuple[tuple[str, str], ...] = ()
    left_out: tuple[tuple[ForeignType, int], ...] = ()
    described: int = 0


class Import:
    """One import. Cancelling the task ends it between two files; imported pictures stay.

    Attributes:
        result: result so far.
    """

    def __init__(
        self,
        store: Store,
        decoder: Decoder,
        *,
        neutral_names: bool = False,
        tags: Sequence[str] = (),
        gather: Gather = import_sources.gather,
    ) -> None:
        """`tags` are given to every new picture."""
        self._gather = gather
        self._store = store
        self._decoder = decoder
        self._neutral = neutral_names
        self._tags = tuple(sorted({" ".join(tag.split()) for tag in tags} - {""}))
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
        """Import files and folders. Raises StorageError if the library's disk is full.

        `refused`: arguments that are not paths, each with the reason.
        """
        self._failed(refused)
        try:
            return await self._run(paths, progress)
        finally:
            # Threads cannot be cancelled, so threads that are reading check this flag.
            self._ended = True

    async def _run(
        self, paths: Sequence[Path], progress: Callable[[ImportProgress], None]
    ) -> ImportResult:
        gathered = await asyncio.to_thread(self._gather, paths, self._store.folder, self._is_ended)
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
        complete = False
        try:
            pictures = await self._copy_files(new, folder)
            # From here on the portion is recorded even if the task is cancelled.
            complete = bool(pictures)
            if complete:
                added = await asyncio.shield(_record_portion(self._store, folder, pictures))
                self.result = replace(
                    self.result,
                    ids=(*self.result.ids, *(picture.id for picture in added)),
                    described=self.result.described
                    + sum(bool(p.prompt or p.settings) for p in added),
                )
        finally:
            if not complete:
                await asyncio.to_thread(files.remove_folder, folder)

    async def _copy_files(self, new: Sequence[tuple[str, Path]], folder: Path) -> list[Picture]:
        pictures: list[Picture] = []
        for digest, path in new:
            id = new_id()
            try:
                part = await asyncio.to_thread(_copy, path, folder / id, digest, self._is_ended)
                picture = await self._describe(part, path, id, digest)
            except (Unusable, PictureUnreadable) as error:
                self._failed([(str(path), _why(error, path, id))])
                await asyncio.to_thread(files.remove, folder / id)
            else:
                pictures.append(picture)
        return pictures

    async def _describe(self, part: Path, path: Path, id: str, digest: str) -> Picture:
        facts, texts = await self._decoder.describe(part)
        made = await asyncio.to_thread(provenance.read, texts)
        size = await asyncio.to_thread(lambda: part.stat().st_size)
        now = time.time()
        stem = user_input.one_line(path.stem)
        name = "" if self._neutral else stem
        tool = ((MADE_WITH, made.tool),) if made.tool else ()
        return Picture(
            id=id,
            path=relative_path(name, id, facts.extension, now),
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
            tags=self._tags,
        )

    def _failed(self, failed: Sequence[tuple[str, str]]) -> None:
        valid = tuple((user_input.valid(name), user_input.valid(why)) for name, why in failed)
        self.result = replace(self.result, unreadable=self.result.unreadable + valid)


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
    """The bytes of a file named by the user. Raises Unusable, Stopped."""
    with user_input.opened(path, most=user_input.MOST_PICTURE) as file:
        for block in user_input.blocks(file, path, most=user_input.MOST_PICTURE):
            if stopped():
                raise Stopped
            yield block


def _copy(path: Path, part: Path, digest: str, stopped: Callable[[], bool]) -> Path:
    """Make a durable copy. Raises Unusable for the file, StorageError for the copy, Stopped."""
    files.ensure_folder(part.parent)
    files.write_new(part, _blocks(path, stopped))
    if sha256_of(part) != digest:
        files.remove(part)
        raise Unusable(path, _("It changed during copying."))
    return part


def _why(error: Unusable | PictureUnreadable, path: Path, id: str) -> str:
    """Reason for not importing a file, in a sentence that does not name the copy."""
    if isinstance(error, Unusable):
        return error.reason
    if foreign_types.is_raw(path.suffix):
        return foreign_types.reason(foreign_types.raw())
    text = error.message or error.title
    if text.startswith(id):
        # Translators: begins a sentence in the place of a file's name: "This file is empty."
        return text.replace(id, _("This file"), 1)
    # Translators: in the place of a file's name within a sentence.
    return text.replace(id, _("this file"))


async def _record_portion(store: Store, folder: Path, pictures: Sequence[Picture]) -> list[Picture]:
    """Write the list of the portion in a folder, then finish the portion. Raises StorageError."""

    def work() -> list[Picture]:
        store.own.applied()  # raises before anything is written
        files.replace(folder / _LIST, msgspec.json.encode(list(pictures)))
        return _finish_portion(store, folder, pictures)

    added = await store.write(work)
    if added:
        store.publish_event(PicturesAdded(tuple(p.id for p in added), tuple(p.row for p in added)))
    return added


async def record_step(store: Store, ids: Sequence[str]) -> str:
    """Record imported pictures as one step of the history; returns its id. Raises StorageError."""
    record = records.change(history.IMPORTED, [(True, list(ids))], [(False, list(ids))])
    await store.write(partial(store.append, record))
    store.publish_event(RecordsChanged(tuple(ids), (history.IMPORTED,)))
    store.publish_event(ChangeRecorded(record.id, history.sentence(record)))
    return record.id


def finish(store: Store) -> None:
    """Finish the complete portions of an earlier process; blocking.

    Incomplete portions are removed: the user still has the files that were to be imported.
    """
    for folder in directory_handles.folders(store.folder, store.folder / HIDDEN / "importing"):
        try:
            pictures = _read(store.folder, folder)
        except FileNotFoundError:
            log.info("Undoing an incomplete import")
            files.remove_folder(folder)
            continue
        except (OSError, NotUnderstood) as error:
            log.warning("The list of an import cannot be read: %s", error)
            store.troubles.append(put_away(store.folder, folder))
            continue
        try:
            _finish_portion(store, folder, pictures)
        except StorageError as error:
            # The library opens without these pictures; their folder stays for the next start.
            log.warning("An import waits for the next start: %s", error)


def _read(library: Path, folder: Path) -> list[Picture]:
    with directory_handles.open_file(library, folder / _LIST) as file:
        pictures = json_reader.read_value(file, list[Picture])
    # The ids are file names in the folder.
    if any(map(odd_in_picture, pictures)) or not all(inside.is_id(one.id) for one in pictures):
        raise NotUnderstood("it names files that are not pictures of a library")
    return pictures


def _finish_portion(store: Store, folder: Path, pictures: Sequence[Picture]) -> list[Picture]:
    for picture in pictures:
        store.originals.place(folder / picture.id, picture.path, picture.sha256)
    ids = [picture.id for picture in pictures]
    if len(store.own.find(ids)) < len(ids):
        store.append(records.imported(list(pictures)))
    files.remove_folder(folder)
    return store.own.find(ids)


async def spooled(store: Store, pictures: Sequence[tuple[str, bytes]]) -> tuple[Path, list[Path]]:
    """Write pictures that have no files to a folder; returns it, for `unspool`, and the new files.

    The next start removes a folder that is left behind. Raises StorageError.
    """
    folder = store.folder / HIDDEN / "importing" / new_id()
    paths: list[Path] = []

    def write() -> None:
        for place, (name, data) in enumerate(pictures, start=1):
            below = folder / str(place)
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
    """Remove a folder made by `spooled`."""
    await asyncio.to_thread(files.remove_folder, folder)


def facts(result: ImportResult) -> dict[str, object]:
    """Result of an import under fixed names for scripts."""
    return {
        "imported": list(result.ids),
        "known": result.known,
        "described": result.described,
        "unreadable": [{"path": path, "reason": why} for path, why in result.unreadable],
        "left_out": import_sources.facts_of(result.left_out),
    }


def sentence(result: ImportResult) -> str:
    """Result of an import in words: "Imported 12 · 3 duplicates skipped"."""
    n, known = len(result.ids), result.known
    if known and not n:
        # If all files were duplicates, "0 pictures imported" is left out.
        here = ngettext(
            "This picture is already in the library",
            "All {n} pictures are already in the library",
            known,
        )
        parts = [here.format(n=number(known))]
    else:
        words = ngettext("Imported {n}", "Imported {n}", n)
        parts = [words.format(n=number(n))]
        if known:
            here = ngettext("{n} duplicate skipped", "{n} duplicates skipped", known)
            parts.append(here.format(n=number(known)))
    if n := len(result.unreadable):
        broken = ngettext("{n} unreadable", "{n} unreadable", n)
        parts.append(broken.format(n=number(n)))
    text = " · ".join(parts)
    left_out = import_sources.words_of(result.left_out)
    return f"{text}. {left_out}" if left_out else text
