"""Answers of the systems' keyrings, and conversion of their errors."""

from __future__ import annotations

import logging

import pytest
from keyring import errors as keyring_errors

from studio.config.key_status import KeyState
from studio.config.system_vault import SystemSecretStore
from studio.config.vault import KeyringFailure
from tests.canary import KEY


class Backend:
    """What the keyring library gives on some system, scripted."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, name: str) -> str | None:
        if self.error is not None:
            raise self.error
        return self.kept.get((service, name))

    def set_password(self, service: str, name: str, password: str) -> None:
        if self.error is not None:
            raise self.error
        self.kept[service, name] = password

    def delete_password(self, service: str, name: str) -> None:
        if (service, name) not in self.kept:
            raise keyring_errors.PasswordDeleteError("No such password!")
        del self.kept[service, name]


class WindowsError1783(Exception):
    winerror = 1783


@pytest.mark.parametrize(
    ("error", "display", "state"),
    [
        (keyring_errors.NoKeyringError("none"), True, KeyState.ABSENT),
        (keyring_errors.KeyringLocked("Failed to unlock the collection!"), True, KeyState.DENIED),
        (keyring_errors.KeyringLocked("Failed to unlock the collection!"), False, KeyState.LOCKED),
        (keyring_errors.KeyringLocked(f"Can't get: (-128, {KEY})"), True, KeyState.DENIED),
        (keyring_errors.InitError("Prompt dismissed"), True, KeyState.DENIED),
        (keyring_errors.PasswordSetError(f"Can't store {KEY}"), True, KeyState.DENIED),
        (WindowsError1783("CredWrite", KEY), True, KeyState.TOO_LONG),
        (OSError(5, "the bus went away", KEY), True, KeyState.DENIED),
    ],
)
def test_every_error_of_a_keyring_becomes_a_reason_without_the_key(
    error: Exception, display: bool, state: KeyState, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    vault = SystemSecretStore(Backend(error), display=display)
    with pytest.raises(KeyringFailure) as caught:
        vault.set("gridbrush", "dgrid", KEY)
    assert caught.value.state is state
    assert caught.value.reason
    assert caught.value.__suppress_context__
    assert "canary" not in str(caught.value) + caplog.text


def test_windows_is_not_asked_to_take_what_it_would_cut() -> None:
    backend = Backend()
    vault = SystemSecretStore(backend, longest=1280, door=lambda: KeyState.OK)
    vault.set("gridbrush", "dgrid", "k" * 1280)
    with pytest.raises(KeyringFailure) as caught:
        vault.set("gridbrush", "dgrid", "k" * 1281)
    assert caught.value.state is KeyState.TOO_LONG
    assert "1,280" in caught.value.reason
    assert len(backend.kept["gridbrush", "dgrid"]) == 1280


def test_deleting_what_is_not_there_is_no_error() -> None:
    vault = SystemSecretStore(Backend())
    vault.delete("gridbrush", "dgrid")
    vault.set("gridbrush", "dgrid", KEY)
    vault.delete("gridbrush", "dgrid")
    assert vault.get("gridbrush", "dgrid") is None
