"""Update checks: only if enabled, and only announced."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from studio import __version__
from studio.app import updates
from studio.app.updates import Update
from studio.common.errors import ServiceError
from studio.config.settings import SettingsStore
from studio.domain.events import EventBus
from studio.providers.transport import HttpClient


class Server:
    """Answers every request with what it was given, and keeps what was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.body: Callable[[str], bytes] = lambda root: b"{}"
        self.status = 200

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.asked.append(head)
        host = head.partition("Host: ")[2].partition("\r\n")[0]
        body = self.body(f"http://{host}")
        start = f"HTTP/1.1 {self.status} Said\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(start.encode() + body)
        await writer.drain()
        writer.close()


@contextlib.asynccontextmanager
async def serving() -> AsyncIterator[tuple[Server, str, HttpClient]]:
    server, client = Server(), HttpClient()
    listening = await asyncio.start_server(server.answer, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    try:
        yield server, f"http://127.0.0.1:{port}/updates.json", client
    finally:
        await client.close()
        listening.close()


def says(version: str, notes: str = "", path: str = "/new") -> Callable[[str], bytes]:
    return lambda root: json.dumps(
        {"version": version, "notes": notes, "link": root + path, "more": [1]}
    ).encode()


@pytest.fixture
def store(tmp_path: Path) -> SettingsStore:
    return SettingsStore(tmp_path / "settings.json", EventBus())


def test_it_is_off_until_the_user_wants_it(store: SettingsStore) -> None:
    async def main() -> None:
        async with serving() as (server, address, client):
            server.body = says("99.0")
            assert not store.value.updates
            assert await updates.check_for_update(client, store, address) is None
            assert not server.asked

    asyncio.run(asyncio.wait_for(main(), 60))


def test_a_newer_version_is_reported_once_a_day_with_notes_and_link(store: SettingsStore) -> None:
    async def main() -> None:
        store.change(updates=True)
        async with serving() as (server, address, client):
            server.body = says("99.1", "Faster.\nQuieter.\x07")
            found = await updates.check_for_update(client, store, address, today="2026-11-23")
            root = address.removesuffix("/updates.json")
            assert found == Update("99.1", "Faster. Quieter.", f"{root}/new")
            assert (
                await updates.check_for_update(client, store, address, today="2026-11-23") is None
            )
            assert len(server.asked) == 1
            assert (
                await updates.check_for_update(client, store, address, today="2026-11-24") == found
            )
            store.change(update_seen="99.1")
            assert (
                await updates.check_for_update(client, store, address, today="2026-11-25") is None
            )
            server.body = says("99.2")
            assert await updates.check_for_update(client, store, address, today="2026-11-26")

    asyncio.run(asyncio.wait_for(main(), 60))


def test_the_request_tells_nothing_about_who_asks(store: SettingsStore) -> None:
    async def main() -> None:
        store.change(updates=True)
        async with serving() as (server, address, client):
            await updates.check_for_update(client, store, address)
            (head,) = server.asked
            names = {line.partition(":")[0].lower() for line in head.splitlines()[1:] if line}
            assert head.startswith("GET /updates.json HTTP/1.1\r\n")
            assert not names & {"authorization", "cookie", "x-goog-api-key", "referer", "from"}
            assert __version__ not in head.partition("\r\n")[2].replace("127.0.0.1", "")

    asyncio.run(asyncio.wait_for(main(), 60))


@pytest.mark.parametrize("version", ["0.0.1", "0.1.0", "0.1", "0.1.0.0"])
def test_the_same_and_older_versions_are_no_news(store: SettingsStore, version: str) -> None:
    async def main() -> None:
        store.change(updates=True)
        async with serving() as (server, address, client):
            server.body = says(version)
            assert await updates.check_for_update(client, store, address, version="0.1.0") is None
            assert server.asked

    asyncio.run(asyncio.wait_for(main(), 60))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"version": "99.0"}',
        b'{"version": 99, "link": "ROOT/new"}',
        b'{"version": "99.0; rm", "link": "ROOT/new"}',
        b'{"version": "99.0", "link": "https://elsewhere.example/new"}',
        b'{"version": "99.0", "link": "file:///etc/passwd"}',
        b'{"version": "99.0", "link": "javascript:alert(1)"}',
        b'{"version": "99.0", "link": "ROOT/new", "notes": "' + b"x" * 70000 + b'"}',
    ],
)
def test_a_broken_or_wicked_feed_is_no_news(store: SettingsStore, body: bytes) -> None:
    async def main() -> None:
        store.change(updates=True)
        async with serving() as (server, address, client):
            server.body = lambda root: body.replace(b"ROOT", root.encode())
            assert await updates.check_for_update(client, store, address) is None
            assert len(server.asked) == 1
            with pytest.raises(ServiceError):
                updates.read(body.replace(b"ROOT", b"http://127.0.0.1"), address)

    asyncio.run(asyncio.wait_for(main(), 60))


def test_long_notes_are_cut() -> None:
    body = says("99.0", "word " * 200)("https://here.example")
    notes = updates.read(body, "https://here.example/updates.json").notes
    assert notes.endswith("…")
    assert len(notes) == 301


def test_without_a_network_the_next_start_asks_again(store: SettingsStore) -> None:
    async def main() -> None:
        store.change(updates=True)
        async with serving() as (_server, address, client):
            pass
        client = HttpClient()
        assert await updates.check_for_update(client, store, address, today="2026-11-23") is None
        assert store.value.update_asked == ""
        await client.close()

    asyncio.run(asyncio.wait_for(main(), 60))


def test_a_refusal_is_not_asked_again_that_day(store: SettingsStore) -> None:
    async def main() -> None:
        store.change(updates=True)
        async with serving() as (server, address, client):
            server.status = 404
            assert (
                await updates.check_for_update(client, store, address, today="2026-11-23") is None
            )
            assert store.value.update_asked == "2026-11-23"

    asyncio.run(asyncio.wait_for(main(), 60))


def test_the_address_is_the_builds_own(tmp_path: Path) -> None:
    assert isinstance(updates.feed(), str)
    assert updates.feed(tmp_path) == ""
    for text, expected in (
        ('{"feed": "https://here.example/updates.json"}', "https://here.example/updates.json"),
        ('{"feed": 3}', ""),
        ("[]", ""),
        ("{", ""),
    ):
        (tmp_path / "updates.json").write_text(text)
        assert updates.feed(tmp_path) == expected
