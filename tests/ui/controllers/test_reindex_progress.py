"""A window whose index is rebuilt: progress, use meanwhile, and all pictures at the end."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks import library_maker
from tests.library.log_gate import LogGate
from tests.ui.answers import labels
from tests.ui.windows import opened, until

ROWS = 40


async def test_it_says_how_far_it_is_and_shows_all_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = LogGate(monkeypatch, records=ROWS // 2)
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
        gate.open.set()
        await until(core, lambda: window.library_view.shown == ROWS, "all pictures")
        await until(core, lambda: messages.notice is None, "no message")
        await until(core, lambda: window.library_view.counts.all == ROWS, "counted")
        assert window.gallery.isVisible()
