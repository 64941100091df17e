"""Base style under the style sheet, and durations of animations.

The style is Qt's own, not one in Python: Qt queries it ten thousand times before the first paint.
"""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

STYLE = ("-style", "fusion")
"""Qt's command line options: one style on every system, customized by the style sheet.

`setStyle` is equivalent, but wraps the style in Python, which takes 9 ms of a start.
"""

_still = False


def reduce_motion(wanted: bool) -> None:  # noqa: FBT001 - a setting, as Qt's setters take it
    """Disable animations regardless of the system: the user's own setting."""
    global _still
    _still = wanted


def animates() -> bool:
    """Whether animations are enabled; every duration of the window is 0 otherwise."""
    if _still:
        return False
    # Named by the style itself: importing QStyle creates its 18 enums, 6 ms of every start.
    style = QApplication.style()
    return bool(style.styleHint(style.StyleHint.SH_Widget_Animation_Duration))


def duration(milliseconds: int) -> int:
    """Duration of an animation; 0 under reduced motion."""
    return milliseconds if animates() else 0
