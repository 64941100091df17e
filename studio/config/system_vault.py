"""The system's own keyring. The only module that imports the keyring library.

`credentials` loads it on a thread for the first key.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

from keyring import errors

from studio.common.errors import KeyMissing
from studio.common.i18n import _, number
from studio.config.key_status import KeyState
from studio.config.vault import KeyringFailure, SecretStore

if sys.platform == "darwin":
    from keyring.backends import macOS
elif sys.platform == "win32":
    from keyring.backends import Windows
else:
    import secretstorage
    from keyring.backends import SecretService, kwallet

    def _secret_service() -> KeyState:
        """Whether the default collection is unlocked; reads properties only, so never prompts."""
        with contextlib.closing(secretstorage.dbus_init()) as bus:
            try:
                collection = secretstorage.Collection(bus)
            except secretstorage.ItemNotFoundException:
                return KeyState.NONE
            return KeyState.LOCKED if collection.is_locked() else KeyState.OK


log = logging.getLogger(__name__)


class SystemSecretStore:
    """Backend of the keyring library that converts its errors."""

    def __init__(
        self,
        backend: Any,
        *,
        door: Callable[[], KeyState] = lambda: KeyState.UNREAD,
        longest: int | None = None,
        display: bool = True,
    ) -> None:
        """`longest`: limit of a key in characters; `display`: whether prompts can be shown."""
        self.name = f"{type(backend).__module__}.{type(backend).__qualname__}"
        self._backend = backend
        self._door = door
        self._longest = longest
        self._display = display

    def door(self) -> KeyState:
        """State of the keyring, read without a prompt."""
        with self._errors():
            return self._door()

    def get(self, service: str, profile: str) -> str | None:
        """The key; may prompt."""
        with self._errors():
            found = self._backend.get_password(service, profile)
            return None if found is None else str(found)

    def set(self, service: str, profile: str, key: str) -> None:
        """Store a key; may prompt."""
        if self._longest is not None and len(key) > self._longest:
            raise KeyringFailure(KeyState.TOO_LONG, _too_long(self._longest))
        with self._errors():
            self._backend.set_password(service, profile, key)

    def delete(self, service: str, profile: str) -> None:
        """Delete a key, if there is one; may prompt."""
        if self.get(service, profile) is not None:
            with self._errors():
                self._backend.delete_password(service, profile)

    @contextlib.contextmanager
    def _errors(self) -> Any:
        try:
            yield
        except Exception as error:  # noqa: BLE001 backends pass on errors of the system
            # No cause attached: a foreign error may have the key in its arguments.
            raise trouble_of(error, display=self._display) from None


def _too_long(longest: int) -> str:
    return _("the system keyring stores at most {count} characters").format(count=number(longest))


def trouble_of(error: Exception, *, display: bool) -> KeyringFailure:
    """Reason for an error of the keyring library, without the key."""
    name = type(error).__name__
    log.info("The keyring refused: %s", name)
    if isinstance(error, KeyringFailure):
        return error
    if isinstance(error, errors.NoKeyringError) or name == "SecretServiceNotAvailableException":
        return KeyringFailure(KeyState.ABSENT, _("no system keyring found"))
    if isinstance(error, errors.KeyringLocked | errors.InitError):
        # Both errors occur when no prompt can be shown, and when the user closed it.
        if display:
            return KeyringFailure(
                KeyState.DENIED, _("the keyring's password prompt was closed or denied")
            )
        return KeyringFailure(
            KeyState.LOCKED, _("the keyring is locked and cannot ask for its password here")
        )
    if getattr(error, "winerror", None) == 1783:
        return KeyringFailure(KeyState.TOO_LONG, _too_long(1280))
    return KeyringFailure(
        KeyState.DENIED,
        # Translators: {name} is the name of an error.
        _("the keyring reported a problem ({name})").format(name=name),
    )


def open_vault(environ: Mapping[str, str]) -> SecretStore:
    """The system's keyring. Blocking. Raises KeyringFailure if there is none.

    The backend is chosen by name, not by keyring's priorities, so that a key is still found after
    a change of desktop.
    """
    kind: Any
    if sys.platform == "darwin":
        kind = macOS.Keyring
        return SystemSecretStore(kind())
    elif sys.platform == "win32":
        kind = Windows.WinVaultKeyring
        windows = kind()
        windows.persist = "local machine"  # the default roams to other machines
        return SystemSecretStore(windows, longest=1280, door=lambda: KeyState.OK)
    else:
        display = bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))
        kind = SecretService.Keyring
        if _works(kind):
            return SystemSecretStore(kind(), door=_secret_service, display=display)
        kind = kwallet.DBusKeyring
        if _works(kind):
            return SystemSecretStore(kind(), display=display)
        raise KeyringFailure(KeyState.ABSENT, _("no system keyring found"))


def _works(backend: Any) -> bool:
    try:
        return bool(backend.priority > 0)
    except Exception as error:  # noqa: BLE001 each backend raises errors of its own
        log.info("%s cannot be used: %s", backend.__module__, type(error).__name__)
        return False


def backend_name(environ: Mapping[str, str] | None = None) -> str:
    """The name of the keyring in use, for the self-test; blocking, may start its service.

    Raises KeyMissing if there is none.
    """
    try:
        return open_vault(os.environ if environ is None else environ).name
    except KeyringFailure as trouble:
        raise KeyMissing(_("No keyring"), trouble.reason) from trouble
