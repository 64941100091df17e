"""Telling how far a change of many pictures is, and giving it up while that can still be done."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from studio.common.i18n import _
from studio.domain.events import Progress
from studio.library.operations.change_progress import ChangeGoing
from studio.ui.widgets import Notice

if TYPE_CHECKING:
    from studio.ui.window.main_window import StudioWindow

KEY = "change"
_STEP = 5
"""Percent from one sentence to the next: each is read out to those who hear the window."""


def hear(window: StudioWindow, event: Progress) -> None:
    """Follow what the core tells."""
    if not isinstance(event, ChangeGoing):
        return
    if event.part >= 1:
        window.messages.dismiss(KEY)
        if not event.written:
            window.talking.tell(_("Stopped; nothing was changed"))
        return
    if window.messages.property(KEY) is None:
        window.messages.setProperty(KEY, True)
        window.messages.acted.connect(partial(on_acted, window))
    percent = int(event.part * 100) // _STEP * _STEP
    text = _("Changing {n} pictures, {percent} % so far.").format(
        n=f"{event.pictures:,}", percent=percent
    )
    # What is in the records is done, whatever the index has of it: Undo is the way back.
    actions = () if event.written else (("stop", _("Stop")),)
    notice = Notice(key=KEY, text=text, actions=actions, closable=False)
    if window.messages.notice != notice:
        window.messages.show_notice(notice)


def on_acted(window: StudioWindow, key: str, action: str) -> None:
    """A button of a message was pressed."""
    if (key, action) == (KEY, "stop"):
        window.core.library.stop_changes()
