"""Colours of the themes, by role; every colour of the window is one of these."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace


class ColorRoles(Struct, frozen=True, kw_only=True):
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
    # outline of the current row of a list or menu; its ground, except in high contrast
    rowline: str
    tick: str = "#111111"
    # a region painted on a picture, in both themes
    region: str = "#ff4438"
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
    chosenline="#747474",
    rowline="#323232",
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
    rowline="#e6e6e6",
    addbg="#1a14603a",
    rembg="#1aa31f36",
    hairline="#1f000000",
    band="#ececec",
    bandline="#bdbdbd",
    stack1="#a3a3a3",
    stack2="#b8b8b8",
)

HIGH_DARK = replace(
    DARK,
    sunk="#000000",
    mat="#000000",
    panel="#000000",
    raise_="#000000",
    hover="#262626",
    press="#333333",
    cell="#1f1f1f",
    line="#b4b4b4",
    line2="#ffffff",
    edge="#ffffff",
    text="#ffffff",
    text2="#ffffff",
    text3="#ededed",
    off="#a8a8a8",
    accent="#5fe3ff",
    ink="#9fd8ff",
    tint="#00252e",
    fill="#5fe3ff",
    fillh="#9deeff",
    fillp="#35c8e8",
    onfill="#000000",
    ok="#7dffb0",
    warn="#ffe14d",
    bad="#ffa3aa",
    warnbg="#000000",
    badbg="#000000",
    star="#ffe14d",
    toast="#000000",
    toastline="#ffffff",
    ontoast="#ffffff",
    toastlink="#9fd8ff",
    warnline="#ffe14d",
    badline="#ffa3aa",
    tilehover="#141414",
    toggled="#262626",
    chosen="#333333",
    chosenline="#5fe3ff",
    rowline="#5fe3ff",
    tick="#000000",
    hairline="#80ffffff",
    band="#141414",
    bandline="#ffffff",
    stack1="#c0c0c0",
    stack2="#9a9a9a",
)
"""High contrast on a dark ground, where the system has no palette for it."""

HIGH_LIGHT = replace(
    LIGHT,
    sunk="#ffffff",
    mat="#ffffff",
    panel="#ffffff",
    raise_="#ffffff",
    hover="#ebebeb",
    press="#e0e0e0",
    cell="#f0f0f0",
    line="#4a4a4a",
    line2="#000000",
    edge="#000000",
    text="#000000",
    text2="#000000",
    text3="#1f1f1f",
    off="#595959",
    accent="#0a2fb0",
    ink="#0a2fb0",
    tint="#e8ecff",
    fill="#0a2fb0",
    fillh="#08268f",
    fillp="#061d6e",
    ok="#00461f",
    warn="#4f3300",
    bad="#7d0016",
    warnbg="#ffffff",
    badbg="#ffffff",
    star="#5a3a00",
    focus="#000000",
    toast="#ffffff",
    toastline="#000000",
    ontoast="#000000",
    toastlink="#0a2fb0",
    warnline="#4f3300",
    badline="#7d0016",
    tilehover="#f5f5f5",
    toggled="#ebebeb",
    chosen="#ebebeb",
    chosenline="#0a2fb0",
    rowline="#0a2fb0",
    tick="#ffffff",
    addbg="#1400461f",
    rembg="#147d0016",
    hairline="#80000000",
    band="#f5f5f5",
    bandline="#000000",
    stack1="#4a4a4a",
    stack2="#767676",
)
"""High contrast on a light ground."""
