"""Catalogue of models: the built-in dated table, and the services' own lists."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from studio.common import json_reader
from studio.common.errors import InputError, StorageError
from studio.common.i18n import _
from studio.common.json_reader import NotUnderstood
from studio.common.lenient_json import understand
from studio.common.paths import resources
from studio.config.settings import BUILT_IN_NAMES, OFFLINE, Profile
from studio.domain.models import (
    THINKING,
    ListedModel,
    Model,
    ModelState,
    Rates,
    ServiceObservation,
    name_key,
    plain_id,
    possible_keys,
)
from studio.providers.service_memory import ServiceMemory, ServiceState, StoredMemory

log = logging.getLogger(__name__)

Prices = Mapping[str, Mapping[str, float]]
"""US dollars per picture, by model and tier."""

_USUAL_ASPECTS = "common"
_USUAL_SIZES = ("1K", "2K", "4K")


class Catalogue:
    """The models of every profile.

    The table is read at once (a few kilobytes); the services' lists are learned later and stored by
    the caller between two starts (`dump`, `load`). A model counts as retired from its shutdown date
    on, whatever its state in the table.

    Attributes:
        as_of: date of the built-in table, such as "2026-11-01".
    """

    def __init__(
        self,
        table: Path | None = None,
        *,
        find_profile: Callable[[str], Profile] | None = None,
        today: Callable[[], str] | None = None,
    ) -> None:
        """`find_profile` returns a profile, with the user's own prices and default model.

        `today` returns the date, such as "2026-11-23".
        """
        self._find_profile = find_profile
        self._today = today or _today
        raw = _read_table(table or resources() / "models.json")
        self.as_of: str = raw["as_of"]
        self._defaults: Mapping[str, str] = raw["default"]
        self._usual_aspects = tuple(raw["aspects"][_USUAL_ASPECTS])
        self._sketches: dict[str, Model] = {}
        self._models: dict[str, Model] = {}
        self._aliases: dict[str, str] = {}
        for entry in raw["models"]:
            model = _model(entry, raw)
            family = self._sketches if model.offline else self._models
            family[model.id] = model
            for name in (model.id, *entry.get("aliases", ())):
                self._aliases[name_key(name)] = model.id
        self._learned: dict[str, tuple[ListedModel, ...]] = {}
        self._pixel_sizes: dict[str, dict[str, bool]] = {}
        self._both_modalities: set[str] = set()
        self._memory = ServiceMemory()
        self._version = 0
        self._found: dict[tuple[str, str], tuple[int, str, Profile | None, Model]] = {}

    def models(self, profile: str) -> tuple[Model, ...]:
        """Models offered by the composer, best first; models that simulate faults come last.

        Once a service has listed image models, only those are offered.
        """
        if profile == OFFLINE:
            ordered = sorted(self._sketches.values(), key=_is_fault)
            return tuple(_titled(model) for model in ordered)
        listed = self._learned.get(profile, ())
        if not listed:
            dated = (self._dated(one) for one in self._models.values())
            alive = (one for one in dated if one.state is not ModelState.RETIRED)
            return tuple(self._of_profile(profile, alive))
        found = self._of_profile(profile, map(self._listed, listed))
        order = list(self._models)
        ranks = {id(one): self._rank(one, order) for one in found}
        return tuple(sorted(found, key=lambda one: (ranks[id(one)], one.id)))

    def find(self, profile: str, id: str) -> Model:
        """The model with this id; an unknown one has all common options and no known price."""
        if profile == OFFLINE and id in self._sketches:
            return _titled(self._sketches[id])
        # Cached, because a request calls this three times, from two threads. The version is read
        # first, because anything learned meanwhile changes it.
        version, today, about = self._version, self._today(), self._about(profile)
        before = self._found.get((profile, id))
        if before is not None and before[:2] == (version, today) and before[2] is about:
            return before[3]
        model = self._find(profile, id)
        self._found[profile, id] = version, today, about, model
        return model

    def _find(self, profile: str, id: str) -> Model:
        listed = (one for one in self._learned.get(profile, ()) if one.id == id)
        (model,) = self._of_profile(profile, [self._listed(next(listed, ListedModel(id)))])
        return replace(
            model,
            pixel_sizes=self._pixel_sizes.get(profile, {}).get(id, model.pixel_sizes),
            both_modalities=model.both_modalities or profile in self._both_modalities,
            extra_fields=self._extra_fields(profile),
        )

    def default(self, profile: str) -> str:
        """Default model: the profile's own, else the best that the service lists.

        A retired model is returned only if there is no other.
        """
        about = self._about(profile)
        if about is not None and about.model:
            return about.model
        wanted = self._defaults.get(profile) or self._defaults["*"]
        alive = [one for one in self.models(profile) if one.state is not ModelState.RETIRED]
        if not alive:
            alive = [
                one
                for one in map(self._dated, self._models.values())
                if one.state is not ModelState.RETIRED
            ]
        same = (one.id for one in alive if self._name(one.id) == self._name(wanted))
        return next(same, alive[0].id if alive else wanted)

    def learn(self, profile: str, listed: Sequence[ListedModel]) -> None:
        """Store a service's list; an empty one changes nothing."""
        if listed:
            self._learned[profile] = tuple({one.id: one for one in listed}.values())
            self._version += 1

    def add_observation(self, profile: str, lesson: ServiceObservation) -> None:
        """Store an observation from a response, for use by `find`."""
        if lesson.pixel_sizes is not None:
            known = self._pixel_sizes.get(profile, {})
            self._pixel_sizes[profile] = {**known, lesson.model: lesson.pixel_sizes}
        if lesson.both_modalities:
            self._both_modalities = self._both_modalities | {profile}
        if (lesson.refused or lesson.aspect) and profile != OFFLINE:
            self._memory.add(
                profile,
                lesson.model,
                self._state(profile),
                fields=lesson.refused,
                aspects=filter(None, (lesson.aspect,)),
            )
        self._version += 1

    def dump(self) -> bytes:
        """Learned data, for a file."""
        kept = _StoredCatalogue(
            1,
            self._learned,
            self._pixel_sizes,
            sorted(self._both_modalities),
            self._memory.stored(),
        )
        return msgspec.json.encode(kept)

    def load(self, data: bytes) -> bool:
        """Load the result of `dump`, as far as it is valid; returns whether all of it was valid."""
        whole = True
        try:
            kept = json_reader.decode(data, _StoredCatalogue)
        except NotUnderstood as error:
            log.warning("The kept lists of models could not be read: %s", error)
            kept, whole = _in_parts(data), False
        for profile, listed in kept.listed.items():
            self.learn(profile, listed)
        self._pixel_sizes = kept.pixel_sizes
        self._both_modalities = set(kept.both_modalities)
        self._memory = ServiceMemory(kept.services)
        self._version += 1
        return whole

    def _about(self, profile: str) -> Profile | None:
        if self._find_profile is None:
            return None
        try:
            return self._find_profile(profile)
        except InputError:
            return None  # the profile of an old picture may be gone, but its model is still known

    def _extra_fields(self, profile: str) -> str:
        about = self._about(profile)
        return "" if about is None else about.extra_fields

    def _prices(self, profile: str) -> Prices:
        about = self._about(profile)
        return {} if about is None else about.prices

    def _state(self, profile: str) -> ServiceState:
        """State of a profile's service; the address is "" for a profile that is gone."""
        about = self._about(profile)
        address = ""
        if about is not None:
            address = f"{about.base_url.rstrip('/')} {about.version} {about.path}"
        return ServiceState(address, self.as_of, self._today())

    def _of_profile(self, profile: str, models: Iterable[Model]) -> list[Model]:
        """The models as they apply to one profile."""
        now = self._state(profile)
        prices = self._prices(profile)
        named = {self._name(id): table for id, table in reversed(tuple(prices.items()))}
        found: list[Model] = []
        for one in models:
            known = self._memory.find(profile, one.id, now)
            model = one.without(known.fields) if known.fields else one
            accepted = tuple(each for each in known.aspects if each not in model.aspects)
            if accepted and model.aspects:
                model = replace(model, aspects=(*model.aspects, *accepted))
            if own := prices and (prices.get(one.id) or named.get(self._name(one.id))):
                model = replace(model, own_prices=own)
            if profile not in BUILT_IN_NAMES and not model.advisory:
                model = replace(model, advisory=True)
            found.append(model)
        return found

    def _known(self, id: str) -> str | None:
        """Id of the table's model of this name; None for an unknown one."""
        found = (self._aliases.get(key) for key in possible_keys(id))
        return next((one for one in found if one is not None), None)

    def _name(self, id: str) -> str:
        """The part that all names of a model have in common."""
        return self._known(id) or plain_id(id)

    def _rank(self, model: Model, order: list[str]) -> int:
        known = self._known(model.id)
        if known is None or known not in order:
            return len(order)
        late = len(order) + 1 if model.state is ModelState.RETIRED else 0
        return order.index(known) + late

    def _listed(self, one: ListedModel) -> Model:
        known = self._models.get(self._known(one.id) or "")
        if known is None:
            return Model(
                id=one.id,
                title=one.title or one.id,
                aspects=self._usual_aspects,
                sizes=_USUAL_SIZES,
                thinking=THINKING,
                search=True,
                image_search=True,
                note=_("Unknown model, price unknown."),
                advisory=True,
            )
        return replace(self._dated(known), id=one.id)

    def _dated(self, model: Model) -> Model:
        day, state = model.shut_down, model.state
        if state is ModelState.RETIRED:
            note = _("Was due to be switched off on {day}; some services still offer it.")
        elif day and day < self._today():
            state = ModelState.RETIRED
            note = _("Was due to be switched off on {day}; the service may refuse it.")
        elif state is ModelState.DEPRECATED:
            note = _("Due to be switched off on {day} or later; choose a newer model.")
        else:
            return model
        return replace(model, state=state, note=note.format(day=day))


class _StoredCatalogue(msgspec.Struct):
    version: int
    listed: dict[str, tuple[ListedModel, ...]]
    pixel_sizes: dict[str, dict[str, bool]] = {}
    both_modalities: list[str] = []
    services: StoredMemory = {}


def _in_parts(data: bytes) -> _StoredCatalogue:
    try:
        return understand(json_reader.plain(data), _StoredCatalogue, [])
    except NotUnderstood:
        return _StoredCatalogue(1, {})


def _today() -> str:
    return time.strftime("%Y-%m-%d")


def _is_fault(model: Model) -> bool:
    return model.fault


def _titled(model: Model) -> Model:
    """Add the title of a painter's model, in the user's language."""
    titles = {
        "sketch": _("Offline sketch, not AI"),
        "sketch-slow": _("Sketch: slow (20 seconds, in pieces)"),
        "sketch-refuses": _("Sketch: refuses every prompt"),
        "sketch-words": _("Sketch: replies with text"),
        "sketch-overloaded": _("Sketch: overloaded twice, then paints"),
        "sketch-cut": _("Sketch: connection breaks halfway"),
        "sketch-drifts": _("Sketch: edits drift away"),
        "sketch-keeps-marks": _("Sketch: leaves marks in the picture"),
        "sketch-reshapes": _("Sketch: wrong aspect ratio"),
    }
    note = _("For testing errors.") if model.fault else _("Free, painted on this computer.")
    return replace(model, title=titles.get(model.id, model.id), note=note)


def _read_table(path: Path) -> Any:
    try:
        return json_reader.plain(json_reader.read(path))
    except (OSError, NotUnderstood) as error:
        raise StorageError(
            _("The model table is missing or damaged"),
            _("{name} cannot be read.").format(name=path),
            hint=_("Reinstall Gridbrush."),
        ) from error


def _model(entry: Mapping[str, Any], raw: Mapping[str, Any]) -> Model:
    pixels = raw["pixels"].get(entry.get("pixels"), {})
    rates = entry.get("rates")
    # `true` means web search only, as in earlier tables.
    found = entry.get("search", False)
    searches = tuple(found) if isinstance(found, list) else ("web",) * bool(found)
    offline = entry.get("offline", False)
    return Model(
        id=entry["id"],
        title=entry.get("title", entry["id"]),
        aspects=tuple(raw["aspects"][entry["aspects"]]),
        sizes=tuple(entry["sizes"]),
        references=entry["references"],
        prices=entry.get("prices", {}),
        state=ModelState(entry["state"]),
        offline=offline,
        fault=entry.get("fault", False),
        rates=Rates(**rates) if rates else None,
        image_tokens=entry.get("image_tokens", {}),
        both_modalities=entry.get("both_modalities", False),
        sends_size=entry.get("sends_size", True),
        seed=entry.get("seed", True),
        pixel_sizes=entry.get("pixel_sizes", False),
        thinking=tuple(entry.get("thinking", ())),
        search=bool(searches),
        image_search="image" in searches,
        media_resolution=tuple(entry.get("media_resolution", ())),
        system=entry.get("system", not offline),
        temperature=entry.get("temperature", not offline),
        safety=entry.get("safety", not offline),
        shut_down=entry.get("shut_down", ""),
        refused=frozenset(entry.get("refused", ())),
        some_aspects=tuple(entry.get("some_aspects", ())),
        pixel_table={
            aspect: {size: (pair[0], pair[1]) for size, pair in row.items()}
            for aspect, row in pixels.items()
        },
    )
