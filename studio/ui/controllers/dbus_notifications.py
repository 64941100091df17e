"""Notifications over D-Bus: org.freedesktop.Notifications.

Calls go through GLib's command line tool; clicks are received with QtDBus.
https://specifications.freedesktop.org/notification-spec/latest/
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from PySide6.QtCore import SLOT, QObject, Slot
from PySide6.QtDBus import QDBusConnection

from studio.ui.support.gdbus import DBusTool, method_call

SERVICE = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"
ANSWER = re.compile(r"\(uint32 (\d+),?\)")


class DBusChannel(QObject):
    """Shows notifications through the desktop's notification service."""

    def __init__(self, parent: QObject | None = None, *, tool: DBusTool | None = None) -> None:
        super().__init__(parent)
        self._bus: QDBusConnection | None = None
        self._markup: bool | None = None
        self._tool = tool or DBusTool(self)
        self._shown: dict[int, Callable[[], None]] = {}
        # Clicks received before the tool returned the notification's id.
        self._early: set[int] = set()

    async def show_notification(self, title: str, text: str, on_click: Callable[[], None]) -> bool:
        """Show a notification; False if the desktop refused. `on_click` is called for a click."""
        if not self._tool.is_there or not self._listen():
            return False
        if self._markup is None:
            can = await self._tool.call(question())
            # A service that lists no capabilities may parse markup: the text is escaped.
            self._markup = "'body-markup'" in can or not can.strip()
        output = await self._tool.call(arguments(title, text, markup=self._markup))
        answer = ANSWER.search(output)
        if answer is None:
            return False
        id = int(answer[1])
        if id in self._early:
            on_click()
        else:
            self._shown[id] = on_click
        self._early.clear()
        return True

    def close(self) -> None:
        """Abort pending calls."""
        self._tool.close()

    def _listen(self) -> bool:
        if self._bus is None:
            bus = QDBusConnection.sessionBus()
            if not bus.isConnected():
                return False
            # No sender is given: resolving its address would block on the bus.
            for signal, slot in (
                ("ActionInvoked", "on_action(uint,QString)"),
                ("NotificationClosed", "on_gone(uint,uint)"),
            ):
                bus.connect("", PATH, SERVICE, signal, self, SLOT(slot))  # type: ignore[call-overload]
            self._bus = bus
        return True

    @Slot("uint", "QString")
    def on_action(self, id: int, action: str) -> None:
        """Handle a click on a notification, possibly of another program."""
        pressed = self._shown.pop(id, None)
        if action != "default":
            return
        if pressed is not None:
            pressed()
        elif self._tool.waits:
            self._early.add(id)

    @Slot("uint", "uint")
    def on_gone(self, id: int, _reason: int) -> None:
        self._shown.pop(id, None)


def question() -> list[str]:
    """Arguments of the tool to query the service's capabilities."""
    return method_call(SERVICE, PATH, f"{SERVICE}.GetCapabilities")


def arguments(title: str, text: str, *, markup: bool = True) -> list[str]:
    """Arguments of the tool for a notification.

    `markup`: whether the service parses markup in the text; it never does in the title.
    """
    return [
        *method_call(SERVICE, PATH, f"{SERVICE}.Notify"),
        *(_quoted("Gridbrush"), "uint32 0", _quoted("gridbrush")),
        *(_quoted(title), _quoted(html.escape(text, quote=False) if markup else text)),
        *("['default', '']", "{'desktop-entry': <'gridbrush'>}", "int32 -1"),
    ]


def _quoted(text: str) -> str:
    """A string literal in GVariant text format."""
    clean = "".join(sign if sign.isprintable() else " " for sign in text)
    return "'" + clean.replace("\\", "\\\\").replace("'", "\\'") + "'"
