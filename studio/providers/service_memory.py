"""Memory of what services refused or accepted, by profile and model.

An entry is valid for one address and one table of models, and for a few weeks: services change
without notice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

REMEMBERED_DAYS = 28
"""Days after which a refused field is sent again."""

_MOST_MODELS = 500
_MOST_NAMES = 50


class ModelMemory(msgspec.Struct):
    """Memory of one model; days are dates such as "2026-11-23".

    Attributes:
        address: address of the service.
        as_of: date of the table of models.
        fields: day of the refusal, by field.
        aspects: day of the success, by aspect ratio.
    """

    address: str
    as_of: str
    fields: dict[str, str] = {}
    aspects: dict[str, str] = {}


StoredMemory = dict[str, dict[str, ModelMemory]]
"""Memory by profile and model."""


@dataclass(frozen=True, slots=True)
class ServiceState:
    """Values for checking entries: address of the service, date of the table, and today."""

    address: str
    as_of: str
    today: str

    def valid(self, days: Mapping[str, str]) -> dict[str, str]:
        """The names whose day is not too long ago."""
        return {
            name: day
            for name, day in days.items()
            if -1 <= _days(day, self.today) <= REMEMBERED_DAYS
        }


_NOTHING: dict[str, ModelMemory] = {}


class ServiceMemory:
    """Memory of the service behind each profile, by model."""

    def __init__(self, stored: Mapping[str, Mapping[str, ModelMemory]] | None = None) -> None:
        self._profiles: StoredMemory = {
            profile: dict(models) for profile, models in (stored or {}).items()
        }

    def add(
        self,
        profile: str,
        model: str,
        now: ServiceState,
        *,
        fields: Iterable[str] = (),
        aspects: Iterable[str] = (),
    ) -> None:
        """Remember fields that were refused, and ratios that were accepted."""
        known = self.find(profile, model, now)
        kept = {id: one for id, one in self._profiles.get(profile, {}).items() if id != model}
        while len(kept) >= _MOST_MODELS:
            del kept[next(iter(kept))]
        kept[model] = ModelMemory(
            now.address,
            now.as_of,
            _latest({**known.fields, **dict.fromkeys(fields, now.today)}),
            _latest({**known.aspects, **dict.fromkeys(aspects, now.today)}),
        )
        # The entry is replaced, not changed, because another thread may be saving it.
        self._profiles = {**self._profiles, profile: kept}

    def find(self, profile: str, model: str, now: ServiceState) -> ModelMemory:
        """The valid part of a model's memory."""
        entry = self._profiles.get(profile, _NOTHING).get(model)
        if entry is None or (entry.address, entry.as_of) != (now.address, now.as_of):
            return ModelMemory(now.address, now.as_of)
        return ModelMemory(
            entry.address, entry.as_of, now.valid(entry.fields), now.valid(entry.aspects)
        )

    def stored(self) -> StoredMemory:
        """All entries, for a file."""
        return self._profiles


def _latest(days: dict[str, str]) -> dict[str, str]:
    return dict(list(days.items())[-_MOST_NAMES:])


def _days(day: str, today: str) -> int:
    """Days between two dates; a large number for an invalid one."""
    try:
        return (dt.date.fromisoformat(today) - dt.date.fromisoformat(day)).days
    except ValueError:
        return REMEMBERED_DAYS + 1
