"""Files and pictures are dropped from another program: odd names, pipes, pictures in addresses."""

from __future__ import annotations

import base64
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

from tests import odd_files
from tests.e2e.desktop import Desktop, DesktopProgram, DesktopWindow
from tests.e2e.library import originals

pytestmark = pytest.mark.desktop

_SOURCE = """
import json, sys
from PySide6.QtCore import QByteArray, QMimeData, Qt
from PySide6.QtGui import QDrag
from PySide6.QtWidgets import QApplication, QLabel
class Source(QLabel):
    def mouseMoveEvent(self, event):
        mime = QMimeData()
        for kind, text in json.loads(sys.argv[1]).items():
            mime.setData(kind, QByteArray(text.encode()))
        drag = QDrag(self)
        drag.setMimeData(mime)
        drag.exec(Qt.DropAction.CopyAction | Qt.DropAction.MoveAction, Qt.DropAction.CopyAction)
app = QApplication([])
source = Source("drag me")
source.setWindowTitle("source")
source.show()
app.exec()
"""


def picture(path: Path, colour: str) -> bytes:
    path.parent.mkdir(exist_ok=True)
    Image.new("RGB", (60, 40), colour).save(path, "PNG")
    return path.read_bytes()


@pytest.fixture
def program(user: Desktop, home: Path, tmp_path: Path) -> DesktopProgram:
    """A window with one picture in its gallery."""
    picture(tmp_path / "first.png", "teal")
    user.run("library", "import", tmp_path / "first.png", home=home)
    program = user.start(home=home)
    program.place(0, 0, 860, 800)
    program.wait_for_items(1)
    return program


@contextmanager
def dropped(user: Desktop, target: tuple[int, int], **kinds: str) -> Iterator[None]:
    """Drag from another program what it offers, and let go there; it gives it when it is asked."""
    offer = json.dumps({name.replace("_", "/", 1): text for name, text in kinds.items()})
    source = DesktopWindow(user, user.session.start([sys.executable, "-c", _SOURCE, offer]))
    try:
        source.wait_for_window()
        source.place(1000, 300, 200, 100)
        user.drag(source.middle, target)
        yield
    finally:
        source.process.kill()
        source.process.wait()


def test_a_folder_with_odd_names_and_a_pipe_is_imported(
    user: Desktop, home: Path, program: DesktopProgram, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    names = {
        os.fsdecode(b"bad\xe9.png"): "red",
        "new\nline.png": "blue",
        "per%cent #1.png": "gold",
    }
    wanted = {picture(folder / name, colour) for name, colour in names.items()}
    (folder / "photo.heic").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200))
    odd_files.pipe(folder / "pipe.png")
    with dropped(user, program.gallery.middle, **{"text_uri-list": folder.as_uri()}):
        program.wait_for_items(4)
    program.wait_for("label", part="1 × HEIC")
    assert wanted < {path.read_bytes() for path in originals(home)}
    assert program.close() == 0


def test_a_picture_that_is_an_address_is_imported_and_becomes_a_reference(
    user: Desktop, home: Path, program: DesktopProgram, tmp_path: Path
) -> None:
    data = picture(tmp_path / "x.png", "gold")
    address = f"data:image/png;base64,{base64.b64encode(data).decode()}"
    with dropped(user, program.gallery.middle, **{"text_uri-list": address}):
        program.wait_for_items(2)
    assert data in {path.read_bytes() for path in originals(home)}
    with dropped(user, program.prompt.middle, text_html=f'<img src="{address}">'):
        program.wait_for("list item", part="Pasted picture")
    assert program.close() == 0


def test_what_is_no_file_is_reported_and_the_window_goes_on(
    user: Desktop, home: Path, program: DesktopProgram, tmp_path: Path
) -> None:
    odd_files.pipe(tmp_path / "pipe.png")
    lines = "\r\n".join(
        ((tmp_path / "pipe.png").as_uri(), "file:///dev/zero", "file://nas/share/x.png")
    )
    with dropped(user, program.gallery.middle, **{"text_uri-list": lines}):
        program.wait_for("label", part="This is a pipe, not a file.")
    program.write("still here")
    assert program.close() == 0


def test_a_thousand_files_on_the_composer_are_a_few_references(
    user: Desktop, home: Path, program: DesktopProgram, tmp_path: Path
) -> None:
    folder = tmp_path / "many"
    whole = picture(folder / "0000.png", "red")
    for n in range(1000):
        # What stands behind the end of a PNG makes it another file.
        (folder / f"{n:04d}.png").write_bytes(whole + n.to_bytes(2))
    lines = "\r\n".join(path.as_uri() for path in sorted(folder.iterdir()))
    with dropped(user, program.prompt.middle, **{"text_uri-list": lines}):
        program.wait_for("label", part="of 1,000. The limit")
    program.write("still here")
    assert program.close() == 0
    # The draft is put back, and the window goes on again.
    again = user.start(home=home)
    again.wait_for_items(1)
    again.wait_for("list item", part="0000")
    again.write("and here")
    assert again.close() == 0
