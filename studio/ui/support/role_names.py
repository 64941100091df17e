"""Names of the roles of references."""

from __future__ import annotations

from studio.common.i18n import _, pgettext
from studio.domain.entities import Role


def role_name(role: Role) -> str:
    """Name of a role."""
    return {
        Role.EDIT: _("Editing"),
        Role.SUBJECT: pgettext("role of a reference", "Subject"),
        Role.STYLE: pgettext("role of a reference", "Style"),
        Role.PALETTE: pgettext("role of a reference", "Palette"),
        Role.COMPOSITION: pgettext("role of a reference", "Composition"),
        Role.MASK: pgettext("role of a reference", "Mask"),
        Role.FREE: pgettext("role of a reference", "General"),
    }[role]
