"""Names for display: on one line, without invisible and bidirectional control characters."""

from __future__ import annotations

import re

LONGEST = 1_000
"""Limit of a displayed name in characters."""

# Compiled by `re` when first used: most names are ASCII.
_GAPS = r"\s+"
_BREAKS = "[\t-\r\x1c-\x1f\x85\u2028\u2029]"
_UNSEEN = (
    "[\xad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0001]"
)
_JOINERS = "[\u200c\u200d\ufe00-\ufe0f\\s]*"
_NO_SIGNS = "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff]"
_MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_HEAPS = f"([{_MARKS}]{{6}})[{_MARKS}]+"


def one_line(name: str, most: int = LONGEST) -> str:
    """A name for display: one line of limited length, without invisible characters.

    Names come from file systems, other programs and services. Line breaks and tabs become a space,
    bidirectional controls and zero-width characters are removed, invalid characters become "�".
    Empty if nothing is visible.
    """
    if len(name) > most:
        name = name[: most - 1].rstrip() + "…"
    if name.isascii() and name.isprintable():
        return name
    name = re.sub(_UNSEEN, "", re.sub(_GAPS, _gap, name))
    name = re.sub(_HEAPS, r"\1", re.sub(_NO_SIGNS, "\N{REPLACEMENT CHARACTER}", name))
    return "" if re.fullmatch(_JOINERS, name) else name


def _gap(found: re.Match[str]) -> str:
    return " " if re.search(_BREAKS, found[0]) else found[0]
