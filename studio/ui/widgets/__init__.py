"""Small widgets that every panel is built from. They speak through signals and know no core.

Each is loaded when it is asked for: the first screen needs hardly any (docs/decisions/start.md).
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from studio.ui.widgets.accessible import announce, restyle, set_role
    from studio.ui.widgets.buttons import Button, CheckBox, IconButton
    from studio.ui.widgets.chip import Choice, MenuChip
    from studio.ui.widgets.key_cap import Badge, KeyCap, Tag
    from studio.ui.widgets.logo import Logo
    from studio.ui.widgets.menu import Menu
    from studio.ui.widgets.message_bar import MessageBar, Notice
    from studio.ui.widgets.search_field import SearchField
    from studio.ui.widgets.segmented import Segmented
    from studio.ui.widgets.slider import SmallSlider
    from studio.ui.widgets.splitter import Splitter
    from studio.ui.widgets.stars import Stars
    from studio.ui.widgets.stepper import Stepper
    from studio.ui.widgets.text import ElidedLabel, Text
    from studio.ui.widgets.toast import Toast

__all__ = [
    "Badge",
    "Button",
    "CheckBox",
    "Choice",
    "ElidedLabel",
    "IconButton",
    "KeyCap",
    "Logo",
    "Menu",
    "MenuChip",
    "MessageBar",
    "Notice",
    "SearchField",
    "Segmented",
    "SmallSlider",
    "Splitter",
    "Stars",
    "Stepper",
    "Tag",
    "Text",
    "Toast",
    "announce",
    "plain_tip",
    "restyle",
    "set_role",
]

_ROOMS = {
    "accessible": (
        "announce",
        "plain_tip",
        "restyle",
        "set_role",
    ),
    "buttons": (
        "Button",
        "CheckBox",
        "IconButton",
    ),
    "chip": (
        "Choice",
        "MenuChip",
    ),
    "key_cap": (
        "Badge",
        "KeyCap",
        "Tag",
    ),
    "logo": ("Logo",),
    "menu": ("Menu",),
    "message_bar": (
        "MessageBar",
        "Notice",
    ),
    "search_field": ("SearchField",),
    "segmented": ("Segmented",),
    "slider": ("SmallSlider",),
    "splitter": ("Splitter",),
    "stars": ("Stars",),
    "stepper": ("Stepper",),
    "text": (
        "ElidedLabel",
        "Text",
    ),
    "toast": ("Toast",),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _ROOM_OF:
        raise AttributeError(name)
    found = getattr(importlib.import_module(f"{__name__}.{_ROOM_OF[name]}"), name)
    globals()[name] = found
    return found
