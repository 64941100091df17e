"""Choices that are remembered: one JSON file, versioned, no secrets."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import field, fields, replace
from pathlib import Path
from typing import Any

import msgspec

from studio import files
from studio.errors import InputError, StorageError
from studio.events import Events, SettingsChanged, Trouble
from studio.values import dataclass
from studio.words import _

log = logging.getLogger(__name__)

VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Where a provider is reached. Its key is in the keyring, under the profile's name.

    Attributes:
        auth: "bearer" (Authorization header) or "google" (x-goog-api-key header).
        version: the path before `models/`, "v1" or "v1beta".
        at_once: requests at the same time; None for the choice that holds for all providers.
        per_minute: requests sent within any 60 seconds; None for no limit.
    """

    name: str
    title: str
    base_url: str
    auth: str = "bearer"
    version: str = "v1"
    path: str = "gemini"
    model: str = ""
    prices: Mapping[str, Mapping[str, float]] = field(default_factory=dict, hash=False)
    at_once: int | None = None
    per_minute: int | None = None


USUAL_PATH = "gemini"
"""The path every service of this wire has."""

PLACE = "{model}"
"""Where the model stands in a path of one's own."""

BUILT_IN_NAMES = ("dgrid", "google", "sketch")
"""Names of the profiles every installation has."""


def built_in() -> tuple[Profile, ...]:
    """The profiles every installation has; asked for at use, because one title is a message."""
    return (
        Profile(name="dgrid", title="DGrid", base_url="https://api.dgrid.ai"),
        Profile(
            name="google",
            title="Google",
            base_url="https://generativelanguage.googleapis.com",
            auth="google",
            version="v1beta",
        ),
        Profile(name="sketch", title=_("Offline sketch"), base_url="sketch://local"),
    )


OFFLINE = "sketch"
"""Name of the offline painter's profile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every choice, with what it is before the user chooses.

    Attributes:
        profile: the default provider; "sketch" until a key was stored or given once.
        known_keys: profiles that have had a key in the keyring; that one exists, never the key.
        key_hosts: profiles and the host that the key of each was given for.
        library: folder of the library; empty for the usual place.
        at_once: requests of one profile at the same time.
        time_out: seconds after which an answer is late and its slot free; 0 goes by model and size.
        outer_limit: seconds after which an unanswered request is given up.
        theme: "system", "dark" or "light".
        surround: ground of the loupe: "black", "dark", "middle" or "light".
        confirm_above: US dollars of one run that ask before sending.
        budget_usd: US dollars a month may cost; 0 for no budget.
        budget_warned: the month and the budget for which its end was said already.
        neutral_names: file names without words of the prompt.
        system: the instruction that is kept for all pictures of the window; may be empty.
        language: code of the interface's language; empty for the system's.
        updates: ask once a day whether there is a newer version.
        update_asked: the day that was last done, such as "2026-11-23".
        update_seen: the newer version that was read about or waved away.
    """

    profile: str = OFFLINE
    known_keys: tuple[str, ...] = ()
    key_hosts: tuple[tuple[str, str], ...] = ()
    profiles: tuple[Profile, ...] = ()
    library: str = ""
    at_once: int = 3
    time_out: float = 0.0
    outer_limit: float = 1800.0
    theme: str = "system"
    tile: int = 158
    captions: bool = True
    hide_rejected: bool = False
    sort: str = "newest"
    surround: str = "dark"
    notify: bool = True
    confirm_above: float = 2.0
    budget_usd: float = 0.0
    budget_warned: str = ""
    neutral_names: bool = False
    language: str = ""
    system: str = ""
    updates: bool = False
    update_asked: str = ""
    update_seen: str = ""
    models: tuple[tuple[str, str], ...] = ()

    def find_profile(self, name: str) -> Profile:
        """The profile of that name, the user's own before the built-in. Raises InputError."""
        for profile in (*self.profiles, *built_in()):
            if profile.name == name:
                return profile
        known = ", ".join(p.name for p in (*built_in(), *self.profiles))
        raise InputError(
            _("There is no provider called {name}").format(name=name),
            _("Known are: {known}.").format(known=known),
            hint=_("Choose one of these, or add your own in the settings."),
        )

    @property
    def all_profiles(self) -> tuple[Profile, ...]:
        """The user's own and the built-in ones, each name once."""
        own = {profile.name: profile for profile in self.profiles}
        first = tuple(own.pop(profile.name, profile) for profile in built_in())
        return (*first, *own.values())


_LIMITS: dict[str, tuple[float, float]] = {
    "at_once": (1, 16),
    "time_out": (0, 24 * 3600),
    "outer_limit": (60, 24 * 3600),
    "tile": (96, 512),
    "confirm_above": (0, 1_000_000),
    "budget_usd": (0, 1_000_000),
}


class SettingsStore:
    """The settings file and the value read from it.

    A broken file is set aside under a name that says so, defaults are used, and `trouble` keeps
    the sentence to say once. A file of a newer version is read as far as it is understood and not
    written over. Another Gridbrush may write the file too: what was not changed here is left as it
    stands there.
    """

    def __init__(self, path: Path, events: Events) -> None:
        self._path = path
        self._events = events
        self._hands_off = False
        self._saving: asyncio.Task[None] | None = None
        self.trouble: StorageError | None = None
        self.value = Settings()
        self._on_disk = self.value

    def load(self) -> Settings:
        """Read the file; blocking. Defaults when there is none."""
        try:
            raw: Any = msgspec.json.decode(self._path.read_bytes())
            if not isinstance(raw, dict):
                raise msgspec.DecodeError("not an object")
            version = msgspec.convert(raw.get("version", VERSION), int)
        except FileNotFoundError:
            return self.value
        except (msgspec.MsgspecError, UnicodeDecodeError):
            self._set_aside()
            return self.value
        except OSError as error:
            # What cannot be read now is not lost, unless it is written over.
            self._hands_off = True
            self.trouble = _unreadable(error, self._path)
            return self.value
        self._hands_off = version > VERSION
        if self._hands_off:
            self.trouble = StorageError(
                _("The settings were written by a newer Gridbrush"),
                _("{name} is used as far as it is understood, and not written over.").format(
                    name=self._path
                ),
                hint=_("What is chosen now lasts until Gridbrush is closed."),
            )
        self.value = self._on_disk = _read(raw)
        return self.value

    def _set_aside(self) -> None:
        aside = self._path.with_name(f"{self._path.stem}.broken.json")
        try:
            self._path.replace(aside)
        except OSError as error:
            self._hands_off = True
            self.trouble = _unreadable(error, self._path)
            return
        self.trouble = StorageError(
            _("The settings file could not be read"),
            _("It was set aside as {name}; the usual settings are used.").format(name=aside),
            hint=_("Check the settings; pictures and keys are not affected."),
        )

    def change(self, **changes: Any) -> Settings:
        """Take new values, tell everybody, and save soon. Raises InputError for a bad value."""
        for name, (low, high) in _LIMITS.items():
            if name in changes and not low <= changes[name] <= high:
                raise InputError(
                    _("{name} must be between {low} and {high}").format(
                        name=name, low=low, high=high
                    )
                )
        new = replace(self.value, **changes)
        if new == self.value:
            return new
        names = tuple(n for n in changes if getattr(new, n) != getattr(self.value, n))
        self.value = new
        self._events.publish(SettingsChanged(names))
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.save()
            return new
        if self._saving is None or self._saving.done():
            self._saving = loop.create_task(self._save_soon())
        return new

    async def _save_soon(self) -> None:
        await asyncio.sleep(0)
        try:
            saved = None
            while saved is not self.value:  # a choice made while the last one was being written
                saved = self.value
                await asyncio.to_thread(self.save)
        except StorageError as error:
            self._events.publish(Trouble(error))

    def save(self) -> None:
        """Write the file; blocking. Raises StorageError."""
        if self._hands_off:
            return
        value = self.value
        files.replace(self._path, encode(self._over_others(value)))
        self._on_disk = value

    def keep(self, **changes: Any) -> None:
        """Take these values and write them, or neither; nobody is told. Blocking.

        Raises StorageError.
        """
        former = {name: getattr(self.value, name) for name in changes}
        self.value = replace(self.value, **changes)
        try:
            if self._hands_off:
                raise StorageError(
                    _("The settings cannot be kept"),
                    _(
                        "{name} is not written over: it could not be read, or a newer Gridbrush "
                        "wrote it."
                    ).format(name=self._path),
                    hint=_("Move it away, start Gridbrush again, then try once more."),
                )
            self.save()
        except StorageError:
            self.value = replace(self.value, **former)
            raise

    def _over_others(self, value: Settings) -> Settings:
        """What was changed here since the last time, over what the file has by now."""
        try:
            raw: Any = msgspec.json.decode(self._path.read_bytes())
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return value
        if not isinstance(raw, dict):
            return value
        every = {each.name: getattr(value, each.name) for each in fields(Settings)}
        mine = {n: new for n, new in every.items() if new != getattr(self._on_disk, n)}
        return replace(_read(raw), **mine)

    def profile(self, name: str) -> Profile:
        """The profile of that name as it is now. Raises InputError."""
        return self.value.find_profile(name)

    async def close(self) -> None:
        """Wait until what was changed is on disk."""
        if self._saving is not None:
            await self._saving


def _unreadable(error: OSError, path: Path) -> StorageError:
    return StorageError(
        _("The settings file could not be read"),
        _("{name}: {reason}. The usual settings are used, and it is not written over.").format(
            name=path, reason=error.strerror or error
        ),
        hint=_("What is chosen now lasts until Gridbrush is closed."),
    )


def encode(settings: Settings) -> bytes:
    """The settings as the file has them."""
    body = {"version": VERSION, **msgspec.to_builtins(settings)}
    return msgspec.json.format(msgspec.json.encode(body), indent=2) + b"\n"


def _read(raw: dict[str, Any]) -> Settings:
    """Each choice on its own, so that one bad value does not cost the others."""
    good: dict[str, Any] = {}
    for name in (each.name for each in fields(Settings) if each.name in raw):
        try:
            value = getattr(msgspec.convert({name: raw[name]}, Settings), name)
        except msgspec.ValidationError as error:
            log.warning("Setting %s is not understood: %s", name, error)
            continue
        low, high = _LIMITS.get(name, (None, None))
        if low is None or high is None or low <= value <= high:
            good[name] = value
    return _with_a_profile(Settings(**good))


def _with_a_profile(settings: Settings) -> Settings:
    """A profile that is gone makes way for one that has a key, else for the painter."""
    names = [profile.name for profile in settings.all_profiles]
    if settings.profile in names:
        return settings
    log.warning("Setting profile is not understood: there is no %s", settings.profile)
    known = (name for name in settings.known_keys if name in names)
    return replace(settings, profile=next(known, OFFLINE))
