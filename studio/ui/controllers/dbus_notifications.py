"""Notifications over the desktop's own bus: org.freedesktop.Notifications.

The call is made with the bus tool of GLib, since the binding cannot send unsigned numbers, which
that interface asks for; that the notification was pressed is heard with QtDBus.
https://specifications.freedesktop.org/notification-spec/latest/
"""

from __future__ import annotations

import asyncio
import html
import re
import shutil
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import SLOT, QObject, QProcess, Slot

if TYPE_CHECKING:
    from PySide6.QtDBus import QDBusConnection

SERVICE = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"
TOOL = "gdbus"
SECONDS = 5
ANSWER = re.compile(r"\(uint32 (\d+),?\)")


class DBusChannel(QObject):
    """Says something through the desktop, where it listens."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bus: QDBusConnection | None = None
        self._markup: bool | None = None
        self._shown: dict[int, Callable[[], None]] = {}
        self._calls: set[QProcess] = set()
        # Pressed before the tool had told us the number.
        self._early: set[int] = set()

    async def show_notification(self, title: str, text: str, on_click: Callable[[], None]) -> bool:
        """Whether the desktop took it; `on_click` is called when it is pressed."""
        tool = shutil.which(TOOL) if sys.platform not in ("win32", "darwin") else None
        if tool is None or not self._listen():
            return False
        if self._markup is None:
            can = await self._call(tool, question())
            # Whoever does not say what he can is given no chance to read markup.
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
        """End what is still being said."""
        for call in tuple(self._calls):
            call.kill()

    def _listen(self) -> bool:
        # A library of Qt that most sessions do not need.
        from PySide6.QtDBus import QDBusConnection

        if self._bus is None:
            bus = QDBusConnection.sessionBus()
            if not bus.isConnected():
                return False
            # No sender is named: asking for its address would wait for the bus.
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
        """A notification was pressed, maybe another program's."""
        pressed = self._shown.pop(id, None)
        if action != "default":
            return
        if pressed is not None:
            pressed()
        elif self._calls:
            self._early.add(id)

    @Slot("uint", "uint")
    def on_gone(self, id: int, _reason: int) -> None:
        """A notification is away."""
        self._shown.pop(id, None)


def question() -> list[str]:
    """What the tool is called with to hear what the desktop can do."""
    return _call("GetCapabilities")


def arguments(title: str, text: str, *, markup: bool = True) -> list[str]:
    """What the tool is called with. `markup`: the desktop reads the text so; the title never is."""
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
    """The text as GVariant writes strings."""
    clean = "".join(sign if sign.isprintable() else " " for sign in text)
    return "'" + clean.replace("\\", "\\\\").replace("'", "\\'") + "'"
