"""Telling that the library is read anew, how far that is, and what it means for the user."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from studio.app.core import Core
from studio.common.i18n import _
from studio.domain.events import IndexProgress
from studio.ui.widgets import MessageBar, Notice

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
        bar.acted.connect(self.on_acted)

    def on_index_progress(self, event: IndexProgress) -> None:
        """Follow what the core tells."""
        if event.part < 1:
            text = _(
                "Reading the library again: {percent} %. Changes wait until it is finished."
            ).format(percent=int(event.part * 100))
            notice = self._bar.notice
            if notice is None or notice.text != text:
                stop = (("stop", _("Stop")),)
                self._bar.show_notice(Notice(key=KEY, text=text, actions=stop, closable=False))
            return
        if event.whole:
            self._bar.dismiss(KEY)
        else:
            text = _(
                "The library was only partly read. Restart Gridbrush to see and change the rest."
            )
            self._bar.show_notice(Notice(key=KEY, text=text, tone="warn"))
        self.ended.emit()

    def on_acted(self, key: object, action: object) -> None:
        """A button of a message was pressed."""
        rereading = self._core.library.rereading
        if (key, action) == (KEY, "stop") and rereading is not None:
            rereading.stop()
