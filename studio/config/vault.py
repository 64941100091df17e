"""Interface of a keyring, and its error."""

from __future__ import annotations

from typing import Protocol

from studio.config.key_status import KeyState


class KeyringFailure(Exception):
    """Failure of a keyring call; `reason` becomes part of a sentence."""

    def __init__(self, state: KeyState, reason: str) -> None:
        super().__init__(reason)
        self.state = state
        self.reason = reason


class SecretStore(Protocol):
    """One keyring. Blocking; every method raises KeyringFailure."""

    name: str

    def door(self) -> KeyState:
        """State, read without a prompt: OK, LOCKED, NONE (no key), or UNREAD if unknown."""

    def get(self, service: str, profile: str) -> str | None:
        """The key; may prompt."""

    def set(self, service: str, profile: str, key: str) -> None:
        """Store a key; may prompt."""

    def delete(self, service: str, profile: str) -> None:
        """Delete a key, if there is one; may prompt."""
