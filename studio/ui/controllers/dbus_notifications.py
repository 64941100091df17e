"""Notifications over D-Bus: org.freedesktop.Notifications.

The call uses GLib's command line tool, because the binding cannot send the unsigned numbers this
interface requires; clicks are received with QtDBus.
https://specifications.freedesktop.org/notification-spec/latest/
"""

from __future__ import annotations

import asyncio
import html
import re
import shutil
import sys
from collections.abc import Callable

from PySide6.QtCore import SLOT, QObject, QProcess, Slot
from PySide6.QtDBus import QDBusConnection

SERVICE = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"
TOOL = "gdbus"
SECONDS = 5
ANSWER = re.compile(r"\(uint32 (\d+),?\)")


class DBusChannel(QObject):
    """Shows notifications through the desktop's notification service."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bus: QDBusConnection | None = None
        self._markup: bool | None = None
        self._shown: dict[int, Callable[[], None]] = {}
        self._calls: set[QProcess] = set()
        # Clicks received before the tool returned the notification's id.
        self._early: set[int] = set()

    async def show_notification(self, title: str, text: str, on_click: Callable[[], None]) -> bool:
        """Show a notification; False if the desktop refused. `on_click` is called for a click."""
        tool = shutil.which(TOOL) if sys.platform not in ("win32", "darwin") else None
        if tool is None or not self._listen():
            return False
        if self._markup is None:
            can = await self._call(tool, question())
            # A service that lists no capabilities may parse markup: the text is escaped.
            self._markup = "'body-markup'" in can or not can.strip()
        output = await self._call(tool, arguments(title, text, markup=self._markup))
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
        for call in tuple(self._calls):
            call.kill()

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

    async def _call(self, tool: str, args: list[str]) -> str:
        done: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        process = QProcess(self)
        self._calls.add(process)

        def on_finished() -> None:
            if not done.done():
                done.set_result(bytes(process.readAllStandardOutput().data()).decode())

        process.finished.connect(on_finished)
        process.errorOccurred.connect(on_finished)
        process.start(tool, args)
        try:
            return await done
        finally:
            self._calls.discard(process)
            process.deleteLater()

    @Slot("uint", "QString")
    def on_action(self, id: int, action: str) -> None:
        """Handle a click on a notification, possibly of another program."""
        pressed = self._shown.pop(id, None)
        if action != "default":
            return
        if pressed is not None:
            pressed()
        elif self._calls:
            self._early.add(id)

    @Slot("uint", "uint")
    def on_gone(self, id: int, _reason: int) -> None:
        self._shown.pop(id, None)


def question() -> list[str]:
    """Arguments of the tool to query the service's capabilities."""
    return _call("GetCapabilities")


def arguments(title: str, text: str, *, markup: bool = True) -> list[str]:
    """Arguments of the tool for a notification.

    `markup` says whether the service parses markup in the text; it never does in the title.
    """
    return [
        *_call("Notify"),
        *(_quoted("Gridbrush"), "uint32 0", _quoted("gridbrush")),
        *(_quoted(title), _quoted(html.escape(text, quote=False) if markup else text)),
        *("['default', '']", "{'desktop-entry': <'gridbrush'>}", "int32 -1"),
    ]


def _call(method: str) -> list[str]:
    return [
        *("call", "--session", "--timeout", str(SECONDS)),
        *("--dest", SERVICE, "--object-path", PATH, "--method", f"{SERVICE}.{method}"),
    ]


def _quoted(text: str) -> str:
    """A string literal in GVariant text format."""
    clean = "".join(sign if sign.isprintable() else " " for sign in text)
    return "'" + clean.replace("\\", "\\\\").replace("'", "\\'") + "'"
