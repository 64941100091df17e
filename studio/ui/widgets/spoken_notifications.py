"""Announcements for screen readers on Linux that do not support them, such as Orca 43.

AT-SPI has had announcements since 2.46. Every reader reads a notification when it appears, so for
older readers the text of an announcement becomes the name of an invisible notification.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

import shiboken6
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent, QGuiApplication
from PySide6.QtWidgets import QWidget

from studio.ui.support import tasks
from studio.ui.support.gdbus import DBusTool, method_call
from studio.ui.widgets import accessible

BUS = "org.a11y.Bus"
REGISTRY = "org.a11y.atspi.Registry"
CALM = 0.5
"""Delay in seconds: Orca drops notifications during large changes, such as the end of a dialog."""

KEPT = 8
"""Notifications kept per window: readers query the name of each some time after its event."""

NAME = "spokenNotification"
_ADDRESS = re.compile(r"\('(.+)',\)")
_LISTENED = re.compile(r"'object:(announcement[^']*)?'", re.IGNORECASE)


class SpokenNotifications(QObject):
    """Repeats announcements as notifications if no reader listens to announcements."""

    def __init__(self, parent: QObject | None = None, *, tool: DBusTool | None = None) -> None:
        super().__init__(parent)
        self._tool = tool or DBusTool(self)
        self._waiting: list[tuple[QWidget, str]] = []
        self._saying: tasks.SpawnedTask | None = None

    def say_announcement(self, widget: QWidget, text: str) -> None:
        """Repeat an announcement of a widget."""
        self._waiting.append((widget.window(), text))
        if self._saying is None or self._saying.done():
            self._saying = tasks.spawn(self._say_waiting())

    async def _say_waiting(self) -> None:
        while self._waiting:
            await asyncio.sleep(CALM)
            waiting, self._waiting = self._waiting, []
            # Queried each time: a reader may have started or ended.
            if not is_listened_to(await self._registered()):
                for window, text in waiting:
                    if shiboken6.isValid(window):
                        show_notification(window, text)

    async def _registered(self) -> str:
        """Events that readers have registered for, in GVariant text format; empty if unknown."""
        address = _ADDRESS.search(await self._tool.call(address_question()))
        return "" if address is None else await self._tool.call(events_question(address[1]))


def second_voice(
    parent: QObject, *, platform: str = "", tool: DBusTool | None = None
) -> SpokenNotifications | None:
    """Handler that repeats announcements as notifications, on X11 and Wayland; None elsewhere.

    `platform` is Qt's name of the platform; by default that of this session.
    """
    linux = (platform or QGuiApplication.platformName()) in ("xcb", "wayland")
    return SpokenNotifications(parent, tool=tool) if linux else None


def address_question() -> Sequence[str]:
    """Command line for the address of the accessibility bus."""
    return method_call(BUS, "/org/a11y/bus", f"{BUS}.GetAddress")


def events_question(address: str) -> Sequence[str]:
    """Command line for the events that readers have registered for."""
    path = "/org/a11y/atspi/registry"
    return method_call(REGISTRY, path, f"{REGISTRY}.GetRegisteredEvents", address=address)


def is_listened_to(events: str) -> bool:
    """Whether announcements are among these events; True if no events are known."""
    return not events.strip() or _LISTENED.search(events) is not None


def show_notification(window: QWidget, text: str) -> None:
    """Report an invisible notification in a window, with this text as its name."""
    direct = Qt.FindChildOption.FindDirectChildrenOnly
    shown = window.findChildren(QWidget, NAME, direct)
    if len(shown) < KEPT:
        told = QWidget(window)
        told.setObjectName(NAME)
        accessible.set_role(told, QAccessible.Role.Notification)
    else:
        # Reuse the oldest notification, moved to the end of the window's children as the newest.
        told = shown[0]
        told.setParent(None)
        told.setParent(window)
    told.hide()
    told.setAccessibleName(text)
    QAccessible.updateAccessibility(QAccessibleEvent(told, QAccessible.Event.ObjectShow))
