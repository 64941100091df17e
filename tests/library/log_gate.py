"""Holds up the rebuild of an index, so that tests see what is meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from studio.library.log import read_progress
from studio.library.log.record_log import RecordLog
from studio.library.log.records import BEGINNING, LogPosition, Record
from studio.library.operations import reindex


class LogGate:
    """Holds up the reading of the log until it is opened; every rebuild reports its progress.

    Attributes:
        reached: so many records were read.
        open: set to let the reading go on.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, records: int) -> None:
        self.reached, self.open = threading.Event(), threading.Event()
        real = RecordLog.read

        def read(
            log: RecordLog, since: LogPosition = BEGINNING
        ) -> Iterator[tuple[Record, LogPosition, LogPosition]]:
            for number, found in enumerate(real(log, since)):
                if number == records:
                    self.reached.set()
                    assert self.open.wait(60)
                yield found

        monkeypatch.setattr(reindex, "LONG", 0)
        monkeypatch.setattr(read_progress, "_TELL_EVERY", 0.0)
        monkeypatch.setattr(RecordLog, "read", read)
