"""A window of another program that says what was dropped on it.

    python -m tests.e2e.drop_target FILE

What it got is written to the file as JSON: the types as they came over the wire with the SHA-256
of their data, the paths, and the width of the image that came with them.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication, QWidget

TITLE = "Drop here"


class DropTarget(QWidget):
    """Takes everything."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file
        self.setWindowTitle(TITLE)
        self.setAcceptDrops(True)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's
        event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's
        mime = event.mimeData()
        image = mime.imageData()
        found = {
            "action": event.dropAction().name,
            "types": {
                name: hashlib.sha256(mime.data(name).data()).hexdigest() for name in mime.formats()
            },
            "files": [url.toLocalFile() for url in mime.urls()],
            "image": image.width() if isinstance(image, QImage) else 0,
        }
        event.acceptProposedAction()
        # Whole or not at all.
        part = self._file.with_suffix(".part")
        part.write_text(json.dumps(found))
        part.rename(self._file)


def main(file: str) -> int:
    """Show the window until it is closed."""
    app = QApplication(sys.argv[:1])
    target = DropTarget(Path(file))
    target.resize(300, 300)
    target.show()
    return app.exec()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
