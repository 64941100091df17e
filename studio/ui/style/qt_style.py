"""Base style under the style sheet, and reduced motion.

The style is Qt's own, not one in Python: Qt queries it ten thousand times before the first paint.
"""

from __future__ import annotations

from typing import Literal

from PySide6.QtWidgets import QApplication

STYLE = ("-style", "fusion")
"""Qt's command line options: one style on every system, customized by the style sheet.

`setStyle` is equivalent, but wraps the style in Python, which takes 9 ms of a start.
"""

Motion = Literal["system", "reduced", "full"]

_motion: Motion = "system"
_system_reduces = False
_caret_flash: int | None = None


def motion_of(value: str) -> Motion:
    """Validate a saved choice of motion; "system" for an unknown one."""
    return value if value in ("reduced", "full") else "system"  # type: ignore[return-value]


def set_motion(choice: Motion) -> None:
    """Choose whether animations follow the system, or are reduced or shown regardless."""
    global _motion
    _motion = choice
    _set_caret()


def set_system_motion(*, reduced: bool) -> None:
    """Set the system's setting for reduced motion, on systems where Qt does not read it."""
    global _system_reduces
    _system_reduces = reduced
    _set_caret()


def _set_caret() -> None:
    """Let the caret of text fields blink at the system's rate, or not at all."""
    global _caret_flash
    if not animates():
        if _caret_flash is None:
            _caret_flash = QApplication.cursorFlashTime()
        QApplication.setCursorFlashTime(0)
    elif _caret_flash is not None:
        QApplication.setCursorFlashTime(_caret_flash)
        _caret_flash = None


def animates() -> bool:
    """Whether animations are enabled; otherwise every animation of the window takes 0 ms."""
    if _motion != "system":
        return _motion == "full"
    if _system_reduces:
        return False
    # Named by the style itself: importing QStyle creates its 18 enums, 6 ms of every start.
    style = QApplication.style()
    return bool(style.styleHint(style.StyleHint.SH_Widget_Animation_Duration))


def duration(milliseconds: int) -> int:
    """Duration of an animation; 0 under reduced motion."""
    return milliseconds if animates() else 0
