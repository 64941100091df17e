"""Keys in a test: a scripted keyring, and the objects around it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

from studio.config.credentials import Credentials, KeyringFailure, KeySource, KeyState, SecretStore
from studio.config.settings import SettingsStore
from studio.domain.events import EventBus, KeyChanged
from tests.canary import KEY

OTHER = "sk-canary-other-9876543210"


class Scripted:
    """A keyring in memory that can be locked, shows prompts and refuses, all on demand."""

    name = "scripted"

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.state = KeyState.OK
        self.refusal: KeyringFailure | None = None
        self.prompt: threading.Event | None = None
        self.prompted = 0
        self.asked = 0

    def door(self) -> KeyState:
        self.asked += 1
        if self.refusal is not None and self.refusal.state is KeyState.ABSENT:
            raise self.refusal
        return self.state

    def _enter(self) -> None:
        self.asked += 1
        if self.state is KeyState.LOCKED:
            self.prompted += 1
            if self.prompt is not None:
                assert self.prompt.wait(60)
        if self.refusal is not None:
            raise self.refusal
        self.state = KeyState.OK

    def get(self, service: str, profile: str) -> str | None:
        self._enter()
        return self.kept.get((service, profile))

    def set(self, service: str, profile: str, key: str) -> None:
        self._enter()
        self.kept[service, profile] = key

    def delete(self, service: str, profile: str) -> None:
        self._enter()
        self.kept.pop((service, profile), None)


class Bench:
    """Keys with everything around them, and the events they published."""

    def __init__(
        self,
        folder: Path,
        vault: SecretStore,
        environ: dict[str, str] | None = None,
        **options: float,
    ) -> None:
        self.events = EventBus()
        self.heard: list[str] = []
        self.events.subscribe(self._hear)
        self.settings = SettingsStore(folder / "settings.json", self.events)
        self.settings.load()
        self.changed = asyncio.Event()
        self.keys = Credentials(
            "gridbrush:test",
            self.settings,
            self.events,
            environ or {},
            vault,
            patience=options.get("patience", 10),
        )

    def _hear(self, event: object) -> None:
        if isinstance(event, KeyChanged):
            self.heard.append(event.profile)
            self.changed.set()

    async def until(self, state: KeyState, source: KeySource = KeySource.KEYRING) -> None:
        while (now := self.keys.status("dgrid")).state is not state or now.source is not source:
            self.changed.clear()
            await self.changed.wait()


def run(
    folder: Path,
    work: Callable[[Bench], Awaitable[None]],
    vault: SecretStore | None = None,
    environ: dict[str, str] | None = None,
    **options: float,
) -> None:
    async def main() -> None:
        bench = Bench(folder, vault or Scripted(), environ, **options)
        async with asyncio.timeout(60):
            await work(bench)
            await bench.settings.close()

    asyncio.run(main())


def locked(prompt: threading.Event | None = None) -> Scripted:
    vault = Scripted()
    vault.kept["gridbrush:test", "dgrid"] = KEY
    vault.state = KeyState.LOCKED
    vault.prompt = prompt
    return vault


def known(folder: Path) -> None:
    (folder / "settings.json").write_text('{"profile": "dgrid", "known_keys": ["dgrid"]}')
