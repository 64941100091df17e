"""Sizes and strengths that several parts of the window share."""

from __future__ import annotations

HEIGHTS = {"top": 44, "view": 38, "status": 26}
"""Heights of the bars by the name of their zone, before the system's text scale."""

RAIL = 48
"""Width of the rail that takes the sidebar's place in a narrow window."""

FAINT = 0.25
"""Opacity of a picture that cannot be shown."""
