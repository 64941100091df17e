"""Copies of pictures for drags and the clipboard, made with a preset in the exporting processes.

Their names and bytes are those of an export with the same preset. Either exactly the requested
copies are handed out, or none: pictures and preset are compared as values, and copies that another
program has changed are made again, under the same names in another folder.
"""

from __future__ import annotations

import asyncio
import logging
import operator
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from studio.app.export.copy_cache import CopyCache
from studio.app.export.metadata import texts_for
from studio.app.export.plan import ExportPlan, PlannedCopy, make_plan
from studio.app.export.prepare import gather_items
from studio.app.export.runner import not_made, refusal
from studio.common import files
from studio.common.errors import PictureUnreadable, StudioError
from studio.common.i18n import _
from studio.domain.entities import Picture
from studio.domain.export import ConflictRule, ExportPreset
from studio.imaging.exporter import Exporter
from studio.library.facade import Library
from studio.library.files import save_copies

log = logging.getLogger(__name__)

MOST_AHEAD = 200
"""Limit of pictures that are copied before they are requested."""

MOST_BYTES_AHEAD = 200_000_000
"""Limit in bytes of copies made before they are requested, and of unused copies that are kept."""

LANES = 4
"""Copies made at once, as many as the exporting processes accept."""


_NOT_IN_FILES = frozenset({"row", "seen"})
_facts_of = operator.attrgetter(
    *(one.name for one in fields(Picture) if one.compare and one.name not in _NOT_IN_FILES)
)
"""All facts of a picture that its copy may contain."""


@dataclass(frozen=True, slots=True, eq=False)
class CopyRequest:
    """Pictures in order, the collection name of each, and how they are copied.

    Two requests are equal if their files would be.
    """

    pictures: tuple[Picture, ...]
    collections: tuple[str, ...]
    preset: ExportPreset

    @classmethod
    def of(
        cls,
        pictures: Sequence[Picture],
        preset: ExportPreset,
        collection_of: Callable[[Picture], str],
    ) -> CopyRequest:
        """The request for these pictures."""
        return cls(
            tuple(pictures),
            tuple(map(collection_of, pictures)),
            # The folder is empty, so the rule "ask" has nothing to ask.
            replace(preset, conflict=ConflictRule.NUMBER),
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, CopyRequest):
            return NotImplemented
        return (
            len(self.pictures) == len(other.pictures)
            and self.preset == other.preset
            and self.collections == other.collections
            and all(
                one is another or _facts_of(one) == _facts_of(another)
                for one, another in zip(self.pictures, other.pictures, strict=True)
            )
        )

    def __hash__(self) -> int:
        return hash((self.preset, tuple(one.id for one in self.pictures)))


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """State of a file when it was written, to detect changes by other programs.

    Attributes:
        facts: kind, inode, size in bytes, and times of the last change of content and file.
    """

    path: Path
    facts: tuple[int, int, int, int, int]

    @classmethod
    def at(cls, path: Path) -> WrittenFile:
        """State of the file at a path; blocking. Raises StorageError."""
        with files.storage_errors(path):
            return cls(path, _facts(path))

    @property
    def bytes(self) -> int:
        """Number of bytes."""
        return self.facts[2]

    @property
    def unchanged(self) -> bool:
        """Whether the file has not changed since; blocks for microseconds."""
        try:
            return _facts(self.path) == self.facts
        except OSError:
            return False


def _facts(path: Path) -> tuple[int, int, int, int, int]:
    about = path.lstat()
    kind = stat.S_IFMT(about.st_mode)
    return kind, about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns


class CopyBatch:
    """The copies for one request, and their progress.

    Attributes:
        ahead: whether they are made before they are requested.
        files: the finished copies, in the order of the pictures.
        folder: their folder, once the first is finished.
        error: reason why copies are missing; None if there is none.
        given: whether they were handed out.
        stopped: whether no more will be made.
    """

    def __init__(self, request: CopyRequest, *, ahead: bool) -> None:
        self.request = request
        self.ahead = ahead
        self.files: list[WrittenFile | None] = [None] * len(request.pictures)
        self.folder: Path | None = None
        self.error: StudioError | None = None
        self.given = False
        self.stopped = False
        self.task: asyncio.Task[None] | None = None

    @property
    def total(self) -> int:
        """Number of requested copies."""
        return len(self.files)

    @property
    def made(self) -> int:
        """Number of finished copies."""
        return sum(one is not None for one in self.files)

    @property
    def bytes(self) -> int:
        """Bytes of the finished copies."""
        return sum(one.bytes for one in self.files if one is not None)

    @property
    def ready(self) -> bool:
        """Whether all copies are finished."""
        return None not in self.files

    @property
    def under_way(self) -> bool:
        """Whether copies are being made."""
        return self.task is not None and not self.task.done()

    async def wait_until_ended(self) -> None:
        """Wait for the end. Raises unexpected errors only, not those of a picture or disk."""
        if self.task is not None:
            await asyncio.wait({self.task})
            if not self.task.cancelled():
                self.task.result()


class DragCopies:
    """Makes the copies, and hands them out.

    Attributes:
        on_change: called with a batch after every change, on the loop's thread.
    """

    def __init__(
        self,
        library: Library,
        exporter: Callable[[], Exporter],
        root: Path,
        *,
        most_ahead: int = MOST_AHEAD,
        most_bytes: int = MOST_BYTES_AHEAD,
    ) -> None:
        """`exporter` is called for the first copy; `root` is a folder of the cache.

        At most `most_ahead` copies, and `most_bytes`, are made ahead.
        """
        self._most_ahead = most_ahead
        self._most_bytes = most_bytes
        self._library = library
        self._exporter = exporter
        self._cache = CopyCache(root)
        self._batches: list[CopyBatch] = []
        self._closed = False
        self.on_change: Callable[[CopyBatch], object] | None = None

    # Requests

    def find(self, request: CopyRequest) -> CopyBatch | None:
        """The batch for a request, running or finished."""
        return next((one for one in reversed(self._batches) if one.request == request), None)

    def take_files(self, request: CopyRequest) -> tuple[Path, ...] | None:
        """The files for a request, in order, to be handed out now; None unless all are ready.

        Each file is checked: if one was changed or removed, the batch is forgotten. Blocks for
        microseconds per file.
        """
        batch = self.find(request)
        if batch is None:
            return None
        made = [one for one in batch.files if one is not None]
        if not all(one.unchanged for one in made):
            batch.stopped = True
            self._batches.remove(batch)
            return None
        if len(made) < batch.total:
            return None
        batch.given = True
        return tuple(one.path for one in made)

    def prepare(self, request: CopyRequest, *, ahead: bool = False) -> CopyBatch:
        """Make the copies for a request, unless they are finished or being made.

        `ahead` is for copies that may be requested soon: they are made within limits, until
        another batch is prepared. An error is stored in the batch and ends it; another call tries
        again.
        """
        batch = self.find(request)
        if batch is None:
            batch = CopyBatch(request, ahead=ahead)
            self._batches.append(batch)
        batch.ahead = batch.ahead and ahead
        batch.stopped = self._closed
        if self._closed:
            return batch
        for other in self._batches:
            other.stopped = other.stopped or (other.ahead and other is not batch)
        if batch.ready or batch.under_way or (batch.ahead and batch.total > self._most_ahead):
            return batch
        batch.error = None
        batch.task = asyncio.get_running_loop().create_task(self._make(batch))
        return batch

    async def make(self, request: CopyRequest) -> CopyBatch:
        """Make the copies for a request; returns when they are ready, failed or stopped."""
        while True:
            batch = self.prepare(request)
            await batch.wait_until_ended()
            if batch.ready or batch.error is not None or batch.stopped:
                return batch

    async def close(self) -> None:
        """End all work; copies that were handed out stay until the start after next."""
        self._closed = True
        batches, self._batches = self._batches, []
        for batch in batches:
            batch.stopped = True
            if batch.task is not None:
                batch.task.cancel()
        for batch in batches:
            await batch.wait_until_ended()
        await asyncio.to_thread(self._close, batches)

    def _close(self, batches: Sequence[CopyBatch]) -> None:
        for batch in batches:
            self._remove(batch)
        self._cache.close()

    # Making

    async def _make(self, batch: CopyBatch) -> None:
        try:
            await self._forget_unused(batch)
            plan = await self._planned(batch)
            if batch.folder is None or not await asyncio.to_thread(batch.folder.is_dir):
                batch.folder = await asyncio.to_thread(self._cache.new_folder)
            left = [place for place, one in enumerate(batch.files) if one is None]
            await asyncio.gather(
                *(self._lane(batch, batch.folder, plan, left) for _lane in range(LANES))
            )
        except StudioError as error:
            batch.error = error
        if batch.error is not None:
            self._publish(batch)

    async def _planned(self, batch: CopyBatch) -> ExportPlan:
        """The plan of a batch. Raises StudioError if a picture cannot be copied with its preset."""
        request = batch.request
        found = await gather_items(
            self._library, self._exporter(), request.pictures, request.preset
        )
        named = zip(found, request.collections, strict=True)
        items = [replace(item, collection=collection) for item, collection in named]
        plan = make_plan(items, request.preset)
        for copy in plan.copies:
            if copy.refused:
                raise _about(copy, refusal(copy.notes))
        return plan

    async def _lane(
        self, batch: CopyBatch, folder: Path, plan: ExportPlan, left: list[int]
    ) -> None:
        while left and batch.error is None and not batch.stopped:
            if batch.ahead and batch.bytes > self._most_bytes:
                return
            place = left.pop(0)
            try:
                batch.files[place] = await self._written(plan, plan.copies[place], folder)
            except PictureUnreadable as error:
                batch.error = batch.error or _about(plan.copies[place], error)
                return
            except StudioError as error:
                batch.error = batch.error or error
                return
            self._publish(batch)

    async def _written(self, plan: ExportPlan, copy: PlannedCopy, folder: Path) -> WrittenFile:
        preset, library = plan.preset, self._library
        source = await asyncio.to_thread(library.path, copy.picture)
        data: Path | bytes = source
        if not preset.fixed:
            texts = texts_for(copy.picture, preset.metadata, preset.format)
            made = await self._exporter().export(source, preset, texts)
            if made.reason is not None:
                raise not_made(made.reason)
            data = made.data
        return await asyncio.to_thread(_save, data, folder / copy.name, library.folder)

    async def _forget_unused(self, batch: CopyBatch) -> None:
        """Remove the oldest copies that were not handed out, beyond the limit."""
        kept = 0
        for other in reversed(self._batches.copy()):
            if other is batch or other.given or other.under_way:
                continue
            kept += other.bytes
            if kept > self._most_bytes:
                self._batches.remove(other)
                await asyncio.to_thread(self._remove, other)

    def _remove(self, batch: CopyBatch) -> None:
        if batch.folder is None or batch.given:
            return
        try:
            self._cache.remove_folder(batch.folder)
        except OSError as error:
            # The folder is removed at the start after next.
            log.info("Unused copies could not be removed: %s", error)

    def _publish(self, batch: CopyBatch) -> None:
        if self.on_change is not None:
            self.on_change(batch)


def _about(copy: PlannedCopy, error: PictureUnreadable) -> PictureUnreadable:
    """The error with the name of its picture, which may be one of many."""
    # Translators: {name} is a picture, {reason} a sentence such as "Not exported: too large."
    message = _("{name}: {reason}").format(name=copy.picture.name, reason=error.message)
    return PictureUnreadable(error.title, message, hint=error.hint)


def _save(data: Path | bytes, target: Path, library: Path) -> WrittenFile:
    """Save bytes, or a copy of the file `data`, as `target`; returns the state of the file."""
    saved = save_copies.save_named(data, target, library)
    assert saved is not None, "a name that is taken gets a number"
    return WrittenFile.at(saved)
