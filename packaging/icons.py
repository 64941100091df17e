"""Draws the program's icon in every size systems ask for: `icons.py FOLDER`.

Run with the Python of the packaging environment. FOLDER gets gridbrush-SIZE.png, gridbrush.ico for
Windows and gridbrush.icns for macOS.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "resources" / "program" / "gridbrush.svg"
SIZES = (16, 22, 24, 32, 48, 64, 96, 128, 256, 512)
_ICO = (16, 24, 32, 48, 64, 128, 256)


def draw(folder: Path) -> None:
    """Write all of them."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PIL import Image
    from PySide6.QtCore import QRectF, Qt
    from PySide6.QtGui import QGuiApplication, QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    application = QGuiApplication(sys.argv[:1])
    renderer = QSvgRenderer(str(SOURCE))
    folder.mkdir(parents=True, exist_ok=True)
    for size in (*SIZES, 1024):
        image = QImage(size, size, QImage.Format.Format_ARGB32)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        renderer.render(painter, QRectF(0, 0, size, size))
        painter.end()
        if not image.save(str(folder / f"gridbrush-{size}.png")):
            raise SystemExit(f"{folder} takes no picture.")
    del application
    pictures = [Image.open(folder / f"gridbrush-{size}.png") for size in _ICO]
    pictures[-1].save(
        folder / "gridbrush.ico", sizes=[(size, size) for size in _ICO], append_images=pictures
    )
    with Image.open(folder / "gridbrush-1024.png") as large:
        large.save(folder / "gridbrush.icns")
    (folder / "gridbrush-1024.png").unlink()


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
