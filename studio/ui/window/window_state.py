"""How the window was left: size, place, widths of the zones, which of them are open."""

from __future__ import annotations

import base64
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from studio.common import files, json_reader
from studio.common.errors import StorageError
from studio.common.lenient_json import understand

_FULL = Qt.WindowState.WindowFullScreen
_MAXIMISED = Qt.WindowState.WindowMaximized
_BEFORE = "maximised_before"

log = logging.getLogger(__name__)

Pixels = Annotated[int, msgspec.Meta(ge=-100_000, le=100_000)]
"""A place or a width that a screen can have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowState:
    """What is remembered of the window.

    Attributes:
        geometry: Qt's own description, base64.
        prompt: where card and prompt stood (ui/panels/composer/first_card.py); empty when not
            known.
        maximised: what full screen goes back to; Qt's description does not know it everywhere.
        widths: of sidebar and inspector in pixels, 0 for the usual.
        version: of the form it is written in.
    """

    geometry: str = ""
    sidebar: bool = True
    inspector: bool = True
    sidebar_width: Pixels = 0
    inspector_width: Pixels = 0
    prompt: tuple[Pixels, ...] = ()
    maximised: bool = False
    version: int = 1


def load(path: Path) -> tuple[WindowState, StorageError | None]:
    """The state of the last time, or the usual one; and what is to be said of a broken file.

    Blocking.
    """
    try:
        state = json_reader.load(path, WindowState)
        base64.b64decode(state.geometry)
    except FileNotFoundError:
        return WindowState(), None
    except (ValueError, IsADirectoryError) as error:
        log.warning("The window's state makes no sense: %s", error)
        return _in_parts(path), files.set_aside(path)
    except OSError as error:
        log.warning("The window's state could not be read: %s", error)
        return WindowState(), None
    return state, None


def _in_parts(path: Path) -> WindowState:
    """As much of it as is understood."""
    try:
        state = understand(json_reader.plain(json_reader.read(path)), WindowState, [])
        base64.b64decode(state.geometry)
    except (ValueError, OSError):
        return WindowState()
    return state


def save(path: Path, state: WindowState) -> None:
    """Keep the state. Blocking. Raises StorageError."""
    files.replace(path, json_reader.merge_into_file(path, msgspec.json.encode(state)))


def turn_full_screen(window: QWidget) -> None:
    """The whole screen, or back to how the window was: maximised, or at its own size.

    Qt's `showFullScreen` and `showNormal` forget that it was maximised; so do window managers that
    call a window either this or that.
    """
    state = window.windowState() ^ _FULL
    if state & _FULL:
        note_maximised(window, was=bool(state & _MAXIMISED))
    elif window.property(_BEFORE):
        state |= _MAXIMISED
        note_maximised(window, was=False)
    _turn(window, state)


def note_change(window: QWidget, before: Qt.WindowState) -> None:
    """Its state is another one: remember what full screen came from."""
    # A window that is shown full screen for the first time was nothing before.
    if window.windowState() & _FULL and before & _MAXIMISED and not before & _FULL:
        note_maximised(window, was=True)


def note_maximised(window: QWidget, *, was: bool) -> None:
    """Full screen goes back to that."""
    window.setProperty(_BEFORE, was)


def was_maximised(window: QWidget) -> bool:
    """Whether full screen goes back to that."""
    return bool(window.windowState() & _FULL and window.property(_BEFORE))


def open_again(window: QWidget) -> None:
    """Bring a window back that was minimised, as large as it was."""
    if window.isMinimized():
        _turn(window, window.windowState())


def _turn(window: QWidget, state: Qt.WindowState) -> None:
    window.setWindowState(state & ~Qt.WindowState.WindowMinimized)
    window.show()
