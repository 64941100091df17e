"""Tool tips of tiles and their zones."""

from __future__ import annotations

from studio.common.i18n import _
from studio.domain.entities import Job, Picture
from studio.ui.support.job_outcome import cancel_tip
from studio.ui.support.tile_content import Item, tool_tip
from studio.ui.views.gallery.layout import TileZone


def tip_for(item: Item | None, zone: TileZone | None) -> str:
    """Plain-text tooltip for the item or zone under the pointer; empty for none."""
    if zone is not None:
        if zone.label:
            return ""  # the button's label says it
        if zone.tip:
            return zone.tip
        names = {
            "pick": _("Pick (P)"),
            "reject": _("Reject (X)"),
            "edit": _("Edit this picture (Ctrl+E)"),
            "more": _("More"),
            "cancel": cancel_tip(item) if isinstance(item, Job) else _("Cancel"),
        }
        return names.get(zone.action, "")
    return tool_tip(item) if isinstance(item, Picture) else ""
