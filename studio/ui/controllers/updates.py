"""A newer version is said in the message bar, with a way to read about it. Loaded if wanted."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from studio.app import updates
from studio.common.i18n import _
from studio.ui.support import desktop_services
from studio.ui.widgets import Notice

if TYPE_CHECKING:
    from studio.ui.window.main_window import StudioWindow

KEY = "update"


async def look(window: StudioWindow) -> None:
    """Ask once a day; say what is newer until it was read or closed."""
    core = window.core
    address = await asyncio.to_thread(updates.feed)
    if not address:
        return
    client = (await core.making()).client
    found = await updates.look(client, core.settings, address)
    if found is None:
        return
    text = _("Gridbrush {version} is there.").format(version=found.version)
    bar = window.messages
    bar.acted.connect(partial(_on_acted, window, found))
    bar.closed.connect(partial(_on_closed, window, found))
    bar.show_notice(
        Notice(
            key=KEY,
            text=f"{text} {found.notes}".strip(),
            actions=((KEY, _("What is new")),),
        )
    )


def _on_acted(window: StudioWindow, found: updates.Update, key: object, _action: object) -> None:
    if key == KEY:
        desktop_services.open_link(found.link)
        window.core.settings.change(update_seen=found.version)


def _on_closed(window: StudioWindow, found: updates.Update, key: object) -> None:
    if key == KEY:
        window.core.settings.change(update_seen=found.version)
