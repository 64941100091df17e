"""What `verify` found, mended as far as the library itself has the means.

Nothing is deleted. A file that was moved within the library is found by its bytes; a missing or
changed original is put back where its bytes were kept as somebody's reference; what has other bytes
is set aside beside it. Records that cannot be read are taken from the copies of the last days,
where they are of finished jobs: those can be taken at any time, while changes come in an order.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from pathlib import Path, PurePosixPath

from studio import files
from studio.domain import Picture
from studio.errors import StorageError
from studio.library import copies
from studio.library.check import Report
from studio.library.library import Library
from studio.library.originals import Originals, sha256_of
from studio.library.portions import chunks
from studio.library.records import Record
from studio.values import dataclass

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """What was done.

    Attributes:
        found: pictures whose file was found under another name.
        put_back: pictures whose file was made anew from a kept copy.
        lost: pictures that are marked as missing now.
        records: finished jobs taken from a copy of the records.
    """

    found: int = 0
    put_back: int = 0
    lost: int = 0
    records: int = 0

    @property
    def total(self) -> int:
        """How many things were mended; what is lost is none of them."""
        return self.found + self.put_back + self.records


async def repair(library: Library, report: Report) -> Repaired:
    """Mend what can be. Only the owner may. Raises StorageError."""
    copied = await asyncio.to_thread(_copied, library.folder) if report.damaged_records else {}
    taken = [record for job, record in copied.items() if await library.job_state(job) is None]
    for record in taken:
        await library.write(partial(library.append, record))
    orphans = await asyncio.to_thread(_by_content, library.originals, report.orphans)
    found = put_back = 0
    lost: list[str] = []
    gone = set(report.missing)
    for ids in chunks([*report.missing, *report.changed]):
        for picture in await library.find(ids):
            if picture.id in gone and picture.sha256 in orphans:
                await _follow(library, picture, orphans.pop(picture.sha256))
                found += 1
            elif await asyncio.to_thread(_put_back, library.originals, picture):
                put_back += 1
            elif picture.id in gone:
                lost.append(picture.id)
    if lost:
        await library.change("missing", lost, lambda _former: [(True, lost)])
    said = await library.ask(lambda index: index.state.missing(), long=True)
    if back := [id for id in said if id not in gone]:
        await library.change("missing", back, lambda _former: [(False, back)])
    return Repaired(found=found, put_back=put_back, lost=len(lost), records=len(taken))


async def _follow(library: Library, picture: Picture, place: str) -> None:
    await library.change("path", [picture.id], lambda _former: [(place, [picture.id])])


def _by_content(originals: Originals, orphans: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for relative in orphans:
        try:
            found[sha256_of(originals.folder.joinpath(*PurePosixPath(relative).parts))] = relative
        except OSError as error:
            log.warning("A file beside the library cannot be read: %s", error)
    return found


def _put_back(originals: Originals, picture: Picture) -> bool:
    """Whether the bytes of an original were kept as a reference, and are in their place again."""
    for kept in originals.inputs.glob(f"{picture.sha256}.*"):
        data = kept.read_bytes()
        if not originals.is_content(data, picture.sha256):
            continue
        path = originals.path(picture)
        if path.exists():
            files.move(path, _aside(path))
        files.replace(path, data)
        return True
    return False


def _aside(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.stem}.changed-{number}{path.suffix}")).exists():
        number += 1
    return aside


def _copied(library: Path) -> dict[str, Record]:
    """Finished jobs that the copies know, by the job's id; the newest word on each."""
    found: dict[str, Record] = {}
    try:
        for record in copies.records_of(library):
            if record.kind == "job" and record.job is not None:
                found[record.job.id] = record
    except StorageError as error:
        log.warning("The copies of the records cannot be read: %s", error)
    return found
