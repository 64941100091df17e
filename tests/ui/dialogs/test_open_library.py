"""Another library is chosen in the window and opened by a new start."""

from __future__ import annotations

from pathlib import Path

from studio.common import paths
from studio.config.settings import SettingsStore
from studio.library.operations import first_open
from tests.torture.strangers import sound, written
from tests.ui.answers import answer, labels
from tests.ui.scripted_core import until
from tests.ui.windows import make, opened


async def test_another_library_is_remembered_and_opened_by_a_new_start(tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / ".gridbrush").mkdir(parents=True)
    (other / ".gridbrush/id").write_text('{"id": "other", "version": 1}')
    (other / "2026-11").mkdir()
    started: list[tuple[str, list[str]]] = []
    async with opened(tmp_path / "home") as window:
        await window.library_opener.set_library(other / "2026-11")
        assert window.core.settings.value.library == str(other)
        kept = SettingsStore(window.core.paths.settings_file, window.core.events)
        assert kept.load().library == str(other)
        notice = window.messages.notice
        assert notice is not None
        assert notice.text == f"{other} opens at the next start."
        assert labels(window.messages) == ["Open now", "Later"]

        window.library_opener.reopen(lambda *command: started.append(command))
        assert window.closing
        # Not before this one has given back what both may want.
        assert not started
    program, *words = paths.program()
    assert started == [(program, words)]


async def test_what_is_open_or_was_named_is_not_opened_again(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await make(window)
        await window.library_opener.set_library(window.core.library.folder)
        assert window.toast.text == "This library is already open"
        assert window.core.settings.value.library == ""
        await window.library_opener.choose()
        assert "set at startup" in window.toast.text
        fresh = tmp_path / "fresh"
        fresh.mkdir()
        await window.library_opener.set_library(fresh)
        notice = window.messages.notice
        assert notice is not None
        assert notice.text == f"A new library is created in {fresh} at the next start."


async def test_a_library_from_elsewhere_with_work_under_way_is_asked_about(tmp_path: Path) -> None:
    received = tmp_path / "received"
    written(sound(), received)
    async with opened(tmp_path / "home") as window:
        await window.library_opener.set_library(received)
        notice = window.messages.notice
        assert notice is not None
        assert "never opened here" in notice.text
        assert labels(window.messages) == ["Open now", "Trust library"]
        where = window.core.paths
        assert not first_open.is_known(received, where.computed)
        answer(window.messages, "Trust library")
        await until(lambda: window.closing)
        assert first_open.is_known(received, where.computed)
        window.core.afterwards = None
