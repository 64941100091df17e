"""Settings: one versioned JSON file without secrets."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from studio.common import files, json_reader
from studio.common.errors import InputError, StorageError
from studio.common.i18n import _, listed
from studio.common.json_reader import NotUnderstood
from studio.common.lenient_json import as_json, merge_unknown_fields, understand
from studio.domain import sentences
from studio.domain.entities import Role
from studio.domain.events import EventBus, ProblemOccurred, SettingsChanged
from studio.domain.sentences import GuideWords

log = logging.getLogger(__name__)

VERSION = 1
_LAST_VERSION = 1000
_MOST_NAMED = 6

USUAL_WIRE = "gemini"
"""Default wire format, the only one of earlier versions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A provider's address. Its key is in the keyring, under the profile's name.

    Attributes:
        auth: "bearer" (Authorization header) or "google" (x-goog-api-key header).
        version: path before `models/`, "v1" or "v1beta".
        wire: name of the wire format; unknown ones are preserved.
        at_once: limit of concurrent requests; None for `Settings.at_once`.
        per_minute: limit of requests within any 60 seconds; None for no limit.
        extra_fields: JSON merged into generationConfig of every request; empty without any.
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
    wire: str = USUAL_WIRE
    extra_fields: str = field(default="", repr=False)


USUAL_PATH = "gemini"
"""Default path of the wire format "gemini"."""

PLACE = "{model}"
"""Placeholder of the model in a custom path."""

BUILT_IN_NAMES = ("dgrid", "google", "sketch")
"""Names of the built-in profiles."""


def built_in() -> tuple[Profile, ...]:
    """The built-in profiles; a function, because one title is translated."""
    return _built_in(_("Offline sketch"))


@cache
def _built_in(sketch: str) -> tuple[Profile, ...]:
    return (
        Profile(name="dgrid", title="DGrid", base_url="https://api.dgrid.ai"),
        Profile(
            name="google",
            title="Google",
            base_url="https://generativelanguage.googleapis.com",
            auth="google",
            version="v1beta",
        ),
        Profile(name="sketch", title=sketch, base_url="sketch://local"),
    )


OFFLINE = "sketch"
"""Name of the offline painter's profile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings with their defaults.

    Attributes:
        profile: default provider; "sketch" until the first key.
        known_keys: profiles with a key in the keyring; never the key itself.
        key_hosts: profiles and the host that the key of each is bound to.
        library: folder of the library; empty for the usual one.
        at_once: limit of concurrent requests of a profile.
        time_out: seconds after which an answer counts as late and its slot is freed; 0 for an
            estimate.
        outer_limit: seconds after which an unanswered request is abandoned.
        theme: "system", "dark" or "light".
        contrast: "system", "high" or "normal".
        motion: "system", "reduced" or "full".
        least_stars: only pictures with at least this rating are shown; 0 for all.
        advance: select the next picture after rating or flagging one.
        pick_advance: pick mode shows the next picture after a decision.
        stacks: how a shelf or collection is stacked ("run", "parent" or "hand"), by its name or id;
            others are not stacked.
        drag_recipes: preset of copies for drags and the clipboard, by the id of a collection or of
            the library; without an entry, the originals are used.
        shelf: the strip of collected pictures is shown.
        surround: background of the loupe: "black", "dark", "middle" or "light".
        monitor_profile: show pictures through the colour profile of the monitor.
        live_messages: announce runs, changes and search results to screen readers.
        confirm_above: cost in US dollars from which a run has to be confirmed.
        budget_usd: monthly budget in US dollars; 0 for none.
        budget_warned: month and budget of the last warning.
        measure_drift: measure in the background how much an edit changed its picture.
        neutral_names: file names without words of the prompt.
        system: system instruction for all pictures of the window; may be empty.
        role_sentences: the user's own sentences sent with references, by role, and with pictures
            drawn from the markup, by `GuideWords`; "" for nothing.
        reference_role: role of the last picture used as a reference by a menu.
        show_sent: whether "What is sent" is unfolded.
        mark_strip: edge of the picture beside which the tools for marks and regions are shown.
        compare_keys: show the keys over compared pictures.
        mark_keys: show the keys beside the list of marks.
        reframe_keys: show the keys below the formats of a frame.
        safe_area: lines over a frame: "none", "action", "title", "stories" or "thirds".
        region_keys: show the keys beside the region.
        language: code of the interface's language; empty for the system's.
        updates: check once a day for a newer version.
        update_asked: day of the last check, such as "2026-11-23".
        update_seen: newer version whose notice was opened or dismissed.
        fault_models: offer the offline painter's models that simulate faults, for testing.
        shortcuts: changed shortcuts, by name of the action or of the key of a view.
        open_with: program files the user chose for "Open with", newest first.
        export_preset: id of the most recently used export preset.
        export_folder: folder of the last export; empty for the usual one.
        contact_sheet, handoff_page: JSON of the options used last, without texts; empty for the
            defaults.
        contact_sheet_logo: file of the sheet's logo; empty for none.
        handoff_preset: id of the export preset for pictures beside a hand-off page.
        handout_folder: folder of the last sheet or page; empty for the usual one.
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
    contrast: str = "system"
    motion: str = "system"
    tile: int = 158
    captions: bool = True
    hide_rejected: bool = False
    least_stars: int = 0
    advance: bool = False
    pick_advance: bool = True
    sort: str = "newest"
    stacks: Mapping[str, str] = field(default_factory=dict, hash=False)
    drag_recipes: Mapping[str, str] = field(default_factory=dict, hash=False)
    shelf: bool = False
    surround: str = "dark"
    monitor_profile: bool = True
    notify: bool = True
    live_messages: bool = True
    confirm_above: float = 2.0
    budget_usd: float = 0.0
    budget_warned: str = ""
    measure_drift: bool = True
    neutral_names: bool = False
    language: str = ""
    system: str = ""
    role_sentences: Mapping[str, str] = field(default_factory=dict, hash=False)
    reference_role: str = Role.FREE.value
    show_sent: bool = False
    mark_strip: str = "top"
    compare_keys: bool = True
    mark_keys: bool = True
    reframe_keys: bool = True
    safe_area: str = "none"
    region_keys: bool = True
    updates: bool = False
    update_asked: str = ""
    update_seen: str = ""
    models: tuple[tuple[str, str], ...] = ()
    shortcuts: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    open_with: tuple[str, ...] = ()
    export_preset: str = ""
    export_folder: str = ""
    contact_sheet: str = ""
    contact_sheet_logo: str = ""
    handoff_page: str = ""
    handoff_preset: str = ""
    handout_folder: str = ""
    fault_models: bool = False

    def find_profile(self, name: str) -> Profile:
        """The profile of that name; the user's own come before built-in ones. Raises InputError."""
        for profile in (*self.profiles, *built_in()):
            if profile.name == name:
                return profile
        known = listed(p.name for p in (*built_in(), *self.profiles))
        raise InputError(
            # Translators: {name} is a provider.
            _("No provider called {name}").format(name=name),
            _("Available: {known}.").format(known=known),
            hint=_("Choose one of these, or add your own in the settings."),
        )

    @property
    def sentences(self) -> dict[Role, str]:
        """Sentences sent with references, by role; "" for nothing."""
        return sentences.with_changes(self.role_sentences)

    @property
    def guide_sentences(self) -> dict[GuideWords, str]:
        """Sentences sent with pictures drawn from the markup, by kind; "" for nothing."""
        return sentences.guides_with_changes(self.role_sentences)

    @property
    def all_profiles(self) -> tuple[Profile, ...]:
        """The user's own and the built-in profiles, each name once."""
        own = {profile.name: profile for profile in self.profiles}
        first = tuple(own.pop(profile.name, profile) for profile in built_in())
        return (*first, *own.values())


_LIMITS: dict[str, tuple[float, float]] = {
    "at_once": (1, 16),
    "time_out": (0, 24 * 3600),
    "outer_limit": (60, 24 * 3600),
    "tile": (96, 512),
    "least_stars": (0, 5),
    "confirm_above": (0, 1_000_000),
    "budget_usd": (0, 1_000_000),
}


class SettingsStore:
    """The settings file and the value read from it.

    A broken file is renamed, defaults are used, and `trouble` has the error to show once. In a
    valid file each entry is read separately: an invalid one is reported, not used, and stays in the
    file. A file of a newer version is read as far as possible and not overwritten. Other processes
    may write the file too: entries that were not changed here are preserved.
    """

    def __init__(self, path: Path, events: EventBus) -> None:
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
            raw, version = _raw(self._path)
        except FileNotFoundError:
            return self.value
        except NotUnderstood as error:
            log.info("The settings make no sense: %s", error)
            self._set_aside()
            return self.value
        except OSError as error:
            # A file that cannot be read now is not lost, unless it is overwritten.
            self._hands_off = True
            self.trouble = _unreadable(error, self._path)
            return self.value
        self._hands_off = version > VERSION
        if self._hands_off:
            self.trouble = StorageError(
                _("The settings were written by a newer version of Gridbrush"),
                _("{name} is used where possible, and not overwritten.").format(name=self._path),
                hint=_("Changes last until Gridbrush closes."),
            )
        self.value, odd, _unusable = _read(raw)
        self._on_disk = self.value
        if odd and not self._hands_off:
            self.trouble = _partly_used(odd, self._path)
        return self.value

    def _set_aside(self) -> None:
        try:
            aside = files.put_aside(self._path)
        except OSError as error:
            self._hands_off = True
            self.trouble = _unreadable(error, self._path)
            return
        self.trouble = StorageError(
            _("Unreadable settings file"),
            _("It was renamed {name}; default settings are used.").format(name=aside),
            hint=_("Check the settings; pictures and keys are not affected."),
        )

    def change(self, **changes: Any) -> Settings:
        """Change values, publish SettingsChanged, and save soon. Raises InputError."""
        for name, (low, high) in _LIMITS.items():
            if name in changes and not low <= changes[name] <= high:
                raise InputError(
                    # Translators: {name} is an entry of the settings file.
                    _("{name} must be between {low} and {high}").format(
                        name=name, low=low, high=high
                    )
                )
        if "role_sentences" in changes:
            own = changes["role_sentences"]
            changes["role_sentences"] = {n: sentences.cleaned(one) for n, one in own.items()}
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
            while saved is not self.value:  # changed again while the file was being written
                saved = self.value
                await asyncio.to_thread(self.save)
        except StorageError as error:
            self._events.publish(ProblemOccurred(error))

    def save(self) -> None:
        """Write the file; blocking. Raises StorageError."""
        if self._hands_off:
            return
        value = self.value
        files.replace(self._path, self._over_others(value))
        self._on_disk = value

    def save_now(self, **changes: Any) -> None:
        """Change and write values, or do neither; no event. Blocking. Raises StorageError."""
        former = {name: getattr(self.value, name) for name in changes}
        self.value = replace(self.value, **changes)
        try:
            if self._hands_off:
                raise _not_kept(self._path)
            self.save()
        except StorageError:
            self.value = replace(self.value, **former)
            raise

    def _over_others(self, value: Settings) -> bytes:
        """The file's current content with the changes made here since the last save."""
        try:
            raw, version = _raw(self._path)
        except FileNotFoundError:
            return encode(value)
        except NotUnderstood as error:
            log.info("The settings make no sense any more: %s", error)
            try:
                files.put_aside(self._path)
            except OSError as refused:
                raise files.storage_error(refused, self._path) from refused
            return encode(value)
        except OSError as error:
            # A file that cannot be read now is not lost, unless it is overwritten.
            raise files.storage_error(error, self._path) from error
        if version > VERSION:
            raise _not_kept(self._path)
        every = {each.name: getattr(value, each.name) for each in fields(Settings)}
        mine = {n: new for n, new in every.items() if new != getattr(self._on_disk, n)}
        theirs, odd, unusable = _read(raw)
        unusable = tuple(name for name in unusable if name not in mine)
        return encode(replace(theirs, **mine), raw, odd=bool(odd), unusable=unusable)

    async def close(self) -> None:
        """Wait until all changes are on disk."""
        if self._saving is not None:
            await self._saving


def _unreadable(error: OSError, path: Path) -> StorageError:
    return StorageError(
        _("Unreadable settings file"),
        _("{name}: {reason}. Default settings are used, and the file is not overwritten.").format(
            name=path, reason=error.strerror or error
        ),
        hint=_("Changes last until Gridbrush closes."),
    )


def _not_kept(path: Path) -> StorageError:
    return StorageError(
        _("The settings cannot be saved"),
        _(
            "{name} is not overwritten: it is unreadable, or from a newer version of Gridbrush."
        ).format(name=path),
        hint=_("Move it elsewhere, restart Gridbrush, then try again."),
    )


def _partly_used(odd: Sequence[str], path: Path) -> StorageError:
    named = ", ".join(odd[:_MOST_NAMED]) + (", …" if len(odd) > _MOST_NAMED else "")
    return StorageError(
        _("Some settings are invalid"),
        _("Ignored, but kept in {name}: {entries}.").format(name=path, entries=named),
        hint=_("All other settings are used. Choose these again, or correct them in the file."),
    )


def _raw(path: Path) -> tuple[dict[str, Any], int]:
    """The file's JSON and its version. Raises OSError, NotUnderstood."""
    raw = json_reader.plain(json_reader.read(path))
    if not isinstance(raw, dict):
        raise NotUnderstood("not an object")
    version = json_reader.convert(raw.get("version", VERSION), int)
    if not 0 < version <= _LAST_VERSION:
        raise NotUnderstood("no version")
    return raw, version


def chosen_language(path: Path) -> str:
    """The language in a settings file, without loading the rest; "" if there is none. Blocking."""
    try:
        raw, _version = _raw(path)
    except (OSError, NotUnderstood):
        # `SettingsStore.load` reports it.
        return ""
    language = raw.get("language")
    return language if isinstance(language, str) else ""


def encode(
    settings: Settings,
    raw: Mapping[str, Any] | None = None,
    *,
    odd: bool = False,
    unusable: Sequence[str] = (),
) -> bytes:
    """Settings as JSON for the file.

    Args:
        raw: the file's JSON, whose unknown and invalid entries are preserved.
        odd: whether `raw` has invalid entries to look for, besides unknown ones.
        unusable: names of valid entries that cannot be used now; they are preserved too.
    """
    body: dict[str, Any] = {"version": VERSION, **msgspec.to_builtins(settings)}
    if raw is not None and (odd or _has_more(raw, body)):
        body = merge_unknown_fields(dict(raw), as_json(body), Settings)
        body["version"] = VERSION
    for name in unusable:
        if raw is not None:
            body[name] = raw[name]
    return msgspec.json.format(json_reader.encode(body), indent=2) + b"\n"


def _has_more(raw: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    """Whether the file, or a provider in it, has entries unknown to this version."""
    known = {each.name for each in fields(Profile)}
    return bool(raw.keys() - body.keys()) or any(
        isinstance(one, dict) and one.keys() - known for one in raw.get("profiles") or ()
    )


def _read(raw: dict[str, Any]) -> tuple[Settings, list[str], tuple[str, ...]]:
    """Settings read entry by entry, and the names of invalid and of valid but unusable entries."""
    odd: list[str] = []
    try:
        found = json_reader.convert(raw, Settings)
    except NotUnderstood as error:
        log.info("Not all of the settings is understood: %s", error)
        found = understand(raw, Settings, odd)
    usual, unusable = Settings(), []
    for name, (low, high) in _LIMITS.items():
        if not low <= getattr(found, name) <= high:
            log.warning("Setting %s is out of range", name)
            found = replace(found, **{name: getattr(usual, name)})
            unusable.append(name)
    bad = [name for name, one in found.role_sentences.items() if not sentences.is_valid(one)]
    if bad:
        log.warning("Sentences of these roles are not used: %s", ", ".join(bad))
        good = {name: one for name, one in found.role_sentences.items() if name not in bad}
        found = replace(found, role_sentences=good)
        unusable.append("role_sentences")
    odd += unusable
    with_profile = _with_a_profile(found)
    if with_profile != found:
        unusable.append("profile")
    return with_profile, odd, tuple(unusable)


def _with_a_profile(settings: Settings) -> Settings:
    """Replace a missing default profile with one that has a key, else with the offline painter."""
    names = [profile.name for profile in settings.all_profiles]
    if settings.profile in names:
        return settings
    log.warning("Setting profile is not understood: there is no %s", settings.profile)
    known = (name for name in settings.known_keys if name in names)
    return replace(settings, profile=next(known, OFFLINE))
