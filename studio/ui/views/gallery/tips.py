"""Tool tips of tiles and of their zones."""

from __future__ import annotations

from studio.domain import Job, Picture
from studio.ui.failures import cancel_tip
from studio.ui.gallery.layout import Zone
from studio.ui.states import Item, tool_tip
from studio.words import _


def tip_for(item: Item | None, zone: Zone | None) -> str:
    """The words for what is under the pointer; empty for none. Plain text."""
    if zone is not None:
        if zone.label:
            return ""  # the button says it itself
        names = {
            "pick": _("Pick (P)"),
            "reject": _("Reject (X)"),
            "edit": _("Edit from this (Ctrl+E)"),
            "more": _("More"),
            "cancel": cancel_tip(item) if isinstance(item, Job) else _("Cancel"),
        }
        return names.get(zone.action, "")
    return tool_tip(item) if isinstance(item, Picture) else ""
