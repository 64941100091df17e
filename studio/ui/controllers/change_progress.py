"""Progress of a change of many pictures, with a button to stop it."""

from __future__ import annotations

from PySide6.QtCore import QObject

from studio.app.core import Core
from studio.common.i18n import _, ngettext, number
from studio.domain.events import Event
from studio.library.operations.change_progress import ChangeProgressed
from studio.ui.support.ports import Messages
from studio.ui.widgets.message_action import MessageAction
from studio.ui.widgets.message_bar import MessageBar, Notice

KEY = "change"
_STEP = 5
"""Percent between messages: screen readers speak each one."""


class ChangeProgress(QObject):
    """Shows the progress of a large change."""

    def __init__(self, core: Core, messages: Messages, bar: MessageBar, parent: QObject) -> None:
        super().__init__(parent)
        self._core = core
        self._messages = messages
        self._bar = bar

    def on_core_event(self, event: Event) -> None:
        if not isinstance(event, ChangeProgressed):
            return
        if event.part >= 1:
            self._bar.dismiss(KEY)
            if not event.written:
                self._messages.show_message(_("Stopped. Nothing was changed."))
            return
        percent = int(event.part * 100) // _STEP * _STEP
        text = ngettext(
            "Changing {n} picture: {percent} %",
            "Changing {n} pictures: {percent} %",
            event.pictures,
        ).format(n=number(event.pictures), percent=number(percent))
        # Written records cannot be stopped, even while the index lags behind; Undo reverts them.
        stop = MessageAction(_("Stop"), self._core.library.stop_changes)
        actions = () if event.written else (stop,)
        notice = Notice(key=KEY, text=text, actions=actions, closable=False)
        if self._bar.notice != notice:
            self._bar.show_notice(notice)
