"""Basic widgets shared by all panels. They communicate by signals and do not depend on the core."""

from studio.ui.widgets.accessible import announce, set_role
from studio.ui.widgets.buttons import Button, CheckBox, IconButton
from studio.ui.widgets.chip import ChipChoice, MenuChip
from studio.ui.widgets.menu import Menu
from studio.ui.widgets.message_action import MessageAction
from studio.ui.widgets.message_bar import MessageBar, Notice
from studio.ui.widgets.number_controls import SmallSlider, Stars, Stepper
from studio.ui.widgets.plain_text import plain_tip, restyle
from studio.ui.widgets.search_field import SearchField
from studio.ui.widgets.segmented import Segmented
from studio.ui.widgets.signs import Logo
from studio.ui.widgets.splitter import Splitter
from studio.ui.widgets.text import ElidedLabel, KeyCap, Tag, Text
from studio.ui.widgets.toast import Toast

__all__ = [
    "Button",
    "CheckBox",
    "ChipChoice",
    "ElidedLabel",
    "IconButton",
    "KeyCap",
    "Logo",
    "Menu",
    "MenuChip",
    "MessageAction",
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
