"""Small widgets that every panel is built from. They speak through signals and know no core."""

from __future__ import annotations

from studio.ui.controls.accessible import announce, plain_tip, restyle, set_role
from studio.ui.controls.buttons import Button, CheckBox, IconButton
from studio.ui.controls.chip import Choice, MenuChip
from studio.ui.controls.key_cap import Badge, KeyCap, Tag
from studio.ui.controls.logo import Logo
from studio.ui.controls.menu import Menu
from studio.ui.controls.message_bar import MessageBar, Notice
from studio.ui.controls.search_field import SearchField
from studio.ui.controls.segmented import Segmented
from studio.ui.controls.slider import SmallSlider
from studio.ui.controls.splitter import Splitter
from studio.ui.controls.stars import Stars
from studio.ui.controls.stepper import Stepper
from studio.ui.controls.text import ElidedLabel, Text
from studio.ui.controls.toast import Toast

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
