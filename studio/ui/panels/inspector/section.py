"""A part of the inspector under its own heading."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from studio.ui.widgets import Text, restyle


class InspectorSection(QFrame):
    """A hairline, a heading (with a word at the right, if given), and what it holds."""

    def __init__(
        self,
        heading: str = "",
        parent: QWidget | None = None,
        *,
        aside: str = "",
        ring: int = 0,
    ) -> None:
        """`ring` pixels around what it holds are for a ring, which may lie in the margins."""
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
        """Whether the hairline above is drawn; the first section has none."""
        zone = "section" if line else "panel"
        if self.property("zone") != zone:
            self.setProperty("zone", zone)
            restyle(self)
