"""Sections of the inspector, and their scroll area."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QScrollBar,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from studio.ui.support.layout_direction import placed
from studio.ui.support.qt_overrides import needs
from studio.ui.widgets.plain_text import restyle
from studio.ui.widgets.text import Text


class InspectorSection(QFrame):
    """Section with a hairline, a heading, and a word at its right if given."""

    def __init__(
        self,
        heading: str = "",
        parent: QWidget | None = None,
        *,
        aside: str = "",
        ring: int = 0,
    ) -> None:
        """`ring` is the width in pixels of a focus ring that may extend into the margins."""
        super().__init__(parent)
        self.setProperty("zone", "section")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(16, 12, 16, 12 - ring)
        self.body.setSpacing(0)
        if heading:
            row = QHBoxLayout()
            row.addWidget(Text(heading, "micro", "text3", self, weight=600))
            row.addStretch(1)
            if aside:
                row.addWidget(Text(aside, "micro", "text3", self))
            self.body.addLayout(row)
            self.body.addSpacing(9 - ring)
            self.setAccessibleName(heading)

    def set_line(self, *, line: bool) -> None:
        """Set whether the hairline above is drawn; the first section has none."""
        zone = "section" if line else "panel"
        if self.property("zone") != zone:
            self.setProperty("zone", zone)
            restyle(self)


class PaddedScrollArea(QScrollArea):
    """Scroll area whose contents have its full width; its bar is drawn over their padding."""

    def __init__(self, inner: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidget(inner)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        inner.setAutoFillBackground(False)
        self.bar = QScrollBar(Qt.Orientation.Vertical, self)
        true = self.verticalScrollBar()
        true.rangeChanged.connect(self.on_range_changed)
        true.valueChanged.connect(self.bar.setValue)
        self.bar.valueChanged.connect(true.setValue)
        self.on_range_changed(true.minimum(), true.maximum())

    def on_range_changed(self, low: int, high: int) -> None:
        """Update the bar for a new height of contents or view."""
        true = self.verticalScrollBar()
        self.bar.setRange(low, high)
        self.bar.setPageStep(true.pageStep())
        self.bar.setSingleStep(true.singleStep())
        self.bar.setValue(true.value())
        self.bar.setVisible(high > low)
        self.bar.raise_()

    @needs("bar")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width = self.bar.sizeHint().width()
        end = QRect(self.width() - width, 0, width, self.height())
        self.bar.setGeometry(placed(self, end))
