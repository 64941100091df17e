"""Repair of problems found by `verify`, from the library's own data.

Nothing is deleted. A file that was moved within the library is found by its hash; a missing or
changed original is restored from a reference with the same content; the changed file is renamed.
Unreadable records of finished jobs are restored from the daily copies; records of changes are not,
because their order matters.
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
from studio.library.log.records import DERIVED, Record
from studio.library.operations import edits
from studio.library.operations.verify import VerifyReport
from studio.library.store import Store

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairResult:
    """Result of a repair.

    Attributes:
        found: number of pictures whose file was found under another name.
        put_back: number of pictures whose file was restored from a reference's copy.
        lost: number of pictures newly marked as missing.
        records: number of finished jobs and imports restored from a copy of the records.
    """

    found: int = 0
    put_back: int = 0
    lost: int = 0
    records: int = 0

    @property
    def total(self) -> int:
        """Number of repairs; lost pictures do not count."""
        return self.found + self.put_back + self.records


async def repair(store: Store, report: VerifyReport) -> RepairResult:
    """Repair what is possible. Owner only. Raises StorageError."""
    # Files without a record may be pictures whose records are lost.
    unknown = report.damaged_records or report.orphans
    copied = await asyncio.to_thread(_copied, store.folder) if unknown else {}
    restored = [record for record in copied.values() if await _is_new(store, record)]
    for record in restored:
        await store.write(partial(store.append, record))
    orphans = await asyncio.to_thread(_by_content, store.originals, report.orphans)
    found = put_back = 0
    lost: list[str] = []
    gone = set(report.missing)
    for ids in chunks([*report.missing, *report.changed]):
        for picture in await store.find(ids):
            if picture.id in gone and picture.sha256 in orphans:
                place = orphans.pop(picture.sha256)
                await edits.set_field(store, "path", [picture.id], place)
                found += 1
            elif await asyncio.to_thread(_put_back, store.originals, picture):
                put_back += 1
            elif picture.id in gone:
                lost.append(picture.id)
    if lost:
        await edits.set_field(store, "missing", lost, True)
    marked = await store.query_index(lambda index: index.state.missing(), long=True)
    if back := [id for id in marked if id not in gone]:
        await edits.set_field(store, "missing", back, False)
    return RepairResult(found=found, put_back=put_back, lost=len(lost), records=len(restored))


def _by_content(originals: Originals, orphans: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for relative in orphans:
        try:
            found[originals.sha256_of(inside.below(originals.folder, relative))] = relative
        except (OSError, StorageError) as error:
            log.warning("A file beside the library cannot be read: %s", error)
    return found


def _put_back(originals: Originals, picture: Picture) -> bool:
    """Restore an original from a reference with the same content; False if there is none."""
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
    """Records of finished jobs and imports in the daily copies, by id; the newest of each."""
    found: dict[str, Record] = {}
    try:
        for record in daily_copies.records_of(library):
            if record.kind == "job" and record.job is not None:
                found[record.job.id] = record
            elif record.kind in ("import", DERIVED):
                found[record.id] = record
    except StorageError as error:
        log.warning("The copies of the records cannot be read: %s", error)
    return found
