"""What a keyring has to do, whichever it is, and why it may not."""

from __future__ import annotations

from typing import Protocol

from studio.config.key_status import KeyState


class KeyringFailure(Exception):
    """Why the keyring did not do what was asked; `reason` goes into a sentence."""

    def __init__(self, state: KeyState, reason: str) -> None:
        super().__init__(reason)
        self.state = state
        self.reason = reason


class SecretStore(Protocol):
    """One keyring. Blocking; every method raises KeyringTrouble."""

    name: str

    def door(self) -> KeyState:
        """Without any prompt: OK, LOCKED, NONE (nothing in it), or UNREAD where nobody can tell."""

    def get(self, service: str, profile: str) -> str | None:
        """The key; may prompt."""

    def set(self, service: str, profile: str, key: str) -> None:
        """Keep a key; may prompt."""

    def delete(self, service: str, profile: str) -> None:
        """Delete a key, if there is one; may prompt."""
