"""A plain window that stands for a folder in a recording: `python -m tests.screenshots.folder DIR`.

It knows nothing of the program: it takes files by their `text/uri-list`, copies them, and shows
what is in the folder.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QFontDatabase,
    QIcon,
    QPixmap,
)
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
)

from tests.desktop.session import ROOT

THUMBNAIL = 132
_STYLE = """
QFrame#folder { background: #fbfbfb; border: 1px solid #8a8a90; }
QFrame#folder[aimed="true"] { border: 2px solid #3d74f0; }
QLabel { background: #e4e4e8; color: #202024; padding: 9px 14px; font: bold 13px "Inter"; }
QListWidget { border: 0; background: #fbfbfb; color: #202024; font: 12px "Inter"; }
"""


class FolderWindow(QFrame):
    """A folder: its name, its files, and room to drop some."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.setObjectName("folder")
        self._folder = folder
        self.setWindowTitle(folder.name)
        self.setAcceptDrops(True)
        self.setStyleSheet(_STYLE)
        self._title = QLabel()
        self._files = QListWidget()
        self._files.setViewMode(QListWidget.ViewMode.IconMode)
        self._files.setIconSize(QSize(THUMBNAIL, THUMBNAIL))
        self._files.setWordWrap(True)
        self._files.setAcceptDrops(False)
        self._files.setSpacing(8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2, 2, 2, 2)
        layout.setSpacing(0)
        layout.addWidget(self._title)
        layout.addWidget(self._files)
        self.show_files()

    def show_files(self) -> None:
        """Show what is in the folder now."""
        self._files.clear()
        files = sorted(self._folder.iterdir())
        for path in files:
            thumbnail = QPixmap(str(path)).scaled(
                QSize(THUMBNAIL, THUMBNAIL),
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
            name = path.name if len(path.name) <= 22 else f"{path.name[:15]}…{path.suffix}"
            self._files.addItem(QListWidgetItem(QIcon(thumbnail), name))
        count = "1 file" if len(files) == 1 else f"{len(files)} files"
        self._title.setText(f"{self._folder.name}   ·   {count}")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 (Qt's name)
        if event.mimeData().hasUrls():
            self._show_aimed(aimed=True)
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:  # noqa: N802 (Qt's name)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()

    def dragLeaveEvent(self, event: object) -> None:  # noqa: N802 (Qt's name)
        self._show_aimed(aimed=False)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 (Qt's name)
        for url in event.mimeData().urls():
            source = Path(url.toLocalFile())
            shutil.copyfile(source, self._folder / source.name)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self._show_aimed(aimed=False)
        self.show_files()

    def _show_aimed(self, *, aimed: bool) -> None:
        self.setProperty("aimed", aimed)
        self.style().unpolish(self)
        self.style().polish(self)


def main() -> int:
    """Show the folder until the window is closed."""
    program = QApplication(sys.argv)
    for path in (ROOT / "resources" / "fonts").glob("Inter-*.ttf"):
        QFontDatabase.addApplicationFont(str(path))
    window = FolderWindow(Path(sys.argv[1]))
    window.resize(370, 270)
    window.show()
    return program.exec()


if __name__ == "__main__":
    sys.exit(main())
