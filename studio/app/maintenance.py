"""Background maintenance by the owner of a library, one minute after the start.

A daily copy of the records, a search for files that other programs renamed or moved, and a check of
a small share of the originals.
"""

from __future__ import annotations

import asyncio
import logging
import threading

from studio.app.core import Core
from studio.common import i18n
from studio.common.errors import StorageError
from studio.common.i18n import _, ngettext
from studio.domain.events import ProblemOccurred
from studio.library.log import daily_copies
from studio.library.operations import relink, scrub

log = logging.getLogger(__name__)

AFTER = 60.0
"""Seconds after the start before anything is read."""


async def run(core: Core, *, after: float = AFTER) -> scrub.ScrubResult | None:
    """Run one round; returns the result of the scrub, or None if the library is not owned.

    Damage is published as a problem. Cancellation takes effect after the current file.
    """
    if not core.library.writable:
        return None
    await asyncio.sleep(after)
    try:
        await asyncio.to_thread(daily_copies.make, core.library.folder)
        # Renamed files are found first, so that the scrub does not report them as missing.
        lost = (await relink.sweep(core.library.store)).lost
        found = await _scrub(core)
    except StorageError as error:
        # A full disk is reported elsewhere; the next start tries again.
        log.warning("The upkeep of the library could not be done: %s", error)
        return None
    if bad := len(lost) + len(found.missing) + len(found.changed):
        core.events.publish(ProblemOccurred(_damage(bad)))
    return found


async def _scrub(core: Core) -> scrub.ScrubResult:
    memory = core.paths.computed(core.library.id) / "scrub.json"
    chosen = await scrub.choose(core.library.store, memory)
    end = threading.Event()
    try:
        return await asyncio.to_thread(
            scrub.scrub, core.library.originals, chosen, memory, stop=end.is_set
        )
    finally:
        end.set()


def _damage(number: int) -> StorageError:
    return StorageError(
        ngettext(
            "{n} picture is damaged or missing", "{n} pictures are damaged or missing", number
        ).format(n=i18n.number(number)),
        ngettext(
            "Its file is missing or has changed.",
            "Their files are missing or have changed.",
            number,
        ),
        hint=_("Find and repair them with Library > Check all pictures."),
    )
