"""Binding of each profile's key to a host: the key is sent to no other host without consent.

The settings store the host of each profile's key at its first use. After a change of the base URL,
in the settings or in their file, the key is not sent until it is entered again or the user allows
it in the settings.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from studio.common.errors import KeyMissing
from studio.common.i18n import _
from studio.config.settings import Profile, SettingsStore


def check(store: SettingsStore, profile: Profile) -> None:
    """Bind a profile's key to its host, or raise KeyMissing if it is bound to another one."""
    host = urlsplit(profile.base_url).hostname or ""
    bound = dict(store.value.key_hosts)
    given_for = bound.setdefault(profile.name, host)
    if given_for != host:
        raise KeyMissing(
            _("The key belongs to another address"),
            # Translators: {before} and {now} are host names, {name} is a provider.
            _("It belongs to {before}; {name} is now at {now}.").format(
                before=given_for, name=profile.title, now=host
            ),
            hint=_("To use it there, enter it again in the settings."),
        )
    if (now := tuple(sorted(bound.items()))) != store.value.key_hosts:
        store.change(key_hosts=now)


def forget_host(store: SettingsStore, name: str) -> None:
    """Unbind the key of a profile, after a new key or the user's consent."""
    left = tuple(pair for pair in store.value.key_hosts if pair[0] != name)
    if left != store.value.key_hosts:
        store.change(key_hosts=left)
