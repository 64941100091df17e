"""`gridbrush library compare`: how two pictures differ, by their pixels."""

from __future__ import annotations

import asyncio
from typing import Any

from studio.app.core import Core
from studio.cli.output import print_result, say_json
from studio.common.i18n import _
from studio.domain.entities import Picture, Role
from studio.imaging.comparer import Comparison


async def compare(core: Core, options: Any) -> int:
    """Print shift, scale and changed pixels of the second picture against the first.

    The exit code is 0 for pictures that do not line up too. Raises InputError for an unknown id,
    StorageError and PictureUnreadable for a file.
    """
    first, second = [await core.library.resolve(id) for id in (options.first, options.second)]
    paths = [await asyncio.to_thread(core.library.path, each) for each in (first, second)]
    found = await core.comparer.compare(paths[0], paths[1])
    edited = is_edit(second, first)
    if options.json:
        say_json({"first": first.id, "second": second.id, **_facts(found, edited=edited)})
    else:
        for line in _lines(found, edited=edited):
            print_result(line)
    return 0


def is_edit(picture: Picture, source: Picture) -> bool:
    """Whether a picture was made by editing the other one."""
    return any(
        parent.role is Role.EDIT and parent.picture == source.id for parent in picture.parents
    )


def _facts(found: Comparison, *, edited: bool) -> dict[str, Any]:
    shift, scale = None, None
    if found.aligned:
        shift = [round(pixels, 2) for pixels in found.shift]
        scale = round(found.zoom, 5)
    changed = None if found.changed is None else round(found.changed, 4)
    return {
        "aligned": found.aligned,
        "reason": found.reason,
        "shift": shift,
        "scale": scale,
        "changed": changed,
        "drift": changed if edited else None,
        "gain": [round(one, 3) for one in found.gain] if found.aligned else None,
    }


def _lines(found: Comparison, *, edited: bool) -> list[str]:
    if found.changed is None:
        reasons = {
            "too_small": _("One of them is too small."),
            "too_little_detail": _("They have too little detail in common."),
        }
        reason = reasons.get(found.reason or "", _("They show different things."))
        return [_("The pictures do not line up."), reason]
    right, down = found.shift
    lines = [
        _("The pictures line up."),
        # Translators: in pixels; negative is to the left and up.
        _("Shift: {x} px right, {y} px down").format(x=f"{right:.1f}", y=f"{down:.1f}"),
        _("Scale: {percent} %").format(percent=f"{100 * found.zoom:.2f}"),
        _("Changed: {percent} % of the pixels").format(percent=f"{100 * found.changed:.1f}"),
    ]
    if edited:
        lines.append(_("The second picture is an edit of the first."))
    return lines
