"""Conflict copies of record files, as services leave them that keep a folder on two computers.

Both computers wrote into the month's file, and the service kept one beside the other under a name
of its own. What only the copy knows is added to the log, in order of time; then the copy is put
away among the copies of the records. The same record twice is one record.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Sequence
from pathlib import Path

from studio import files
from studio.library import records
from studio.library.records import Record, RecordLog

log = logging.getLogger(__name__)


def merge(into: RecordLog, strays: Sequence[Path]) -> int:
    """Take over what only these files know; how many records. Blocking; only the owner may.

    Doing it twice changes nothing. Raises StorageError, LibraryTooNew.
    """
    known = {record.id for record, *_place in into.read()}
    new: dict[str, Record] = {}
    for path in strays:
        for line in path.read_bytes().splitlines(keepends=True):
            with contextlib.suppress(ValueError):
                record = records.decode(line)
                if record.id not in known:
                    new[record.id] = record
    for record in sorted(new.values(), key=lambda one: one.at):
        into.append(record)
    aside = into.folder.parent / "copies" / ".conflicts"
    for path in strays:
        target, number = aside / path.name, 1
        while target.exists():
            target, number = aside / f"{number}-{path.name}", number + 1
        files.move(path, target)
    log.warning("%d records of %d conflict copies were taken over", len(new), len(strays))
    return len(new)
