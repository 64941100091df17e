"""Values derived from the roles: the style sheet, the palette, high contrast."""

from __future__ import annotations

import sys
from string import Template
from typing import Protocol

from msgspec.structs import asdict
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from studio.common import paths
from studio.ui.style.roles import DARK, ColorRoles

# Default size of the system's font in points; a larger one was chosen by the user.
_USUAL_POINTS = {"win32": 9.0, "darwin": 13.0}


SEEN = 3.0
"""Minimum contrast of an outline that is the only cue."""


class Look(Protocol):
    """The part of a theme used here: colours by role, font sizes and heights of controls."""

    def color(self, role: str) -> QColor: ...
    def px(self, size: float) -> int: ...
    def height(self, pixels: int) -> int: ...


def style_sheet(theme: Look) -> str:
    """Fill colours and sizes into resources/style.qss.

    `$role` is a colour, `$px12` a font size and `$h30` the height of a control, both under the text
    scale. Raises KeyError for any other name.
    """
    text = (paths.resources() / "style.qss").read_text(encoding="utf-8")
    template = Template(text)
    values: dict[str, str] = {}
    for name in template.get_identifiers():
        if name.startswith("px") and name[2:].isdigit():
            values[name] = f"{theme.px(int(name[2:]))}px"
        elif name.startswith("h") and name[1:].isdigit():
            values[name] = f"{theme.height(int(name[1:]))}px"
        else:
            values[name] = theme.color(name).name(QColor.NameFormat.HexArgb)
    return template.substitute(values)


def palette(theme: Look) -> QPalette:
    """Palette for parts outside the style sheet, such as native dialogs."""
    made = QPalette()
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    for where, name in (
        (role.Window, "panel"),
        (role.WindowText, "text"),
        (role.Base, "sunk"),
        (role.AlternateBase, "panel"),
        (role.Text, "text"),
        (role.Button, "raise"),
        (role.ButtonText, "text"),
        (role.BrightText, "bad"),
        (role.ToolTipBase, "press"),
        (role.ToolTipText, "text"),
        (role.PlaceholderText, "text3"),
        (role.Highlight, "fill"),
        (role.HighlightedText, "onfill"),
        (role.Accent, "accent"),
        (role.Link, "ink"),
        (role.LinkVisited, "ink"),
        (role.Light, "press"),
        (role.Midlight, "hover"),
        (role.Mid, "line"),
        (role.Dark, "line"),
        (role.Shadow, "sunk"),
    ):
        made.setColor(where, theme.color(name))
    for where in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        made.setColor(group.Disabled, where, theme.color("off"))
    return made


def roles_from(system: QPalette) -> ColorRoles:
    """Roles for the system's high contrast: its few colours, and solid lines for every edge.

    The system's highlight marks what is selected, checked or on, unless it is too close to the
    background.
    """
    group, role = QPalette.ColorGroup.Active, QPalette.ColorRole

    def name(of: QPalette.ColorRole) -> str:
        return system.color(group, of).name()

    window, text = name(role.Window), name(role.WindowText)
    base, button = name(role.Base), name(role.Button)
    chosen, onchosen = name(role.Highlight), name(role.HighlightedText)
    if contrast(QColor(chosen), QColor(window)) < SEEN:
        chosen, onchosen = text, window
    off = system.color(QPalette.ColorGroup.Disabled, role.WindowText).name()
    grounds = (
        "mat",
        "panel",
        "hover",
        "press",
        "cell",
        "tint",
        "warnbg",
        "badbg",
        "tilehover",
        "toggled",
        "band",
        "chosen",
    )
    texts = ("text", "text2", "text3", "ok", "warn", "bad", "star", "focus", "edge", "line")
    lines = ("line2", "warnline", "badline", "bandline", "stack1", "stack2")
    values = {
        **asdict(DARK),
        **dict.fromkeys(grounds, window),
        **dict.fromkeys((*texts, *lines, "hairline", "toastline", "ontoast"), text),
        **dict.fromkeys(("fill", "fillh", "fillp", "accent", "chosenline", "rowline"), chosen),
        **dict.fromkeys(("addbg", "rembg", "toast"), window),
        **dict.fromkeys(("ink", "toastlink"), name(role.Link)),
        "sunk": base,
        "raise_": button,
        "off": off,
        "onfill": onchosen,
        "tick": onchosen,
    }
    return ColorRoles(**values)


def text_scale(app: QApplication) -> float:
    """The system's text scale, 1.0 to 2.25.

    Computed from the size of the system's font and from a font resolution other than the screen's.
    """
    usual_dpi = 72.0 if sys.platform == "darwin" else 96.0
    screen = app.primaryScreen()
    dpi = screen.logicalDotsPerInch() if screen is not None else usual_dpi
    points = app.font().pointSizeF()
    # Desktops other than these two use 9 to 11 points.
    usual = _USUAL_POINTS.get(sys.platform, 11.0)
    factor = dpi / usual_dpi * (max(1.0, points / usual) if points > 0 else 1.0)
    return min(2.25, factor) if factor >= 1.05 else 1.0


def contrast(one: QColor, other: QColor) -> float:
    """Contrast of two opaque colours, 1 to 21, as WCAG 2 defines it."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: QColor) -> float:
    linear = [
        level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4
        for level in (colour.redF(), colour.greenF(), colour.blueF())
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
