"""The cap of a key, beside what it does."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.ui.widgets.text import Text


class KeyCap(Text):
    """A key or a combination in a small frame, such as "Ctrl F"."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, "micro", "text3", parent)
        self.setProperty("look", "key")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)


class Tag(Text):
    """A word in a thin frame: "Draft", "Sketch", "on"."""

    def __init__(self, text: str, role: str = "text2", parent: QWidget | None = None) -> None:
        super().__init__(text, "micro", role, parent)
        self.setProperty("look", "tag")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)


class Badge(Text):
    """A count that wants to be seen: "2 new"."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, "micro", "bad", parent)
        self.setProperty("look", "badge")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
