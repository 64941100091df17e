"""Repair of what `verify` found, as far as the library itself has the means.

Nothing is deleted. A file that was moved within the library is found by its hash; a missing or
changed original is restored where its bytes were kept as a reference; the changed file is set aside
beside it. Records that cannot be read are taken from the daily copies where they are of finished
jobs: those can be added at any time, while changes come in an order.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from studio.common import files
from studio.common.errors import StorageError
from studio.domain.entities import Picture
from studio.library.files import originals as inside
from studio.library.files.originals import Originals
from studio.library.index.chunks import chunks
from studio.library.log import daily_copies
from studio.library.log.records import Record
from studio.library.operations import edits
from studio.library.operations.verify import VerifyReport
from studio.library.store import Store

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairResult:
    """What was done.

    Attributes:
        found: pictures whose file was found under another name.
        put_back: pictures whose file was made anew from a kept copy.
        lost: pictures that are marked as missing now.
        records: finished jobs and imports taken from a copy of the records.
    """

    found: int = 0
    put_back: int = 0
    lost: int = 0
    records: int = 0

    @property
    def total(self) -> int:
        """How many things were mended; what is lost is none of them."""
        return self.found + self.put_back + self.records


async def repair(store: Store, report: VerifyReport) -> RepairResult:
    """Mend what can be. Only the owner may. Raises StorageError."""
    # Files that no record knows may be pictures whose records are lost.
    unknown = report.damaged_records or report.orphans
    copied = await asyncio.to_thread(_copied, store.folder) if unknown else {}
    taken = [record for record in copied.values() if await _is_new(store, record)]
    for record in taken:
        await store.write(partial(store.append, record))
    orphans = await asyncio.to_thread(_by_content, store.originals, report.orphans)
    found = put_back = 0
    lost: list[str] = []
    gone = set(report.missing)
    for ids in chunks([*report.missing, *report.changed]):
        for picture in await store.find(ids):
            if picture.id in gone and picture.sha256 in orphans:
                await _follow(store, picture, orphans.pop(picture.sha256))
                found += 1
            elif await asyncio.to_thread(_put_back, store.originals, picture):
                put_back += 1
            elif picture.id in gone:
                lost.append(picture.id)
    if lost:
        await edits.set_field(store, "missing", lost, True)
    said = await store.query_index(lambda index: index.state.missing(), long=True)
    if back := [id for id in said if id not in gone]:
        await edits.set_field(store, "missing", back, False)
    return RepairResult(found=found, put_back=put_back, lost=len(lost), records=len(taken))


async def _follow(store: Store, picture: Picture, place: str) -> None:
    await edits.set_field(store, "path", [picture.id], place)


def _by_content(originals: Originals, orphans: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for relative in orphans:
        try:
            found[originals.sha256_of(inside.below(originals.folder, relative))] = relative
        except (OSError, StorageError) as error:
            log.warning("A file beside the library cannot be read: %s", error)
    return found


def _put_back(originals: Originals, picture: Picture) -> bool:
    """Whether the bytes of an original were kept as a reference, and are in their place again."""
    for kept in originals.kept_inputs(picture.sha256):
        with originals.open(kept) as file:
            data = file.read()
        if not originals.is_content(data, picture.sha256):
            continue
        path = originals.path(picture)
        if path.exists():
            originals.move(path, _aside(path))
        files.replace(path, data, within=originals.folder)
        return True
    return False


def _aside(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.stem}.changed-{number}{path.suffix}")).exists():
        number += 1
    return aside


async def _is_new(store: Store, record: Record) -> bool:
    if record.job is not None:
        job = record.job.id
        return await store.query_index(lambda index: index.ledger.job_state(job)) is None
    ids = [picture.id for picture in record.pictures]
    gone = await store.query_index(lambda index: index.state.deleted_ids(ids))
    return not gone and not await store.find(ids)


def _copied(library: Path) -> dict[str, Record]:
    """Finished jobs and imports that the copies know, by their ids; the newest word on each."""
    found: dict[str, Record] = {}
    try:
        for record in daily_copies.records_of(library):
            if record.kind == "job" and record.job is not None:
                found[record.job.id] = record
            elif record.kind == "import":
                found[record.id] = record
    except StorageError as error:
        log.warning("The copies of the records cannot be read: %s", error)
    return found
