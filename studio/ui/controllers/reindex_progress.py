"""Telling that the library is read anew, how far that is, and what it means for the user."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from studio.common.i18n import _
from studio.domain.events import IndexRead
from studio.ui.widgets import Notice

if TYPE_CHECKING:
    from studio.ui.window.main_window import StudioWindow

KEY = "index"


def hear(window: StudioWindow, event: IndexRead) -> None:
    """Follow what the core tells."""
    if event.part < 1:
        if window.messages.property(KEY) is None:
            window.messages.setProperty(KEY, True)
            window.messages.acted.connect(partial(on_acted, window))
        text = _(
            "The library is read anew, {percent} % so far. What you change is done when it is over."
        ).format(percent=int(event.part * 100))
        notice = window.messages.notice
        if notice is None or notice.text != text:
            stop = (("stop", _("Stop")),)
            window.messages.show_notice(Notice(key=KEY, text=text, actions=stop, closable=False))
        return
    if event.whole:
        window.messages.dismiss(KEY)
    else:
        text = _(
            "The library was not read to its end. It is shown as far as it is known, and can be"
            " changed after the next start."
        )
        window.messages.show_notice(Notice(key=KEY, text=text, tone="warn"))
    window.browsing.reload()
    window.browsing.recount()
    window.shelving.refresh()


def on_acted(window: StudioWindow, key: str, action: str) -> None:
    """A button of a message was pressed."""
    if (key, action) == (KEY, "stop") and window.core.library.rereading is not None:
        window.core.library.rereading.stop()
