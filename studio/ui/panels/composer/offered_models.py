"""The models the composer's chip offers: the profile's own first, then those of the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from studio.common.i18n import _
from studio.config.settings import OFFLINE, Profile
from studio.domain.models import Model, ModelState
from studio.ui.widgets import ChipChoice

Models = Callable[[str], Sequence[Model]]


def offered(
    profiles: Sequence[Profile],
    models: Models,
    keyless: Callable[[str], bool],
    chosen: tuple[str, Model],
) -> list[ChipChoice]:
    """Entries for the chip "Model"; their values are (profile, model).

    `keyless` tells which profiles have no key: choosing one of their models asks for one. Models
    that only try out faults are offered while chosen; retired ones too, and where a service lists
    them, for it may still serve them.
    """
    current, model = chosen
    ordered = sorted(profiles, key=lambda profile: (profile.name != current, keyless(profile.name)))
    entries: list[ChipChoice] = []
    for profile in ordered:
        shown = [m for m in models(profile.name) if _worth(m) or _is(profile, m, chosen)]
        if profile.name == current and all(m.id != model.id for m in shown):
            shown.insert(0, model)
        for place, one in enumerate(shown):
            # Only what stands first needs no heading: else it would stand under another's.
            alone = profile.name == OFFLINE and not entries
            section = profile.title if place == 0 and not alone else ""
            missing = keyless(profile.name)
            entries.append(_entry(profile.name, one, section, missing=missing))
    return entries


def _worth(model: Model) -> bool:
    return not model.fault


def _is(profile: Profile, model: Model, chosen: tuple[str, Model]) -> bool:
    return (profile.name, model.id) == (chosen[0], chosen[1].id)


def _entry(profile: str, model: Model, section: str, *, missing: bool) -> ChipChoice:
    value = (profile, model.id)
    if model.offline and not model.fault:
        words, beside = _("Offline sketch"), _("not AI")
        return ChipChoice(value=value, text=words, supplement=beside, icon="brush", section=section)
    if model.offline:
        return ChipChoice(value=value, text=model.title, icon="brush", section=section)
    if missing:
        return ChipChoice(
            value=value, text=model.id, note=_("needs a key"), section=section, quiet=True
        )
    title = model.title if model.title != model.id else ""
    note = " · ".join(words for words in (title, state_words(model)) if words)
    quiet = model.state is ModelState.RETIRED
    return ChipChoice(value=value, text=model.id, note=note, section=section, quiet=quiet)


def state_words(model: Model) -> str:
    """Whether a model may still be asked, in a few words; empty where there is nothing to say."""
    if model.state is ModelState.RETIRED:
        return _("retired {day}").format(day=model.shut_down).strip()
    if model.state is ModelState.DEPRECATED:
        return _("ends {day}").format(day=model.shut_down).strip()
    if model.state is ModelState.UNKNOWN and not model.offline:
        return _("not in the model table")
    return ""
