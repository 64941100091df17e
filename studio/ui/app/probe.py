"""Hidden window for the self-test."""

from __future__ import annotations

import sys

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget


def run() -> int:
    """Print the platform plugin in use."""
    app = QApplication([sys.argv[0]])
    window = QWidget()
    window.winId()
    sys.stdout.write(f"{QGuiApplication.platformName()}, {app.primaryScreen().name()}\n")
    return 0
