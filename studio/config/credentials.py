"""API keys: from the environment, for this session only, or from the system's keyring.

A keyring may show a prompt and wait for hours, so each call has its own thread, which is not
joined: the caller waits a few seconds, the call continues, and its result is used when it arrives.
A timeout never falls back to another source, and no key is ever written to a file, a record or a
log. The system's keyring is in `system_vault`.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType

from studio.common import logs
from studio.common.errors import InputError, KeyLocked, KeyMissing
from studio.common.i18n import _
from studio.common.serial_executor import run_detached
from studio.config import key_hosts
from studio.config.environment import KEY_VARIABLE
from studio.config.key_status import KeySource, KeyState, KeyStatus, clean, describe
from studio.config.settings import OFFLINE, SettingsStore
from studio.config.vault import KeyringFailure, SecretStore
from studio.domain.events import EventBus, KeyChanged

__all__ = [
    "Credentials",
    "KeySource",
    "KeyState",
    "KeyStatus",
    "KeyringFailure",
    "SecretStore",
    "clean",
]


class _Secret:
    """A key whose repr is safe to log, for futures and threads."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return logs.HIDDEN


@dataclass(frozen=True, slots=True)
class _Outcome:
    key: _Secret | None = None
    trouble: KeyringFailure | None = None


@dataclass(frozen=True, slots=True)
class _KeyRead:
    future: asyncio.Future[_Outcome]
    prompts: bool


class Credentials:
    """API keys of this process. All methods are called on the loop's thread; none blocks."""

    def __init__(
        self,
        service: str,
        settings: SettingsStore,
        events: EventBus,
        environ: Mapping[str, str] | None = None,
        backend: SecretStore | None = None,
        *,
        environment_profile: str = "dgrid",
        patience: float = 4.0,
    ) -> None:
        """`service` is the name of the keyring entries; `backend` replaces the system's keyring.

        The environment's key belongs to `environment_profile`. After `patience` seconds, a call is
        reported as waiting.
        """
        self._service = service
        self._settings = settings
        self._events = events
        self._environ = os.environ if environ is None else environ
        self._environment_profile = environment_profile
        self._patience = patience
        self._vault = backend
        self._turn = threading.Lock()
        self._session: dict[str, _Secret] = {}
        self._keys: dict[str, _Secret] = {}
        self._noted: dict[str, KeyStatus] = {}
        self._reading: dict[str, _KeyRead] = {}

    def status(self, profile: str) -> KeyStatus:
        """Status as known without a call to the keyring."""
        if profile == self._environment_profile and self._environ.get(KEY_VARIABLE, "").strip():
            return describe(profile, KeySource.ENVIRONMENT, KeyState.OK)
        if (noted := self._noted.get(profile)) is not None:
            return noted
        if profile in self._settings.value.known_keys:
            return describe(profile, KeySource.KEYRING, KeyState.UNREAD)
        return describe(profile, KeySource.NONE, KeyState.NONE)

    def from_environment(self, profile: str) -> str | None:
        """The profile's key in the environment, if any. Raises InputError."""
        text = self._environ.get(KEY_VARIABLE, "")
        if profile != self._environment_profile or not text.strip():
            return None
        key = clean(text)
        logs.redact(key)
        return key

    async def get(self, profile: str, *, prompt: bool = True, patience: float | None = None) -> str:
        """The key of a profile. Raises KeyMissing, KeyLocked, InputError.

        Without `prompt`, the keyring never shows a window. After `patience`, KeyLocked is raised;
        the prompt stays, and KeyChanged is published once it is answered. A locked keyring is not
        opened for a profile that never had a key in it.
        """
        known = profile in self._settings.value.known_keys
        return await self._get(profile, prompt=prompt, known=known, patience=patience)

    async def check_keyring(self, profile: str) -> KeyStatus:
        """Read the status at startup, without a prompt; the offline painter needs no keyring."""
        if profile == OFFLINE:
            return self.status(profile)
        with contextlib.suppress(KeyMissing, InputError):
            await self.get(profile, prompt=False)
        return self.status(profile)

    async def unlock(self, profile: str) -> KeyStatus:
        """Read the key, with a prompt if needed; the state is WAITING while the prompt is open."""
        with contextlib.suppress(KeyMissing, InputError):
            await self._get(profile, prompt=True, known=True, patience=None)
        return self.status(profile)

    async def store(self, profile: str, key: str) -> KeyStatus:
        """Store a key in the keyring, or for this session if that fails. Raises InputError.

        The key takes effect at once. The first key makes its profile the default.
        """
        secret = _Secret(clean(key))
        logs.redact(secret.text)
        self._keys.pop(profile, None)
        self._noted.pop(profile, None)  # the key differs, even if its status does not
        self._session[profile] = secret
        self.make_default(profile)
        key_hosts.forget_host(self._settings, profile)

        def keep(vault: SecretStore) -> _Outcome:
            vault.set(self._service, profile, secret.text)
            return _Outcome(secret)

        future = self._begin(keep)
        future.add_done_callback(functools.partial(self._on_stored, profile, secret))
        await asyncio.wait({future}, timeout=self._patience)
        if not future.done():
            self._note(
                profile,
                KeySource.SESSION,
                KeyState.WAITING,
                _("the keyring is asking for its password"),
            )
        return self.status(profile)

    async def delete_key(self, profile: str) -> None:
        """Delete a key here and in the keyring. Raises KeyMissing if the keyring fails."""
        self._session.pop(profile, None)
        self._keys.pop(profile, None)
        self._noted.pop(profile, None)
        self._events.publish(KeyChanged(profile))
        known = profile in self._settings.value.known_keys

        def delete(vault: SecretStore) -> _Outcome:
            if known or vault.door() is KeyState.OK:
                vault.delete(self._service, profile)
            return _Outcome()

        future = self._begin(delete)
        future.add_done_callback(functools.partial(self._on_deleted, profile, known=known))
        await asyncio.wait({future}, timeout=self._patience)
        if not future.done():
            self._note(profile, KeySource.KEYRING, KeyState.WAITING)
            raise self._error(profile)
        if known and future.result().trouble is not None:
            raise self._error(profile)

    async def _get(self, profile: str, *, prompt: bool, known: bool, patience: float | None) -> str:
        if (text := self.from_environment(profile)) is not None:
            return text
        if (secret := self._session.get(profile) or self._keys.get(profile)) is not None:
            return secret.text
        reading = self._reading.get(profile)
        if reading is not None and reading.prompts and not prompt:
            raise self._error(profile)
        if reading is None or (prompt and not reading.prompts):
            reading = self._read(profile, prompt=prompt, known=known)
        limit = self._patience if patience is None else patience
        await asyncio.wait({reading.future}, timeout=limit)
        if not reading.future.done():
            self._note(profile, KeySource.KEYRING, KeyState.WAITING)
            raise self._error(profile)
        found = reading.future.result().key
        if found is None:
            raise self._error(profile)
        return found.text

    def _read(self, profile: str, *, prompt: bool, known: bool) -> _KeyRead:
        def read(vault: SecretStore) -> _Outcome:
            door = vault.door()
            if door is KeyState.NONE:
                return _Outcome()
            if door is KeyState.LOCKED and not (prompt and known):
                raise KeyringFailure(KeyState.LOCKED, _("the keyring is locked"))
            if door is KeyState.UNREAD and not prompt:
                raise KeyringFailure(KeyState.UNREAD, "")
            key = vault.get(self._service, profile)
            return _Outcome(_Secret(key) if key else None)

        reading = _KeyRead(self._begin(read), prompt)
        self._reading[profile] = reading
        reading.future.add_done_callback(functools.partial(self._on_read, profile, reading))
        return reading

    def _begin(self, work: Callable[[SecretStore], _Outcome]) -> asyncio.Future[_Outcome]:
        """Start a keyring call on a daemon thread."""

        def run() -> _Outcome:
            try:
                return work(self._opened())
            except KeyringFailure as trouble:
                return _Outcome(trouble=trouble)
            except Exception as error:  # noqa: BLE001 a keyring may raise anything
                return _Outcome(trouble=_system_vault().trouble_of(error, display=True))

        return run_detached("keyring", run)

    def _opened(self) -> SecretStore:
        with self._turn:
            if self._vault is None:
                self._vault = _system_vault().open_vault(self._environ)
            return self._vault

    def _on_read(self, profile: str, reading: _KeyRead, future: asyncio.Future[_Outcome]) -> None:
        if self._reading.get(profile) is reading:
            del self._reading[profile]
        if future.cancelled() or profile in self._session:
            return
        outcome = future.result()
        if (trouble := outcome.trouble) is not None:
            if trouble.state is not KeyState.UNREAD:
                known = profile in self._settings.value.known_keys
                source = KeySource.KEYRING if known else KeySource.NONE
                self._note(profile, source, trouble.state, trouble.reason)
        elif outcome.key is None:
            self._remember(profile, known=False)
            self._note(profile, KeySource.NONE, KeyState.NONE)
        else:
            logs.redact(outcome.key.text)
            self._keys[profile] = outcome.key
            self._remember(profile, known=True)
            self._note(profile, KeySource.KEYRING, KeyState.OK)

    def _on_stored(self, profile: str, secret: _Secret, future: asyncio.Future[_Outcome]) -> None:
        if future.cancelled() or self._session.get(profile) is not secret:
            return  # another key was given meanwhile, or this one deleted
        trouble = future.result().trouble
        if trouble is None:
            self._keys[profile] = self._session.pop(profile)
            self._remember(profile, known=True)
            self._note(profile, KeySource.KEYRING, KeyState.OK)
        else:
            self._note(profile, KeySource.SESSION, trouble.state, trouble.reason)

    def _on_deleted(self, profile: str, future: asyncio.Future[_Outcome], *, known: bool) -> None:
        if future.cancelled():
            return
        trouble = future.result().trouble
        if trouble is None:
            self._remember(profile, known=False)
            if profile not in self._session:
                self._note(profile, KeySource.NONE, KeyState.NONE)
        elif known:
            self._note(profile, KeySource.KEYRING, trouble.state, trouble.reason)

    def _note(self, profile: str, source: KeySource, state: KeyState, reason: str = "") -> None:
        status = describe(profile, source, state, reason)
        if self._noted.get(profile) != status:
            self._noted[profile] = status
            self._events.publish(KeyChanged(profile))

    def _remember(self, profile: str, *, known: bool) -> None:
        names = self._settings.value.known_keys
        if known and profile not in names:
            self._settings.change(known_keys=(*names, profile))
        elif not known and profile in names:
            self._settings.change(known_keys=tuple(name for name in names if name != profile))

    def make_default(self, profile: str) -> None:
        """Make the profile of the first key the default in place of the offline painter."""
        settings = self._settings.value
        if settings.profile == OFFLINE and not settings.known_keys:
            self._settings.change(profile=profile)

    def _error(self, profile: str) -> KeyMissing:
        status = self.status(profile)
        if status.locked or status.state is KeyState.UNREAD:
            return KeyLocked(
                _("The key is locked"),
                status.sentence,
                hint=_("Unlock the keyring, or set {variable} to a key for this run.").format(
                    variable=KEY_VARIABLE
                ),
            )
        return KeyMissing(
            # Translators: {name} is a provider.
            _("No key for {name}").format(name=self._title(profile)),
            status.sentence,
            hint=_("Add the key in the settings, or set {variable} to a key for this run.").format(
                variable=KEY_VARIABLE
            ),
        )

    def _title(self, profile: str) -> str:
        titles = {one.name: one.title for one in self._settings.value.all_profiles}
        return titles.get(profile, profile)


def _system_vault() -> ModuleType:
    """The module that imports keyring; called on the thread of a keyring call."""
    # Imported here, because keyring loads secretstorage and cryptography, which takes long.
    from studio.config import system_vault

    return system_vault
