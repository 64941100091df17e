"""`gridbrush library compare`: pixel difference of two pictures."""

from __future__ import annotations

import asyncio
from typing import Any

from studio.app.core import Core
from studio.app.drift import edited_from
from studio.cli.output import print_result, say_json
from studio.common.i18n import _, number
from studio.imaging.comparer import ComparisonResult


async def compare(core: Core, options: Any) -> int:
    """Print shift, scale and changed pixels of the second picture against the first.

    The exit code is 0 even if the pictures do not line up. Raises InputError for an unknown id,
    StorageError and PictureUnreadable for a file.
    """
    first, second = [await core.library.resolve(id) for id in (options.first, options.second)]
    paths = [await asyncio.to_thread(core.library.path, each) for each in (first, second)]
    found = await core.comparer.compare(paths[0], paths[1])
    source = edited_from(second)
    edited = source is not None and source.picture == first.id
    if options.json:
        say_json({"first": first.id, "second": second.id, **_facts(found, edited=edited)})
    else:
        for line in _lines(found, edited=edited):
            print_result(line)
    return 0


def _facts(found: ComparisonResult, *, edited: bool) -> dict[str, Any]:
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


def _lines(found: ComparisonResult, *, edited: bool) -> list[str]:
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
        _shift(right, down),
        _("Scale: {percent} %").format(percent=number(100 * found.zoom, 2)),
        _("Changed: {percent} % of the pixels").format(percent=number(100 * found.changed, 1)),
    ]
    if edited:
        lines.append(_("The second picture is an edit of the first."))
    return lines


def _shift(right: float, down: float) -> str:
    """The shift as a sentence, rounded to 0.1 px."""
    x, y = round(right, 1), round(down, 1)
    sentences = {
        (False, False): _("Shift: {x} px right, {y} px down"),
        (False, True): _("Shift: {x} px right, {y} px up"),
        (True, False): _("Shift: {x} px left, {y} px down"),
        (True, True): _("Shift: {x} px left, {y} px up"),
    }
    return sentences[x < 0, y < 0].format(x=number(abs(x), 1), y=number(abs(y), 1))
