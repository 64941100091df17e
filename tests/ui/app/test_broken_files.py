"""A broken file of window state is set aside and reported once; the program starts."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.ui.windows import opened, until

STATE = "state/window.json"
DRAFT = "state/draft.json"


async def said() -> None:
    """What a start has to say was said: the sentences come first of what it does last."""
    for _round in range(20):
        await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (STATE, b"{"),
        (STATE, b"\xff\xfe\x00"),
        (STATE, b"[]"),
        (STATE, b'{"geometry":"a"}'),
        (STATE, b'{"sidebar_width":1e300}'),
        (STATE, b'{"inspector_width":99999999999999}'),
        (STATE, b'{"prompt":[1,2,"three"]}'),
        (STATE, b"[" * 100_000),
        (DRAFT, b'{"prompt":' * 100_000),
        (DRAFT, b'{"prompt":"half a pro'),
        (DRAFT, b"null"),
        (DRAFT, b'{"count":"many"}'),
    ],
)
async def test_a_broken_file_is_set_aside_and_reported_once(
    tmp_path: Path, name: str, text: bytes
) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    path.write_bytes(text)
    async with opened(tmp_path) as window:
        await until(window.core, lambda: window.messages.notice is not None, "a notice")
        notice = window.messages.notice
        assert notice is not None
        assert path.name in notice.text
        aside = path.with_name(f"{path.stem}.broken.json")
        assert str(aside) in notice.text
        assert aside.read_bytes() == text
    async with opened(tmp_path) as window:
        await said()
        assert window.messages.notice is None
        assert aside.read_bytes() == text


async def test_a_strange_but_readable_state_is_taken(tmp_path: Path) -> None:
    path = tmp_path / STATE
    path.parent.mkdir(parents=True)
    path.write_bytes(b'{"geometry":"AAAA","sidebar_width":-5,"prompt":[0],"version":7,"more":{}}')
    async with opened(tmp_path) as window:
        await said()
        assert window.messages.notice is None


async def test_a_draft_with_one_odd_choice_keeps_its_words(tmp_path: Path) -> None:
    path = tmp_path / DRAFT
    path.parent.mkdir(parents=True)
    path.write_bytes(b'{"prompt":"A harbour","count":"many","references":[{"sha256":"*"}]}')
    async with opened(tmp_path) as window:
        await until(window.core, lambda: window.messages.notice is not None, "a notice")
        assert window.composer.card.editor.toPlainText() == "A harbour"


async def test_what_is_odd_in_settings_and_records_is_said_in_the_window(tmp_path: Path) -> None:
    settings = tmp_path / "config/settings.json"
    settings.parent.mkdir(parents=True)
    settings.write_bytes(b'{"version":1,"profiles":[{"name":"b"}]}')
    log = tmp_path / "library/.gridbrush/records/2026-10.jsonl"
    log.parent.mkdir(parents=True)
    log.write_bytes(b'{"v":1,"sum":"00000000"}\n')
    async with opened(tmp_path) as window:
        said = []

        def both() -> bool:
            if (notice := window.messages.notice) is not None and notice.text not in said:
                said.append(notice.text)
                window.messages.on_close()
            return len(said) == 2

        await until(window.core, both, "two notices")
        assert "profiles b" in " ".join(said)
        assert "line in the records" in " ".join(said)
