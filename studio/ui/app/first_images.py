"""Decoding of the first pictures, for the monitor they are shown on; loads Qt."""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtGui import QImage, QImageReader

from studio.ui.support import monitor_profile
from studio.ui.support.monitor_profile import MonitorPlace
from studio.ui.support.screen_colours import ProfileUnusable, ScreenTransform, to_screen

log = logging.getLogger(__name__)


def screen_of(monitor: MonitorPlace) -> ScreenTransform | None:
    """Conversion for a monitor; None for sRGB. Blocking."""
    try:
        return monitor_profile.read_transform(monitor)
    except ProfileUnusable as unusable:
        log.info("The first screen is shown as sRGB: %s", unusable)
        return None


def decoded(
    path: Path, aspect: float, side: float, screen: ScreenTransform | None
) -> QImage | None:
    """Saved thumbnail in the size of its tile, in device pixels; None if it is unreadable."""
    # QImageReader.read releases the interpreter; the explicit format keeps Qt from loading all its
    # decoders. The size is that of the gallery (ui/views/gallery/layout.py).
    reader = QImageReader(str(path), b"jpg")
    reader.setScaledSize(QSize(round(side * min(1, aspect)), round(side / max(1, aspect))))
    image = reader.read()
    return None if image.isNull() else to_screen(image, screen)
