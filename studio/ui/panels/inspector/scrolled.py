"""Contents that scroll under a bar which takes no room from them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QScrollBar, QSizePolicy, QWidget

from studio.ui.support.qt_overrides import needs


class PaddedScrollArea(QScrollArea):
    """A scroll area as wide inside as outside; its bar lies over the padding at the right."""

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
        """The contents or the view have another height."""
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
        self.bar.setGeometry(self.width() - width, 0, width, self.height())
