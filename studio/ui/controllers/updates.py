"""Notice of a newer version in the message bar, with a link. Loaded only if enabled."""

from __future__ import annotations

import asyncio
from functools import partial

from PySide6.QtCore import QObject

from studio.app import updates
from studio.app.core import Core
from studio.common.i18n import _, sentences
from studio.ui.support import desktop_services
from studio.ui.widgets.message_action import MessageAction
from studio.ui.widgets.message_bar import MessageBar, Notice


class UpdateNotice(QObject):
    """Announces a newer version."""

    def __init__(self, core: Core, bar: MessageBar, parent: QObject) -> None:
        super().__init__(parent)
        self._core = core
        self._bar = bar

    async def check_for_update(self) -> None:
        """Check once a day; announce a newer version until its notice is opened or closed."""
        address = await asyncio.to_thread(updates.feed)
        if not address:
            return
        client = (await self._core.making()).client
        found = await updates.check_for_update(client, self._core.settings, address)
        if found is None:
            return
        text = _("Gridbrush {version} is available.").format(version=found.version)
        self._bar.show_notice(
            Notice(
                key="update",
                text=sentences(text, found.notes).strip(),
                actions=(MessageAction(_("Show what's new"), partial(self._read, found)),),
                on_closed=partial(self._note, found),
            )
        )

    def _read(self, found: updates.Update) -> None:
        desktop_services.open_link(found.link)
        self._note(found)

    def _note(self, found: updates.Update) -> None:
        self._core.settings.change(update_seen=found.version)
