"""A newer version is said in the message bar, with a way to read about it. Loaded if wanted."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import QObject

from studio.app import updates
from studio.app.core import Core
from studio.common.i18n import _
from studio.ui.support import desktop_services
from studio.ui.widgets import MessageBar, Notice

KEY = "update"


class UpdateNotice(QObject):
    """Says once in the message bar what is newer."""

    def __init__(self, core: Core, bar: MessageBar, parent: QObject) -> None:
        super().__init__(parent)
        self._core = core
        self._bar = bar
        self._found: updates.Update | None = None
        bar.acted.connect(self.on_acted)
        bar.closed.connect(self.on_closed)

    async def check_for_update(self) -> None:
        """Ask once a day; say what is newer until it was read or closed."""
        address = await asyncio.to_thread(updates.feed)
        if not address:
            return
        client = (await self._core.making()).client
        found = self._found = await updates.check_for_update(client, self._core.settings, address)
        if found is None:
            return
        text = _("Gridbrush {version} is available.").format(version=found.version)
        self._bar.show_notice(
            Notice(
                key=KEY,
                text=f"{text} {found.notes}".strip(),
                actions=((KEY, _("Show what is new")),),
            )
        )

    def on_acted(self, key: object, _action: object) -> None:
        """A button of the message bar was pressed."""
        if key == KEY and self._found is not None:
            desktop_services.open_link(self._found.link)
            self._note()

    def on_closed(self, key: object) -> None:
        """A message was closed."""
        if key == KEY:
            self._note()

    def _note(self) -> None:
        if self._found is not None:
            self._core.settings.change(update_seen=self._found.version)
