"""Saved state of the window: size, position, and widths and visibility of the zones."""

from __future__ import annotations

import base64
import logging
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Struct
from PySide6.QtCore import QByteArray, Qt
from PySide6.QtWidgets import QWidget

from studio.common import files, json_reader
from studio.common.errors import StorageError
from studio.common.lenient_json import understand

_FULL = Qt.WindowState.WindowFullScreen
_MAXIMISED = Qt.WindowState.WindowMaximized
_BEFORE = "maximised_before"
_GEOMETRY = "geometry_before_view"

log = logging.getLogger(__name__)

Pixels = Annotated[int, msgspec.Meta(ge=-100_000, le=100_000)]
"""A plausible position or width on a screen."""


class WindowState(Struct, frozen=True, kw_only=True):
    """Saved state of the window.

    Attributes:
        geometry: in Qt's own format, base64.
        prompt: position of card and prompt (ui/panels/composer/first_card.py); empty if unknown.
        maximised: state after full screen; Qt's format does not include it everywhere.
        sidebar_width, inspector_width: in pixels, 0 for the default.
        version: version of the file format.
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
    """Load the saved state, or the default; also returns an error for an invalid file.

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
    """The valid parts of the state."""
    try:
        state = understand(json_reader.plain(json_reader.read(path)), WindowState, [])
        base64.b64decode(state.geometry)
    except (ValueError, OSError):
        return WindowState()
    return state


def save(path: Path, state: WindowState) -> None:
    """Save the state. Blocking. Raises StorageError."""
    files.replace(path, json_reader.merge_into_file(path, msgspec.json.encode(state)))


def turn_full_screen(window: QWidget) -> None:
    """Toggle full screen; returns to the previous state, maximised or normal.

    Qt's `showFullScreen` and `showNormal` forget that the window was maximised; so do window
    managers that treat the two states as exclusive.
    """
    state = window.windowState() ^ _FULL
    if state & _FULL:
        note_maximised(window, was=bool(state & _MAXIMISED))
    elif window.property(_BEFORE):
        state |= _MAXIMISED
        note_maximised(window, was=False)
    _turn(window, state)


def note_geometry(window: QWidget) -> None:
    """Fix the geometry to save until `forget_geometry`, regardless of what a view does."""
    window.setProperty(_GEOMETRY, window.saveGeometry())


def forget_geometry(window: QWidget) -> None:
    """Return to saving the window's own geometry."""
    window.setProperty(_GEOMETRY, None)


def geometry_of(window: QWidget) -> str:
    """The geometry to be saved, in Qt's format, base64."""
    noted = window.property(_GEOMETRY)
    found = noted if isinstance(noted, QByteArray) else window.saveGeometry()
    return base64.b64encode(found.data()).decode()


def note_change(window: QWidget, before: Qt.WindowState) -> None:
    """Remember the state before full screen."""
    # A window first shown in full screen has no previous state.
    if window.windowState() & _FULL and before & _MAXIMISED and not before & _FULL:
        note_maximised(window, was=True)


def note_maximised(window: QWidget, *, was: bool) -> None:
    """Set whether leaving full screen maximises the window."""
    window.setProperty(_BEFORE, was)


def was_maximised(window: QWidget) -> bool:
    """Whether leaving full screen maximises the window."""
    return bool(window.windowState() & _FULL and window.property(_BEFORE))


def open_again(window: QWidget) -> None:
    """Restore a minimised window to its previous size."""
    if window.isMinimized():
        _turn(window, window.windowState())


def _turn(window: QWidget, state: Qt.WindowState) -> None:
    window.setWindowState(state & ~Qt.WindowState.WindowMinimized)
    window.show()
