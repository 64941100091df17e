"""The desktop portal's setting for light or dark."""

from __future__ import annotations

import select
import threading
from types import TracebackType
from typing import Any, Literal

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

from tests.e2e.screen import HANG

NAME = "org.freedesktop.portal.Desktop"
PLACE = DBusAddress("/org/freedesktop/portal/desktop", NAME, "org.freedesktop.portal.Settings")
GROUP, KEY = "org.freedesktop.appearance", "color-scheme"

Look = Literal["dark", "light"]
_NUMBERS: dict[Look, int] = {"dark": 1, "light": 2}

PROGRAM = {"QT_QPA_PLATFORMTHEME": "gnome"}
"""What a program's environment has on the desktop that speaks this way."""


class Appearance:
    """The settings portal on a session's bus, in a thread of its own.

    Attributes:
        look: what the system wears now.
    """

    def __init__(self, bus: str, look: Look) -> None:
        self.look: Look = look
        self._bus = open_dbus_connection(bus=bus)
        self._over = threading.Event()
        self._sending = threading.Lock()
        self._thread = threading.Thread(target=self._serve, daemon=True, name="portal")

    def __enter__(self) -> Appearance:
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

    def switch(self, look: Look) -> None:
        """Turn the system dark or light, and tell every program."""
        self.look = look
        self._send(new_signal(PLACE, "SettingChanged", "ssv", (GROUP, KEY, self._value)))

    @property
    def _value(self) -> tuple[str, int]:
        return "u", _NUMBERS[self.look]

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
        if asked == "ReadAll":
            self._reply(message, "a{sa{sv}}", ({GROUP: {KEY: self._value}},))
        elif asked in ("Read", "ReadOne") and tuple(message.body) == (GROUP, KEY):
            # The older of the two has a value within a value.
            wrapped = ("v", self._value) if asked == "Read" else self._value
            self._reply(message, "v", (wrapped,))
        else:
            self._send(new_error(message, "org.freedesktop.portal.Error.NotFound"))

    def _reply(self, message: Message, shape: str, body: tuple[Any, ...]) -> None:
        self._send(new_method_return(message, shape, body))
