"""The user's own providers: validating, adding, changing and removing profiles."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from studio.common.errors import InputError
from studio.common.i18n import _, number, read_number, short_number
from studio.common.urls import read_address, usable_address
from studio.config.settings import OFFLINE, PLACE, USUAL_PATH, Profile, Settings
from studio.domain import extra_fields
from studio.domain.models import EVERY_SIZE, PER_SEARCH, TIERS

DEAREST = 1000.0
"""Limit of a price in US dollars."""


def checked(profile: Profile, settings: Settings, *, editing: str = "") -> Profile:
    """The profile in normalized form, with a unique name.

    `editing` is the name of the profile being replaced. Raises InputError for an empty or duplicate
    title, and for an invalid address or path.
    """
    title = " ".join(profile.title.split())
    if not title:
        raise InputError(_("The provider needs a name"))
    others = [one for one in settings.all_profiles if one.name != editing]
    if any(one.title.casefold() == title.casefold() for one in others):
        raise InputError(
            # Translators: {name} is a provider.
            _("A provider called {name} already exists").format(name=title),
            hint=_("Choose another name."),
        )
    address = usable_address(profile.base_url)
    return replace(
        profile,
        name=editing or _free_name(title, settings),
        title=title,
        base_url=address,
        path=_path(profile.path),
        model=profile.model.strip().removeprefix("models/"),
        extra_fields=extra_fields.checked(profile.extra_fields),
    )


def copy_of(profile: Profile, settings: Settings) -> Profile:
    """A copy of a profile under a new title, without its key."""
    taken = {one.title.casefold() for one in settings.all_profiles}
    # Translators: {name} is a provider.
    title, number = _("{name} copy").format(name=profile.title), 2
    while title.casefold() in taken:
        # Translators: {name} is a provider.
        title = _("{name} copy {number}").format(name=profile.title, number=number)
        number += 1
    return replace(profile, name="", title=title)


def with_profile(settings: Settings, profile: Profile) -> tuple[Profile, ...]:
    """The user's own profiles with this one added or replaced."""
    own = {one.name: one for one in settings.profiles}
    own[profile.name] = profile
    return tuple(own.values())


def without_profile(settings: Settings, name: str) -> tuple[tuple[Profile, ...], str]:
    """The user's own profiles without the named one, and the new default provider."""
    rest = tuple(one for one in settings.profiles if one.name != name)
    left = replace(settings, profiles=rest)
    if any(one.name == settings.profile for one in left.all_profiles):
        return rest, settings.profile
    keyed = (one.name for one in left.all_profiles if one.name in settings.known_keys)
    return rest, next(keyed, OFFLINE)


def host_of(address: str) -> str:
    """Host of an address; empty for an invalid one."""
    try:
        return urlsplit(read_address(address)).hostname or ""
    except InputError:
        return ""


def read_prices(text: str) -> Mapping[str, Mapping[str, float]]:
    """Parse prices, one per line: model, size (* for all, "search" for a query), US dollars.

    Raises InputError naming the line that is not understood.
    """
    prices: dict[str, dict[str, float]] = {}
    for line in text.splitlines():
        words = line.replace("$", " ").split()
        if not words:
            continue
        if len(words) == 2:
            words.insert(1, EVERY_SIZE)
        price = _number(words[-1])
        if len(words) != 3 or price is None:
            raise InputError(
                _("Invalid price: {line}").format(line=line.strip()[:80]),
                hint=_("Enter model, size and USD, such as: {line}").format(
                    line=f"gemini-3-pro-image 2K {number(0.1, 2)}"
                ),
            )
        size = words[1].upper() if words[1].upper() in TIERS else words[1]
        size = PER_SEARCH if size.lower() == PER_SEARCH else size
        prices.setdefault(words[0], {})[size] = price
    return prices


def written_prices(prices: Mapping[str, Mapping[str, float]]) -> str:
    """Prices in the format of `read_prices`."""
    return "\n".join(
        f"{model} {size} {short_number(price, 6)}"
        for model, table in prices.items()
        for size, price in table.items()
    )


def _number(text: str) -> float | None:
    try:
        price = float(read_number(text))
    except ValueError:
        return None
    return price if 0 <= price <= DEAREST else None


def _path(text: str) -> str:
    path = text.strip()
    if path in ("", USUAL_PATH):
        return USUAL_PATH
    if "://" in path:
        raise InputError(
            _("Invalid path"),
            _("This is a whole address, not a path."),
            hint=_("Enter only the part after the host. The host belongs in the address."),
        )
    if not path.startswith("/"):
        path = f"/{path}"
    if path.count(PLACE) != 1 or not re.fullmatch(r"[\w./:~@{}+-]+", path):
        raise InputError(
            _("Invalid path"),
            # Translators: {place} is "{model}", spelled exactly so.
            _("{path} must contain {place} for the model, and no question mark.").format(
                path=path[:120], place=PLACE
            ),
            hint=_("Leave it empty for the default."),
        )
    return path


def _free_name(title: str, settings: Settings) -> str:
    """A new name that has no profile and no stored key, so that no key is inherited."""
    base = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "own"
    taken = {one.name for one in settings.all_profiles} | set(settings.known_keys)
    name, number = base, 2
    while name in taken:
        name, number = f"{base}-{number}", number + 1
    return name
