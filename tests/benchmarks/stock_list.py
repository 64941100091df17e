"""The peer of an arriving picture: Qt's own list in icon mode, with a hundred thousand rows.

Prints the milliseconds of a row that comes in, layout and painting included; the median of a few.
"""

from __future__ import annotations

import statistics
import sys
import time

from PySide6.QtCore import QStringListModel
from PySide6.QtWidgets import QApplication, QListView

ROWS, TIMES = 100_000, 5


def main() -> int:
    """Measure and print."""
    app = QApplication(sys.argv[:1])
    model = QStringListModel([f"picture {number}" for number in range(ROWS)])
    view = QListView()
    view.setViewMode(QListView.ViewMode.IconMode)
    view.setResizeMode(QListView.ResizeMode.Adjust)
    view.setModel(model)
    view.resize(1100, 700)
    view.show()
    app.processEvents()
    found = []
    for _time in range(TIMES):
        began = time.perf_counter()
        model.insertRow(0)
        app.processEvents()
        view.viewport().grab()
        found.append((time.perf_counter() - began) * 1000)
    print(f"{statistics.median(found):.1f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
