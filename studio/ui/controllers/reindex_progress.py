"""Notice with the progress of an index rebuild."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from studio.app.core import Core
from studio.common.i18n import _, number
from studio.domain.events import IndexProgress
from studio.ui.widgets.message_action import MessageAction
from studio.ui.widgets.message_bar import MessageBar, Notice

KEY = "index"


class ReindexProgress(QObject):
    """Shows the progress of an index rebuild.

    Signals:
        ended: the rebuild finished or was stopped.
    """

    ended = Signal()

    def __init__(self, core: Core, bar: MessageBar, parent: QObject) -> None:
        super().__init__(parent)
        self._core = core
        self._bar = bar

    def on_index_progress(self, event: IndexProgress) -> None:
        if event.part < 1:
            text = _(
                "Reading the library again: {percent} %. Changes wait until it is finished."
            ).format(percent=number(int(event.part * 100)))
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
        """Stop, and show the pictures read so far."""
        rereading = self._core.library.rereading
        if rereading is not None:
            rereading.stop()
