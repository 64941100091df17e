"""The models the composer's chip offers: the profile's own first, then those of the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from studio.models import Model, ModelState
from studio.settings import OFFLINE, Profile
from studio.ui.controls import Choice
from studio.words import _

Models = Callable[[str], Sequence[Model]]


def offered(
    profiles: Sequence[Profile],
    models: Models,
    keyless: Callable[[str], bool],
    chosen: tuple[str, Model],
) -> list[Choice]:
    """Entries for the chip "Model"; their values are (profile, model).

    `keyless` tells which profiles have no key: choosing one of their models asks for one. Models
    that only try out faults, and retired ones, are offered while chosen.
    """
    current, model = chosen
    ordered = sorted(profiles, key=lambda profile: (profile.name != current, keyless(profile.name)))
    entries: list[Choice] = []
    for profile in ordered:
        shown = [m for m in models(profile.name) if _worth(m) or _is(profile, m, chosen)]
        if profile.name == current and all(m.id != model.id for m in shown):
            shown.insert(0, model)
        for place, one in enumerate(shown):
            section = profile.title if place == 0 and profile.name != OFFLINE else ""
            missing = keyless(profile.name)
            entries.append(_entry(profile.name, one, section, missing=missing))
    return entries


def _worth(model: Model) -> bool:
    return not model.fault and model.state is not ModelState.RETIRED


def _is(profile: Profile, model: Model, chosen: tuple[str, Model]) -> bool:
    return (profile.name, model.id) == (chosen[0], chosen[1].id)


def _entry(profile: str, model: Model, section: str, *, missing: bool) -> Choice:
    value = (profile, model.id)
    if model.offline and not model.fault:
        words, beside = _("Offline sketch"), _("not AI")
        return Choice(value=value, text=words, supplement=beside, icon="brush")
    if model.offline:
        return Choice(value=value, text=model.title, icon="brush")
    note = _("needs a key") if missing else model.title if model.title != model.id else ""
    return Choice(value=value, text=model.id, note=note, section=section, quiet=missing)
