"""Telling that the library is read anew, how far that is, and what it means for the user."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from studio.app.core import Core
from studio.common.i18n import _
from studio.domain.events import IndexProgress
from studio.ui.widgets import MessageAction, MessageBar, Notice

KEY = "index"


class ReindexProgress(QObject):
    """Says how far the library is read.

    Signals:
        ended: it was read, or as much of it as was wanted.
    """

    ended = Signal()

    def __init__(self, core: Core, bar: MessageBar, parent: QObject) -> None:
        super().__init__(parent)
        self._core = core
        self._bar = bar

    def on_index_progress(self, event: IndexProgress) -> None:
        """Follow what the core tells."""
        if event.part < 1:
            text = _(
                "Reading the library again: {percent} %. Changes wait until it is finished."
            ).format(percent=int(event.part * 100))
            notice = self._bar.notice
            if notice is None or notice.text != text:
                actions = (MessageAction(_("Stop"), self.stop),)
                self._bar.show_notice(Notice(key=KEY, text=text, actions=actions, closable=False))
            return
        if event.whole:
            self._bar.dismiss(KEY)
        else:
            text = _(
                "The library was only partly read. Restart Gridbrush to see and change the rest."
            )
            self._bar.show_notice(Notice(key=KEY, text=text, tone="warn"))
        self.ended.emit()

    def stop(self) -> None:
        """Show the library as far as it was read."""
        rereading = self._core.library.rereading
        if rereading is not None:
            rereading.stop()
