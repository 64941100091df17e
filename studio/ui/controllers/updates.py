"""Notice of a newer version in the message bar, with a link. Loaded only if enabled."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from PySide6.QtCore import QObject

from studio.app import updates
from studio.app.core import Core
from studio.common.i18n import _, sentences
from studio.config.settings import SettingsStore
from studio.ui.support import desktop_services
from studio.ui.widgets.message_action import MessageAction
from studio.ui.widgets.message_bar import MessageBar, Notice

Check = Callable[[updates.Fetcher, SettingsStore, str], Awaitable[updates.Update | None]]


class UpdateNotice(QObject):
    """Announces a newer version."""

    def __init__(
        self,
        core: Core,
        bar: MessageBar,
        parent: QObject,
        *,
        feed: Callable[[], str] = updates.feed,
        check: Check = updates.check_for_update,
    ) -> None:
        """`feed` finds the feed's address, in a thread; `check` queries it."""
        super().__init__(parent)
        self._core = core
        self._bar = bar
        self._feed = feed
        self._check = check

    async def check_for_update(self) -> None:
        """Check once a day; announce a newer version until its notice is opened or closed."""
        address = await asyncio.to_thread(self._feed)
        if not address:
            return
        client = (await self._core.making()).client
        found = await self._check(client, self._core.settings, address)
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
