"""Memory of the fields that services refused, by profile and model.

An entry is valid for one address and one table of models, and for a few weeks: services change
without notice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

import msgspec

REMEMBERED_DAYS = 28
"""Days after which a refused field is sent again."""

_MOST_MODELS = 500
_MOST_FIELDS = 50


class RefusedFields(msgspec.Struct):
    """Refused fields of one model.

    Attributes:
        address: address of the service.
        as_of: date of the table of models.
        fields: day of the refusal, such as "2026-11-23", by field.
    """

    address: str
    as_of: str
    fields: dict[str, str] = {}


StoredRefusals = dict[str, dict[str, RefusedFields]]
"""Refused fields by profile and model."""


class RefusalMemory:
    """The refused fields of every profile."""

    def __init__(self, stored: Mapping[str, Mapping[str, RefusedFields]] | None = None) -> None:
        self._profiles: StoredRefusals = {
            profile: dict(models) for profile, models in (stored or {}).items()
        }

    def add(
        self, profile: str, model: str, names: Iterable[str], *, address: str, as_of: str, day: str
    ) -> None:
        """Remember the fields refused on a day."""
        before = self._profiles.get(profile, {})
        known = self._valid(before.get(model), address, as_of, day)
        fields = {**known, **dict.fromkeys(names, day)}
        kept = {id: one for id, one in before.items() if id != model}
        while len(kept) >= _MOST_MODELS:
            del kept[next(iter(kept))]
        latest = dict(list(fields.items())[-_MOST_FIELDS:])
        kept[model] = RefusedFields(address, as_of, latest)
        # Replaced, not changed: another thread may be saving it.
        self._profiles = {**self._profiles, profile: kept}

    def names(
        self, profile: str, model: str, *, address: str, as_of: str, today: str
    ) -> frozenset[str]:
        """Fields to leave out of a request today."""
        entry = self._profiles.get(profile, {}).get(model)
        return frozenset(self._valid(entry, address, as_of, today))

    def stored(self) -> StoredRefusals:
        """All entries, for a file."""
        return self._profiles

    @staticmethod
    def _valid(entry: RefusedFields | None, address: str, as_of: str, today: str) -> dict[str, str]:
        if entry is None or (entry.address, entry.as_of) != (address, as_of):
            return {}
        return {
            name: day
            for name, day in entry.fields.items()
            if -1 <= _days(day, today) <= REMEMBERED_DAYS
        }


def _days(day: str, today: str) -> int:
    """Days between two dates; a large number for an invalid one."""
    try:
        return (dt.date.fromisoformat(today) - dt.date.fromisoformat(day)).days
    except ValueError:
        return REMEMBERED_DAYS + 1
