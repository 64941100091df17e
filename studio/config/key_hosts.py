"""Which host the key of a profile was given for: it goes nowhere else unasked.

The settings remember the host of each profile's key from its first use on. A base URL that was
changed since, in the settings or in their file, keeps the key at home until it is given again or
the user said in the settings that it may go there.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from studio.common.errors import KeyMissing
from studio.common.i18n import _
from studio.config.settings import Profile, SettingsStore


def check(store: SettingsStore, profile: Profile) -> None:
    """Let the key of a profile go to its host, if that is where it belongs. Raises KeyMissing."""
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
    """The key of a profile is another one from now on, or may go to another host."""
    left = tuple(pair for pair in store.value.key_hosts if pair[0] != name)
    if left != store.value.key_hosts:
        store.change(key_hosts=left)
