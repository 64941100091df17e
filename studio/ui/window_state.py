"""How the window was left: size, place, widths of the zones, which of them are open."""

from __future__ import annotations

import base64
import logging
from pathlib import Path
from typing import Annotated

import msgspec

from studio import files
from studio.errors import StorageError
from studio.values import dataclass

log = logging.getLogger(__name__)

Pixels = Annotated[int, msgspec.Meta(ge=-100_000, le=100_000)]
"""A place or a width that a screen can have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowState:
    """What is remembered of the window.

    Attributes:
        geometry: Qt's own description, base64.
        prompt: where card and prompt stood (composer/first_card.py); empty when not known.
        widths: of sidebar and inspector in pixels, 0 for the usual.
        version: of the form it is written in.
    """

    geometry: str = ""
    sidebar: bool = True
    inspector: bool = True
    sidebar_width: Pixels = 0
    inspector_width: Pixels = 0
    prompt: tuple[Pixels, ...] = ()
    version: int = 1


def load(path: Path) -> tuple[WindowState, StorageError | None]:
    """The state of the last time, or the usual one; and what is to be said of a broken file.

    Blocking.
    """
    try:
        state = msgspec.json.decode(path.read_bytes(), type=WindowState)
        base64.b64decode(state.geometry)
    except FileNotFoundError:
        return WindowState(), None
    except OSError as error:
        log.warning("The window's state could not be read: %s", error)
        return WindowState(), None
    except (msgspec.MsgspecError, ValueError) as error:
        log.warning("The window's state makes no sense: %s", error)
        return WindowState(), files.set_aside(path)
    return state, None


def save(path: Path, state: WindowState) -> None:
    """Keep the state. Blocking. Raises StorageError."""
    files.replace(path, msgspec.json.encode(state))
