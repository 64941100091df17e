"""Messages of the window: toasts for results, the message bar for errors."""

from __future__ import annotations

import asyncio
import logging
import os
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from studio.common import logs
from studio.common.billing import sentences_of
from studio.common.errors import StudioError
from studio.common.files import storage_error
from studio.common.i18n import _
from studio.domain.events import ChangeRecorded, Event, InfoPosted
from studio.ui.support import clipboard
from studio.ui.support.ports import ToastAction
from studio.ui.widgets.message_action import MessageAction
from studio.ui.widgets.message_bar import MessageBar, Notice
from studio.ui.widgets.toast import Toast

log = logging.getLogger(__name__)


class MessagesController(QObject):
    """The only place that shows messages to the user.

    Signals:
        undo_wanted: undo the change of this id, if it is still the last one (str).
    """

    undo_wanted = Signal(str)

    def __init__(self, toast: Toast, bar: MessageBar, parent: QObject) -> None:
        super().__init__(parent)
        self._toast = toast
        self._messages = bar
        self._last = ""  # id of the last change
        self._offered: MessageAction | None = None  # undoes the last change

    def on_core_event(self, event: Event) -> None:
        """Withdraw the offer to undo a change once a newer change exists."""
        if isinstance(event, ChangeRecorded):
            self._last = event.id
            if self._offered is not None:
                self.withdraw(self._offered)

    def on_said(self, sentence: str) -> None:
        """Show a toast about the change made last, with Undo."""
        self.show_change(sentence, self._last)

    def show_change(self, sentence: str, change: str) -> None:
        """Show a toast about a change, with Undo while it is the last one."""
        if change and change == self._last:
            undo = partial(self.undo_wanted.emit, change)
            self._offered = self.offer_action(sentence, _("Undo"), undo)
        else:
            self.show_message(sentence)

    def offer_action(
        self, sentence: str, label: str, callback: Callable[[], object]
    ) -> MessageAction:
        """Show a toast with a button; returns it for `withdraw`."""
        action = MessageAction(label, callback)
        self._toast.show_toast(sentence, action)
        return action

    def withdraw(self, action: ToastAction) -> None:
        """Remove the button of a toast if it is still shown."""
        if action is self._offered:
            self._offered = None
        self._toast.withdraw(action)

    def show_message(self, sentence: str) -> None:
        """Show a toast."""
        self._toast.show_toast(sentence)

    def on_problem(self, error: BaseException) -> None:
        """Show an error that belongs to no view, such as a full disk."""
        self._show_error(error, "", here=False)

    def on_error(self, error: BaseException, about: str = "") -> None:
        """Show an error in the message bar of the current view; bugs with their details.

        A message stays until the user closes it, which uncovers the previous one. A message with
        the same non-empty `about` replaces the previous one.
        """
        self._show_error(error, about, here=True)

    def _show_error(self, error: BaseException, about: str, *, here: bool) -> None:
        if isinstance(error, asyncio.CancelledError):
            return
        if isinstance(error, OSError) and error.filename is not None:
            # An invalid file name or a disconnected disk is not a bug.
            log.warning("The system refused", exc_info=error)
            error = storage_error(error, Path(os.fsdecode(error.filename)))
        if isinstance(error, StudioError):
            text = sentences_of(error)
            self._messages.show_notice(
                Notice(
                    key=about or f"error: {text}",
                    text=text,
                    tone="bad",
                    icon="warning",
                    here=here,
                )
            )
            return
        log.error("An unforeseen error", exc_info=error)
        details = logs.clean("".join(traceback.format_exception(error)))
        self._messages.show_notice(
            Notice(
                key="bug",
                text=_("Something went wrong inside Gridbrush. All saved work is safe."),
                tone="bad",
                icon="warning",
                actions=(MessageAction(_("Copy details"), partial(self._copy, details)),),
            )
        )

    def on_news(self, news: InfoPosted) -> None:
        """Show a success message in the message bar until closed."""
        text = f"{news.title}. {news.message}"
        self._messages.show_notice(Notice(key=f"news: {text}", text=text, icon="info"))

    def _copy(self, details: str) -> None:
        clipboard.put_text(details, partial(self.show_message, _("Details copied")))
