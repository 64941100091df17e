"""Colours of both themes, by role; every colour of the window is one of these."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ColorRoles:
    """Colours of one theme as #rrggbb or #aarrggbb, named by purpose.

    Those up to `chrome` are in the design's table, the others in its text. `raise_` is the
    role "raise".
    """

    sunk: str
    mat: str
    panel: str
    raise_: str
    hover: str
    press: str
    cell: str
    line: str
    line2: str
    edge: str
    text: str
    text2: str
    text3: str
    off: str
    accent: str
    ink: str
    tint: str
    fill: str
    fillh: str
    fillp: str
    ok: str
    warn: str
    bad: str
    warnbg: str
    badbg: str
    star: str
    focus: str
    chrome: str = "#c7000000"
    # on fills, chrome and toasts
    onfill: str = "#ffffff"
    onchrome: str = "#f2f2f2"
    onchrome2: str = "#c4c4c4"
    toast: str = "#3c3c3c"
    toastline: str = "#5a5a5a"
    ontoast: str = "#eeeeee"
    toastlink: str = "#c3caff"
    shadow: str = "#99000000"
    # edges of warnings and failures, hovered tile, toggled controls, chosen segment
    warnline: str
    badline: str
    tilehover: str
    toggled: str
    chosen: str
    chosenline: str
    tick: str = "#111111"
    # backgrounds of added and removed words, 12 % of their colour; hairline inside pictures
    addbg: str
    rembg: str
    hairline: str
    # ground and outline of an open stack, edges of pictures in a closed one
    band: str
    bandline: str
    stack1: str
    stack2: str
    # backgrounds of the loupe
    black: str = "#000000"
    middle: str = "#6b6b6b"
    bright: str = "#e2e2e2"


DARK = ColorRoles(
    sunk="#111111",
    mat="#161616",
    panel="#1d1d1d",
    raise_="#282828",
    hover="#323232",
    press="#3c3c3c",
    cell="#2a2a2a",
    line="#343434",
    line2="#343434",
    edge="#747474",
    text="#eeeeee",
    text2="#bdbdbd",
    text3="#9f9f9f",
    off="#6e6e6e",
    accent="#8492ff",
    ink="#aab4ff",
    tint="#212332",
    fill="#4a5ae0",
    fillh="#5362e8",
    fillp="#3f4dc4",
    ok="#62c795",
    warn="#e6b65c",
    bad="#f0858e",
    warnbg="#332c20",
    badbg="#352627",
    star="#f2c94c",
    focus="#ffffff",
    warnline="#7d6537",
    badline="#7d4a4f",
    tilehover="#1f1f1f",
    toggled="#323232",
    chosen="#3c3c3c",
    chosenline="#3c3c3c",
    addbg="#1f62c795",
    rembg="#1ff0858e",
    hairline="#14ffffff",
    band="#232323",
    bandline="#4a4a4a",
    stack1="#5c5c5c",
    stack2="#474747",
)

LIGHT = ColorRoles(
    sunk="#ffffff",
    mat="#e2e2e2",
    panel="#f3f3f3",
    raise_="#ffffff",
    hover="#e6e6e6",
    press="#d8d8d8",
    cell="#f6f6f6",
    line="#cfcfcf",
    line2="#bdbdbd",
    edge="#767676",
    text="#1a1a1a",
    text2="#474747",
    text3="#5f5f5f",
    off="#8f8f8f",
    accent="#4655d6",
    ink="#3a48c4",
    tint="#e6e8fa",
    fill="#4453d0",
    fillh="#3f4dc4",
    fillp="#3642a8",
    ok="#14603a",
    warn="#785100",
    bad="#a31f36",
    warnbg="#f4e7c9",
    badbg="#f8e2e3",
    star="#8a5a00",
    focus="#1a1a1a",
    warnline="#b08a3a",
    badline="#cf8790",
    tilehover="#ececec",
    toggled="#d8d8d8",
    chosen="#ffffff",
    chosenline="#767676",
    addbg="#1a14603a",
    rembg="#1aa31f36",
    hairline="#1f000000",
    band="#ececec",
    bandline="#bdbdbd",
    stack1="#a3a3a3",
    stack2="#b8b8b8",
)
