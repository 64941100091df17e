"""Registry of wire formats by name.

A new wire needs a package beside `gemini` and a line here; no other module depends on it. Importing
this module loads every wire, so it is imported with the first job and never at the start of a
window.
"""

from __future__ import annotations

from collections.abc import Callable

from studio.common.errors import InputError
from studio.common.i18n import _, listed
from studio.config.settings import USUAL_WIRE, Profile
from studio.providers.base import FindModel, Learn, Provider
from studio.providers.gemini import GeminiProvider

WIRES: dict[str, Callable[[Profile, FindModel, Learn], Provider]] = {USUAL_WIRE: GeminiProvider}
"""Name of a wire -> factory for the provider of a profile."""

_MOST_SHOWN = 60


def provider_of(profile: Profile, find_model: FindModel, learn: Learn) -> Provider:
    """Create the provider of a profile. Raises InputError for an unknown wire."""
    speaks = WIRES.get(profile.wire)
    if speaks is None:
        raise InputError(
            _("Unknown wire format {wire}").format(wire=f"“{profile.wire[:_MOST_SHOWN]}”"),
            _("Supported: {known}.").format(known=listed(sorted(WIRES))),
            hint=_("Update Gridbrush, or choose another provider."),
        )
    return speaks(profile, find_model, learn)
