"""Pictures from elsewhere: files and folders are copied into the library.

Data flow: files are found by their first bytes, hashed, and left out when the library has their
content; the rest is copied and looked at by the decoding process. A portion is first whole in a
folder of its own (`.gridbrush/importing/<id>/`: the copies and `pictures.json`), then its files are
renamed into place and recorded. A start that finds such a folder brings it to its end, so that a
crash leaves neither a picture without a record nor half a one.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from studio import files
from studio.domain import MADE_WITH, Picture, new_id
from studio.errors import PictureUnreadable, StorageError
from studio.events import PicturesAdded
from studio.kinds import kind_of
from studio.library import provenance, records
from studio.library.originals import HIDDEN, relative_path, sha256_of
from studio.values import dataclass
from studio.words import ngettext

if TYPE_CHECKING:
    from studio.library.library import Library
    from studio.pictures import Decoder

log = logging.getLogger(__name__)

PORTION = 40
_BLOCK = 1 << 20
_LIST = "pictures.json"

_decode = msgspec.json.Decoder(list[Picture]).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an import is.

    Attributes:
        found: files that look like pictures.
        done: of these, looked at.
    """

    found: int
    done: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import brought.

    Attributes:
        ids: new pictures, in order.
        known: files whose content the library has already.
        unreadable: files that are broken, each with why.
        described: new pictures whose file tells how they were made.
    """

    ids: tuple[str, ...] = ()
    known: int = 0
    unreadable: tuple[tuple[str, str], ...] = ()
    described: int = 0


def find(paths: Sequence[Path], library: Path) -> Iterator[Path]:
    """Picture files among these and in folders below, by first bytes; blocking.

    Hidden files and the library itself are left out; a folder reached twice by links is read once.
    """
    own = os.path.realpath(library)
    seen: set[str] = set()
    for path in paths:
        if path.is_dir():
            yield from _below(path, own, seen)
        elif _is_picture(path):
            yield path


def _below(folder: Path, own: str, seen: set[str]) -> Iterator[Path]:
    for where, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(where)
        if real in seen or real == own or real.startswith(own + os.sep):
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(where, name)
            if not name.startswith(".") and _is_picture(path):
                yield path


def _is_picture(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return kind_of(file.read(64)) is not None
    except OSError:
        return False


class Import:
    """One import. Cancelling the task ends it between two files; what was taken stays.

    Attributes:
        result: what was brought so far.
    """

    def __init__(self, library: Library, decoder: Decoder, *, neutral_names: bool = False) -> None:
        self._library = library
        self._decoder = decoder
        self._neutral = neutral_names
        self._digests: set[str] = set()
        self.result = Imported()

    async def run(
        self, paths: Sequence[Path], progress: Callable[[Progress], None] = lambda _progress: None
    ) -> Imported:
        """Import files and folders. Raises StorageError when the library's disk takes no more."""
        found = await asyncio.to_thread(lambda: list(find(paths, self._library.folder)))
        progress(Progress(found=len(found), done=0))
        for start in range(0, len(found), PORTION):
            await self._portion(found[start : start + PORTION])
            progress(Progress(found=len(found), done=min(start + PORTION, len(found))))
        return self.result

    async def _portion(self, paths: Sequence[Path]) -> None:
        hashed = await asyncio.to_thread(_hashed, paths)
        self._failed([(path, why) for path, digest, why in hashed if digest is None])
        fresh: dict[str, Path] = {}
        for path, digest, _why in hashed:
            if digest is not None and digest not in self._digests:
                fresh.setdefault(digest, path)
        digests = list(fresh)
        known = await self._library.ask(lambda index: index.state.known(digests))
        new = [(digest, fresh[digest]) for digest in digests if digest not in known]
        whole = sum(digest is not None for _path, digest, _why in hashed)
        self.result = replace(self.result, known=self.result.known + whole - len(new))
        if not new:
            return
        self._digests.update(digests)
        folder = self._library.folder / HIDDEN / "importing" / new_id()
        taken = False
        try:
            pictures = await self._copied(new, folder)
            # From here on it is done whole, also when nobody waits for it any more.
            taken = bool(pictures)
            if taken:
                added = await asyncio.shield(_taken(self._library, folder, pictures))
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
                part = await asyncio.to_thread(_copy, path, folder / id, digest)
                picture = await self._looked_at(part, path, id, digest)
            except (OSError, PictureUnreadable) as error:
                self._failed([(path, getattr(error, "title", "") or str(error))])
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
        name = "" if self._neutral else path.stem
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
            title="" if made.prompt else path.stem[:200],
            prompt=made.prompt,
            model=made.model,
            seed=made.seed,
            imported=path.name[:255],
            settings=(*tool, *made.settings),
        )

    def _failed(self, failed: Sequence[tuple[Path, str]]) -> None:
        told = tuple((str(path), why) for path, why in failed)
        self.result = replace(self.result, unreadable=self.result.unreadable + told)


def _hashed(paths: Sequence[Path]) -> list[tuple[Path, str | None, str]]:
    found: list[tuple[Path, str | None, str]] = []
    for path in paths:
        try:
            found.append((path, sha256_of(path), ""))
        except OSError as error:
            found.append((path, None, error.strerror or str(error)))
    return found


def _copy(path: Path, part: Path, digest: str) -> Path:
    """A durable copy. Raises OSError where the file cannot be read, StorageError for the copy."""
    files.ensure_folder(part.parent)
    with path.open("rb") as file:
        files.write_new(part, iter(lambda: file.read(_BLOCK), b""))
    if sha256_of(part) != digest:
        files.remove(part)
        raise OSError("it changed while it was copied")
    return part


async def _taken(library: Library, folder: Path, pictures: Sequence[Picture]) -> list[Picture]:
    taken = await library.write(partial(take, library, folder, pictures))
    if taken:
        library.tell(PicturesAdded(tuple(p.id for p in taken), tuple(p.row for p in taken)))
    return taken


def take(library: Library, folder: Path, pictures: Sequence[Picture]) -> list[Picture]:
    """Say durably what a portion's folder holds, then bring it to its end; blocking.

    Each file in the folder is named by its picture's id. Raises StorageError.
    """
    _ = library.own.applied()
    files.replace(folder / _LIST, msgspec.json.encode(list(pictures)))
    return _end(library, folder, pictures)


def finish(library: Library) -> None:
    """Bring to their end the portions that an earlier start left whole; blocking.

    What was not whole is removed: its files are still where they were imported from.
    """
    for folder in sorted((library.folder / HIDDEN / "importing").glob("*/")):
        try:
            pictures = _decode((folder / _LIST).read_bytes())
        except (OSError, msgspec.MsgspecError) as error:
            log.info("An import that was not whole is taken back: %s", error)
            files.remove_folder(folder)
            continue
        try:
            _end(library, folder, pictures)
        except StorageError as error:
            # Nothing is lost by waiting: the library opens without them.
            log.warning("An import waits for the next start: %s", error)


def _end(library: Library, folder: Path, pictures: Sequence[Picture]) -> list[Picture]:
    for picture in pictures:
        library.originals.place(folder / picture.id, picture.path, picture.sha256)
    ids = [picture.id for picture in pictures]
    if len(library.own.find(ids)) < len(ids):
        library.append(records.imported(list(pictures)))
    files.remove_folder(folder)
    return library.own.find(ids)


def facts(result: Imported) -> dict[str, object]:
    """What an import brought, under fixed names for scripts."""
    return {
        "imported": list(result.ids),
        "known": result.known,
        "described": result.described,
        "unreadable": [{"path": path, "reason": why} for path, why in result.unreadable],
    }


def sentence(result: Imported) -> str:
    """What an import brought, in words: "12 pictures imported, 3 were here already"."""
    n, known = len(result.ids), result.known
    if known and not n:
        # Nothing came, and that is as it should be: no count of none.
        here = ngettext(
            "This picture was here already", "All {n} pictures were here already", known
        )
        parts = [here.format(n=f"{known:,}")]
    else:
        words = ngettext("{n} picture imported", "{n} pictures imported", n)
        parts = [words.format(n=f"{n:,}")]
        if known:
            here = ngettext("{n} was here already", "{n} were here already", known)
            parts.append(here.format(n=f"{known:,}"))
    if n := len(result.unreadable):
        broken = ngettext("{n} cannot be read", "{n} cannot be read", n)
        parts.append(broken.format(n=f"{n:,}"))
    return ", ".join(parts)
