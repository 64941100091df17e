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
        Role.ANSWER: pgettext("role of a reference", "Answer"),
    }[role]


REFERENCE_ROLES = (Role.SUBJECT, Role.STYLE, Role.PALETTE, Role.COMPOSITION, Role.FREE)
"""Roles a reference can be given, in the order of menus."""


def role_of(value: str) -> Role:
    """The role with this value in a file; General for an unknown one."""
    return next((role for role in REFERENCE_ROLES if role.value == value), Role.FREE)


def use_text(role: Role) -> str:
    """Text of the menu entry that adds a picture in a role."""
    return {
        Role.SUBJECT: _("Use as subject"),
        Role.STYLE: _("Use as style"),
        Role.PALETTE: _("Use as palette"),
        Role.COMPOSITION: _("Use as composition"),
        Role.FREE: _("Use as general reference"),
    }[role]
