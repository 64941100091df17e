"""A notification service, as a program sees it."""

from __future__ import annotations

import select
import threading
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from jeepney import (
    DBusAddress,
    HeaderFields,
    Message,
    MessageType,
    new_error,
    new_method_return,
    new_signal,
)
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

from tests.e2e.screen import HANG, wait_until

NAME = "org.freedesktop.Notifications"
PLACE = DBusAddress("/org/freedesktop/Notifications", NAME, NAME)


@dataclass(frozen=True, slots=True)
class Notice:
    """One notification.

    Attributes:
        actions: keys and words by turns, as the protocol has them.
    """

    number: int
    program: str
    title: str
    text: str
    actions: tuple[str, ...]


class Notices:
    """A notification service on a session's bus, in a thread of its own.

    Attributes:
        shown: what was shown, in order.
    """

    def __init__(self, bus: str) -> None:
        self._bus = open_dbus_connection(bus=bus)
        self._over = threading.Event()
        self._sending = threading.Lock()
        self._thread = threading.Thread(target=self._serve, daemon=True, name="notices")
        self.shown: list[Notice] = []

    def __enter__(self) -> Notices:
        self._bus.send_and_get_reply(message_bus.RequestName(NAME), timeout=HANG)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join(HANG)
        self._bus.close()

    def wait(self) -> Notice:
        """The first notification, once it is there."""
        return wait_until(lambda: list(self.shown), what="a notification")[0]

    def press(self, notice: Notice) -> None:
        """Click on a notification."""
        self._send(new_signal(PLACE, "ActionInvoked", "us", (notice.number, "default")))

    def _send(self, message: Message) -> None:
        with self._sending:
            self._bus.send(message)

    def _serve(self) -> None:
        while not self._over.is_set():
            ready, _, _ = select.select([self._bus.sock], [], [], 0.05)
            if ready:
                message = self._bus.receive(timeout=HANG)
                if message.header.message_type is MessageType.method_call:
                    self._answer(message)

    def _answer(self, message: Message) -> None:
        asked = message.header.fields.get(HeaderFields.member)
        if asked == "Notify":
            number = len(self.shown) + 1
            program, _replaces, _icon, title, text, actions, *_rest = message.body
            self.shown.append(Notice(number, program, title, text, tuple(actions)))
            self._reply(message, "u", (number,))
        elif asked == "GetCapabilities":
            self._reply(message, "as", (["actions", "body"],))
        elif asked == "GetServerInformation":
            self._reply(message, "ssss", ("Notices", "Gridbrush", "1", "1.2"))
        elif asked == "CloseNotification":
            self._reply(message, "", ())
        else:
            self._send(new_error(message, "org.freedesktop.DBus.Error.UnknownMethod"))

    def _reply(self, message: Message, shape: str, body: tuple[Any, ...]) -> None:
        self._send(new_method_return(message, shape or None, body))
