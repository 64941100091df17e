"""The peer of the start-up benchmark: nothing but a PySide6 window of the same size."""

from __future__ import annotations

import sys

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QWidget

COLOUR = "#2277aa"

if __name__ == "__main__":
    app = QApplication(sys.argv[:1])
    window = QWidget()
    palette = window.palette()
    palette.setColor(QPalette.ColorRole.Window, QColor(COLOUR))
    window.setPalette(palette)
    window.setWindowTitle("Bare window")
    window.resize(1440, 860)
    window.show()
    sys.exit(app.exec())
