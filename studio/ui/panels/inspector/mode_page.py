"""Inspector page of a mode of the loupe, where the mode's keys work too and are listed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QPoint, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from studio.common.i18n import _
from studio.ui.panels.inspector.section import InspectorSection, PaddedScrollArea
from studio.ui.support.key_repeat import once
from studio.ui.support.qt_overrides import needs
from studio.ui.widgets.menu import Menu
from studio.ui.widgets.text import KeyCap, Text


def _no_key(_event: QKeyEvent) -> bool:
    return False


class ModePage(QFrame):
    """Scrolling sections, the last of which lists the keys, above a fixed foot.

    Attributes:
        column: the sections; `KeyList` and a stretch are the last ones.
        keeps_key: whether the mode handles a key before the window's shortcuts; set by the owner.
        press_key: acts on such a key, False for any other; set by the owner.

    Signals:
        keys_hidden: "Hide the keys" was chosen.
        picture_wanted: the focus returns to the picture.
    """

    keys_hidden = Signal()
    picture_wanted = Signal()

    def __init__(self, keys: Sequence[tuple[str, str]], parent: QWidget) -> None:
        """`keys` are pairs of a key and its effect."""
        super().__init__(parent)
        self.keeps_key: Callable[[QKeyEvent], bool] = _no_key
        self.press_key: Callable[[QKeyEvent], bool] = _no_key
        inner = QWidget(self)
        self.column = QVBoxLayout(inner)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)
        self._keys = KeyList(keys, self)
        self._keys.hide_wanted.connect(self.keys_hidden)
        self._scroll = PaddedScrollArea(inner, self)
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(0, 0, 0, 0)
        self._outer.setSpacing(0)
        self._outer.addWidget(self._scroll, 1)

    def set_parts(self, sections: Sequence[QWidget], foot: QWidget | None = None) -> None:
        """Set the sections above the keys, and the foot below the scroll area."""
        for section in sections:
            self.column.addWidget(section)
        self.column.addWidget(self._keys)
        self.column.addStretch(1)
        if foot is not None:
            self._outer.addWidget(foot)

    def show_keys(self, *, shown: bool) -> None:
        """Show or hide the list of keys."""
        self._keys.setVisible(shown)

    @needs("keeps_key")
    def event(self, event: QEvent) -> bool:
        # Handled before the window's shortcuts: Del removes the mark, not the picture.
        early = event.type() == QEvent.Type.ShortcutOverride
        if early and isinstance(event, QKeyEvent) and self.keeps_key(event):
            event.accept()
            return True
        return super().event(event)

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.press_key(event):
            super().keyPressEvent(event)


class KeyList(InspectorSection):
    """The keys of a mode. Its context menu hides it for good.

    Signals:
        hide_wanted: "Hide the keys" was chosen.
    """

    hide_wanted = Signal()

    def __init__(self, keys: Sequence[tuple[str, str]], parent: QWidget) -> None:
        super().__init__(_("Keys"), parent)
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for row, (key, does) in enumerate((key, does) for key, does in keys if key):
            grid.addWidget(KeyCap(key, self), row, 0)
            grid.addWidget(Text(does, "small", "text2", self, wrap=True), row, 1)
        self.body.addLayout(grid)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.open_menu(event.globalPos())

    def open_menu(self, at: QPoint) -> Menu:
        """Open the menu with "Hide the keys"."""
        menu = Menu("", self)
        menu.entry(_("Hide the keys")).triggered.connect(self.hide_wanted)
        menu.popup_once(at)
        return menu
