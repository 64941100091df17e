"""A window whose index is rebuilt: progress, use meanwhile, and all pictures at the end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.library.log import read_progress
from studio.library.log.record_log import RecordLog
from studio.library.log.records import BEGINNING, LogPosition, Record
from studio.library.operations import reindex
from tests.benchmarks import library_maker
from tests.ui.answers import labels
from tests.ui.windows import opened, until

ROWS = 40


async def test_it_says_how_far_it_is_and_shows_all_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reindex, "LONG", 0)
    monkeypatch.setattr(read_progress, "_TELL_EVERY", 0.0)
    go_on = threading.Event()
    real = RecordLog.read

    def read(
        log: RecordLog, since: LogPosition = BEGINNING
    ) -> Iterator[tuple[Record, LogPosition, LogPosition]]:
        for number, found in enumerate(real(log, since)):
            if number == ROWS // 2:
                assert go_on.wait(60)
            yield found

    monkeypatch.setattr(RecordLog, "read", read)
    library_maker.write(tmp_path / "library", ROWS)
    async with opened(tmp_path) as window:
        core, messages = window.core, window.messages
        await until(core, lambda: messages.notice is not None, "the message")
        assert messages.notice is not None
        assert "Reading the library again" in messages.notice.text
        assert labels(messages) == ["Stop"]
        assert window.isVisible()
        assert window.model.rowCount() == 0
        window.composer.focus_prompt()
        go_on.set()
        await until(core, lambda: window.library_view.shown == ROWS, "all pictures")
        await until(core, lambda: messages.notice is None, "no message")
        await until(core, lambda: window.library_view.counts.all == ROWS, "counted")
        assert window.gallery.isVisible()
