"""Colour profiles of monitors on an X server, which are properties of its root window.

Named `_ICC_PROFILE` for the first monitor and `_ICC_PROFILE_1`, `_ICC_PROFILE_2` … for the others
(the specification "ICC Profiles in X"). It uses connections of its own, since a thread must not
wait on Qt's while the program ends.
"""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Iterator
from functools import cache
from typing import Any

from PySide6.QtCore import QObject, QSocketNotifier, QTimer, Signal

MONITORS = 16
"""Maximum number of monitors whose profiles are watched."""

_ROOT_EVENTS, _PROPERTY_CHANGES = 1 << 11, 1 << 22
_PROPERTY_NOTIFY = 28
_SETTLE = 50
"""Milliseconds before a change is reported: a calibration tool writes several properties."""


class _Cookie(ctypes.Structure):
    _fields_ = (("sequence", ctypes.c_uint),)


class _Screens(ctypes.Structure):
    """xcb_screen_iterator_t; a screen begins with the number of its root window."""

    _fields_ = (
        ("data", ctypes.POINTER(ctypes.c_uint32)),
        ("rem", ctypes.c_int),
        ("index", ctypes.c_int),
    )


class _Atom(ctypes.Structure):
    """xcb_intern_atom_reply_t."""

    _fields_ = (
        ("kind", ctypes.c_uint8),
        ("pad", ctypes.c_uint8),
        ("sequence", ctypes.c_uint16),
        ("length", ctypes.c_uint32),
        ("atom", ctypes.c_uint32),
    )


class _Property(ctypes.Structure):
    """xcb_get_property_reply_t, up to the length."""

    _fields_ = (
        ("kind", ctypes.c_uint8),
        ("format", ctypes.c_uint8),
        ("sequence", ctypes.c_uint16),
        ("length", ctypes.c_uint32),
        ("type", ctypes.c_uint32),
        ("bytes_after", ctypes.c_uint32),
        ("value_len", ctypes.c_uint32),
    )


class _PropertyEvent(ctypes.Structure):
    """xcb_property_notify_event_t, up to the name; the first field is in every event."""

    _fields_ = (
        ("kind", ctypes.c_uint8),
        ("pad", ctypes.c_uint8),
        ("sequence", ctypes.c_uint16),
        ("window", ctypes.c_uint32),
        ("atom", ctypes.c_uint32),
    )


@cache
def _library() -> Any:
    """libxcb with the types of the functions called here. Raises OSError."""
    xcb: Any = ctypes.CDLL("libxcb.so.1")
    pointer, integer, number = ctypes.c_void_p, ctypes.c_int, ctypes.c_uint32
    short, byte = ctypes.c_uint16, ctypes.c_uint8
    for name, restype, *argtypes in (
        ("xcb_connect", pointer, ctypes.c_char_p, ctypes.POINTER(integer)),
        ("xcb_connection_has_error", integer, pointer),
        ("xcb_disconnect", None, pointer),
        ("xcb_get_file_descriptor", integer, pointer),
        ("xcb_get_setup", pointer, pointer),
        ("xcb_setup_roots_iterator", _Screens, pointer),
        ("xcb_screen_next", None, ctypes.POINTER(_Screens)),
        ("xcb_flush", integer, pointer),
        ("xcb_poll_for_event", ctypes.POINTER(_PropertyEvent), pointer),
        ("xcb_intern_atom", _Cookie, pointer, byte, short, ctypes.c_char_p),
        ("xcb_intern_atom_reply", ctypes.POINTER(_Atom), pointer, _Cookie, pointer),
        ("xcb_get_property", _Cookie, pointer, byte, number, number, number, number, number),
        ("xcb_get_property_reply", ctypes.POINTER(_Property), pointer, _Cookie, pointer),
        ("xcb_get_property_value", pointer, ctypes.POINTER(_Property)),
        ("xcb_get_property_value_length", integer, ctypes.POINTER(_Property)),
        ("xcb_change_window_attributes", _Cookie, pointer, number, number, pointer),
    ):
        function = getattr(xcb, name)
        function.restype, function.argtypes = restype, argtypes
    return xcb


@cache
def _free() -> Any:
    free = ctypes.CDLL(None).free
    free.restype, free.argtypes = None, (ctypes.c_void_p,)
    return free


def read(number: int, largest: int) -> bytes:
    """The profile of a monitor; empty without one. Blocking.

    Reads at most a few bytes more than `largest`.
    Raises OSError if the X server cannot be reached.
    """
    connection = _Connection()
    try:
        (name,) = connection.atoms((_name(number),))
        return connection.read_property(name, largest)
    finally:
        connection.close()


def _name(number: int) -> str:
    return f"_ICC_PROFILE_{number}" if number else "_ICC_PROFILE"


class _Connection:
    """A connection to the X server of this session. Raises OSError if there is none."""

    def __init__(self) -> None:
        self._xcb = xcb = _library()
        chosen = ctypes.c_int()
        self._line = ctypes.c_void_p(xcb.xcb_connect(None, ctypes.byref(chosen)))
        if xcb.xcb_connection_has_error(self._line):
            self.close()
            raise OSError("the X server cannot be reached")
        screens = xcb.xcb_setup_roots_iterator(xcb.xcb_get_setup(self._line))
        for _screen in range(chosen.value):
            xcb.xcb_screen_next(ctypes.byref(screens))
        self._root = screens.data[0]

    @property
    def descriptor(self) -> int:
        """File descriptor that becomes readable when there are events."""
        return int(self._xcb.xcb_get_file_descriptor(self._line))

    def close(self) -> None:
        """End the connection."""
        self._xcb.xcb_disconnect(self._line)

    def atoms(self, names: Iterator[str] | tuple[str, ...]) -> list[int]:
        """The server's atoms for these names. Raises OSError."""
        xcb = self._xcb
        asked = [
            xcb.xcb_intern_atom(self._line, 0, len(name), name.encode("ascii")) for name in names
        ]
        return [self._atom(cookie) for cookie in asked]

    def _atom(self, cookie: _Cookie) -> int:
        reply = self._xcb.xcb_intern_atom_reply(self._line, cookie, None)
        with _freed(reply):
            return int(reply.contents.atom)

    def read_property(self, name: int, largest: int) -> bytes:
        """Bytes of a property of the root window; empty without one. Raises OSError."""
        xcb = self._xcb
        words = largest // 4 + 1
        cookie = xcb.xcb_get_property(self._line, 0, self._root, name, 0, 0, words)
        reply = xcb.xcb_get_property_reply(self._line, cookie, None)
        with _freed(reply):
            if reply.contents.format != 8:
                return b""
            size = xcb.xcb_get_property_value_length(reply)
            return ctypes.string_at(xcb.xcb_get_property_value(reply), size)

    def watch_properties(self) -> None:
        """Have the server report changed properties of the root window."""
        wanted = ctypes.c_uint32(_PROPERTY_CHANGES)
        self._xcb.xcb_change_window_attributes(
            self._line, self._root, _ROOT_EVENTS, ctypes.byref(wanted)
        )
        self._xcb.xcb_flush(self._line)

    def changed_properties(self) -> Iterator[int]:
        """Atoms of the properties that changed since the last call; never waits."""
        while event := self._xcb.xcb_poll_for_event(self._line):
            with _freed(event):
                if event.contents.kind & 0x7F == _PROPERTY_NOTIFY:
                    yield int(event.contents.atom)

    @property
    def broken(self) -> bool:
        """Whether the server has ended the connection."""
        return bool(self._xcb.xcb_connection_has_error(self._line))


@contextlib.contextmanager
def _freed(reply: Any) -> Iterator[None]:
    """Free the memory of a reply. Raises OSError if the server sent none."""
    if not reply:
        raise OSError("the X server did not answer")
    try:
        yield
    finally:
        _free()(reply)


class ProfileWatch(QObject):
    """Reports when a profile on the X server is set, replaced or removed.

    Signals:
        changed: the profile of a monitor changed.
    """

    changed = Signal()

    def __init__(self, connection: tuple[_Connection, frozenset[int]], parent: QObject) -> None:
        """`connection` is the result of `connect`."""
        super().__init__(parent)
        self._connection, self._names = connection
        self._timer = QTimer(self, singleShot=True, interval=_SETTLE)
        self._timer.timeout.connect(self.changed)
        read = QSocketNotifier.Type.Read
        self._notifier = QSocketNotifier(self._connection.descriptor, read, self)
        self._notifier.activated.connect(self.on_readable)
        # An event may have come with the replies to `connect`.
        self.on_readable()

    @property
    def descriptor(self) -> int:
        """File descriptor that becomes readable when the server reports a change."""
        return self._connection.descriptor

    @property
    def settling(self) -> bool:
        """Whether a change was noticed that is not yet reported."""
        return self._timer.isActive()

    @property
    def connected(self) -> bool:
        """Whether the server still reports changes."""
        return self._notifier.isEnabled()

    def on_readable(self) -> None:
        """Read the events that have arrived."""
        if not self._names.isdisjoint(list(self._connection.changed_properties())):
            self._timer.start()
        if self._connection.broken:
            self._notifier.setEnabled(False)

    def stop(self) -> None:
        """End the connection."""
        self._timer.stop()
        self._notifier.setEnabled(False)
        self._connection.close()


def connect() -> tuple[_Connection, frozenset[int]]:
    """A connection for a ProfileWatch; blocking. Raises OSError."""
    connection = _Connection()
    try:
        names = frozenset(connection.atoms(tuple(_name(n) for n in range(MONITORS))))
        connection.watch_properties()
    except OSError:
        connection.close()
        raise
    return connection, names
