"""Slider for the zoom of a canvas."""

from __future__ import annotations

import math

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QWidget

from studio.common.i18n import _
from studio.ui.views.canvas.viewport import HIGHEST, LOWEST
from studio.ui.widgets.number_controls import SmallSlider

SCALE = 1000  # steps of the slider
_SPAN = math.log(HIGHEST / LOWEST)


class ZoomSlider(SmallSlider):
    """Slider from the lowest to the highest zoom, with equal room for equal factors.

    Signals:
        zoomed: zoom chosen by the user, in device pixels per pixel of the picture.
    """

    zoomed = Signal(float)

    def __init__(self, parent: QWidget, *, width: int = 96) -> None:
        super().__init__(_("Zoom"), 0, SCALE, 0, parent, width=width)
        self.valueChanged.connect(self.on_slid)

    def set_zoom(self, zoom: float) -> None:
        """Show a zoom without emitting a signal."""
        with QSignalBlocker(self):
            self.setValue(round(SCALE * math.log(max(zoom, LOWEST) / LOWEST) / _SPAN))

    def on_slid(self, value: int) -> None:
        """Emit the zoom of a position."""
        self.zoomed.emit(LOWEST * math.exp(_SPAN * value / SCALE))
