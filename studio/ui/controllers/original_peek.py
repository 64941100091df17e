"""Display of the current picture's original while its key is held, in any view."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from studio.app.core import Core
from studio.common.i18n import _
from studio.domain.entities import Role
from studio.ui.support.key_repeat import end_hold, is_repeat
from studio.ui.support.ports import Messages, SelectionSource
from studio.ui.support.tasks import SpawnedTask, spawn
from studio.ui.views.canvas.peek import PicturePeek

_OTHERS = frozenset(
    {
        Qt.Key.Key_Return,
        Qt.Key.Key_Enter,
        Qt.Key.Key_Space,
        Qt.Key.Key_Shift,
        Qt.Key.Key_Control,
        Qt.Key.Key_Alt,
        Qt.Key.Key_AltGr,
    }
)
"""Keys that chose the action in a menu, or were held together with its key: their release does not
end the display.
"""

_ENDS = frozenset({QEvent.Type.MouseButtonPress, QEvent.Type.ApplicationDeactivate})


class OriginalPeek(QObject):
    """Shows the picture that the current one was edited from, over the view.

    It ends with the release of the key; chosen in a menu, with the next key or click.
    """

    def __init__(
        self, core: Core, selection: SelectionSource, messages: Messages, views: QWidget
    ) -> None:
        super().__init__(views)
        self._core = core
        self._selection = selection
        self._messages = messages
        self.peek = PicturePeek(core.library, core.decoder, views)
        self._task: SpawnedTask | None = None

    def begin_peek(self) -> None:
        """Show the original once it is read, unless the key is released before."""
        self.end()
        # The key may be released wherever the focus is: filter all events.
        app = QApplication.instance()
        assert app is not None
        app.installEventFilter(self)
        self._task = spawn(self._show())

    async def _show(self) -> None:
        for picture in await self._selection.pictures(1):
            ids = [one.picture for one in picture.parents if one.role is Role.EDIT and one.picture]
            found = await self._core.library.find(ids[:1]) if ids else []
            if found:
                self.peek.show_picture(found[0])
            else:
                self._messages.show_message(_("This picture was not made from another one"))

    def end(self) -> None:
        """Show the view again."""
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self.peek.end()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if isinstance(event, QKeyEvent):
            if kind == QEvent.Type.KeyRelease and event.key() not in _OTHERS:
                end_hold(event, self, self.end)
            elif kind == QEvent.Type.KeyPress and not is_repeat(event):
                self.end()
        elif kind in _ENDS:
            self.end()
        return False
