"""Merge of conflict copies of record files, which sync services create.

If two computers write to the same month's file, the service keeps the second version under another
name. Records that only this copy has are appended to the log, ordered by time; then the copy is
moved to the copies of the records. Duplicate records count once.
"""

from __future__ import annotations

import contextlib
import logging
from pathlib import Path

from studio.common import files, json_reader
from studio.common.json_reader import NotUnderstood
from studio.library.log import record_log
from studio.library.log.record_log import RecordLog
from studio.library.log.records import Record

log = logging.getLogger(__name__)

_LONGEST = 1 << 30


def merge(into: RecordLog) -> int:
    """Append the records found only in conflict copies; returns their number. Owner only.

    Blocking; idempotent. Raises StorageError, LibraryTooNew.
    """
    strays = into.strays()
    if not strays:
        return 0
    known = {record.id for record, *_place in into.read()}
    new: dict[str, Record] = {}
    for path in strays:
        for line in _lines(path):
            with contextlib.suppress(NotUnderstood):
                record = record_log.decode(line)
                if record.id not in known:
                    new[record.id] = record
    for record in sorted(new.values(), key=lambda record: record.at):
        into.append(record)
    aside = into.folder.parent / "copies" / ".conflicts"
    for path in strays:
        target, number = aside / path.name, 1
        while target.exists():
            target, number = aside / f"{number}-{path.name}", number + 1
        files.move(path, target, within=into.folder.parent.parent)
    log.warning("%d records of %d conflict copies were taken over", len(new), len(strays))
    return len(new)


def _lines(path: Path) -> list[bytes]:
    try:
        return json_reader.read(path, limit=_LONGEST).splitlines(keepends=True)
    except (OSError, NotUnderstood) as error:
        log.warning("A conflict copy cannot be read: %s", error)
        return []
