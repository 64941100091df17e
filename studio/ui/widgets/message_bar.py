"""Message bar for important notices: a short text, at most two buttons, one bar only."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import shiboken6
from PySide6.QtCore import Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from studio.common.i18n import _, ngettext, number
from studio.ui.style.theme import theme
from studio.ui.support.layout_direction import margins
from studio.ui.support.qt_overrides import needs
from studio.ui.widgets.accessible import announce, set_role
from studio.ui.widgets.buttons import Button, IconButton
from studio.ui.widgets.message_action import MessageAction
from studio.ui.widgets.plain_text import restyle
from studio.ui.widgets.text import Text

Tone = Literal["plain", "warn", "bad"]
_BREAKS = re.compile(r"[/\\]")
_AIR = 10  # pixels above and below several lines
_NARROWEST = 120
_MOST = 9
"""Maximum number of notices kept; the oldest are dropped."""
_ICONS: dict[Tone, tuple[str, str]] = {
    "plain": ("info", "text2"),
    "warn": ("warning", "warn"),
    "bad": ("warning", "bad"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Content of a message bar.

    Attributes:
        key: subject; a newer notice with the same key replaces it.
        text: one to three sentences, plain text.
        icon: name of an icon; empty for that of the tone.
        actions: at most two buttons; a press removes the notice.
        here: whether it belongs to the view it appears in, and is not shown in others.
        on_closed: called when the user closes the notice without choosing an action.
    """

    key: str
    text: str
    tone: Tone = "plain"
    icon: str = ""
    actions: tuple[MessageAction, ...] = ()
    closable: bool = True
    here: bool = False
    on_closed: Callable[[], object] | None = field(default=None, compare=False)


class MessageBar(QFrame):
    """Shows the newest notice and the number of others; hidden without any.

    It never takes keyboard focus by itself: only Tab or a click moves it to a button.

    Signals:
        changed: another notice is shown, or none.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, QAccessible.Role.StatusBar)
        self._notices: list[Notice] = []
        self._shown: Notice | None = None
        self._place: object = None
        self._places: dict[str, object] = {}
        self.setProperty("zone", "notice")
        self.setFixedHeight(theme().height(36))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(margins(self, 12, 0, 5, 0))
        row.setSpacing(6)
        self._icon = QLabel(self)
        self._text = Text("", "small", "text", self, wrap=True)
        # As wide as the room, and as high as the lines (see `_fit`).
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._others = Text("", "small", "text2", self)
        row.addWidget(self._icon)
        row.addSpacing(4)
        row.addWidget(self._text, 1)
        row.addWidget(self._others)
        row.addSpacing(4)
        self._buttons = (Button("", parent=self, size=26), Button("", parent=self, size=26))
        for button in self._buttons:
            row.addWidget(button)
        self._buttons[0].clicked.connect(self.on_first)
        self._buttons[1].clicked.connect(self.on_second)
        self._close = IconButton("close", _("Close"), parent=self, size=24)
        self._close.clicked.connect(self.on_close)
        row.addWidget(self._close)
        theme().changed.connect(self.on_theme_changed)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self.on_focus_changed)
        self.hide()

    @property
    def notice(self) -> Notice | None:
        """Notice shown."""
        return next(iter(self._in_view[::-1]), None)

    @property
    def _in_view(self) -> list[Notice]:
        """Notices of the current view, and notices that belong to no view."""
        here = self._place
        return [one for one in self._notices if not one.here or self._places[one.key] == here]

    def set_place(self, place: object) -> None:
        """Switch to another view: show its notices, and hide those of the previous one."""
        self._place = place
        self._refresh()

    def show_notice(self, notice: Notice) -> None:
        """Show a notice; earlier ones wait behind it, or are replaced if the key is the same.

        Raises ValueError for more than two actions.
        """
        if len(notice.actions) > len(self._buttons):
            raise ValueError("a message bar has at most two buttons")
        self._notices = [other for other in self._notices if other.key != notice.key]
        self._notices.append(notice)
        self._places[notice.key] = self._place
        closable = [other for other in self._notices if other.closable]
        for old in closable[:-_MOST]:
            self._notices.remove(old)
        self._refresh()
        if notice.tone == "bad":
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))
        announce(self, notice.text, assertive=notice.tone == "bad")

    def update_notice(self, notice: Notice) -> None:
        """Change a notice without announcing it; does nothing if it is gone."""
        for place, other in enumerate(self._notices):
            if other.key == notice.key:
                self._notices[place] = notice
                self._refresh()

    def dismiss(self, key: str) -> None:
        """Remove a notice; does nothing if it is gone."""
        kept = [notice for notice in self._notices if notice.key != key]
        if len(kept) != len(self._notices):
            self._notices = kept
            self._refresh()

    def clear(self) -> None:
        """Remove all notices."""
        self._notices = []
        self._refresh()

    def on_first(self) -> None:
        """Run the first action."""
        self._act(0)

    def on_second(self) -> None:
        """Run the second action."""
        self._act(1)

    def on_close(self) -> None:
        """Dismiss the notice."""
        notice = self.notice
        if notice is not None:
            self.dismiss(notice.key)
            if notice.on_closed is not None:
                notice.on_closed()

    def on_theme_changed(self) -> None:
        """Redraw the icon in the new colours."""
        self._refresh()

    def on_focus_changed(self, old: object, new: object) -> None:
        """Drop a focus that came from a hidden widget, rather than by Tab or a click."""
        if new not in self._buttons or not isinstance(old, QWidget):
            return
        if not (shiboken6.isValid(old) and old.isVisible() and old.isEnabled()):
            self._let_go()

    def _act(self, index: int) -> None:
        notice = self.notice
        if notice is not None and index < len(notice.actions):
            self.dismiss(notice.key)
            notice.actions[index].run()

    def _refresh(self) -> None:
        self._show_newest()
        self.changed.emit()

    def _show_newest(self) -> None:
        notice = self.notice
        self.setVisible(notice is not None)
        if notice is None:
            self._shown = None
            return
        role = QAccessible.Role.AlertMessage if notice.tone == "bad" else QAccessible.Role.StatusBar
        set_role(self, role)
        self.setAccessibleName(notice.text)
        if self.property("tone") != notice.tone:
            self.setProperty("tone", notice.tone)
            restyle(self)
        icon, colour = _ICONS[notice.tone]
        dpr = self.devicePixelRatioF()
        self._icon.setPixmap(theme().pixmap(notice.icon or icon, colour, 16, dpr))
        # A path has no spaces for line breaks.
        self._text.setText(_BREAKS.sub("\\g<0>\u200b", notice.text))
        others = len(self._in_view) - 1
        words = ngettext("({n} more)", "({n} more)", others).format(n=number(others))
        self._others.setText(words if others else "")
        self._others.setVisible(bool(others))
        if notice != self._shown:
            self._let_go()
            self._shown = notice
        for index, button in enumerate(self._buttons):
            button.setVisible(index < len(notice.actions))
            button.setText(notice.actions[index].label if index < len(notice.actions) else "")
        self._close.setVisible(notice.closable)
        self._fit()

    def _let_go(self) -> None:
        """Drop the focus, so that a key meant for the previous notice has no effect."""
        for button in (*self._buttons, self._close):
            if button.hasFocus():
                button.clearFocus()

    def _fit(self) -> None:
        """Set the height to that of the text, which is never cut."""
        row = self.layout()
        assert row is not None
        row.activate()
        height = self._text.heightForWidth(max(_NARROWEST, self._text.width()))
        self.setFixedHeight(max(theme().height(36), height + 2 * _AIR))

    @needs("_text")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
