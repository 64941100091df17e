"""Another library is chosen in the window and opened by a new start."""

from __future__ import annotations

from pathlib import Path

from studio import paths
from studio.settings import SettingsStore
from studio.ui.dialogs import other_library
from tests.ui.windows import make, opened


async def test_another_library_is_remembered_and_opened_by_a_new_start(tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / ".gridbrush").mkdir(parents=True)
    (other / ".gridbrush/id").write_text('{"id": "other", "version": 1}')
    (other / "2026-11").mkdir()
    started: list[tuple[str, list[str]]] = []
    async with opened(tmp_path / "home") as window:
        await other_library.take(window, other / "2026-11")
        assert window.core.settings.value.library == str(other)
        kept = SettingsStore(window.core.paths.settings_file, window.core.events)
        assert kept.load().library == str(other)
        notice = window.messages.notice
        assert notice is not None
        assert notice.text == f"{other} is opened at the next start."
        assert [name for name, _words in notice.actions] == ["open_library", "later"]

        other_library.reopen(window, lambda *command: started.append(command))
        assert window.closing
        # Not before this one has given back what both may want.
        assert not started
    program, *words = paths.program()
    assert started == [(program, words)]


async def test_what_is_open_or_was_named_is_not_opened_again(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await make(window)
        await other_library.take(window, window.core.library.folder)
        assert window.toast._text.text() == "This library is open already"
        assert window.core.settings.value.library == ""
        await other_library.choose(window)
        assert "named when the program was started" in window.toast._text.text()
        fresh = tmp_path / "fresh"
        fresh.mkdir()
        await other_library.take(window, fresh)
        notice = window.messages.notice
        assert notice is not None
        assert notice.text == f"A new library is made in {fresh} at the next start."
