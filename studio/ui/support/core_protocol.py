"""What the panels around the gallery ask of the core; scripted in tests."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from studio.common.paths import Paths
from studio.config.key_status import KeyStatus
from studio.config.settings import SettingsStore
from studio.domain.events import EventBus


class CredentialsProtocol(Protocol):
    """The keys of the profiles."""

    def status(self, profile: str) -> KeyStatus: ...
    async def store(self, profile: str, key: str) -> KeyStatus: ...
    async def unlock(self, profile: str) -> KeyStatus: ...
    async def delete_key(self, profile: str) -> None: ...


class CoreProtocol(Protocol):
    """The core: settings, keys, and where things lie."""

    @property
    def settings(self) -> SettingsStore: ...
    @property
    def events(self) -> EventBus: ...
    @property
    def keys(self) -> CredentialsProtocol: ...
    @property
    def paths(self) -> Paths: ...
    @property
    def library_folder(self) -> Path: ...
    async def test_key(self, name: str, key: str | None = None) -> str: ...
