"""How the window was left: size, place, widths of the zones, which of them are open."""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec

from studio import files
from studio.values import dataclass

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowState:
    """What is remembered of the window.

    Attributes:
        geometry: Qt's own description, base64.
        prompt: where card and prompt stood (composer/first_card.py); empty when not known.
        widths: of sidebar and inspector in pixels, 0 for the usual.
    """

    geometry: str = ""
    sidebar: bool = True
    inspector: bool = True
    sidebar_width: int = 0
    inspector_width: int = 0
    prompt: tuple[int, ...] = ()


def load(path: Path) -> WindowState:
    """The state of the last time; the usual one when there is none. Blocking."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=WindowState)
    except FileNotFoundError:
        return WindowState()
    except (OSError, msgspec.DecodeError) as error:
        log.warning("The window's state could not be read: %s", error)
        return WindowState()


def save(path: Path, state: WindowState) -> None:
    """Keep the state. Blocking. Raises StorageError."""
    files.replace(path, msgspec.json.encode(state))
