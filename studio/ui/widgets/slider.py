"""A short slider for sizes: tiles, zoom."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QSlider, QWidget

from studio.ui.widgets.accessible import set_tip


class SmallSlider(QSlider):
    """A horizontal slider of fixed width; Qt's own `valueChanged` tells."""

    def __init__(
        self,
        name: str,
        low: int,
        high: int,
        value: int,
        parent: QWidget | None = None,
        *,
        width: int = 96,
    ) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setAccessibleName(name)
        set_tip(self, name)
        self.setRange(low, high)
        self.setValue(value)
        step = max(1, (high - low) // 24)
        self.setSingleStep(step)
        self.setPageStep(step * 4)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedWidth(width)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
