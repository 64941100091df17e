"""The style under the style sheet, and how long movements take.

The style is Qt's own, not one of Python: Qt asks it ten thousand times before the first paint.
"""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QStyle

STYLE = ("-style", "fusion")
"""What Qt is called with: one style on every system, looks come from the style sheet.

`setStyle` would do the same, but hands the style to Python, which takes 9 ms of a start.
"""

_still = False


def reduce_motion(wanted: bool) -> None:  # noqa: FBT001 - a setting, as Qt's setters take it
    """Do without motion whatever the system says: the user's own setting."""
    global _still
    _still = wanted


def animates() -> bool:
    """Whether the system wants motion; every duration of the window is 0 where it does not."""
    if _still:
        return False
    style = QApplication.style()
    return bool(style.styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration))


def duration(milliseconds: int) -> int:
    """The length of a movement, 0 where the system asks for less motion."""
    return milliseconds if animates() else 0
